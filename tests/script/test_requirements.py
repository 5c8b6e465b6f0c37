"""requirements.txt: a virtual environment over the machine's packages, kept and shared. Offline: wheels come with the source."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE)]
from api import call, finish, log_lines  # noqa: E402
from server import Server  # noqa: E402
import source  # noqa: E402

CONFIG = "cpus: 8\nmemory_mib: 65536\nstop_grace_seconds: 3\n"


class Requirements(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(CONFIG))
        cls.server.client("s3").create_bucket(Bucket="scripts")

    def start(self, name, files, **more):
        call(self.server, "SageMaker.CreateTrainingJob", source.script_request(self.server, name, files, **more))

    def end(self, name, status="Completed"):
        job = finish(self.server, name, 180)
        lines = log_lines(self.server, name)
        self.assertEqual(job["TrainingJobStatus"], status, (job.get("FailureReason"), lines))
        return job, lines

    def environments(self):
        return sorted(p.name for p in (self.server.data / "venvs").iterdir() if p.is_dir())

    def test_what_the_machine_has_needs_no_network_and_is_kept(self):
        files = {"train.py": "import sys, numpy\nprint('prefix', sys.prefix, numpy.__name__)\n", "requirements.txt": "numpy\n"}
        before = set(self.environments()) if (self.server.data / "venvs").exists() else set()
        self.start("first", files, EnableNetworkIsolation=True)
        _, lines = self.end("first")
        self.assertIn("prefix /opt/sagebrush/venv numpy", lines)
        self.assertTrue(any(line.startswith("Requirement already satisfied: numpy") for line in lines), lines)
        made = set(self.environments()) - before
        self.assertEqual(len(made), 1)
        self.start("second", files, EnableNetworkIsolation=True)
        _, lines = self.end("second")
        self.assertIn("prefix /opt/sagebrush/venv numpy", lines)
        self.assertFalse(any("Requirement already" in line for line in lines), lines)
        self.assertEqual(set(self.environments()) - before, made)

    def test_wheels_beside_the_source_are_installed_once_for_jobs_at_the_same_time(self):
        files = {"train.py": "import ourlib\nprint('said', ourlib.WORD)\nimport pathlib\n"
                             "try:\n    pathlib.Path('/opt/sagebrush/venv/x').write_text('')\nexcept OSError as e:\n    print('read-only', e.errno)\n",
                 "requirements.txt": "--no-index\n--find-links ./wheels\nourlib==1.0\n",
                 "wheels/ourlib-1.0-py3-none-any.whl": source.wheel("ourlib", "1.0", "WORD = 'hello'\n")}
        for name in ("one", "two", "three"):
            self.start(name, files)
        installed = 0
        for name in ("one", "two", "three"):
            _, lines = self.end(name)
            self.assertIn("said hello", lines)
            self.assertIn("read-only 30", lines)
            installed += any(line.startswith("Successfully installed ourlib-1.0") for line in lines)
        self.assertEqual(installed, 1)

    def test_a_package_that_is_nowhere_says_which_and_what_to_do(self):
        files = {"train.py": "", "requirements.txt": "--no-index\nno-such-package-of-ours==3.1\n"}
        self.start("missing", files)
        job, lines = self.end("missing", "Failed")
        reason = job["FailureReason"]
        self.assertTrue(reason.startswith("AlgorithmError: InstallRequirementsError:\nExitCode 1\n"), reason)
        self.assertIn("no-such-package-of-ours==3.1 is not installed for /usr/bin/python3 on this machine", reason)
        self.assertIn("--find-links .", reason)
        self.assertTrue(any("No matching distribution" in line for line in lines), lines)
        self.assertFalse([p for p in (self.server.data / "venvs").iterdir() if p.name.endswith(".part")])

    def test_a_package_with_a_setup_is_installed_and_run(self):
        files = {"setup.py": "from setuptools import setup\nsetup(name='ourjob', version='1', packages=['ourjob'])\n",
                 "ourjob/__init__.py": "", "ourjob/main.py": "import sys\nprint('main', sys.argv[1:])\n"}
        if not __import__("importlib").util.find_spec("setuptools"):
            self.skipTest("needs python3-setuptools")
        self.start("package", files, program="ourjob.main", hyperparameters={"x": 1}, EnableNetworkIsolation=True)
        _, lines = self.end("package")
        self.assertIn("main ['-x', '1']", lines)


if __name__ == "__main__":
    unittest.main()
