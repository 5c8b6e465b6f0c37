"""One attempt of a job under a real agent, against a fake server."""
import io
import json
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
import uuid

from fake_server import FakeServer

AGENT = ""    # the program; set by who runs the tests
RUNTIME = ""  # that it takes; "auto" for what there is
MIB = 1 << 20


def cgroups_of(job):
    found = []
    for base, folders, _ in os.walk("/sys/fs/cgroup"):
        found += [os.path.join(base, f) for f in folders if f == job]
        if base.count("/") > 6:
            folders.clear()
    return found


def processes_with(text):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as file:
                if text.encode() in file.read():
                    found.append(int(pid))
        except OSError:
            pass
    return found


class Job:
    """One attempt's folder and the agents that were started on it."""

    def __init__(self, test, script, disk=None, **changes):
        self.data = tempfile.mkdtemp(prefix="sagebrush-agent-test-", dir=disk)
        self.id = "t" + uuid.uuid4().hex[:12]
        self.root = os.path.join(self.data, "jobs", self.id, "attempt-1", "algo-1")
        os.makedirs(self.root)
        self.server = FakeServer()
        self.agents = []
        self.launcher = []  # words before the agent's own
        test.addCleanup(self.close)
        spec = {
            "job_id": self.id, "job_name": "job", "job_arn": "arn:aws:sagemaker:us-east-1:1:training-job/job",
            "attempt": 1, "host": "algo-1", "hosts": ["algo-1"], "instance_type": "ml.m5.large",
            "region": "us-east-1", "account": "000000000000",
            "access": {"server_url": self.server.url, "ca_file": "", "token": "the-token",
                       "access_key_id": "ASIA", "secret_access_key": "s", "session_token": "t"},
            "image": {"kind": "host", "reference": "host", "entrypoint": ["/bin/sh", "-c", script],
                      "arguments": []},
            "limits": {"cpus": 1, "cpu_set": [], "memory_bytes": 256 * MIB},
            "log_group": "g", "log_stream": "s", "output_uri": "s3://out/p/job/output",
            "blob_directory": "", "runtime": RUNTIME, "python": "", "notice": "", "stop_grace_seconds": 120,
            "request": {"HyperParameters": {"epochs": "3"}}}
        spec.update(changes)
        with open(self.path("spec.json"), "w") as file:
            json.dump(spec, file)

    def path(self, name):
        return os.path.join(self.root, name)

    def start(self):
        agent = subprocess.Popen([*self.launcher, AGENT, "run", "--folder", self.root], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                 start_new_session=True)
        self.agents.append(agent)
        return agent

    def finish(self, agent=None):
        """Waits for the agent's end and gives the one exit record."""
        agent = agent or self.start()
        status = agent.wait(timeout=90)
        assert status == 0, self.log()
        assert self.server.exits, self.log()
        return self.server.exits[-1]

    def kill_agent(self, agent):
        agent.kill()
        agent.wait()

    def shim(self):
        return [p for p in processes_with(self.root) if p not in [a.pid for a in self.agents]]

    def log(self):
        try:
            with open(self.path("agent.log")) as file:
                return file.read()
        except OSError:
            return "no log"

    def model(self):
        with tarfile.open(fileobj=io.BytesIO(self.server.objects["out/p/job/output/model.tar.gz"])) as tar:
            return {m.name: tar.extractfile(m).read() for m in tar if m.isfile()}

    def assert_nothing_left(self, test):
        test.assertFalse(os.path.exists(self.path("work")), self.log())
        test.assertEqual(cgroups_of(self.id), [])
        test.assertEqual(processes_with(self.root), [])
        with open("/proc/mounts") as file:
            test.assertNotIn(self.id, file.read())

    def close(self):
        for agent in self.agents:
            if agent.poll() is None:
                self.kill_agent(agent)
        for pid in processes_with(self.root):
            os.kill(pid, signal.SIGKILL)
        self.server.close()
        shutil.rmtree(self.data, ignore_errors=True)
