"""Checks the codecs against botocore, for every implemented operation that the installed botocore knows:
what botocore serialises must decode to what went in, and what the server encodes botocore must parse to what went in.

  codec_botocore_test.py CHECKER OPERATIONS_LIST
"""

import base64
import datetime
import json
import random
import subprocess
import sys
import unittest
from urllib.parse import quote, urlencode

import botocore.parsers
import botocore.serialize
import botocore.session
from botocore.awsrequest import HeadersDict

ROUNDS = 25
UTC = datetime.timezone.utc


class Maker:
    """Makes values of a model's shapes: what botocore wants, and the canonical JSON of the same."""

    def __init__(self, seed, protocol):
        self.random = random.Random(seed)
        self.form = protocol in ("query", "ec2")  # which can not say an empty structure
        self.integers = [0, 1, 7, 2147483647] if protocol == "rest-xml" else [0, 1, -7, 2147483647]

    def text(self, shape, in_header=False):
        if getattr(shape, "enum", None):
            return self.random.choice(shape.enum)
        if in_header:
            return self.random.choice(["plain", "a b;c=1", "x/y-z_0"])
        return self.random.choice(["plain", "<a & \"b\">", "é日本 x", " lead", "a+b%20c=d&e", "two\nlines", "😀"])

    def scalar(self, shape, location):
        kind = shape.type_name
        if kind in ("integer", "long"):
            value = self.random.choice(self.integers)
            return value, value
        if kind in ("double", "float"):
            value = self.random.choice([0.5, 1.0, -2.25, 1e30])
            return value, value
        if kind == "boolean":
            value = self.random.choice([True, False])
            return value, value
        if kind == "timestamp":
            seconds = self.random.randrange(0, 2_000_000_000)
            return datetime.datetime.fromtimestamp(seconds, UTC), float(seconds)
        if kind == "blob":
            value = self.random.randbytes(self.random.randrange(1, 9))
            return value, base64.b64encode(value).decode()
        value = self.text(shape, location in ("header", "headers"))
        if location == "uri":
            value = self.random.choice(["plain", "a/b//c", "sp ace+%/é", "..", "x/"])
        return value, value

    def value(self, shape, depth, location=None):
        kind = shape.type_name
        if kind == "structure":
            return self.structure(shape, depth + 1)
        if kind == "list":
            pairs = [self.value(shape.member, depth + 1, location) for _ in range(self.random.randrange(1, 4))]
            pairs = [pair for pair in pairs if pair[0] != {}]  # a form can not say an empty structure
            return [wire for wire, _ in pairs], [canonical for _, canonical in pairs]
        if kind == "map":
            pairs = {}
            for index in range(self.random.randrange(1, 3)):
                key = self.text(shape.key, location == "headers")
                key = f"key-{index}" if location == "headers" else key
                pairs[key] = self.value(shape.value, depth + 1, location)
            return {k: w for k, (w, _) in pairs.items()}, {k: c for k, (_, c) in pairs.items()}
        return self.scalar(shape, location)

    def structure(self, shape, depth=0):
        wire, canonical = {}, {}
        for name, member in shape.members.items():
            required = name in shape.required_members
            if member.serialization.get("streaming") or getattr(member, "is_eventstream", False):
                continue
            if not required and (depth > 6 or self.random.random() < 0.35):
                continue
            location = member.serialization.get("location")
            made = self.value(member, depth, location)
            if made[0] in ({}, []) and (self.form or not required):
                continue
            wire[name], canonical[name] = made
        return wire, canonical


def canonical_of(value):
    """What botocore parsed, as canonical JSON; without the {} that it gives for absent header maps and payloads."""
    if isinstance(value, dict):
        return {key: canonical_of(item) for key, item in value.items() if item != {}}
    if isinstance(value, list):
        return [canonical_of(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


class Checker:
    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **line):
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise AssertionError(f"the checker ended on {line}")
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def operations(path):
    with open(path) as lines:
        for line in lines:
            words = line.split("#")[0].split()
            if words:
                yield words[0], words[1]


def request_line(service, request):
    path, _, path_query = request["url_path"].partition("?")
    query = request["query_string"]
    pairs = list(query.items()) if isinstance(query, dict) else [tuple(p.split("=", 1)) for p in query.split("&") if p]
    encoded = "&".join(part for part in (path_query, urlencode(pairs, quote_via=quote)) if part)
    body = request["body"]
    if isinstance(body, dict):
        body = urlencode(body)
    if isinstance(body, str):
        body = body.encode()
    return dict(service=service, method=request["method"], path=path, query=encoded,
                headers=[[name, str(value)] for name, value in request["headers"].items()],
                body=base64.b64encode(body or b"").decode())


class CodecTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        session = botocore.session.Session()
        cls.checker = Checker(CHECKER)
        cls.cases = []
        for service, name in operations(OPERATIONS):
            model = session.get_service_model(service)
            if name in model.operation_names:
                cls.cases.append((service, model, model.operation_model(name)))

    @classmethod
    def tearDownClass(cls):
        cls.checker.close()

    def test_requests_decode_to_what_was_sent(self):
        for service, model, operation in self.cases:
            serializer = botocore.serialize.create_serializer(model.metadata["protocol"], include_validation=False)
            for seed in range(ROUNDS):
                maker = Maker(f"{operation.name}{seed}", model.metadata["protocol"])
                shape = operation.input_shape
                wire, canonical = maker.structure(shape) if shape else ({}, {})
                with self.subTest(operation=operation.name, seed=seed):
                    request = serializer.serialize_to_request(wire, operation)
                    answer = self.checker.ask(do="decode", **request_line(service, request))
                    self.assertNotIn("error", answer)
                    self.assertEqual(answer["operation"], operation.name)
                    self.assertEqual(answer["input"], canonical)

    def test_answers_parse_to_what_was_encoded(self):
        for service, model, operation in self.cases:
            if operation.name == "GetBucketLocation" or operation.output_shape is None:
                continue
            parser = botocore.parsers.create_parser(model.metadata["protocol"])
            for seed in range(ROUNDS):
                _, canonical = Maker(f"{seed}{operation.name}", model.metadata["protocol"]).structure(operation.output_shape)
                with self.subTest(operation=operation.name, seed=seed):
                    answer = self.checker.ask(do="encode", service=service, operation=operation.name, output=canonical)
                    parsed = parser.parse(
                        {"status_code": answer["status"], "headers": HeadersDict(answer["headers"]),
                         "body": base64.b64decode(answer["body"])}, operation.output_shape)
                    self.assertEqual(parsed.pop("ResponseMetadata")["HTTPStatusCode"], answer["status"])
                    for name, member in operation.output_shape.members.items():
                        length = member.serialization.get("name") == "Content-Length"
                        if member.serialization.get("streaming") or (length and operation.name != "HeadObject"):
                            parsed.pop(name, None)
                            canonical.pop(name, None)
                    self.assertEqual(canonical_of(parsed), canonical_of(canonical))

    def test_errors_parse_as_errors(self):
        for service in ("sagemaker", "logs", "iam", "sts", "s3"):
            model = botocore.session.Session().get_service_model(service)
            parser = botocore.parsers.create_parser(model.metadata["protocol"])
            answer = self.checker.ask(do="error", service=service, code="SomeCode", status=404, message="<no> & \"none\"")
            parsed = parser.parse({"status_code": answer["status"], "headers": HeadersDict(answer["headers"]),
                                   "body": base64.b64decode(answer["body"])}, None)
            with self.subTest(service=service):
                self.assertEqual(parsed["Error"]["Code"], "SomeCode")
                self.assertEqual(parsed["Error"]["Message"], "<no> & \"none\"")
                self.assertEqual(parsed["ResponseMetadata"]["RequestId"], "request-1")


if __name__ == "__main__":
    OPERATIONS = sys.argv.pop()
    CHECKER = sys.argv.pop()
    unittest.main()
