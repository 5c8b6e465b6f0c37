"""Lays out /opt/ml for sagebrush-vision in a temporary folder and runs it there."""
import gzip
import json
import os
import pathlib
import struct
import subprocess
import sys

SKIP = 77
BINARY = pathlib.Path(os.environ.get("SAGEBRUSH_VISION_BINARY", "sagebrush-vision"))


def mnist_folder():
    """The real MNIST, or None: $SAGEBRUSH_DATA_DIR/mnist, else ../shared/data/mnist beside the checkout."""
    root = pathlib.Path(__file__).resolve().parents[2]
    base = pathlib.Path(os.environ.get("SAGEBRUSH_DATA_DIR", root.parent / "shared" / "data"))
    folder = base / "mnist"
    return folder if (folder / "train-images-idx3-ubyte.gz").exists() else None


def require_mnist():
    folder = mnist_folder()
    if folder is None:
        print("MNIST is not here (SAGEBRUSH_DATA_DIR); skipped")
        sys.exit(SKIP)
    return folder


def head_of_idx(path, count):
    """The first `count` items of a gzip'd IDX file, as an IDX file."""
    data = gzip.decompress(path.read_bytes())
    rank = data[3]
    shape = list(struct.unpack(f">{rank}I", data[4 : 4 + 4 * rank]))
    item = 1
    for size in shape[1:]:
        item *= size
    shape[0] = count
    start = 4 + 4 * rank
    return data[:4] + struct.pack(f">{rank}I", *shape) + data[start : start + count * item]


def read_weights(file):
    """The tensors of a safetensors file's bytes, by name, each as a flat array."""
    import numpy

    length = int.from_bytes(file[:8], "little")
    header = json.loads(file[8 : 8 + length])
    header.pop("__metadata__", None)
    return {name: numpy.frombuffer(file[8 + length :][slice(*entry["data_offsets"])], "<f4") for name, entry in header.items()}


class Job:
    def __init__(self, base, hyperparameters=None, checkpoints=True):
        self.base = pathlib.Path(base)
        for folder in ("input/config", "input/data/train", "input/data/test"):
            (self.base / folder).mkdir(parents=True)
        if checkpoints:
            (self.base / "checkpoints").mkdir()
        self.configure(hyperparameters or {})
        channel = {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}
        self.write_config("inputdataconfig.json", {"train": channel, "test": channel})
        self.write_config("resourceconfig.json", {"current_host": "algo-1", "hosts": ["algo-1"]})

    def write_config(self, name, value):
        (self.base / "input/config" / name).write_text(json.dumps(value))

    def configure(self, hyperparameters):
        self.write_config("hyperparameters.json", {k: str(v) for k, v in hyperparameters.items()})

    def link_mnist(self, mnist):
        for channel, prefix in (("train", "train"), ("test", "t10k")):
            for path in mnist.glob(prefix + "-*.gz"):
                (self.base / "input/data" / channel / path.name).symlink_to(path)

    def put_subset(self, mnist, train, test):
        for channel, prefix, count in (("train", "train", train), ("test", "t10k", test)):
            for kind in ("images-idx3", "labels-idx1"):
                name = f"{prefix}-{kind}-ubyte"
                data = head_of_idx(mnist / (name + ".gz"), count)
                (self.base / "input/data" / channel / name).write_bytes(data)

    def command(self):
        return [str(BINARY), "train", "--opt-ml", str(self.base)]

    def start(self):
        return subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self):
        return subprocess.run(self.command(), capture_output=True, text=True, timeout=280)

    def weights(self):
        return (self.base / "model/model.safetensors").read_bytes()

    def epochs(self):
        return json.loads((self.base / "output/data/metrics.json").read_text())["epochs"]

    def failure(self):
        return (self.base / "output/failure").read_text()
