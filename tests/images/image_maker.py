"""Images made by hand: layers of programs of this machine, and of things that no honest builder would write."""

import gzip
import hashlib
import io
import os
import re
import subprocess
import tarfile


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def libraries_of(program):
    """The shared libraries that a program of this machine loads."""
    out = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    return re.findall(r"(/\S+) \(0x", out)


class Layer:
    """A tar archive in the making; every method answers the layer itself."""

    def __init__(self):
        self._bytes = io.BytesIO()
        self._tar = tarfile.open(fileobj=self._bytes, mode="w", format=tarfile.PAX_FORMAT)

    def add(self, name, data=b"", **attributes):
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        entry.mode = 0o755
        for key, value in attributes.items():
            setattr(entry, key, value)
        self._tar.addfile(entry, io.BytesIO(data))
        return self

    def folder(self, name, mode=0o755):
        return self.add(name, type=tarfile.DIRTYPE, mode=mode)

    def link(self, name, target):
        return self.add(name, type=tarfile.SYMTYPE, linkname=target)

    def hard_link(self, name, target):
        return self.add(name, type=tarfile.LNKTYPE, linkname=target)

    def programs(self, *names):
        """Programs of this machine with all they load, where they lie here; /bin, /lib, … are links into /usr."""
        for folder in ("usr", "usr/bin", "usr/lib", "usr/lib64", "etc", "tmp", "proc", "sys", "dev"):
            self.folder(folder, 0o1777 if folder == "tmp" else 0o755)
        for name in ("bin", "lib", "lib64"):
            self.link(name, "usr/" + name)
        files = {}
        for name in names:
            program = subprocess.run(["which", name], capture_output=True, text=True).stdout.strip()
            for path in [program] + libraries_of(program):
                inside = re.sub(r"^/(bin|lib|lib64)/", r"/usr/\1/", path)
                files[inside.lstrip("/")] = os.path.realpath(path)
        for inside, path in sorted(files.items()):
            with open(path, "rb") as file:
                self.add(inside, file.read())
        return self

    def finish(self):
        self._tar.close()
        return self._bytes.getvalue()


def write_image(folder, layers, config=None, compress=gzip.compress):
    """Writes layers (Layer or bytes of a tar) as blobs; answers the image as the server puts it into a spec."""
    os.makedirs(folder, exist_ok=True)
    described = []
    for layer in layers:
        tar = layer if isinstance(layer, bytes) else layer.finish()
        blob = compress(tar)
        path = os.path.join(folder, digest(blob).replace(":", "-"))
        with open(path, "wb") as file:
            file.write(blob)
        described.append({"digest": digest(blob), "media_type": "application/vnd.oci.image.layer.v1.tar+gzip",
                          "bytes": len(blob), "blob": path, "diff_id": digest(tar)})
    return {"repository": "mine", "digest": digest(repr(described).encode()),
            "config": {"architecture": "amd64", "os": "linux", "config": config or {}}, "layers": described}
