"""Temporary credentials: that they work on every service, are refused when tampered with, and end."""

import contextlib
import json
import pathlib
import sqlite3
import sys
import time
import unittest
from datetime import datetime, timedelta, timezone

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from botocore.exceptions import ClientError

from support.server import Server

ACCOUNT = "000000000000"


def trust(principal, **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}]})


class StsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.iam = cls.server.client("iam")
        cls.sts = cls.server.client("sts")
        cls.role = cls.iam.create_role(
            RoleName="worker", AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))["Role"]["Arn"]

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None, None, None)

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response["Error"]["Message"]

    def client(self, service, credentials, token=None):
        return self.server.client(service, credentials["AccessKeyId"], credentials["SecretAccessKey"],
                                  credentials["SessionToken"] if token is None else token)

    def test_root_knows_itself(self):
        who = self.sts.get_caller_identity()
        self.assertEqual((who["Account"], who["Arn"], who["UserId"]), (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT))

    def test_an_assumed_role_works_on_every_service(self):
        answer = self.sts.assume_role(RoleArn=self.role, RoleSessionName="me", DurationSeconds=900)
        credentials = answer["Credentials"]
        left = credentials["Expiration"] - datetime.now(timezone.utc)
        self.assertLessEqual(left, timedelta(seconds=900))
        self.assertGreater(left, timedelta(seconds=600))
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/me"
        self.assertEqual(answer["AssumedRoleUser"]["Arn"], arn)
        self.assertEqual(self.client("sts", credentials).get_caller_identity()["Arn"], arn)
        self.client("s3", credentials).list_buckets()
        self.client("logs", credentials).describe_log_groups()
        self.client("sagemaker", credentials).list_training_jobs()
        self.client("iam", credentials).list_users()

    def test_a_wrong_or_missing_token_is_refused(self):
        credentials = self.sts.assume_role(RoleArn=self.role, RoleSessionName="me")["Credentials"]
        self.refused("InvalidClientTokenId", self.client("sts", credentials, token="wrong").get_caller_identity)
        bare = self.server.client("sts", credentials["AccessKeyId"], credentials["SecretAccessKey"])
        self.refused("InvalidClientTokenId", bare.get_caller_identity)

    def test_sessions_survive_a_restart_and_end_with_their_role(self):
        with Server() as server:
            iam = server.client("iam")
            role = iam.create_role(RoleName="short", AssumeRolePolicyDocument=trust("*"))["Role"]["Arn"]
            made = server.client("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
            server.kill()
            server.start()
            mine = server.client("sts", made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
            self.assertEqual(mine.get_caller_identity()["Arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/short/me")
            server.client("iam").delete_role(RoleName="short")
            mine = server.client("sts", made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
            self.refused("InvalidClientTokenId", mine.get_caller_identity)

    def test_an_expired_session_is_told_so(self):
        with Server() as server:
            iam = server.client("iam")
            role = iam.create_role(RoleName="short", AssumeRolePolicyDocument=trust("*"))["Role"]["Arn"]
            made = server.client("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
            server.stop()
            # No session is shorter than 15 minutes: the clock is turned in the database.
            with contextlib.closing(sqlite3.connect(server.data / "sagebrush.db")) as database:
                database.execute("UPDATE iam_sessions SET expires_ms = ?", (int(time.time() * 1000) - 1,))
                database.commit()
            server.start()
            keys = (made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
            self.refused("ExpiredToken", server.client("sts", *keys).get_caller_identity)
            self.refused("ExpiredToken", server.client("s3", *keys).list_buckets)
            self.refused("ExpiredTokenException", server.client("logs", *keys).describe_log_groups)

    def test_a_role_is_for_those_whom_it_trusts(self):
        default = f"arn:aws:iam::{ACCOUNT}:role/SageMakerExecutionRole"
        for role in (default, f"arn:aws:iam::{ACCOUNT}:role/none"):
            message = self.refused("AccessDenied", self.sts.assume_role, RoleArn=role, RoleSessionName="me")
            self.assertEqual(message, f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform: "
                                      f"sts:AssumeRole on resource: {role}")
        condition = {"StringEquals": {"sts:ExternalId": "secret"}}
        guarded = self.iam.create_role(RoleName="guarded", AssumeRolePolicyDocument=trust("*", Condition=condition))
        arn = guarded["Role"]["Arn"]
        self.refused("AccessDenied", self.sts.assume_role, RoleArn=arn, RoleSessionName="me")
        self.refused("AccessDenied", self.sts.assume_role, RoleArn=arn, RoleSessionName="me", ExternalId="guess")
        self.sts.assume_role(RoleArn=arn, RoleSessionName="me", ExternalId="secret")

    def test_durations_have_limits(self):
        self.refused("ValidationError", self.sts.assume_role, RoleArn=self.role, RoleSessionName="me",
                     DurationSeconds=3601)
        first = self.sts.assume_role(RoleArn=self.role, RoleSessionName="me")["Credentials"]
        self.iam.create_role(RoleName="long", MaxSessionDuration=7200, AssumeRolePolicyDocument=trust("*"))
        chained = self.client("sts", first)
        arn = f"arn:aws:iam::{ACCOUNT}:role/long"
        self.refused("ValidationError", chained.assume_role, RoleArn=arn, RoleSessionName="me", DurationSeconds=7200)
        self.sts.assume_role(RoleArn=arn, RoleSessionName="me", DurationSeconds=7200)

    def test_a_users_session_token(self):
        self.iam.create_user(UserName="tim")
        key = self.iam.create_access_key(UserName="tim")["AccessKey"]
        tim = self.server.client("sts", key["AccessKeyId"], key["SecretAccessKey"])
        credentials = tim.get_session_token(DurationSeconds=900)["Credentials"]
        temporary = self.client("sts", credentials)
        self.assertEqual(temporary.get_caller_identity()["Arn"], f"arn:aws:iam::{ACCOUNT}:user/tim")
        self.refused("AccessDenied", temporary.get_session_token)


if __name__ == "__main__":
    unittest.main()
