"""Commands that need no training job: env, data upload, jobs, errors and exit codes, colours."""

import json
import os
import pathlib
import pty
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import command  # noqa: E402
from cutting_proxy import cutting_proxy  # noqa: E402


class CliTest(command.ServerCase):
    def run_cli(self, *arguments, **changes):
        environment = self.server.environment() | {"HOME": str(self.home)} | changes
        return command.run(arguments, environment, cwd=self.home)


class Prepare(CliTest):
    def setUp(self):
        super().setUp()
        if not pathlib.Path(command.support.program()).with_name("sagebrush-vision").exists():
            self.skipTest("sagebrush-vision is not built")

    def test_images_are_split_packed_and_uploaded(self):
        batch = b"".join(bytes([i % 10]) + bytes([i]) * 3072 for i in range(100))
        for name in ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"):
            (self.home / f"{name}.bin").write_bytes(batch)
        code, out, err = self.run_cli("data", "prepare", "cifar10", ".", "--to", "s3://prepared/c10", "--validation", "50")
        self.assertEqual(code, 0, err)
        self.assertIn("Training samples: 450\nValidation samples: 50\nTest samples: 100\n", out)
        keys = [o["Key"] for o in self.server.client("s3").list_objects_v2(Bucket="prepared")["Contents"]]
        self.assertIn("c10/train/images-00000.npy", keys)
        self.assertIn("c10/validation/manifest.json", keys)
        # What an earlier call has left is removed, and nothing else.
        own = ["c10/other/images-00000.npy", "c10/test/notes.txt", "c10/validation/images-mine.npy", "other/test/images-00000.npy", "other/test/manifest.json"]
        for key in own:
            self.server.client("s3").put_object(Bucket="prepared", Key=key, Body=b"x")
        code, out, err = self.run_cli("data", "prepare", "cifar10", ".", "--to", "s3://prepared/c10/", "--validation", "0")
        self.assertEqual(code, 0, err)
        after = [o["Key"] for o in self.server.client("s3").list_objects_v2(Bucket="prepared")["Contents"]]
        gone = ["c10/validation/images-00000.npy", "c10/validation/labels-00000.npy", "c10/validation/manifest.json"]
        self.assertEqual(after, sorted(set(keys) - set(gone) | set(own)))
        foreign = ["foreign/validation/images-00000.npy", "foreign/validation/manifest.json"]
        for key in foreign:
            self.server.client("s3").put_object(Bucket="prepared", Key=key, Body=b"{}")
        code, out, err = self.run_cli("data", "prepare", "cifar10", ".", "--to", "s3://prepared/foreign", "--validation", "0")
        self.assertEqual(code, 0, err)
        after = [o["Key"] for o in self.server.client("s3").list_objects_v2(Bucket="prepared", Prefix="foreign/v")["Contents"]]
        self.assertEqual(after, foreign)

    def test_an_upload_that_is_cut_leaves_no_split_of_an_earlier_one(self):
        batch = b"".join(bytes([i % 10]) + bytes([i]) * 3072 for i in range(100))
        for name in ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"):
            (self.home / f"{name}.bin").write_bytes(batch)
        prepare = ("data", "prepare", "cifar10", ".", "--to", "s3://cut/c10", "--output", "kept", "--validation", "50")
        (self.home / "kept").mkdir()
        (self.home / "kept/diary.txt").write_text("mine")
        code, out, err = self.run_cli(*prepare, "--seed", "1")
        self.assertEqual(code, 0, err)
        keys = [o["Key"] for o in self.server.client("s3").list_objects_v2(Bucket="cut")["Contents"]]
        self.assertIn("c10/train/manifest.json", keys)
        self.assertNotIn("c10/diary.txt", keys)
        (self.home / "data_batch_1.bin").write_bytes(batch[: 3073 * 99] + bytes(3073))
        with cutting_proxy(self.server.url, "/cut/c10/train/images-") as url:
            self.assertNotEqual(self.run_cli(*prepare, "--seed", "2", AWS_ENDPOINT_URL=url)[0], 0)
        keys = [o["Key"] for o in self.server.client("s3").list_objects_v2(Bucket="cut")["Contents"]]
        self.assertNotIn("c10/train/manifest.json", keys)
        self.assertNotIn("c10/test/manifest.json", keys)

    def test_its_failure_is_the_commands_failure(self):
        code, out, err = self.run_cli("data", "prepare", "mnist", ".", "--to", "s3://prepared/none")
        self.assertEqual(code, 1)
        self.assertIn("nothing to prepare was found", err)
        code, out, err = self.run_cli("data", "prepare", "imagefolder", "--to", "s3://prepared/none")
        self.assertIn("imagefolder needs the folder with its images", err)
        code, out, err = self.run_cli("data", "prepare", "mnist", ".")
        self.assertNotEqual(code, 0)
        self.assertIn("--to s3://bucket/prefix", err)

    def test_mnist_without_a_folder_is_taken_from_where_the_demo_finds_it(self):
        code, out, err = self.run_cli("data", "prepare", "mnist", "--output", "x", SAGEBRUSH_DATA_DIR=str(self.home))
        self.assertNotEqual(code, 0)
        self.assertIn(f"SAGEBRUSH_DATA_DIR={self.home}: MNIST's four files", err)
        if not os.environ.get("SAGEBRUSH_DATA_DIR"):
            self.skipTest("SAGEBRUSH_DATA_DIR is not set")
        code, out, err = self.run_cli("data", "prepare", "mnist", "--output", "x", SAGEBRUSH_DATA_DIR=os.environ["SAGEBRUSH_DATA_DIR"])
        self.assertEqual(code, 0, err)
        self.assertIn("Training samples: 55000\nValidation samples: 5000\nTest samples: 10000\n", out)


class Env(CliTest):
    def test_exports_lead_a_shell_to_the_server(self):
        script = f'eval "$({command.support.program()} env --data-dir {self.server.data})" && env'
        out = subprocess.run(["sh", "-c", script], env=command.plain_environment(self.home), text=True,
                             capture_output=True, check=True).stdout.splitlines()
        self.assertIn(f"AWS_ENDPOINT_URL={self.server.url}", out)
        self.assertIn(f"AWS_ACCESS_KEY_ID={self.server.access_key_id}", out)
        self.assertIn(f"AWS_SECRET_ACCESS_KEY={self.server.secret_access_key}", out)
        self.assertIn("AWS_DEFAULT_REGION=us-east-1", out)
        self.assertIn("AWS_REGION=us-east-1", out)

    def test_the_keys_work(self):
        code, out, _ = command.run(["env", "--data-dir", self.server.data], command.plain_environment(self.home))
        self.assertEqual(code, 0)
        exports = dict(line.removeprefix("export ").split("=", 1) for line in out.splitlines())
        code, out, err = command.run(["jobs", "list"], command.plain_environment(self.home) | exports)
        self.assertEqual(code, 0, err)

    def test_without_a_server_it_says_how_to_start_one(self):
        code, out, err = command.run(["env"], command.plain_environment(self.home))
        self.assertEqual(code, 253)
        self.assertEqual(out, "")
        self.assertIn("sagebrush serve", err)

    def test_sdk_files_lead_stsclients_that_ignore_the_endpoint_to_the_server(self):
        code, out, err = command.run(["env", "--sdk", "--data-dir", self.server.data], command.plain_environment(self.home))
        self.assertEqual(code, 0, err)
        exports = dict(line.removeprefix("export ").split("=", 1) for line in out.splitlines())
        # As the SDK does it: the host from botocore's table, not from AWS_ENDPOINT_URL.
        script = ("import botocore.session as s; session = s.get_session()\n"
                  "host = session.get_component('endpoint_resolver').construct_endpoint('sts', 'eu-west-1')['hostname']\n"
                  "client = session.create_client('sts', region_name='eu-west-1', endpoint_url='https://' + host)\n"
                  "print(client.get_caller_identity()['Account'])\n")
        done = subprocess.run(["/usr/bin/python3", "-c", script], env=command.plain_environment(self.home) | exports,
                              text=True, capture_output=True)
        self.assertEqual(done.stdout, "000000000000\n", done.stderr)


class DataUpload(CliTest):
    def setUp(self):
        super().setUp()
        (self.home / "data/deep").mkdir(parents=True)
        (self.home / "data/a.txt").write_text("one")
        (self.home / "data/deep/b ü.txt").write_text("two")
        self.bucket = f"b-{os.getpid()}-{id(self)}"
        self.s3 = self.server.client("s3")

    def bodies(self):
        objects = self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return {o["Key"]: self.s3.get_object(Bucket=self.bucket, Key=o["Key"])["Body"].read().decode() for o in objects}

    def test_a_folder_goes_below_the_prefix_and_the_bucket_is_made(self):
        code, out, err = self.run_cli("data", "upload", "data", f"s3://{self.bucket}/in")
        self.assertEqual(code, 0, err)
        self.assertIn(f"made bucket {self.bucket}", err)
        self.assertIn("2 uploaded (6 B), 0 unchanged", err)
        self.assertEqual(self.bodies(), {"in/a.txt": "one", "in/deep/b ü.txt": "two"})

    def test_what_is_unchanged_is_skipped(self):
        self.run_cli("data", "upload", "data", f"s3://{self.bucket}/in/")
        (self.home / "data/a.txt").write_text("ONE")
        code, _, err = self.run_cli("data", "upload", "data", f"s3://{self.bucket}/in/")
        self.assertEqual(code, 0, err)
        self.assertIn("1 uploaded (3 B), 1 unchanged", err)
        self.assertNotIn("made bucket", err)
        self.assertEqual(self.bodies()["in/a.txt"], "ONE")

    def test_many_files_at_once(self):
        for i in range(300):
            (self.home / f"data/{i}").write_bytes(os.urandom(i))
        code, _, err = self.run_cli("data", "upload", "data", f"s3://{self.bucket}/")
        self.assertEqual(code, 0, err)
        self.assertIn("302 uploaded", err)
        self.assertEqual(self.s3.list_objects_v2(Bucket=self.bucket)["KeyCount"], 302)

    def test_one_in_parts_is_known_again(self):
        with open(self.home / "big", "wb") as big:
            for _ in range(70):
                big.write(os.urandom(1 << 20))
        for expected in ("1 uploaded (70.0 MiB), 0 unchanged", "0 uploaded (0 B), 1 unchanged"):
            code, _, err = self.run_cli("data", "upload", "big", f"s3://{self.bucket}/")
            self.assertEqual(code, 0, err)
            self.assertIn(expected, err)

    def test_a_missing_path_is_named(self):
        code, _, err = self.run_cli("data", "upload", "nowhere", f"s3://{self.bucket}/")
        self.assertEqual(code, 255)
        self.assertIn("nowhere does not exist", err)


class Errors(CliTest):
    def test_a_wrong_key_is_a_service_error(self):
        code, out, err = self.run_cli("jobs", "list", AWS_SECRET_ACCESS_KEY="wrong")
        self.assertEqual(code, 254)
        self.assertEqual(out, "")
        self.assertRegex(err, "^sagebrush: [A-Za-z]*Signature[A-Za-z]*: ")

    def test_no_credentials_are_a_configuration_error(self):
        environment = command.plain_environment(self.home) | {"AWS_ENDPOINT_URL": self.server.url}
        code, _, err = command.run(["jobs"], environment)
        self.assertEqual(code, 253)
        self.assertIn("AWS_ACCESS_KEY_ID", err)

    def test_a_server_that_is_not_there_is_named(self):
        code, _, err = self.run_cli("jobs", "--endpoint-url", "http://127.0.0.1:1")
        self.assertEqual(code, 255)
        self.assertIn("127.0.0.1:1", err)

    def test_an_unknown_job_is_said_so(self):
        code, _, err = self.run_cli("jobs", "describe", "no-such-job")
        self.assertEqual(code, 255)
        self.assertIn("no training job is called 'no-such-job'", err)

    def test_a_server_is_found_by_its_record(self):
        data_home = self.home / ".local/share"
        data_home.mkdir(parents=True)
        (data_home / "sagebrush").symlink_to(self.server.data)
        code, out, err = command.run(["jobs", "list", "-o", "json"], command.plain_environment(self.home))
        self.assertEqual(code, 0, err)
        self.assertIsInstance(json.loads(out), list)

    def test_a_profile_is_read(self):
        (self.home / ".aws").mkdir()
        (self.home / ".aws/credentials").write_text(
            f"[work]\naws_access_key_id = {self.server.access_key_id}\naws_secret_access_key = {self.server.secret_access_key}\n")
        environment = command.plain_environment(self.home) | {"AWS_ENDPOINT_URL": self.server.url}
        self.assertEqual(command.run(["jobs", "--profile", "work"], environment)[0], 0)
        code, _, err = command.run(["jobs", "--profile", "play"], environment)
        self.assertEqual(code, 253)
        self.assertIn("[play]", err)


class Colours(CliTest):
    def terminal_output(self, **changes):
        """What `jobs list` writes to a terminal."""
        main, side = pty.openpty()
        environment = self.server.environment() | {"HOME": str(self.home), "TERM": "xterm"} | changes
        environment = {k: v for k, v in environment.items() if v is not None}
        with command.start(["jobs", "list"], environment, stdout=side) as process:
            os.close(side)
            text = b""
            try:
                while piece := os.read(main, 4096):
                    text += piece
            except OSError:  # the terminal's other end is closed
                pass
            os.close(main)
            process.communicate(timeout=60)
        return text.decode()

    def setUp(self):
        super().setUp()
        role = self.server.client("iam").list_roles()["Roles"][0]["Arn"]
        name = f"colour-{os.getpid()}-{id(self)}"
        self.server.client("s3").create_bucket(Bucket="none")
        self.server.client("sagemaker").create_training_job(
            TrainingJobName=name, RoleArn=role,
            AlgorithmSpecification={"TrainingImage": "sagebrush/host", "TrainingInputMode": "File",
                                    "ContainerEntrypoint": ["false"]},
            OutputDataConfig={"S3OutputPath": "s3://none/"},
            ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
            StoppingCondition={"MaxRuntimeInSeconds": 60})
        self.run_cli("logs", "-f", name)

    def test_a_terminal_gets_them(self):
        self.assertIn("\033[31mFailed\033[0m", self.terminal_output(NO_COLOR=None))

    def test_no_color_is_honoured(self):
        text = self.terminal_output(NO_COLOR="1")
        self.assertIn("Failed", text)
        self.assertNotIn("\033", text)

    def test_a_pipe_gets_none(self):
        self.assertNotIn("\033", self.run_cli("jobs", "list", TERM="xterm")[1])
        self.assertIn("\033[31m", self.run_cli("jobs", "list", CLICOLOR_FORCE="1")[1])


if __name__ == "__main__":
    unittest.main()
