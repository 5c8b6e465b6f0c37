"""The steps of the guides, typed with the unmodified aws command line and with boto3: bucket, upload, create-training-job, list and
describe, logs, model. Real MNIST, the built-in algorithm; the model is evaluated by a second program."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from api import finish, role, s3_channel  # noqa: E402
from mnist import FILES, mnist  # noqa: E402
from server import Server, program  # noqa: E402

GROUP = "/aws/sagemaker/TrainingJobs"


def request(server, name):
    return {
        "TrainingJobName": name,
        "AlgorithmSpecification": {"TrainingImage": "sagebrush/image-classification:latest", "TrainingInputMode": "File"},
        "RoleArn": role(server),
        "InputDataConfig": [s3_channel("train", "s3://mnist/data/")],
        "OutputDataConfig": {"S3OutputPath": "s3://mnist/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }


def command_lines():
    """Debian's aws, and a newer one where PATH has it."""
    found = ["/usr/bin/aws"] if os.path.exists("/usr/bin/aws") else []
    other = shutil.which("aws")
    return found + ([other] if other and os.path.realpath(other) != os.path.realpath("/usr/bin/aws") else [])


@unittest.skipIf(mnist() is None, "MNIST is not here: set SAGEBRUSH_DATA_DIR")
@unittest.skipIf(not pathlib.Path(program()).with_name("sagebrush-vision").exists(), "built without the LibTorch algorithm")
class Mnist(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))

    def expect_accurate(self, model):
        """The second program reads weights and configuration by itself and classifies the 10,000 test images."""
        script = HERE.parent / "vision" / "evaluate_model.py"
        output = subprocess.run(["/usr/bin/python3", str(script), str(model), str(mnist())],
                                capture_output=True, text=True, timeout=300)
        accuracy = re.search(r"accuracy=([0-9.]+)", output.stdout)
        self.assertTrue(accuracy, output.stdout + output.stderr)
        self.assertGreaterEqual(float(accuracy[1]), 0.99)

    def expect_accurate_log(self, lines):
        accuracies = [float(m[1]) for line in lines for m in [re.search(r"validation_accuracy=([0-9.]+)", line)] if m]
        self.assertTrue(accuracies, lines)
        self.assertGreaterEqual(accuracies[-1], 0.99)

    def test_aws_command_line(self):
        for number, aws in enumerate(command_lines()):
            with self.subTest(aws):
                self.walk_through(aws, f"cli-{number}")

    def walk_through(self, aws, name):
        def run(*words):
            done = subprocess.run([aws, "--endpoint-url", self.server.url, *words], env=self.server.environment(),
                                  capture_output=True, text=True, timeout=300)
            self.assertEqual(done.returncode, 0, f"aws {' '.join(words)}: {done.stderr}")
            return done.stdout

        run("s3", "mb", f"s3://mnist-{name}")
        for file in FILES:
            run("s3", "cp", str(mnist() / file), f"s3://mnist-{name}/data/")
        self.assertEqual(len(run("s3", "ls", f"s3://mnist-{name}/data/").splitlines()), 4)
        body = json.loads(json.dumps(request(self.server, name)).replace("s3://mnist/", f"s3://mnist-{name}/"))
        run("sagemaker", "create-training-job", "--cli-input-json", json.dumps(body))
        self.assertIn(name, run("sagemaker", "list-training-jobs", "--name-contains", name))
        followed = self.follow(aws, name)
        if followed:
            self.expect_accurate_log(followed)
        job = finish(self.server, name)
        self.assertEqual(job["TrainingJobStatus"], "Completed", job)
        filtered = run("logs", "filter-log-events", "--log-group-name", GROUP, "--log-stream-name-prefix", name + "/",
                       "--query", "events[].message", "--output", "json")
        self.expect_accurate_log(json.loads(filtered))
        described = json.loads(run("sagemaker", "describe-training-job", "--training-job-name", name))
        model = self.folder / f"{name}.tar.gz"
        run("s3", "cp", described["ModelArtifacts"]["S3ModelArtifacts"], str(model))
        self.expect_accurate(model)

    def follow(self, aws, name):
        """What `logs tail --follow` shows until the model is saved; nothing for version 1, which has no such command."""
        version = subprocess.run([aws, "--version"], capture_output=True, text=True)
        if (version.stdout + version.stderr).startswith("aws-cli/1"):
            return []
        tail = subprocess.Popen([aws, "--endpoint-url", self.server.url, "logs", "tail", GROUP, "--follow", "--since", "10m",
                                 "--log-stream-name-prefix", name + "/"],
                                env=self.server.environment() | {"PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True)
        followed = []
        try:
            for line in tail.stdout:
                followed.append(line)
                if "Model saved" in line:
                    break
        finally:
            tail.kill()
            tail.wait()
            tail.stdout.close()
        return followed

    def test_boto3(self):
        s3, sagemaker, logs = (self.server.client(service) for service in ("s3", "sagemaker", "logs"))
        s3.create_bucket(Bucket="mnist")
        for file in FILES:
            s3.upload_file(str(mnist() / file), "mnist", f"data/{file}")
        sagemaker.create_training_job(**request(self.server, "boto3"))
        sagemaker.get_waiter("training_job_completed_or_stopped").wait(
            TrainingJobName="boto3", WaiterConfig={"Delay": 1, "MaxAttempts": 300})
        job = sagemaker.describe_training_job(TrainingJobName="boto3")
        self.assertEqual(job["TrainingJobStatus"], "Completed")
        streams = logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix="boto3/")["logStreams"]
        self.assertEqual(len(streams), 1)
        self.assertRegex(streams[0]["logStreamName"], r"^boto3/algo-1-\d+$")
        events = logs.get_log_events(logGroupName=GROUP, logStreamName=streams[0]["logStreamName"], startFromHead=True)
        self.expect_accurate_log([event["message"] for event in events["events"]])
        model = self.folder / "boto3.tar.gz"
        s3.download_file("mnist", job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://mnist/"), str(model))
        self.expect_accurate(model)


if __name__ == "__main__":
    unittest.main()
