"""The server with its records in PostgreSQL: the store's own tests, and a job, objects, an image and metrics that outlive a kill.

usage: test_postgres.py STORE_TEST [unittest arguments]; skipped where PostgreSQL is not installed (Debian's package postgresql)."""

import datetime
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "registry"))

from api import create, describe, finish  # noqa: E402
from distribution import Distribution  # noqa: E402
from postgres import Postgres, programs  # noqa: E402
from server import Server  # noqa: E402


class PostgresTest(unittest.TestCase):
    store_test = None

    @classmethod
    def setUpClass(cls):
        cls.url = cls.enterClassContext(Postgres())

    def test_the_stores_own_tests(self):
        done = subprocess.run([self.store_test, "--gtest_brief=1"], env=os.environ | {"SAGEBRUSH_TEST_POSTGRES": self.url},
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-4000:])

    def test_what_was_acknowledged_outlives_a_kill(self):
        with Server(f"database_url: {self.url}\n") as server:
            s3 = server.client("s3")
            s3.create_bucket(Bucket="jobs")
            s3.create_bucket(Bucket="kept")
            s3.put_object(Bucket="kept", Key="a/b", Body=b"bytes")
            server.client("ecr").create_repository(repositoryName="kept")
            digest = Distribution(server).push_image("kept", "v1")
            cloudwatch = server.client("cloudwatch")
            cloudwatch.put_metric_data(Namespace="kept", MetricData=[{"MetricName": "m", "Value": 3.5}])
            create(server, "kept", "echo a line; echo w > /opt/ml/model/w")
            self.assertEqual(finish(server, "kept")["TrainingJobStatus"], "Completed")

            server.kill()
            server.start()
            s3, cloudwatch, logs = server.client("s3"), server.client("cloudwatch"), server.client("logs")
            self.assertEqual(s3.get_object(Bucket="kept", Key="a/b")["Body"].read(), b"bytes")
            images = server.client("ecr").describe_images(repositoryName="kept")["imageDetails"]
            self.assertEqual([(one["imageDigest"], one["imageTags"]) for one in images], [(digest, ["v1"])])
            end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=1)
            start = end - datetime.timedelta(hours=1)
            points = cloudwatch.get_metric_statistics(Namespace="kept", MetricName="m", StartTime=start, EndTime=end, Period=3600,
                                                      Statistics=["Sum"])["Datapoints"]
            self.assertEqual(sum(one["Sum"] for one in points), 3.5)
            self.assertEqual(describe(server, "kept")["TrainingJobStatus"], "Completed")
            group = "/aws/sagemaker/TrainingJobs"
            stream = logs.describe_log_streams(logGroupName=group)["logStreams"][0]["logStreamName"]
            events = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
            self.assertIn("a line", [one["message"] for one in events])


if __name__ == "__main__":
    if programs() is None:
        print("PostgreSQL is not installed; skipped")
        sys.exit(77)
    PostgresTest.store_test = next(sys.argv.pop(i) for i, word in enumerate(sys.argv) if word.endswith("store_test"))
    unittest.main()
