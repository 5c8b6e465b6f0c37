"""Users and their access keys, with boto3 and the aws command line."""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from botocore.exceptions import ClientError

from support.server import Server


class UsersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.iam = cls.server.client("iam")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None, None, None)

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response

    def test_a_user_comes_lists_and_goes(self):
        made = self.iam.create_user(UserName="ann", Path="/team/", Tags=[{"Key": "k", "Value": "v"}])["User"]
        self.assertEqual(made["Arn"], "arn:aws:iam::000000000000:user/team/ann")
        self.assertRegex(made["UserId"], "^AIDA[A-Z2-7]{17}$")
        shown = self.iam.get_user(UserName="ann")["User"]
        self.assertEqual(shown["UserId"], made["UserId"])
        self.assertEqual(shown["Tags"], [{"Key": "k", "Value": "v"}])
        self.assertEqual(shown["CreateDate"].replace(microsecond=0), made["CreateDate"].replace(microsecond=0))
        self.refused("EntityAlreadyExists", self.iam.create_user, UserName="ANN")
        self.assertEqual([user["UserName"] for user in self.iam.list_users(PathPrefix="/team/")["Users"]], ["ann"])
        self.iam.delete_user(UserName="ann")
        missing = self.refused("NoSuchEntity", self.iam.get_user, UserName="ann")
        self.assertEqual(missing["ResponseMetadata"]["HTTPStatusCode"], 404)
        self.assertEqual(missing["Error"]["Message"], "The user with name ann cannot be found.")

    def test_lists_in_pages(self):
        names = [f"page{number:02}" for number in range(7)]
        for name in names:
            self.iam.create_user(UserName=name, Path="/pages/")
        pages = self.iam.get_paginator("list_users").paginate(PathPrefix="/pages/", PaginationConfig={"PageSize": 3})
        sizes, found = [], []
        for page in pages:
            sizes.append(len(page["Users"]))
            found += [user["UserName"] for user in page["Users"]]
        self.assertEqual(found, names)
        self.assertEqual(sizes, [3, 3, 1])

    def test_a_second_users_keys_work_on_every_service_at_once_and_stop_at_once(self):
        self.iam.create_user(UserName="bob")
        key = self.iam.create_access_key(UserName="bob")["AccessKey"]
        self.assertRegex(key["AccessKeyId"], "^AKIA[A-Z2-7]{16}$")
        secret = key["SecretAccessKey"]

        def clients():
            return {service: self.server.client(service, key["AccessKeyId"], secret)
                    for service in ("sts", "iam", "logs", "s3", "sagemaker")}

        bob = clients()
        self.assertEqual(bob["sts"].get_caller_identity()["Arn"], "arn:aws:iam::000000000000:user/bob")
        self.assertEqual(bob["iam"].get_user()["User"]["UserName"], "bob")
        bob["logs"].describe_log_groups()
        bob["s3"].list_buckets()
        bob["sagemaker"].list_training_jobs()
        self.iam.update_access_key(UserName="bob", AccessKeyId=key["AccessKeyId"], Status="Inactive")
        self.refused("InvalidClientTokenId", bob["sts"].get_caller_identity)
        self.refused("InvalidAccessKeyId", bob["s3"].list_buckets)
        self.refused("UnrecognizedClientException", bob["logs"].describe_log_groups)
        listed = self.iam.list_access_keys(UserName="bob")["AccessKeyMetadata"]
        self.assertEqual([(k["AccessKeyId"], k["Status"]) for k in listed], [(key["AccessKeyId"], "Inactive")])
        self.iam.update_access_key(UserName="bob", AccessKeyId=key["AccessKeyId"], Status="Active")
        bob["sts"].get_caller_identity()
        self.refused("DeleteConflict", self.iam.delete_user, UserName="bob")
        self.iam.create_access_key(UserName="bob")
        self.refused("LimitExceeded", self.iam.create_access_key, UserName="bob")
        for entry in self.iam.list_access_keys(UserName="bob")["AccessKeyMetadata"]:
            self.iam.delete_access_key(UserName="bob", AccessKeyId=entry["AccessKeyId"])
        self.refused("InvalidClientTokenId", bob["sts"].get_caller_identity)
        self.refused("NoSuchEntity", self.iam.delete_access_key, UserName="bob", AccessKeyId=key["AccessKeyId"])
        self.iam.delete_user(UserName="bob")

    def test_keys_survive_a_restart(self):
        with Server() as server:
            iam = server.client("iam")
            iam.create_user(UserName="eve")
            key = iam.create_access_key(UserName="eve")["AccessKey"]
            server.kill()
            server.start()
            eve = server.client("sts", key["AccessKeyId"], key["SecretAccessKey"])
            self.assertEqual(eve.get_caller_identity()["Arn"], "arn:aws:iam::000000000000:user/eve")

    def test_the_aws_command_line(self):
        def aws(*words):
            run = subprocess.run(["/usr/bin/aws", "--endpoint-url", self.server.url, "--output", "json", "iam", *words],
                                 env=self.server.environment(), capture_output=True, text=True, timeout=60, check=True)
            return json.loads(run.stdout) if run.stdout.strip() else None

        self.assertEqual(aws("create-user", "--user-name", "cli")["User"]["UserName"], "cli")
        key = aws("create-access-key", "--user-name", "cli")["AccessKey"]
        self.assertEqual(aws("list-access-keys", "--user-name", "cli")["AccessKeyMetadata"][0]["Status"], "Active")
        aws("delete-access-key", "--user-name", "cli", "--access-key-id", key["AccessKeyId"])
        aws("delete-user", "--user-name", "cli")


if __name__ == "__main__":
    unittest.main()
