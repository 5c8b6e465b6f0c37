#!/usr/bin/env python3
"""From CreateTrainingJob sent to its first line readable by GetLogEvents, beside `runc run`, `crun run` and `podman run --rm`.

    bench/start/job_latency.py [RUNS]

Needs root, runc and crun; podman when it is there. The bare runtimes start the same command from a bundle that the agent wrote,
with its root file system already mounted: the clock runs from the runtime's exec to the line. SAGEBRUSH_BINARY names the server.
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

BENCH = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(BENCH / "support"), str(BENCH.parent / "tests" / "support"), str(BENCH / "start")]

import api  # noqa: E402
import start_latency  # noqa: E402
from connection import Connection  # noqa: E402
from server import Server, program  # noqa: E402

GROUP = "/aws/sagemaker/TrainingJobs"
MOUNT = "mount -t overlay overlay -o lowerdir=/usr,upperdir=upper,workdir=work rootfs/usr"


class Bare:
    """A container's root file system in a mount namespace, waiting for the word to run in it."""

    def __init__(self, data, config, command, hide=False):
        bundle = start_latency.make_bundle(config, data)
        script = f"{start_latency.HIDE if hide else ''}{MOUNT} && echo mounted && read word && exec {command}"
        self.process = subprocess.Popen(["unshare", "-m", "--propagation", "private", "sh", "-c", script], cwd=bundle,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if self.process.stdout.readline() != b"mounted\n":
            raise RuntimeError("the root file system was not mounted")

    def first_line(self):
        begin = time.monotonic()
        self.process.stdin.write(b"go\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        first = time.monotonic() - begin
        self.process.communicate()
        if line != b"ready\n" or self.process.returncode != 0:
            raise RuntimeError(f"{self.process.args}: {line!r}")
        return first * 1000


def runtime_once(runtime, data, config):
    return Bare(data, config, f"{runtime} run b{uuid.uuid4().hex[:8]}", hide=runtime == "crun").first_line()


def podman_once(data, config):
    command = ("podman --cgroup-manager=cgroupfs run --rm --network=none --log-driver=none --rootfs rootfs "
               "/bin/sh -c 'echo ready'")
    return Bare(data, config, command).first_line()


class Job:
    """Training jobs of one running server."""

    def __init__(self, server):
        self.server, self.connection = server, Connection(server)
        # The server's first stream call and the bucket of results are not what is measured.
        server.client("s3").create_bucket(Bucket="jobs")

    def once(self):
        name = "b" + uuid.uuid4().hex[:12]
        request = api.job_request(self.server, name, "echo ready")
        begin = time.monotonic()
        self.connection.call("SageMaker.CreateTrainingJob", request)
        while not (streams := self.connection.call("Logs_20140328.DescribeLogStreams", {
                "logGroupName": GROUP, "logStreamNamePrefix": name + "/"})["logStreams"]):
            time.sleep(0.002)  # between two questions
        wanted = {"logGroupName": GROUP, "logStreamName": streams[0]["logStreamName"], "startFromHead": True}
        while not any(event["message"] == "ready"
                      for event in self.connection.call("Logs_20140328.GetLogEvents", wanted)["events"]):
            time.sleep(0.002)
        first = time.monotonic() - begin
        while self.connection.call("SageMaker.DescribeTrainingJob", {"TrainingJobName": name})["TrainingJobStatus"] != "Completed":
            time.sleep(0.002)
        self.last_whole = (time.monotonic() - begin) * 1000
        return first * 1000


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    data = tempfile.mkdtemp(prefix="sagebrush-bench-")
    try:
        config = start_latency.bundle_of(str(pathlib.Path(program()).parent / "sagebrush-agent"), data)
        with Server(config="runtime: crun\n") as with_crun, Server(config="runtime: runc\n") as with_runc:
            api.call(with_crun, "Logs_20140328.CreateLogGroup", {"logGroupName": GROUP})
            api.call(with_runc, "Logs_20140328.CreateLogGroup", {"logGroupName": GROUP})
            jobs = {"crun": Job(with_crun), "runc": Job(with_runc)}
            ways = {"runc run": lambda: runtime_once("runc", data, config), "crun run": lambda: runtime_once("crun", data, config),
                    "CreateTrainingJob, runc": jobs["runc"].once, "CreateTrainingJob, crun": jobs["crun"].once}
            if shutil.which("podman") and not os.environ.get("NOPODMAN"):
                ways["podman run --rm"] = lambda: podman_once(data, config)
            results = {name: [] for name in ways}
            for _ in range(runs):  # in turns, so that a change of load meets all
                for name, way in ways.items():
                    results[name].append(way())
        medians = {name: statistics.median(values) for name, values in results.items()}
        print("%-26s %10s %10s %12s" % ("first line, ms", "median", "least", "of runc run"))
        for name, values in results.items():
            print("%-26s %10.1f %10.1f %12.2f" % (name, medians[name], min(values), medians[name] / medians["runc run"]))
    finally:
        start_latency.remove_groups()
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
