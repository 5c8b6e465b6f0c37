#!/usr/bin/env python3
"""How long the server takes from its start to its ready line, on an empty folder and again, and its memory when idle.

    bench/control/footprint.py [RUNS]     SAGEBRUSH_BINARY names the server.
"""

import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "support"))

from server import Server, program  # noqa: E402


def start_time(server):
    begin = time.monotonic()
    server.start()
    return (time.monotonic() - begin) * 1000


def main():
    first, again, resident = [], [], []
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 10):
        server = Server()
        try:
            first.append(start_time(server))
            status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
            resident.append(int(status.split("VmRSS:")[1].split()[0]) / 1024)
            server.stop()
            again.append(start_time(server))
        finally:
            server.__exit__()
    print(f"start to ready line, first: {statistics.median(first):.0f} ms, again: {statistics.median(again):.0f} ms")
    print(f"resident memory when idle: {statistics.median(resident):.1f} MiB")
    for name in ("sagebrush", "sagebrush-agent"):
        print(f"{name}: {pathlib.Path(program()).with_name(name).stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
