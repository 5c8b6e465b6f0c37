"""A PostgreSQL of a test's own, on a free loopback port, stopped whatever happens."""

import os
import pathlib
import shutil
import subprocess
import tempfile

from server import free_port


def programs():
    """The folder of initdb and pg_ctl of the newest PostgreSQL that Debian has installed, or None."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


class Postgres:
    """`with Postgres() as url:` — of a database with nothing in it. Nothing is synced: for tests alone."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sagebrush-postgres-"))
        # It refuses to be root.
        self.user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.user:
            shutil.chown(self.folder, "postgres")
        data, port = self.folder / "data", free_port()
        try:
            self.run("initdb", "-D", data, "-A", "trust", "-U", "test", "--no-sync", "-E", "UTF8", "--locale", "C.UTF-8")
            options = f"-p {port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
            self.run("pg_ctl", "-D", data, "-o", options, "-l", self.folder / "log", "-w", "start")
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return f"postgresql://test@127.0.0.1:{port}/postgres"

    def __exit__(self, *_):
        self.run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, name, *arguments):
        subprocess.run([*self.user, programs() / name, *arguments], cwd="/", check=True, stdout=subprocess.DEVNULL)
