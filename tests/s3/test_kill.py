"""kill -9 of the server while objects are put: all that was acknowledged is there after the next start, whole."""

import hashlib
import pathlib
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from botocore.exceptions import BotoCoreError, ClientError  # noqa: E402
from server import Server  # noqa: E402

CYCLES = 20
WRITERS = 4
ACKNOWLEDGED_PER_CYCLE = 25


def body_of(key):
    return hashlib.sha256(key.encode()).digest() * (1 + len(key) * 97 % 900)


class KillTest(unittest.TestCase):
    def test_acknowledged_objects_survive(self):
        with Server() as server:
            server.client("s3").create_bucket(Bucket="bkt")
            acknowledged = []
            for cycle in range(CYCLES):
                acknowledged += self.put_until_killed(server, cycle)
                server.start()
            self.check(server, acknowledged)

    def put_until_killed(self, server, cycle):
        """Writers put; once enough puts are acknowledged the server is killed in the middle of others."""
        acknowledged, enough, lock = [], threading.Event(), threading.Lock()

        def write(writer):
            client = server.client("s3")
            for number in range(100000):
                key = f"{cycle}/{writer}/{number}"
                try:
                    client.put_object(Bucket="bkt", Key=key, Body=body_of(key))
                    # Overwritten objects must keep one of their bodies: here the same key gets its final one at once.
                    client.put_object(Bucket="bkt", Key=f"shared/{writer}", Body=body_of(f"shared/{writer}"))
                except (BotoCoreError, ClientError):
                    return
                with lock:
                    acknowledged.append(key)
                    if len(acknowledged) >= ACKNOWLEDGED_PER_CYCLE:
                        enough.set()

        threads = [threading.Thread(target=write, args=(i,)) for i in range(WRITERS)]
        for thread in threads:
            thread.start()
        self.assertTrue(enough.wait(timeout=120))
        server.kill()
        for thread in threads:
            thread.join(timeout=120)
        return acknowledged

    def check(self, server, acknowledged):
        client = server.client("s3")
        listed = set()
        for page in client.get_paginator("list_objects_v2").paginate(Bucket="bkt"):
            listed |= {o["Key"] for o in page.get("Contents", [])}
        self.assertEqual(set(acknowledged) - listed, set())
        for key in listed:  # also those that nobody was told of: whole or absent
            self.assertEqual(client.get_object(Bucket="bkt", Key=key)["Body"].read(), body_of(key), key)
        self.assertFalse([line for line in server.errors if "bytes are gone" in line])
        server.stop()
        blobs = [p for p in (pathlib.Path(server.data) / "blobs").rglob("*") if p.is_file()]
        self.assertGreaterEqual(len(blobs), len(listed))


if __name__ == "__main__":
    unittest.main()
