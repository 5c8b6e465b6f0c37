#!/usr/bin/env python3
"""PutMetricData against a real server: requests and points a second, one datum and 150 values each, beside an fdatasync of the same disk."""

import concurrent.futures
import json
import os
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(ROOT / "tests" / "protocol"))

import wire  # noqa: E402
from server import Server  # noqa: E402

SECONDS = 3
CLIENTS = 8


def syncs(folder):
    path = folder / "sync"
    done, begin = 0, time.monotonic()
    with open(path, "wb", buffering=0) as file:
        while time.monotonic() - begin < 1:
            file.write(b"x" * 100)
            os.fdatasync(file.fileno())
            done += 1
    path.unlink()
    return done


def put(server, number, body):
    connection = wire.Wire(server)
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "GraniteServiceVersion20100801.PutMetricData"}
    headers = connection.sign("monitoring", "POST", "/", headers, body)  # signed once: the client would cost more than the server
    done, end = 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        answer = connection.send("POST", "/", headers, body)
        assert answer.status == 200, answer
        done += 1
    connection.close()
    return done


def main():
    with Server() as server:
        print(f"fdatasync of 100 bytes, one after another: {syncs(server.data)} /s")
        for name, datum, points in (("one value", {"Value": 1.5}, 1), ("150 values", {"Values": [i + 0.5 for i in range(150)]}, 150)):
            bodies = [json.dumps({"Namespace": "B", "MetricData": [{"MetricName": f"m{i}", **datum}]}).encode() for i in range(CLIENTS)]
            with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
                done = sum(pool.map(lambda pair: put(server, *pair), enumerate(bodies)))
            print(f"PutMetricData, {name}, {CLIENTS} clients: {done / SECONDS:.0f} requests/s, {done * points / SECONDS:.0f} points/s")


if __name__ == "__main__":
    main()
