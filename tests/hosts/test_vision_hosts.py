"""The built-in algorithm on two instances, end to end: the model of one process, to the bit, and the same again when containers are
killed while they train."""

import io
import json
import os
import pathlib
import re
import signal
import sys
import tarfile
import time
import unittest

import numpy

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "jobs", "vision")]
from api import FINAL, call, describe, finish, log_lines, role, s3_channel  # noqa: E402
from host_folders import host_folders  # noqa: E402
from leftovers import job_ids, wait_until_clean  # noqa: E402
from mnist import mnist  # noqa: E402
from server import Server, program  # noqa: E402
from vision_job import head_of_idx, read_weights  # noqa: E402

CONFIG = "cpus: 4\nmemory_mib: 16384\nstop_grace_seconds: 10\n"
EPOCHS = 8
# Four shards a batch, two for each of two hosts. A checkpoint each second and each epoch.
HYPERPARAMETERS = {"epochs": EPOCHS, "batch_size": 128, "ghost_batch_size": 32, "seed": 5, "checkpoint_seconds": 1}


@unittest.skipIf(mnist() is None, "MNIST is not here: set SAGEBRUSH_DATA_DIR")
@unittest.skipIf(not pathlib.Path(program()).with_name("sagebrush-vision").exists(), "built without the LibTorch algorithm")
class VisionHosts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(CONFIG))
        cls.s3 = cls.server.client("s3")
        cls.s3.create_bucket(Bucket="vision")
        for prefix, count in (("train", 6000), ("t10k", 2000)):
            for kind in ("images-idx3", "labels-idx1"):
                name = f"{prefix}-{kind}-ubyte"
                cls.s3.put_object(Bucket="vision", Key=f"data/{name}", Body=head_of_idx(mnist() / (name + ".gz"), count))
        cls.start("alone", 1)
        cls.alone = cls.outcome("alone")

    @classmethod
    def start(cls, name, hosts, **changes):
        call(cls.server, "SageMaker.CreateTrainingJob", {
            "TrainingJobName": name,
            "AlgorithmSpecification": {"TrainingImage": "sagebrush/image-classification:latest", "TrainingInputMode": "File"},
            "HyperParameters": {key: str(value) for key, value in HYPERPARAMETERS.items()},
            "RoleArn": role(cls.server),
            "InputDataConfig": [s3_channel("train", "s3://vision/data/")],
            "OutputDataConfig": {"S3OutputPath": "s3://vision/models"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": hosts, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 600}, **changes})

    @classmethod
    def outcome(cls, name):
        """(weights by name, epochs' losses and accuracies) of a job that must complete."""
        job = finish(cls.server, name, seconds=300)
        lines = log_lines(cls.server, name)
        assert job["TrainingJobStatus"] == "Completed", (job.get("FailureReason"), lines)
        body = cls.s3.get_object(Bucket="vision", Key=f"models/{name}/output/model.tar.gz")["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            weights = read_weights(archive.extractfile("model.safetensors").read())
        epochs = {}
        for line in lines:
            found = re.match(r"epoch=(\d+) train_loss=([\d.]+) .*validation_accuracy=([\d.]+)", line)
            if found:
                epochs.setdefault(int(found[1]), set()).add((float(found[2]), float(found[3])))
        return weights, epochs

    def expect_the_model_of_one_process(self, name):
        weights, epochs = self.outcome(name)
        expected, expected_epochs = self.alone
        self.assertEqual(weights.keys(), expected.keys())
        for tensor, values in weights.items():
            self.assertTrue(numpy.array_equal(values, expected[tensor]), tensor)
        self.assertEqual(epochs, expected_epochs)  # as printed, and an epoch that was trained twice said the same twice
        self.assertGreater(max(accuracy for _, accuracy in epochs[EPOCHS]), 0.97)

    def wait_for_line(self, name, pattern, seconds=120):
        deadline = time.monotonic() + seconds
        while True:
            lines = log_lines(self.server, name)
            if any(re.match(pattern, line) for line in lines):
                return
            job = describe(self.server, name)
            self.assertNotIn(job["TrainingJobStatus"], FINAL, (pattern, job.get("FailureReason"), lines))
            self.assertLess(time.monotonic(), deadline, (pattern, lines))
            time.sleep(0.02)  # between two questions; what ends the wait is the line

    def kill_container(self, name, host):
        """The first process of that host's container, and with it all others in there."""
        (folder,) = [folder for folder in host_folders(self.server.data, name, host) if (folder / "work/container.json").exists()]
        os.kill(json.loads((folder / "work/container.json").read_text())["pid"], signal.SIGKILL)

    def test_two_instances_are_one(self):
        self.start("two", 2)
        self.expect_the_model_of_one_process("two")
        self.assertTrue(any("on 2 hosts" in line for line in log_lines(self.server, "two")))

    def test_containers_killed_while_training_change_nothing(self):
        self.start("killed", 2, CheckpointConfig={"S3Uri": "s3://vision/checkpoints/"}, RetryStrategy={"MaximumRetryAttempts": 2})
        self.wait_for_line("killed", "epoch=1 ")
        ids = job_ids(self.server.data)
        self.kill_container("killed", "algo-2")  # a follower
        self.wait_for_line("killed", "Resuming from /opt/ml/checkpoints/checkpoint-")
        self.wait_for_line("killed", "epoch=4 ")
        self.kill_container("killed", "algo-1")  # the leader
        self.expect_the_model_of_one_process("killed")
        transitions = describe(self.server, "killed")["SecondaryStatusTransitions"]
        reasons = [one["StatusMessage"] for one in transitions if one["Status"] == "Restarting"]
        self.assertEqual(len(reasons), 2, transitions)
        for reason, host in zip(reasons, ("algo-2", "algo-1")):
            self.assertIn(f"{host}: InternalServerError: killed by SIGKILL from outside", reason)
        resumed = [line for line in log_lines(self.server, "killed") if line.startswith("Resuming from")]
        self.assertEqual(len(resumed), 2, resumed)
        for line in resumed:
            self.assertGreater(int(re.search(r"epoch (\d+)", line)[1]), 0)
        wait_until_clean(self.server.data, ids)

    def test_a_container_killed_without_a_retry_strategy_fails_the_job_with_its_reason(self):
        self.start("once", 2)
        self.wait_for_line("once", "epoch=1 ")
        self.kill_container("once", "algo-2")
        job = finish(self.server, "once", seconds=120)
        self.assertEqual(job["TrainingJobStatus"], "Failed")
        self.assertTrue(job["FailureReason"].startswith("algo-2: InternalServerError: killed by SIGKILL from outside"), job)


if __name__ == "__main__":
    unittest.main()
