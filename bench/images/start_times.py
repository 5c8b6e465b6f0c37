"""A job in an image: from the agent's start to the first line of its output, with the image's layers unpacked (warm) and not (cold),
beside `podman run` of the same image, in turns.

Usage (root): start_times.py FOLDER_OF_PROGRAMS [RUNS]. Needs tests/agent/fake_server.py.
Nothing is removed before the end, for the reason that unpack_rates.py names.
"""

import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests")
sys.path[:0] = [os.path.join(TESTS, "agent"), os.path.join(TESTS, "images"), os.path.dirname(os.path.abspath(__file__))]
from fake_server import FakeServer  # noqa: E402
from image_maker import Layer, write_image  # noqa: E402
from oci_layout import write_layout  # noqa: E402
import unpack_rates  # noqa: E402


def attempt(data, server, image):
    root = os.path.join(data, "jobs", "b" + uuid.uuid4().hex[:12], "attempt-1", "algo-1")
    os.makedirs(root)
    spec = {"job_id": os.path.basename(os.path.dirname(os.path.dirname(root))), "job_name": "job", "job_arn": "arn", "attempt": 1,
            "host": "algo-1", "hosts": ["algo-1"], "instance_type": "ml.m5.large", "region": "us-east-1", "account": "0",
            "access": {"server_url": server.url, "ca_file": "", "token": "the-token", "access_key_id": "A",
                       "secret_access_key": "s", "session_token": "t"},
            "image": {"kind": "registry", "reference": "mine:1", "entrypoint": [], "arguments": ["train"], "registry": image},
            "limits": {"cpus": 1, "cpu_set": [], "memory_bytes": 256 << 20}, "log_group": "g", "log_stream": "s",
            "output_uri": "s3://o/p", "blob_directory": "", "runtime": "auto", "python": "", "notice": "",
            "stop_grace_seconds": 1, "request": {}}
    with open(os.path.join(root, "spec.json"), "w") as file:
        json.dump(spec, file)
    return root


def agent_once(agent, data, image):
    server = FakeServer()
    root = attempt(data, server, image)
    begin = time.monotonic()
    process = subprocess.Popen([agent, "run", "--folder", root], stderr=subprocess.DEVNULL)
    server.wait(lambda: "ready" in server.lines)
    first = time.monotonic() - begin
    process.wait()
    server.close()
    return first


def podman_environment(folder):
    storage, containers = os.path.join(folder, "storage.conf"), os.path.join(folder, "containers.conf")
    with open(storage, "w") as file:
        file.write('[storage]\ndriver="overlay"\ngraphroot="%s/graph"\nrunroot="%s/run"\n' % (folder, folder))
    with open(containers, "w") as file:
        file.write('[engine]\nruntime="runc"\ncgroup_manager="cgroupfs"\nevents_logger="file"\n'
                   '[containers]\nnetns="none"\ndefault_ulimits=["nofile=4096:4096","nproc=4096:4096"]\n')
    return dict(os.environ, CONTAINERS_STORAGE_CONF=storage, CONTAINERS_CONF=containers)


class Podman:
    def __init__(self, data, layout):
        self.data, self.layout = data, layout
        self.storages = []

    def cold(self):
        """With a storage of its own."""
        self.storages.append(tempfile.mkdtemp(dir=self.data))
        self.environment = podman_environment(self.storages[-1])
        begin = time.monotonic()
        self.image = subprocess.run(["podman", "pull", "-q", "oci:%s:bench" % self.layout], env=self.environment,
                                    capture_output=True, text=True, check=True).stdout.strip()
        pulled = time.monotonic() - begin
        return pulled + self.warm()

    def warm(self):
        begin = time.monotonic()
        process = subprocess.Popen(["podman", "run", "--rm", self.image, "train"], env=self.environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        line = process.stdout.readline()
        taken = time.monotonic() - begin
        process.wait()
        assert line == b"ready\n", line
        return taken

    def close(self):
        for storage in self.storages:
            subprocess.run(["umount", "-q", os.path.join(storage, "graph", "overlay")], check=False)


def main():
    agent = os.path.abspath(os.path.join(sys.argv[1], "sagebrush-agent"))
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    data = tempfile.mkdtemp(prefix="sagebrush-bench-")
    podman = Podman(data, os.path.join(data, "layout"))
    try:
        tar = os.path.join(data, "layer.tar")
        unpack_rates.make_tar(tar)
        with open(tar, "rb") as file:
            big = file.read()
        train = Layer().programs("sh").add("usr/bin/train", b"#!/bin/sh\necho ready\n").finish()
        image = write_image(os.path.join(data, "blobs"), [big, train], compress=lambda tar: gzip.compress(tar, 1))
        write_layout(podman.layout, image)

        def cold():
            if os.path.exists(os.path.join(data, "layers")):
                os.rename(os.path.join(data, "layers"), tempfile.mkdtemp(dir=data))
            return agent_once(agent, data, image)

        ways = {"agent, cold": cold, "agent, warm": lambda: agent_once(agent, data, image)}
        if shutil.which("podman"):
            ways |= {"podman, cold": podman.cold, "podman, warm": podman.warm}
        results = {name: [] for name in ways}
        for _ in range(runs):  # in turns, so that a change of load meets all
            for name, way in ways.items():
                results[name].append(way())
        print("image: %d MB in 2 layers" % ((len(big) + len(train)) >> 20))
        for name, times in results.items():
            median = statistics.median(times)
            ratio = median / statistics.median(results["agent, " + name.split(", ")[1]])
            print("%-14s %8.0f ms (best %.0f)   %.1f of ours" % (name, median * 1000, min(times) * 1000, ratio))
    finally:
        podman.close()
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
