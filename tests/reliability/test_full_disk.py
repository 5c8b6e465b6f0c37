"""A full disk at every stage of a job: one right end, nothing acknowledged is lost, nothing left behind; and the server serves on."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import botocore.exceptions

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/support")
sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/jobs")
from api import FINAL, create, finish, log_lines, wait_for  # noqa: E402
from leftovers import job_ids, wait_until_clean  # noqa: E402
from server import Server  # noqa: E402

STAGES = ("Starting", "Downloading", "Training", "Uploading")
LINES = 200
SCRIPT = (f"i=0; while [ $i -lt {LINES} ]; do echo line $i; i=$((i+1)); sleep 0.01; done; "
          "head -c 3000000 /dev/urandom > /opt/ml/model/weights")
CONFIG = "cpus: 8\nmemory_mib: 65536\n"


class SmallDisk:
    """A file system of its own, mounted while the object is open; `fill` takes all that is left of it."""

    def __init__(self, mebibytes):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sagebrush-small-"))
        self._size = mebibytes

    def __enter__(self):
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self._size}m", "tmpfs", self.folder], check=True)
        (self.folder / "data").mkdir()
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.folder], check=True)
        self.folder.rmdir()

    def fill(self):
        with open(self.folder / "ballast", "ab", buffering=0) as file:
            for size in (1 << 20, 4096):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    pass

    def free(self):
        (self.folder / "ballast").unlink()


@unittest.skipUnless(os.geteuid() == 0, "mounts a small file system, which takes root")
class FullDisk(unittest.TestCase):
    def setUp(self):
        self.disk = self.enterContext(SmallDisk(192))
        self.server = self.enterContext(Server(CONFIG, data=self.disk.folder / "data"))
        self.s3 = self.server.client("s3")
        self.s3.create_bucket(Bucket="jobs")
        self.s3.put_object(Bucket="jobs", Key="data/a", Body=b"x")

    def start(self, name, script=SCRIPT):
        create(self.server, name, script, InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": {
            "S3DataType": "S3Prefix", "S3Uri": "s3://jobs/data/", "S3DataDistributionType": "FullyReplicated"}}}])

    def wait_until_refused(self):
        """Returns when the server has said that there is no room."""
        with self.assertRaises(botocore.exceptions.ClientError) as refused:
            for i in range(10_000):
                self.s3.put_object(Bucket="jobs", Key=f"more/{i}", Body=b"y" * 4096)
        self.assertGreaterEqual(refused.exception.response["ResponseMetadata"]["HTTPStatusCode"], 500)

    def expect_one_end(self, name, ids):
        job = finish(self.server, name)
        artifact = self.s3.list_objects_v2(Bucket="jobs", Prefix=f"out/{name}/output/model.tar.gz").get("KeyCount", 0)
        if job["TrainingJobStatus"] == "Completed":
            self.assertEqual(log_lines(self.server, name)[:LINES], [f"line {i}" for i in range(LINES)])
            self.assertEqual(artifact, 1)
        else:
            self.assertEqual(job["TrainingJobStatus"], "Failed", job)
            self.assertRegex(job["FailureReason"], "(?i)no space left|disk is full|no room")
            self.assertEqual(artifact, 0)
            lines = [line for line in log_lines(self.server, name) if line.startswith("line ")]
            self.assertEqual(lines, [f"line {i}" for i in range(len(lines))])
        wait_until_clean(self.server.data, ids)
        return job

    def test_full_for_a_while_at_every_stage(self):
        for stage in STAGES:
            with self.subTest(stage):
                name = "full-" + stage.lower()
                self.start(name)
                wait_for(self.server, name, lambda job: job["TrainingJobStatus"] in FINAL or any(
                    t["Status"] == stage for t in job["SecondaryStatusTransitions"]))
                ids = job_ids(self.server.data)
                self.disk.fill()
                self.wait_until_refused()
                self.disk.free()
                self.expect_one_end(name, ids)

    def test_a_container_that_fills_the_disk_fails_with_that_reason(self):
        self.start("greedy", "head -c 1000000000 /dev/zero > /opt/ml/model/weights")
        ids = job_ids(self.server.data)
        job = self.expect_one_end("greedy", ids)
        self.assertEqual(job["TrainingJobStatus"], "Failed")

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
