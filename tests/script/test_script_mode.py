"""Script mode: the agent in the place of the training toolkit, in the host image."""

import json
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE)]
from api import ApiError, call, finish, log_lines, s3_channel, wait_for  # noqa: E402
from server import Server  # noqa: E402
from source import script_request  # noqa: E402

CONFIG = "cpus: 8\nmemory_mib: 65536\nstop_grace_seconds: 3\n"

# Prints what the toolkit promised, as one JSON line.
SHOW = """
import json, os, sys
print("SHOWN " + json.dumps({"argv": sys.argv[1:], "cwd": os.getcwd(), "env": dict(os.environ), "name": __name__}))
"""


def shown(lines):
    return json.loads(next(line for line in lines if line.startswith("SHOWN "))[6:])


def says_ready(server, name):
    try:
        return "ready" in log_lines(server, name)
    except ApiError:  # the log group comes with the first line
        return False


class ScriptMode(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(CONFIG))
        cls.slow = cls.enterClassContext(Server("cpus: 8\nmemory_mib: 65536\n"))  # a stop's grace is the default's
        cls.slow.client("s3").create_bucket(Bucket="scripts")
        cls.s3 = cls.server.client("s3")
        cls.s3.create_bucket(Bucket="scripts")
        cls.s3.put_object(Bucket="scripts", Key="data/a.txt", Body=b"a")

    def run_job(self, name, files, status="Completed", **more):
        call(self.server, "SageMaker.CreateTrainingJob", script_request(self.server, name, files, **more))
        job = finish(self.server, name)
        lines = log_lines(self.server, name)
        self.assertEqual(job["TrainingJobStatus"], status, (job.get("FailureReason"), lines))
        return job, lines

    def test_a_script_gets_arguments_and_variables_in_both_quotings(self):
        hyper = {"epochs": 3, "learning-rate": 0.01, "b": 2, "flag": True, "layers": [1, "a"], "optimizer": "adam"}
        channel = s3_channel("training", "s3://scripts/data/")
        for name, quoted in (("quoted", True), ("plain", False)):
            with self.subTest(name):
                _, lines = self.run_job(name, {"train.py": SHOW}, hyperparameters=hyper, quoted=quoted,
                                        InputDataConfig=[channel], Environment={"MINE": "1"})
                seen = shown(lines)
                self.assertEqual(seen["argv"], ["-b", "2", "--epochs", "3", "--flag", "True", "--layers", "[1, 'a']",
                                                "--learning-rate", "0.01", "--optimizer", "adam"])
                self.assertEqual(seen["cwd"], "/opt/ml/code")
                env = seen["env"]
                self.assertEqual(json.loads(env["SM_HPS"]), hyper)
                self.assertEqual(env["SM_HP_LEARNING-RATE"], "0.01")
                self.assertEqual(env["SM_CHANNEL_TRAINING"], "/opt/ml/input/data/training")
                self.assertEqual(env["SM_MODULE_DIR"], f"s3://scripts/{name}/source/sourcedir.tar.gz")
                self.assertEqual(env["MINE"], "1")
                self.assertEqual(env["TRAINING_JOB_NAME"], name)
                self.assertIn("Invoking script with the following command: /usr/bin/python3 train.py -b 2", lines[0])

    def test_shell_scripts_modules_and_packages(self):
        cases = {
            "shell": ({"run.sh": "#!/bin/sh\necho \"got: $1=$2 in $SM_MODEL_DIR\"\n"}, "run.sh", "got: --word=it's in /opt/ml/model"),
            "module": ({"pkg/__init__.py": "", "pkg/main.py": "import sys\nprint('module', sys.argv[1:])\n"}, "pkg.main",
                       "module ['--word', \"it's\"]"),
            "below": ({"a/b/train.py": "import sys\nprint('below', sys.argv[0])\n"}, "a/b/train.py", "below a/b/train.py"),
        }
        for name, (files, program, wanted) in cases.items():
            with self.subTest(name):
                _, lines = self.run_job(name, files, program=program, hyperparameters={"word": "it's"})
                self.assertIn(wanted, lines)

    def test_a_failure_carries_the_exception(self):
        script = "import sys\nprint('before')\ndef f():\n    raise ValueError('the cause\\nin two lines')\nf()\n"
        job, _ = self.run_job("raises", {"train.py": script}, status="Failed", hyperparameters={"epochs": 1})
        self.assertEqual(job["FailureReason"],
                         "AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage \"ValueError: the cause\nin two lines\"\n"
                         "Command \"/usr/bin/python3 train.py --epochs 1\", exit code: 1")
        job, _ = self.run_job("exits", {"train.py": "import sys\nsys.exit(7)\n"}, status="Failed")
        self.assertEqual(job["FailureReason"], "AlgorithmError: ExecuteUserScriptError:\nExitCode 7\nErrorMessage \"\"\n"
                                               "Command \"/usr/bin/python3 train.py\", exit code: 7")
        cases = {
            "segv": ("import ctypes\nctypes.string_at(0)", 139, '\nExtraInfo "Process killed by SIGSEGV (signal 11)"'),
            "abort": ("import os\nos.abort()", 134, '\nExtraInfo "Process killed by SIGABRT (signal 6)"'),
            "kill": ("import os\nos.kill(os.getpid(), 9)", 137, '\nExtraInfo "Process killed by SIGKILL (signal 9)"'),
            "code": ("import sys\nsys.exit(137)", 137, "")}
        for name, (script, code, extra) in cases.items():
            job, _ = self.run_job("ends-by-" + name, {"train.py": script}, status="Failed")
            self.assertEqual(job["FailureReason"], f'AlgorithmError: ExecuteUserScriptError:\nExitCode {code}\nErrorMessage ""{extra}\n'
                                                   f'Command "/usr/bin/python3 train.py", exit code: {code}')
        own = "open('/opt/ml/output/failure', 'w').write('my own words')\nraise SystemExit(3)\n"
        job, _ = self.run_job("own-words", {"train.py": own}, status="Failed")
        self.assertEqual(job["FailureReason"], "AlgorithmError: my own words, exit code: 3")

    def test_a_script_without_a_handler_stops_at_once_and_one_with_it_in_its_time(self):
        handler = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: (open('/opt/ml/model/w', 'w').write('w'), print('saved'), sys.exit(0)))\n"
        for name, start in (("plain", ""), ("handler", handler)):
            with self.subTest(name):
                files = {"train.py": start + "import time\nprint('ready')\ntime.sleep(1000)\n"}
                call(self.slow, "SageMaker.CreateTrainingJob", script_request(self.slow, "stop-" + name, files))
                wait_for(self.slow, "stop-" + name, lambda _: says_ready(self.slow, "stop-" + name))
                call(self.slow, "SageMaker.StopTrainingJob", {"TrainingJobName": "stop-" + name})
                job = finish(self.slow, "stop-" + name, 60)
                self.assertEqual(job["TrainingJobStatus"], "Stopped")
                self.assertEqual("saved" in log_lines(self.slow, "stop-" + name), bool(start))

    def test_source_that_is_not_right_says_what_is_wrong(self):
        job, _ = self.run_job("no-program", {"other.py": "", "lib/x.py": ""}, status="Failed")
        self.assertIn('sagemaker_program "train.py" is not in the source, which has lib/, other.py', job["FailureReason"])
        self.s3.put_object(Bucket="scripts", Key="bad.tar.gz", Body=b"no archive")
        cases = {"bad-archive": ("s3://scripts/bad.tar.gz", "must be a sourcedir.tar.gz"),
                 "no-archive": ("s3://scripts/absent.tar.gz", "s3://scripts/absent.tar.gz"),
                 "no-source": (None, "sagemaker_submit_directory")}
        for name, (source, words) in cases.items():
            with self.subTest(name):
                request = script_request(self.server, name, None)
                if source:
                    request["HyperParameters"]["sagemaker_submit_directory"] = json.dumps(source)
                call(self.server, "SageMaker.CreateTrainingJob", request)
                job = finish(self.server, name)
                self.assertEqual(job["TrainingJobStatus"], "Failed")
                self.assertIn(words, job["FailureReason"])
                self.assertTrue(job["FailureReason"].startswith("ClientError"), job["FailureReason"])

    def test_source_in_a_channel_and_variables_instead_of_hyperparameters(self):
        self.s3.put_object(Bucket="scripts", Key="code/train.py", Body=SHOW.encode())
        channel = s3_channel("code", "s3://scripts/code/")
        request = script_request(self.server, "in-channel", None, InputDataConfig=[channel], Environment={
            "SAGEMAKER_PROGRAM": "train.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/input/data/code"})
        request["HyperParameters"] = {"epochs": "1"}
        call(self.server, "SageMaker.CreateTrainingJob", request)
        job = finish(self.server, "in-channel")
        self.assertEqual(job["TrainingJobStatus"], "Completed", job)
        self.assertEqual(shown(log_lines(self.server, "in-channel"))["argv"], ["--epochs", "1"])

    def test_the_third_version_of_the_sdk_brings_its_own_driver(self):
        driver = ("chmod +x /opt/ml/input/data/sm_drivers/sm_train.sh && /opt/ml/input/data/sm_drivers/sm_train.sh")
        script = ("#!/bin/bash\nset -e\necho \"export DRIVEN=yes\" > /opt/ml/input/sm_training.env\n"
                  "source /opt/ml/input/sm_training.env\ncp -r /opt/ml/input/data/code/* /opt/ml/code/ && cd /opt/ml/code\n"
                  "mkdir -p /opt/ml/input/data/sm_drivers/more && echo $DRIVEN $TRAINING_JOB_NAME && python3 train.py\n")
        self.s3.put_object(Bucket="scripts", Key="v3/code/train.py", Body=b"print('trained')")
        self.s3.put_object(Bucket="scripts", Key="v3/drivers/sm_train.sh", Body=script.encode())
        self.s3.put_object(Bucket="scripts", Key="v3/drivers/distributed_drivers/x.json", Body=b"{}")
        channels = [
            s3_channel(name, f"s3://scripts/v3/{folder}/", InputMode="File")
            for name, folder in (("code", "code"), ("sm_drivers", "drivers"))]
        request = script_request(self.server, "third", None, InputDataConfig=channels)
        request["HyperParameters"] = {}
        request["AlgorithmSpecification"] |= {"ContainerEntrypoint": ["/bin/bash"], "ContainerArguments": ["-c", driver]}
        call(self.server, "SageMaker.CreateTrainingJob", request)
        job = finish(self.server, "third")
        lines = log_lines(self.server, "third")
        self.assertEqual(job["TrainingJobStatus"], "Completed", (job, lines))
        self.assertEqual(lines, ["yes third", "trained"])


if __name__ == "__main__":
    unittest.main()
