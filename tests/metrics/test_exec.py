"""sagebrush exec: into a running job's container."""

import fcntl
import os
import pathlib
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from api import create, finish, wait_for  # noqa: E402
from server import Server, program  # noqa: E402

CONFIG = "cpus: 8\nmemory_mib: 65536\nstop_grace_seconds: 1\n"


class Exec(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(CONFIG))
        cls.server.client("s3").create_bucket(Bucket="jobs")
        create(cls.server, "open-one", "touch /tmp/marker; while :; do sleep 0.1; done", Environment={"COLOUR": "teal"})
        wait_for(cls.server, "open-one", lambda job: job["SecondaryStatus"] == "Training")
        deadline = time.monotonic() + 30
        while cls.run_in("cat", "/tmp/marker").returncode != 0 and time.monotonic() < deadline:
            time.sleep(0.05)  # between two questions; what ends the wait is the answer

    @classmethod
    def tearDownClass(cls):
        cls.server.client("sagemaker").stop_training_job(TrainingJobName="open-one")
        finish(cls.server, "open-one")

    @classmethod
    def words(cls, *command, job="open-one", more=()):
        return [program(), "exec", job, "--data-dir", str(cls.server.data), *more, *(("--", *command) if command else ())]

    @classmethod
    def run_in(cls, *command, job="open-one", more=(), text="", **named):
        return subprocess.run(cls.words(*command, job=job, more=more), input=text, capture_output=True, text=True, timeout=60,
                              env=cls.server.environment(), **named)

    def test_the_command_is_inside(self):
        inside = self.run_in("sh", "-c", "hostname; echo $COLOUR; ls /opt/ml/input/config; ls /tmp/marker")
        self.assertEqual(inside.returncode, 0, inside.stderr)
        lines = inside.stdout.split()
        self.assertEqual(lines[:2], ["algo-1", "teal"])
        self.assertIn("hyperparameters.json", lines)
        self.assertIn("/tmp/marker", lines)

    def test_it_is_as_limited_as_the_container(self):
        ours = pathlib.Path("/proc/self/status").read_text()
        theirs = self.run_in("cat", "/proc/1/status", "/proc/self/status").stdout
        caps = [line.split()[1] for line in theirs.splitlines() if line.startswith("CapEff")]
        self.assertEqual(len(caps), 2)
        self.assertEqual(caps[0], caps[1])
        self.assertNotIn(f"CapEff:\t{caps[0]}", ours)
        groups = self.run_in("cat", "/proc/1/cgroup").stdout, self.run_in("cat", "/proc/self/cgroup").stdout
        self.assertEqual(*groups)

    def test_exit_codes_and_streams_are_the_commands(self):
        self.assertEqual(self.run_in("sh", "-c", "exit 7").returncode, 7)
        self.assertEqual(self.run_in("cat", text="through\n").stdout, "through\n")
        both = self.run_in("sh", "-c", "echo out; echo err >&2")
        self.assertEqual((both.stdout, both.stderr), ("out\n", "err\n"))
        self.assertEqual(self.run_in("sh", "-c", "kill -TERM $$").returncode, 128 + signal.SIGTERM)
        self.assertEqual(self.run_in(text="echo a shell; exit 3\n").returncode, 3)

    def test_what_can_not_be_entered_is_said(self):
        create(self.server, "over", "true")
        finish(self.server, "over")
        answer = self.run_in("true", job="over")
        self.assertEqual(answer.returncode, 126)
        self.assertIn("no container of algo-1 of training job over runs now", answer.stderr)
        self.assertIn("algo-9", self.run_in("true", more=("--host", "algo-9")).stderr)
        self.assertNotEqual(self.run_in("true", job="unknown").returncode, 0)
        nobody = subprocess.run([program(), "exec", "open-one", "--data-dir", "/nonexistent"], capture_output=True, text=True,
                                env=self.server.environment(), timeout=60)
        self.assertEqual(nobody.returncode, 253)

    @unittest.skipUnless(os.geteuid() == 0, "another user needs root to become")
    def test_another_user_is_kept_out(self):
        answer = subprocess.run(self.words("true"), capture_output=True, text=True, timeout=60, user=65534, group=65534, extra_groups=[],
                                env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"})
        self.assertNotEqual(answer.returncode, 0)
        agent = pathlib.Path(program()).with_name("sagebrush-agent")
        answer = subprocess.run([agent, "exec", "--data", self.server.data, "--job", "open-one", "--host", "algo-1", "--", "true"],
                                capture_output=True, text=True, timeout=60, user=65534, group=65534, extra_groups=[])
        self.assertEqual(answer.returncode, 126)
        self.assertIn("belongs to another user", answer.stderr)

    def test_a_terminal_has_a_size_and_signals(self):
        def resize(rows, columns):
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ.update(self.server.environment(), TERM="xterm")
            os.read(0, 1)  # until the terminal has its size
            os.execv(program(), self.words("sh", "-c", "trap 'echo caught' INT; stty size; echo $TERM; "
                                           "while :; do sleep 0.1; done"))
        resize(33, 101)
        os.write(terminal, b"\n")
        seen = b""

        def until(reached, seconds=30):
            nonlocal seen
            deadline = time.monotonic() + seconds
            while not reached():
                self.assertLess(time.monotonic(), deadline, seen)
                if select.select([terminal], [], [], 0.1)[0]:
                    seen += os.read(terminal, 4096)
        until(lambda: b"xterm" in seen)
        self.assertIn(b"33 101", seen)
        # The runtime lets keys through once the local terminal no longer acts on them itself.
        until(lambda: not termios.tcgetattr(terminal)[3] & termios.ICANON)
        os.write(terminal, b"\x03")
        until(lambda: b"caught" in seen)
        os.write(terminal, b"\x1c")
        with self.assertRaises(OSError):  # a terminal whose other end is closed
            until(lambda: False)
        os.waitpid(pid, 0)
        os.close(terminal)


if __name__ == "__main__":
    unittest.main()
