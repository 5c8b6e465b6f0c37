#!/usr/bin/python3
"""Large networks, sagebrush-vision beside Debian's PyTorch: losses of the first steps from the same weights and batches, and
images a second of both at their mean step (the first left out), PyTorch stock and tuned (threads, channels_last); and the share of the
processors' float32 peak, which bench_fma_peak beside the binary measures before and after.

usage: cifar_vs_pytorch.py --binary sagebrush-vision --data PREPARED [--model resnet18|airbench94|…] [--steps 50] [--batch N]
       … [--single] [--bfloat16] [--curve FILE]
--bfloat16: ours with precision_dtype=bfloat16, and PyTorch tuned with autocast to bfloat16 besides; losses may be ten times as far apart.
--single: one thread on both sides (PyTorch with channels_last): images a processor second are then what a busy machine disturbs least.
--curve: the losses of all sides, step by step, as JSON. Fails when one of the first six losses differs by more than 0.5 %, or the mean of all
by more than 1 %: rounding grows from step to step. How far it may is tested against float64 in tests/vision/torch_test.py.
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
# A rate at which rounding does not grow at once: at 0.05 the first losses leap from 2.5 to 5.5, and no two libraries stay together.
SEED, RATE = 4, {"resnet18": 0.005}
LIKE, TOLERANCE, OF_MEAN = 6, 0.005, 0.01
# A training step's operations an image, a multiply-add as two: forward, and backward to weights and inputs (but not to the images).
OPERATIONS = {"airbench94": 709e6, "resnet18": 3.34e9}


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
    elif args.child != "stock":
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
        with torch.autocast("cpu", torch.bfloat16, enabled=args.child == "bfloat16"):
            loss = torch.nn.functional.cross_entropy(net(x[batch]), y[batch])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        times.append(time.monotonic() - start)
        cpu.append(cpu_seconds(resource.RUSAGE_SELF) - cpu_start)
    count = args.batch * (len(times) - 1)
    print(json.dumps({"losses": losses, "wall": count / sum(times[1:]), "processor": count / sum(cpu[1:])}))


def processor_seconds(pid):
    """Of a process that runs, all threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
                   test_time_augmentation="none", lookahead_steps=0,
                   precision_dtype="bfloat16" if args.bfloat16 else "float32"), checkpoints=False)
    held_out = "validation" if (args.data / "validation").exists() else "test"
    for channel, split in (("train", "train"), ("test", held_out)):
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
            stamps.append((time.monotonic(), processor_seconds(process.pid)))
    errors = process.communicate()[1]
    if process.returncode != 0:
        sys.exit(errors)
    wall, processor = (last - first for first, last in zip(stamps[0], stamps[-1]))
    count = args.batch * (len(stamps) - 1)
    return {"losses": losses, "wall": count / wall, "processor": count / processor}, weights, job.base / "model/config.json"


def pytorch(args, kind, weights, config):
    command = [sys.executable, __file__, "--child", kind, "--data", args.data, "--model", args.model, "--weights", weights,
               "--config", config, "--steps", str(args.steps), "--batch", str(args.batch)]
    environment = os.environ | ({"OMP_WAIT_POLICY": "passive"} if kind != "stock" else {})
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return json.loads(done.stdout)


def peak(args):
    """float32 operations a second of the threads that train, or None."""
    program = args.binary.with_name("bench_fma_peak")
    if args.model not in OPERATIONS or not program.exists():
        return None
    threads = 1 if args.single else len(os.sched_getaffinity(0))
    return float(subprocess.run([program, str(threads)], check=True, stdout=subprocess.PIPE, text=True).stdout) * 1e9


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--model", default="resnet18")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--child", choices=("stock", "tuned", "single", "bfloat16"))
    parser.add_argument("--single", action="store_true")
    parser.add_argument("--bfloat16", action="store_true")
    parser.add_argument("--curve", type=pathlib.Path)
    parser.add_argument("--weights", type=pathlib.Path)
    parser.add_argument("--config", type=pathlib.Path)
    args = parser.parse_args()
    if args.child:
        child(args)
        return
    if args.single:
        os.environ["OMP_NUM_THREADS"] = "1"
    peaks = [peak(args)]
    with tempfile.TemporaryDirectory() as folder:
        mine, weights, config = ours(args, pathlib.Path(folder) / "job")
        rows = {"sagebrush-vision": mine}
        for kind in ("single",) if args.single else ("tuned", "stock", *(["bfloat16"] if args.bfloat16 else [])):
            rows[f"PyTorch, {kind}"] = pytorch(args, kind, weights, config)
    peaks.append(peak(args))
    print(f"{args.model}, batch {args.batch}, {args.steps} steps; images a second and a processor second at the mean step, and ours by theirs")
    print(f"{'':20}{'images/s':>10}{'ratio':>8}{'a processor s':>15}{'ratio':>8}   losses apart: first {LIKE} steps, all, their mean")
    failed = False
    tolerance, of_mean = (10 * TOLERANCE, 10 * OF_MEAN) if args.bfloat16 else (TOLERANCE, OF_MEAN)
    for name, row in rows.items():
        apart = [abs(a - b) / b for a, b in zip(mine["losses"], row["losses"], strict=True)]
        mean = abs(sum(mine["losses"]) / sum(row["losses"]) - 1)
        failed = failed or max(apart[:LIKE]) > tolerance or mean > of_mean
        print(f"{name:20}{row['wall']:10.1f}{mine['wall'] / row['wall']:8.2f}{row['processor']:15.1f}{mine['processor'] / row['processor']:8.2f}"
              f"   {100 * max(apart[:LIKE]):.3f} %, {100 * max(apart):.2f} %, {100 * mean:.2f} %")
    if peaks[0]:
        flops, most = mine["wall"] * OPERATIONS[args.model], max(peaks)
        print(f"sagebrush-vision: {flops / 1e9:.0f} GFLOP/s of the {most / 1e9:.0f} that multiply-adds on registers reach: {flops / most:.2f}")
    if args.curve:
        args.curve.write_text(json.dumps({name: row["losses"] for name, row in rows.items()}, indent=1) + "\n")
    if failed:
        sys.exit(f"the losses are not the same: {100 * tolerance} % for the first {LIKE} and {100 * of_mean} % for the mean are allowed")


if __name__ == "__main__":
    main()
