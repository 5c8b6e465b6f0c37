"""/v2/: the distribution protocol by hand, with the good paths and those that a registry must refuse."""

import concurrent.futures
import json
import os
import pathlib
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from distribution import DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, Distribution, descriptor, digest_of  # noqa: E402
from server import Server  # noqa: E402


def files_of(server):
    return [path for path in (server.data / "images").rglob("*") if path.is_file()]


class Fixture(unittest.TestCase):
    config = ""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(cls.config)) if hasattr(cls, "enterClassContext") else Server(cls.config).__enter__()
        cls.registry = Distribution(cls.server)
        cls.ecr = cls.server.client("ecr")

    @classmethod
    def tearDownClass(cls):
        if not hasattr(cls, "enterClassContext"):
            cls.server.__exit__()

    def setUp(self):
        self.repo = "test/" + self.id().rsplit(".", 1)[1].replace("_", "-").lower()
        self.ecr.create_repository(repositoryName=self.repo)

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code), answer.body)


class AccessTest(Fixture):
    def test_login_first(self):
        answer = self.registry.call("GET", "/v2/", authorized=False)
        self.refused(answer, 401, "UNAUTHORIZED")
        self.assertTrue(answer.headers["WWW-Authenticate"].startswith("Basic realm="))
        self.assertEqual(answer.headers["Docker-Distribution-Api-Version"], "registry/2.0")
        answer = self.registry.call("GET", "/v2/")
        self.assertEqual((answer.status, answer.body), (200, b"{}"))
        self.assertEqual(Distribution(self.server, ("AWS", "wrong")).call("GET", "/v2/").status, 401)

    def test_nothing_without_login(self):
        digest = digest_of(b"x")
        for method, path in [("GET", "/v2/_catalog"), ("HEAD", f"/v2/a/blobs/{digest}"), ("POST", "/v2/a/blobs/uploads/"),
                             ("PUT", "/v2/a/manifests/x"), ("DELETE", "/v2/a/manifests/x"), ("GET", "/v2/../x"), ("GET", "/v2/%zz")]:
            answer = self.registry.call(method, path, body=b"x" if method == "PUT" else None, authorized=False)
            self.assertEqual(answer.status, 401, path)

    def test_a_download_url_is_good_for_its_blob_alone(self):
        one, two = self.registry.push_blob(self.repo, b"one"), self.registry.push_blob(self.repo, b"two")
        url = self.ecr.get_download_url_for_layer(repositoryName=self.repo, layerDigest=one)["downloadUrl"]
        path = url.removeprefix(self.server.url)
        self.assertEqual(self.registry.call("GET", path, authorized=False).body, b"one")
        self.assertEqual(self.registry.call("GET", path.replace(one, two), authorized=False).status, 401)
        self.assertEqual(self.registry.call("DELETE", path, authorized=False).status, 401)

    def test_a_tls_hello_on_the_plain_port_closes_at_once(self):
        host, port = self.registry.host.split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(64))
            try:
                while connection.recv(4096):
                    pass
            except ConnectionResetError:
                pass

    def test_s3_keeps_its_own_v2(self):
        s3 = self.server.client("s3")
        s3.create_bucket(Bucket="bucket-of-v2")
        s3.put_object(Bucket="bucket-of-v2", Key="v2/", Body=b"x")
        self.assertEqual(s3.get_object(Bucket="bucket-of-v2", Key="v2/")["Body"].read(), b"x")
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket-of-v2", "Key": "v2/"})
        path = url.removeprefix(self.server.url)
        self.assertEqual(self.registry.call("GET", path, authorized=False).body, b"x")
        # Signed path style below /v2/ is S3's, too: such a bucket cannot be.
        with self.assertRaises(Exception) as refused:
            s3.head_bucket(Bucket="v2x")
        self.assertIn("404", str(refused.exception))


class UploadTest(Fixture):
    def test_monolithic(self):
        data = os.urandom(100_000)
        digest = digest_of(data)
        answer = self.registry.call("POST", f"/v2/{self.repo}/blobs/uploads/?digest={digest}", body=data)
        self.assertEqual(answer.status, 201, answer.body)
        self.assertEqual(answer.headers["Docker-Content-Digest"], digest)
        self.assertEqual(self.registry.call("GET", answer.headers["Location"]).body, data)

    def test_post_then_put(self):
        self.registry.push_blob(self.repo, b"data")
        self.assertEqual(self.registry.call("HEAD", f"/v2/{self.repo}/blobs/{digest_of(b'data')}").headers["Content-Length"], "4")

    def test_in_chunks_with_ranges(self):
        data, location, step = os.urandom(250_000), self.registry.start_upload(self.repo), 100_000
        for first in range(0, len(data), step):
            chunk = data[first:first + step]
            answer = self.registry.call("PATCH", location, body=chunk,
                                        headers={"Content-Range": f"{first}-{first + len(chunk) - 1}"})
            self.assertEqual(answer.status, 202, answer.body)
            self.assertEqual(answer.headers["Range"], f"0-{first + len(chunk) - 1}")
            location = answer.headers["Location"]
        self.assertEqual(self.registry.finish_upload(location, digest_of(data)).status, 201)

    def test_the_last_chunk_may_come_with_the_put(self):
        location = self.registry.start_upload(self.repo)
        self.registry.call("PATCH", location, body=b"first ")
        answer = self.registry.finish_upload(location, digest_of(b"first last"), b"last", {"Content-Range": "6-9"})
        self.assertEqual(answer.status, 201, answer.body)

    def test_streamed_as_podman_does(self):
        pieces = [os.urandom(32768) for _ in range(40)]
        location = self.registry.start_upload(self.repo)
        answer = self.registry.call("PATCH", location, body=iter(pieces), headers={"Transfer-Encoding": "chunked"}, chunked=True)
        self.assertEqual((answer.status, answer.headers["Range"]), (202, f"0-{40 * 32768 - 1}"))
        self.assertEqual(self.registry.finish_upload(location, digest_of(b"".join(pieces))).status, 201)

    def test_a_chunk_out_of_order_says_where_to_go_on(self):
        location = self.registry.start_upload(self.repo)
        self.registry.call("PATCH", location, body=b"12345")
        answer = self.registry.call("PATCH", location, body=b"x", headers={"Content-Range": "9-9"})
        self.refused(answer, 416, "BLOB_UPLOAD_INVALID")
        self.assertEqual(answer.headers["Range"], "0-4")
        for broken in ["x", "5", "5-", "7-5", "-5"]:
            answer = self.registry.call("PATCH", location, body=b"x", headers={"Content-Range": broken})
            self.refused(answer, 400, "BLOB_UPLOAD_INVALID")
        answer = self.registry.call("PATCH", location, body=b"xx", headers={"Content-Range": "5-5"})
        self.refused(answer, 400, "SIZE_INVALID")
        self.assertEqual(self.registry.finish_upload(location, digest_of(b"12345")).status, 201)

    def test_resume_after_a_cut_connection(self):
        data = os.urandom(3_000_000)
        location = self.registry.start_upload(self.repo)
        self.send_and_cut(location, data[:2_000_000], len(data))
        received = self.go_on(location, data)
        self.assertGreater(received, 0)
        self.assertEqual(self.registry.finish_upload(location, digest_of(data)).status, 201)

    def go_on(self, location, data):
        """Sends what is missing, once nobody else writes: until then another request may write (409) or have written more (416)."""
        while True:
            answer = self.registry.call("GET", location)
            self.assertEqual(answer.status, 204)
            received = int(answer.headers["Range"].split("-")[1]) + 1
            if received < 2:  # of an upload without a byte it is 0-0; the connection that was cut has sent more
                continue
            answer = self.registry.call("PATCH", location, body=data[received:], headers={"Content-Range": f"{received}-{len(data) - 1}"})
            if answer.status == 202:
                return received
            self.assertIn(answer.status, (409, 416), answer.body)

    def test_resume_after_a_restart_of_the_server(self):
        data = os.urandom(300_000)
        with Server() as server:
            registry = Distribution(server)
            server.client("ecr").create_repository(repositoryName="again")
            location = registry.start_upload("again")
            registry.call("PATCH", location, body=data[:200_000])
            server.kill()
            server.start()
            answer = registry.call("GET", location)
            self.assertEqual((answer.status, answer.headers["Range"]), (204, "0-199999"))
            registry.call("PATCH", location, body=data[200_000:])
            self.assertEqual(registry.finish_upload(location, digest_of(data)).status, 201)
            self.assertEqual(registry.call("GET", f"/v2/again/blobs/{digest_of(data)}").body, data)

    def send_and_cut(self, location, data, promised):
        host, port = self.registry.host.split(":")
        head = (f"PATCH {location} HTTP/1.1\r\nHost: {self.registry.host}\r\nAuthorization: {self.registry.authorization}\r\n"
                f"Content-Length: {promised}\r\n\r\n").encode()
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            connection.sendall(head + data)

    def test_a_wrong_digest_leaves_nothing(self):
        before = len(files_of(self.server))
        location = self.registry.start_upload(self.repo)
        self.registry.call("PATCH", location, body=b"what came")
        answer = self.registry.finish_upload(location, digest_of(b"what was promised"))
        self.refused(answer, 400, "DIGEST_INVALID")
        self.assertEqual(answer.json()["errors"][0]["detail"]["actual"], digest_of(b"what came"))
        self.refused(self.registry.call("GET", location), 404, "BLOB_UPLOAD_UNKNOWN")
        self.assertEqual(len(files_of(self.server)), before)

    def test_a_digest_that_is_none(self):
        location = self.registry.start_upload(self.repo)
        for digest in ["", "sha256:12", "md5:" + "0" * 32, "sha256:" + "G" * 64, "../../etc/passwd"]:
            self.refused(self.registry.finish_upload(location, digest), 400, "DIGEST_INVALID")
        self.assertEqual(self.registry.call("GET", location).status, 204)

    def test_cancel(self):
        location = self.registry.start_upload(self.repo)
        self.assertEqual(self.registry.call("DELETE", location).status, 204)
        self.refused(self.registry.call("PATCH", location, body=b"x"), 404, "BLOB_UPLOAD_UNKNOWN")

    def test_mount(self):
        other = self.repo + "-other"
        self.ecr.create_repository(repositoryName=other)
        digest = self.registry.push_blob(self.repo, b"shared")
        answer = self.registry.call("POST", f"/v2/{other}/blobs/uploads/?mount={digest}&from={self.repo}")
        self.assertEqual(answer.status, 201, answer.body)
        self.assertEqual(self.registry.call("GET", f"/v2/{other}/blobs/{digest}").body, b"shared")
        missing = digest_of(b"nowhere")
        answer = self.registry.call("POST", f"/v2/{other}/blobs/uploads/?mount={missing}&from={self.repo}")
        self.assertEqual(answer.status, 202)

    def test_twenty_push_one_layer_at_once(self):
        data = os.urandom(2_000_000)
        before = len(files_of(self.server))
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            digests = list(pool.map(lambda _: self.registry.push_blob(self.repo, data), range(20)))
        self.assertEqual(set(digests), {digest_of(data)})
        self.assertEqual(len(files_of(self.server)), before + 1)
        self.assertEqual(self.registry.call("GET", f"/v2/{self.repo}/blobs/{digests[0]}").body, data)

    def test_an_unknown_repository_is_refused_as_by_aws(self):
        answer = self.registry.call("POST", "/v2/nobody/made/this/blobs/uploads/")
        self.refused(answer, 404, "NAME_UNKNOWN")
        self.assertIn("The repository with name 'nobody/made/this' does not exist in the registry with id '000000000000'",
                      answer.json()["errors"][0]["message"])


class CreateOnPushTest(Fixture):
    config = "registry_create_on_push: true\n"

    def test_a_push_creates_its_repository(self):
        self.registry.push_image("made/by/push", "v1")
        names = [r["repositoryName"] for r in self.ecr.describe_repositories()["repositories"]]
        self.assertIn("made/by/push", names)


class BlobTest(Fixture):
    def test_ranges(self):
        digest = self.registry.push_blob(self.repo, b"0123456789")
        path = f"/v2/{self.repo}/blobs/{digest}"
        for wanted, status, body in [("bytes=2-4", 206, b"234"), ("bytes=7-", 206, b"789"), ("bytes=-3", 206, b"789"), ("bytes=0-99", 206, b"0123456789")]:
            answer = self.registry.call("GET", path, headers={"Range": wanted})
            self.assertEqual((answer.status, answer.body), (status, body), wanted)
        self.assertEqual(answer.headers["Content-Range"], "bytes 0-9/10")
        self.assertEqual(self.registry.call("GET", path, headers={"Range": "bytes=10-"}).status, 416)

    def test_an_empty_blob(self):
        digest = self.registry.push_blob(self.repo, b"")
        answer = self.registry.call("GET", f"/v2/{self.repo}/blobs/{digest}")
        self.assertEqual((answer.status, answer.body), (200, b""))

    def test_delete(self):
        digest = self.registry.push_blob(self.repo, b"to go")
        self.assertEqual(self.registry.call("DELETE", f"/v2/{self.repo}/blobs/{digest}").status, 202)
        self.refused(self.registry.call("GET", f"/v2/{self.repo}/blobs/{digest}"), 404, "BLOB_UNKNOWN")
        self.registry.push_image(self.repo, "v1", b"in use")
        answer = self.registry.call("DELETE", f"/v2/{self.repo}/blobs/{digest_of(b'in use')}")
        self.refused(answer, 403, "DENIED")

    def test_names_are_no_paths(self):
        for name in ["../s3", "a/../b", "..%2f..%2fcredentials", "A", "a//b", "a%00b", "-a", "a/.", "%2e%2e"]:
            answer = self.registry.call("POST", f"/v2/{name}/blobs/uploads/")
            self.assertIn((answer.status, answer.code), [(400, "NAME_INVALID"), (404, "UNSUPPORTED")], name)
        for identity in ["..%2f..%2fcredentials", "../../sagebrush.db", "x", "%00", "a" * 300]:
            answer = self.registry.call("GET", f"/v2/{self.repo}/blobs/uploads/{identity}")
            self.assertEqual(answer.status // 100, 4, identity)
        self.refused(self.registry.call("GET", f"/v2/{self.repo}/blobs/sha256:..%5cx"), 400, "DIGEST_INVALID")


class ManifestTest(Fixture):
    def test_push_and_pull(self):
        digest = self.registry.push_image(self.repo, "v1")
        manifest, _ = self.registry.image(b"layer")
        by_tag = self.registry.call("GET", f"/v2/{self.repo}/manifests/v1")
        self.assertEqual((by_tag.body, by_tag.headers["Content-Type"], by_tag.headers["Docker-Content-Digest"]),
                         (manifest, OCI_MANIFEST, digest))
        self.assertEqual(self.registry.call("GET", f"/v2/{self.repo}/manifests/{digest}").body, manifest)
        head = self.registry.call("HEAD", f"/v2/{self.repo}/manifests/v1")
        self.assertEqual((head.status, head.headers["Content-Length"], head.body), (200, str(len(manifest)), b""))

    def test_docker_manifests_keep_their_type(self):
        manifest = json.loads(self.registry.image(b"layer")[0])
        manifest["mediaType"] = DOCKER_MANIFEST
        self.registry.push_image(self.repo, "v1")
        body = json.dumps(manifest, indent=3).encode()
        self.assertEqual(self.registry.put_manifest(self.repo, "docker", body, DOCKER_MANIFEST).status, 201)
        answer = self.registry.call("GET", f"/v2/{self.repo}/manifests/docker")
        self.assertEqual((answer.headers["Content-Type"], answer.body), (DOCKER_MANIFEST, body))

    def test_what_it_names_must_be_there(self):
        manifest, blobs = self.registry.image(b"never sent")
        answer = self.registry.put_manifest(self.repo, "v1", manifest)
        self.refused(answer, 404, "MANIFEST_BLOB_UNKNOWN")
        index = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [descriptor(manifest, OCI_MANIFEST)]}).encode()
        self.refused(self.registry.put_manifest(self.repo, "all", index, OCI_INDEX), 404, "MANIFEST_BLOB_UNKNOWN")
        wrong = json.loads(manifest)
        for blob in blobs:
            self.registry.push_blob(self.repo, blob)
        wrong["layers"][0]["size"] += 1
        self.refused(self.registry.put_manifest(self.repo, "v1", json.dumps(wrong).encode()), 400, "SIZE_INVALID")

    def test_index(self):
        children = [self.registry.push_image(self.repo, "", b"a", architecture="amd64"),
                    self.registry.push_image(self.repo, "", b"b", architecture="arm64")]
        index = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [
            {"mediaType": OCI_MANIFEST, "digest": d, "size": 1, "platform": {"os": "linux", "architecture": a}}
            for d, a in zip(children, ["amd64", "arm64"])]}).encode()
        self.assertEqual(self.registry.put_manifest(self.repo, "all", index, OCI_INDEX).status, 201)
        self.refused(self.registry.call("DELETE", f"/v2/{self.repo}/manifests/{children[0]}"), 403, "DENIED")
        self.assertEqual(self.registry.call("GET", f"/v2/{self.repo}/manifests/all").body, index)

    def test_what_is_no_manifest(self):
        for body, content_type, status in [(b"{", OCI_MANIFEST, 400), (b"[]", OCI_MANIFEST, 400), (b"", OCI_MANIFEST, 400), (b"\xff", OCI_MANIFEST, 400),
                                           (b"{}", "text/plain", 415), (b'{"schemaVersion":1}', OCI_MANIFEST, 400), (b"[" * 100_000, OCI_MANIFEST, 400)]:
            self.refused(self.registry.put_manifest(self.repo, "x", body, content_type), status, "MANIFEST_INVALID")

    def test_a_huge_one(self):
        body = b'{"schemaVersion":2,"x":"' + b"y" * (5 << 20) + b'"}'
        self.refused(self.registry.put_manifest(self.repo, "x", body), 413, "MANIFEST_INVALID")
        answer = self.registry.call("PUT", f"/v2/{self.repo}/manifests/x", body=iter([body]), chunked=True,
                                    headers={"Content-Type": OCI_MANIFEST, "Transfer-Encoding": "chunked"})
        self.refused(answer, 413, "MANIFEST_INVALID")

    def test_by_digest_it_must_have_it(self):
        self.registry.push_image(self.repo, "v1")
        manifest, _ = self.registry.image(b"layer")
        self.refused(self.registry.put_manifest(self.repo, digest_of(b"x"), manifest), 400, "DIGEST_INVALID")

    def test_delete_by_tag_and_by_digest(self):
        digest = self.registry.push_image(self.repo, "v1")
        self.assertEqual(self.registry.call("DELETE", f"/v2/{self.repo}/manifests/v1").status, 202)
        self.refused(self.registry.call("GET", f"/v2/{self.repo}/manifests/v1"), 404, "MANIFEST_UNKNOWN")
        self.assertEqual(self.registry.call("DELETE", f"/v2/{self.repo}/manifests/{digest}").status, 202)
        self.refused(self.registry.call("DELETE", f"/v2/{self.repo}/manifests/{digest}"), 404, "MANIFEST_UNKNOWN")

    def test_immutable_tags(self):
        self.ecr.put_image_tag_mutability(repositoryName=self.repo, imageTagMutability="IMMUTABLE")
        self.registry.push_image(self.repo, "v1", b"one")
        self.registry.push_image(self.repo, "v1", b"one")
        manifest, blobs = self.registry.image(b"two")
        for blob in blobs:
            self.registry.push_blob(self.repo, blob)
        self.refused(self.registry.put_manifest(self.repo, "v1", manifest), 400, "TAG_INVALID")

    def test_referrers(self):
        digest = self.registry.push_image(self.repo, "v1")
        subject = {"mediaType": OCI_MANIFEST, "digest": digest, "size": 1}
        manifest, blobs = self.registry.image(b"signature", subject=subject, artifactType="application/x-sig", annotations={"by": "me"})
        for blob in blobs:
            self.registry.push_blob(self.repo, blob)
        answer = self.registry.put_manifest(self.repo, digest_of(manifest), manifest)
        self.assertEqual((answer.status, answer.headers["OCI-Subject"]), (201, digest))
        path = f"/v2/{self.repo}/referrers/{digest}"
        answer = self.registry.call("GET", path)
        self.assertEqual(answer.headers["Content-Type"], OCI_INDEX)
        self.assertEqual(answer.json()["manifests"], [{"mediaType": OCI_MANIFEST, "digest": digest_of(manifest), "size": len(manifest),
                                                       "artifactType": "application/x-sig", "annotations": {"by": "me"}}])
        answer = self.registry.call("GET", path + "?artifactType=other")
        self.assertEqual((answer.json()["manifests"], answer.headers["OCI-Filters-Applied"]), ([], "artifactType"))
        self.assertEqual(self.registry.call("GET", f"/v2/{self.repo}/referrers/{digest_of(b'x')}").json()["manifests"], [])


class ListTest(Fixture):
    def pages(self, path, member):
        found = []
        while path:
            answer = self.registry.call("GET", path)
            self.assertEqual(answer.status, 200, answer.body)
            found.append(answer.json()[member])
            link = answer.headers["Link"]
            path = link[1:link.index(">")] if link else None
        return found

    def test_tags_in_pages(self):
        self.registry.push_image(self.repo, "b")
        manifest, _ = self.registry.image(b"layer")
        for tag in ["a", "e", "c", "d"]:
            self.registry.put_manifest(self.repo, tag, manifest)
        path = f"/v2/{self.repo}/tags/list"
        self.assertEqual(self.registry.call("GET", path).json(), {"name": self.repo, "tags": ["a", "b", "c", "d", "e"]})
        self.assertEqual(self.pages(path + "?n=2", "tags"), [["a", "b"], ["c", "d"], ["e"]])
        self.assertEqual(self.registry.call("GET", path + "?n=0").json()["tags"], [])
        self.assertEqual(self.registry.call("GET", path + "?last=c").json()["tags"], ["d", "e"])
        self.refused(self.registry.call("GET", path + "?n=x"), 400, "PAGINATION_NUMBER_INVALID")
        self.refused(self.registry.call("GET", "/v2/nobody/tags/list"), 404, "NAME_UNKNOWN")

    def test_catalog_in_pages(self):
        for name in ["zz/1", "zz/2", "zz/3"]:
            self.ecr.create_repository(repositoryName=name)
        whole = self.registry.call("GET", "/v2/_catalog").json()["repositories"]
        self.assertEqual(sum(self.pages("/v2/_catalog?n=2", "repositories"), []), whole)
        self.assertEqual(self.registry.call("GET", "/v2/_catalog?last=zz/1").json()["repositories"], ["zz/2", "zz/3"])

    def test_unknown_paths_and_methods(self):
        self.refused(self.registry.call("GET", "/v2/no/such"), 404, "UNSUPPORTED")
        self.refused(self.registry.call("POST", "/v2/_catalog"), 405, "UNSUPPORTED")
        self.refused(self.registry.call("GET", f"/v2/{self.repo}/blobs/uploads/"), 405, "UNSUPPORTED")


if __name__ == "__main__":
    unittest.main()
