"""`aws logs tail` of the Debian command line, with and without --follow."""

import pathlib
import queue
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.server import Server

GROUP = "/aws/sagemaker/TrainingJobs"


class TailTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.logs = cls.server.client("logs")
        cls.logs.create_log_group(logGroupName=GROUP)
        for stream in ("job/algo-1-1", "job/algo-2-1"):
            cls.logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None, None, None)

    def put(self, stream, message):
        self.logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=[
            {"timestamp": int(time.time() * 1000), "message": message}])

    def command(self, *words):
        return ["/usr/bin/aws", "--endpoint-url", self.server.url, "logs", "tail", GROUP, "--format", "short", *words]

    def test_follows_without_losing_or_doubling_a_line(self):
        self.put("job/algo-1-1", "line before")
        # aws is Python, which would keep what it writes into a pipe until there is a block of it.
        environment = self.server.environment() | {"PYTHONUNBUFFERED": "1"}
        tail = subprocess.Popen(self.command("--follow"), env=environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        lines = queue.Queue()
        reader = threading.Thread(target=lambda: [lines.put(line.rstrip("\n")) for line in tail.stdout], daemon=True)
        reader.start()
        try:
            self.assertTrue(lines.get(timeout=60).endswith(" line before"))
            for number in range(6):
                self.put(f"job/algo-{1 + number % 2}-1", f"line {number}")
                self.assertTrue(lines.get(timeout=60).endswith(f" line {number}"))
        finally:
            tail.send_signal(signal.SIGINT)
            tail.wait(timeout=30)
            reader.join(timeout=10)
            tail.stdout.close()
            tail.stderr.close()
        # An interrupt while it prints makes aws write an empty line of its own.
        self.assertEqual([line for line in lines.queue if line], [])

    def test_shows_what_the_filter_lets_through(self):
        self.put("job/algo-1-1", "a needle here")
        self.put("job/algo-2-1", "hay")
        run = subprocess.run(self.command("--filter-pattern", "needle"), env=self.server.environment(),
                             capture_output=True, text=True, timeout=60, check=True)
        self.assertEqual([line.split(" ", 1)[1] for line in run.stdout.splitlines()], ["a needle here"])


if __name__ == "__main__":
    unittest.main()
