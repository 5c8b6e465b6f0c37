#!/usr/bin/python3
"""Data-parallel training by gloo: 2 processes of 1 thread beside 1 process of 2 threads, the same global batch, in turns.

usage: scaling.py --binary sagebrush-vision [--model cnn] [--data PREPARED] [--rounds 5] [--epochs 4] [--images N] [--batch N] [NAME=VALUE …]
Real MNIST, or what `sagebrush-vision preprocess` wrote. NAME=VALUE are further hyperparameters. Images a second are of training alone
(not of start and evaluation), the first epoch left out; both must end with the same weights.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/vision"), str(ROOT / "tests/support")]
import vision_job  # noqa: E402
from server import free_port  # noqa: E402


def lay_out(args, base, host, hosts):
    values = {"model": args.model, "epochs": args.epochs, "batch_size": args.batch, "seed": 1, "log_steps": 0}
    job = vision_job.Job(base, values | dict(word.split("=", 1) for word in args.more), checkpoints=False)
    if args.data is None:
        job.put_subset(vision_job.require_mnist(), args.images, 1000)
    else:
        from cifar_vs_pytorch import load_split

        import numpy

        for channel, split, count in (("train", "train", args.images), ("test", "test", 500)):
            for kind, array in zip(("images", "labels"), load_split(args.data / split, count)):
                numpy.save(job.base / f"input/data/{channel}/{channel}_{kind}.npy", array)
    names = [f"algo-{i + 1}" for i in range(hosts)]
    job.write_config("resourceconfig.json", {"current_host": names[host], "hosts": names, "network_interface_name": "lo"})
    return job


def train(jobs, threads):
    """(images a second, weights)"""
    port = free_port()
    processes = []
    for rank, job in enumerate(jobs):
        environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
        if len(jobs) > 1:
            environment |= {"RANK": str(rank), "WORLD_SIZE": str(len(jobs)), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
                            "GLOO_SOCKET_IFNAME": "lo"}
        processes.append(subprocess.Popen(job.command(), stdout=subprocess.DEVNULL, env=environment))
    if any([process.wait() for process in processes]):
        sys.exit(f"a process failed: {[process.returncode for process in processes]}")
    rates = [epoch["images_per_second"] for epoch in jobs[0].epochs()[1:]]
    return statistics.harmonic_mean(rates), jobs[0].weights()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("--model", default="cnn")
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--images", type=int, default=20000)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("more", nargs="*", metavar="NAME=VALUE")
    args = parser.parse_args()
    vision_job.BINARY = args.binary
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(args.rounds):
            base = pathlib.Path(folder)
            alone = [lay_out(args, base / f"{number}-alone", 0, 1)]
            two = [lay_out(args, base / f"{number}-host{rank}", rank, 2) for rank in range(2)]
            runs = [lambda jobs=alone: train(jobs, 2), lambda jobs=two: train(jobs, 1)]
            first = number % 2  # who begins alternates
            results = {index: runs[index]() for index in (first, 1 - first)}
            if results[0][1] != results[1][1]:
                sys.exit("the two came to different weights")
            ratios.append(results[1][0] / results[0][0])
            print(f"1 process x 2 threads {results[0][0]:9.0f} images/s   2 processes x 1 thread {results[1][0]:9.0f} images/s   "
                  f"ratio {ratios[-1]:.3f}", flush=True)
    print(f"{args.model}, batch {args.batch}: median ratio of {args.rounds} rounds {statistics.median(ratios):.3f} (goal 0.95), same weights")


if __name__ == "__main__":
    main()
