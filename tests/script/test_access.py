"""What a container can reach: the server at its own URL, its role's keys, and nothing when it is isolated."""

import json
import os
import pathlib
import signal
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE)]
from api import call, create, describe, finish, log_lines, wait_for  # noqa: E402
from host_folders import host_folders  # noqa: E402
from server import Server  # noqa: E402
from source import script_request  # noqa: E402

CONFIG = "cpus: 8\nmemory_mib: 65536\nstop_grace_seconds: 3\n"

# What a user's script does: clients of boto3 that are told nothing but the endpoint (which newer ones find by themselves).
USE_S3 = """
import boto3, os, urllib.request
s3 = boto3.client("s3", endpoint_url=os.environ["S3_ENDPOINT_URL"])
print("read", s3.get_object(Bucket="scripts", Key="seen.txt")["Body"].read().decode())
s3.put_object(Bucket="scripts", Key="written-" + os.environ["TRAINING_JOB_NAME"], Body=b"x" * 3_000_000)
print("me", boto3.client("sts", endpoint_url=os.environ["AWS_ENDPOINT_URL"]).get_caller_identity()["Arn"])
print("region", os.environ["AWS_REGION"], "arn", os.environ["TRAINING_JOB_ARN"])
try:
    urllib.request.urlopen("http://169.254.170.2/v2/credentials/other", timeout=10)
except urllib.error.HTTPError as error:
    print("other", error.code)
"""

WAIT_AND_READ = """
import boto3, os, time
s3 = boto3.client("s3", endpoint_url=os.environ["S3_ENDPOINT_URL"])
print("waiting", flush=True)
while True:
    names = [o["Key"] for o in s3.list_objects_v2(Bucket="scripts", Prefix="go-")["Contents"]]
    if "go-" + os.environ["TRAINING_JOB_NAME"] in names:
        break
    time.sleep(0.05)
print("gone on")
"""


class Access(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(CONFIG))
        cls.s3 = cls.server.client("s3")
        cls.s3.create_bucket(Bucket="scripts")
        cls.s3.put_object(Bucket="scripts", Key="seen.txt", Body=b"content")
        cls.s3.put_object(Bucket="scripts", Key="go-nobody", Body=b"")

    def start(self, name, script, **more):
        call(self.server, "SageMaker.CreateTrainingJob", script_request(self.server, name, {"train.py": script}, **more))

    def test_boto3_in_the_container_reaches_s3_with_the_roles_keys(self):
        self.start("uses-s3", USE_S3)
        job = finish(self.server, "uses-s3")
        lines = log_lines(self.server, "uses-s3")
        self.assertEqual(job["TrainingJobStatus"], "Completed", (job.get("FailureReason"), lines))
        self.assertIn("read content", lines)
        self.assertIn("other 404", lines)
        self.assertTrue(any("assumed-role/SageMakerExecutionRole" in line for line in lines), lines)
        self.assertIn(f"region us-east-1 arn {job['TrainingJobArn']}", lines)
        self.assertEqual(self.s3.head_object(Bucket="scripts", Key="written-uses-s3")["ContentLength"], 3_000_000)

    def test_no_key_is_in_describe_log_environment_or_configuration(self):
        script = ("import json, os, urllib.request\n"
                  "keys = json.load(urllib.request.urlopen('http://169.254.170.2' + os.environ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']))\n"
                  "print('kept ' + keys['AccessKeyId'][:4], len(keys['SecretAccessKey']) > 20, keys['Expiration'])\n"
                  "import pathlib\n"
                  "text = json.dumps(dict(os.environ)) + ''.join(p.read_text() for p in pathlib.Path('/opt/ml/input/config').iterdir())\n"
                  "print('leaks', [k for k in ('AccessKeyId', 'SecretAccessKey', 'Token') if keys[k] in text])\n"
                  "pathlib.Path('/opt/ml/model/keys').write_text(json.dumps(keys))\n")
        self.start("secrets", script)
        job = finish(self.server, "secrets")
        lines = log_lines(self.server, "secrets")
        self.assertEqual(job["TrainingJobStatus"], "Completed", (job.get("FailureReason"), lines))
        self.assertIn("leaks []", lines)
        import io
        import tarfile
        body = self.s3.get_object(Bucket="scripts", Key="out/secrets/output/model.tar.gz")["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(body)) as tar:
            keys = json.load(tar.extractfile(next(m for m in tar.getmembers() if m.isfile())))
        shown = json.dumps(job) + "\n".join(lines) + "".join(self.server.errors)
        for name in ("AccessKeyId", "SecretAccessKey", "Token"):
            self.assertNotIn(keys[name], shown)

    def test_an_isolated_job_reaches_nothing(self):
        script = ("import os, socket\n"
                  "print('variables', [v for v in os.environ if 'CREDENTIALS' in v or 'ENDPOINT' in v])\n"
                  "for address in (('127.0.0.1', PORT), ('169.254.170.2', 80)):\n"
                  "    try:\n        socket.create_connection(address, timeout=5)\n        print('reached', address)\n"
                  "    except OSError as error:\n        print('refused')\n").replace("PORT", self.server.url.rsplit(":", 1)[1])
        self.start("isolated", script, EnableNetworkIsolation=True)
        self.assertEqual(finish(self.server, "isolated")["TrainingJobStatus"], "Completed")
        lines = log_lines(self.server, "isolated")
        self.assertEqual(lines[1:], ["variables []", "refused", "refused"])

    def test_access_survives_agents_and_servers(self):
        self.start("survivor", WAIT_AND_READ)
        wait_for(self.server, "survivor", lambda job: job["SecondaryStatus"] == "Training")
        (folder,) = host_folders(self.server.data, "survivor")
        agent = int((folder / "agent.lock").read_text())
        os.kill(agent, signal.SIGKILL)
        self.server.kill()
        self.server.start()
        self.server.client("s3").put_object(Bucket="scripts", Key="go-survivor", Body=b"")
        job = finish(self.server, "survivor")
        lines = log_lines(self.server, "survivor")
        self.assertEqual(job["TrainingJobStatus"], "Completed", (job.get("FailureReason"), lines))
        self.assertEqual(lines[-1], "gone on")

    def test_a_shell_job_has_it_too(self):
        create(self.server, "shell", "test -n \"$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI\" && echo $AWS_ENDPOINT_URL",
               OutputDataConfig={"S3OutputPath": "s3://scripts/out"})
        self.assertEqual(finish(self.server, "shell")["TrainingJobStatus"], "Completed", describe(self.server, "shell"))
        self.assertEqual(log_lines(self.server, "shell"), [self.server.url])


if __name__ == "__main__":
    unittest.main()
