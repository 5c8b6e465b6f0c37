#!/usr/bin/env python3
"""A job's log from its pipe to stored lines and parsed metrics: megabytes a processor second of all that takes part (the container's shim,
the agent, the server), beside `cat` from a pipe into a file.

usage: log_pipeline.py [MB] (400)
"""

import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import api  # noqa: E402
from server import Server  # noqa: E402

LINE = "2026-11-21 12:00:00,123 INFO worker 3: loaded shard 17 of the dataset in 0.123 s, cache warm"
NAMES = ("train_loss", "train_accuracy", "validation_loss", "lr", "f1")


def processor_seconds(folder):
    """{pid: seconds} of this server and what it started."""
    found = {}
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if folder in (process / "cmdline").read_text():
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                found[process.name] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:  # gone
            continue
    return found


def through_the_server(size):
    with Server("cpus: 8\nmemory_mib: 65536\n") as server:
        server.client("s3").create_bucket(Bucket="jobs")
        request = api.job_request(server, "big", f"yes '{LINE}' | head -c {size}; sleep 2")
        request["AlgorithmSpecification"]["MetricDefinitions"] = [
            {"Name": name, "Regex": name + r"[:=]\s*([-+]?[0-9]*\.?[0-9]+)"} for name in NAMES]
        seconds = processor_seconds(str(server.data))
        before = sum(seconds.values())
        begin = time.monotonic()
        api.call(server, "SageMaker.CreateTrainingJob", request)
        while api.describe(server, "big")["TrainingJobStatus"] == "InProgress":
            seconds |= processor_seconds(str(server.data))
            time.sleep(0.1)
        taken = time.monotonic() - begin
        assert api.finish(server, "big")["TrainingJobStatus"] == "Completed"
        return sum(seconds.values()) - before, taken


def by_cat(size):
    with tempfile.TemporaryDirectory() as folder:
        yes = subprocess.Popen(f"yes '{LINE}' | head -c {size}", shell=True, stdout=subprocess.PIPE)
        with open(folder + "/log", "wb") as file:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(["cat"], stdin=yes.stdout, stdout=file, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        yes.wait()
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    size = int(sys.argv[1] if len(sys.argv) > 1 else 400) * 1_000_000
    ours, taken = through_the_server(size)
    cat = by_cat(size)
    print(f"{size / 1e6:.0f} MB of lines, {len(NAMES)} regexes: {size / 1e6 / ours:.0f} MB a processor second, {size / 1e6 / taken:.0f} MB/s by the clock; "
          f"cat into a file {size / 1e6 / cat:.0f} MB a processor second ({ours / cat:.1f} of it)")


if __name__ == "__main__":
    main()
