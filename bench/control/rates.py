#!/usr/bin/env python3
"""Rates of the control plane beside nginx's `return 200` in the same run: Describe, durable Create, ten thousand jobs listed.

    bench/control/rates.py [--seconds 5] [--clients 16] [--jobs 10000]

Needs wrk and nginx. Every request is signed beforehand and verified by the server. SAGEBRUSH_BINARY names the server.
"""

import argparse
import json
import os
import pathlib
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

BENCH = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(BENCH / "support"), str(BENCH.parent / "tests" / "support")]

import api  # noqa: E402
from connection import Connection, signed_headers  # noqa: E402
from server import Server  # noqa: E402

# The first process of a container gets no signal that it does not handle.
HOLD = "trap 'exit 0' TERM; sleep 600 & wait"

# Sends the file's requests (a target, a date, an authorization and a body a line), from the first again after the last.
SCRIPT = """
local requests = {}
for line in io.lines(os.getenv("BENCH_REQUESTS")) do
  local target, date, authorization, body = line:match("^([^\\t]*)\\t([^\\t]*)\\t([^\\t]*)\\t(.*)$")
  requests[#requests + 1] = wrk.format("POST", "/", {["Content-Type"] = "application/x-amz-json-1.1", ["X-Amz-Target"] = target,
    ["X-Amz-Date"] = date, ["Authorization"] = authorization, ["Host"] = os.getenv("BENCH_HOST")}, body)
end
local at = 0
request = function()
  at = at % #requests + 1
  return requests[at]
end
done = function(summary, latency)
  io.write(string.format("p50 %d p99 %d\\n", latency:percentile(50), latency:percentile(99)))
end
"""


def line_of(server, target, request):
    body = json.dumps(request).encode()
    headers = signed_headers(server, target, body)
    return "\t".join([target, headers["X-Amz-Date"], headers["Authorization"], body.decode()])


def wrk(url, clients, seconds, lines=None):
    """Requests a second, and the median and 99th percentile of the time of one in ms; raises when any was refused."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--latency"]
        if lines:
            script, requests = pathlib.Path(folder, "bench.lua"), pathlib.Path(folder, "requests")
            script.write_text(SCRIPT)
            requests.write_text("\n".join(lines) + "\n")
            command += ["-s", str(script)]
            os.environ.update(BENCH_REQUESTS=str(requests), BENCH_HOST=url.removeprefix("http://"))
        done = subprocess.run(command + [url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in done:
        raise RuntimeError(done)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done).group(1))
    found = re.search(r"p50 (\d+) p99 (\d+)", done)
    return (rate, *(int(n) / 1000 for n in found.groups())) if found else (rate, None, None)


def in_parallel(server, target, requests, clients):
    """Sends each request once over that many connections; the rate. wrk would begin again at the first one."""
    share = [requests[i::clients] for i in range(clients)]
    children, begin = [], time.monotonic()
    for part in share:
        child = os.fork()
        if child == 0:
            connection = Connection(server)
            for request in part:
                connection.call(target, request)
            os._exit(0)
        children.append(child)
    failed = [child for child in children if os.waitpid(child, 0)[1] != 0]
    if failed:
        raise RuntimeError(f"{target}: {len(failed)} clients failed")
    return len(requests) / (time.monotonic() - begin)


class Nginx:
    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        f = self.folder.name
        pathlib.Path(f, "nginx.conf").write_text(
            f"daemon off; worker_processes 1; pid {f}/nginx.pid; error_log {f}/error.log; events {{ worker_connections 1024; }}"
            f"http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {f}/b; proxy_temp_path {f}/p;"
            f"fastcgi_temp_path {f}/f; uwsgi_temp_path {f}/u; scgi_temp_path {f}/s;"
            f"server {{ listen 127.0.0.1:{port}; location / {{ return 200 'hello'; }} }} }}")
        self.process = subprocess.Popen(["nginx", "-c", f"{f}/nginx.conf"], stderr=subprocess.DEVNULL)
        while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
            if self.process.poll() is not None:
                raise RuntimeError("nginx did not start")
        return f"http://127.0.0.1:{port}/"

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def multiply(server, jobs):
    """Copies the finished job `one` in the database of the stopped server until there are that many."""
    with sqlite3.connect(server.data / "sagebrush.db") as database:
        row = database.execute("SELECT kind, status, created_ms, modified_ms, version, document FROM jobs WHERE name = 'one'").fetchone()
        for i in range(jobs - 1):
            document, identity, name = json.loads(row[5]), str(uuid.UUID(int=i)), f"copy-{i:05}"
            document.update(id=identity, name=name, arn=document["arn"].replace("/one", "/" + name), created_ms=row[2] + i)
            database.execute("INSERT INTO jobs (id, kind, name, status, created_ms, modified_ms, version, document) VALUES "
                             "(?, ?, ?, ?, ?, ?, ?, ?)", (identity, row[0], name, row[1], row[2] + i, *row[3:5], json.dumps(document)))
    database.close()


def list_all(server):
    """Time in ms in which all jobs come over one connection, in pages of 100, and how many came."""
    connection, token, count, begin = Connection(server), None, 0, time.monotonic()
    while True:
        page = connection.call("SageMaker.ListTrainingJobs", {"MaxResults": 100} | ({"NextToken": token} if token else {}))
        count += len(page["TrainingJobSummaries"])
        token = page.get("NextToken")
        if not token:
            return (time.monotonic() - begin) * 1000, count


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=5)
    arguments.add_argument("--clients", type=int, default=16)
    arguments.add_argument("--jobs", type=int, default=10000)
    arguments.add_argument("--creates", type=int, default=2000)
    options = arguments.parse_args()
    with Server() as server, Nginx() as nginx:
        server.client("s3").create_bucket(Bucket="jobs")
        api.create(server, "one", "true")
        api.finish(server, "one")
        floor = wrk(nginx, options.clients, options.seconds)[0]
        print(f"nginx return 200            {floor:10,.0f} /s")
        line = line_of(server, "SageMaker.DescribeTrainingJob", {"TrainingJobName": "one"})
        rate, p50, p99 = wrk(server.url, options.clients, options.seconds, [line])
        print(f"Describe, {options.clients} clients       {rate:10,.0f} /s  {rate / floor:.3f} of nginx, p50 {p50:.2f} ms, p99 {p99:.2f} ms")
        rate, p50, p99 = wrk(server.url, 1, options.seconds, [line])
        print(f"Describe, one client        {rate:10,.0f} /s  p50 {p50:.2f} ms, p99 {p99:.2f} ms")

        server.stop()
        multiply(server, options.jobs)
        server.start()
        times = [list_all(server) for _ in range(5)]
        print(f"List {times[0][1]:,} jobs, pages of 100, Python client: {statistics.median(t for t, _ in times):.0f} ms")
        first = line_of(server, "SageMaker.ListTrainingJobs", {"MaxResults": 100})
        rate, _, _ = wrk(server.url, 1, options.seconds, [first])
        print(f"List, one page of 100: {1000 / rate:.2f} ms; as many pages as hold all: {options.jobs / 100 * 1000 / rate:.0f} ms")

        # One job holds the machine, so that those that are counted wait and nothing else runs.
        whole = api.job_request(server, "holder", HOLD)["ResourceConfig"] | {"InstanceType": "ml.m5.24xlarge"}
        api.create(server, "holder", HOLD, ResourceConfig=whole)
        api.wait_for(server, "holder", lambda job: job["SecondaryStatus"] == "Training")
        names = [f"queued-{i:05}" for i in range(options.creates)]
        requests = [api.job_request(server, name, "true", ResourceConfig=whole) for name in names]
        rate = in_parallel(server, "SageMaker.CreateTrainingJob", requests, options.clients)
        print(f"Create, {options.clients} Python clients {rate:10,.0f} /s, each durable before its answer")
        rate = in_parallel(server, "SageMaker.StopTrainingJob", [{"TrainingJobName": name} for name in names], options.clients)
        print(f"Stop of waiting jobs        {rate:10,.0f} /s")
        api.call(server, "SageMaker.StopTrainingJob", {"TrainingJobName": "holder"})
        api.finish(server, "holder")


if __name__ == "__main__":
    main()
