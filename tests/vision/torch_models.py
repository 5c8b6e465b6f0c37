"""The networks of sagebrush-vision in plain PyTorch, with the module names that their authors gave them, and the small
formats to exchange weights with. Debian's python3-torch."""
import json
import struct

import numpy
import torch
from torch import nn


def read_safetensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + at for at in entry["data_offsets"])
        tensors[name] = torch.from_numpy(numpy.frombuffer(data[begin:end], {"F32": "<f4", "I64": "<i8"}[entry["dtype"]]).reshape(entry["shape"]).copy())
    return tensors


def write_safetensors(path, tensors):
    """A state dict as safetensors.torch.save_file writes it; integers too (num_batches_tracked)."""
    header, blobs, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in tensors.items():
        array = numpy.ascontiguousarray(tensor.detach().numpy())
        kind = {"float32": "F32", "int64": "I64"}[array.dtype.name]
        blobs.append(array.tobytes())
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [at, at + len(blobs[-1])]}
        at += len(blobs[-1])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def widened(base, width):
    return max(16, int(base * width / 16 + 0.5) * 16)


class BasicBlock(nn.Module):
    def __init__(self, inside, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.downsample = None
        if stride != 1 or inside != out:
            self.downsample = nn.Sequential(nn.Conv2d(inside, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet18(nn.Module):
    """torchvision's names; 3x3 stem and no first pooling, as kuangliu/pytorch-cifar."""

    def __init__(self, classes=10, width=1.0):
        super().__init__()
        inside = widened(64, width)
        self.conv1 = nn.Conv2d(3, inside, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inside)
        for stage in range(1, 5):
            out = widened(32 << stage, width)
            blocks = [BasicBlock(inside, out, 1 if stage == 1 else 2), BasicBlock(out, out, 1)]
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
            inside = out
        self.fc = nn.Linear(inside, classes)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


class Mul(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor


def fixed_norm(features, momentum):
    norm = nn.BatchNorm2d(features, eps=1e-12, momentum=momentum)
    norm.weight.requires_grad = False
    return norm


class Group(nn.Module):
    def __init__(self, inside, out, deep, momentum):
        super().__init__()
        self.deep = deep
        self.pool = nn.MaxPool2d(2)
        self.activ = nn.GELU()
        for i in range(1, 4 if deep else 3):
            setattr(self, f"conv{i}", nn.Conv2d(inside if i == 1 else out, out, 3, padding=1, bias=False))
            setattr(self, f"norm{i}", fixed_norm(out, momentum))

    def forward(self, x):
        x = self.activ(self.norm1(self.pool(self.conv1(x))))
        y = self.norm2(self.conv2(x))
        if self.deep:
            y = x + self.norm3(self.conv3(self.activ(y)))
        return self.activ(y)


def airbench(which, classes=10, width=1.0):
    first, rest, deep, momentum = {94: (64, 256, False, 0.4), 95: (128, 384, False, 0.4), 96: (128, 512, True, 0.1)}[which]
    first, rest = widened(first, width), widened(rest, width)
    net = nn.Sequential(
        nn.Conv2d(3, 24, 2, bias=True), nn.GELU(), Group(24, first, deep, momentum), Group(first, rest, deep, momentum),
        Group(rest, rest, deep, momentum), nn.MaxPool2d(3), nn.Flatten(), nn.Linear(rest, classes, bias=False), Mul(1 / 9),
    )
    net[0].weight.requires_grad = False
    return net


def make(model, width=1.0, classes=10):
    return ResNet18(classes, width) if model == "resnet18" else airbench(int(model[-2:]), classes, width)


class Random:
    """sagebrush-vision's generator (random.h)."""

    MASK = (1 << 64) - 1

    def __init__(self, seed, stream, index=0):
        self.state = self.mix((self.mix((self.mix(seed) + stream) & self.MASK) + index) & self.MASK)

    def mix(self, z):
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & self.MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & self.MASK
        return z ^ (z >> 31)

    def below(self, bound):
        self.state = (self.state + 0x9E3779B97F4A7C15) & self.MASK
        return ((self.mix(self.state) >> 32) * bound) >> 32


def epoch_order(seed, epoch, count):
    random, order = Random(seed, 2, epoch), list(range(count))
    for i in range(count, 1, -1):
        j = random.below(i)
        order[i - 1], order[j] = order[j], order[i - 1]
    return order
