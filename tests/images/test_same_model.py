"""One train.py, one seed, three ways: by hand, as a job in the host image, as a job in a pushed image. The weights are the same to the bit."""

import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from mnist import FILES, mnist  # noqa: E402
from podman import Podman, missing  # noqa: E402
from server import Server, program  # noqa: E402

TORCH = pathlib.Path("/usr/lib/python3/dist-packages/torch")
TRAIN = '''
import argparse, gzip, os, struct
import numpy, torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=1)
parser.add_argument("--examples", type=int, default=1000)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--training", default=os.environ.get("SM_CHANNEL_TRAINING"))
parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR"))
args = parser.parse_args()
torch.set_num_threads(args.threads)
torch.use_deterministic_algorithms(True)
torch.manual_seed(args.seed)


def read(name):
    with gzip.open(os.path.join(args.training, name)) as file:
        head = struct.unpack(">HBB", file.read(4))
        shape = struct.unpack(">" + "I" * head[2], file.read(4 * head[2]))
        return numpy.frombuffer(file.read(), numpy.uint8).reshape(shape)


def digits(kind, count):
    images = torch.from_numpy(read(kind + "-images-idx3-ubyte.gz")[:count].astype(numpy.float32) / 255).unsqueeze(1)
    return images, torch.from_numpy(read(kind + "-labels-idx1-ubyte.gz")[:count].astype(numpy.int64))


images, labels = digits("train", args.examples)
test_images, test_labels = digits("t10k", 1000)
net = nn.Sequential(nn.Conv2d(1, 8, 5, stride=2), nn.ReLU(), nn.Conv2d(8, 16, 5, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(256, 10))
optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
for epoch in range(args.epochs):
    for batch in torch.randperm(len(images)).split(64):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        accuracy = (net(test_images).argmax(1) == test_labels).float().mean().item()
    print(f"epoch={epoch} loss={loss.item()!r} accuracy={accuracy!r}", flush=True)
with open(os.path.join(args.model_dir, "weights.bin"), "wb") as file:
    for name, value in net.state_dict().items():
        file.write(value.numpy().tobytes())
'''
WORDS = {"epochs": "2", "examples": "6000", "seed": "7", "threads": "2"}


@unittest.skipIf(missing(), missing())
@unittest.skipUnless(TORCH.is_dir(), "needs python3-torch")
@unittest.skipUnless(mnist(), "needs MNIST: SAGEBRUSH_DATA_DIR")
class SameModel(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.folder / "train.py").write_text(TRAIN)
        (self.folder / "data").mkdir()
        for name in FILES:
            shutil.copy(mnist() / name, self.folder / "data")

    def run_here(self, *words, environment=None):
        done = subprocess.run(words, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=600, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return [line for line in done.stdout.splitlines() if "epoch=" in line]

    def by_hand(self):
        (self.folder / "by-hand").mkdir()
        epochs = self.run_here("/usr/bin/python3", "train.py", "--training", "data", "--model-dir", "by-hand",
                               *(word for name, value in WORDS.items() for word in ("--" + name, value)))
        return epochs, (self.folder / "by-hand" / "weights.bin").read_bytes()

    def as_job(self, server, name, *words):
        hyperparameters = (word for pair in WORDS.items() for word in ("--hp", "=".join(pair)))
        epochs = self.run_here(pathlib.Path(program()).resolve(), "train", "train.py", "--name", name, "--input", "training=data",
                               "--model-dir", name, *hyperparameters, *words,
                               environment=server.environment() | {"HOME": str(self.folder)})
        with tarfile.open(self.folder / name / "model.tar.gz") as tar:
            weights = tar.extractfile("weights.bin").read()
        return [line[line.index("epoch="):] for line in epochs], weights

    def test_three_ways_lead_to_the_same_weights(self):
        server = self.enterContext(Server("cpus: 4\nmemory_mib: 16384\n"))
        podman = self.enterContext(Podman(server))
        podman.import_packages("localhost/torch", "python3-torch", "python3-numpy")
        podman.push("localhost/torch", "torch")
        epochs, weights = self.by_hand()
        self.assertEqual(len(epochs), 2)
        self.assertGreater(float(epochs[-1].rsplit("=", 1)[1]), 0.85, epochs)  # it did learn
        for name, words in (("host-image", ()), ("pushed-image", ("--image", "torch:latest"))):
            with self.subTest(name):
                said, same = self.as_job(server, name, *words)
                self.assertEqual(said, epochs)
                self.assertEqual(same, weights)
        # Not because it would always be the same.
        WORDS["seed"] = "8"
        self.addCleanup(WORDS.update, seed="7")
        self.assertNotEqual(self.as_job(server, "other-seed")[1], weights)


if __name__ == "__main__":
    unittest.main()
