#!/usr/bin/python3
"""Real MNIST: seconds until the test accuracy is 0.99 or more, sagebrush-vision beside PyTorch's own example, seed by seed, in turns.

usage: time_to_accuracy.py --binary sagebrush-vision [--seeds 3] [--data DIR] [--settings default,tuned | --single] [--blas DIR] [NAME=VALUE …]
Ours runs twice: with its defaults, and with NAME=VALUE (default: those that are quickest to 0.99 on every seed). Needs python3-torch.

PyTorch's example (pytorch/examples, mnist/main.py), by its public facts: conv 1→32 3x3, ReLU, conv 32→64 3x3, ReLU, max-pool 2, dropout 0.25,
linear 9216→128, ReLU, dropout 0.5, linear 128→10, log-softmax and NLL; Adadelta, rate 1.0, times 0.7 after each epoch; batch 64, the last
smaller one too; pixels less 0.1307, divided by 0.3081; the test images in batches of 1000 after each epoch. Its images are decoded and
normalised once and lie in memory, which is kinder to it than its own loader, a Python call an image.
Threads: "default" sets nothing; "tuned" gives it every processor and lets idle threads sleep (OMP_WAIT_POLICY=passive). --single gives both
sides one thread and adds processor seconds, which a machine under load changes least. --blas DIR: a folder with a better libblas.so.3 for
PyTorch: Debian's libblas3 is the reference, in which the example's linear layer takes most of the time; libopenblas0-pthread has one. Ours
uses none.

The clock starts with the process and ends when it has said the accuracy: start and reading of the files count on both sides. "training" is
without them: from the first step on.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/vision"))
TARGET, MOST_EPOCHS = 0.99, 14
SHORT = ["epochs=1.5", "batch_size=128"]


def example(data, seed, tuned):
    """Prints a line as JSON when it starts to train and after each epoch, until the accuracy is reached."""
    import torch
    import torch.nn.functional as F
    from mnist_vs_pytorch import read_idx
    from torch import nn

    torch.manual_seed(seed)
    if tuned:
        torch.set_num_threads(len(os.sched_getaffinity(0)))
    sets = {}
    for name in ("train", "t10k"):
        images = read_idx(data / f"{name}-images-idx3-ubyte.gz")[:, None].float().div(255)
        sets[name] = (images.sub(0.1307).div(0.3081), read_idx(data / f"{name}-labels-idx1-ubyte.gz").long())

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = nn.Conv2d(1, 32, 3, 1), nn.Conv2d(32, 64, 3, 1)
            self.dropout1, self.dropout2 = nn.Dropout(0.25), nn.Dropout(0.5)
            self.fc1, self.fc2 = nn.Linear(9216, 128), nn.Linear(128, 10)

        def forward(self, x):
            x = F.max_pool2d(F.relu(self.conv2(F.relu(self.conv1(x)))), 2)
            x = self.dropout2(F.relu(self.fc1(torch.flatten(self.dropout1(x), 1))))
            return F.log_softmax(self.fc2(x), dim=1)

    model = Net()
    optimizer = torch.optim.Adadelta(model.parameters(), lr=1.0)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.7)
    print(json.dumps({"begins": True}), flush=True)
    for _ in range(MOST_EPOCHS):
        model.train()
        x, y = sets["train"]
        for index in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            F.nll_loss(model(x[index]), y[index]).backward()
            optimizer.step()
        model.eval()
        x, y = sets["t10k"]
        with torch.no_grad():
            right = sum((model(a).argmax(1) == b).sum().item() for a, b in zip(x.split(1000), y.split(1000)))
        print(json.dumps({"accuracy": right / len(x)}), flush=True)
        if right / len(x) >= TARGET:
            return
        scheduler.step()


def cpu_seconds(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def follow(command, environment, read):
    """Starts it and reads its lines until one says the accuracy that is wanted; lets it end. read(line): "begins", an accuracy or None."""
    start, cpu_start = time.monotonic(), cpu_seconds(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    accuracies, begin, reached = [], None, None
    for line in process.stdout:
        said = read(line)
        if said == "begins":
            begin = time.monotonic()
        elif said is not None:
            accuracies.append(said)
            if said >= TARGET and reached is None:
                reached = time.monotonic()
    if process.wait():
        sys.exit(f"{command[0]} failed: {process.returncode}")
    found = {"epochs": len(accuracies), "accuracy": accuracies[-1], "whole": None}
    if reached is not None:
        found |= {"whole": reached - start, "training": reached - begin,
                  "processor": cpu_seconds(resource.RUSAGE_CHILDREN) - cpu_start}
    return found


def run_ours(args, seed, words):
    import vision_job

    vision_job.BINARY = args.binary

    def read(line):
        if line.startswith("Hyperparameters:"):  # the images are in memory, the network is not made yet
            return "begins"
        found = re.match(r"epoch=\d+ .*validation_accuracy=([\d.]+)", line)
        return float(found[1]) if found else None

    with tempfile.TemporaryDirectory() as folder:
        job = vision_job.Job(pathlib.Path(folder) / "job", {"seed": seed} | dict(word.split("=", 1) for word in words))
        job.link_mnist(args.data)
        return follow(job.command(), dict(os.environ), read)


def run_example(args, seed, setting):
    command = [sys.executable, __file__, "--child", setting, "--data", str(args.data), "--seed", str(seed)]
    environment = os.environ | ({"OMP_WAIT_POLICY": "passive"} if setting == "tuned" else {})
    if args.blas:
        environment |= {"LD_LIBRARY_PATH": args.blas}

    def read(line):
        said = json.loads(line)
        return "begins" if "begins" in said else said["accuracy"]

    return follow(command, environment, read)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=pathlib.Path)
    default = pathlib.Path(os.environ.get("SAGEBRUSH_DATA_DIR", ROOT.parent / "shared/data")) / "mnist"
    parser.add_argument("--data", type=pathlib.Path, default=default)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--settings", default="default,tuned")
    parser.add_argument("--blas")
    parser.add_argument("--single", action="store_true")
    parser.add_argument("--child", choices=("default", "tuned"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("more", nargs="*", metavar="NAME=VALUE")
    args = parser.parse_args()
    if args.child:
        example(args.data, args.seed, args.child == "tuned")
        return
    if not args.binary:
        parser.error("--binary is needed")
    short = args.more or SHORT
    ratios = {}
    settings = args.settings.split(",")
    if args.single:
        os.environ["OMP_NUM_THREADS"] = "1"
        settings = ["default"]
    kinds = ("whole", "training", "processor") if args.single else ("whole", "training")
    print(f"{'seed':>4} {'contestant':18}{'epochs':>7}{'accuracy':>10}" + "".join(f"{kind + ' s':>14}{'ratio':>7}" for kind in kinds))
    for seed in range(args.seeds):
        ours = run_ours(args, seed, short)
        rows = [("ours, short", ours), ("ours, defaults", run_ours(args, seed, []))]
        rows += [(f"example, {setting}", run_example(args, seed, setting)) for setting in settings]
        for name, row in rows:
            line = f"{seed:4} {name:18}{row['epochs']:7}{row['accuracy']:10.4f}"
            if row["whole"] is None or ours["whole"] is None:
                print(f"{line}  0.99 not reached", flush=True)
                continue
            ratio = [row[kind] / ours[kind] for kind in kinds]
            print(line + "".join(f"{row[kind]:14.2f}{times:7.1f}" for kind, times in zip(kinds, ratio)), flush=True)
            if name.startswith("example"):
                ratios.setdefault(name, []).append(ratio)
    print(f"ours, short: {' '.join(short)}")
    for name, rows in ratios.items():
        said = [f"{kind} {statistics.median(values):.1f} (lowest {min(values):.1f})" for kind, values in zip(kinds, zip(*rows))]
        print(f"{name}: times the seconds of the short one: {', '.join(said)}; goal 20")


if __name__ == "__main__":
    main()
