"""Uploads in aws-chunked form with a trailing checksum, made by hand as the JavaScript SDK sends them."""

import base64
import pathlib
import sys
import unittest
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import wire  # noqa: E402
from botocore.auth import S3SigV4Auth  # noqa: E402

DATA = bytes(range(256)) * 800


class TrailerSigner(S3SigV4Auth):
    def payload(self, request):
        return "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


def crc32(data):
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def chunked(data, size, trailer):
    pieces = [data[i:i + size] for i in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n" + trailer + b"\r\n"


class ChunkedTest(wire.WireCase):
    def put(self, key, body, length=len(DATA), transfer_chunked=False):
        headers = {"Content-Encoding": "aws-chunked", "x-amz-trailer": "x-amz-checksum-crc32", "x-amz-sdk-checksum-algorithm": "CRC32",
                   "x-amz-decoded-content-length": str(length), "Content-Type": "application/octet-stream"}
        headers = self.wire.sign("s3", "PUT", "/bkt/" + key, headers, signer=TrailerSigner)
        headers.pop("Content-Length", None)
        # http.client frames an iterator itself: aws-chunked inside HTTP's own chunks, as a stream of unknown length comes.
        return self.wire.send("PUT", "/bkt/" + key, headers, iter([body[:1000], body[1000:]]) if transfer_chunked else body)

    def get(self, key):
        return self.wire.call("s3", "GET", "/bkt/" + key)

    def test_good_uploads(self):
        trailer = b"x-amz-checksum-crc32:" + crc32(DATA).encode() + b"\r\n"
        for number, (size, framed) in enumerate([(65536, False), (8192, True), (len(DATA), False), (1, True)]):
            with self.subTest(size=size, framed=framed):
                answer = self.put(f"k{number}", chunked(DATA, size, trailer), transfer_chunked=framed)
                self.assertEqual(answer.status, 200, answer)
                self.assertEqual(answer.headers["x-amz-checksum-crc32"], crc32(DATA))
                got = self.get(f"k{number}")
                self.assertEqual(got.body, DATA)
                self.assertNotIn("aws-chunked", got.headers.get("Content-Encoding", ""))

    def test_bad_uploads_store_nothing(self):
        good = b"x-amz-checksum-crc32:" + crc32(DATA).encode() + b"\r\n"
        wrong = b"x-amz-checksum-crc32:" + crc32(b"other").encode() + b"\r\n"
        whole = chunked(DATA, 65536, good)
        cases = {"checksum": (chunked(DATA, 65536, wrong), len(DATA)), "no trailer": (chunked(DATA, 65536, b""), len(DATA)),
                 "another trailer": (chunked(DATA, 65536, b"x-amz-checksum-sha1:AAAA\r\n"), len(DATA)), "longer": (whole, len(DATA) - 1),
                 "shorter": (whole, len(DATA) + 1), "cut": (whole[:-40], len(DATA)), "no chunks": (DATA, len(DATA))}
        for name, (body, length) in cases.items():
            with self.subTest(name):
                answer = self.put("bad", body, length)
                self.assertTrue(400 <= answer.status < 500, answer)
                self.assertEqual(self.get("bad").code, "NoSuchKey")


if __name__ == "__main__":
    unittest.main()
