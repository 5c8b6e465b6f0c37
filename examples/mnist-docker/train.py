#!/usr/bin/env python3
"""Trains a small convolutional network on MNIST with PyTorch. Runs as `train` in a SageMaker container, and by hand:

    ./train.py --data ./mnist --model ./model --epochs 1
"""

import argparse
import gzip
import json
import os
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

ML = "/opt/ml"
FILES = {"train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"), "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")}


def hyperparameters():
    """What the job was given; every value is a string."""
    try:
        with open(ML + "/input/config/hyperparameters.json") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def arguments():
    given = hyperparameters()
    parser = argparse.ArgumentParser()
    parser.add_argument("command", nargs="?", default="train", choices=["train"], help="SageMaker's first argument")
    parser.add_argument("--data", default=ML + "/input/data/training", help="folder with MNIST's four files, gzipped or not")
    parser.add_argument("--model", default=ML + "/model", help="folder for the result")
    parser.add_argument("--epochs", type=int, default=int(given.get("epochs", 2)))
    parser.add_argument("--batch-size", type=int, default=int(given.get("batch-size", 128)))
    parser.add_argument("--lr", type=float, default=float(given.get("lr", 0.01)))
    parser.add_argument("--examples", type=int, default=int(given.get("examples", 60000)), help="train on so many images")
    parser.add_argument("--seed", type=int, default=int(given.get("seed", 1)))
    return parser.parse_args()


def read_idx(folder, name):
    path = os.path.join(folder, name)
    opened = open(path, "rb") if os.path.exists(path) else gzip.open(path + ".gz", "rb")
    with opened as file:
        data = file.read()
    dimensions = data[3]
    shape = numpy.frombuffer(data, ">i4", dimensions, 4)
    return torch.from_numpy(numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * dimensions).reshape(shape).copy())


def read_set(folder, name):
    images, labels = (read_idx(folder, file) for file in FILES[name])
    return (images.float() / 255 - 0.1307).div(0.3081).unsqueeze(1), labels.long()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 5, stride=2)
        self.conv2 = nn.Conv2d(16, 32, 3)
        self.fc1 = nn.Linear(32 * 5 * 5, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = functional.relu(self.conv1(x))
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        return self.fc2(functional.relu(self.fc1(x.flatten(1))))


def evaluate(net, images, labels):
    net.eval()
    with torch.no_grad():
        right = sum((net(images[i:i + 1000]).argmax(1) == labels[i:i + 1000]).sum().item() for i in range(0, len(images), 1000))
    net.train()
    return right / len(images)


def main():
    given = arguments()
    torch.manual_seed(given.seed)
    images, labels = read_set(given.data, "train")
    images, labels = images[:given.examples], labels[:given.examples]
    test = read_set(given.data, "test")
    print(f"{len(images)} images to learn from, {len(test[0])} to test with, {torch.get_num_threads()} threads")
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=given.lr, momentum=0.9)
    for epoch in range(1, given.epochs + 1):
        begin, total = time.monotonic(), 0.0
        order = torch.randperm(len(images))
        for at in range(0, len(order), given.batch_size):
            batch = order[at:at + given.batch_size]
            loss = functional.cross_entropy(net(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        accuracy = evaluate(net, *test)
        print(f"epoch={epoch} loss={total / len(images):.4f} accuracy={accuracy:.4f} seconds={time.monotonic() - begin:.1f}")
    os.makedirs(given.model, exist_ok=True)
    torch.save(net.state_dict(), os.path.join(given.model, "model.pth"))


if __name__ == "__main__":
    main()
