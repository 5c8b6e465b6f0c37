#!/usr/bin/python3
"""Real CIFAR-10, a subset of it: prepare, train each large network, narrow, for some seconds, and see that it learns."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import vision_job

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARCHIVE = pathlib.Path(os.environ.get("SAGEBRUSH_DATA_DIR", ROOT.parent / "shared" / "data")) / "cifar10/cifar10-jpeg.tar.zst"
if not ARCHIVE.exists():
    print("CIFAR-10 is not here (SAGEBRUSH_DATA_DIR); skipped")
    sys.exit(77)


class CifarTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.base = pathlib.Path(folder.name)
        (cls.base / "images").mkdir()
        subprocess.run(["tar", "-x", "-f", ARCHIVE, "-I", "zstd -qd --long=27", "-C", cls.base / "images", "--wildcards",
                        "--wildcards-match-slash", "train/*/0[0-2]??.jpg", "test/*/00??.jpg"], check=True)  # 300 and 100 a class
        command = [vision_job.BINARY, "preprocess", "--input", cls.base / "images", "--output", cls.base / "prepared"]
        done = subprocess.run([*command, "--validation", "300"], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        assert "Training samples: 2700\nValidation samples: 300\nTest samples: 1000\n" in done.stdout

    def train(self, name, **hyperparameters):
        job = vision_job.Job(self.base / name, hyperparameters)
        for split in ("train", "validation", "test"):
            folder = job.base / "input/data" / split
            if folder.exists():
                folder.rmdir()
            folder.symlink_to(self.base / "prepared" / split)
        job.write_config("inputdataconfig.json", {split: {"TrainingInputMode": "File"} for split in ("train", "validation", "test")})
        done = subprocess.run(job.command(), capture_output=True, text=True, timeout=900)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^test_accuracy=0\.\d{4} test_loss=")
        return json.loads((job.base / "output/data/evaluation.json").read_text()), done.stdout

    def test_airbench_learns(self):
        evaluation, out = self.train("airbench", model="airbench94", width=0.25, epochs=5, batch_size=125, seed=1)
        self.assertGreater(evaluation["accuracy"], 0.45, out)
        self.assertEqual(evaluation["count"], 1000)
        self.assertEqual(evaluation["classes"][0]["label"], "airplane")

    def test_resnet_learns(self):
        evaluation, out = self.train("resnet", model="resnet18", width=0.25, epochs=3, batch_size=32, learning_rate=0.03)
        self.assertGreater(evaluation["accuracy"], 0.33, out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
