"""Images of the registry under a real agent, against a fake server. Usage: image_agent_test.py AGENT_PROGRAM [unittest arguments]"""

import fcntl
import glob
import json
import os
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "agent"))
import agent_job  # noqa: E402
from agent_job import Job  # noqa: E402
from image_maker import Layer, write_image  # noqa: E402

RUNTIME = os.environ.get("SAGEBRUSH_TEST_RUNTIME", "auto")
PASSWD = b"root:x:0:0::/root:/bin/sh\ntrainer:x:1234:100::/home/trainer:/bin/sh\n"


class ImageJob(Job):
    """One attempt that runs an image; data: the folder of another job's machine, to share its layers."""

    def __init__(self, test, layers, config=None, entrypoint=None, arguments=("train",), data=None, image=None, **changes):
        image = image or write_image(os.path.join(test.folder(), "blobs"), layers, config)
        entrypoint = (config or {}).get("Entrypoint", []) if entrypoint is None else entrypoint
        super().__init__(test, "", image={"kind": "registry", "reference": "mine:1", "entrypoint": entrypoint,
                                          "arguments": list(arguments), "registry": image}, **changes)
        if data:
            os.symlink(os.path.join(data, "layers"), os.path.join(self.data, "layers"))

    def layers(self):
        return sorted(os.path.basename(p) for p in glob.glob(os.path.join(self.data, "layers", "sha256-*")))


def base():
    layer = Layer().programs("sh", "cat", "id", "ls", "cp", "sleep", "env", "hostname", "chmod", "seq", "cut", "rm")
    return layer.add("etc/passwd", PASSWD, mode=0o644).add("etc/group", b"root:x:0:\nusers:x:100:\nvideo:x:44:trainer\n", mode=0o644)


def script(text):
    return b"#!/bin/sh\nset -e\n" + text.encode() + b"\n"


class ImageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.base = base().finish()

    def folder(self):
        """A folder of this test, removed with it."""
        if not hasattr(self, "_folder"):
            self._folder = self.enterContext(tempfile.TemporaryDirectory())
        return self._folder


class Images(ImageTest):
    def run_script(self, text, config=None, more=(), **changes):
        job = ImageJob(self, [self.base, Layer().add("usr/bin/train", script(text)), *more], config, **changes)
        return job, job.finish()

    def test_runs_train_of_the_image_and_uploads_its_model(self):
        job, record = self.run_script("echo started as $0 $1; cat /opt/ml/input/config/hyperparameters.json; echo w > /opt/ml/model/w; "
                                      "cat /etc/hostname; echo gone > /usr/bin/changed; ls /opt/ml")
        self.assertEqual(record["outcome"], "Completed", (record, job.server.all_lines, job.log()))
        self.assertIn("started as /usr/bin/train", job.server.lines[0])
        self.assertIn('{"epochs":"3"}algo-1', job.server.lines)
        self.assertEqual(job.model(), {"w": b"w\n"})
        self.assertEqual(len([n for n in job.layers() if n.endswith(".lock")]), 2)
        self.assertFalse(glob.glob(os.path.join(job.data, "layers", "*", "root", "usr", "bin", "changed")))
        job.assert_nothing_left(self)

    def test_honours_the_images_configuration(self):
        config = {"Entrypoint": ["/bin/sh", "/app/entry"], "Env": ["PATH=/app:/usr/bin:/bin", "FRUIT=apple", "AWS_REGION=nowhere"],
                  "WorkingDir": "/app", "Cmd": ["serve"]}
        app = Layer().folder("app").add("app/entry", script('echo "$@"; pwd; env; own'))
        app.add("app/own", script("echo found by PATH"))
        job = ImageJob(self, [self.base, app], config, request={"Environment": {"FRUIT": "pear"}})
        record = job.finish()
        self.assertEqual(record["outcome"], "Completed", (record, job.server.all_lines))
        for line in ("train", "/app", "FRUIT=pear", "AWS_REGION=us-east-1", "found by PATH"):
            self.assertIn(line, job.server.lines)

    @unittest.skipIf(RUNTIME == "bwrap", "bubblewrap runs all as the agent's own user")
    def test_runs_as_the_images_user_who_can_write_the_model(self):
        job, record = self.run_script("id -u; id -G; echo $HOME; echo w > /opt/ml/model/w; echo c > /opt/ml/checkpoints/c",
                                      {"User": "trainer"})
        self.assertEqual(record["outcome"], "Completed", (record, job.server.all_lines))
        self.assertEqual(job.server.lines[:3], ["1234", "100 44", "/home/trainer"])
        self.assertEqual(job.model(), {"w": b"w\n"})

    @unittest.skipIf(RUNTIME == "bwrap", "bubblewrap runs all as the agent's own user")
    def test_the_images_user_reads_channels_and_adds_to_them_and_the_store_keeps_its_files(self):
        text = ("cd /opt/ml/input/data/train; cat a/b c; ls; echo new > d; echo new > a/e; rm c; cat d a/e; ls; "
                "echo x >> a/b || echo kept; id -u")
        job = ImageJob(self, [self.base, Layer().add("usr/bin/train", script(text))], {"User": "trainer"})
        job.server.inputs["channels"] = [{"name": "train", "compression": "None", "augmented_manifest": "", "files": []}]
        for path in ("a/b", "c"):
            blob = os.path.join(self.folder(), path.replace("/", "-"))
            with open(os.open(blob, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                file.write(path + "\n")
            job.server.inputs["channels"][0]["files"].append(
                {"path": path, "bucket": "b", "key": path, "bytes": len(path) + 1, "etag": "", "blob": blob})
        record = job.finish()
        self.assertEqual(record["outcome"], "Completed", (record, job.server.all_lines, job.log()))
        lines = [line for line in job.server.lines if "ermission denied" not in line]
        self.assertEqual(lines, ["a/b", "c", "a", "c", "new", "new", "a", "d", "kept", "1234"])
        for path in ("a/b", "c"):
            about = os.stat(os.path.join(self.folder(), path.replace("/", "-")))
            self.assertEqual((about.st_uid, about.st_mode & 0o022), (0, 0))

    @unittest.skipIf(RUNTIME == "bwrap", "bubblewrap runs all as the agent's own user")
    def test_folders_that_the_image_lacks_are_open_to_its_user_whatever_the_servers_umask(self):
        text = "ls -ld /opt /opt/ml/model /made /data | cut -c1-10; echo w > /opt/ml/model/w; echo c > /data/ck/c; cat /etc/hostname"
        job = ImageJob(self, [self.base, Layer().add("usr/bin/train", script(text))], {"User": "trainer", "WorkingDir": "/made/up"},
                       request={"CheckpointConfig": {"S3Uri": "s3://ck/pre", "LocalPath": "/data/ck"}})
        job.launcher = ["sh", "-c", 'umask 077; exec "$@"', "sh"]
        record = job.finish()
        self.assertEqual(record["outcome"], "Completed", (record, job.server.all_lines, job.log()))
        self.assertEqual(job.server.lines, ["drwxr-xr-x"] * 4 + ["algo-1"])
        self.assertEqual(job.model(), {"w": b"w\n"})
        self.assertEqual(job.server.objects["ck/pre/c"], b"c\n")

    def test_makes_the_working_directory_where_the_image_has_none(self):
        job, record = self.run_script("pwd", {"WorkingDir": "/made/up"})
        self.assertEqual(record["outcome"], "Completed", (record, job.server.all_lines, job.log()))
        self.assertEqual(job.server.lines[0], "/made/up")

    def test_layers_hide_and_replace_what_is_below(self):
        low = Layer().add("a/old").add("a/kept", b"kept").add("b/old").add("c").add("file", b"").folder("folder").add("folder/in")
        high = Layer().folder("a").add("a/.wh.old").folder("b").add("b/.wh..wh..opq").add("b/new")
        high.add(".wh.c").folder("file").add("file/in", b"now a folder").add("folder", b"now a file")
        job, record = self.run_script("cat /a/kept; ls /a /b; test ! -e /c; cat /file/in /folder", more=[low, high])
        self.assertEqual(record["outcome"], "Completed", (record, job.server.all_lines))
        self.assertEqual(job.server.lines, ["kept/a:", "kept", "", "/b:", "new", "now a foldernow a file"])

    def test_code_that_is_baked_in_is_seen_and_all_else_in_opt_ml_is_not(self):
        baked = Layer().folder("opt").folder("opt/ml").folder("opt/ml/code").add("opt/ml/code/train.py", b"baked")
        baked.folder("opt/ml/model").add("opt/ml/model/leftover")
        job, record = self.run_script("cat /opt/ml/code/train.py; ls /opt/ml/model; echo x > /opt/ml/code/new", more=[baked])
        self.assertEqual(record["outcome"], "Completed", (record, job.server.all_lines))
        self.assertEqual(job.server.lines, ["baked"])

    @unittest.skipIf(RUNTIME == "bwrap", "bubblewrap makes no device nodes and knows no hooks")
    def test_a_gpus_libraries_come_as_the_machine_describes_them(self):
        library, hooked = os.path.join(self.folder(), "libcuda.so.1"), os.path.join(self.folder(), "hooked")
        with open(library, "w") as file:
            file.write("the driver's own")
        job = ImageJob(self, [self.base, Layer().add("usr/bin/train", script(
            "cat /usr/lib/cuda/libcuda.so.1; echo; echo x > /dev/nvidia0; ls /dev/nvidia0; env"))],
            limits={"cpus": 1, "cpu_set": [], "memory_bytes": 256 << 20, "gpus": [0]})
        edits = {"deviceNodes": [{"path": "/dev/nvidia0", "hostPath": "/dev/null"}], "env": ["NVIDIA_VISIBLE_DEVICES=void", "DRIVER=535"],
                 "mounts": [{"hostPath": library, "containerPath": "/usr/lib/cuda/libcuda.so.1", "options": ["ro", "nosuid", "nodev", "bind"]}],
                 "hooks": [{"hookName": "createContainer", "path": "/bin/sh", "args": ["sh", "-c", f"echo hooked > {hooked}"]}]}
        with open(os.path.join(self.folder(), "gpu.json"), "w") as file:
            json.dump({"cdiVersion": "0.5.0", "kind": "nvidia.com/gpu", "devices": [{"name": "0", "containerEdits": edits}]}, file)
        # The agent alone sees a /etc with the specification in it.
        os.mkdir(os.path.join(self.folder(), "etc"))
        job.launcher = ["unshare", "-m", "sh", "-c",
                        f"cd {self.folder()} && mount -t tmpfs none etc && mkdir -p etc/up/cdi etc/work && cp gpu.json etc/up/cdi && "
                        "mount -t overlay none -o lowerdir=/etc,upperdir=etc/up,workdir=etc/work /etc && cd / && exec \"$@\"", "sh"]
        record = job.finish()
        self.assertEqual(record["outcome"], "Completed", (record, job.server.all_lines, job.log()))
        for line in ("the driver's own", "/dev/nvidia0", "DRIVER=535", "NVIDIA_VISIBLE_DEVICES=void"):
            self.assertIn(line, job.server.lines)
        with open(hooked) as file:
            self.assertEqual(file.read(), "hooked\n")

    def test_a_missing_train_is_named(self):
        job = ImageJob(self, [self.base])
        record = job.finish()
        self.assertEqual(record["outcome"], "Failed")
        self.assertIn("train", record["failure_reason"])
        self.assertTrue(record["failure_reason"].startswith("AlgorithmError: "), record)

    def test_a_user_that_the_image_lacks_is_named(self):
        job, record = self.run_script("true", {"User": "nobody-here"})
        self.assertEqual(record["outcome"], "Failed")
        self.assertIn('user "nobody-here" is not in its /etc/passwd', record["failure_reason"])
        self.assertFalse(record["infrastructure"])

    def test_hostile_layers_end_the_job_with_their_reason_and_touch_nothing(self):
        outside = os.path.join(self.folder(), "outside")
        with open(outside, "w") as file:
            file.write("untouched")
        cases = {
            "leads out": Layer().add("../../../../../../escape"),
            "is a link": Layer().link("l", self.folder()).add("l/outside", b"written"),
            "which is no file of this layer": Layer().hard_link("x", "../outside".lstrip("./")),
            "names": Layer().add(".wh..."),
        }
        for words, layer in cases.items():
            with self.subTest(words):
                job = ImageJob(self, [self.base, layer])
                record = job.finish()
                self.assertEqual(record["outcome"], "Failed")
                reason = record["failure_reason"]
                self.assertTrue(reason.startswith("ClientError: The training image mine:1 cannot be used: layer sha256:"), reason)
                if words != "names":
                    self.assertIn(words, reason)
                self.assertFalse([n for n in job.layers() if n.endswith(".partial")])
                job.assert_nothing_left(self)
        with open(outside) as file:
            self.assertEqual(file.read(), "untouched")

    def test_a_blob_that_is_not_what_it_says_ends_the_job(self):
        image = write_image(os.path.join(self.folder(), "blobs"), [self.base, Layer().add("x", b"y" * 100000)])
        blob = image["layers"][1]["blob"]
        with open(blob, "rb") as file:
            whole = file.read()
        for change, words in ((whole[:-20], "cut short"), (whole[:50] + b"?" + whole[51:], "")):
            with open(blob, "wb") as file:
                file.write(change)
            record = ImageJob(self, [], image=image).finish()
            self.assertEqual(record["outcome"], "Failed")
            self.assertIn(words, record["failure_reason"])

    def test_tells_while_the_image_is_downloaded_only_when_that_takes_time(self):
        image = write_image(os.path.join(self.folder(), "blobs"), [self.base, Layer().add("usr/bin/train", script("true"))])
        job = ImageJob(self, [], image=image)
        layers = os.path.join(job.data, "layers")
        os.makedirs(layers)
        with open(os.path.join(layers, image["layers"][1]["digest"].replace(":", "-") + ".lock"), "w") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)  # as one who unpacks it holds it
            agent = job.start()
            job.server.wait(lambda: "Image" in job.server.phases())
        record = job.finish(agent)
        self.assertEqual(record["outcome"], "Completed", record)
        self.assertEqual(job.server.phases(), ["Starting", "Downloading", "Image", "Training", "Uploading"])


class Scripts(ImageTest):
    """Script mode in an image that knows nothing of it."""

    CODE = "opt/ml/code"

    def baked(self, files, folder=CODE, mode=0o644):
        layer = Layer()
        parts = folder.split("/")
        for depth in range(1, len(parts) + 1):
            layer.folder("/".join(parts[:depth]))
        for name, text in files.items():
            layer.add(f"{folder}/{name}", text, mode=mode)
        return layer

    def run_image(self, layers, hyperparameters, config=None, environment=None, **more):
        job = ImageJob(self, [self.base, *layers], config,
                       request={"HyperParameters": hyperparameters, "Environment": environment or {}}, **more)
        return job, job.finish()

    def test_a_program_that_is_baked_in_and_named_by_the_image(self):
        run = script('echo "got $@ in $PWD"; echo $FRUIT $SM_MODEL_DIR $SM_HP_EPOCHS $SM_MODULE_DIR $PATH; cat beside; '
                     "echo w > $SM_MODEL_DIR/w; echo new > made; ls -l run.sh | cut -c1-10")
        config = {"Env": ["PATH=/own:/usr/bin", "FRUIT=apple", "SAGEMAKER_PROGRAM=run.sh"]}
        job, record = self.run_image([self.baked({"run.sh": run, "beside": b"beside\n"})], {"epochs": "3"}, config)
        self.assertEqual(record["outcome"], "Completed", (record, job.server.all_lines, job.log()))
        self.assertEqual(job.server.lines[0], "Invoking script with the following command: /bin/sh -c './run.sh --epochs 3'")
        self.assertEqual(job.server.lines[1:], ["got --epochs 3 in /opt/ml/code", "apple /opt/ml/model 3 /opt/ml/code /own:/usr/bin",
                                                "beside", "-rwxrwxrwx"])
        self.assertEqual(job.model(), {"w": b"w\n"})
        job.assert_nothing_left(self)

    @unittest.skipIf(RUNTIME == "bwrap", "bubblewrap runs all as the agent's own user")
    def test_runs_as_the_images_user_from_any_folder_of_it(self):
        run = script("id -u; echo w > /opt/ml/model/w; pwd")
        job, record = self.run_image([self.baked({"run.sh": run}, "app/src")], {"sagemaker_program": "run.sh"}, {"User": "trainer"},
                                     {"SAGEMAKER_SUBMIT_DIRECTORY": "/app/src"})
        self.assertEqual(record["outcome"], "Completed", (record, job.server.all_lines))
        self.assertEqual(job.server.lines[1:], ["1234", "/opt/ml/code"])

    def test_source_that_is_not_in_its_channel_is_named(self):
        job, record = self.run_image(
            [self.baked({"run.sh": script("echo baked")})],
            {"sagemaker_program": "run.sh", "sagemaker_submit_directory": "/opt/ml/input/data/code"})
        self.assertEqual(record["outcome"], "Failed", record)
        self.assertEqual(record["failure_reason"], "ClientError: The script cannot be run: sagemaker_submit_directory "
                         "/opt/ml/input/data/code: there is no such file or folder in the channel")

    def test_an_image_with_a_train_or_an_entry_point_of_its_own_is_left_alone(self):
        train = Layer().add("usr/bin/train", script('echo "own train $@ $SM_MODEL_DIR"'))
        job, record = self.run_image([train], {"sagemaker_program": "train.py"})
        self.assertEqual(record["outcome"], "Completed", (record, job.server.all_lines))
        self.assertEqual(job.server.lines, ["own train  "])
        job, record = self.run_image([self.baked({"train.py": b""})], {"sagemaker_program": "train.py"}, {"Entrypoint": ["/bin/echo", "own"]})
        self.assertEqual(record["outcome"], "Failed", record)  # this image has no echo
        self.assertIn("/bin/echo", record["failure_reason"])

    def test_what_is_missing_is_named(self):
        cases = (({"train.py": b""}, "the image mine:1 has neither python3 nor python on its PATH"),
                 ({"other.py": b""}, 'sagemaker_program "train.py" is not in the source, which has other.py'),
                 ({}, 'sagemaker_program "train.py": there is no source'))
        for files, words in cases:
            with self.subTest(words):
                job, record = self.run_image([self.baked(files)], {"sagemaker_program": "train.py"})
                self.assertEqual(record["outcome"], "Failed", record)
                self.assertTrue(record["failure_reason"].startswith("ClientError: The script cannot be run: " + words), record)
                self.assertFalse(record["infrastructure"])
                job.assert_nothing_left(self)

    def test_an_agent_that_is_killed_is_followed_by_one_that_goes_on(self):
        run = script("echo up; while test ! -e /opt/ml/checkpoints/go; do sleep 0.05; done; cat beside")
        job = ImageJob(self, [self.base, self.baked({"run.sh": run, "beside": b"beside"})],
                       request={"HyperParameters": {"sagemaker_program": "run.sh"}})
        agent = job.start()
        job.server.wait(lambda: "up" in job.server.lines)
        job.kill_agent(agent)
        agent = job.start()
        with open(job.path("work/ml/checkpoints/go"), "w"):
            pass
        record = job.finish(agent)
        self.assertEqual(record["outcome"], "Completed", (record, job.server.all_lines))
        self.assertEqual(job.server.lines[1:], ["up", "beside"])


class Sharing(ImageTest):
    """Several agents on one machine: its layers are in one folder."""

    def machine(self):
        folder = os.path.join(self.folder(), "machine")
        os.makedirs(os.path.join(folder, "layers"), exist_ok=True)
        return folder

    def test_two_jobs_at_once_unpack_once(self):
        image = write_image(os.path.join(self.folder(), "blobs"),
                            [self.base, Layer().add("large", os.urandom(30_000_000)).add("usr/bin/train", script("ls -i /large"))])
        jobs = [ImageJob(self, [], image=image, data=self.machine()) for _ in range(3)]
        agents = [job.start() for job in jobs]
        records = [job.finish(agent) for job, agent in zip(jobs, agents)]
        self.assertEqual({record["outcome"] for record in records}, {"Completed"}, records)
        self.assertEqual(len({tuple(job.server.lines) for job in jobs}), 1)  # the same file
        self.assertEqual(len([n for n in jobs[0].layers() if "." not in n]), 2)

    def test_an_agent_that_is_killed_while_it_unpacks_is_followed_by_one_that_goes_on(self):
        image = write_image(os.path.join(self.folder(), "blobs"),
                            [self.base, Layer().add("large", os.urandom(80_000_000)).add("usr/bin/train", script("ls /large"))])
        job = ImageJob(self, [], image=image)
        for _ in range(3):
            agent = job.start()
            partial = os.path.join(job.data, "layers", "*.partial", "root", "large")
            deadline = time.monotonic() + 60
            while not glob.glob(partial) and agent.poll() is None:
                self.assertLess(time.monotonic(), deadline, job.log())
            job.kill_agent(agent)
        record = job.finish()
        self.assertEqual(record["outcome"], "Completed", (record, job.log()))
        self.assertFalse([n for n in job.layers() if n.endswith(".partial")])
        job.assert_nothing_left(self)

    def test_layers_in_use_outlive_their_agent_and_the_limit(self):
        train = Layer().add("usr/bin/train", script("echo up; while test ! -e /opt/ml/checkpoints/go; do sleep 0.1; done; ls /usr/bin/train"))
        image = write_image(os.path.join(self.folder(), "blobs"), [self.base, train])
        first = ImageJob(self, [], image=image, data=self.machine(), layer_cache_bytes=0)
        agent = first.start()
        first.server.wait(lambda: "up" in first.server.lines)
        first.kill_agent(agent)
        # Another job ends meanwhile and finds the limit exceeded.
        other = ImageJob(self, [self.base, Layer().add("usr/bin/train", script("true"))], data=self.machine(), layer_cache_bytes=0)
        self.assertEqual(other.finish()["outcome"], "Completed")
        self.assertEqual(len([n for n in first.layers() if "." not in n]), 2)
        agent = first.start()
        with open(first.path("work/ml/checkpoints/go"), "w"):
            pass
        record = first.finish(agent)
        self.assertEqual(record["outcome"], "Completed", (record, first.server.all_lines))
        self.assertEqual(first.layers(), [])

    def test_a_stop_order_ends_the_unpacking(self):
        large = Layer().add("large", bytes(400_000_000))
        job = ImageJob(self, [self.base, large, Layer().add("usr/bin/train", script("sleep 1000"))])
        job.server.answer = {"stop": "Requested", "kill_at_ms": int(time.time() * 1000) + 1000}
        self.assertEqual(job.finish()["outcome"], "Stopped")
        job.assert_nothing_left(self)


if __name__ == "__main__":
    agent_job.AGENT = os.path.abspath(sys.argv.pop(1))
    agent_job.RUNTIME = RUNTIME
    if os.geteuid() != 0:
        print("skipped: images need root")
        sys.exit(77)
    unittest.main()
