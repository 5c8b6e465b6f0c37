"""Runs the command line as a shell would: its own HOME, nothing of the caller's AWS settings."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import server as support  # noqa: E402

Server = support.Server


def plain_environment(home):
    """What a shell has that knows no AWS settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "SAGEBRUSH_", "XDG_"))}
    return kept | {"HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true"}


def start(arguments, environment, **options):
    """The running program, its outputs piped as text."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL} | options
    return subprocess.Popen([support.program(), *map(str, arguments)], env=environment, text=True, **options)


def run(arguments, environment, **options):
    """(exit code, stdout, stderr)."""
    with start(arguments, environment, **options) as process:
        out, err = process.communicate(timeout=300)
        return process.returncode, out, err


class ServerCase(unittest.TestCase):
    """One server for the class, a HOME of its own for each test."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()
        cls.addClassCleanup(cls.server.__exit__)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)
