"""kill -9 of the server in the middle of pushes: the retry gets through, and what was acknowledged is there, whole."""

import http.client
import os
import pathlib
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from distribution import Distribution, digest_of  # noqa: E402
from server import Server  # noqa: E402

CYCLES = 8
PUSHERS = 4
ACKNOWLEDGED_PER_CYCLE = 12


class KillTest(unittest.TestCase):
    def test_acknowledged_images_survive(self):
        with Server("registry_garbage_grace_seconds: 3600\n") as server:
            server.client("ecr").create_repository(repositoryName="repo")
            acknowledged = {}
            for cycle in range(CYCLES):
                acknowledged.update(self.push_until_killed(server, cycle))
                server.start()
            self.check(server, acknowledged)

    def push_until_killed(self, server, cycle):
        acknowledged, enough, lock = {}, threading.Event(), threading.Lock()
        shared = b"shared layer" * 10_000

        def push(pusher):
            registry = Distribution(server)
            for number in range(10_000):
                tag = f"t{cycle}-{pusher}-{number}"
                try:
                    registry.push_blob("repo", shared)
                    digest = registry.push_image("repo", tag, (tag * 5000).encode())
                except (OSError, http.client.HTTPException, AssertionError):
                    return
                with lock:
                    acknowledged[tag] = digest
                    if len(acknowledged) >= ACKNOWLEDGED_PER_CYCLE:
                        enough.set()

        threads = [threading.Thread(target=push, args=(i,)) for i in range(PUSHERS)]
        for thread in threads:
            thread.start()
        self.assertTrue(enough.wait(timeout=120))
        server.kill()
        for thread in threads:
            thread.join(timeout=120)
        return acknowledged

    def check(self, server, acknowledged):
        registry = Distribution(server)
        for tag, digest in acknowledged.items():
            manifest = registry.call("GET", f"/v2/repo/manifests/{tag}")
            self.assertEqual((manifest.status, manifest.headers["Docker-Content-Digest"]), (200, digest), tag)
            layer = manifest.json()["layers"][0]["digest"]
            self.assertEqual(digest_of(registry.call("GET", f"/v2/repo/blobs/{layer}").body), layer)
        # What was being pushed goes through when it is tried again.
        registry.push_image("repo", "again", b"again")
        # Each file is a blob that a row names or an upload that is still open: the start swept the rest.
        self.assertFalse([e for e in server.errors if "bytes are gone" in e])

    def test_a_retry_after_a_kill_in_the_middle_of_a_layer(self):
        data = os.urandom(5_000_000)
        with Server() as server:
            server.client("ecr").create_repository(repositoryName="repo")
            registry = Distribution(server)
            location = registry.start_upload("repo")
            connection = registry.connect()
            connection.putrequest("PATCH", location)
            connection.putheader("Authorization", registry.authorization)
            connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data[:2_000_000])
            server.kill()
            connection.close()
            server.start()
            registry.push_blob("repo", data)
            self.assertEqual(registry.call("GET", f"/v2/repo/blobs/{digest_of(data)}").body, data)
            blobs = [p for p in (server.data / "images").rglob("*") if p.is_file() and p.parent.name != "uploads"]
            self.assertEqual(len(blobs), 1)


if __name__ == "__main__":
    unittest.main()
