#!/usr/bin/env python3
"""S3 rates of the server against the floors of the machine: nginx's static files, and one fsynced file after the other.

    bench/s3/rates.py [--seconds 5] [--clients 64]

Needs wrk; nginx is compared with when it is there. Requests are presigned URLs, so that wrk can send them; every one of them
is verified by the server. SAGEBRUSH_BINARY names the server.
"""

import argparse
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "support"))

from server import Server  # noqa: E402

SMALL = os.urandom(4096)
LARGE = os.urandom(64 << 20)

# Each request takes the next of the paths in the file; a method with a body sends 4 KiB.
SCRIPT = """
local paths = {}
for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = line end
local body = os.getenv("BENCH_METHOD") == "PUT" and string.rep("x", 4096) or nil
local next_path = math.random(#paths)
request = function()
  next_path = next_path % #paths + 1
  return wrk.format(os.getenv("BENCH_METHOD"), paths[next_path], nil, body)
end
"""


def wrk(url, paths, method, options, clients):
    """Requests a second; raises when any was answered by an error."""
    with tempfile.TemporaryDirectory() as folder:
        script, list_file = pathlib.Path(folder, "bench.lua"), pathlib.Path(folder, "paths")
        script.write_text(SCRIPT)
        list_file.write_text("\n".join(paths) + "\n")
        done = subprocess.run(["wrk", "-t1", f"-c{clients}", f"-d{options.seconds}s", "-s", str(script), url],
                              env=os.environ | {"BENCH_PATHS": str(list_file), "BENCH_METHOD": method},
                              capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in done:
        raise RuntimeError(done)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done).group(1))


def serial_fsync_rate(folder, seconds):
    """Files of 4 KiB made, synced and renamed one after the other, a second."""
    count, start = 0, time.monotonic()
    directory = os.open(folder, os.O_RDONLY)
    while time.monotonic() - start < seconds:
        temporary, final = folder / "t", folder / str(count)
        with open(temporary, "wb") as file:
            file.write(SMALL)
            file.flush()
            os.fdatasync(file.fileno())
        temporary.rename(final)
        os.fsync(directory)
        count += 1
    os.close(directory)
    return count / (time.monotonic() - start)


class Nginx:
    """nginx with one worker over a folder, on a free port."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (folder / "nginx.conf").write_text(
            f"daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; user root;"
            "events { worker_connections 1024; } http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;"
            f"client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder};"
            f"scgi_temp_path {folder}; server {{ listen 127.0.0.1:{self.port}; root {folder}; }} }}")

    def __enter__(self):
        self.process = subprocess.Popen(["nginx", "-c", str(self.folder / "nginx.conf")], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return f"http://127.0.0.1:{self.port}"
        raise RuntimeError("nginx did not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def report(name, value, floor=None, floor_name=""):
    ratio = f"   {value / floor:6.2f} of {floor_name} ({floor:,.0f})" if floor else ""
    print(f"{name:34} {value:12,.1f}{ratio}", flush=True)


def nginx_rates(options):
    if shutil.which("nginx") is None:
        return None, None
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        (folder / "small").write_bytes(SMALL)
        (folder / "large").write_bytes(LARGE)
        with Nginx(folder) as url:
            small = wrk(url, ["/small"], "GET", options, options.clients)
            large = wrk(url, ["/large"], "GET", options, 2)
    return small, large * 64


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=5)
    arguments.add_argument("--clients", type=int, default=64)
    options = arguments.parse_args()
    import boto3
    from botocore.config import Config

    with Server() as server:
        s3 = boto3.client("s3", endpoint_url=server.url, region_name="us-east-1", aws_access_key_id=server.access_key_id,
                          aws_secret_access_key=server.secret_access_key, config=Config(signature_version="s3v4"))
        s3.create_bucket(Bucket="bench")
        for i in range(1000):
            s3.put_object(Bucket="bench", Key=f"list/{i:04}", Body=SMALL)
        s3.put_object(Bucket="bench", Key="large", Body=LARGE)

        def presign(operation, **parameters):
            url = s3.generate_presigned_url(operation, Params={"Bucket": "bench", **parameters})
            return url[len(server.url):]

        nginx_small, nginx_large = nginx_rates(options)
        get_small = wrk(server.url, [presign("get_object", Key=f"list/{i:04}") for i in range(1000)], "GET", options, options.clients)
        report("GET 4 KiB, requests/s", get_small, nginx_small, "nginx")
        get_large = wrk(server.url, [presign("get_object", Key="large")], "GET", options, 2) * 64
        report("GET 64 MiB, MiB/s", get_large, nginx_large, "nginx")
        with tempfile.TemporaryDirectory(dir=server.data) as folder:
            serial = serial_fsync_rate(pathlib.Path(folder), options.seconds)
        puts = [presign("put_object", Key=f"put/{i}") for i in range(5000)]
        report("PUT 4 KiB, requests/s", wrk(server.url, puts, "PUT", options, options.clients), serial, "serial fsync")
        lists = wrk(server.url, [presign("list_objects_v2", Prefix="list/")], "GET", options, 1)
        report("LIST 1000, ms", 1000 / lists)


if __name__ == "__main__":
    main()
