"""Managed spot training: interrupted for on-demand work, waiting, going on from checkpoints."""

import io
import re
import sys
import tarfile
import unittest

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/support")
sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/jobs")
sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/vision")
from api import ApiError, create, describe, finish, log_lines, role, s3_channel, wait_for  # noqa: E402
from host_folders import host_folders  # noqa: E402
from leftovers import job_ids, wait_until_clean  # noqa: E402
from server import Server, program  # noqa: E402
from mnist import mnist  # noqa: E402
from vision_job import head_of_idx  # noqa: E402
import pathlib  # noqa: E402

CONFIG = "cpus: 2\nmemory_mib: 8192\nstop_grace_seconds: 10\n"
SPOT = {"EnableManagedSpotTraining": True, "StoppingCondition": {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 3600}}
# Counts in a checkpoint until it may end; SIGTERM ends it at once, as it ends most programs.
COUNTER = ("n=$(cat /opt/ml/checkpoints/n 2>/dev/null || echo 0); echo start at $n; [ $n = 0 ] || exit 0; "
           "trap 'echo $n > /opt/ml/checkpoints/n; exit 1' TERM; while :; do n=$((n+1)); sleep 0.05; done")


def statuses(job):
    return [one["Status"] for one in job["SecondaryStatusTransitions"]]


class Spot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(CONFIG))
        cls.s3 = cls.server.client("s3")
        cls.s3.create_bucket(Bucket="jobs")

    def test_makes_room_for_on_demand_work_and_goes_on_from_its_checkpoint(self):
        create(self.server, "cheap", COUNTER, CheckpointConfig={"S3Uri": "s3://jobs/checkpoints/cheap"}, **SPOT)
        wait_for(self.server, "cheap", lambda job: job["SecondaryStatus"] == "Training")
        wait_for(self.server, "cheap", lambda _: "start at 0" in log_lines(self.server, "cheap"))
        create(self.server, "urgent", "while [ ! -e /opt/ml/go ]; do sleep 0.02; done")
        wait_for(self.server, "urgent", lambda job: job["SecondaryStatus"] == "Training")
        waiting = wait_for(self.server, "cheap", lambda job: "Waiting for" in job["SecondaryStatusTransitions"][-1]["StatusMessage"])
        self.assertEqual((waiting["TrainingJobStatus"], waiting["SecondaryStatus"]), ("InProgress", "Interrupted"))
        self.assertTrue(waiting["SecondaryStatusTransitions"][-1]["StatusMessage"].startswith(
            "Training job interrupted: job urgent needs the room. Waiting for 2 CPUs"), waiting["SecondaryStatusTransitions"][-1])
        for folder in host_folders(self.server.data, "urgent"):
            (folder / "work/ml/go").touch()
        self.assertEqual(finish(self.server, "urgent")["TrainingJobStatus"], "Completed")
        job = finish(self.server, "cheap")
        self.assertEqual(job["TrainingJobStatus"], "Completed", job)
        self.assertEqual(statuses(job), ["Starting", "Downloading", "Training", "Interrupted", "Starting", "Downloading",
                                         "Training", "Uploading", "Completed"])
        count = self.s3.get_object(Bucket="jobs", Key="checkpoints/cheap/n")["Body"].read().decode().strip()
        self.assertEqual([line for line in log_lines(self.server, "cheap")], ["start at 0", f"start at {count}"])
        self.assertGreater(job["TrainingTimeInSeconds"], 0)
        self.assertLess(job["BillableTimeInSeconds"], job["TrainingTimeInSeconds"])
        wait_until_clean(self.server.data, job_ids(self.server.data))

    def test_ends_when_it_waited_too_long(self):
        create(self.server, "holder", "while [ ! -e /opt/ml/go ]; do sleep 0.02; done")
        wait_for(self.server, "holder", lambda job: job["SecondaryStatus"] == "Training")
        create(self.server, "impatient", "true", EnableManagedSpotTraining=True,
               StoppingCondition={"MaxRuntimeInSeconds": 1, "MaxWaitTimeInSeconds": 1})
        job = finish(self.server, "impatient")
        self.assertEqual((job["TrainingJobStatus"], job["SecondaryStatus"]), ("Stopped", "MaxWaitTimeExceeded"))
        self.server.client("sagemaker").stop_training_job(TrainingJobName="holder")
        finish(self.server, "holder")

    def test_survives_a_server_that_is_killed_while_it_waits(self):
        create(self.server, "patient", COUNTER, CheckpointConfig={"S3Uri": "s3://jobs/checkpoints/patient"}, **SPOT)
        wait_for(self.server, "patient", lambda _: "start at 0" in log_lines(self.server, "patient")
                 if describe(self.server, "patient")["SecondaryStatus"] == "Training" else False)
        create(self.server, "other", "sleep 1")
        wait_for(self.server, "patient", lambda job: job["SecondaryStatus"] == "Interrupted")
        self.server.kill()
        self.server.start()
        self.assertEqual(finish(self.server, "other")["TrainingJobStatus"], "Completed")
        job = finish(self.server, "patient")
        self.assertEqual(job["TrainingJobStatus"], "Completed", job.get("FailureReason"))
        self.assertEqual(statuses(job).count("Interrupted"), 1)

    def test_all_hosts_are_interrupted_together(self):
        script = ("h=$(hostname); [ -e /opt/ml/checkpoints/$h ] && { echo $h again; exit 0; }; "
                  "trap 'touch /opt/ml/checkpoints/$h; exit 0' TERM; echo $h first; while :; do sleep 0.05; done")
        create(self.server, "pair", script, CheckpointConfig={"S3Uri": "s3://jobs/checkpoints/pair"},
               ResourceConfig={"InstanceType": "ml.t3.medium", "InstanceCount": 2, "VolumeSizeInGB": 1}, **SPOT)
        wait_for(self.server, "pair", lambda _: {"algo-1 first", "algo-2 first"} <= set(log_lines(self.server, "pair"))
                 if describe(self.server, "pair")["SecondaryStatus"] == "Training" else False)
        create(self.server, "needed", "true")
        self.assertEqual(finish(self.server, "needed")["TrainingJobStatus"], "Completed")
        job = finish(self.server, "pair")
        self.assertEqual(job["TrainingJobStatus"], "Completed", job.get("FailureReason"))
        self.assertEqual(statuses(job).count("Interrupted"), 1)
        said = sorted(line for line in log_lines(self.server, "pair") if line.startswith("algo-"))
        self.assertEqual(said,
                         ["algo-1 again", "algo-1 first", "algo-2 again", "algo-2 first"])
        wait_until_clean(self.server.data, job_ids(self.server.data))

    def test_rehearsals_are_for_spot_jobs(self):
        for changes, words in (({}, "set EnableManagedSpotTraining"), (SPOT, "it must be times as 60s or 2m")):
            with self.assertRaises(ApiError) as caught:
                create(self.server, "no-rehearsal", "true", Tags=[{"Key": "sagebrush:interrupt-after", "Value": "soon"}], **changes)
            self.assertIn(words, str(caught.exception))

    @unittest.skipIf(mnist() is None, "MNIST is not here: set SAGEBRUSH_DATA_DIR")
    @unittest.skipIf(not pathlib.Path(program()).with_name("sagebrush-vision").exists(), "built without the LibTorch algorithm")
    def test_interrupted_twice_gives_the_weights_of_the_run_without_interruption(self):
        for prefix, count in (("train", 3000), ("t10k", 500)):
            for kind in ("images-idx3", "labels-idx1"):
                name = f"{prefix}-{kind}-ubyte"
                channel = "train" if prefix == "train" else "test"
                self.s3.put_object(Bucket="jobs", Key=f"mnist/{channel}/{name}", Body=head_of_idx(mnist() / (name + ".gz"), count))
        whole = self.train("whole")
        cut = self.train("cut", Tags=[{"Key": "sagebrush:interrupt-after", "Value": "1s 1s"}], **SPOT)
        self.assertEqual(statuses(cut).count("Interrupted"), 2, statuses(cut))
        self.assertEqual(statuses(whole).count("Interrupted"), 0)
        self.assertEqual(self.losses("cut"), self.losses("whole"))
        self.assertEqual(self.weights("cut"), self.weights("whole"))

    def train(self, name, **changes):
        create(self.server, name, "", **{
            "AlgorithmSpecification": {"TrainingImage": "sagebrush/image-classification:latest", "TrainingInputMode": "File"},
            "HyperParameters": {"epochs": "40", "seed": "7"}, "CheckpointConfig": {"S3Uri": f"s3://jobs/checkpoints/{name}"},
            "InputDataConfig": [s3_channel(which, f"s3://jobs/mnist/{which}/") for which in ("train", "test")], **changes})
        job = finish(self.server, name, 240)
        self.assertEqual(job["TrainingJobStatus"], "Completed", job.get("FailureReason"))
        return job

    def losses(self, name):
        """The loss of each epoch, as the job's log has it over all its attempts."""
        found = {}
        for line in log_lines(self.server, name):
            values = dict(re.findall(r"(\w+)=(\S+)", line))
            if "epoch" in values and "train_loss" in values:
                self.assertEqual(found.setdefault(values["epoch"], values["train_loss"]), values["train_loss"])
        self.assertEqual(len(found), 40)
        return found

    def weights(self, name):
        body = self.s3.get_object(Bucket="jobs", Key=f"out/{name}/output/model.tar.gz")["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(body), mode="r:gz") as tar:
            return tar.extractfile("model.safetensors").read()


if __name__ == "__main__":
    unittest.main()
