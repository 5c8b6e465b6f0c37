"""kill -9 of the server and of agents at every stage of a job of two hosts: the same end, nothing left behind."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "jobs", "script")]
from api import call, finish, log_lines, wait_for  # noqa: E402
from leftovers import job_ids, wait_until_clean  # noqa: E402
from processes import kill_agents  # noqa: E402
from source import script_request  # noqa: E402
from stages import EachStage, reached  # noqa: E402

LINES = 200
# The hosts meet in the middle, so that their network has to have lived until then, and once more at the end.
SCRIPT = f"""
import socket, time, sys
me = socket.gethostname()
def meet(port):
    if me == "algo-1":
        with socket.create_server((me, port)) as server:
            server.settimeout(60)
            server.accept()[0].close()
        return
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            return socket.create_connection(("algo-1", port), timeout=10).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
    sys.exit("nobody there")
for i in range({LINES}):
    print("line", i, flush=True)
    time.sleep(0.005)
    if i == {LINES // 2}: meet(7777)
meet(7778)
import os
open("/opt/ml/model/" + me, "wb").write(os.urandom(15_000_000))
"""


class Kill(EachStage, unittest.TestCase):
    def start(self, name):
        call(self.server, "SageMaker.CreateTrainingJob", script_request(
            self.server, name, {"train.py": SCRIPT}, bucket="jobs",
            ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 1},
            InputDataConfig=self.INPUT))

    def expect_whole(self, name, ids):
        job = finish(self.server, name)
        self.assertEqual(job["TrainingJobStatus"], "Completed", job)
        lines = [line for line in log_lines(self.server, name) if not line.startswith("Invoking")]
        self.assertEqual(len(lines), 2 * LINES)
        for i in range(LINES):
            self.assertEqual(lines.count(f"line {i}"), 2, i)
        head = self.server.client("s3").head_object(Bucket="jobs", Key=f"out/{name}/output/model.tar.gz")
        self.assertGreater(head["ContentLength"], 29_000_000)
        wait_until_clean(self.server.data, ids)

    def test_an_agent_killed_at_every_stage(self):
        for host in ("algo-1", "algo-2"):
            self.strike_agents_in_each(host, "/" + host)

    def test_everybody_killed_while_training(self):
        self.start("all")
        wait_for(self.server, "all", reached("Training"))
        ids = job_ids(self.server.data)
        self.server.kill()
        self.assertEqual(kill_agents(self.server.data), 2)
        self.server.start()
        self.expect_whole("all", ids)


if __name__ == "__main__":
    unittest.main()
