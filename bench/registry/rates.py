#!/usr/bin/env python3
"""Push and pull rates of the registry beside plain S3 PUT and GET of the same server, in turns.

    bench/registry/rates.py [--mib 256] [--rounds 5]

One raw connection a request, so that the server is measured and not a client library. A push is what podman does with a layer:
POST, one streamed PATCH in chunks, PUT with the digest. Every round has bytes of its own: nothing is deduplicated.
SAGEBRUSH_BINARY names the server.
"""

import argparse
import hashlib
import http.client
import os
import pathlib
import statistics
import sys
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "registry")]

from distribution import Distribution  # noqa: E402
from server import Server  # noqa: E402

PIECE = 1 << 20


def send(connection, method, path, data, headers, chunked):
    connection.putrequest(method, path)
    for name, value in headers.items():
        connection.putheader(name, value)
    if chunked:
        connection.putheader("Transfer-Encoding", "chunked")
    else:
        connection.putheader("Content-Length", str(len(data)))
    connection.endheaders()
    view = memoryview(data)
    for first in range(0, len(data), PIECE):
        piece = view[first:first + PIECE]
        if chunked:
            connection.send(b"%x\r\n" % len(piece))
        connection.send(piece)
        if chunked:
            connection.send(b"\r\n")
    if chunked:
        connection.send(b"0\r\n\r\n")
    answer = connection.getresponse()
    answer.read()
    assert answer.status < 300, answer.status
    return answer


def receive(connection, path, headers, size):
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    buffer = bytearray(PIECE)
    left = size
    while left:
        left -= answer.readinto(buffer)


class Peers:
    def __init__(self, server):
        self.registry = Distribution(server)
        self.s3 = server.client("s3")
        self.s3.create_bucket(Bucket="bench")
        server.client("ecr").create_repository(repositoryName="bench")
        self.login = {"Authorization": self.registry.authorization}

    def push(self, data, digest, chunked=True):
        connection = self.registry.connect()
        location = send(connection, "POST", "/v2/bench/blobs/uploads/", b"", self.login, False).headers["Location"]
        location = send(connection, "PATCH", location, data, self.login, chunked).headers["Location"]
        send(connection, "PUT", f"{location}?digest={digest}", b"", self.login, False)

    def pull(self, digest, size):
        receive(self.registry.connect(), f"/v2/bench/blobs/{digest}", self.login, size)

    def path(self, operation, key):
        url = self.s3.generate_presigned_url(operation, Params={"Bucket": "bench", "Key": key}, HttpMethod=operation[:3].upper())
        parts = urllib.parse.urlsplit(url)
        return f"{parts.path}?{parts.query}"

    def put(self, data, key):
        send(self.registry.connect(), "PUT", self.path("put_object", key), data, {}, False)

    def get(self, key, size):
        receive(self.registry.connect(), self.path("get_object", key), {}, size)


def timed(call, *arguments):
    start = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    size = options.mib << 20
    times = {"push": [], "PUT": [], "pull": [], "GET": []}
    with Server() as server:
        peers = Peers(server)
        for number in range(options.rounds):
            data = os.urandom(size)
            digest = "sha256:" + hashlib.sha256(data).hexdigest()
            times["push"].append(timed(peers.push, data, digest))
            times["PUT"].append(timed(peers.put, data, f"k{number}"))
            times["pull"].append(timed(peers.pull, digest, size))
            times["GET"].append(timed(peers.get, f"k{number}", size))
        known = statistics.median(timed(peers.push, data, digest) for _ in range(3))
    rate = {name: size / statistics.median(all_times) / 1e6 for name, all_times in times.items()}
    print(f"{options.mib} MiB, median of {options.rounds}, MB/s")
    print(f"  push, streamed and verified  {rate['push']:7.0f}   {rate['push'] / rate['PUT']:.2f} of S3 PUT ({rate['PUT']:.0f})")
    print(f"  pull                         {rate['pull']:7.0f}   {rate['pull'] / rate['GET']:.2f} of S3 GET ({rate['GET']:.0f})")
    print(f"  push of what is there        {size / known / 1e6:7.0f}")


if __name__ == "__main__":
    main()
