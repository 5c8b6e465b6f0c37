"""Training jobs from the command line: train, logs, jobs, Ctrl-C."""

import json
import os
import pathlib
import re
import signal
import subprocess
import tarfile
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import command  # noqa: E402

HOST = ["--image", "sagebrush/host", "--entrypoint", "/bin/sh"]
# Runs until it is told to end, and then does.
ENDLESS = "trap 'exit 0' TERM; echo up; tail -f /dev/null & wait"


class CliJobs(command.ServerCase):
    def setUp(self):
        super().setUp()
        self.environment = self.server.environment() | {"HOME": str(self.home)}
        self.job = f"job-{os.getpid()}-{id(self)}"

    def run_cli(self, *arguments):
        return command.run(arguments, self.environment, cwd=self.home)

    def own_lines(self, out):
        """What the container wrote: without the note that this machine is smaller than the instance type."""
        return [line for line in out.splitlines() if "this machine gives the job" not in line]

    def train(self, script, *flags):
        return self.run_cli("train", "--name", self.job, *HOST, *flags, "--", "-c", script)

    def start(self, *arguments):
        process = command.start(arguments, self.environment, cwd=self.home)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        return process

    def follow_until(self, process, line):
        """Reads the process's stdout up to this line."""
        for text in process.stdout:
            if text.rstrip("\n") == line:
                return
        self.fail(f"{line!r} never came: {process.stderr.read()}")

    def status(self):
        job = self.server.client("sagemaker").describe_training_job(TrainingJobName=self.job)
        return job["TrainingJobStatus"]

    def test_train_shows_the_log_and_fetches_the_model(self):
        (self.home / "in").mkdir()
        (self.home / "in/x").write_text("42")
        (self.home / "hp.yaml").write_text("epochs: 3\nlayers: [1, 2]\n")
        script = "cat /opt/ml/input/data/d/x; echo; cat /opt/ml/input/config/hyperparameters.json; echo; echo $COLOR > /opt/ml/model/m"
        code, out, err = self.train(script, "--input", "d=in", "--hyperparameters", "hp.yaml", "--hp", "epochs=5",
                                    "-e", "COLOR=green", "--model-dir", "result")
        self.assertEqual(code, 0, err)
        lines = self.own_lines(out)
        self.assertEqual(lines[0], "42")
        self.assertEqual(json.loads(lines[1]), {"epochs": "5", "layers": "[1,2]"})
        self.assertEqual(lines[-1], "result/model.tar.gz")
        with tarfile.open(self.home / "result/model.tar.gz") as model:
            self.assertEqual(model.extractfile([n for n in model.getnames() if n.endswith("m")][0]).read(), b"green\n")
        self.assertIn("Where the time went", err)
        for status in ("Starting", "Training", "Completed"):
            self.assertIn(status, err)

    def test_a_failed_job_gives_its_exit_code_its_log_and_its_reason(self):
        code, out, err = self.train("echo before; echo because >&2; exit 3")
        self.assertEqual(code, 3, err)
        self.assertEqual(sorted(self.own_lines(out)), ["because", "before"])
        self.assertIn("Failed", err)
        reason = self.server.client("sagemaker").describe_training_job(TrainingJobName=self.job)["FailureReason"]
        self.assertIn(reason, err)

    def test_words_for_the_container_need_the_dashes(self):
        code, out, err = self.run_cli("train", "--name", self.job, *HOST, "stray", "--", "-c", "true")
        self.assertEqual((code, out), (252, ""))
        self.assertIn("'stray' belongs to no flag", err)
        code, out, _ = self.run_cli("jobs", "list", "--name-contains", self.job, "-o", "json")
        self.assertEqual(json.loads(out), [])

    def test_status_changes_and_log_lines_come_in_the_order_of_time(self):
        command_line = [command.support.program(), "train", "--name", self.job, *HOST, "--", "-c", "echo said"]
        text = subprocess.run(command_line, env=self.environment, cwd=self.home, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60).stdout
        lines = text.splitlines()
        said = lines.index("said")
        after = [line for line in lines[said:] if re.match(r"\d\d:\d\d:\d\d ", line)]
        before = [line for line in lines[:said] if re.match(r"\d\d:\d\d:\d\d ", line)]
        self.assertTrue(all(re.search("Starting|Downloading|Training", line) for line in before), text)
        self.assertTrue(all(re.search("Uploading|Completed", line) for line in after), text)

    def test_a_job_that_never_ran_has_a_duration_that_stands_still(self):
        self.assertEqual(self.run_cli("train", "--name", self.job, *HOST, "--input", "x=s3://no-such-bucket/x")[0], 1)
        rows = [self.run_cli("jobs", "list", "--name-contains", self.job)[1].splitlines()[1].split() for _ in range(2)]
        job = self.server.client("sagemaker").describe_training_job(TrainingJobName=self.job)
        spent = (job["LastModifiedTime"] - job["CreationTime"]).total_seconds()
        for row in rows:
            self.assertEqual(row[-1], f"{spent:.1f}s")

    def test_detached_stopped_and_followed(self):
        code, out, err = self.train(ENDLESS, "--detach")
        self.assertEqual((code, out), (0, self.job + "\n"), err)
        with self.start("logs", "-f", self.job) as follower:
            self.follow_until(follower, "up")
            code, _, err = self.run_cli("jobs", "stop", self.job)
            self.assertEqual(code, 0, err)
            self.assertIn("Stopped", err)
            self.assertEqual(follower.wait(timeout=60), 143)

    def test_ctrl_c_detaches(self):
        with self.start("train", "--name", self.job, *HOST, "--", "-c", ENDLESS) as process:
            self.follow_until(process, "up")
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(timeout=60), 130)
            self.assertIn(f"detached: {self.job} goes on", process.stderr.read())
        self.assertEqual(self.status(), "InProgress")
        self.run_cli("jobs", "stop", self.job)

    def test_ctrl_c_stops_where_that_was_asked_for(self):
        with self.start("train", "--stop-on-interrupt", "--name", self.job, *HOST, "--", "-c", ENDLESS) as process:
            self.follow_until(process, "up")
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(timeout=60), 130)
        code, _, _ = self.run_cli("logs", "-f", self.job)
        self.assertEqual(code, 143)

    def test_running_out_of_time_is_124(self):
        code, _, err = self.train(ENDLESS, "--max-run", "1")
        self.assertEqual(code, 124, err)

    def test_the_list_says_what_a_job_waits_for(self):
        everything = self.job + "-all"
        self.assertEqual(self.run_cli("train", "--name", everything, *HOST, "--detach", "--", "-c", ENDLESS)[0], 0)
        try:
            self.assertEqual(self.train(ENDLESS, "--detach")[0], 0)
            waiting = self.server.client("sagemaker").describe_training_job(TrainingJobName=self.job)
            reason = waiting["SecondaryStatusTransitions"][-1]["StatusMessage"]
            self.assertRegex(reason, "[Ww]ait")
            out = self.run_cli("jobs", "list", "--name-contains", self.job)[1]
            self.assertRegex(out, rf"{self.job} +(Starting|Pending) .*{re.escape(reason[:30])}")  # an estimate in it may have changed
        finally:
            for name in (self.job, everything):
                self.run_cli("jobs", "stop", name)

    def test_lists_describes_and_takes_the_last_job_and_prefixes(self):
        self.train("echo done")
        code, out, err = self.run_cli("jobs", "list", "--name-contains", self.job)
        self.assertEqual(code, 0, err)
        self.assertRegex(out, rf"^NAME +STATUS +AGE +DURATION\n{self.job} +Completed +\S.*\n$")
        code, out, _ = self.run_cli("jobs", "describe", "-o", "json")
        self.assertEqual(json.loads(out)["TrainingJobName"], self.job)
        self.assertRegex(json.loads(out)["CreationTime"], r"^\d{4}-\d\d-\d\dT")
        code, out, _ = self.run_cli("jobs", "describe", self.job[:-1])
        self.assertIn("Where the time went", out)
        self.assertEqual(self.own_lines(self.run_cli("logs")[1]), ["done"])


if __name__ == "__main__":
    unittest.main()
