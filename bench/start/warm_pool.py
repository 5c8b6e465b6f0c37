#!/usr/bin/env python3
"""From CreateTrainingJob to the container's start, of jobs that take over a warm pool and of jobs that do not.

    bench/start/warm_pool.py [RUNS]

The two kinds take turns. Times are the server's own: CreationTime to the transition to Training. SAGEBRUSH_BINARY names the server.
"""

import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "support"))

import api  # noqa: E402
from server import Server  # noqa: E402


def start_once(server, name, volume, keep):
    """Seconds to the start; the job has ended, and its pool is there when it keeps one."""
    api.create(server, name, "true", ResourceConfig={
        "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": volume, "KeepAlivePeriodInSeconds": keep})
    job = api.finish(server, name)
    if keep:
        api.wait_for(server, name, lambda job: job["WarmPoolStatus"]["Status"] == "Available")
    started = {one["Status"]: one["StartTime"] for one in job["SecondaryStatusTransitions"]}
    return started["Training"] - job["CreationTime"]


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with Server("cpus: 4\nmemory_mib: 16384\n") as server:
        server.client("s3").create_bucket(Bucket="jobs")
        first = start_once(server, "first", 1, 600)
        cold, warm = [], []
        for run in range(runs):
            cold.append(start_once(server, f"cold-{run}", 2, 0))
            warm.append(start_once(server, f"warm-{run}", 1, 600))
        pools = server.client("sagemaker").list_training_jobs(WarmPoolStatusEquals="Reused", MaxResults=100)
        assert len(pools["TrainingJobSummaries"]) == runs, pools
    middle = [statistics.median(times) * 1000 for times in (cold, warm)]
    print(f"first job of the server {first * 1000:.0f} ms; without a pool {middle[0]:.0f} ms, with one {middle[1]:.0f} ms "
          f"(medians of {runs}): ratio {middle[0] / middle[1]:.2f}")


if __name__ == "__main__":
    main()
