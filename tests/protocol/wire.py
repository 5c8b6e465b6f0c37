"""Requests made from the service models, signed by botocore and sent as they are: what no client library would send."""

import http.client
import json
import pathlib
import re
import sys
import unittest
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "codegen"))
sys.path.insert(0, str(ROOT / "tests" / "support"))

import botocore.auth  # noqa: E402
import botocore.awsrequest  # noqa: E402
import botocore.credentials  # noqa: E402
import models  # noqa: E402
from server import Server  # noqa: E402

SCALARS = ("integer", "long", "float", "double", "boolean", "timestamp")
LEAST_BODY = {"structure": {}, "list": [], "map": {}}


def services():
    return {s.name: s for s in models.load_services(ROOT / "tools" / "codegen" / "services.list", models.default_models_folder())}


def implemented():
    """{service: {operation}}"""
    found = models.load_operations(ROOT / "src" / "service" / "operations.list")
    return {service: {name for name, _ in rows} for service, rows in found.items()}


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.code, self.message = "", ""
        text = body.decode("utf-8", "replace")
        if text.startswith("{"):
            parsed = json.loads(text)
            self.code = parsed.get("__type", "")
            self.message = parsed.get("message", parsed.get("Message", ""))
        elif "<Error>" in text:
            self.code = re.search("<Code>([^<]*)", text)[1]
            self.message = re.search("<Message>([^<]*)", text)[1]

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"


class Wire:
    """One kept connection to the server."""

    def __init__(self, server):
        self.server = server
        self._connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=60)

    def close(self):
        self._connection.close()

    def send(self, method, path, headers=None, body=b""):
        """As it stands: nothing is signed."""
        self._connection.request(method, path, body, headers or {})
        answer = self._connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())

    def sign(self, service, method, path, headers=None, body=b"", key=None, secret=None, token=None, signer=None):
        """The headers of a signed request."""
        keys = botocore.credentials.Credentials(key or self.server.access_key_id, secret or self.server.secret_access_key, token)
        request = botocore.awsrequest.AWSRequest(method, self.server.url + path, data=body, headers=headers or {})
        signer = signer or (botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth)
        signer(keys, service, "us-east-1").add_auth(request)
        return dict(request.headers.items())

    def call(self, service, method, path, headers=None, body=b"", **keys):
        return self.send(method, path, self.sign(service, method, path, headers, body, **keys), body)

    def ask(self, model, operation, body):
        """A JSON or query operation: body is the JSON object, or the form's fields."""
        service = model.metadata.get("signingName", model.metadata["endpointPrefix"])
        if model.metadata["protocol"] == "json":
            headers = {"Content-Type": "application/x-amz-json-" + model.metadata["jsonVersion"],
                       "X-Amz-Target": f"{model.metadata['targetPrefix']}.{operation}"}
            return self.call(service, "POST", "/", headers, body if isinstance(body, bytes) else json.dumps(body).encode())
        form = {"Action": operation, "Version": model.metadata["apiVersion"], **body}
        return self.call(service, "POST", "/", {"Content-Type": "application/x-www-form-urlencoded"},
                         urllib.parse.urlencode(form).encode())

    def ask_s3(self, model, operation, body=b"", **wrong):
        """An operation of S3 with all that its model requires; wrong: wire names and the values to send instead."""
        described = model.operations[operation]
        path = described["http"]["requestUri"].replace("{Bucket}", "no-such-bucket").replace("{Key+}", "k")
        query, headers = [], {}
        input_shape = model.shapes[described["input"]["shape"]] if "input" in described else {"members": {}}
        for name, member in input_shape["members"].items():
            where, wire = member.get("location"), member.get("locationName", name)
            if where not in ("querystring", "header") or (name not in input_shape.get("required", []) and wire not in wrong):
                continue
            value = wrong.get(wire, sample(model, member["shape"]))
            query.append((wire, value)) if where == "querystring" else headers.update({wire: str(value)})
        if query:
            path += ("&" if "?" in path else "?") + urllib.parse.urlencode(query)
        return self.call("s3", described["http"]["method"], path, headers, body)


def members_of(model, operation):
    """({member: its shape}, [required members]) of the input."""
    described = model.operations[operation]
    if "input" not in described:
        return {}, []
    shape = model.shapes[described["input"]["shape"]]
    return {n: model.shapes[m["shape"]] for n, m in shape["members"].items()}, shape.get("required", [])


def errors_of(model, operation):
    found = set()
    for error in model.operations[operation].get("errors", []):
        found |= {error["shape"], model.shapes[error["shape"]].get("error", {}).get("code", error["shape"])}
    return found


def sample(model, name, depth=0):
    """A plausible value of a shape; patterns are not looked at."""
    shape = model.shapes[name]
    kind = shape["type"]
    if kind == "structure":
        members = shape["members"] if depth < 3 else {}
        return {n: sample(model, m["shape"], depth + 1) for n, m in members.items() if n in shape.get("required", [])}
    if kind == "list":
        return [sample(model, shape["member"]["shape"], depth + 1)]
    if kind == "map":
        return {}
    if kind in ("integer", "long", "float", "double"):
        return shape.get("min", 1)
    if kind in ("boolean", "timestamp", "blob"):
        return {"boolean": False, "timestamp": 1, "blob": "aGk="}[kind]
    if "enum" in shape:
        return shape["enum"][0]
    return "sample-name".ljust(shape.get("min", 0), "x")[:shape.get("max", 100)]


class WireCase(unittest.TestCase):
    """One server for the class, with a bucket "bkt", and a wire to it."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()
        cls.wire = Wire(cls.server)
        assert cls.wire.call("s3", "PUT", "/bkt").status == 200

    @classmethod
    def tearDownClass(cls):
        cls.wire.close()
        cls.server.__exit__()
