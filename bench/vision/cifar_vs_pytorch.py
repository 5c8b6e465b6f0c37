#!/usr/bin/python3
"""Large networks, sagebrush-vision beside Debian's PyTorch: losses of the first steps from the same weights and batches, and
images a second of both, stock and tuned (threads, channels_last).

usage: cifar_vs_pytorch.py --binary sagebrush-vision --data PREPARED [--model resnet18|airbench94|…] [--steps 50] [--batch N]
       … --processor-time: images a processor second of one thread instead, which a busy machine disturbs less
PREPARED is what `sagebrush-vision preprocess` wrote from CIFAR-10. Needs python3-torch.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/vision"))
SEED, RATE = 4, {"resnet18": 0.05}


def cpu_seconds(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def load_split(folder, count):
    import numpy

    manifest = json.loads((folder / "manifest.json").read_text())
    images = numpy.concatenate([numpy.load(folder / s["images"]["file"]) for s in manifest["shards"]])[:count]
    labels = numpy.concatenate([numpy.load(folder / s["labels"]["file"]) for s in manifest["shards"]])[:count]
    return images, labels


def child(args):
    """PyTorch in a process of its own; prints losses and speed as JSON."""
    import torch
    import torch_models

    if args.child == "single":
        torch.set_num_threads(1)
    elif args.child == "tuned":
        torch.set_num_threads(len(os.sched_getaffinity(0)))
    images, labels = load_split(args.data / "train", args.steps * args.batch)
    config = json.loads(args.config.read_text())["normalization"]
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float()
    mean, deviation = (torch.tensor(config[k]).view(1, 3, 1, 1) for k in ("mean", "deviation"))
    x, y = (x - mean) / deviation, torch.from_numpy(labels)
    net = torch_models.make(args.model)
    net.load_state_dict(torch_models.read_safetensors(args.weights), strict=False)
    if args.child != "stock":
        net, x = net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], RATE.get(args.model, 0.1), 0.9, weight_decay=5e-4, nesterov=True)
    order = torch_models.epoch_order(SEED, 0, len(x))
    losses, times, cpu = [], [], []
    for step in range(args.steps):
        start, cpu_start = time.monotonic(), cpu_seconds(resource.RUSAGE_SELF)
        batch = torch.tensor(order[step * args.batch : (step + 1) * args.batch])
        loss = torch.nn.functional.cross_entropy(net(x[batch]), y[batch])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        times.append(time.monotonic() - start)
        cpu.append(cpu_seconds(resource.RUSAGE_SELF) - cpu_start)
    print(json.dumps({"losses": losses, "wall": args.batch / min(times), "cpu": args.batch * (len(cpu) - 1) / sum(cpu[1:])}))


def ours(args, base):
    import numpy
    import torch
    import torch_models
    import vision_job

    vision_job.BINARY = args.binary
    torch.manual_seed(1)
    net = torch_models.make(args.model)
    job = vision_job.Job(
        base, dict(model=args.model, batch_size=args.batch, epochs=1, seed=SEED, optimizer="nag", learning_rate=RATE.get(args.model, 0.1),
                   momentum=0.9, weight_decay=0.0005, weight_decay_rule="all", lr_schedule="constant", warmup_fraction=0,
                   random_crop=0, random_flip="none", norm_bias_lr_factor=1, label_smoothing=0, log_steps=1, whiten_bias_epochs=99,
                   test_time_augmentation="none", lookahead_steps=0), checkpoints=False)
    for channel, split in (("train", "train"), ("test", "validation")):
        images, labels = load_split(args.data / split, args.steps * args.batch if channel == "train" else 100)
        numpy.save(job.base / f"input/data/{channel}/{channel}_images.npy", images)
        numpy.save(job.base / f"input/data/{channel}/{channel}_labels.npy", labels)
    (job.base / "input/data/model").mkdir()
    weights = job.base / "input/data/model/model.safetensors"
    torch_models.write_safetensors(weights, net.state_dict())
    file_mode = {"TrainingInputMode": "File"}
    job.write_config("inputdataconfig.json", {"train": file_mode, "test": file_mode, "model": file_mode})
    stamps, losses = [], []
    process = job.start()
    for line in process.stdout:
        found = re.match(r"step=\d+ of=\d+ loss=([\d.]+)", line)
        if found:
            losses.append(float(found[1]))
            stamps.append(time.monotonic())
    errors = process.communicate()[1]
    if process.returncode != 0:
        sys.exit(errors)
    best = min(b - a for a, b in zip(stamps, stamps[1:]))
    return {"losses": losses, "wall": args.batch / best}, weights, job.base / "model/config.json"


def compare_processor_time(args, folder, weights, config):
    """Ours: what more steps cost more, so that start and end do not count. PyTorch's: all its steps but the first."""
    os.environ["OMP_NUM_THREADS"] = "1"
    seconds, few = [], 2
    for steps in (few, args.steps):
        before = cpu_seconds(resource.RUSAGE_CHILDREN)
        ours(argparse.Namespace(**{**vars(args), "steps": steps}), folder / f"job{steps}")
        seconds.append(cpu_seconds(resource.RUSAGE_CHILDREN) - before)
    mine = (args.steps - few) * args.batch / (seconds[1] - seconds[0])
    theirs = pytorch(args, "single", weights, config)["cpu"]
    print(f"{args.model}, batch {args.batch}, one thread: sagebrush-vision {mine:.0f}, PyTorch (channels_last) {theirs:.0f} images a "
          f"processor second, ratio {mine / theirs:.2f}")


def pytorch(args, kind, weights, config):
    command = [sys.executable, __file__, "--child", kind, "--data", args.data, "--model", args.model, "--weights", weights,
               "--config", config, "--steps", str(args.steps), "--batch", str(args.batch)]
    environment = os.environ | ({"OMP_WAIT_POLICY": "passive"} if kind != "stock" else {})
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--model", default="resnet18")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--child", choices=("stock", "tuned", "single"))
    parser.add_argument("--processor-time", action="store_true")
    parser.add_argument("--weights", type=pathlib.Path)
    parser.add_argument("--config", type=pathlib.Path)
    args = parser.parse_args()
    if args.child:
        child(args)
        return
    with tempfile.TemporaryDirectory() as folder:
        mine, weights, config = ours(args, pathlib.Path(folder) / "job")
        if args.processor_time:
            compare_processor_time(args, pathlib.Path(folder), weights, config)
            return
        rows = {"sagebrush-vision": mine}
        for kind in ("tuned", "stock"):
            rows[f"PyTorch, {kind}"] = pytorch(args, kind, weights, config)
    print(f"{args.model}, batch {args.batch}, {args.steps} steps; images/s of the fastest step")
    for name, row in rows.items():
        gap = max(abs(a - b) for a, b in zip(row["losses"], mine["losses"]))
        print(f"{name:20}{row['wall']:8.1f} images/s{mine['wall'] / row['wall']:8.2f} ×   largest difference of losses {gap:.5f}")


if __name__ == "__main__":
    main()
