"""A file system of a test's own that can be filled to the last byte."""

import errno
import os
import pathlib
import subprocess
import tempfile


class SmallDisk:
    """Mounted while the object is open (takes root); `data` is a folder on it; `fill` takes all that is left of it."""

    def __init__(self, mebibytes):
        self._root = pathlib.Path(tempfile.mkdtemp(prefix="sagebrush-small-"))
        self._size = mebibytes
        self.data = self._root / "data"

    def __enter__(self):
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self._size}m", "tmpfs", self._root], check=True)
        self.data.mkdir()
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self._root], check=True)
        self._root.rmdir()

    def fill(self):
        with open(self._root / "ballast", "ab") as file:
            for size in (64 << 20, 1 << 20, 4096):
                try:
                    while True:
                        os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, size)
                except OSError as full:
                    assert full.errno == errno.ENOSPC, full

    def free(self):
        (self._root / "ballast").unlink()
