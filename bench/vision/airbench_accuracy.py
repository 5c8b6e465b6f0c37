#!/usr/bin/python3
"""Trains an airbench network on all of CIFAR-10 for several seeds and prints each one's time and test accuracy, and the mean.

usage: airbench_accuracy.py --binary sagebrush-vision --images DIR [--model airbench94] [--seeds 3] [-- NAME=VALUE …]
DIR is anything that `preprocess --format cifar10` reads. All 50,000 training images are trained on, as published, so the test
images are what epochs are measured by as well. Half an hour of two cores a seed: not for CI.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/vision"))
import vision_job  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("--images", type=pathlib.Path, required=True)
    parser.add_argument("--model", default="airbench94")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("settings", nargs="*", metavar="NAME=VALUE")
    args = parser.parse_args()
    vision_job.BINARY = args.binary
    accuracies = []
    with tempfile.TemporaryDirectory() as folder:
        base = pathlib.Path(folder)
        prepare = [args.binary, "preprocess", "--input", args.images, "--output", base / "prepared", "--format", "cifar10"]
        subprocess.run([*prepare, "--validation", "0"], check=True)
        for seed in range(args.seeds):
            settings = dict(setting.split("=", 1) for setting in args.settings)
            job = vision_job.Job(base / f"job{seed}", {"model": args.model, "seed": seed, **settings}, checkpoints=False)
            for split in ("train", "test"):
                (job.base / "input/data" / split).rmdir()
                (job.base / "input/data" / split).symlink_to(base / "prepared" / split)
            start = time.monotonic()
            subprocess.run(job.command(), check=True)
            wall = time.monotonic() - start
            accuracy = json.loads((job.base / "output/data/evaluation.json").read_text())["accuracy"]
            accuracies.append(accuracy)
            print(f"seed {seed}: test accuracy {accuracy:.4f}, {wall:.0f} s with everything", flush=True)
    print(f"mean of {len(accuracies)} seeds: {statistics.mean(accuracies):.4f}")


if __name__ == "__main__":
    main()
