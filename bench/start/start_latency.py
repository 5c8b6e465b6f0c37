"""Start latency side by side in one run: `runc run`, `crun run` and the agent's own way, from the call to the first line of output.

Usage (root): start_latency.py AGENT_PROGRAM [RUNS]. Needs runc, crun and tests/agent/fake_server.py. The bare runtimes start the
same command in the same root file system with the same limits, from a bundle that the agent wrote; the agent starts from nothing:
its report to a server, inputs, root file system, container, the line's way back to the server.
"""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/agent"))
from fake_server import FakeServer  # noqa: E402

HIDE = "umount /sys/fs/cgroup/unified 2>/dev/null; "


def attempt(data, server, runtime, script):
    job = "b" + uuid.uuid4().hex[:12]
    root = os.path.join(data, "jobs", job, "attempt-1", "algo-1")
    os.makedirs(root)
    spec = {"job_id": job, "job_name": "job", "job_arn": "arn", "attempt": 1, "host": "algo-1", "hosts": ["algo-1"],
            "instance_type": "ml.m5.large", "region": "us-east-1", "account": "0",
            "access": {"server_url": server.url, "ca_file": "", "token": "the-token", "access_key_id": "A",
                       "secret_access_key": "s", "session_token": "t"},
            "image": {"kind": "host", "reference": "h", "entrypoint": ["/bin/sh", "-c", script], "arguments": []},
            "limits": {"cpus": 1, "cpu_set": [], "memory_bytes": 256 << 20}, "log_group": "g", "log_stream": "s",
            "output_uri": "s3://o/p", "blob_directory": "", "runtime": runtime, "notice": "",
            "stop_grace_seconds": 1, "request": {}}
    with open(os.path.join(root, "spec.json"), "w") as file:
        json.dump(spec, file)
    return root


def agent_once(agent, data, runtime):
    server = FakeServer()
    root = attempt(data, server, runtime, "echo ready")
    begin = time.monotonic()
    process = subprocess.Popen([agent, "run", "--folder", root], stderr=subprocess.DEVNULL)
    server.wait(lambda: "ready" in server.lines)
    first = time.monotonic() - begin
    process.wait()
    whole = time.monotonic() - begin
    server.close()
    return first * 1000, whole * 1000


def bundle_of(agent, data):
    """A bundle that the agent prepared, taken while its container runs."""
    server = FakeServer()
    root = attempt(data, server, "runc", "echo ready; sleep 1000")
    process = subprocess.Popen([agent, "run", "--folder", root], stderr=subprocess.DEVNULL)
    server.wait(lambda: "ready" in server.lines)
    with open(os.path.join(root, "work/bundle/config.json")) as file:
        config = json.load(file)
    with server.changed:
        server.lost = True
    process.wait()
    server.close()
    config["process"]["args"] = ["/bin/sh", "-c", "echo ready"]
    config["linux"]["cgroupsPath"] = "/sagebrush-bench/bare"
    return config


def make_bundle(config, data):
    """A bundle folder whose rootfs is ready but for the mount of /usr."""
    bundle = tempfile.mkdtemp(dir=data)
    rootfs = os.path.join(bundle, "rootfs")
    for folder in ("usr", "proc", "sys", "dev", "tmp", "upper", "work"):
        os.makedirs(os.path.join(bundle if folder in ("upper", "work") else rootfs, folder))
    for link in ("bin", "sbin", "lib", "lib64"):
        os.symlink("usr/" + link, os.path.join(rootfs, link))
    with open(os.path.join(bundle, "config.json"), "w") as file:
        json.dump(config, file)
    return bundle


def bare_once(runtime, config, data):
    bundle = make_bundle(config, data)
    script = ((HIDE if runtime == "crun" else "") +
              "mount -t overlay overlay -o lowerdir=/usr,upperdir=upper,workdir=work rootfs/usr && exec " +
              "%s run b%s" % (runtime, uuid.uuid4().hex[:8]))
    begin = time.monotonic()
    process = subprocess.Popen(["unshare", "-m", "--propagation", "private", "sh", "-c", script], cwd=bundle,
                               stdout=subprocess.PIPE)
    line = process.stdout.readline()
    first = time.monotonic() - begin
    process.wait()
    assert line == b"ready\n" and process.returncode == 0
    whole = time.monotonic() - begin
    return first * 1000, whole * 1000


def remove_groups():
    for controller in os.listdir("/sys/fs/cgroup"):
        for leaf in ("/bare", ""):
            try:
                os.rmdir("/sys/fs/cgroup/%s/sagebrush-bench%s" % (controller, leaf))
            except OSError:
                pass


def main():
    agent, runs = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 20
    data = tempfile.mkdtemp(prefix="sagebrush-bench-")
    try:
        config = bundle_of(agent, data)
        ways = {"runc run": lambda: bare_once("runc", config, data), "crun run": lambda: bare_once("crun", config, data),
                "agent with runc": lambda: agent_once(agent, data, "runc"),
                "agent with crun": lambda: agent_once(agent, data, "crun")}
        results = {name: [] for name in ways}
        for _ in range(runs):  # in turns, so that a change of load meets all
            for name, way in ways.items():
                results[name].append(way())
        print("%-18s %22s %22s" % ("median (min), ms", "first line", "all done"))
        for name, pairs in results.items():
            first, whole = zip(*pairs)
            print("%-18s %12.1f (%6.1f) %13.1f (%6.1f)" % (name, statistics.median(first), min(first),
                                                         statistics.median(whole), min(whole)))
    finally:
        remove_groups()
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
