#!/usr/bin/python3
"""Writes a root file system out of packages that are installed on this machine, as a tar archive on standard output: a base image
without a download.

    make_rootfs.py [PACKAGE...] | podman import --change 'CMD ["/bin/bash"]' - localhost/sagebrush-python

It holds a shell, the usual small programs, Python, and each PACKAGE (Debian's names: python3-numpy, python3-torch) with the Python
packages that those need. Of all else it takes the shared libraries that the programs in it load, and nothing more, so that it is
small: there is no package manager in it.
"""

import io
import os
import re
import subprocess
import sys
import tarfile

BASE = ["base-files", "bash", "dash", "coreutils", "grep", "sed", "findutils", "tar", "gzip", "ca-certificates", "libc-bin",
        "python3", "python3-minimal", "python3.11", "python3.11-minimal", "libpython3.11-stdlib", "libpython3.11-minimal",
        "python3-distutils", "python3-lib2to3", "media-types", "tzdata", "netbase"]
LEFT_OUT = re.compile(r"^/usr/(share/(doc|man|locale|info|lintian|bash-completion|i18n|zoneinfo/(posix|right))|include|games)(/|$)"
                      r"|/__pycache__(/|$)|\.a$|\.pyc$|^/(proc|sys|dev|run|boot|home|root)(/|$)|^/var/(lib/dpkg|cache|log)(/|$)")
ACCOUNTS = {"etc/passwd": "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
            "etc/group": "root:x:0:\ntty:x:5:\nusers:x:100:\nnogroup:x:65534:\n", "etc/nsswitch.conf": "hosts: files dns\n"}
MERGED = ("bin", "sbin", "lib", "lib64")  # links into /usr on a merged system
EMPTY = {"tmp": 0o1777, "var/tmp": 0o1777, "root": 0o700, "home": 0o755, "opt": 0o755, "proc": 0o755, "sys": 0o755, "dev": 0o755,
         "run": 0o755, "etc": 0o755}


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout


def installed():
    """Package -> the names that its Depends says, first alternatives first."""
    out = {}
    for line in run("dpkg-query", "-W", "-f", "${Package}\t${db:Status-Status}\t${Depends}, ${Pre-Depends}\n").splitlines():
        name, status, depends = line.split("\t")
        if status == "installed":
            out[name] = [re.split(r"[ :|(]", part.strip())[0] for part in depends.split(",")]
    return out


def wanted_packages(names):
    packages = installed()
    missing = [name for name in names if name not in packages]
    if missing:
        sys.exit("not installed on this machine: " + " ".join(missing))
    found, todo = set(), list(names)
    while todo:
        name = todo.pop()
        if name in found or name not in packages:
            continue
        found.add(name)
        # Of a Python package its Python needs: libraries are found by what loads them.
        todo += [need for need in packages[name] if need.startswith("python3-")]
    return sorted(found | {name for name in BASE if name in packages})


def real(path):
    """Where a path lies once the links of its folders are followed; its own last part may be a link."""
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def add_with_links(paths, path):
    """Adds a path, and what it leads to if it is a link."""
    path = real(path)
    while path not in paths and os.path.lexists(path):  # packages have links to what others would bring
        paths.add(path)
        if not os.path.islink(path):
            return
        path = real(os.path.join(os.path.dirname(path), os.readlink(path)))


def is_program(path):
    try:
        with open(path, "rb") as file:
            return file.read(4) == b"\x7fELF"
    except OSError:
        return False


def libraries(programs):
    out = set()
    for at in range(0, len(programs), 200):
        out.update(re.findall(r"(?:=> |^\s)(/\S+) \(0x", run("ldd", *programs[at:at + 200]), re.MULTILINE))
    return out


def collect(packages):
    paths = set()
    for path in run("dpkg", "-L", *packages).splitlines():
        if path.startswith("/") and path != "/." and not LEFT_OUT.search(path) and os.path.lexists(path):
            if os.path.islink(path) or not os.path.isdir(path):
                add_with_links(paths, path)
            else:
                paths.add(os.path.realpath(path))
    programs = [path for path in paths if os.path.isfile(path) and not os.path.islink(path) and is_program(path)]
    for library in libraries(programs):
        add_with_links(paths, library)
    # What update-alternatives has made out of these files: /usr/bin/awk, libblas.so.3.
    for name in os.listdir("/etc/alternatives"):
        if os.path.realpath("/etc/alternatives/" + name) in paths:
            paths.add("/etc/alternatives/" + name)
    for entry in os.scandir("/usr/bin"):
        if entry.is_symlink() and os.readlink(entry.path) in paths and os.readlink(entry.path).startswith("/etc/alternatives/"):
            paths.add(entry.path)
    for name in ("/etc/ssl/certs/ca-certificates.crt", "/etc/ld.so.conf", "/usr/bin/sh", "/usr/bin/python3"):
        if os.path.exists(name):
            add_with_links(paths, name)
    return {path for path in paths if not LEFT_OUT.search(path)}


def entry(name, kind, mode=0o755):
    out = tarfile.TarInfo(name)
    out.type, out.mode = kind, mode
    return out


def write(paths, out):
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        folders = set(EMPTY)
        for path in paths:
            parts = path.strip("/").split("/")
            folders.update("/".join(parts[:n]) for n in range(1, len(parts)))
        folders |= {path.strip("/") for path in paths if os.path.isdir(path) and not os.path.islink(path)}
        for folder in sorted(folders - {""}):
            tar.addfile(entry(folder, tarfile.DIRTYPE, EMPTY.get(folder, 0o755)))
        for name in MERGED:
            if os.path.islink("/" + name):
                link = entry(name, tarfile.SYMTYPE)
                link.linkname = os.readlink("/" + name)
                tar.addfile(link)
        for name, text in ACCOUNTS.items():
            file = entry(name, tarfile.REGTYPE, 0o644)
            file.size = len(text)
            tar.addfile(file, io.BytesIO(text.encode()))
        for path in sorted(paths):
            name = path.strip("/")
            if os.path.isdir(path) and not os.path.islink(path) or name in ACCOUNTS or name in MERGED:
                continue  # written above
            file = tar.gettarinfo(path, arcname=path.strip("/"))
            file.uid = file.gid = 0
            file.uname = file.gname = "root"
            if file.isreg():
                with open(path, "rb") as data:
                    tar.addfile(file, data)
            elif file.issym() or file.islnk():
                tar.addfile(file)


if __name__ == "__main__":
    if sys.stdout.isatty():
        sys.exit("the archive goes to standard output: redirect it")
    write(collect(wanted_packages(sys.argv[1:])), sys.stdout.buffer)
