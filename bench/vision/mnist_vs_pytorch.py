#!/usr/bin/python3
"""Compares sagebrush-vision with Debian's PyTorch on real MNIST, in one run, on the same processors.

Two contestants (PyTorch's own example and its time to 0.99 are time_to_accuracy.py's):
  ours      sagebrush-vision train, defaults, the whole process from exec to exit (start, reading, training, saving)
  same net  PyTorch with the same network, batch, augmentation and schedule, as one would write it in Python
PyTorch gets every processor (torch.set_num_threads) and OMP_WAIT_POLICY=passive, as ours does; --stock leaves its own defaults.
CPU seconds stand beside wall seconds because they survive a shared machine.

usage: mnist_vs_pytorch.py --binary PATH [--data DIR] [--repeat N] [--stock] [--json FILE]
"""
import argparse
import gzip
import json
import os
import pathlib
import resource
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def cpu_seconds(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def run_ours(binary, data, seed):
    with tempfile.TemporaryDirectory() as folder:
        base = pathlib.Path(folder)
        (base / "input/config").mkdir(parents=True)
        (base / "input/data").mkdir()
        (base / "input/data/train").symlink_to(data)
        (base / "input/config/hyperparameters.json").write_text(json.dumps({"seed": str(seed)}))
        cpu, start = cpu_seconds(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run([binary, "train", "--opt-ml", base], check=True, stdout=subprocess.DEVNULL)
        wall, cpu = time.monotonic() - start, cpu_seconds(resource.RUSAGE_CHILDREN) - cpu
        epochs = json.loads((base / "output/data/metrics.json").read_text())["epochs"]
    images = 60000 // 256 * 256 * len(epochs)
    return {
        "wall": wall,
        "cpu": cpu,
        "training_wall": epochs[-1]["seconds"],
        "accuracy": epochs[-1]["validation_accuracy"],
        "images_per_second": len(epochs) / sum(1 / e["images_per_second"] for e in epochs),
        "images_per_cpu_second": images / cpu,
    }


def read_idx(path):
    data = gzip.decompress(path.read_bytes())
    shape = struct.unpack(f">{data[3]}I", data[4 : 4 + 4 * data[3]])
    import torch

    return torch.frombuffer(bytearray(data[4 + 4 * data[3] :]), dtype=torch.uint8).reshape(shape)


def child(data, stock, seed):
    """Runs in a process of its own, so that neither start nor threads are shared."""
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    torch.manual_seed(seed)
    if not stock:
        torch.set_num_threads(len(os.sched_getaffinity(0)))
    mean, deviation = 0.1307, 0.3081
    sets = {}
    for name in ("train", "t10k"):
        images = read_idx(data / f"{name}-images-idx3-ubyte.gz")[:, None].float().div(255)
        labels = read_idx(data / f"{name}-labels-idx1-ubyte.gz").long()
        sets[name] = ((images - mean) / deviation, labels)
    (train_x, train_y), (test_x, test_y) = sets["train"], sets["t10k"]

    def block(i, o, k):
        return [nn.Conv2d(i, o, k, 2, k // 2, bias=False), nn.BatchNorm2d(o, momentum=0.2), nn.ReLU()]

    model = nn.Sequential(*block(1, 16, 5), *block(16, 32, 3), *block(32, 64, 3), nn.Flatten(), nn.Linear(1024, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
    batch, epochs = 256, 3
    train_x = F.pad(train_x, (1, 1, 1, 1), value=-mean / deviation)
    steps = len(train_x) // batch
    cpu, start, images, training = cpu_seconds(resource.RUSAGE_SELF), time.monotonic(), 0, 0.0
    training_cpu = 0.0
    for epoch in range(epochs):
        model.train()
        order, epoch_start = torch.randperm(len(train_x)), time.monotonic()
        epoch_cpu = cpu_seconds(resource.RUSAGE_SELF)
        for step in range(steps):
            at = (epoch * steps + step + 0.5) / (epochs * steps)
            rate = 0.1 * (at / 0.25 if at < 0.25 else (1 - at) / 0.75)
            for group in optimizer.param_groups:
                group["lr"] = rate
            index = order[step * batch : (step + 1) * batch]
            x = train_x[index]
            down, right = torch.randint(0, 3, (2,)).tolist()
            x = x[:, :, down : down + 28, right : right + 28]
            optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(model(x), train_y[index]).backward()
            optimizer.step()
            images += batch
        training += time.monotonic() - epoch_start
        training_cpu += cpu_seconds(resource.RUSAGE_SELF) - epoch_cpu
        model.eval()
        with torch.no_grad():
            right = sum(
                int((model(test_x[i : i + 1000]).argmax(1) == test_y[i : i + 1000]).sum())
                for i in range(0, len(test_x), 1000)
            )
        accuracy = right / len(test_x)
        print(f"  PyTorch: epoch {epoch + 1} accuracy {accuracy:.4f} {images / training:.0f} images/s", file=sys.stderr)
    result = {
        "training_wall": time.monotonic() - start,
        "training_cpu": cpu_seconds(resource.RUSAGE_SELF) - cpu,
        "accuracy": accuracy,
        "images_per_second": images / training,
        "images_per_cpu_second": images / training_cpu,
    }
    print(json.dumps(result))


def run_child(args, seed):
    cpu, start = cpu_seconds(resource.RUSAGE_CHILDREN), time.monotonic()
    environment = dict(os.environ) if args.stock else {**os.environ, "OMP_WAIT_POLICY": "passive"}
    command = [sys.executable, __file__, "--child", "--data", args.data, "--seed", str(seed)]
    command += ["--stock"] if args.stock else []
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    result = json.loads(done.stdout)
    result["wall"] = time.monotonic() - start
    result["cpu"] = cpu_seconds(resource.RUSAGE_CHILDREN) - cpu
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary")
    default = pathlib.Path(os.environ.get("SAGEBRUSH_DATA_DIR", ROOT.parent / "shared/data")) / "mnist"
    parser.add_argument("--data", type=pathlib.Path, default=default)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--stock", action="store_true")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--child", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    if args.child:
        child(args.data, args.stock, args.seed)
        return
    if not args.binary:
        parser.error("--binary is needed")
    ours, same = [], []
    for seed in range(args.repeat):  # interleaved, so that a busy minute hits both
        ours.append(run_ours(args.binary, args.data, seed))
        same.append(run_child(args, seed))
    rows = {"ours": min(ours, key=lambda r: r["wall"]), "same net, PyTorch": min(same, key=lambda r: r["wall"])}
    print(f"{'':28}{'images/s':>10}{'img/cpu-s':>11}{'training s':>12}{'process s':>11}{'cpu s':>8}{'accuracy':>10}")
    for name, row in rows.items():
        print(
            f"{name:28}{row['images_per_second']:10.0f}{row['images_per_cpu_second']:11.0f}{row['training_wall']:12.2f}"
            f"{row['wall']:11.2f}{row['cpu']:8.2f}{row['accuracy']:10.4f}"
        )
    print(f"accuracy of ours, {len(ours)} seeds: " + " ".join(f"{r['accuracy']:.4f}" for r in ours))
    base = rows["ours"]
    for name, row in rows.items():
        if name != "ours":
            print(
                f"ratio to {name}: images/s {base['images_per_second'] / row['images_per_second']:.2f}, training "
                f"time {row['training_wall'] / base['training_wall']:.2f}, whole process {row['wall'] / base['wall']:.2f}, "
                f"cpu {row['cpu'] / base['cpu']:.2f}"
            )
    if args.json:
        args.json.write_text(json.dumps({"rows": rows, "ours": ours, "same": same}, indent=1) + "\n")


if __name__ == "__main__":
    main()
