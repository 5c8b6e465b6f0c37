#!/usr/bin/python3
"""airbench94's recipe (Keller Jordan, arXiv 2404.00498, with Muon), sagebrush-vision beside Debian's PyTorch: test accuracy and time of a
whole training, PyTorch stock and tuned (threads, channels_last).

usage: airbench_vs_pytorch.py --binary sagebrush-vision --data PREPARED [--images 20000] [--batch 1000] [--width 0.5] [--epochs 8] [--seed 1]
       … [--single] [--only tuned]
PREPARED is what `sagebrush-vision preprocess --validation 0` wrote from CIFAR-10. All of it as published: --images 50000 --batch 2000
--width 1, an hour and more. --single: one thread on every side. Accuracies are of one seed: they differ by some tenths of a percent from
seed to seed, and the sides draw different random numbers.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/vision"))
PUBLISHED_BATCH = 2000  # the rates are for a loss summed over so many images
BIAS_RATE, HEAD_RATE, MUON_RATE = 0.053, 0.67, 0.24
DECAY = 2e-6 * PUBLISHED_BATCH
WHITEN_EPOCHS = 3


def load(data, split, count):
    import torch
    from cifar_vs_pytorch import load_split

    images, labels = load_split(data / split, count)
    mean, deviation = (torch.tensor(v).view(1, 3, 1, 1) for v in ((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)))
    return (torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255 - mean) / deviation, torch.from_numpy(labels).long()


def make_net(images, width):
    import torch
    import torch_models
    from torch import nn

    net = torch_models.airbench(94, 10, width)
    filters = [m for m in net.modules() if isinstance(m, nn.Conv2d)][1:]
    for conv in filters:
        nn.init.dirac_(conv.weight.data[: conv.weight.size(1)])
    patches = images[:5000].unfold(2, 2, 1).unfold(3, 2, 1).transpose(1, 3).reshape(-1, 12).double()
    values, vectors = torch.linalg.eigh(patches.T @ patches / len(patches))
    whitening = (vectors.T / torch.sqrt(values + 5e-4)[:, None]).float().view(-1, 3, 2, 2)
    net[0].weight.data[:] = torch.cat((whitening, -whitening))
    net[7].weight.data.div_(net[7].weight.data.std())
    net[8].factor = 1 / 256
    return net, filters


def orthogonal(gradient):
    """Three steps of Newton and Schulz."""
    x = gradient / (gradient.norm() + 1e-7)
    tall = x.size(0) > x.size(1)
    x = x.T if tall else x
    for _ in range(3):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.T if tall else x


def epoch_images(images, odd):
    import torch
    import torch.nn.functional as F

    padded = F.pad(images.flip(-1) if odd else images, (2,) * 4, "reflect")
    down, right = torch.randint(5, (2, len(images)))
    out = torch.empty_like(images)
    for y in range(5):
        for x in range(5):
            chosen = (down == y) & (right == x)
            out[chosen] = padded[chosen][:, :, y : y + 32, x : x + 32]
    return out


def accuracy(net, images, labels):
    """Of image, mirror, and two crops moved by a pixel with theirs."""
    import torch
    import torch.nn.functional as F

    net.eval()
    right = 0
    with torch.no_grad():
        for at in range(0, len(images), 500):
            x = images[at : at + 500]
            padded = F.pad(x, (1,) * 4, "reflect")
            votes = 0
            for view, weight in ((x, 0.5), (padded[:, :, :32, :32], 0.25), (padded[:, :, 2:, 2:], 0.25)):
                votes = votes + weight * 0.5 * (net(view) + net(view.flip(-1)))
            right += (votes.argmax(1) == labels[at : at + 500]).sum().item()
    return right / len(images)


def child(args):
    """The recipe in PyTorch, in a process of its own; prints accuracy and seconds of training as JSON."""
    import torch
    import torch.nn.functional as F
    from torch import nn

    if args.child != "stock":
        torch.set_num_threads(1 if args.single else len(os.sched_getaffinity(0)))
    torch.manual_seed(args.seed)
    images, labels = load(args.data, "train", args.images)
    net, filters = make_net(images, args.width)
    layout = torch.contiguous_format if args.child == "stock" else torch.channels_last
    net = net.to(memory_format=layout)
    biases = [m.bias for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    groups = (([net[0].bias], BIAS_RATE), (biases, BIAS_RATE), ([net[7].weight], HEAD_RATE))
    sgd = torch.optim.SGD([{"params": p, "lr": rate, "initial": rate, "weight_decay": DECAY / rate} for p, rate in groups], 0.1, 0.85, nesterov=True)
    velocity = [torch.zeros_like(conv.weight) for conv in filters]
    mirrored = torch.where(torch.rand(len(images)).view(-1, 1, 1, 1) < 0.5, images.flip(-1), images)
    steps = len(images) // args.batch
    start = time.monotonic()
    for epoch in range(args.epochs):
        net.train()
        changed, order = epoch_images(mirrored, epoch % 2 == 1), torch.randperm(len(images))
        for step in range(steps):
            batch = order[step * args.batch : (step + 1) * args.batch]
            loss = F.cross_entropy(net(changed[batch].contiguous(memory_format=layout)), labels[batch], label_smoothing=0.2, reduction="sum")
            sgd.zero_grad(set_to_none=True)
            (loss * (PUBLISHED_BATCH / args.batch)).backward()
            done = epoch * steps + step
            left = 1 - done / (args.epochs * steps)
            for group in sgd.param_groups:
                group["lr"] = group["initial"] * left
            sgd.param_groups[0]["lr"] = BIAS_RATE * max(0, 1 - done / (WHITEN_EPOCHS * steps))
            sgd.step()
            with torch.no_grad():
                for conv, kept in zip(filters, velocity):
                    weight, gradient = conv.weight, conv.weight.grad
                    kept.mul_(0.6).add_(gradient)
                    update = orthogonal((gradient + 0.6 * kept).reshape(len(weight), -1)).view_as(weight)
                    weight.mul_(len(weight) ** 0.5 / weight.norm()).sub_(update, alpha=MUON_RATE * left)
                    weight.grad = None
    seconds = time.monotonic() - start
    test, answers = load(args.data, "test", 10000)
    print(json.dumps({"accuracy": accuracy(net, test.contiguous(memory_format=layout), answers), "seconds": seconds}))


def ours(args, folder):
    import numpy
    import vision_job
    from cifar_vs_pytorch import load_split

    vision_job.BINARY = args.binary
    job = vision_job.Job(folder, {"model": "airbench94", "epochs": args.epochs, "batch_size": args.batch, "width": args.width, "seed": args.seed,
                                  "log_steps": 0}, checkpoints=False)
    for channel, count in (("train", args.images), ("test", 10000)):
        for kind, array in zip(("images", "labels"), load_split(args.data / channel, count)):
            numpy.save(job.base / f"input/data/{channel}/{channel}_{kind}.npy", array)
    done = subprocess.run(job.command(), stdout=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit("sagebrush-vision failed")
    # Of training alone, as PyTorch's: not of the evaluation after each epoch.
    steps = args.images // args.batch
    seconds = sum(steps * args.batch / epoch["images_per_second"] for epoch in job.epochs())
    return {"accuracy": json.loads((job.base / "output/data/evaluation.json").read_text())["accuracy"], "seconds": seconds}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--images", type=int, default=20000)
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--width", type=float, default=0.5)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--single", action="store_true")
    parser.add_argument("--only", choices=("stock", "tuned"), action="append")
    parser.add_argument("--child", choices=("stock", "tuned"))
    args = parser.parse_args()
    if args.child:
        child(args)
        return
    if args.single:
        os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        rows = {"sagebrush-vision": ours(args, pathlib.Path(folder) / "job")}
    for kind in args.only or ("tuned", "stock"):
        done = subprocess.run([sys.executable, __file__, *sys.argv[1:], "--child", kind], check=True, stdout=subprocess.PIPE, text=True)
        rows[f"PyTorch, {kind}"] = json.loads(done.stdout)
    print(f"airbench94, width {args.width}, {args.images} images, batch {args.batch}, {args.epochs} epochs, seed {args.seed}")
    for name, row in rows.items():
        print(f"{name:20} test accuracy {row['accuracy']:.4f}   {row['seconds']:7.0f} s of training   {row['seconds'] / rows['sagebrush-vision']['seconds']:.2f} of ours")


if __name__ == "__main__":
    main()
