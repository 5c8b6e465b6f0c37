"""Script mode in pushed images: a Python of their own, packages over theirs, code that is baked in."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "support"), str(TESTS / "script")]
import source  # noqa: E402
from api import call, create, finish, log_lines  # noqa: E402
from podman import Podman, missing  # noqa: E402
from server import Server, program  # noqa: E402

SHOW = """
import json, os, sys, imagelib
print("SHOWN " + json.dumps({"argv": sys.argv[1:], "python": sys.executable, "cwd": os.getcwd(), "env": dict(os.environ), "lib": imagelib.WORD}))
open(os.environ["SM_MODEL_DIR"] + "/weights", "w").write("w")
"""
# A Python in an environment of its own, as many images have it, and in that a library that nothing else has.
VENV = """FROM localhost/base
RUN python3 -m venv --without-pip /opt/venv && echo "WORD = 'of the image'" > $(echo /opt/venv/lib/python3*/site-packages)/imagelib.py
{pip}
ENV PATH=/opt/venv/bin:/usr/bin:/bin FRUIT=apple PYTHONPATH=/opt/extra
"""
BAKED = """FROM localhost/venv
COPY code /opt/ml/code
ENV SAGEMAKER_PROGRAM=train.py
"""
WHEEL = {"requirements.txt": "--no-index\n--find-links ./wheels\nourlib==1.0\n",
         "wheels/ourlib-1.0-py3-none-any.whl": source.wheel("ourlib", "1.0", "WORD = 'hello'\n")}


def shown(lines):
    return json.loads(next(line for line in lines if line.startswith("SHOWN "))[6:])


@unittest.skipIf(missing(), missing())
class ScriptInImage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server("cpus: 8\nmemory_mib: 65536\nstop_grace_seconds: 3\n"))
        cls.podman = cls.enterClassContext(Podman(cls.server))
        cls.server.client("s3").create_bucket(Bucket="scripts")
        cls.podman.import_packages("localhost/base", "python3-pip", "python3-setuptools")
        # pip as the Python of such an environment sees it: among its own packages.
        pip = "RUN cp -r /usr/lib/python3/dist-packages/pip $(echo /opt/venv/lib/python3*/site-packages)/"
        cls.image = cls.build("venv", VENV.format(pip=pip))
        cls.without_pip = cls.build("without-pip", VENV.format(pip="RUN rm -r /usr/lib/python3/dist-packages/pip"))

    @classmethod
    def build(cls, name, dockerfile, files=None):
        with tempfile.TemporaryDirectory() as context:
            for path, data in {"Dockerfile": dockerfile, **(files or {})}.items():
                target = pathlib.Path(context, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data if isinstance(data, bytes) else data.encode())
            cls.podman.build("localhost/" + name, context)
        return cls.podman.push("localhost/" + name, "scripts/" + name)

    def run_job(self, name, files, image, status="Completed", **more):
        call(self.server, "SageMaker.CreateTrainingJob", source.script_request(
            self.server, name, files, AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"}, **more))
        job = finish(self.server, name, 180)
        lines = log_lines(self.server, name)
        self.assertEqual(job["TrainingJobStatus"], status, (job.get("FailureReason"), lines))
        return job, lines

    def test_a_script_runs_with_the_images_python_and_variables(self):
        _, lines = self.run_job("plain", {"train.py": SHOW}, self.image, hyperparameters={"epochs": 3}, Environment={"MINE": "1"})
        self.assertIn("Invoking script with the following command: /opt/venv/bin/python3 train.py --epochs 3", lines)
        seen = shown(lines)
        self.assertEqual((seen["argv"], seen["python"], seen["cwd"], seen["lib"]),
                         (["--epochs", "3"], "/opt/venv/bin/python3", "/opt/ml/code", "of the image"))
        env = seen["env"]
        self.assertEqual((env["PATH"], env["FRUIT"], env["MINE"]), ("/opt/venv/bin:/usr/bin:/bin", "apple", "1"))
        self.assertEqual((env["SM_HPS"], env["SM_MODEL_DIR"], env["SM_CURRENT_HOST"]), ('{"epochs":3}', "/opt/ml/model", "algo-1"))
        self.assertEqual(env["PYTHONPATH"], "/opt/ml/code:/opt/extra")

    def test_the_same_variables_as_in_the_host_image(self):
        def variables(name, image, script):
            _, lines = self.run_job(name, {"train.py": script}, image, hyperparameters={"lr": 0.1, "layers": [1, 2]})
            return {k: v.replace(name, "NAME") for k, v in shown(lines)["env"].items() if k.startswith(("SM_", "SAGEMAKER_"))}

        here = variables("one-here", source.HOST, SHOW.replace(", imagelib", "").replace("imagelib.WORD", "0"))
        self.assertEqual(variables("one-image", self.image, SHOW), here)

    def test_an_images_root_has_dockers_rights_and_its_user_the_low_ports(self):
        script = """
import os, socket
for port in 22, 80, 443:
    with socket.socket() as s:
        s.bind((os.environ["ADDRESS"], port)); s.listen()
print("bound as", os.getuid())
if os.getuid() == 0:
    try: os.mknod("/tmp/disk", 0o60600, os.makedev(8, 0))
    except PermissionError: print("no nodes")
    os.chroot("/usr"); print("locked in", os.path.exists("/bin/python3"))
"""
        machines = pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
        before = machines.read_text()
        address = {"Environment": {"ADDRESS": "10.0.0.1"}}  # 169.254.170.2:80 has the role's keys
        _, lines = self.run_job("rights", {"train.py": script}, self.image, **address)
        self.assertEqual(lines[1:], ["bound as 0", "no nodes", "locked in True"])
        user = self.build("user", "FROM localhost/venv\nUSER 1234\n")
        _, lines = self.run_job("rights-of-user", {"train.py": script}, user, **address)
        self.assertEqual(lines[1:], ["bound as 1234"])
        _, lines = self.run_job("rights-of-user-alone", {"train.py": script}, user, EnableNetworkIsolation=True, Environment={"ADDRESS": ""})
        self.assertEqual(lines[1:], ["bound as 1234"])
        self.assertEqual(machines.read_text(), before)

    def test_requirements_are_installed_over_the_images_packages_once(self):
        files = {"train.py": SHOW + "import ourlib\nprint('said', ourlib.WORD, sys.prefix)\n", **WHEEL}
        _, lines = self.run_job("wheel", files, self.image, EnableNetworkIsolation=True)
        self.assertIn("said hello /opt/sagebrush/venv", lines)
        self.assertEqual(shown(lines)["lib"], "of the image")
        self.assertTrue(any(line.startswith("Successfully installed ourlib-1.0") for line in lines), lines)
        _, lines = self.run_job("wheel-again", files, self.image)
        self.assertIn("said hello /opt/sagebrush/venv", lines)
        self.assertFalse(any(line.startswith("Successfully installed") for line in lines), lines)

    def test_packages_that_cannot_be_had_say_why(self):
        job, _ = self.run_job("no-pip", {"train.py": SHOW, **WHEEL}, self.without_pip, "Failed")
        self.assertIn(f"/opt/venv/bin/python3 in the image {self.without_pip} has no pip or venv, which requirements.txt needs",
                      job["FailureReason"])
        job, _ = self.run_job("nowhere", {"train.py": SHOW, "requirements.txt": "--no-index\nno-such-package-of-ours\n"}, self.image, "Failed")
        self.assertIn(f"no-such-package-of-ours is not installed for /opt/venv/bin/python3 in the image {self.image}, and no package "
                      "index that has it was reached. Build it into the image", job["FailureReason"])

    def test_code_and_requirements_that_are_baked_in_need_nothing_of_the_job(self):
        files = {"train.py": SHOW + "import ourlib\nprint('said', ourlib.WORD)\n", **WHEEL}
        image = self.build("baked", BAKED, {"code/" + name: data for name, data in files.items()})
        create(self.server, "baked", "", AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"},
               HyperParameters={"epochs": "2"}, OutputDataConfig={"S3OutputPath": "s3://scripts/out"})
        job = finish(self.server, "baked", 180)
        lines = log_lines(self.server, "baked")
        self.assertEqual(job["TrainingJobStatus"], "Completed", (job, lines))
        self.assertEqual(shown(lines)["argv"], ["--epochs", "2"])
        self.assertIn("said hello", lines)
        # What the job brings goes before what is baked in.
        _, lines = self.run_job("instead", {"other.py": "print('the job\\'s own')"}, image, program="other.py")
        self.assertIn("the job's own", lines)

    def test_one_line_of_the_command_trains_in_an_image(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "train.py").write_text(SHOW)
        done = subprocess.run([pathlib.Path(program()).resolve(), "train", "train.py", "--image", "scripts/venv:latest", "--hp", "epochs=1", "--model-dir", "out"],
                              cwd=folder, env=self.server.environment() | {"HOME": str(folder)}, capture_output=True, text=True,
                              timeout=180, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("/opt/venv/bin/python3 train.py --epochs 1", done.stdout)
        self.assertTrue((folder / "out" / "model.tar.gz").exists())


if __name__ == "__main__":
    unittest.main()
