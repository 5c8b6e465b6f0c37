"""Kills each part, and fills the disk, at each step of a job: one right end, the log whole, one artifact, nothing left behind.

The table of what was expected, and held, is docs/reliability.md; SAGEBRUSH_WRITE_DOCS=1 writes it anew. An argument names one victim:
test_matrix.py [server|agent|container|disk]
"""

import dataclasses
import gzip
import json
import os
import pathlib
import re
import signal
import sys
import time
import typing
import unittest

HERE = pathlib.Path(__file__).resolve().parent
for folder in ("support", "jobs", "reliability", "registry", "images"):
    sys.path.insert(0, str(HERE.parent / folder))
from api import FINAL, call, create, describe, finish, log_lines, s3_channel  # noqa: E402
from distribution import Distribution, digest_of  # noqa: E402
from host_folders import host_folders  # noqa: E402
from image_maker import Layer  # noqa: E402
from leftovers import job_ids, wait_until_clean  # noqa: E402
from processes import kill_agents  # noqa: E402
from server import Server  # noqa: E402
from small_disk import SmallDisk  # noqa: E402

PAGE = HERE.parents[1] / "docs" / "reliability.md"
HOST = "sagebrush/host:latest"
# No layer outlives its job: what is there when all is over was forgotten.
CONFIG = "cpus: 8\nmemory_mib: 65536\nlayer_cache_bytes: 0\n"
LARGE = 400_000_000  # of a file in an image: it takes a while to unpack
# Prints as many lines as it is told, from where an attempt before it was, writes two checkpoints, and at its end or when it is told to
# stop how far it was and a model.
SCRIPT = """
stop=
save() {
  echo $i > /opt/ml/checkpoints/at.new && mv /opt/ml/checkpoints/at.new /opt/ml/checkpoints/at
  head -c 3000000 /dev/urandom > /opt/ml/model/weights
  exit 0
}
trap stop=1 TERM
i=$(cat /opt/ml/checkpoints/at || echo 0)
while [ $i -lt $1 ] && [ -z "$stop" ]; do
  echo line $i
  i=$((i+1))
  [ $i = 20 ] && echo first > /opt/ml/checkpoints/one
  [ $i = 100 ] && echo second > /opt/ml/checkpoints/two
  sleep 0.01
done
save
"""


@dataclasses.dataclass
class Run:
    """One job on its way."""
    server: Server
    name: str
    layer: str = ""  # the digest of its image's own layer

    @property
    def host(self):
        """The folder of its only host, None before there is one and when it is over."""
        return next(iter(host_folders(self.server.data, self.name)), None)

    def has(self, name):
        host = self.host
        return host is not None and (host / name).exists()

    def printed(self, number):
        host = self.host
        try:
            return host is not None and f"line {number}".encode() in (host / "output.log").read_bytes()
        except OSError:
            return False

    def stored(self, key):
        listed = self.server.client("s3").list_objects_v2(Bucket="jobs", Prefix=key)
        return listed["KeyCount"] > 0

    def layer_has(self, ending, least=0):
        """Of its image's own layer: whether that is there, and as large."""
        try:
            return (self.server.data / "layers" / (self.layer.replace(":", "-") + ending)).stat().st_size >= least
        except OSError:
            return False

    def order_stop(self):
        call(self.server, "SageMaker.StopTrainingJob", {"TrainingJobName": self.name})


@dataclasses.dataclass
class Step:
    """reached: the moment has come (or is over)."""
    name: str
    reached: typing.Callable[[Run], bool]
    stops: bool = False
    runs: bool = True  # a container is there to be killed
    lines: int = 150
    image: bool = False  # its own, pushed for it
    spot: bool = False   # an on-demand job takes its room


STEPS = (
    Step("pull", lambda run: run.layer_has(".lock"), runs=False, image=True),
    Step("unpack", lambda run: run.layer_has(".partial/root/large", LARGE // 10) or run.layer_has(""), runs=False, image=True),
    Step("stage in", lambda run: run.has("work/channels"), runs=False),
    Step("train", lambda run: run.printed(10)),
    Step("checkpoint", lambda run: run.stored(f"checkpoints/{run.name}/one"), lines=600),
    Step("preempt", lambda run: run.has("stop-sent"), lines=600, spot=True),
    Step("stop", lambda run: run.has("stop-sent"), stops=True, lines=600),
    Step("upload", lambda run: run.has("container-exit.json"), runs=False),
)


def wait_until(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not in {seconds} s: {what}")
        time.sleep(0.002)  # between two looks; what ends the wait is the condition


class Victim:
    expected = {"stop": "Stopped", "preempt": "Completed"}
    otherwise = "Completed"

    def expects(self, step):
        return self.expected.get(step.name, self.otherwise)


class ServerVictim(Victim):
    name = "server"

    def strike(self, run, _disk):
        run.server.kill()
        run.server.start()


class AgentVictim(Victim):
    name = "agent"

    def strike(self, run, _disk):
        kill_agents(run.server.data)


class ContainerVictim(Victim):
    name = "container"
    otherwise = "Failed"

    def expects(self, step):
        return super().expects(step) if step.runs else None

    def strike(self, run, _disk):
        host = run.host
        if host is None:
            return  # it had ended by itself
        process = host / "work" / "container.json"
        wait_until(lambda: process.exists() or not process.parent.exists(), f"{process} is there")
        try:
            os.kill(json.loads(process.read_text())["pid"], signal.SIGKILL)
        except (ProcessLookupError, FileNotFoundError):
            pass  # it ended by itself


class DiskVictim(Victim):
    """Full until an upload was refused, then free again."""
    name = "disk full"
    expected = {"stop": "Stopped or Failed"}
    otherwise = "Completed or Failed"

    def strike(self, run, disk):
        try:
            s3 = run.server.client("s3")
            try:
                for i in range(10_000):
                    if i % 50 == 0:
                        disk.fill()  # an agent that unpacks removes what it has when there is no room for more
                    s3.put_object(Bucket="jobs", Key=f"more/{run.name}/{i}", Body=b"y" * 4096)
                raise AssertionError("a full disk took 40 MB")
            except s3.exceptions.ClientError as refused:
                assert refused.response["ResponseMetadata"]["HTTPStatusCode"] >= 500, refused
        finally:
            disk.free()


VICTIMS = (ServerVictim(), AgentVictim(), ContainerVictim(), DiskVictim())


def page():
    rows = "\n".join("| " + " | ".join([step.name] + [victim.expects(step) or "–" for victim in VICTIMS]) + " |" for step in STEPS)
    return f"""# Reliability

What a training job comes to when a part of the system is killed with SIGKILL, or the disk has no byte left, in each of its steps. In every
case: the log has each line once and in order, up to the container's end; Completed and Stopped have one artifact with what the container
saved, Failed has none; no process, mount, cgroup or folder is left, and of an image no layer where none are to be kept. A job fails for a full disk only with that
reason, and one that ended well before is whole.

Pull: the agent has begun to take a layer of the job's image from the registry. Unpack: a tenth of it is unpacked. Preempt: the job is
spot, and SIGTERM has been sent to it because an on-demand job needs its room; both end, the one that gave way by another attempt from its
last checkpoint. –: there is no container in that step.

| step | {" | ".join(victim.name for victim in VICTIMS)} |
| --- |{" --- |" * len(VICTIMS)}
{rows}

`tests/reliability/test_matrix.py` does it and prints the table as it fills; `SAGEBRUSH_WRITE_DOCS=1` in its environment writes this page.
"""


class Matrix(unittest.TestCase):
    def test_every_step(self):
        for victim in VICTIMS:
            if ONLY in (None, victim.name.split()[0]):
                self.strike_at_every_step(victim)

    def strike_at_every_step(self, victim):
        if victim.name == "disk full" and os.geteuid() != 0:
            self.skipTest("a small file system takes root to mount")
        with SmallDisk(1280) if os.geteuid() == 0 else None as disk, Server(CONFIG, data=disk and disk.data) as server:
            s3 = server.client("s3")
            s3.create_bucket(Bucket="jobs")
            s3.put_object(Bucket="jobs", Key="data/run.sh", Body=SCRIPT.encode())
            for i in range(8):
                s3.put_object(Bucket="jobs", Key=f"data/{i}.gz", Body=gzip.compress(bytes(2_000_000), 1))
            server.client("ecr").create_repository(repositoryName="matrix")
            for step in STEPS:
                if victim.expects(step) is None:
                    continue
                with self.subTest(victim=victim.name, step=step.name):
                    run = Run(server, f"{victim.name}-{step.name}".replace(" ", "-"))
                    status = self.strike(victim, step, run, disk)
                    print(f"{victim.name:10} {step.name:11} {status}", flush=True)

    def push(self, run):
        """An image that no other job has had: nothing of it is unpacked."""
        tar = Layer().programs("sh", "cat", "head", "sleep", "mv").add("own", run.name.encode()).add("large", bytes(LARGE)).finish()
        layer = gzip.compress(tar, 1)
        run.layer = digest_of(layer)
        Distribution(run.server).push_image("matrix", run.name, layer, diff_id=digest_of(tar))
        return f"{run.server.url.removeprefix('http://')}/matrix:{run.name}"

    def start(self, step, run):
        image = self.push(run) if step.image else HOST
        line = f"exec sh /opt/ml/input/data/train/run.sh {step.lines}"
        more = {"EnableManagedSpotTraining": True,
                "StoppingCondition": {"MaxRuntimeInSeconds": 300, "MaxWaitTimeInSeconds": 600}} if step.spot else {}
        create(run.server, run.name, "", AlgorithmSpecification={
                   "TrainingImage": image, "TrainingInputMode": "File", "ContainerEntrypoint": ["/bin/sh", "-c"], "ContainerArguments": [line]},
               InputDataConfig=[s3_channel("train", "s3://jobs/data/", CompressionType="Gzip")],
               CheckpointConfig={"S3Uri": f"s3://jobs/checkpoints/{run.name}/"}, **more)
        if step.stops or step.spot:
            wait_until(lambda: run.printed(30), f"{run.name} prints")
        if step.stops:
            run.order_stop()
        if step.spot:
            create(run.server, run.name + "-urgent", "echo weights > /opt/ml/model/weights",
                   ResourceConfig={"InstanceType": "ml.m5.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1})

    def strike(self, victim, step, run, disk):
        self.start(step, run)
        wait_until(lambda: step.reached(run) or describe(run.server, run.name)["TrainingJobStatus"] in FINAL, f"{run.name}: {step.name}")
        ids = job_ids(run.server.data)
        late = " (the step was over)" if step.image and run.layer_has("") else ""
        victim.strike(run, disk)
        if step.spot:
            self.check_urgent(run, victim)
        job = finish(run.server, run.name)
        status = job["TrainingJobStatus"]
        self.assertIn(status, victim.expects(step).split(" or "), job)
        self.check_log(run, step, victim, status)
        self.check_objects(run, victim, status)
        if step.spot and status == "Completed":
            self.assertEqual([one["Status"] for one in job["SecondaryStatusTransitions"]].count("Interrupted"), 1, job)
        self.check_reason(job)
        wait_until_clean(run.server.data, ids)
        wait_until(lambda: not any((run.server.data / "layers").glob("*")), "no layer is left")
        return status + late

    def check_urgent(self, run, victim):
        urgent = finish(run.server, run.name + "-urgent")
        self.assertIn(urgent["TrainingJobStatus"], ("Completed", "Failed") if victim.name == "disk full" else ("Completed",), urgent)
        self.assertEqual(run.stored(f"out/{run.name}-urgent/output/model.tar.gz"), urgent["TrainingJobStatus"] == "Completed")
        self.check_reason(urgent)

    def check_reason(self, job):
        if job["TrainingJobStatus"] == "Failed":
            self.assertRegex(job["FailureReason"], r"SIGKILL|exit code: 137|[Nn]o space left|[Dd]isk is full|nearly full|no room")

    def check_log(self, run, step, victim, status):
        numbers = [int(found[1]) for line in log_lines(run.server, run.name) for found in [re.match(r"line (\d+)$", line)] if found]
        # A container that could not save how far it was begins again when its turn comes.
        again = numbers.index(0, 1) if step.spot and victim.name in ("container", "disk full") and 0 in numbers[1:] else 0
        self.assertEqual(numbers[:again], list(range(again)))
        self.assertEqual(numbers[again:], list(range(len(numbers) - again)))
        if status == "Completed":
            self.assertEqual(len(numbers) - again, step.lines)

    def check_objects(self, run, victim, status):
        # A container that is killed while it stops may have saved its model or not.
        if (victim.name, status) != ("container", "Stopped"):
            self.assertEqual(run.stored(f"out/{run.name}/output/model.tar.gz"), status != "Failed")
        if status == "Completed":
            for name in ("one", "two"):
                self.assertTrue(run.stored(f"checkpoints/{run.name}/{name}"), name)

    def test_the_page_is_true(self):
        if os.environ.get("SAGEBRUSH_WRITE_DOCS"):
            PAGE.write_text(page())
        self.assertEqual(PAGE.read_text(), page(), "run it with SAGEBRUSH_WRITE_DOCS=1")


ONLY = sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else None

if __name__ == "__main__":
    unittest.main()
