"""Two hundred jobs at once: each completes, and each is started in the order in which they came."""

import concurrent.futures
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import api  # noqa: E402
from server import Server  # noqa: E402

COUNT = 200


class ManyJobs(unittest.TestCase):
    def test_all_complete_in_the_order_of_their_creation(self):
        # Room for four jobs of two processors each.
        small = {"InstanceType": "ml.t3.medium", "InstanceCount": 1, "VolumeSizeInGB": 1}
        with Server(config="cpus: 8\n") as server:
            server.client("s3").create_bucket(Bucket="jobs")
            names = [f"many-{i:03}" for i in range(COUNT)]
            with concurrent.futures.ThreadPoolExecutor(16) as pool:
                list(pool.map(lambda name: api.create(server, name, "true", ResourceConfig=small), names))
            jobs = [api.finish(server, name, seconds=300) for name in names]
            failed = [(job["TrainingJobName"], job.get("FailureReason")) for job in jobs if job["TrainingJobStatus"] != "Completed"]
            self.assertEqual(failed, [])
            jobs.sort(key=lambda job: (job["CreationTime"], job["TrainingJobName"]))
            # The first transition is the wait, or at once the start.
            starts = [next(t["StartTime"] for t in job["SecondaryStatusTransitions"] if "Preparing" in t["StatusMessage"])
                      for job in jobs]
            late = [(jobs[i]["TrainingJobName"], starts[i], starts[i + 1]) for i in range(COUNT - 1) if starts[i] > starts[i + 1]]
            self.assertEqual(late, [])


if __name__ == "__main__":
    unittest.main()
