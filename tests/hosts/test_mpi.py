"""Open MPI's mpirun over the hosts of a job, started on the first and reaching the others without ssh."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "script", "jobs")]
from api import call, finish, log_lines, wait_for  # noqa: E402
from host_folders import host_folders  # noqa: E402
from leftovers import job_ids, wait_until_clean  # noqa: E402
from podman import Podman, missing  # noqa: E402
from server import Server  # noqa: E402
from source import script_request  # noqa: E402

CONFIG = "cpus: 8\nmemory_mib: 16384\nstop_grace_seconds: 20\n"
SCRIPT = """
import os, socket, sys
from mpi4py import MPI
world = MPI.COMM_WORLD
total = world.allreduce(world.rank + 1)
print(f"rank {world.rank} of {world.size} on {socket.gethostname()} for {os.environ['SM_CURRENT_HOST']} total {total} "
      f"said {os.environ.get('SAID')} RANK {os.environ.get('RANK')} args {' '.join(sys.argv[1:])}", flush=True)
with open(os.environ["SM_MODEL_DIR"] + f"/{world.rank}", "w") as file:
    file.write(str(total))
"""
# Says that it is up, and is there until it is told to go.
WAITS = """
import time
from mpi4py import MPI
print(f"up {MPI.COMM_WORLD.rank}", flush=True)
while True:
    time.sleep(0.1)
"""


def has_mpi():
    return shutil.which("mpirun", path="/usr/bin") and subprocess.run(
        ["/usr/bin/python3", "-c", "import mpi4py"], capture_output=True, check=False).returncode == 0


@unittest.skipUnless(has_mpi(), "needs openmpi-bin and python3-mpi4py")
class Mpi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(CONFIG))
        cls.s3 = cls.server.client("s3")
        cls.s3.create_bucket(Bucket="scripts")

    def start(self, name, files, hosts=2, image="sagebrush/host:latest", program="train.py", **hyperparameters):
        call(self.server, "SageMaker.CreateTrainingJob", script_request(
            self.server, name, files, program=program,
            hyperparameters={"sagemaker_mpi_enabled": True} | hyperparameters,
            AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"},
            ResourceConfig={"InstanceType": "ml.t3.medium", "InstanceCount": hosts, "VolumeSizeInGB": 1}))

    def end(self, name, status="Completed"):
        job = finish(self.server, name, 120)
        lines = log_lines(self.server, name)
        self.assertEqual(job["TrainingJobStatus"], status, (job.get("FailureReason"), lines))
        wait_until_clean(self.server.data, job_ids(self.server.data))
        return job, lines

    def ranks(self, lines):
        """{rank: (size, host, variable's host, total, said, RANK, arguments)}; the tag says which stream it was."""
        found = {}
        for line in lines:
            match = re.match(r"\[1,(\d+)\]<stdout>:rank (\d+) of (\d+) on (\S+) for (\S+) total (\d+) said (\S+) RANK (\S+) args (.*)$", line)
            if match:
                self.assertEqual(match[1], match[2])
                found[int(match[2])] = match.groups()[2:]
        return found

    def wait_until_up(self, name):
        wanted = {f"[1,{rank}]<stdout>:up {rank}" for rank in (0, 1)}
        wait_for(self.server, name, lambda job: job["SecondaryStatus"] == "Training" and wanted <= set(log_lines(self.server, name)))

    def test_two_processes_on_each_of_two_hosts(self):
        self.start("four", {"train.py": SCRIPT}, lr=0.1, sagemaker_mpi_num_of_processes_per_host=2,
                   sagemaker_mpi_custom_mpi_options="-x SAID=hello --NCCL_DEBUG=INFO")
        _, lines = self.end("four")
        self.assertEqual(self.ranks(lines), {rank: ("4", host, host, "10", "hello", "None", "--lr 0.1")
                                             for rank, host in enumerate(["algo-1", "algo-1", "algo-2", "algo-2"])})
        started = "\n".join(line for line in lines if line.startswith("Invoking script"))
        self.assertIn("/usr/bin/mpirun --host algo-1:2,algo-2:2 -np 4 ", started)
        self.assertIn("-x NCCL_DEBUG=INFO -x SAID=hello /usr/bin/python3 -m mpi4py train.py --lr 0.1", started)
        self.assertIn("/opt/sagebrush/bin/sagebrush-mpi --serve", started)

    def test_one_process_a_host_and_one_host(self):
        for name, hosts in (("three", 3), ("single", 1)):
            with self.subTest(name):
                self.start(name, {"train.py": SCRIPT}, hosts=hosts)
                _, lines = self.end(name)
                total = str(hosts * (hosts + 1) // 2)
                self.assertEqual({rank: row[:4] for rank, row in self.ranks(lines).items()},
                                 {n: (str(hosts), f"algo-{n + 1}", f"algo-{n + 1}", total) for n in range(hosts)})

    def test_shell_scripts_are_started_too(self):
        self.start("shell", {"run.sh": "#!/bin/sh\necho \"shell $OMPI_COMM_WORLD_RANK on $(hostname) $1=$2\"\n"}, program="run.sh", word="it's")
        _, lines = self.end("shell")
        for rank in (0, 1):
            self.assertIn(f"[1,{rank}]<stdout>:shell {rank} on algo-{rank + 1} --word=it's", lines)

    def test_each_process_writes_whole_lines(self):
        script = "import sys\nfrom mpi4py import MPI\nfor i in range(300):\n    print(MPI.COMM_WORLD.rank, i, sys.stdout.isatty())\n"
        self.start("lines", {"train.py": script}, sagemaker_mpi_num_of_processes_per_host=2)
        _, lines = self.end("lines")
        wanted = {f"[1,{rank}]<stdout>:{rank} {i} True" for rank in range(4) for i in range(300)}
        self.assertEqual({line for line in lines if "<stdout>" in line}, wanted)

    def test_a_rank_that_fails_ends_the_job_with_its_reason(self):
        self.start("failing", {"train.py": WAITS.replace("while True", "if MPI.COMM_WORLD.rank == 1: raise ValueError('rank one gives up')\nwhile True")})
        job, _ = self.end("failing", "Failed")
        self.assertTrue(job["FailureReason"].startswith("algo-1: AlgorithmError: ExecuteUserScriptError:"), job["FailureReason"])
        self.assertIn("ValueError: rank one gives up", job["FailureReason"])

    def test_a_job_can_be_stopped(self):
        self.start("stopped", {"train.py": WAITS})
        self.wait_until_up("stopped")
        call(self.server, "SageMaker.StopTrainingJob", {"TrainingJobName": "stopped"})
        self.end("stopped", "Stopped")

    def test_a_host_that_is_killed_ends_the_job(self):
        self.start("killed", {"train.py": WAITS})
        self.wait_until_up("killed")
        (folder,) = host_folders(self.server.data, "killed", "algo-2")
        os.kill(json.loads((folder / "work/container.json").read_text())["pid"], signal.SIGKILL)
        job, _ = self.end("killed", "Failed")
        self.assertIn("algo-2: ", job["FailureReason"])
        self.assertIn("killed by SIGKILL", job["FailureReason"])

    def test_what_cannot_be_started_says_why(self):
        cases = (("many", {"sagemaker_mpi_num_of_processes_per_host": 0},
                  "hyperparameter sagemaker_mpi_num_of_processes_per_host must be a number from 1 to 4096, not 0"),
                 ("servers", {"sagemaker_mpi_enabled": False, "sagemaker_parameter_server_enabled": True},
                  "the launcher of hyperparameter sagemaker_parameter_server_enabled is not served; use torch_distributed, pytorchddp or mpi"))
        for name, hyperparameters, words in cases:
            with self.subTest(name):
                self.start(name, {"train.py": SCRIPT}, hosts=1, **hyperparameters)
                job, _ = self.end(name, "Failed")
                self.assertEqual(job["FailureReason"], "ClientError: The script cannot be run: " + words)

    @unittest.skipIf(missing(), missing())
    def test_in_an_image_with_its_own_mpirun(self):
        podman = self.enterContext(Podman(self.server))
        podman.import_packages("localhost/mpi", "openmpi-bin", "openmpi-common", "libopenmpi3", "libpmix2", "python3-mpi4py")
        image = podman.push("localhost/mpi", "mpi")
        self.start("in-image", {"train.py": SCRIPT}, image=image)
        _, lines = self.end("in-image")
        self.assertEqual({rank: row[:4] for rank, row in self.ranks(lines).items()},
                         {0: ("2", "algo-1", "algo-1", "3"), 1: ("2", "algo-2", "algo-2", "3")})
        podman.import_packages("localhost/no-mpi")
        image = podman.push("localhost/no-mpi", "no-mpi")
        self.start("no-mpi", {"train.py": SCRIPT}, image=image, hosts=1)
        job, _ = self.end("no-mpi", "Failed")
        self.assertEqual(job["FailureReason"], "ClientError: The script cannot be run: hyperparameter sagemaker_mpi_enabled needs Open MPI's "
                         f"mpirun: the image {image} has none on its PATH")


if __name__ == "__main__":
    unittest.main()
