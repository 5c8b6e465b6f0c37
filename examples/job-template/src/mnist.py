"""MNIST's four files as tensors, without torchvision."""

import gzip
import pathlib

import numpy
import torch

FILES = {"train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
         "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")}


def read_idx(path):
    """An IDX file, gzipped or not."""
    data = path.read_bytes() if path.exists() else gzip.decompress(path.with_name(path.name + ".gz").read_bytes())
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    dimensions = data[3]
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(dimensions)]
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * dimensions).reshape(shape)


def load(folder, part, limit=None):
    """Images [N, 1, 28, 28], mean 0 and deviation 1, and labels [N]; the first `limit` of them."""
    images, labels = (read_idx(pathlib.Path(folder, name)) for name in FILES[part])
    images = torch.from_numpy(images[:limit].copy()).float().div(255).sub(0.1307).div(0.3081)
    return images.unsqueeze(1), torch.from_numpy(labels[:limit].copy()).long()
