#!/usr/bin/env python3
"""Uploads and downloads one large object, in one request and by parts, and prints the server's peak memory for each.

    bench/s3/flat_memory.py --gib 5 [--limit-mib 200]

Exits 1 when the server's resident memory grew beyond the limit. boto3; SAGEBRUSH_BINARY names the server.
"""

import argparse
import hashlib
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "support"))

from server import Server  # noqa: E402

MIB = 1 << 20
BLOCK = hashlib.sha256(b"sagebrush").digest() * (MIB // 32)


class Pattern:
    """A readable stream of so many bytes, made as it is read, whose hash is known at the end."""

    def __init__(self, size):
        self.size, self.position = size, 0

    def __len__(self):
        return self.size

    def read(self, count=-1):
        count = min(MIB if count is None or count < 0 else count, self.size - self.position)
        start = self.position % MIB
        piece = (BLOCK[start:] + BLOCK * (count // MIB + 1))[:count]
        self.position += count
        return piece

    def tell(self):
        return self.position

    def seek(self, offset, whence=0):
        self.position = offset + {0: 0, 1: self.position, 2: self.size}[whence]
        return self.position


def resident_mib(server, field):
    for line in pathlib.Path(f"/proc/{server.pid}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise RuntimeError(field)


def digest(stream):
    state = hashlib.md5()
    for piece in iter(lambda: stream.read(MIB), b""):
        state.update(piece)
    return state.hexdigest()


def measure(server, name, size, action):
    pathlib.Path(f"/proc/{server.pid}/clear_refs").write_text("5")
    start = time.monotonic()
    action()
    seconds = time.monotonic() - start
    peak = resident_mib(server, "VmHWM")
    print(f"{name:28} {size / MIB / seconds:8.0f} MiB/s   server's peak {peak:6.1f} MiB", flush=True)
    return peak


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--gib", type=float, default=5)
    arguments.add_argument("--limit-mib", type=float, default=200)
    options = arguments.parse_args()
    size = int(options.gib * 1024) * MIB
    expected = digest(Pattern(size))
    from boto3.s3.transfer import TransferConfig

    with Server() as server:
        s3 = server.client("s3")
        s3.create_bucket(Bucket="bench")
        print(f"{options.gib} GiB; at rest {resident_mib(server, 'VmRSS'):.1f} MiB")

        def put_parts():
            s3.upload_fileobj(Pattern(size), "bench", "parts", Config=TransferConfig(multipart_chunksize=16 * MIB, max_concurrency=4))

        def get(key):
            if digest(s3.get_object(Bucket="bench", Key=key)["Body"]) != expected:
                raise RuntimeError(f"{key} came back changed")

        peaks = []
        if size <= 5 << 30:
            peaks.append(measure(server, "put in one request", size, lambda: s3.put_object(Bucket="bench", Key="one", Body=Pattern(size))))
            peaks.append(measure(server, "get in one request", size, lambda: get("one")))
            s3.delete_object(Bucket="bench", Key="one")
        peaks.append(measure(server, "put by parts of 16 MiB", size, put_parts))
        peaks.append(measure(server, "get of the parts", size, lambda: get("parts")))
    if max(peaks) > options.limit_mib:
        sys.exit(f"the server's memory grew to {max(peaks):.0f} MiB, more than {options.limit_mib:.0f}")


if __name__ == "__main__":
    main()
