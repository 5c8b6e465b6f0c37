#!/usr/bin/python3
"""sagebrush-vision against PyTorch: the same logits from the same weights, both ways, and the same losses from the same
weights and batches. Weights pass as safetensors with PyTorch's own names."""
import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

try:
    import torch
except ImportError:
    print("python3-torch is not installed; skipped")
    sys.exit(77)
import numpy
import torch_models
import vision_job

MODELS = ("resnet18", "airbench94", "airbench95", "airbench96")


def colours(count, seed=0):
    """Images that can be told apart: a colour and a gradient for each of four classes."""
    random = numpy.random.default_rng(seed)
    labels = random.integers(0, 4, count)
    ramp = numpy.linspace(0, 100, 32)
    images = random.normal(90, 40, (count, 32, 32, 3))
    for i, label in enumerate(labels):
        images[i, :, :, label % 3] += ramp[:, None] if label < 2 else ramp[None, :]
    return images.clip(0, 255).astype(numpy.uint8), labels.astype(numpy.int64)


class TorchTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.base = pathlib.Path(folder.name)
        torch.manual_seed(3)

    def job(self, name, images, labels, **hyperparameters):
        job = vision_job.Job(self.base / name, hyperparameters)
        for channel, kind in (("train", "train"), ("test", "test")):
            numpy.save(job.base / f"input/data/{channel}/{kind}_images.npy", images)
            numpy.save(job.base / f"input/data/{channel}/{kind}_labels.npy", labels)
        return job

    def start_from(self, job, net):
        (job.base / "input/data/model").mkdir()
        torch_models.write_safetensors(job.base / "input/data/model/model.safetensors", net.state_dict())
        channels = json.loads((job.base / "input/config/inputdataconfig.json").read_text())
        job.write_config("inputdataconfig.json", channels | {"model": channels["train"]})

    def normalised(self, images, model_folder):
        config = json.loads((model_folder / "config.json").read_text())["normalization"]
        x = torch.from_numpy(images).permute(0, 3, 1, 2).float()
        mean, deviation = (torch.tensor(config[k]).view(1, 3, 1, 1) for k in ("mean", "deviation"))
        return (x - mean) / deviation

    def our_probabilities(self, model_folder, images):
        path = self.base / "images.npy"
        numpy.save(path, images)
        command = [vision_job.BINARY, "predict", "--model", model_folder, "--json", "true", "--top", "10", path]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        answers = json.loads(done.stdout)["predictions"]
        return torch.tensor([[t["score"] for t in sorted(a["top"], key=lambda t: int(t["label"]))] for a in answers])

    def test_trained_weights_give_pytorch_the_same_logits(self):
        images, labels = colours(96)
        for model in MODELS:
            with self.subTest(model):
                job = self.job(model, images, labels, model=model, width=0.25, batch_size=32, epochs=2, seed=4)
                done = job.run()
                self.assertEqual(done.returncode, 0, done.stderr)
                net = torch_models.make(model, 0.25, 4).eval()
                net.load_state_dict(torch_models.read_safetensors(job.base / "model/model.safetensors"), strict=True)
                with torch.no_grad():
                    theirs = net(self.normalised(images, job.base / "model")).softmax(1)
                ours = self.our_probabilities(job.base / "model", images)
                self.assertLess((ours - theirs).abs().max().item(), 1e-4)

    def test_the_first_steps_have_pytorchs_losses(self):
        images, labels = colours(256)
        for model, rate in (("resnet18", 0.02), ("airbench94", 0.1)):
            with self.subTest(model):
                net = torch_models.make(model, 0.25, 4)
                job = self.job(
                    model, images, labels, model=model, width=0.25, batch_size=64, epochs=3, seed=4, optimizer="nag",
                    learning_rate=rate, momentum=0.9, weight_decay=0.0005, weight_decay_rule="all", lr_schedule="constant",
                    warmup_fraction=0, random_crop=0, random_flip="none", norm_bias_lr_factor=1, label_smoothing=0.1,
                    test_time_augmentation="none", log_steps=1, whiten_bias_epochs=100,
                )
                self.start_from(job, net)
                done = job.run()
                self.assertEqual(done.returncode, 0, done.stderr)
                ours = [float(x) for x in re.findall(r"(?m)^step=\d+ of=\d+ loss=([\d.]+) ", done.stdout)]
                x, y = self.normalised(images, job.base / "model"), torch.from_numpy(labels)
                exact = self.losses(copy.deepcopy(net).double(), x.double(), y, rate)
                rounded = self.losses(net, x, y, rate)
                self.assertEqual(len(ours), len(exact))
                self.assertAlmostEqual(ours[0], exact[0], delta=5e-5)
                # Rounding grows from step to step: ours may be as far from float64 as PyTorch's own float32, roughly.
                drift = 1e-3
                for step in range(len(ours)):
                    drift = max(drift, abs(rounded[step] - exact[step]))
                    self.assertAlmostEqual(ours[step], exact[step], delta=3 * drift, msg=f"{step}: {ours} {exact} {rounded}")

    def losses(self, net, x, y, rate):
        optimizer = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], rate, 0.9, weight_decay=0.0005, nesterov=True)
        losses = []
        for epoch in range(3):
            order = torch_models.epoch_order(4, epoch, len(x))
            for start in range(0, len(x), 64):
                batch = torch.tensor(order[start : start + 64])
                loss = torch.nn.functional.cross_entropy(net(x[batch]), y[batch], label_smoothing=0.1)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        return losses

    def test_weights_that_do_not_fit_are_named(self):
        images, labels = colours(64)
        job = self.job("job", images, labels, model="resnet18", width=0.25, batch_size=32, epochs=1)
        self.start_from(job, torch_models.make("resnet18", 0.5, 4))
        done = job.run()
        self.assertEqual(done.returncode, 1)
        self.assertIn("conv1.weight", job.failure())


if __name__ == "__main__":
    unittest.main(verbosity=2)
