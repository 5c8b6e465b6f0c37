"""Real containers under a real agent; the server is fake_server.py. Usage: agent_test.py AGENT_PROGRAM [unittest arguments]"""
import gzip
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import agent_job
from agent_job import MIB, Job

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))

from small_disk import SmallDisk  # noqa: E402


class Ends(unittest.TestCase):
    def test_success_uploads_the_model_and_every_line(self):
        job = Job(self, "echo one; echo two >&2; seq 1 3000; echo weights > /opt/ml/model/w; echo x > /opt/ml/output/data/o",
                  notice="runs on a test machine")
        record = job.finish()
        self.assertEqual(record["outcome"], "Completed", record)
        self.assertEqual(record["exit_code"], 0)
        self.assertEqual(record["artifact"], "s3://out/p/job/output/model.tar.gz")
        self.assertEqual(job.model(), {"w": b"weights\n"})
        self.assertIn("out/p/job/output/output.tar.gz", job.server.objects)
        self.assertEqual(job.server.lines[0], "runs on a test machine")
        self.assertEqual(sorted(job.server.lines[1:]), sorted(["one", "two"] + [str(i) for i in range(1, 3001)]))
        self.assertEqual(job.server.phases(), ["Starting", "Downloading", "Training", "Uploading"])
        self.assertTrue(job.server.reports[0]["runtime"])
        job.assert_nothing_left(self)

    def test_exit_code_and_failure_file_make_the_reason(self):
        job = Job(self, "echo no data > /opt/ml/output/failure; exit 7")
        record = job.finish()
        self.assertEqual((record["outcome"], record["exit_code"]), ("Failed", 7))
        self.assertEqual(record["failure_reason"], "AlgorithmError: no data, exit code: 7")
        self.assertFalse(record["infrastructure"])
        self.assertNotIn("out/p/job/output/model.tar.gz", job.server.objects)
        job.assert_nothing_left(self)

    def test_last_error_lines_make_the_reason_without_a_failure_file(self):
        record = Job(self, "echo bad luck >&2; exit 3").finish()
        self.assertEqual(record["failure_reason"], "AlgorithmError: exit code: 3\nbad luck")

    def test_a_signal_is_named(self):
        record = Job(self, "exec python3 -S -c 'import os; os.abort()'").finish()
        self.assertEqual((record["outcome"], record["exit_code"], record["signal"]), ("Failed", 134, 6))
        self.assertRegex(record["failure_reason"], "killed by SIGABRT, exit code: 134")

    def test_a_program_can_kill_itself_and_that_is_not_the_machines_fault(self):
        record = Job(self, "echo ready; kill -KILL $$; echo alive").finish()
        self.assertEqual((record["outcome"], record["exit_code"], record["signal"]), ("Failed", 137, 9))
        self.assertEqual((record["failure_reason"], record["infrastructure"]), ("AlgorithmError: killed by SIGKILL, exit code: 137", False))

    def test_an_exit_code_is_no_signal(self):
        record = Job(self, "exit 137").finish()
        self.assertEqual((record["exit_code"], record.get("signal")), (137, None))
        self.assertEqual(record["failure_reason"], "AlgorithmError: exit code: 137")

    def test_processes_that_lose_their_parent_are_taken_up(self):
        job = Job(self, "for i in 1 2 3; do (sleep 0.1 & exit 0); done; sleep 0.4; grep -l '^State:.Z' /proc/[0-9]*/status; "
                        "cat /proc/1/comm; echo $PPID")
        self.assertEqual(job.finish()["outcome"], "Completed")
        self.assertEqual(job.server.lines, ["init", "1"])

    def test_a_missing_program_is_told_in_dockers_words(self):
        cases = (("no-such-program", 'exec: "no-such-program": executable file not found in $PATH'),
                 ("/no/such", 'exec: "/no/such": stat /no/such: no such file or directory'),
                 ("/etc/hosts", 'exec: "/etc/hosts": permission denied'))
        for program, words in cases:
            job = Job(self, "", image={"kind": "host", "reference": "h", "entrypoint": [program], "arguments": []})
            record = job.finish()
            self.assertEqual((record["failure_reason"], record["infrastructure"]), ("AlgorithmError: " + words, False))
            job.assert_nothing_left(self)

    def test_a_job_of_the_host_image_that_names_nothing_to_run_is_told_what_to_name(self):
        job = Job(self, "", image={"kind": "host", "reference": "h", "entrypoint": [], "arguments": ["train"]})
        record = job.finish()
        self.assertTrue(record["failure_reason"].startswith('AlgorithmError: exec: "train": executable file not found in $PATH: the host image'))
        self.assertRegex(record["failure_reason"], "sagemaker_program.*ContainerEntrypoint")
        self.assertFalse(record["infrastructure"])

    def test_out_of_memory_is_told(self):
        if agent_job.RUNTIME == "bwrap":
            self.skipTest("bubblewrap sets no limits")
        job = Job(self, "exec python3 -S -c \"x = b'1' * (1 << 30)\"")
        record = job.finish()
        self.assertTrue(record["out_of_memory"], record)
        self.assertIn("OutOfMemory", record["failure_reason"])
        self.assertGreater(record["peak_memory_bytes"], 200 * MIB)

    def test_refused_upload_never_completes(self):
        job = Job(self, "echo 1 > /opt/ml/model/w")
        job.server.refuse_puts = True
        record = job.finish()
        self.assertEqual((record["outcome"], record["artifact"]), ("Failed", ""))
        self.assertIn("Access Denied", record["failure_reason"])

    def test_input_error_is_the_clients(self):
        job = Job(self, "true")
        job.server.input_error = (404, "The specified bucket does not exist")
        record = job.finish()
        self.assertEqual(record["failure_reason"],
                         "ClientError: Data download failed: The specified bucket does not exist")
        job.assert_nothing_left(self)


class Isolation(unittest.TestCase):
    def test_private_files_of_the_machine_are_invisible(self):
        job = Job(self, "ls -A /root /home; ls /etc/shadow /etc/ssl/private /var/lib /work 2>/dev/null; ls -d '%s'; echo; cat /etc/passwd; mount -t tmpfs x /mnt; echo mount $?; echo can > /usr/bin/written && echo wrote" % "/var/lib/dpkg")
        record = job.finish()
        text = "\n".join(job.server.lines)
        self.assertEqual(record["outcome"], "Completed", text)
        self.assertNotIn("shadow", text)
        self.assertNotIn("dpkg\n", text.replace("cannot access '/var/lib/dpkg'", ""))
        self.assertIn("wrote", text)
        self.assertNotIn("mount 0", text)
        self.assertFalse(os.path.exists("/usr/bin/written"))

    def test_links_to_the_machine_are_not_followed(self):
        job = Job(self, "rm -rf /opt/ml/model /opt/ml/output/data; ln -s /etc /opt/ml/model; ln -s /etc /opt/ml/output/data; ln -s /etc/shadow /opt/ml/output/failure")
        record = job.finish()
        self.assertEqual(record["outcome"], "Completed", record)
        self.assertEqual(job.model(), {})
        self.assertNotIn("out/p/job/output/output.tar.gz", job.server.objects)
        job = Job(self, "ln -s /etc/shadow /opt/ml/output/failure; exit 1")
        self.assertEqual(job.finish()["failure_reason"], "AlgorithmError: exit code: 1")

    def test_channels_are_links_that_the_container_cannot_change(self):
        job = Job(self, "cd /opt/ml/input/data/train; cat a/b; echo changed > a/b; chmod 600 c; rm c; echo new > d; cat a/b; zcat e.gz 2>/dev/null; cat /opt/ml/input/config/hyperparameters.json; nproc >/dev/null; echo; cat /opt/ml/input/data/gz/f; touch /opt/ml/input/x && echo writable")
        blobs = os.path.join(job.data, "blobs")
        os.makedirs(blobs)
        files = {"a/b": b"first\n", "c": b"c\n", "f.gz": gzip.compress(b"unpacked\n")}
        listed = []
        for i, (path, content) in enumerate(files.items()):
            blob = os.path.join(blobs, str(i))
            with open(blob, "wb") as file:
                file.write(content)
            listed.append({"path": path, "bucket": "b", "key": "k/" + path, "bytes": len(content), "etag": "", "blob": blob})
        job.server.inputs["channels"] = [
            {"name": "train", "compression": "None", "files": listed[:2], "augmented_manifest": ""},
            {"name": "gz", "compression": "Gzip", "files": listed[2:], "augmented_manifest": ""}]
        record = job.finish()
        self.assertEqual(record["outcome"], "Completed", job.server.lines)
        self.assertEqual(job.server.lines, ["first", "changed", '{"epochs":"3"}', "unpacked", "writable"])
        for i, content in enumerate(files.values()):
            with open(os.path.join(blobs, str(i)), "rb") as file:
                self.assertEqual(file.read(), content)
        job.assert_nothing_left(self)

    def test_hostile_names_are_refused(self):
        for path in ("../x", "/etc/x", "a/../b"):
            job = Job(self, "true")
            job.server.inputs["channels"] = [{"name": "train", "compression": "None", "augmented_manifest": "",
                                              "files": [{"path": path, "bucket": "b", "key": path, "bytes": 1, "etag": "", "blob": ""}]}]
            self.assertIn("ClientError: Data download failed", job.finish()["failure_reason"])


class Stops(unittest.TestCase):
    def stop(self, job, kill_after_ms):
        job.server.wait(lambda: "ready" in job.server.lines)
        with job.server.changed:
            job.server.answer = {"stop": "Requested", "kill_at_ms": int(time.time() * 1000) + kill_after_ms}

    def test_a_handler_sees_sigterm_and_its_model_is_kept(self):
        job = Job(self, "trap 'echo saved > /opt/ml/model/w; echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done")
        agent = job.start()
        self.stop(job, 60000)
        record = job.finish(agent)
        self.assertEqual((record["outcome"], record["stop"]), ("Stopped", "Requested"))
        self.assertEqual(job.model(), {"w": b"saved\n"})
        self.assertEqual(job.server.lines, ["ready", "bye"])
        job.assert_nothing_left(self)

    def test_without_a_handler_it_ends_at_once(self):
        job = Job(self, "echo ready; exec sleep 1000")
        agent = job.start()
        self.stop(job, 60000)
        record = job.finish(agent)
        self.assertEqual((record["outcome"], record["exit_code"], record["signal"]), ("Stopped", 143, 15))

    def test_what_a_shell_runs_sees_sigterm_too_when_the_shell_dies_of_it(self):
        job = Job(self, "sh -c 'trap \"sleep 0.3; echo saved > /opt/ml/model/w; echo bye; exit 0\" TERM; echo ready; "
                        "while :; do sleep 0.05; done'; echo never")
        agent = job.start()
        self.stop(job, 60000)
        record = job.finish(agent)
        self.assertEqual((record["outcome"], record["signal"]), ("Stopped", 15))
        self.assertEqual([line for line in job.server.lines if line != "Terminated"], ["ready", "bye"])
        self.assertEqual(job.model(), {"w": b"saved\n"})
        job.assert_nothing_left(self)

    def test_what_ignores_sigterm_is_killed_at_its_time(self):
        job = Job(self, "trap '' TERM; echo ready; exec sleep 1000")
        agent = job.start()
        self.stop(job, 1500)
        record = job.finish(agent)
        self.assertEqual((record["outcome"], record["signal"]), ("Stopped", 9))
        self.assertNotIn("out/p/job/output/model.tar.gz", job.server.objects)

    def test_inputs_that_take_long_do_not_hold_up_a_stop(self):
        job = Job(self, "true")
        job.server.get_seconds = 0.2
        files = [{"path": str(i), "bucket": "b", "key": str(i), "bytes": 1, "etag": "", "blob": ""} for i in range(500)]
        job.server.objects.update({"b/" + file["key"]: b"x" for file in files})
        job.server.inputs["channels"] = [{"name": "train", "compression": "None", "augmented_manifest": "", "files": files}]
        agent = job.start()
        job.server.wait(lambda: "Downloading" in job.server.phases())
        with job.server.changed:
            job.server.answer = {"stop": "Requested", "kill_at_ms": int(time.time() * 1000) + 60000}
        started = time.monotonic()
        record = job.finish(agent)
        self.assertEqual((record["outcome"], record["stop"], job.server.lines), ("Stopped", "Requested", []))
        self.assertLess(time.monotonic() - started, 30)
        job.assert_nothing_left(self)

    def test_a_lost_lease_kills_and_uploads_nothing(self):
        job = Job(self, "echo 1 > /opt/ml/model/w; echo ready; exec sleep 1000")
        agent = job.start()
        job.server.wait(lambda: "ready" in job.server.lines)
        with job.server.changed:
            job.server.lost = True
        self.assertEqual(agent.wait(timeout=60), 0)
        self.assertEqual((job.server.exits, job.server.objects), ([], {}))
        job.assert_nothing_left(self)


class FullDisk(unittest.TestCase):
    FILL = "head -c 100000000 /dev/zero >> /opt/ml/output/fill 2> /dev/null; "

    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("mounts a small file system, which takes root")
        self.disk = self.enterContext(SmallDisk(48)).data

    def stop(self, script):
        """The record of a job that is stopped on a full disk, and the job."""
        job = Job(self, script, disk=self.disk)
        agent = job.start()
        job.server.wait(lambda: "ready" in job.server.lines)
        job.server.wait(lambda: os.statvfs(self.disk).f_bavail == 0)
        with job.server.changed:
            job.server.answer = {"stop": "Requested", "kill_at_ms": int(time.time() * 1000) + 60000}
        return job.finish(agent), job

    def test_a_stop_leaves_a_container_its_grace(self):
        record, job = self.stop("trap 'rm /opt/ml/output/fill; echo saved > /opt/ml/model/w; exit 0' TERM; " + self.FILL +
                                "echo ready; sleep 0.5; while :; do " + self.FILL + "sleep 0.05; done")
        self.assertEqual((record["outcome"], record["stop"]), ("Stopped", "Requested"), record)
        self.assertEqual(job.model(), {"w": b"saved\n"})

    def test_the_model_of_a_stopped_job_is_kept(self):
        record, job = self.stop("head -c 16000000 /dev/zero > /usr/bin/large; echo w > /opt/ml/model/w; " + self.FILL +
                                "echo ready; sleep 0.5; while :; do " + self.FILL + "sleep 0.05; done")
        self.assertEqual((record["outcome"], record["exit_code"]), ("Stopped", 143), record)
        self.assertEqual(job.model(), {"w": b"w\n"})


class Local(unittest.TestCase):
    SCRIPT = """import signal, sys, time
def save(*_):
    open("/opt/ml/model/saved", "w").close()
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
print("ready", flush=True)
end = time.monotonic() + float(sys.argv[-1])
while time.monotonic() < end:
    time.sleep(0.05)
"""

    def start(self, folder, seconds, **options):
        for name, text in (("train.py", self.SCRIPT), ("run.json", json.dumps({
                "request": {"TrainingJobName": "here", "HyperParameters": {
                    "sagemaker_program": '"train.py"', "seconds": str(seconds)}},
                "source": folder + "/train.py", "inputs": {}, "output": folder + "/out", "python": "", "known_runtime": ""}))):
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        run = subprocess.Popen([agent_job.AGENT, "local", folder + "/run.json"], stdout=subprocess.PIPE, text=True, start_new_session=True, **options)
        self.addCleanup(run.wait)
        self.addCleanup(run.kill)
        self.addCleanup(run.stdout.close)
        self.assertEqual(run.stdout.readline(), "ready\n")
        for _ in range(2):  # the kernel's and the shell's
            os.killpg(run.pid, signal.SIGHUP)
        return run

    def test_a_closed_terminal_ends_it_as_a_stop_does(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.start(folder, 100).wait(timeout=30), 0)
            self.assertTrue(os.path.exists(folder + "/out/model/saved"))

    def test_under_nohup_it_goes_on(self):
        with tempfile.TemporaryDirectory() as folder:
            run = self.start(folder, 1, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
            self.assertEqual(run.wait(timeout=30), 0)
            self.assertFalse(os.path.exists(folder + "/out/model/saved"))


class Init(unittest.TestCase):
    def test_says_when_no_signal_can_be_lost_any_more(self):
        read, write = os.pipe()
        init = subprocess.Popen([os.path.join(os.path.dirname(agent_job.AGENT), "sagebrush-init"), str(write), "sleep", "100"], pass_fds=[write])
        os.close(write)
        with os.fdopen(read) as told:
            self.assertEqual(os.read(told.fileno(), 1), b"!")
            with open("/proc/%d/status" % init.pid) as status:
                blocked = int(dict(line.split(":", 1) for line in status)["SigBlk"], 16)
            self.assertTrue(blocked >> (signal.SIGTERM - 1) & 1)
            init.terminate()
            self.assertEqual(told.read(), "signal 15")
        self.assertEqual(init.wait(), 143)


class Restarts(unittest.TestCase):
    SCRIPT = "for i in $(seq 1 40); do echo $i; sleep 0.05; done; echo w > /opt/ml/model/w"
    LINES = [str(i) for i in range(1, 41)]

    def assert_same_end(self, job, agent=None):
        record = job.finish(agent)
        self.assertEqual(record["outcome"], "Completed", (record, job.log()))
        self.assertEqual(job.server.lines, self.LINES)
        self.assertEqual(job.model(), {"w": b"w\n"})
        job.assert_nothing_left(self)

    def test_killed_while_it_trains_an_agent_takes_over(self):
        job = Job(self, self.SCRIPT)
        agent = job.start()
        for seen in (3, 12, 25):
            job.server.wait(lambda: len(job.server.lines) >= seen)
            job.kill_agent(agent)
            agent = job.start()
        self.assert_same_end(job, agent)

    def test_killed_in_each_phase_the_end_is_the_same(self):
        for phase in ("Starting", "Downloading", "Training", "Uploading"):
            with self.subTest(phase):
                job = Job(self, self.SCRIPT)
                agent = job.start()
                job.server.wait(lambda: phase in job.server.phases())
                job.kill_agent(agent)
                self.assert_same_end(job)

    def test_killed_with_its_exit_record_written_it_only_delivers(self):
        job = Job(self, self.SCRIPT)
        agent = job.start()
        job.server.wait(lambda: "Uploading" in job.server.phases() or len(job.server.lines) == 40)
        with job.server.changed:
            job.server.away = True
        time_limit = time.monotonic() + 30
        while not os.path.exists(job.path("container-exit.json")) and time.monotonic() < time_limit:
            time.sleep(0.01)
        job.kill_agent(agent)
        with job.server.changed:
            job.server.away = False
        self.assert_same_end(job)

    def test_a_server_that_is_away_delays_and_loses_nothing(self):
        job = Job(self, self.SCRIPT)
        agent = job.start()
        job.server.wait(lambda: len(job.server.lines) >= 5)
        with job.server.changed:
            job.server.away = True
        time_limit = time.monotonic() + 30
        while not os.path.exists(job.path("container-exit.json")):
            self.assertLess(time.monotonic(), time_limit)
            time.sleep(0.02)
        with job.server.changed:
            job.server.away = False
        self.assert_same_end(job, agent)

    def test_a_killed_shim_is_the_machines_fault(self):
        job = Job(self, "echo ready; while :; do echo x; sleep 0.05; done")
        agent = job.start()
        job.server.wait(lambda: "ready" in job.server.lines)
        os.kill(job.shim()[0], signal.SIGKILL)
        record = job.finish(agent)
        self.assertEqual(record["outcome"], "Failed")
        self.assertTrue(record["infrastructure"])
        job.assert_nothing_left(self)


class Checkpoints(unittest.TestCase):
    def test_are_restored_and_kept_in_step(self):
        job = Job(self, "cat /opt/ml/checkpoints/old; rm /opt/ml/checkpoints/old; mkdir /opt/ml/checkpoints/s; echo n > /opt/ml/checkpoints/s/new",
                  request={"CheckpointConfig": {"S3Uri": "s3://ck/pre"}})
        job.server.objects["ck/pre/old"] = b"epoch 3\n"
        job.server.inputs["checkpoints"] = [{"path": "old", "bucket": "ck", "key": "pre/old", "bytes": 8, "etag": "", "blob": ""}]
        record = job.finish()
        self.assertEqual(record["outcome"], "Completed", (record, job.server.lines))
        self.assertEqual(job.server.lines, ["epoch 3"])
        kept = {k: v for k, v in job.server.objects.items() if k.startswith("ck/")}
        self.assertEqual(kept, {"ck/pre/s/new": b"n\n"})

    def test_what_goes_while_no_agent_looks_goes_from_the_store_too(self):
        job = Job(self, "echo ready; while [ ! -e /opt/ml/go ]; do sleep 0.02; done; rm /opt/ml/checkpoints/old",
                  request={"CheckpointConfig": {"S3Uri": "s3://ck/pre"}})
        job.server.objects["ck/pre/old"] = b"x"
        job.server.inputs["checkpoints"] = [{"path": "old", "bucket": "ck", "key": "pre/old", "bytes": 1, "etag": "", "blob": ""}]
        agent = job.start()
        job.server.wait(lambda: "ready" in job.server.lines)
        job.kill_agent(agent)
        with open(job.path("work/ml/go"), "w"):
            pass
        while os.path.exists(job.path("work/ml/checkpoints/old")):
            time.sleep(0.01)
        self.assertEqual(job.finish()["outcome"], "Completed")
        self.assertNotIn("ck/pre/old", job.server.objects)

    def test_one_that_cannot_be_stored_holds_up_neither_the_others_nor_the_model(self):
        job = Job(self, "cd /opt/ml/checkpoints; echo 1 > a-bad; echo 2 > b; echo w > /opt/ml/model/w",
                  request={"CheckpointConfig": {"S3Uri": "s3://ck/pre"}})
        job.server.refuse_puts = "a-bad"
        record = job.finish()
        self.assertEqual((record["outcome"], record["infrastructure"]), ("Failed", False))
        self.assertEqual(record["failure_reason"], "ClientError: Checkpoints not stored: PUT s3://ck/pre/a-bad: Access Denied")
        self.assertEqual(record["artifact"], "s3://out/p/job/output/model.tar.gz")
        self.assertEqual(job.model(), {"w": b"w\n"})
        self.assertEqual(job.server.objects["ck/pre/b"], b"2\n")


if __name__ == "__main__":
    agent_job.AGENT = os.path.abspath(sys.argv.pop(1))
    agent_job.RUNTIME = os.environ.get("SAGEBRUSH_TEST_RUNTIME", "auto")
    if os.geteuid() != 0 and agent_job.RUNTIME != "bwrap":
        print("skipped: containers with limits need root")
        sys.exit(77)
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    unittest.main()
