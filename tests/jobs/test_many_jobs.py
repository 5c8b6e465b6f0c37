"""Two hundred jobs at once: each completes, and each is started in the order in which they came."""

import concurrent.futures
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import api  # noqa: E402
from host_folders import host_folders  # noqa: E402
from server import Server  # noqa: E402

COUNT = 200


def resources(instance_type):
    return {"InstanceType": instance_type, "InstanceCount": 1, "VolumeSizeInGB": 1}


class ManyJobs(unittest.TestCase):
    def test_all_complete_in_the_order_of_their_creation(self):
        # Room for four jobs of two processors each, taken by one other until all have come.
        with Server(config="cpus: 8\n") as server:
            server.client("s3").create_bucket(Bucket="jobs")
            api.create(server, "holder", "while [ ! -e /opt/ml/go ]; do sleep 0.02; done", ResourceConfig=resources("ml.m5.2xlarge"))
            api.wait_for(server, "holder", lambda job: job["SecondaryStatus"] == "Training")
            # Their names are not in the order of their creation.
            names = [f"many-{i:03}" for i in reversed(range(COUNT))]
            with concurrent.futures.ThreadPoolExecutor(16) as pool:
                list(pool.map(lambda name: api.create(server, name, "echo ran", ResourceConfig=resources("ml.t3.medium")), names))
            (holder,) = host_folders(server.data, "holder")
            (holder / "work/ml/go").touch()
            jobs = [api.finish(server, name, seconds=300) for name in names]
            failed = [(job["TrainingJobName"], job.get("FailureReason")) for job in jobs if job["TrainingJobStatus"] != "Completed"]
            self.assertEqual(failed, [])
            granted = self.granted(server)
            self.assertEqual(len(granted), COUNT)
            order = sorted((job["CreationTime"], granted[job["TrainingJobName"]], job["TrainingJobName"]) for job in jobs)
            late = [(one, other) for one, other in zip(order, order[1:]) if one[1] > other[1]]
            self.assertEqual(late, [])
            self.assertLess(order[0][1], order[-1][1])  # so seconds can tell

    def granted(self, server):
        """By job, the second in which it got its room: the end of its log stream's name."""
        found, token = {}, {}
        while True:
            page = api.call(server, "Logs_20140328.DescribeLogStreams", {
                "logGroupName": "/aws/sagemaker/TrainingJobs", "logStreamNamePrefix": "many-", **token})
            for stream in page["logStreams"]:
                job, host = stream["logStreamName"].split("/")
                found[job] = int(host.removeprefix("algo-1-"))
            if not page.get("nextToken"):
                return found
            token = {"nextToken": page["nextToken"]}


if __name__ == "__main__":
    unittest.main()
