"""/v2/: what the OCI distribution specification's conformance suite asks of a registry. Each kind of content is pushed by digest
and by tag, listed, asked for, pulled, found by its subject and deleted again."""

import hashlib
import json
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from distribution import CONFIG, LAYER, OCI_INDEX, OCI_MANIFEST, Distribution, descriptor, digest_of  # noqa: E402
from server import Server  # noqa: E402

EMPTY = "application/vnd.oci.empty.v1+json"
EXAMPLE = "application/vnd.example.config.v1+json"
UNCOMPRESSED = "application/vnd.oci.image.layer.v1.tar"
FOREIGN = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"


class Content:
    """Blobs and manifests in the order of their push; the last manifest is the one that has the tag."""

    def __init__(self):
        self.blobs, self.manifests, self.subjects = [], [], []

    def blob(self, content, media_type=LAYER, **more):
        self.blobs.append(content)
        return {**descriptor(content, media_type), **more}

    def put(self, media_type, manifest):
        data = json.dumps({"schemaVersion": 2, "mediaType": media_type, **manifest}).encode()
        self.manifests.append((data, media_type))
        named = descriptor(data, media_type)
        if "subject" in manifest:
            kind = manifest.get("artifactType") or manifest.get("config", {}).get("mediaType")
            self.subjects.append((manifest["subject"]["digest"], {**named, **({"artifactType": kind} if kind else {}),
                                                                  **({"annotations": manifest["annotations"]} if "annotations" in manifest else {})}))
        return named

    def image(self, layers=2, layer_type=LAYER, architecture="amd64", config_more=None, **more):
        data = [os.urandom(200) for _ in range(layers)]
        config = {"os": "linux", "architecture": architecture, "rootfs": {"type": "layers", "diff_ids": [digest_of(one) for one in data]},
                  **(config_more or {})}
        return self.put(OCI_MANIFEST, {"config": self.blob(json.dumps(config).encode(), CONFIG),
                                       "layers": [self.blob(one, layer_type) for one in data], **more})

    def index(self, manifests, **more):
        return self.put(OCI_INDEX, {"manifests": manifests, **more})

    def platforms(self, **more):
        return [{**self.image(architecture=one, **more), "platform": {"os": "linux", "architecture": one}} for one in ("amd64", "arm64")]

    def artifact(self, kind=EXAMPLE, layers=None, **more):
        return self.put(OCI_MANIFEST, {"artifactType": kind, "config": self.blob(b"{}", EMPTY),
                                       "layers": layers or [self.blob(os.urandom(64), kind)], **more})


def plain(content):
    content.image()


def uncompressed(content):
    content.image(layer_type=UNCOMPRESSED)


def large_manifest(content):
    content.image(annotations={f"large-{i}": "A" * 10_000 for i in range(390)})


def index(content):
    content.index(content.platforms())


def nested_index(content):
    content.index([content.index(content.platforms()), content.index(content.platforms())])


def empty_index(content):
    content.index([])


def artifact(content):
    content.artifact()


def artifact_without_layers(content):
    content.artifact(layers=[content.blob(b"{}", EMPTY)])


def artifact_index(content):
    content.index([content.artifact(), content.artifact()], artifactType=EXAMPLE)


def artifacts_with_subject(content):
    subject = content.image()
    content.image(subject=subject)
    content.artifact(subject=subject, annotations={"org.example": "one"})
    content.artifact(kind="application/vnd.example.other", subject=subject, annotations={"org.example": "two"})


def index_with_subject(content):
    subject = content.index(content.platforms())
    content.index([content.artifact()], artifactType=EXAMPLE, subject=subject, annotations={"org.example": "three"})


def missing_subject(content):
    content.artifact(subject=descriptor(b"nobody pushed this", OCI_MANIFEST))


def data_in_descriptor(content):
    content.artifact(layers=[content.blob(b"{}", EMPTY, data="e30=")])


def foreign_layers(content):
    away = {**descriptor(os.urandom(9), FOREIGN), "urls": ["https://store.example.com/layer"]}
    content.put(OCI_MANIFEST, {"config": content.blob(json.dumps({"os": "linux", "architecture": "amd64"}).encode(), CONFIG),
                               "layers": [away, content.blob(os.urandom(99))]})


def custom_fields(content):
    content.index(content.platforms(config_more={"org.example.unknown": 1}, unknown={"a": [1]}), unknown="x")


def no_layers(content):
    content.image(layers=0)


KINDS = [plain, uncompressed, large_manifest, index, nested_index, empty_index, artifact, artifact_without_layers, artifact_index,
         artifacts_with_subject, index_with_subject, missing_subject, data_in_descriptor, foreign_layers, custom_fields, no_layers]


class Fixture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.registry = Distribution(cls.server)
        cls.ecr = cls.server.client("ecr")

    def setUp(self):
        self.repo = self.id().split(".")[-1].lower()
        self.ecr.create_repository(repositoryName=self.repo)

    def call(self, method, path, **more):
        return self.registry.call(method, f"/v2/{self.repo}/{path}", **more)


class KindsTest(Fixture):
    def check(self, make):
        content = Content()
        make(content)
        for blob in content.blobs:
            self.registry.push_blob(self.repo, blob)
        for data, media_type in content.manifests:
            answer = self.registry.put_manifest(self.repo, digest_of(data), data, media_type)
            self.assertEqual((answer.status, answer.headers["Docker-Content-Digest"]), (201, digest_of(data)), answer.body)
            subject = json.loads(data).get("subject")
            self.assertEqual(answer.headers["OCI-Subject"], subject["digest"] if subject else None)
        tagged, tagged_type = content.manifests[-1]
        self.assertEqual(self.registry.put_manifest(self.repo, "tag", tagged, tagged_type).status, 201)
        self.assertEqual(self.call("GET", "tags/list").json()["tags"], ["tag"])
        self.pull(content, tagged, tagged_type)
        self.referrers(content)
        self.delete(content)

    def pull(self, content, tagged, tagged_type):
        for reference, data, media_type in [("tag", tagged, tagged_type), *((digest_of(m), m, t) for m, t in content.manifests)]:
            for method in ("HEAD", "GET"):
                answer = self.call(method, f"manifests/{reference}", headers={"Accept": media_type})
                self.assertEqual((answer.status, answer.headers["Content-Type"], answer.headers["Docker-Content-Digest"]),
                                 (200, media_type, digest_of(data)))
                self.assertEqual(answer.headers["Content-Length"], str(len(data)))
            self.assertEqual(answer.body, data)
        for blob in content.blobs:
            self.assertEqual(self.call("HEAD", f"blobs/{digest_of(blob)}").headers["Content-Length"], str(len(blob)))
            self.assertEqual(self.call("GET", f"blobs/{digest_of(blob)}").body, blob)

    def referrers(self, content):
        for subject in {subject for subject, _ in content.subjects}:
            expected = [one for its, one in content.subjects if its == subject]
            answer = self.call("GET", f"referrers/{subject}")
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, OCI_INDEX))
            self.assertCountEqual(answer.json()["manifests"], expected)
            for kind in {one["artifactType"] for one in expected}:
                answer = self.call("GET", f"referrers/{subject}?artifactType={kind.replace('+', '%2B')}")
                self.assertEqual(answer.headers["OCI-Filters-Applied"], "artifactType")
                self.assertCountEqual(answer.json()["manifests"], [one for one in expected if one["artifactType"] == kind])

    def delete(self, content):
        self.assertEqual(self.call("DELETE", "manifests/tag").status, 202)
        self.assertEqual(self.call("HEAD", "manifests/tag").status, 404)
        for data, _ in reversed(content.manifests):
            self.assertEqual(self.call("DELETE", f"manifests/{digest_of(data)}").status, 202)
            self.assertEqual(self.call("HEAD", f"manifests/{digest_of(data)}").status, 404)
        for digest in {digest_of(blob) for blob in content.blobs}:
            answer = self.call("DELETE", f"blobs/{digest}")
            self.assertEqual(answer.status, 202, answer.body)
            self.assertEqual(self.call("HEAD", f"blobs/{digest}").status, 404)


for kind in KINDS:
    setattr(KindsTest, f"test_{kind.__name__}", lambda self, kind=kind: self.check(kind))


class EdgesTest(Fixture):
    def test_nothing_yet(self):
        self.assertEqual(self.call("GET", "tags/list").json(), {"name": self.repo, "tags": []})
        answer = self.call("GET", f"referrers/{digest_of(b'nobody')}")
        self.assertEqual((answer.status, answer.json()["manifests"]), (200, []))
        for reference in ("missing", digest_of(b"missing")):
            self.assertEqual(self.call("GET", f"manifests/{reference}").status, 404)

    def test_tags_after_one(self):
        content = Content()
        content.image()
        for blob in content.blobs:
            self.registry.push_blob(self.repo, blob)
        for tag in ("d", "b", "a", "c"):
            self.registry.put_manifest(self.repo, tag, content.manifests[0][0])
        self.assertEqual(self.call("GET", "tags/list?last=b").json()["tags"], ["c", "d"])

    def test_wrong_digests(self):
        content = Content()
        content.image()
        for blob in content.blobs:
            self.registry.push_blob(self.repo, blob)
        data = content.manifests[0][0]
        for reference, body in [("sha256:baddigeststring", data), (digest_of(data), data + b"  ")]:
            self.assertEqual(self.registry.put_manifest(self.repo, reference, body).status, 400, reference)
            self.assertIn(self.call("GET", f"manifests/{reference}").status, (400, 404))

    def test_ranges_that_cannot_be(self):
        digest = self.registry.push_blob(self.repo, os.urandom(2048))
        for wanted in ("bytes=500-0", "bytes=5000-10000"):
            self.assertEqual(self.call("GET", f"blobs/{digest}", headers={"Range": wanted}).status, 416, wanted)

    def test_mount_without_a_source_goes_on_as_an_upload(self):
        digest = self.registry.push_blob(self.repo, b"to be mounted")
        answer = self.call("POST", f"blobs/uploads/?mount={digest}")
        self.assertEqual(answer.status, 202, answer.body)
        self.assertEqual(self.registry.finish_upload(answer.headers["Location"], digest, body=b"to be mounted").status, 201)

    def test_another_hash(self):
        data = os.urandom(512)
        digest = "sha512:" + hashlib.sha512(data).hexdigest()
        answer = self.registry.finish_upload(self.registry.start_upload(self.repo), digest, body=data)
        self.assertEqual(answer.status, 400, answer.body)
        self.assertEqual(answer.code, "DIGEST_INVALID")


if __name__ == "__main__":
    unittest.main()
