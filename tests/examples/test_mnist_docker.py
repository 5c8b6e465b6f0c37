"""examples/mnist-docker as its README has it: base image, build, push, data, training, with real PyTorch and real MNIST."""

import gzip
import io
import os
import pathlib
import struct
import sys
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from api import create, finish, log_lines, s3_channel  # noqa: E402
from mnist import mnist  # noqa: E402
from podman import Podman, missing  # noqa: E402
from server import Server  # noqa: E402

EXAMPLE = ROOT / "examples" / "mnist-docker"
TORCH = pathlib.Path("/usr/lib/python3/dist-packages/torch")


def digits(folder):
    """A set in MNIST's format where there is no MNIST: a bar in one of ten places."""
    for name, count in (("train", 2000), ("t10k", 500)):
        pixels, labels = bytearray(), bytearray()
        for i in range(count):
            picture = bytearray(28 * 28)
            for row in range(28):
                picture[row * 28 + 2 * (i % 10) + 4] = 255
            pixels += picture
            labels.append(i % 10)
        for kind, head, body in (("images-idx3", struct.pack(">IIII", 2051, count, 28, 28), pixels),
                                 ("labels-idx1", struct.pack(">II", 2049, count), labels)):
            with gzip.open(os.path.join(folder, f"{name}-{kind}-ubyte.gz"), "wb") as file:
                file.write(head + body)


@unittest.skipIf(missing(), missing())
@unittest.skipUnless(TORCH.is_dir(), "needs python3-torch")
class MnistDocker(unittest.TestCase):
    def test_the_readme_from_base_image_to_model(self):
        server = self.enterContext(Server("cpus: 4\nmemory_mib: 16384\n"))
        podman = self.enterContext(Podman(server))
        data = mnist()
        if data is None:
            data = self.enterContext(tempfile.TemporaryDirectory())
            digits(data)
        print(podman.run("/usr/bin/python3", "-W", "ignore", str(EXAMPLE / "Data-S3.py"), str(data), "s3://ml-data/mnist"))
        podman.import_packages("localhost/sagebrush-python-torch", "python3-torch", "python3-numpy")
        podman.build("mnist-docker", EXAMPLE)
        image = podman.push("mnist-docker", "mnist-docker")
        channel = s3_channel("training", "s3://ml-data/mnist/")
        create(server, "mnist-1", "", AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"},
               HyperParameters={"epochs": "2", "examples": "12000"}, InputDataConfig=[channel],
               OutputDataConfig={"S3OutputPath": "s3://ml-data/out"})
        job = finish(server, "mnist-1", seconds=600)
        lines = log_lines(server, "mnist-1")
        self.assertEqual(job["TrainingJobStatus"], "Completed", (job, lines))
        epochs = [line for line in lines if line.startswith("epoch=")]
        self.assertEqual(len(epochs), 2, lines)
        self.assertGreater(float(epochs[-1].split("accuracy=")[1].split()[0]), 0.9, lines)
        key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://ml-data/")
        body = server.client("s3").get_object(Bucket="ml-data", Key=key)["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(body), mode="r:gz") as tar:
            self.assertIn("model.pth", [m.name.removeprefix("./") for m in tar.getmembers()])


if __name__ == "__main__":
    unittest.main()
