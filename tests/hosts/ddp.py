"""Trains a small network on MNIST with PyTorch's DistributedDataParallel, as one process among many or alone."""

import argparse
import gzip
import os
import pathlib
import struct

import torch
import torch.distributed as dist
from torch import nn


def read_idx(path):
    with gzip.open(path) as file:
        (magic,) = struct.unpack(">I", file.read(4))
        shape = [struct.unpack(">I", file.read(4))[0] for _ in range(magic & 255)]
        return torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).reshape(shape)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--lr", type=float, default=0.1)
    arguments = parser.parse_args()
    torch.manual_seed(7)
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    rank, world = dist.get_rank(), dist.get_world_size()
    data = pathlib.Path(os.environ["SM_CHANNEL_TRAINING"])
    images = read_idx(data / "images.gz").float().unsqueeze(1) / 255
    labels = read_idx(data / "labels.gz").long()
    model = nn.parallel.DistributedDataParallel(nn.Sequential(
        nn.Conv2d(1, 8, 5, stride=2), nn.ReLU(), nn.Conv2d(8, 16, 5, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(256, 10)))
    optimizer = torch.optim.SGD(model.parameters(), lr=arguments.lr, momentum=0.9)
    sampler = torch.utils.data.DistributedSampler(range(len(images)), shuffle=True, seed=1)
    for epoch in range(arguments.epochs):
        sampler.set_epoch(epoch)
        order = torch.tensor(list(sampler))
        for batch in order.split(arguments.batch_size // world):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
        print(f"rank {rank} of {world}: epoch {epoch} loss {loss.item():.4f}", flush=True)
    with torch.no_grad():
        right = (model.module(images).argmax(1) == labels).float().mean().item()
    total = sum(float(p.detach().double().sum()) for p in model.parameters())
    print(f"rank {rank} on {os.environ['SM_CURRENT_HOST']} accuracy {right:.4f} weights {total:.10f}", flush=True)
    if rank == 0:
        torch.save(model.module.state_dict(), os.path.join(os.environ["SM_MODEL_DIR"], "model.pt"))
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
