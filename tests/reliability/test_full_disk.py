"""A disk that a job or its uploads fill: a clear reason, nothing acknowledged is lost, nothing left behind; and the server serves on."""

import os
import sys
import unittest

import botocore.exceptions

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/support")
sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/jobs")
sys.path.insert(0, __file__.rsplit("/", 1)[0])
from api import create, finish, log_lines  # noqa: E402
from leftovers import job_ids, wait_until_clean  # noqa: E402
from server import Server  # noqa: E402
from small_disk import SmallDisk  # noqa: E402

CONFIG = "cpus: 8\nmemory_mib: 65536\n"


@unittest.skipUnless(os.geteuid() == 0, "mounts a small file system, which takes root")
class FullDisk(unittest.TestCase):
    def setUp(self):
        self.disk = self.enterContext(SmallDisk(192))
        self.server = self.enterContext(Server(CONFIG, data=self.disk.data))
        self.s3 = self.server.client("s3")
        self.s3.create_bucket(Bucket="jobs")
        self.s3.put_object(Bucket="jobs", Key="data/a", Body=b"x")

    def test_a_container_that_fills_the_disk_fails_with_that_reason(self):
        create(self.server, "greedy", "head -c 1000000000 /dev/zero > /opt/ml/model/weights")
        ids = job_ids(self.server.data)
        job = finish(self.server, "greedy")
        self.assertEqual(job["TrainingJobStatus"], "Failed", job)
        self.assertIn("No space left on device", job["FailureReason"])
        self.assertIn("No space left on device", log_lines(self.server, "greedy")[-1])
        wait_until_clean(self.server.data, ids)

    def test_a_container_that_fills_the_disk_and_goes_on_printing_ends(self):
        create(self.server, "noisy", "head -c 1000000000 /dev/zero > /opt/ml/model/weights; seq 1 1000000; exit 3")
        ids = job_ids(self.server.data)
        job = finish(self.server, "noisy")
        self.assertEqual(job["TrainingJobStatus"], "Failed", job)
        self.assertIn("exit code: 3", job["FailureReason"])
        self.assertLess(len(log_lines(self.server, "noisy")), 1_000_000)
        wait_until_clean(self.server.data, ids)

    def test_what_was_acknowledged_before_is_there_after(self):
        stored = []
        try:
            for i in range(10_000):
                self.s3.put_object(Bucket="jobs", Key=f"kept/{i:05}", Body=os.urandom(100_000))
                stored.append(f"kept/{i:05}")
        except botocore.exceptions.ClientError:
            pass
        self.assertLess(len(stored), 10_000)
        self.server.kill()
        self.server.start()
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket="jobs", Prefix="kept/")
        self.assertEqual([item["Key"] for page in pages for item in page.get("Contents", [])], stored)
        self.s3.delete_object(Bucket="jobs", Key=stored.pop())


if __name__ == "__main__":
    unittest.main()
