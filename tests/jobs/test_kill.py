"""kill -9 of the server and of the agent at every stage of a job: the same end, the logs whole, nothing left behind."""

import shutil
import sys
import unittest

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/support")
sys.path.insert(0, __file__.rsplit("/", 1)[0])
from api import create, describe, finish, log_lines, wait_for  # noqa: E402
from leftovers import job_ids, wait_until_clean  # noqa: E402
from processes import kill_agents  # noqa: E402
from server import Server, free_port  # noqa: E402
from stages import CONFIG, EachStage, reached  # noqa: E402

LINES = 300
# Prints while it is killed around; writes a model that takes a moment to upload.
SCRIPT = (f"i=0; while [ $i -lt {LINES} ]; do echo line $i; i=$((i+1)); sleep 0.005; done; "
          "head -c 30000000 /dev/urandom > /opt/ml/model/weights")


class Kill(EachStage, unittest.TestCase):
    def start(self, name):
        create(self.server, name, SCRIPT, InputDataConfig=self.INPUT)

    def expect_whole(self, name, ids):
        job = finish(self.server, name)
        self.assertEqual(job["TrainingJobStatus"], "Completed", job)
        self.assertEqual(log_lines(self.server, name)[:LINES], [f"line {i}" for i in range(LINES)])
        head = self.server.client("s3").head_object(Bucket="jobs", Key=f"out/{name}/output/model.tar.gz")
        self.assertGreater(head["ContentLength"], 29_000_000)
        wait_until_clean(self.server.data, ids)

    def test_agent_killed_at_every_stage(self):
        self.strike_agents_in_each("agent")

    def test_server_comes_back_on_another_port(self):
        self.start("moved")
        wait_for(self.server, "moved", reached("Training"))
        ids = job_ids(self.server.data)
        before = self.server.url
        self.server.kill()
        self.server.start(listen=f"127.0.0.1:{free_port()}")
        self.assertNotEqual(self.server.url, before)
        self.expect_whole("moved", ids)

    def test_agents_leave_when_the_data_folder_is_gone(self):
        self.start("orphan")
        wait_for(self.server, "orphan", reached("Training"))
        ids = job_ids(self.server.data)
        self.server.kill()
        # What the agent writes meanwhile may stay; that it leaves is what counts.
        shutil.rmtree(self.server.data / "jobs", ignore_errors=True)
        wait_until_clean(self.server.data, ids, folders=False)

    def test_both_killed_while_training(self):
        self.start("both")
        wait_for(self.server, "both", reached("Training"))
        ids = job_ids(self.server.data)
        self.server.kill()
        self.assertTrue(kill_agents(self.server.data))
        self.server.start()
        self.expect_whole("both", ids)

    def test_an_acknowledged_job_is_never_lost(self):
        for i in range(20):
            create(self.server, f"kept-{i}", "true")
            if i % 5 == 4:
                self.server.kill()
                self.server.start()
        for i in range(20):
            self.assertEqual(finish(self.server, f"kept-{i}")["TrainingJobStatus"], "Completed", i)


class Shutdown(unittest.TestCase):
    def test_a_job_outlives_an_orderly_stop(self):
        with Server(CONFIG) as server:
            server.client("s3").create_bucket(Bucket="jobs")
            create(server, "longer", "i=0; while [ $i -lt 100 ]; do echo line $i; i=$((i+1)); sleep 0.02; done")
            wait_for(server, "longer", reached("Training"))
            self.assertEqual(server.stop(), 0)
            server.start()
            self.assertEqual(finish(server, "longer")["TrainingJobStatus"], "Completed")
            self.assertEqual(log_lines(server, "longer"), [f"line {i}" for i in range(100)])
            self.assertEqual(len(describe(server, "longer")["SecondaryStatusTransitions"]), 5)


if __name__ == "__main__":
    unittest.main()
