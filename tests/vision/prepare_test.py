#!/usr/bin/python3
"""Runs sagebrush-vision preprocess on what Python itself writes: pickles of every protocol, and reads its output with NumPy."""
import json
import os
import pathlib
import pickle
import subprocess
import tempfile
import unittest

import numpy
import vision_job


class Dangerous:
    def __reduce__(self):
        return (os.system, ("touch /tmp/sagebrush-pickle-was-executed",))


class PrepareTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.input = pathlib.Path(folder.name, "in")
        self.output = pathlib.Path(folder.name, "out")
        self.input.mkdir()
        random = numpy.random.default_rng(1)
        self.images = random.integers(0, 256, (6, 40, 3072), dtype=numpy.uint8)
        self.labels = [[(i + b) % 10 for i in range(40)] for b in range(6)]

    def preprocess(self, *options):
        command = [vision_job.BINARY, "preprocess", "--input", self.input, "--output", self.output, *options]
        return subprocess.run(command, capture_output=True, text=True, timeout=120)

    def write_pickles(self, protocol):
        for b in range(6):
            name = "test_batch" if b == 5 else f"data_batch_{b + 1}"
            batch = {b"data": self.images[b], b"labels": self.labels[b], b"batch_label": b"x", b"filenames": [b"a"] * 40}
            (self.input / name).write_bytes(pickle.dumps(batch, protocol))
        names = [f"class{i}" for i in range(10)]
        (self.input / "batches.meta").write_bytes(pickle.dumps({"label_names": names}, protocol))

    def split(self, name):
        manifest = json.loads((self.output / name / "manifest.json").read_text())
        images = numpy.concatenate([numpy.load(self.output / name / s["images"]["file"]) for s in manifest["shards"]])
        labels = numpy.concatenate([numpy.load(self.output / name / s["labels"]["file"]) for s in manifest["shards"]])
        self.assertEqual(manifest["count"], len(images))
        return manifest, images, labels

    def test_pickles_of_each_protocol_are_read_as_python_reads_them(self):
        expected = self.images[5].reshape(40, 3, 32, 32).transpose(0, 2, 3, 1)
        for protocol in (2, 3, 4, 5):
            with self.subTest(protocol):
                self.write_pickles(protocol)
                done = self.preprocess("--validation", "50", "--shard-images", "64")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("Training samples: 150\nValidation samples: 50\nTest samples: 40\n", done.stdout)
                manifest, images, labels = self.split("test")
                numpy.testing.assert_array_equal(images, expected)
                self.assertEqual(labels.tolist(), self.labels[5])
                self.assertEqual(manifest["classes"][3], "class3")
                manifest, train, labels = self.split("train")
                self.assertEqual(len(manifest["shards"]), 3)
                self.assertEqual(numpy.bincount(labels).tolist(), [15] * 10)
                mean = (train / 255).mean((0, 1, 2))
                numpy.testing.assert_allclose(manifest["mean"], mean, rtol=1e-5)
                numpy.testing.assert_allclose(manifest["deviation"], (train / 255).std((0, 1, 2)), rtol=1e-5)

    def test_the_same_seed_gives_the_same_bytes(self):
        self.write_pickles(2)

        def contents():
            self.assertEqual(self.preprocess("--validation", "0.2", "--seed", "3").returncode, 0)
            return {p.relative_to(self.output): p.read_bytes() for p in self.output.rglob("*") if p.is_file()}

        self.assertEqual(contents(), contents())

    def test_a_pickle_that_would_run_something_is_refused_and_runs_nothing(self):
        witness = pathlib.Path("/tmp/sagebrush-pickle-was-executed")
        for protocol in range(6):
            self.write_pickles(2)
            (self.input / "data_batch_2").write_bytes(pickle.dumps({"data": Dangerous()}, protocol))
            done = self.preprocess()
            self.assertEqual(done.returncode, 1)
            self.assertIn("data_batch_2: ", done.stderr)
            if protocol >= 2:
                self.assertIn("system; only plain data", done.stderr)
            self.assertFalse(witness.exists())

    def test_each_command_has_help(self):
        for command in ("train", "evaluate", "preprocess", "predict", "serve", "hyperparameters", "version"):
            for option in ("--help", "-h"):
                done = subprocess.run([vision_job.BINARY, command, option], capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(f"sagebrush-vision {command}", done.stdout)
        self.assertIn("[--size N|HxW]", self.preprocess("--help").stdout)
        self.assertEqual(subprocess.run([vision_job.BINARY, "prepare", "--help"], capture_output=True, timeout=60).returncode, 2)

    def test_mistakes_are_named(self):
        self.write_pickles(4)
        whole = (self.input / "data_batch_3").read_bytes()
        for content, words in (
            (whole[:5000], "truncated"),
            (b"", "is empty"),
            (pickle.dumps({"data": self.images[0]}), "no 'fine_labels'"),
            (pickle.dumps({"data": self.images[0], "labels": [1]}), "40 images and 1 labels"),
            (pickle.dumps({"data": self.images[0], "labels": [10] * 40}), "label 10"),
            (pickle.dumps({"data": self.images[0].astype("f4"), "labels": [1] * 40}), "no uint8 array"),
        ):
            (self.input / "data_batch_3").write_bytes(content)
            done = self.preprocess()
            self.assertEqual(done.returncode, 1)
            self.assertIn("data_batch_3", done.stderr)
            self.assertIn(words, done.stderr)
        (self.input / "data_batch_3").unlink()
        self.assertIn("data_batch_3: is missing", self.preprocess().stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
