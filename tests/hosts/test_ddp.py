"""PyTorch's DistributedDataParallel with gloo over hosts trains for real on MNIST, started in each of the ways that there are."""

import pathlib
import re
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "script", "jobs")]
from api import call, finish, log_lines, s3_channel  # noqa: E402
from server import Server  # noqa: E402
from source import script_request  # noqa: E402
from mnist import mnist  # noqa: E402

CONFIG = "cpus: 4\nmemory_mib: 16384\nstop_grace_seconds: 3\n"
SCRIPT = (HERE / "ddp.py").read_text()


def has_torch():
    import subprocess

    return subprocess.run(["/usr/bin/python3", "-c", "import torch"], capture_output=True).returncode == 0


@unittest.skipIf(mnist() is None, "MNIST is not here: set SAGEBRUSH_DATA_DIR")
@unittest.skipUnless(has_torch(), "python3-torch is not installed")
class Ddp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(CONFIG))
        cls.s3 = cls.server.client("s3")
        cls.s3.create_bucket(Bucket="scripts")
        for key, name in (("images.gz", "t10k-images-idx3-ubyte.gz"), ("labels.gz", "t10k-labels-idx1-ubyte.gz")):
            cls.s3.put_object(Bucket="scripts", Key=f"data/{key}", Body=(mnist() / name).read_bytes())

    def start(self, name, script=SCRIPT, hosts=2, **hyperparameters):
        call(self.server, "SageMaker.CreateTrainingJob", script_request(
            self.server, name, {"ddp.py": script}, program="ddp.py", hyperparameters=hyperparameters,
            ResourceConfig={"InstanceType": "ml.t3.medium", "InstanceCount": hosts, "VolumeSizeInGB": 1},
            InputDataConfig=[s3_channel("training", "s3://scripts/data/")]))

    def results(self, name):
        """(accuracy, weights) of each host."""
        job = finish(self.server, name, seconds=300)
        lines = log_lines(self.server, name)
        self.assertEqual(job["TrainingJobStatus"], "Completed", (job.get("FailureReason"), lines))
        found = {}
        for line in lines:
            match = re.match(r"rank (\d) on (\S+) accuracy (\S+) weights (\S+)", line)
            if match:
                found[match[2]] = (int(match[1]), float(match[3]), match[4])
        return found

    def expect_trained(self, name, hosts):
        found = self.results(name)
        self.assertEqual(sorted(found), [f"algo-{i + 1}" for i in range(hosts)])
        self.assertEqual([found[host][0] for host in sorted(found)], list(range(hosts)))
        self.assertEqual(len({weights for _, _, weights in found.values()}), 1, found)
        for _, accuracy, _ in found.values():
            self.assertGreater(accuracy, 0.9)
        self.assertGreater(self.s3.head_object(Bucket="scripts", Key=f"out/{name}/output/model.tar.gz")["ContentLength"], 1000)

    def test_torch_distributed(self):
        self.start("torchrun", epochs=2, sagemaker_torch_distributed_enabled=True)
        self.expect_trained("torchrun", 2)
        started = [line for line in log_lines(self.server, "torchrun") if line.startswith("Invoking script")]
        self.assertEqual(len(started), 2)
        for rank in (0, 1):
            self.assertTrue(any(f"--master_addr algo-1 --master_port 7777 --node_rank {rank} ddp.py" in
                                line for line in started), started)

    def test_pytorchddp(self):
        self.start("pytorchddp", epochs=2, sagemaker_pytorch_ddp_enabled=True)
        self.expect_trained("pytorchddp", 2)

    def test_one_process_a_host_without_a_launcher(self):
        self.start("plain", hosts=3, epochs=2)
        self.expect_trained("plain", 3)

    def test_a_rank_that_fails_ends_the_job_with_its_reason(self):
        # It ends at once: were the other hosts cut off while its interpreter still tidies up, theirs could be the first failure.
        give_up = ("    if rank == 1:\n        try:\n            raise ValueError('rank one gives up')\n        except ValueError:\n"
                   "            __import__('traceback').print_exc()\n            os._exit(1)\n")
        script = SCRIPT.replace("    for epoch in", give_up + "    for epoch in", 1)
        self.start("failing", script=script, epochs=2)
        job = finish(self.server, "failing", seconds=120)
        self.assertEqual(job["TrainingJobStatus"], "Failed", job)
        self.assertTrue(job["FailureReason"].startswith("algo-2: AlgorithmError: "), job["FailureReason"])
        self.assertIn("ValueError: rank one gives up", job["FailureReason"])


if __name__ == "__main__":
    unittest.main()
