"""Input modes and file systems: what a container finds in /opt/ml/input/data."""

import gzip
import json
import os
import pathlib
import signal
import struct
import sys
import tempfile
import unittest

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/support")
sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/jobs")
from api import ApiError, create, describe, finish, log_lines, s3_channel, wait_for  # noqa: E402
from host_folders import host_folders  # noqa: E402
from leftovers import job_ids, wait_until_clean  # noqa: E402
from server import Server  # noqa: E402

CONFIG = """cpus: 8
memory_mib: 65536
stop_grace_seconds: 3
file_systems:
  fs-01234567: {folder}
  fs-0lustre00: {{path: {folder}, mount_name: fsx}}
"""


def pipe(name, uri, more=None, **members):
    return s3_channel(name, uri, more, InputMode="Pipe", **members)


def folder(name, path, mode="ro", id="fs-01234567", kind="EFS", **members):
    return {"ChannelName": name, "DataSource": {"FileSystemDataSource": {
        "FileSystemId": id, "FileSystemType": kind, "FileSystemAccessMode": mode, "DirectoryPath": path}}, **members}


def frame(data):
    return struct.pack("<II", 0xced7230a, len(data)) + data + b"\0" * (-len(data) % 4)


# Reads epochs 0 … N-1 of a channel, each into a file of the model.
READ = "for e in $(seq 0 {last}); do cat /opt/ml/input/data/{channel}_$e > /opt/ml/model/$e; done; "


class Inputs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sagebrush-fs-")))
        (cls.folder / "train/sub").mkdir(parents=True)
        (cls.folder / "train/sub/a.txt").write_text("of the file system\n")
        (cls.folder / "train/link").symlink_to("/etc")
        cls.server = cls.enterClassContext(Server(CONFIG.format(folder=cls.folder)))
        cls.s3 = cls.server.client("s3")
        cls.s3.create_bucket(Bucket="jobs")
        cls.parts = {f"p/{i}": bytes([65 + i]) * (i + 1) for i in range(10)}
        for key, body in cls.parts.items():
            cls.s3.put_object(Bucket="jobs", Key=key, Body=body)

    def run_job(self, name, script, *channels, **changes):
        create(self.server, name, script, InputDataConfig=list(channels), **changes)
        return finish(self.server, name)

    def model(self, job, names):
        """What the job left: the files named, without compression."""
        found = {}
        for name in names:
            key = f"out/{job}/output/model/{name}"
            found[name] = self.s3.get_object(Bucket="jobs", Key=key)["Body"].read()
        return found

    def epochs(self, name, channel, count=1, **changes):
        """Reads so many epochs of the channel; answers the bytes of each."""
        script = READ.format(last=count - 1, channel=channel["ChannelName"])
        job = self.run_job(name, script, channel,
                           OutputDataConfig={"S3OutputPath": "s3://jobs/out", "CompressionType": "NONE"}, **changes)
        self.assertEqual(job["TrainingJobStatus"], "Completed", job.get("FailureReason"))
        found = self.model(name, [str(e) for e in range(count)])
        return [found[str(e)] for e in range(count)]

    def test_a_pipe_has_all_objects_in_order_each_epoch(self):
        self.assertEqual(self.epochs("pipe", pipe("train", "s3://jobs/p/"), 3), [b"".join(self.parts.values())] * 3)
        wait_until_clean(self.server.data, job_ids(self.server.data))

    def test_record_io_frames_each_object(self):
        (got,) = self.epochs("record-io", pipe("train", "s3://jobs/p/", RecordWrapperType="RecordIO"))
        self.assertEqual(got, b"".join(frame(body) for body in self.parts.values()))

    def test_shuffle_is_another_order_each_epoch_and_the_same_again(self):
        channel = pipe("train", "s3://jobs/p/", RecordWrapperType="RecordIO", ShuffleConfig={"Seed": 5})
        first = self.epochs("shuffled", channel, 2)
        self.assertNotEqual(first[0], first[1])
        frames = sorted(frame(body) for body in self.parts.values())
        for epoch in first:
            self.assertEqual(len(epoch), sum(map(len, frames)))
            self.assertTrue(all(one in epoch for one in frames))
        self.assertEqual(self.epochs("shuffled-again", channel, 2), first)

    def test_gzip_is_unpacked_on_the_way(self):
        for name in ("a", "b"):
            self.s3.put_object(Bucket="jobs", Key=f"z/{name}.gz", Body=gzip.compress(name.encode() * 5))
        self.assertEqual(self.epochs("gzip", pipe("train", "s3://jobs/z/", CompressionType="Gzip")), [b"aaaaabbbbb"])
        self.assertEqual(self.epochs("gzip-framed", pipe("train", "s3://jobs/z/", CompressionType="Gzip",
                                                         RecordWrapperType="RecordIO")),
                         [frame(b"aaaaa") + frame(b"bbbbb")])

    def test_augmented_manifest_delivers_the_attributes_asked_for(self):
        lines = [{"source-ref": "s3://jobs/p/3", "label": 1, "unused": 0}, {"source-ref": "s3://jobs/p/1", "label": "x"},
                 {"source-ref": "s3://jobs/p/3", "label": [2]}]
        self.s3.put_object(Bucket="jobs", Key="augmented", Body="\n".join(map(json.dumps, lines)))
        (got,) = self.epochs("augmented", pipe("train", "s3://jobs/augmented", {
            "S3DataType": "AugmentedManifestFile", "AttributeNames": ["source-ref", "label"]}, RecordWrapperType="RecordIO"))
        self.assertEqual(got, b"".join(map(frame, [b"DDDD", b"1", b"BB", b"x", b"DDDD", b"[2]"])))

    def test_a_reader_may_close_early_and_skip_an_epoch(self):
        self.s3.put_object(Bucket="jobs", Key="large/x", Body=b"x" * 5_000_000)
        script = ("head -c 3 /opt/ml/input/data/train_0; echo; wc -c < /opt/ml/input/data/train_1; "
                  "while [ ! -p /opt/ml/input/data/train_3 ]; do sleep 0.01; done; wc -c < /opt/ml/input/data/train_3; "
                  "ls /opt/ml/input/data")
        job = self.run_job("early", script, pipe("train", "s3://jobs/large/"))
        self.assertEqual(job["TrainingJobStatus"], "Completed", job.get("FailureReason"))
        lines = log_lines(self.server, "early")
        self.assertEqual(lines[:3], ["xxx", "5000000", "5000000"])
        self.assertIn("train_2", lines[3:])  # skipped, and still to be had
        self.assertNotIn("train_1", lines[3:])

    def test_the_next_pipes_are_there_for_all_when_an_epoch_begins(self):
        script = ("for e in 0 1 2 3 4 5 6 7; do { head -c 1 >&2; stat -c %a /opt/ml/input/data/train_$((e + 2)); cat >&2; } "
                  "< /opt/ml/input/data/train_$e 2> /dev/null; done")
        job = self.run_job("ahead", script, pipe("train", "s3://jobs/p/"))
        self.assertEqual(job["TrainingJobStatus"], "Completed", job.get("FailureReason"))
        self.assertEqual(log_lines(self.server, "ahead"), ["666"] * 8)

    def test_a_pipe_that_nobody_opens_does_not_hold_the_job(self):
        self.assertEqual(self.run_job("unread", "true", pipe("train", "s3://jobs/p/"))["TrainingJobStatus"], "Completed")
        wait_until_clean(self.server.data, job_ids(self.server.data))

    def test_data_that_breaks_on_the_way_ends_the_job_with_the_reason(self):
        self.s3.put_object(Bucket="jobs", Key="broken/x.gz", Body=gzip.compress(os.urandom(100_000))[:-9])
        job = self.run_job("broken", "cat /opt/ml/input/data/train_0 > /dev/null; echo its end was seen",
                           pipe("train", "s3://jobs/broken/", CompressionType="Gzip"))
        self.assertEqual(job["TrainingJobStatus"], "Failed", job)
        self.assertEqual(job["FailureReason"],
                         "ClientError: Data for channel train, epoch 0: s3://jobs/broken/x.gz is cut short")
        self.assertEqual(log_lines(self.server, "broken"), [])

    def test_no_link_leads_the_feeder_out(self):
        target = self.folder / "victim"
        target.write_text("untouched")
        script = ("rm /opt/ml/input/data/train_1; ln -s /etc/passwd /opt/ml/input/data/train_2; "
                  "wc -c < /opt/ml/input/data/train_0; sleep 60")
        job = self.run_job("links", script, pipe("train", "s3://jobs/p/"))
        self.assertEqual(job["TrainingJobStatus"], "Failed", job)
        self.assertIn("put something else in place of the pipe", job["FailureReason"])

    def test_feeding_goes_on_when_the_agent_is_killed(self):
        self.s3.put_object(Bucket="jobs", Key="slow/x", Body=b"y" * 8_000_000)
        script = ("exec 3< /opt/ml/input/data/train_0; head -c 1 <&3; echo; while [ ! -e /opt/ml/go ]; do sleep 0.02; done; "
                  "cat <&3 | wc -c; wc -c < /opt/ml/input/data/train_1")
        create(self.server, "orphan", script, InputDataConfig=[pipe("train", "s3://jobs/slow/")])
        root = self.running("orphan")
        os.kill(int((root / "agent.lock").read_text()), signal.SIGKILL)
        (root / "work/ml/go").touch()
        self.assertEqual(finish(self.server, "orphan")["TrainingJobStatus"], "Completed")
        lines = log_lines(self.server, "orphan")
        self.assertEqual(lines[1:], ["7999999", "8000000"] if lines[0] == "y" else lines)

    def test_a_feeder_that_is_killed_fails_the_attempt(self):
        create(self.server, "unfed", "cat /opt/ml/input/data/train_0 > /dev/null; sleep 60",
               InputDataConfig=[pipe("train", "s3://jobs/p/")])
        root = self.running("unfed")
        os.kill(int((root / "feed.lock").read_text()), signal.SIGKILL)
        job = finish(self.server, "unfed")
        self.assertEqual(job["FailureReason"], "InternalServerError: the process that feeds the pipe channels was killed")

    def running(self, name):
        """The attempt folder of the one job that runs under that name, once its container does."""
        def container_runs(_):
            return any((root / "work/container.json").exists() for root in roots())

        def roots():
            return host_folders(self.server.data, name)
        wait_for(self.server, name, container_runs)
        return roots()[0]

    def test_fast_file_is_the_same_files_without_a_copy(self):
        job = self.run_job("fast", "stat -c %h /opt/ml/input/data/train/9; cat /opt/ml/input/data/train/9; "
                           "cat /opt/ml/input/config/inputdataconfig.json", s3_channel("train", "s3://jobs/p/", InputMode="FastFile"))
        self.assertEqual(job["TrainingJobStatus"], "Completed", job.get("FailureReason"))
        lines = "".join(log_lines(self.server, "fast"))
        self.assertTrue(lines.startswith("2JJJJJJJJJJ"), lines)  # two links: the store's and the job's
        self.assertIn('"TrainingInputMode":"FastFile"', lines)

    def test_file_system_folders_are_mounted_as_asked(self):
        script = ("cat /opt/ml/input/data/train/sub/a.txt; touch /opt/ml/input/data/train/x 2>/dev/null || echo read-only; "
                  "echo new > /opt/ml/input/data/work/new.txt")
        (self.folder / "work").mkdir(exist_ok=True)
        job = self.run_job("folders", script, folder("train", "/train"),
                           folder("work", "/fsx/work", "rw", "fs-0lustre00", "FSxLustre"))
        self.assertEqual(job["TrainingJobStatus"], "Completed", job.get("FailureReason"))
        self.assertEqual(log_lines(self.server, "folders"), ["of the file system", "read-only"])
        self.assertEqual((self.folder / "work/new.txt").read_text(), "new\n")
        wait_until_clean(self.server.data, job_ids(self.server.data))
        self.assertTrue((self.folder / "train/sub/a.txt").exists())

    def test_file_systems_do_not_lead_out(self):
        for name, path in (("no-such-folder", "/none"), ("through-a-link", "/train/link")):
            job = self.run_job(name, "true", folder("train", path))
            self.assertEqual(job["FailureReason"], "ClientError: Unable to mount file system: fs-01234567, directory path: "
                             + path + ". Incorrect mount path: no such folder is there.")

    def test_what_cannot_be_is_refused_at_create(self):
        cases = [
            (folder("a", "/x", id="fs-99999999"), "FileSystemId 'fs-99999999' of channel 'a' is not a file system of this server"),
            (folder("a", "/x/../.."), "must not have a '..' in it"),
            (folder("a", "/x", id="fs-0lustre00", kind="FSxLustre"), "must begin with the file system's mount name, '/fsx'"),
            (folder("a", "/x", InputMode="Pipe"), "needs InputMode File, not Pipe"),
            (s3_channel("a", "s3://jobs/p/", RecordWrapperType="RecordIO"), "is for Pipe mode only"),
            (pipe("a", "s3://jobs/p/", {"S3DataType": "AugmentedManifestFile"}), "AttributeNames must say"),
            ({"ChannelName": "a", "DataSource": {}}, "must have an S3DataSource or a FileSystemDataSource"),
            ({"ChannelName": "a", "DataSource": {**s3_channel("a", "s3://jobs/p/")["DataSource"], **folder("a", "/x")["DataSource"]}},
             "not both"),
        ]
        for number, (channel, words) in enumerate(cases):
            with self.subTest(words), self.assertRaises(ApiError) as caught:
                create(self.server, f"refused-{number}", "true", InputDataConfig=[channel])
            self.assertEqual(caught.exception.code, "ValidationException")
            self.assertIn(words, str(caught.exception))
        with self.assertRaises(ApiError) as caught:
            create(self.server, "pipe-names", "true", InputDataConfig=[pipe("a", "s3://jobs/p/"), s3_channel("a_1", "s3://jobs/p/")])
        self.assertIn("that of a pipe of channel 'a'", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
