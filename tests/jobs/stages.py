"""The stages of a job, and jobs that something happens to in each of them."""

from api import FINAL, s3_channel, wait_for
from leftovers import job_ids
from processes import kill_agents
from server import Server

STAGES = ("Starting", "Downloading", "Training", "Uploading")
CONFIG = "cpus: 8\nmemory_mib: 65536\n"


def reached(stage):
    return lambda job: (job["TrainingJobStatus"] in FINAL
                        or any(t["Status"] == stage for t in job["SecondaryStatusTransitions"]))


class EachStage:
    """For a TestCase that has start(name) and expect_whole(name, ids)."""

    INPUT = [s3_channel("train", "s3://jobs/data/")]

    def setUp(self):
        self.server = self.enterContext(Server(CONFIG))
        s3 = self.server.client("s3")
        s3.create_bucket(Bucket="jobs")
        s3.put_object(Bucket="jobs", Key="data/a", Body=b"x")

    def restart_server(self, _name):
        self.server.kill()
        self.server.start()

    def strike_in_each(self, what, strike):
        """A job for each stage; strike(name) comes when it is there, and the job must end as if nothing had been."""
        for stage in STAGES:
            with self.subTest(what + stage):
                name = f"{what}-{stage.lower()}"
                self.start(name)
                wait_for(self.server, name, reached(stage))
                ids = job_ids(self.server.data)
                strike(name)
                self.expect_whole(name, ids)

    def strike_agents_in_each(self, what, which=""):
        """As soon as there is one: a job that is Starting may have none yet."""
        self.strike_in_each(what, lambda name: wait_for(
            self.server, name, lambda job: kill_agents(self.server.data, which) or job["TrainingJobStatus"] in FINAL))

    def test_server_killed_at_every_stage(self):
        self.strike_in_each("server", self.restart_server)
