"""S3 as its real clients see it: boto3 (whichever the interpreter has) and the aws command line."""

import base64
import hashlib
import http.client
import io
import os
import pathlib
import random
import shutil
import subprocess
import sys
import unittest
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import boto3  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402
from server import Server  # noqa: E402

NAUGHTY_KEYS = ["..", "../../etc/passwd", "/", "//", "a//b", "a/", "a/../b", ".", "%2e%2e%2f", "a b+c", "ü/ß", "🌵",
                "?x=1&y=2", "#frag", "\\back", "\"quoted\" <xml> & 'more'", "a\tb", "*", "~", "k" * 1024, "ü" * 512]


def error_of(call, **arguments):
    """(code, HTTP status) of the error that a call must end in."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    raise AssertionError("no error")


class S3Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()
        cls.s3 = cls.server.client("s3")

    @classmethod
    def tearDownClass(cls):
        cls.s3.close()
        code = cls.server.stop()
        shutil.rmtree(cls.server.data, ignore_errors=True)
        assert code == 0, code

    def setUp(self):
        self.bucket = "b-" + hashlib.md5(self.id().encode()).hexdigest()[:12]
        self.s3.create_bucket(Bucket=self.bucket)

    def presign(self, operation, **parameters):
        """A presigned URL as version 4 has it; test_presigned.py has boto3's own default too."""
        signer = boto3.client("s3", endpoint_url=self.server.url, region_name="us-east-1",
                              aws_access_key_id=self.server.access_key_id,
                              aws_secret_access_key=self.server.secret_access_key, config=Config(signature_version="s3v4"))
        return signer.generate_presigned_url(operation, Params={"Bucket": self.bucket, **parameters})

    def put(self, key, body=b"hello", **more):
        return self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, **more)

    def get(self, key, **more):
        return self.s3.get_object(Bucket=self.bucket, Key=key, **more)["Body"].read()


class Buckets(S3Test):
    def test_life_of_a_bucket(self):
        self.assertIn(self.bucket, [b["Name"] for b in self.s3.list_buckets()["Buckets"]])
        self.assertEqual(self.s3.head_bucket(Bucket=self.bucket)["ResponseMetadata"]["HTTPStatusCode"], 200)
        self.s3.create_bucket(Bucket=self.bucket)
        self.put("k")
        self.assertEqual(error_of(self.s3.delete_bucket, Bucket=self.bucket), ("BucketNotEmpty", 409))
        self.s3.delete_object(Bucket=self.bucket, Key="k")
        self.s3.delete_bucket(Bucket=self.bucket)
        self.assertEqual(error_of(self.s3.head_bucket, Bucket=self.bucket)[1], 404)
        self.assertEqual(error_of(self.s3.list_objects_v2, Bucket=self.bucket), ("NoSuchBucket", 404))

    def test_location(self):
        self.assertIsNone(self.s3.get_bucket_location(Bucket=self.bucket)["LocationConstraint"])
        there = self.server.client("s3", region="eu-west-1")
        make = {"Bucket": "in-ireland", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
        there.create_bucket(**make)
        self.assertEqual(there.get_bucket_location(Bucket="in-ireland")["LocationConstraint"], "eu-west-1")
        self.assertEqual(error_of(there.create_bucket, **make), ("BucketAlreadyOwnedByYou", 409))
        make["CreateBucketConfiguration"]["LocationConstraint"] = "ap-south-1"
        self.assertEqual(error_of(there.create_bucket, **make)[0], "IllegalLocationConstraintException")

    def test_names(self):
        for name in ["UPPER", "a.b..c", "192.168.0.1", "-start", "xn--x"]:
            self.assertEqual(error_of(self.s3.create_bucket, Bucket=name)[0], "InvalidBucketName", name)

    def test_expected_owner(self):
        self.put("k", ExpectedBucketOwner="000000000000")
        wrong = {"Bucket": self.bucket, "ExpectedBucketOwner": "111122223333"}
        for call, more in [(self.s3.head_bucket, {}), (self.s3.list_objects_v2, {}), (self.s3.get_object, {"Key": "k"}),
                           (self.s3.put_object, {"Key": "k", "Body": b""}), (self.s3.delete_object, {"Key": "k"})]:
            self.assertEqual(error_of(call, **wrong, **more)[1], 403)


class Objects(S3Test):
    def test_headers_come_back(self):
        given = {"ContentType": "text/x", "CacheControl": "no-cache", "ContentDisposition": "inline", "ContentEncoding": "gzip",
                 "ContentLanguage": "de", "Metadata": {"a": "1", "b-c": "two words"}, "ServerSideEncryption": "aws:kms"}
        put = self.put("k", **given)
        self.assertEqual(put["ETag"], '"5d41402abc4b2a76b9719d911017c592"')
        head = self.s3.head_object(Bucket=self.bucket, Key="k")
        for name, value in given.items():
            self.assertEqual(head[name], value, name)
        self.assertEqual(head["ContentLength"], 5)

    def test_ranges(self):
        self.put("k", b"0123456789")
        for text, expected in [("bytes=2-4", b"234"), ("bytes=7-", b"789"), ("bytes=-3", b"789"), ("bytes=5-99", b"56789")]:
            answer = self.s3.get_object(Bucket=self.bucket, Key="k", Range=text)
            self.assertEqual((answer["ResponseMetadata"]["HTTPStatusCode"], answer["Body"].read()), (206, expected))
        self.assertEqual(self.s3.get_object(Bucket=self.bucket, Key="k", Range="bytes=2-4")["ContentRange"], "bytes 2-4/10")
        self.assertEqual(error_of(self.s3.get_object, Bucket=self.bucket, Key="k", Range="bytes=10-"), ("InvalidRange", 416))
        head = self.s3.head_object(Bucket=self.bucket, Key="k", Range="bytes=2-4")
        self.assertEqual((head["ResponseMetadata"]["HTTPStatusCode"], head["ContentLength"]), (206, 3))
        self.assertEqual(self.get("k", Range="lines=1-2"), b"0123456789")

    def test_conditions(self):
        etag = self.put("k")["ETag"]
        modified = self.s3.head_object(Bucket=self.bucket, Key="k")["LastModified"]
        read = {"Bucket": self.bucket, "Key": "k"}
        self.assertEqual(self.get("k", IfMatch=etag), b"hello")
        self.assertEqual(error_of(self.s3.get_object, **read, IfMatch='"x"'), ("PreconditionFailed", 412))
        self.assertEqual(error_of(self.s3.get_object, **read, IfNoneMatch=etag)[1], 304)
        self.assertEqual(error_of(self.s3.head_object, **read, IfModifiedSince=modified)[1], 304)
        self.assertEqual(self.get("k", IfUnmodifiedSince=modified), b"hello")

    def test_create_only_once(self):
        url = self.presign("put_object", Key="once")
        statuses = []
        for _ in range(2):
            target = urllib.parse.urlsplit(url)
            connection = http.client.HTTPConnection(target.netloc)
            connection.request("PUT", target.path + "?" + target.query, b"x", {"If-None-Match": "*"})
            statuses.append(connection.getresponse().status)
            connection.close()
        self.assertEqual(statuses, [200, 412])

    def test_presigned_with_overridden_headers(self):
        self.put("k", b"text", ContentType="a/b")
        url = self.presign("get_object", Key="k", ResponseContentType="text/csv", ResponseContentDisposition="attachment")
        with urllib.request.urlopen(url) as answer:
            self.assertEqual(answer.read(), b"text")
            self.assertEqual(answer.headers["Content-Type"], "text/csv")
            self.assertEqual(answer.headers["Content-Disposition"], "attachment")

    def test_naughty_keys_round_trip(self):
        for key in NAUGHTY_KEYS:
            self.put(key, key.encode())
        for key in NAUGHTY_KEYS:
            self.assertEqual(self.get(key), key.encode(), key)
        listed = [o["Key"] for o in self.s3.list_objects_v2(Bucket=self.bucket)["Contents"]]
        self.assertEqual(listed, sorted(NAUGHTY_KEYS, key=lambda k: k.encode()))
        self.assertEqual(error_of(self.s3.put_object, Bucket=self.bucket, Key="k" * 1025)[0], "KeyTooLongError")
        answer = self.s3.delete_objects(Bucket=self.bucket, Delete={"Objects": [{"Key": k} for k in NAUGHTY_KEYS]})
        self.assertEqual(len(answer["Deleted"]), len(NAUGHTY_KEYS))
        self.assertEqual(self.s3.list_objects_v2(Bucket=self.bucket)["KeyCount"], 0)
        outside = [p for p in pathlib.Path(self.server.data).parent.glob("passwd")]
        self.assertEqual(outside, [])

    def test_errors_of_missing_things(self):
        self.assertEqual(error_of(self.s3.get_object, Bucket=self.bucket, Key="none"), ("NoSuchKey", 404))
        self.assertEqual(error_of(self.s3.head_object, Bucket=self.bucket, Key="none")[1], 404)
        self.assertEqual(error_of(self.s3.put_object, Bucket="no-such-bucket", Key="k", Body=b"x" * 300000), ("NoSuchBucket", 404))
        self.assertEqual(self.s3.delete_object(Bucket=self.bucket, Key="none")["ResponseMetadata"]["HTTPStatusCode"], 204)

    def test_versions_that_are_not_there(self):
        self.put("k", b"data")
        for operation in (self.s3.get_object, self.s3.head_object, self.s3.delete_object):
            self.assertEqual(error_of(operation, Bucket=self.bucket, Key="k", VersionId="x")[1], 400)
        self.assertEqual(error_of(self.s3.get_object, Bucket=self.bucket, Key="k", VersionId="x")[0], "InvalidArgument")
        self.assertEqual(self.s3.get_object(Bucket=self.bucket, Key="k", VersionId="null")["Body"].read(), b"data")
        self.s3.delete_object(Bucket=self.bucket, Key="k", VersionId="null")
        self.assertEqual(error_of(self.s3.head_object, Bucket=self.bucket, Key="k")[1], 404)

    def test_keys_that_can_not_be_deleted_hold_up_no_others(self):
        self.put("a", b"1")
        self.put("b", b"2")
        wanted = [{"Key": "a"}, {"Key": "k" * 1025}, {"Key": "b", "VersionId": "x"}]
        answer = self.s3.delete_objects(Bucket=self.bucket, Delete={"Objects": wanted})
        self.assertEqual([o["Key"] for o in answer["Deleted"]], ["a"])
        self.assertEqual([(e["Key"][:1], e["Code"]) for e in answer["Errors"]],
                         [("k", "KeyTooLongError"), ("b", "InvalidArgument")])
        self.assertEqual(self.get("b"), b"2")
        self.assertEqual(error_of(self.s3.head_object, Bucket=self.bucket, Key="a")[1], 404)

    def test_conditions_of_copies_and_deletions(self):
        # Debian's boto3 has no members for these headers.
        headers = {}
        def add(params, **_):
            params["headers"].update(headers)

        for operation in ("CopyObject", "DeleteObject"):
            self.s3.meta.events.register(f"before-call.s3.{operation}", add, unique_id=f"add-{operation}")
            self.addCleanup(self.s3.meta.events.unregister, f"before-call.s3.{operation}", unique_id=f"add-{operation}")
        self.put("from", b"new")
        self.put("k", b"old")
        copy = {"Bucket": self.bucket, "Key": "k", "CopySource": {"Bucket": self.bucket, "Key": "from"}}
        for headers in ({"If-None-Match": "*"}, {"If-Match": '"x"'}):
            self.assertEqual(error_of(self.s3.copy_object, **copy), ("PreconditionFailed", 412))
        self.assertEqual(error_of(self.s3.delete_object, Bucket=self.bucket, Key="k"), ("PreconditionFailed", 412))
        self.assertEqual(self.get("k"), b"old")
        headers = {"If-Match": "*"}
        self.s3.copy_object(**copy)
        self.assertEqual(self.get("k"), b"new")
        self.s3.delete_object(Bucket=self.bucket, Key="k")
        self.assertEqual(error_of(self.s3.head_object, Bucket=self.bucket, Key="k")[1], 404)

    def test_wrong_content_md5_stores_nothing(self):
        wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()
        self.assertEqual(error_of(self.s3.put_object, Bucket=self.bucket, Key="k", Body=b"x", ContentMD5=wrong)[0], "BadDigest")
        self.assertEqual(error_of(self.s3.head_object, Bucket=self.bucket, Key="k")[1], 404)

    def test_copy(self):
        self.put("from ü+", b"data", Metadata={"a": "1"}, ContentType="x/y")
        source = {"Bucket": self.bucket, "Key": "from ü+"}
        self.s3.copy_object(Bucket=self.bucket, Key="to", CopySource=source)
        head = self.s3.head_object(Bucket=self.bucket, Key="to")
        self.assertEqual((head["Metadata"], head["ContentType"]), ({"a": "1"}, "x/y"))
        self.s3.copy_object(Bucket=self.bucket, Key="to", CopySource=source, MetadataDirective="REPLACE", Metadata={"b": "2"})
        self.assertEqual(self.s3.head_object(Bucket=self.bucket, Key="to")["Metadata"], {"b": "2"})
        self.s3.delete_object(**source)
        self.assertEqual(self.get("to"), b"data")
        itself = {"Bucket": self.bucket, "Key": "to", "CopySource": {"Bucket": self.bucket, "Key": "to"}}
        self.assertEqual(error_of(self.s3.copy_object, **itself)[0], "InvalidRequest")
        self.assertEqual(error_of(self.s3.copy_object, **itself, MetadataDirective="REPLACE", CopySourceIfMatch='"x"')[0],
                         "PreconditionFailed")


class Listings(S3Test):
    def all_pages(self, operation, **arguments):
        keys, prefixes = [], []
        for page in self.s3.get_paginator(operation).paginate(Bucket=self.bucket, **arguments):
            keys += [o["Key"] for o in page.get("Contents", [])]
            prefixes += [p["Prefix"] for p in page.get("CommonPrefixes", [])]
        return keys, prefixes

    def test_equals_a_naive_model(self):
        chooser = random.Random(7)
        keys = {"".join(chooser.choice(["a", "b", "/", " ", "é", "z&"]) for _ in range(chooser.randint(1, 6))) for _ in range(120)}
        for key in keys:
            self.put(key, b"")
        ordered = sorted(keys, key=lambda k: k.encode())
        for operation in ["list_objects_v2", "list_objects"]:
            for prefix in ["", "a", "a/", "é", "none"]:
                for delimiter in ["", "/", "b"]:
                    arguments = {"Prefix": prefix, "PaginationConfig": {"PageSize": 7}}
                    if delimiter:
                        arguments["Delimiter"] = delimiter
                    plain, grouped = [], []
                    for key in (k for k in ordered if k.startswith(prefix)):
                        rest = key[len(prefix):]
                        if delimiter and delimiter in rest:
                            group = prefix + rest.split(delimiter)[0] + delimiter
                            if group not in grouped:
                                grouped.append(group)
                        else:
                            plain.append(key)
                    self.assertEqual(self.all_pages(operation, **arguments), (plain, grouped), (operation, prefix, delimiter))

    def test_pages_of_v2(self):
        for key in "abcde":
            self.put(key)
        page = self.s3.list_objects_v2(Bucket=self.bucket, MaxKeys=2, StartAfter="a", FetchOwner=True)
        self.assertEqual(([o["Key"] for o in page["Contents"]], page["KeyCount"], page["IsTruncated"]), (["b", "c"], 2, True))
        self.assertIn("ID", page["Contents"][0]["Owner"])
        page = self.s3.list_objects_v2(Bucket=self.bucket, ContinuationToken=page["NextContinuationToken"])
        self.assertEqual(([o["Key"] for o in page["Contents"]], page["IsTruncated"]), (["d", "e"], False))
        self.assertEqual(error_of(self.s3.list_objects_v2, Bucket=self.bucket, ContinuationToken="?")[0], "InvalidArgument")


class Multipart(S3Test):
    MIB = 1 << 20

    def start(self, key="k", **more):
        return {"Bucket": self.bucket, "Key": key,
                "UploadId": self.s3.create_multipart_upload(Bucket=self.bucket, Key=key, **more)["UploadId"]}

    def part(self, upload, number, body):
        return {"PartNumber": number, "ETag": self.s3.upload_part(**upload, PartNumber=number, Body=body)["ETag"]}

    def complete(self, upload, parts):
        return self.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})

    def test_parts_become_one_object(self):
        upload = self.start(Metadata={"a": "1"})
        bodies = [os.urandom(5 * self.MIB), os.urandom(5 * self.MIB), b"tail"]
        parts = [self.part(upload, i + 1, body) for i, body in enumerate(bodies)]
        self.assertEqual([p["PartNumber"] for p in self.s3.list_parts(**upload, MaxParts=2)["Parts"]], [1, 2])
        self.assertEqual([u["Key"] for u in self.s3.list_multipart_uploads(Bucket=self.bucket)["Uploads"]], ["k"])
        digests = b"".join(hashlib.md5(body).digest() for body in bodies)
        etag = f'"{hashlib.md5(digests).hexdigest()}-3"'
        self.assertEqual(self.complete(upload, parts)["ETag"], etag)
        self.assertEqual(self.complete(upload, parts)["ETag"], etag)
        whole = b"".join(bodies)
        self.assertEqual(self.get("k"), whole)
        self.assertEqual(self.get("k", Range=f"bytes={5 * self.MIB - 3}-{5 * self.MIB + 2}"), whole[5 * self.MIB - 3:5 * self.MIB + 3])
        second = self.s3.get_object(Bucket=self.bucket, Key="k", PartNumber=2)
        self.assertEqual((second["PartsCount"], second["Body"].read()), (3, bodies[1]))
        self.assertEqual(self.s3.head_object(Bucket=self.bucket, Key="k")["Metadata"], {"a": "1"})

    def test_refusals(self):
        upload = self.start()
        first, second = self.part(upload, 1, b"small"), self.part(upload, 2, b"small")
        self.assertEqual(error_of(self.complete, upload=upload, parts=[first, second])[0], "EntityTooSmall")
        self.assertEqual(error_of(self.complete, upload=upload, parts=[second, first])[0], "InvalidPartOrder")
        self.assertEqual(error_of(self.complete, upload=upload, parts=[dict(first, ETag='"0"')])[0], "InvalidPart")
        self.s3.abort_multipart_upload(**upload)
        self.assertEqual(error_of(self.s3.list_parts, **upload), ("NoSuchUpload", 404))
        self.assertEqual(error_of(self.s3.upload_part, **upload, PartNumber=1, Body=b"x"), ("NoSuchUpload", 404))

    def test_copied_parts(self):
        source = os.urandom(6 * self.MIB)
        self.put("source", source)
        upload = self.start()
        parts = []
        for number, text in [(1, None), (2, "bytes=10-19")]:
            more = {"CopySourceRange": text} if text else {}
            result = self.s3.upload_part_copy(**upload, PartNumber=number, CopySource={"Bucket": self.bucket, "Key": "source"}, **more)
            parts.append({"PartNumber": number, "ETag": result["CopyPartResult"]["ETag"]})
        self.complete(upload, parts)
        self.assertEqual(self.get("k"), source + source[10:20])

    def test_transfer_manager(self):
        data = os.urandom(20 * self.MIB)
        self.s3.upload_fileobj(io.BytesIO(data), self.bucket, "k")
        into = io.BytesIO()
        self.s3.download_fileobj(self.bucket, "k", into)
        self.assertEqual(into.getvalue(), data)


class CommandLine(S3Test):
    def aws(self, *arguments):
        done = subprocess.run([self.program, *arguments, "--endpoint-url", self.server.url], env=self.server.environment(),
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def daily_steps(self):
        folder = self.server.data / ("cli-" + self.bucket)
        (folder / "in" / "sub").mkdir(parents=True)
        (folder / "in" / "small.txt").write_text("small")
        (folder / "in" / "sub" / "large.bin").write_bytes(os.urandom(20 << 20))
        self.aws("s3", "cp", "--recursive", str(folder / "in"), f"s3://{self.bucket}/data/")
        self.assertIn("large.bin", self.aws("s3", "ls", "--recursive", f"s3://{self.bucket}"))
        self.assertIn("PRE data/", self.aws("s3", "ls", f"s3://{self.bucket}"))
        self.aws("s3", "sync", f"s3://{self.bucket}/data", str(folder / "out"))
        for name in ["small.txt", "sub/large.bin"]:
            self.assertEqual((folder / "in" / name).read_bytes(), (folder / "out" / name).read_bytes())
        self.aws("s3", "rb", "--force", f"s3://{self.bucket}")

    def test_daily_steps_with_debians(self):
        self.program = "/usr/bin/aws"
        if not os.path.exists(self.program):
            self.skipTest("no /usr/bin/aws")
        self.daily_steps()

    def test_daily_steps_with_the_one_on_the_path(self):
        self.program = shutil.which("aws")
        if self.program in (None, "/usr/bin/aws"):
            self.skipTest("no other aws on PATH")
        self.daily_steps()


if __name__ == "__main__":
    unittest.main()
