"""Who is let in: each way to be refused, at each service, in its own words."""

import datetime
import http.client
import pathlib
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import wire  # noqa: E402
from botocore.auth import S3SigV4Auth, SigV4Auth  # noqa: E402

JSON = {"Content-Type": "application/x-amz-json-1.1"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# service: method, path, headers, body of a request that succeeds once it is let in
GOOD = {
    "sagemaker": ("POST", "/", JSON | {"X-Amz-Target": "SageMaker.ListTrainingJobs"}, b"{}"),
    "logs": ("POST", "/", JSON | {"X-Amz-Target": "Logs_20140328.DescribeLogGroups"}, b"{}"),
    "iam": ("POST", "/", FORM, b"Action=ListUsers&Version=2010-05-08"),
    "sts": ("POST", "/", FORM, b"Action=GetCallerIdentity&Version=2011-06-15"),
    "s3": ("PUT", "/bkt/k", {}, b"text"),
}
JSON_SERVICES, FORM_SERVICES = ("sagemaker", "logs"), ("iam", "sts")


def everywhere(s3, form, json):
    return {"s3": s3, **dict.fromkeys(FORM_SERVICES, form), **dict.fromkeys(JSON_SERVICES, json)}


# what is wrong: (status, code) by service
EXPECTED = {
    "unsigned": everywhere((403, "AccessDenied"), (403, "MissingAuthenticationToken"), (403, "MissingAuthenticationTokenException")),
    "unknown key": everywhere((403, "InvalidAccessKeyId"), (403, "InvalidClientTokenId"), (403, "UnrecognizedClientException")),
    "wrong secret": everywhere((403, "SignatureDoesNotMatch"), (403, "SignatureDoesNotMatch"), (403, "InvalidSignatureException")),
    "made-up token": everywhere((400, "InvalidToken"), (403, "InvalidClientTokenId"), (403, "UnrecognizedClientException")),
    "slow clock": everywhere((403, "RequestTimeTooSkewed"), (403, "SignatureDoesNotMatch"), (403, "InvalidSignatureException")),
    "fast clock": everywhere((403, "RequestTimeTooSkewed"), (403, "SignatureDoesNotMatch"), (403, "InvalidSignatureException")),
    "body changed": everywhere((400, "XAmzContentSHA256Mismatch"), (403, "SignatureDoesNotMatch"), (403, "InvalidSignatureException")),
    "path changed": everywhere((403, "SignatureDoesNotMatch"), (403, "SignatureDoesNotMatch"), (403, "InvalidSignatureException")),
    "header added": everywhere((403, "AccessDenied"), (403, "SignatureDoesNotMatch"), (403, "InvalidSignatureException")),
    "other scheme": everywhere((400, "InvalidRequest"), (400, "IncompleteSignature"), (400, "IncompleteSignatureException")),
    "broken header": everywhere((400, "AuthorizationHeaderMalformed"), (400, "IncompleteSignature"), (400, "IncompleteSignatureException")),
}


def signer_at(service, offset):
    """Signs as a client whose clock is `offset` off."""
    class Signer(S3SigV4Auth if service == "s3" else SigV4Auth):
        def add_auth(self, request):
            now = datetime.datetime.now(datetime.timezone.utc) + offset
            request.context["timestamp"] = now.strftime("%Y%m%dT%H%M%SZ")
            self._modify_request_before_signing(request)
            text = self.string_to_sign(request, self.canonical_request(request))
            self._inject_signature_to_request(request, self.signature(text, request))

    return Signer


class AdmissionTest(wire.WireCase):
    def send(self, wrong, service):
        method, path, headers, body = GOOD[service]
        # The two services of forms share "/": without a signature nothing tells which is meant.
        hour = datetime.timedelta(hours=1)
        keys = {"unknown key": {"key": "AKIAIOSFODNN7EXAMPLE"}, "wrong secret": {"secret": "x" * 40}, "made-up token": {"token": "x"},
                "slow clock": {"signer": signer_at(service, -hour)}, "fast clock": {"signer": signer_at(service, hour)}}.get(wrong, {})
        signed = self.wire.sign(service, method, path, headers, body, **keys)
        if wrong == "unsigned":
            signed = headers
        elif wrong == "body changed":
            body = body[:-1] + b"!"
        elif wrong == "path changed":
            path += "x"
        elif wrong == "header added":
            signed["x-amz-meta-more"] = "1"
        elif wrong == "other scheme":
            signed = headers | {"Authorization": "Basic dXNlcjpwYXNz"}
        elif wrong == "broken header":
            signed["Authorization"] = signed["Authorization"].replace("SignedHeaders=", "Headers=")
        return self.wire.send(method, path, signed, body)

    def test_good_requests_are_let_in(self):
        for service in GOOD:
            self.assertEqual(self.send("", service).status, 200, service)

    def test_each_wrong_at_each_service(self):
        for wrong, answers in EXPECTED.items():
            for service, expected in answers.items():
                with self.subTest(f"{wrong} {service}"):
                    answer = self.send(wrong, service)
                    self.assertEqual((answer.status, answer.code), expected, answer)
                    self.assertTrue(answer.message)

    def test_head_has_no_body(self):
        answer = self.wire.send("HEAD", "/bkt/k")
        self.assertEqual((answer.status, answer.body), (403, b""))

    def test_nothing_changed_is_stored(self):
        self.send("", "s3")
        self.send("body changed", "s3")
        self.assertEqual(self.wire.call("s3", "GET", "/bkt/k").body, b"text")

    def test_large_bodies_of_json_are_refused(self):
        for service in JSON_SERVICES + FORM_SERVICES:
            method, path, headers, _ = GOOD[service]
            body = b" " * (8 * 1024 * 1024 + 1)
            with self.subTest(service):
                self.assertEqual(self.answer_to_large(method, path, self.wire.sign(service, method, path, headers, body), body), 413)

    def answer_to_large(self, method, path, headers, body):
        """The status, which may come before all of the body is taken."""
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.server.url).netloc, timeout=60)
        try:
            connection.request(method, path, body, headers)
        except (BrokenPipeError, ConnectionResetError):
            pass
        status = connection.getresponse().status
        connection.close()
        return status

    def test_unknown_service(self):
        answer = self.wire.call("dynamodb", "POST", "/", JSON | {"X-Amz-Target": "DynamoDB_20120810.ListTables"}, b"{}")
        self.assertEqual((answer.status, answer.code), (400, "UnknownOperationException"), answer)

    def test_a_scope_of_one_service_opens_no_other(self):
        answer = self.wire.call("logs", *GOOD["sagemaker"][:3], GOOD["sagemaker"][3])
        self.assertEqual((answer.status, answer.code), (400, "UnknownOperationException"), answer)


if __name__ == "__main__":
    unittest.main()
