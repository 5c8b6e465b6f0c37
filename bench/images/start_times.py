"""A job in an image: from the agent's start to the first line of its output, with the image's layers unpacked (warm) and not (cold),
beside `podman run` of the same image, in turns.

Usage (root): start_times.py FOLDER_OF_PROGRAMS [RUNS]. Needs tests/agent/fake_server.py.
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


def podman_once(environment, layout, cold):
    if cold:
        subprocess.run(["podman", "rmi", "-f", "-a"], env=environment, capture_output=True, check=False)
    begin = time.monotonic()
    image = subprocess.run(["podman", "pull", "-q", "oci:%s:bench" % layout], env=environment, capture_output=True, text=True,
                           check=True).stdout.strip() if cold else podman_once.image
    podman_once.image = image
    process = subprocess.Popen(["podman", "run", "--rm", image, "train"], env=environment, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    line = process.stdout.readline()
    taken = time.monotonic() - begin
    process.wait()
    assert line == b"ready\n", line
    return taken


def main():
    agent = os.path.abspath(os.path.join(sys.argv[1], "sagebrush-agent"))
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    data = tempfile.mkdtemp(prefix="sagebrush-bench-")
    try:
        tar = os.path.join(data, "layer.tar")
        unpack_rates.make_tar(tar)
        with open(tar, "rb") as file:
            big = file.read()
        train = Layer().programs("sh").add("usr/bin/train", b"#!/bin/sh\necho ready\n").finish()
        image = write_image(os.path.join(data, "blobs"), [big, train], compress=lambda tar: gzip.compress(tar, 1))
        layout = os.path.join(data, "layout")
        write_layout(layout, image)
        environment = podman_environment(data)

        def cold():
            shutil.rmtree(os.path.join(data, "layers"), ignore_errors=True)
            return agent_once(agent, data, image)

        ways = {"agent, cold": cold, "agent, warm": lambda: agent_once(agent, data, image)}
        if shutil.which("podman"):
            ways["podman, cold"] = lambda: podman_once(environment, layout, True)
            ways["podman, warm"] = lambda: podman_once(environment, layout, False)
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
        subprocess.run(["umount", "-q", os.path.join(data, "graph", "overlay")], check=False)
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
