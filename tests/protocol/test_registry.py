"""A loop over every operation of every service's model against a real server.

Implemented ones refuse bad input with an error that their model lists or that is common, and name the member; the others say
that they are not implemented. Nothing is answered 5xx but 501.
"""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import wire  # noqa: E402
from server import Server  # noqa: E402

COMMON = {
    "json": {"ValidationException", "SerializationException", "InvalidParameterException", "UnknownOperationException"},
    "query": {"ValidationError", "MalformedInput", "InvalidAction", "InvalidInput", "AccessDenied"},
    # S3's model lists hardly any; these are of its list of error responses.
    "rest-xml": {"InvalidArgument", "InvalidRequest", "MalformedXML", "NoSuchBucket", "NoSuchKey", "NotImplemented", "BucketAlreadyOwnedByYou",
                 "MissingRequestBodyError", "MethodNotAllowed", "InvalidDigest", "NoSuchUpload", "IllegalLocationConstraintException"},
}
WRONG_JSON = {"string": 17, "structure": "text", "list": "text", "map": "text", "blob": 17, "boolean": "text", "timestamp": {},
              "integer": "text", "long": "text", "float": "text", "double": "text"}
# Goes to a host of its own (S3 Object Lambda): here its path is a bucket's.
ELSEWHERE = {"WriteGetObjectResponse"}


class RegistryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()
        cls.wire = wire.Wire(cls.server)
        cls.models = wire.services()
        cls.implemented = wire.implemented()

    @classmethod
    def tearDownClass(cls):
        cls.wire.close()
        cls.server.__exit__()

    def operations(self, *protocols, done=True):
        for service, model in self.models.items():
            if model.metadata["protocol"] in protocols:
                for operation in model.operations:
                    if (operation in self.implemented.get(service, ())) == done:
                        yield model, operation

    def assert_refused(self, answer, model, operation, *names):
        self.assertTrue(400 <= answer.status < 500, answer)
        self.assert_known(answer, model, operation)
        for name in names:
            self.assertIn(name.lower(), answer.message.lower(), answer)

    def assert_known(self, answer, model, operation):
        """Any answer: when it is an error, then one that a client of this operation expects."""
        self.assertLess(answer.status, 500, answer)
        if answer.status >= 400 and answer.body:
            self.assertIn(answer.code, wire.errors_of(model, operation) | COMMON[model.metadata["protocol"]], answer)

    def test_every_listed_operation_is_of_a_model(self):
        for service, operations in self.implemented.items():
            self.assertLessEqual(operations, set(self.models[service].operations))

    def test_missing_members_are_named(self):
        for model, operation in self.operations("json", "query"):
            required = wire.members_of(model, operation)[1]
            if required:
                with self.subTest(f"{model.name} {operation}"):
                    self.assert_refused(self.wire.ask(model, operation, {}), model, operation, *required)

    def test_wrong_types_are_refused_in_json(self):
        for model, operation in self.operations("json"):
            for name, shape in wire.members_of(model, operation)[0].items():
                with self.subTest(f"{model.name} {operation} {name}"):
                    answer = self.wire.ask(model, operation, {name: WRONG_JSON[shape["type"]]})
                    self.assert_refused(answer, model, operation)
                    self.assertEqual(answer.code, "SerializationException", answer)

    def test_broken_json_is_refused(self):
        for model, operation in self.operations("json"):
            for body in [b"{", b"[]", b"\xff", b"{} {}", b'{"a":1}' * 2, b"[" * 100000]:
                with self.subTest(f"{model.name} {operation} {body[:8]}"):
                    self.assertEqual(self.wire.ask(model, operation, body).code, "SerializationException")

    def test_wrong_types_are_refused_in_forms(self):
        for model, operation in self.operations("query"):
            for name, shape in wire.members_of(model, operation)[0].items():
                if shape["type"] in wire.SCALARS:
                    with self.subTest(f"{model.name} {operation} {name}"):
                        self.assert_refused(self.wire.ask(model, operation, {name: "text"}), model, operation, name)

    def test_wrong_types_are_refused_by_s3(self):
        for model, operation in self.operations("rest-xml"):
            shape = model.shapes[model.operations[operation]["input"]["shape"]] if "input" in model.operations[operation] else {"members": {}}
            for name, member in shape["members"].items():
                if model.shapes[member["shape"]]["type"] not in wire.SCALARS or member.get("location") not in ("querystring", "header"):
                    continue
                if member["locationName"] == "Content-Length":
                    continue  # of HTTP itself
                with self.subTest(f"{operation} {name}"):
                    answer = self.wire.ask_s3(model, operation, **{member["locationName"]: "text"})
                    head = model.operations[operation]["http"]["method"] == "HEAD"
                    self.assert_refused(answer, model, operation, *([] if head else [member["locationName"]]))

    def test_broken_xml_is_refused(self):
        for operation in ["DeleteObjects", "CompleteMultipartUpload", "CreateBucket"]:
            for body in [b"<", b"<a>", b"text", b"\xff", b"<a>" * 100000]:
                with self.subTest(f"{operation} {body[:8]}"):
                    answer = self.wire.ask_s3(self.models["s3"], operation, body)
                    self.assertEqual((answer.status, answer.code), (400, "MalformedXML"), answer)

    def test_plausible_requests_end_in_errors_that_the_model_lists(self):
        for model, operation in self.operations("json", "query", "rest-xml"):
            described = model.operations[operation]
            with self.subTest(f"{model.name} {operation}"):
                if model.metadata["protocol"] == "rest-xml":
                    answer = self.wire.ask_s3(model, operation)
                else:
                    body = wire.sample(model, described["input"]["shape"]) if "input" in described else {}
                    if model.metadata["protocol"] == "query":
                        body = {n: v for n, v in body.items() if not isinstance(v, (dict, list))}
                    answer = self.wire.ask(model, operation, body)
                self.assert_known(answer, model, operation)

    def test_other_operations_say_that_they_are_not_implemented(self):
        count = 0
        for model, operation in self.operations("json", "query", "rest-xml", done=False):
            count += 1
            with self.subTest(f"{model.name} {operation}"):
                protocol = model.metadata["protocol"]
                answer = self.wire.ask_s3(model, operation) if protocol == "rest-xml" else self.wire.ask(model, operation, {})
                if operation in ELSEWHERE:
                    self.assertEqual(answer.status, 405, answer)
                    continue
                expected = {"json": (400, "UnknownOperationException"), "query": (400, "InvalidAction"), "rest-xml": (501, "NotImplemented")}
                if answer.body:  # HEAD has none
                    self.assertEqual((answer.status, answer.code), expected[protocol], answer)
                    self.assertIn(operation if protocol != "rest-xml" else "implemented", answer.message)
                self.assertEqual(answer.status, expected[protocol][0])
        self.assertGreater(count, 400)

    def test_unheard_of_operations(self):
        for service in ["sagemaker", "logs", "ecr", "iam", "sts"]:
            answer = self.wire.ask(self.models[service], "MakeCoffee", {})
            self.assertEqual((answer.status, answer.code), (400, "InvalidAction" if service in ("iam", "sts") else "UnknownOperationException"))


if __name__ == "__main__":
    unittest.main()
