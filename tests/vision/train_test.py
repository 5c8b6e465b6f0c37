#!/usr/bin/python3
"""Runs sagebrush-vision as the platform would: real MNIST, kills, stops, and a user's mistakes."""
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import numpy
import vision_job
from vision_job import Job

MNIST = vision_job.require_mnist()
EVALUATE = pathlib.Path(__file__).with_name("evaluate_model.py")
SMALL = {"epochs": 3, "batch_size": 64, "seed": 7}


class TrainTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.base = pathlib.Path(self.folder.name)

    def small_job(self, name="job", **hyperparameters):
        job = Job(self.base / name, {**SMALL, **hyperparameters})
        job.put_subset(MNIST, 3000, 1000)
        return job

    def assert_fails(self, job, *words):
        result = job.run()
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        for word in words:
            self.assertIn(word, job.failure())
            self.assertIn(word, result.stderr)
        self.assertFalse((job.base / "model/model.safetensors").exists())

    def test_defaults_reach_99_percent_and_a_second_program_agrees(self):
        job = Job(self.base / "job")
        job.link_mnist(MNIST)
        result = job.run()
        self.assertEqual(result.returncode, 0, result.stderr)
        accuracy = job.epochs()[-1]["validation_accuracy"]
        self.assertGreaterEqual(accuracy, 0.99)
        last = job.epochs()[-1]["epoch"]
        self.assertRegex(
            result.stdout,
            rf"(?m)^epoch={last} train_loss=0\.\d+ train_accuracy=0\.\d+ "
            rf"validation_accuracy={accuracy:.4f} images_per_second=\d+ validation_loss=0\.\d+ seconds=[\d.]+$",
        )
        self.assertIn(
            f"#quality_metric: host=algo-1, epoch={last}, validation accuracy={accuracy:.4f}\n", result.stdout
        )
        ours = subprocess.run(
            [vision_job.BINARY, "evaluate", "--model", job.base / "model", "--data", MNIST],
            capture_output=True, text=True, check=True,
        )
        self.assertEqual(ours.stdout, f"accuracy={accuracy:.4f}\n")
        theirs = subprocess.run(
            [sys.executable, EVALUATE, job.base / "model", MNIST], capture_output=True, text=True, check=True
        )
        other = float(re.fullmatch(r"accuracy=([\d.]+)\n", theirs.stdout)[1])
        self.assertAlmostEqual(other, accuracy, delta=0.0002)  # float32 sums in another order
        labels = json.loads((job.base / "model/labels.json").read_text())
        self.assertEqual(labels, [str(i) for i in range(10)])

    def test_killed_and_resumed_gives_the_same_bits(self):
        whole = self.small_job("whole")
        self.assertEqual(whole.run().returncode, 0)
        cut = self.small_job("cut")
        process = cut.start()
        for line in process.stdout:
            if line.startswith("epoch=1 "):
                break
        # The checkpoint of epoch 1 follows its line; whichever moment the kill hits, the end must be the same.
        process.kill()
        process.communicate()
        self.assertEqual(process.returncode, -signal.SIGKILL)
        self.assertFalse((cut.base / "model/model.safetensors").exists())
        result = cut.run()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(cut.weights(), whole.weights())
        for ours, theirs in zip(cut.epochs(), whole.epochs(), strict=True):
            for key in ("epoch", "train_loss", "train_accuracy", "validation_accuracy"):
                self.assertEqual(ours[key], theirs[key])

    def test_sigterm_saves_checkpoint_and_model_and_the_next_run_goes_on_exactly(self):
        whole = self.small_job("whole", epochs=20)
        self.assertEqual(whole.run().returncode, 0)
        cut = self.small_job("cut", epochs=20)
        process = cut.start()
        for line in process.stdout:
            if line.startswith("epoch=2 "):
                process.terminate()
                break
        out, err = process.communicate(timeout=280)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn("Stopped by SIGTERM", out)
        self.assertTrue((cut.base / "model/model.safetensors").exists())
        self.assertLess(len(cut.epochs()), 20)
        result = cut.run()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Resuming from", result.stdout)
        self.assertEqual(cut.weights(), whole.weights())

    def test_damaged_newest_checkpoint_is_passed_over(self):
        job = self.small_job()
        self.assertEqual(job.run().returncode, 0)
        expected = job.weights()
        newest = max(job.base.glob("checkpoints/*.safetensors"), key=lambda p: int(p.stem.split("-")[1]))
        newest.write_bytes(newest.read_bytes()[:-4])
        shutil.rmtree(job.base / "model")
        result = job.run()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("passed over", result.stdout)
        self.assertIn("Resuming from", result.stdout)
        self.assertEqual(job.weights(), expected)

    def test_checkpoint_of_another_run_is_refused_by_name(self):
        job = self.small_job()
        self.assertEqual(job.run().returncode, 0)
        shutil.rmtree(job.base / "model")
        job.configure({**SMALL, "seed": 8})
        self.assert_fails(job, "seed=7", "seed=8")

    def test_checkpoint_that_does_not_know_a_hyperparameter_had_its_default(self):
        job = self.small_job()
        self.assertEqual(job.run().returncode, 0)
        shutil.rmtree(job.base / "model")
        for state in job.base.glob("checkpoints/*.json"):
            document = json.loads(state.read_text())
            for name in ("precision_dtype", "weight_decay"):
                del document["identity"][name]
            state.write_text(json.dumps(document))
        result = job.run()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Resuming from", result.stdout)

    def test_the_model_is_there_when_its_report_cannot_be_written(self):
        job = self.small_job()
        shutil.rmtree(job.base / "output/data", ignore_errors=True)
        (job.base / "output").mkdir(exist_ok=True)
        (job.base / "output/data").write_text("no folder")
        result = job.run()
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertTrue((job.base / "model/model.safetensors").exists())

    def test_stopped_before_training_begins_it_ends_at_once(self):
        job = self.small_job()
        job.write_config("resourceconfig.json", {"current_host": "algo-1", "hosts": ["algo-1", "algo-2"], "network_interface_name": "lo"})
        process = job.start()  # and waits for the other host, for ten minutes
        status = pathlib.Path(f"/proc/{process.pid}/status")
        while not self.catches_sigterm(status):
            time.sleep(0.01)
        process.terminate()
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn("stopped before training began", err)

    @staticmethod
    def catches_sigterm(status):
        caught = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("SigCgt:"))
        return int(caught, 16) >> (signal.SIGTERM - 1) & 1

    def test_a_held_out_image_without_a_finite_loss_is_named(self):
        job = Job(self.base / "floats", {"epochs": 1, "batch_size": 32, "seed": 1})
        draw = numpy.random.default_rng(1)
        for channel, count in (("train", 64), ("test", 8)):
            images = draw.normal(0, 1e-3, (count, 28, 28, 1)).astype("float32")
            if channel == "test":
                images[0] = 3e38
            numpy.save(job.base / f"input/data/{channel}/{channel}_images.npy", images)
            numpy.save(job.base / f"input/data/{channel}/{channel}_labels.npy", numpy.arange(count) % 4)
        self.assert_fails(job, "the loss on the images held out is not a number")

    def test_checkpoint_of_other_data_is_refused(self):
        job = self.small_job()
        self.assertEqual(job.run().returncode, 0)
        labels = job.base / "input/data/train/train-labels-idx1-ubyte"
        changed = bytearray(labels.read_bytes())
        changed[8] = (changed[8] + 1) % 10
        labels.write_bytes(changed)
        shutil.rmtree(job.base / "model")
        self.assert_fails(job, "was made with training_data=")

    def test_seed_decides_the_weights(self):
        first, second, other = self.small_job("a"), self.small_job("b"), self.small_job("c", seed=8)
        for job in (first, second, other):
            self.assertEqual(job.run().returncode, 0)
        self.assertEqual(first.weights(), second.weights())
        self.assertNotEqual(first.weights(), other.weights())

    def test_learns_from_npy_and_from_one_channel(self):
        import numpy

        job = self.small_job(epochs=6)
        data = job.base / "input/data"
        for prefix, name, channel in (("train", "train", "train"), ("t10k", "test", "test")):
            raw = (data / channel / f"{prefix}-images-idx3-ubyte").read_bytes()
            images = numpy.frombuffer(raw, numpy.uint8, offset=16).reshape(-1, 28, 28)
            labels = numpy.frombuffer((data / channel / f"{prefix}-labels-idx1-ubyte").read_bytes(), numpy.uint8, offset=8)
            numpy.save(data / f"{name}_images.npy", images.astype(numpy.float32) / 255)
            numpy.save(data / f"{name}_labels.npy", labels.astype(numpy.int64))
        shutil.rmtree(data / "train")
        shutil.rmtree(data / "test")
        (data / "digits").mkdir()
        for path in data.glob("*.npy"):
            path.rename(data / "digits" / path.name)
        job.write_config("inputdataconfig.json", {"digits": {"TrainingInputMode": "File"}})
        result = job.run()
        self.assertEqual(result.returncode, 0, result.stderr)
        accuracy = job.epochs()[-1]["validation_accuracy"]
        self.assertGreater(accuracy, 0.9)
        # The same images as bytes: the model knows that its own pixels were 0 to 1.
        self.assertEqual(json.loads((job.base / "model/config.json").read_text())["pixels"], "0-1")
        bytes_too = job.base / "bytes"
        bytes_too.mkdir()
        numpy.save(bytes_too / "test_images.npy", images)
        numpy.save(bytes_too / "test_labels.npy", labels)
        done = subprocess.run([vision_job.BINARY, "evaluate", "--model", job.base / "model", "--data", bytes_too],
                              capture_output=True, text=True, check=True)
        self.assertAlmostEqual(float(done.stdout.partition("=")[2]), accuracy, delta=0.0011)

    def test_the_best_epochs_weights_come_with_its_own_accuracy(self):
        job = self.small_job(epochs=6, learning_rate=2, model_selection="best")
        result = job.run()
        self.assertEqual(result.returncode, 0, result.stderr)
        config = json.loads((job.base / "model/config.json").read_text())
        best = max(job.epochs(), key=lambda epoch: epoch["validation_accuracy"])
        self.assertEqual((config["epochs_trained"], config["validation_accuracy"]), (best["epoch"], best["validation_accuracy"]))

    def test_hyperparameter_mistakes_are_named(self):
        for given, words in (
            ({"epochs": "0"}, ("epochs", "'0'", "1 to 10000")),
            ({"learning_rat": "0.1"}, ("learning_rat", "did you mean learning_rate")),
            ({"cutout": "28"}, ("cutout", "leaves nothing", "28x28")),
            ({"num_training_samples": "50000"}, ("num_training_samples", "50000", "3000 images")),
        ):
            with self.subTest(given):
                job = self.small_job(next(iter(given)), **given)
                self.assert_fails(job, *words)

    def test_platform_hyperparameters_are_ignored(self):
        job = self.small_job(epochs=1, sagemaker_program="x.py", _tuning_objective_metric="validation:accuracy")
        result = job.run()
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_data_mistakes_are_named(self):
        def missing(job):
            (job.base / "input/data/train/train-labels-idx1-ubyte").unlink()

        def empty(job):
            (job.base / "input/data/test/t10k-images-idx3-ubyte").write_bytes(b"")

        def truncated(job):
            path = job.base / "input/data/train/train-images-idx3-ubyte"
            path.write_bytes(path.read_bytes()[:100000])

        def swapped(job):
            folder = job.base / "input/data/train"
            images, labels = (folder / f"train-{k}-ubyte" for k in ("images-idx3", "labels-idx1"))
            images.rename(folder / "x")
            labels.rename(images)
            (folder / "x").rename(labels)

        def no_folder(job):
            shutil.rmtree(job.base / "input/data/test")

        for break_it, words in (
            (missing, ("channel train", "no training labels", "train-labels-idx1-ubyte")),
            (empty, ("t10k-images-idx3-ubyte", "is empty")),
            (truncated, ("train-images-idx3-ubyte", "truncated")),
            (swapped, ("train-images-idx3-ubyte", "swapped")),
            (no_folder, ("channel test", "missing")),
        ):
            with self.subTest(break_it.__name__):
                job = self.small_job(break_it.__name__)
                break_it(job)
                self.assert_fails(job, *words)


if __name__ == "__main__":
    unittest.main(verbosity=2)
