#!/usr/bin/python3
"""Evaluates a model of sagebrush-vision with none of its code: model.safetensors and config.json read by hand, the
network run in NumPy. Prints accuracy=… as `sagebrush-vision evaluate` does.

usage: evaluate_model.py MODEL_DIR DATA_DIR [--limit N] [--minimum ACCURACY]
MODEL_DIR may be a model.tar.gz; DATA_DIR holds t10k-images-idx3-ubyte[.gz] and t10k-labels-idx1-ubyte[.gz].
"""
import argparse
import gzip
import json
import math
import pathlib
import struct
import sys
import tarfile

import numpy as np


def read_idx(folder, name):
    for path in (folder / (name + ".gz"), folder / name):
        if path.exists():
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            break
    else:
        sys.exit(f"{folder}: {name}[.gz] is missing")
    rank = data[3]
    shape = struct.unpack(f">{rank}I", data[4 : 4 + 4 * rank])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def read_safetensors(data):
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + at for at in entry["data_offsets"])
        assert entry["dtype"] == "F32", entry
        values = np.frombuffer(data[begin:end], "<f4").reshape(entry["shape"])
        tensors[name] = values
    return tensors


def conv2d(x, weight, stride, padding):
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    kernel = weight.shape[2:]
    patches = np.lib.stride_tricks.sliding_window_view(x, kernel, axis=(2, 3))[:, :, ::stride, ::stride]
    n, c, h, w = patches.shape[:4]
    columns = patches.transpose(0, 2, 3, 1, 4, 5).reshape(n * h * w, -1)
    out = columns @ weight.reshape(len(weight), -1).T
    return out.reshape(n, h, w, -1).transpose(0, 3, 1, 2)


def forward(x, layers, tensors):
    for layer in layers:
        kind, name = layer["type"], layer.get("name")
        if kind == "conv2d":
            x = conv2d(x, tensors[name + ".weight"], layer["stride"], layer["padding"])
        elif kind == "batch_norm2d":
            scale = tensors[name + ".weight"] / np.sqrt(tensors[name + ".running_var"] + layer["eps"])
            shift = tensors[name + ".bias"] - tensors[name + ".running_mean"] * scale
            x = x * scale[:, None, None] + shift[:, None, None]
        elif kind == "relu":
            x = np.maximum(x, 0)
        elif kind == "max_pool2d":
            k = layer["kernel_size"]
            n, c, h, w = x.shape
            x = x[:, :, : h // k * k, : w // k * k].reshape(n, c, h // k, k, w // k, k).max((3, 5))
        elif kind == "flatten":
            x = x.reshape(len(x), -1)
        elif kind == "linear":
            x = x @ tensors[name + ".weight"].T + tensors[name + ".bias"]
        else:
            sys.exit(f"config.json: layer type {kind} is unknown")
    return x


def read_model(path):
    if path.is_dir():
        return {name: (path / name).read_bytes() for name in ("config.json", "model.safetensors")}
    with tarfile.open(path) as archive:
        members = {pathlib.PurePath(m.name).name: m for m in archive.getmembers() if m.isfile()}
        return {
            name: archive.extractfile(members[name]).read() for name in ("config.json", "model.safetensors")
        }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=math.inf)
    parser.add_argument("--minimum", type=float, default=0.0)
    args = parser.parse_args()
    files = read_model(args.model)
    config = json.loads(files["config.json"])
    tensors = read_safetensors(files["model.safetensors"])
    images = read_idx(args.data, "t10k-images-idx3-ubyte")
    labels = read_idx(args.data, "t10k-labels-idx1-ubyte")
    count = int(min(len(images), args.limit))
    mean = np.float32(config["normalization"]["mean"])[None, :, None, None]
    deviation = np.float32(config["normalization"]["deviation"])[None, :, None, None]
    correct = 0
    for start in range(0, count, 500):
        stop = min(count, start + 500)
        x = (images[start:stop, None].astype(np.float32) - mean) / deviation
        logits = forward(x, config["network"]["layers"], tensors)
        correct += int((logits.argmax(1) == labels[start:stop]).sum())
    accuracy = correct / count
    print(f"accuracy={accuracy:.4f}")
    if accuracy < args.minimum:
        sys.exit(f"accuracy is below {args.minimum}")


if __name__ == "__main__":
    main()
