"""Presigned URLs as boto3 makes them: by default (for us-east-1 the old version 2) and as version 4, path and host style."""

import http.client
import pathlib
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import boto3  # noqa: E402
from botocore.config import Config  # noqa: E402
from server import Server  # noqa: E402

KEY = "a folder/ü+&=.txt"


def ask(server, method, url, body=None, **headers):
    """(status, headers, body): connects to the server whatever host the URL names."""
    target = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=60)
    headers = {"Host": target.netloc} | {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, target.path + "?" + target.query, body, headers)
    answer = connection.getresponse()
    result = answer.status, answer.headers, answer.read()
    connection.close()
    return result


def moved(url, **changes):
    """The URL with parameters of its query set to something else."""
    target = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(target.query, keep_blank_values=True)) | changes
    return urllib.parse.urlunsplit(target._replace(query=urllib.parse.urlencode(query)))


class PresignedTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()
        cls.port = urllib.parse.urlsplit(cls.server.url).port
        cls.s3 = cls.server.client("s3")
        cls.s3.create_bucket(Bucket="bkt")

    @classmethod
    def tearDownClass(cls):
        cls.s3.close()
        cls.server.__exit__()

    def signer(self, version=None, style="path", host=None, token=None, key=None, secret=None):
        url = f"http://{host}:{self.port}" if host else self.server.url
        return boto3.client("s3", endpoint_url=url, region_name="us-east-1",
                            aws_access_key_id=key or self.server.access_key_id,
                            aws_secret_access_key=secret or self.server.secret_access_key, aws_session_token=token,
                            config=Config(signature_version=version, s3={"addressing_style": style}))

    def every_signer(self):
        for version in [None, "s3", "s3v4"]:
            yield f"{version} path", self.signer(version)
            for host in ["localhost", "s3.localhost"]:
                yield f"{version} {host}", self.signer(version, "virtual", host)

    def sign(self, signer, operation, seconds=600, **parameters):
        return signer.generate_presigned_url(operation, Params={"Bucket": "bkt", **parameters}, ExpiresIn=seconds)

    def test_default_of_boto3_is_version_2(self):
        plain = boto3.client("s3", endpoint_url=self.server.url, region_name="us-east-1", aws_access_key_id=self.server.access_key_id,
                             aws_secret_access_key=self.server.secret_access_key)
        url = plain.generate_presigned_url("put_object", Params={"Bucket": "bkt", "Key": KEY})
        self.assertIn("AWSAccessKeyId=", url)
        self.assertEqual(ask(self.server, "PUT", url, b"by default")[0], 200)
        url = plain.generate_presigned_url("get_object", Params={"Bucket": "bkt", "Key": KEY})
        self.assertEqual(ask(self.server, "GET", url)[2], b"by default")
        url = plain.generate_presigned_url("list_objects_v2", Params={"Bucket": "bkt"})
        self.assertIn(b"<KeyCount>", ask(self.server, "GET", url)[2])

    def test_put_get_and_list(self):
        for name, signer in self.every_signer():
            with self.subTest(name):
                body = name.encode()
                self.assertEqual(ask(self.server, "PUT", self.sign(signer, "put_object", Key=KEY), body)[0], 200)
                url = self.sign(signer, "get_object", Key=KEY, ResponseContentType="text/csv", ResponseContentDisposition="inline; a+b")
                status, headers, got = ask(self.server, "GET", url)
                self.assertEqual((status, got), (200, body))
                self.assertEqual((headers["Content-Type"], headers["Content-Disposition"]), ("text/csv", "inline; a+b"))
                self.assertIn(b"<Contents>", ask(self.server, "GET", self.sign(signer, "list_objects", Prefix="a fol"))[2])
                self.assertEqual(ask(self.server, "GET", self.sign(signer, "get_object", Key=KEY), Range="bytes=0-1")[0], 206)

    def test_metadata_and_type_of_the_url(self):
        url = self.sign(self.signer("s3"), "put_object", Key="typed", Metadata={"a": "1"}, ContentType="text/x")
        self.assertEqual(ask(self.server, "PUT", url, b"x", content_type="text/x")[0], 200)
        head = self.s3.head_object(Bucket="bkt", Key="typed")
        self.assertEqual((head["Metadata"], head["ContentType"]), ({"a": "1"}, "text/x"))
        self.assertEqual(ask(self.server, "PUT", url, b"x", content_type="text/y")[0], 403)
        self.assertEqual(ask(self.server, "PUT", moved(url, **{"x-amz-meta-a": "2"}), b"x")[0], 403)

    def test_temporary_keys(self):
        keys = self.server.client("sts").get_session_token()["Credentials"]
        for version in ["s3", "s3v4"]:
            signer = self.signer(version, key=keys["AccessKeyId"], secret=keys["SecretAccessKey"], token=keys["SessionToken"])
            url = self.sign(signer, "put_object", Key="k")
            self.assertEqual(ask(self.server, "PUT", url, b"x")[0], 200, version)
            name = next(n for n, _ in urllib.parse.parse_qsl(url) if n.lower().endswith("security-token"))
            self.assertIn(b"<Code>InvalidToken</Code>", ask(self.server, "PUT", moved(url, **{name: "other"}), b"x")[2])

    def test_refusals(self):
        self.s3.put_object(Bucket="bkt", Key="k", Body=b"x")
        cases = []
        for version in ["s3", "s3v4"]:
            good, other = self.sign(self.signer(version), "get_object", Key="k"), self.sign(self.signer(version), "get_object", Key="other")
            unknown = self.signer(version, key="AKIAIOSFODNN7EXAMPLE")
            cases += [(version, "GET", moved(good, **{"Signature" if version == "s3" else "X-Amz-Signature": "AAAA"}), "SignatureDoesNotMatch"),
                      (version, "PUT", good, "SignatureDoesNotMatch"),
                      (version, "GET", good.replace("/bkt/k", "/bkt/j"), "SignatureDoesNotMatch"),
                      (version, "GET", other, "NoSuchKey"),
                      (version, "GET", good + "&acl", "SignatureDoesNotMatch"),
                      (version, "GET", self.sign(unknown, "get_object", Key="k"), "InvalidAccessKeyId"),
                      (version, "GET", self.sign(self.signer(version), "get_object", Key="k", ResponseContentType="a\r\nX: y"), "InvalidArgument")]
        for version, method, url, code in cases:
            with self.subTest(version=version, code=code, url=url):
                status, _, body = ask(self.server, method, url)
                self.assertIn(f"<Code>{code}</Code>".encode(), body)
                self.assertLess(status, 500)
                self.assertGreaterEqual(status, 400)
        expired = ask(self.server, "GET", self.sign(self.signer("s3"), "get_object", seconds=-60, Key="k"))
        self.assertEqual(expired[0], 403)
        self.assertIn(b"Request has expired", expired[2])

    def test_the_header_form_of_version_2_stays_refused(self):
        answer = ask(self.server, "GET", self.server.url + "/bkt/k", Authorization="AWS AKIAIOSFODNN7EXAMPLE:qgk2+6Sv9/oM7G3qLEjTH1a1l1g=")
        self.assertEqual(answer[0], 400)
        self.assertIn(b"<Code>InvalidRequest</Code>", answer[2])


if __name__ == "__main__":
    unittest.main()
