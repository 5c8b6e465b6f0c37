"""The examples' own commands, on real MNIST with real PyTorch; the same script gives equal weights by hand and as a job."""

import importlib.util
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "examples"
sys.path.insert(0, str(HERE.parent / "support"))
from mnist import mnist  # noqa: E402
from server import Server, program  # noqa: E402


def commands(example):
    """The commands of the README's blocks, in order; lines that end in a backslash are one."""
    text = (EXAMPLES / example / "README.md").read_text().replace("\\\n", "")
    return [line for block in re.findall(r"```\n(.*?)```", text, re.S) for line in block.splitlines()]


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.server = cls.enterClassContext(Server(f"file_systems:\n  fs-0123456789abcdef0: {cls.shared}\n"))

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        shutil.copytree(EXAMPLES, self.folder / "examples")
        binaries = str(pathlib.Path(program()).resolve().parent)
        self.environment = self.server.environment() | {
            "HOME": str(self.folder), "PATH": f"{binaries}:/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}

    def shell(self, line, example):
        done = subprocess.run(line, shell=True, cwd=self.folder / "examples" / example, env=self.environment, text=True,
                              capture_output=True, timeout=300)
        self.assertEqual(done.returncode, 0, f"{line}\n{done.stdout}\n{done.stderr}")
        return done.stdout, done.stderr


def needs_torch(test):
    missing = mnist() is None or importlib.util.find_spec("torch") is None
    return unittest.skipIf(missing, "needs python3-torch and MNIST (SAGEBRUSH_DATA_DIR)")(test)


class JobTemplate(Examples):
    def weights(self, path):
        import torch
        if tarfile.is_tarfile(path):
            with tarfile.open(path) as tar:
                member = next(m for m in tar.getmembers() if m.name.endswith("model.pth"))
                return torch.load(tar.extractfile(member))
        return torch.load(path)

    def assert_equal_weights(self, first, second):
        import torch
        self.assertEqual(first.keys(), second.keys())
        for name in first:
            self.assertTrue(torch.equal(first[name], second[name]), name)

    @needs_torch
    def test_readme_by_hand_locally_and_as_a_job_gives_equal_weights(self):
        home = self.folder / "examples/job-template"
        (home / "dataset").symlink_to(mnist())
        hand, local, job, upload, script, spot = commands("job-template")
        self.shell(hand, "job-template")
        by_hand = self.weights(home / "model/model.pth")
        out, _ = self.shell(local, "job-template")
        self.assertIn("epoch=2/2", out)
        self.assert_equal_weights(by_hand, self.weights(home / "local/model/model.pth"))
        out, err = self.shell(job + " --model-dir as-job", "job-template")
        self.assertIn("epoch=2/2", out)
        self.assert_equal_weights(by_hand, self.weights(home / "as-job/model.tar.gz"))
        out, _ = self.shell(upload, "job-template")
        self.assertEqual(out, "s3://my-bucket/mnist/\n")
        for number, line in enumerate((script, spot)):
            self.shell(f"{line} --model-dir run{number}", "job-template")
            self.assert_equal_weights(by_hand, self.weights(home / f"run{number}/model.tar.gz"))


class ByoContainer(Examples):
    def test_readme_by_hand_and_in_the_host_image(self):
        lines = commands("byo-container")
        start = next(i for i, line in enumerate(lines) if line.startswith("sagebrush"))
        out, _ = self.shell(" && ".join(lines[:start]), "byo-container")
        means = {"a": [0.5, 0.5], "b": [5.0, 5.0]}
        self.assertEqual(json.loads(out.splitlines()[-1]), means)
        self.shell(lines[start].replace(" -- ", " --model-dir out -- "), "byo-container")
        with tarfile.open(self.folder / "examples/byo-container/out/model.tar.gz") as tar:
            member = next(m for m in tar.getmembers() if m.name.endswith("means.json"))
            self.assertEqual(json.load(tar.extractfile(member)), means)


class Estimator(Examples):
    @needs_torch
    def test_readme(self):
        (self.folder / "examples/estimator/dataset").symlink_to(mnist())
        shutil.copytree(mnist(), self.shared / "mnist")
        upload, spot, demand, file_system = commands("estimator")
        self.shell(upload, "estimator")
        out, err = self.shell(spot, "estimator")
        self.assertIn("epoch=2/2", out)
        self.assertIn("[Completed]", err)
        self.assertTrue((self.folder / "examples/estimator/out/model.tar.gz").exists())
        out, _ = self.shell(demand, "estimator")
        self.assertIn("epoch=3/3", out)
        out, _ = self.shell(file_system, "estimator")
        self.assertIn("epoch=2/2", out)


if __name__ == "__main__":
    unittest.main()
