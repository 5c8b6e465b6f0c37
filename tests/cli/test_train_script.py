"""`sagebrush train train.py`: one line from code and data to model and log, on a server, without one, and towards AWS."""

import json
import os
import pathlib
import signal
import sys
import tarfile
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import command  # noqa: E402

TRAIN = """
import argparse, os, pathlib, helper
parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int)
parser.add_argument("--fail", type=int, default=0)
parser.add_argument("--training", default=os.environ.get("SM_CHANNEL_TRAINING"))
args = parser.parse_args()
text = pathlib.Path(args.training, "a.txt").read_text()
print(helper.word, args.epochs, text, sorted(os.listdir(args.training)))
if args.fail:
    raise ValueError("told to fail")
pathlib.Path(os.environ["SM_MODEL_DIR"], "model.txt").write_text(text * args.epochs)
"""


class TrainScript(command.ServerCase):
    def setUp(self):
        super().setUp()
        for name, text in (("src/train.py", TRAIN), ("src/helper.py", f"word = 'helped'  # {self.id()}\n"), ("dataset/a.txt", "data"),
                           ("dataset/b.txt", "more"), ("config/mnist.yaml", "epochs: 2\n")):
            path = self.home / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        self.line = ["train", "train.py", "--source-dir", "src", "--hyperparameters", "config/mnist.yaml",
                     "--input", "training=./dataset"]

    def run_cli(self, *arguments, **changes):
        environment = self.server.environment() | {"HOME": str(self.home)} | changes
        return command.run(arguments, {k: v for k, v in environment.items() if v is not None}, cwd=self.home)

    def test_one_line_trains_and_the_next_uploads_only_what_changed(self):
        code, out, err = self.run_cli(*self.line, "--model-dir", "first")
        self.assertEqual(code, 0, err + out)
        self.assertIn("helped 2 data ['a.txt', 'b.txt']", out)
        self.assertIn("2 uploaded (8 B), 0 unchanged", err)
        self.assertIn("uploaded the code: 2 files", err)
        with tarfile.open(self.home / "first/model.tar.gz") as tar:
            self.assertEqual(tar.extractfile("model.txt").read(), b"datadata")
        self.assertIn("helped 2 data", (self.home / "first/training.log").read_text())

        (self.home / "dataset/a.txt").write_text("DATA")
        (self.home / "dataset/b.txt").unlink()
        (self.home / "dataset/c.txt").symlink_to("b.txt")
        code, out, err = self.run_cli(*self.line, "--model-dir", "second", "--hp", "epochs=1")
        self.assertEqual(code, 0, err + out)
        self.assertIn("1 uploaded (4 B), 0 unchanged", err)
        self.assertIn("dataset/c.txt is not uploaded: it is a link to nothing", err)
        self.assertIn("code unchanged", err)
        self.assertIn("helped 1 DATA ['a.txt']", out)

        name = (self.home / ".sagebrush/last-job").read_text().strip()
        self.assertTrue(name.startswith("train-20"))
        code, out, err = self.run_cli("logs")
        self.assertEqual(code, 0, err)
        self.assertIn("helped 1 DATA", out)

    def test_a_failure_has_its_reason_its_code_and_its_log(self):
        code, out, err = self.run_cli(*self.line, "--hp", "fail=1", "--model-dir", "out")
        self.assertEqual(code, 1)
        self.assertIn('ErrorMessage "ValueError: told to fail"', err)
        self.assertIn("Traceback", (self.home / "out/training.log").read_text())

    def test_local_runs_at_once_without_a_server(self):
        nobody = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
        code, out, err = self.run_cli(*self.line, "--local", **nobody)
        self.assertEqual(code, 0, err + out)
        self.assertIn("helped 2 data", out)
        self.assertEqual((self.home / "local/model/model.txt").read_text(), "datadata")
        self.assertIn("helped 2 data", (self.home / "local/training.log").read_text())
        code, out, err = self.run_cli(*self.line, "--local", "--hp", "fail=1", **nobody)
        self.assertEqual(code, 1)
        self.assertIn('AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "ValueError: told to fail"', err)

    def test_local_changes_nothing_of_the_users_files(self):
        (self.home / "src/train.py").write_text(
            "open('/opt/ml/code/train.py', 'w').write('gone')\nopen('/opt/ml/input/data/training/a.txt', 'w').write('gone')\n"
            "open('/opt/ml/code/new', 'w')\nimport sys; sys.exit(5)\n")
        code, _, _ = self.run_cli(*self.line, "--local")
        self.assertEqual(code, 5)
        self.assertIn("gone", (self.home / "src/train.py").read_text())  # its own text, not what it wrote
        self.assertIn("sys.exit(5)", (self.home / "src/train.py").read_text())
        self.assertEqual((self.home / "dataset/a.txt").read_text(), "data")
        self.assertFalse((self.home / "src/new").exists())

    def test_ctrl_c_ends_a_local_run(self):
        (self.home / "src/train.py").write_text(
            "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(9))\nprint('up', flush=True)\n"
            "while True: time.sleep(0.1)\n")
        environment = self.server.environment() | {"HOME": str(self.home)}
        process = command.start([*self.line, "--local"], environment, cwd=self.home, start_new_session=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.assertEqual(process.stdout.readline(), "up\n")
        os.killpg(process.pid, signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 9)

    def test_towards_aws_the_request_is_a_framework_job(self):
        code, out, err = self.run_cli(*self.line, "--dry-run", "--role", "arn:aws:iam::123456789012:role/Train", "--use-spot",
                                      "--max-run", "600", "--max-wait", "900", "--checkpoint", "s3://mine/ck", "--region", "eu-west-1",
                                      AWS_ENDPOINT_URL=None)
        self.assertEqual(code, 0, err)
        request = json.loads(out)
        self.assertEqual(request["AlgorithmSpecification"]["TrainingImage"],
                         "763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-training:2.5.1-cpu-py311-ubuntu22.04-sagemaker")
        hyper = request["HyperParameters"]
        self.assertEqual(json.loads(hyper["sagemaker_program"]), "train.py")
        self.assertRegex(json.loads(hyper["sagemaker_submit_directory"]),
                         "^s3://sagemaker-eu-west-1-123456789012/code/[0-9a-f]{64}/sourcedir.tar.gz$")
        self.assertEqual(hyper["epochs"], "2")
        self.assertEqual(request["OutputDataConfig"]["S3OutputPath"], "s3://sagemaker-eu-west-1-123456789012/")
        self.assertTrue(request["EnableManagedSpotTraining"])
        self.assertEqual(request["StoppingCondition"], {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 900})
        self.assertEqual(request["CheckpointConfig"], {"S3Uri": "s3://mine/ck"})
        # What botocore itself would refuse before it sent anything.
        import botocore.session
        from botocore.validate import ParamValidator
        model = botocore.session.get_session().get_service_model("sagemaker").operation_model("CreateTrainingJob")
        report = ParamValidator().validate(request, model.input_shape)
        self.assertFalse(report.has_errors(), report.generate_report())

    def test_what_does_not_fit_together_is_said(self):
        cases = [(["train", "--source-dir", "src"], "--source-dir needs a script"),
                 (["train", "train.py", "--source-dir", "nowhere"], "nowhere is not a folder"),
                 (["train", "absent.py"], "absent.py"),
                 (["train", "train.py", "--source-dir", "src", "--local", "--input", "x=s3://b/k"], "needs a server"),
                 (["train", "--local"], "--local needs a script")]
        for arguments, words in cases:
            with self.subTest(arguments):
                code, _, err = self.run_cli(*arguments)
                self.assertNotEqual(code, 0)
                self.assertIn(words, err)


if __name__ == "__main__":
    unittest.main()
