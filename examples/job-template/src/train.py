"""Trains a small network on MNIST. Runs as it is by hand, as a job here, and on SageMaker.

By hand:   python3 train.py --training ../dataset --model-dir model
As a job:  the channel `training` and /opt/ml/model come by the SM_ variables.
"""

import argparse
import os
import pathlib
import random

import numpy
import torch
from torch import nn

import mnist


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--learning-rate", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, help="train on the first so many images only")
    parser.add_argument("--training", default=os.environ.get("SM_CHANNEL_TRAINING", "dataset"))
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR", "model"))
    parser.add_argument("--checkpoint-dir", default="/opt/ml/checkpoints" if "SM_MODEL_DIR" in os.environ else None)
    return parser.parse_args()


def network():
    return nn.Sequential(nn.Conv2d(1, 8, 5, stride=2), nn.ReLU(), nn.Conv2d(8, 16, 5, stride=2), nn.ReLU(),
                         nn.Flatten(), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 10))


def train_epoch(model, optimizer, images, labels, batch_size, generator):
    """One pass in a random order; returns the mean loss."""
    model.train()
    total = 0.0
    for batch in torch.randperm(len(images), generator=generator).split(batch_size):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    return total / len(images)


@torch.no_grad()
def accuracy(model, images, labels):
    model.eval()
    hits = sum((model(part).argmax(1) == wanted).sum().item()
               for part, wanted in zip(images.split(1000), labels.split(1000)))
    return hits / len(labels)


def save(path, content):
    """Whole or not at all: a job can be interrupted at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(content, path.with_suffix(".part"))
    os.replace(path.with_suffix(".part"), path)


def main():
    args = arguments()
    # The same seed gives the same weights, bit for bit, on one thread.
    torch.set_num_threads(1)
    random.seed(args.seed)
    numpy.random.seed(args.seed)
    torch.manual_seed(args.seed)
    generator = torch.Generator().manual_seed(args.seed)

    model = network()
    optimizer = torch.optim.SGD(model.parameters(), args.learning_rate, momentum=0.9)
    first = 0
    checkpoint = pathlib.Path(args.checkpoint_dir, "checkpoint.pt") if args.checkpoint_dir else None
    if checkpoint and checkpoint.exists():
        state = torch.load(checkpoint)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        generator.set_state(state["generator"])
        first = state["epoch"]
        print(f"resumed after epoch {first}", flush=True)

    images, labels = mnist.load(args.training, "train", args.limit)
    test_images, test_labels = mnist.load(args.training, "test")
    for epoch in range(first, args.epochs):
        loss = train_epoch(model, optimizer, images, labels, args.batch_size, generator)
        print(f"epoch={epoch + 1}/{args.epochs} loss={loss:.4f} test_accuracy={accuracy(model, test_images, test_labels):.4f};",
              flush=True)
        if checkpoint:
            save(checkpoint, {"epoch": epoch + 1, "model": model.state_dict(), "optimizer": optimizer.state_dict(),
                              "generator": generator.get_state()})
    save(pathlib.Path(args.model_dir, "model.pth"), model.state_dict())


if __name__ == "__main__":
    main()
