"""Roles, their policies and what simulation says of them."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from botocore.exceptions import ClientError

from support.server import Server

ACCOUNT = "arn:aws:iam::000000000000:"
TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class RolesTest(unittest.TestCase):
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

    def role(self, name, **changes):
        return self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST), **changes)["Role"]

    def decisions(self, arn, actions, **arguments):
        answer = self.iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=actions, **arguments)
        return [result["EvalDecision"] for result in answer["EvaluationResults"]]

    def test_a_fresh_server_has_an_execution_role_that_sagemaker_may_assume(self):
        role = self.iam.get_role(RoleName="SageMakerExecutionRole")["Role"]
        self.assertEqual(role["Arn"], ACCOUNT + "role/SageMakerExecutionRole")
        principals = [s["Principal"]["Service"] for s in role["AssumeRolePolicyDocument"]["Statement"]]
        self.assertEqual(principals, ["sagemaker.amazonaws.com"])
        asked = ["ecr:GetAuthorizationToken", "cloudwatch:PutMetricData", "ec2:CreateNetworkInterface"]
        self.assertEqual(self.decisions(role["Arn"], asked), ["allowed"] * 3)
        self.assertEqual(self.decisions(role["Arn"], ["s3:PutObject"], ResourceArns=["arn:aws:s3:::b/*"]), ["allowed"])

    def test_a_role_comes_and_goes(self):
        made = self.role("r1", Path="/service-role/", Description="for tests", MaxSessionDuration=7200,
                         Tags=[{"Key": "k", "Value": "v"}])
        self.assertEqual(made["Arn"], ACCOUNT + "role/service-role/r1")
        shown = self.iam.get_role(RoleName="r1")["Role"]
        self.assertEqual(shown["AssumeRolePolicyDocument"], TRUST)
        self.assertEqual((shown["Description"], shown["MaxSessionDuration"]), ("for tests", 7200))
        self.assertEqual(shown["Tags"], [{"Key": "k", "Value": "v"}])
        self.assertEqual([r["RoleName"] for r in self.iam.list_roles(PathPrefix="/service-role/")["Roles"]], ["r1"])
        self.refused("EntityAlreadyExists", self.role, name="r1")
        self.iam.delete_role(RoleName="r1")
        self.refused("NoSuchEntity", self.iam.get_role, RoleName="r1")
        self.refused("NoSuchEntity", self.iam.delete_role, RoleName="r1")

    def test_broken_policies_are_refused(self):
        for document in ("{", "{}", json.dumps({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]})):
            self.refused("MalformedPolicyDocument", self.iam.create_role, RoleName="broken",
                         AssumeRolePolicyDocument=document)
        self.role("r2")
        self.refused("MalformedPolicyDocument", self.iam.put_role_policy, RoleName="r2", PolicyName="p",
                     PolicyDocument=policy({"Effect": "Allow", "Action": "s3:*"}))
        self.iam.delete_role(RoleName="r2")

    def test_policies_inline_and_attached(self):
        self.role("r3")
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        self.iam.put_role_policy(RoleName="r3", PolicyName="p", PolicyDocument=json.dumps(document))
        self.assertEqual(self.iam.get_role_policy(RoleName="r3", PolicyName="p")["PolicyDocument"], document)
        self.assertEqual(self.iam.list_role_policies(RoleName="r3")["PolicyNames"], ["p"])
        arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
        self.iam.attach_role_policy(RoleName="r3", PolicyArn=arn)
        self.assertEqual(self.iam.list_attached_role_policies(RoleName="r3")["AttachedPolicies"],
                         [{"PolicyName": "AmazonS3ReadOnlyAccess", "PolicyArn": arn}])
        self.refused("NoSuchEntity", self.iam.attach_role_policy, RoleName="r3", PolicyArn=ACCOUNT + "policy/none")
        self.refused("DeleteConflict", self.iam.delete_role, RoleName="r3")
        self.iam.detach_role_policy(RoleName="r3", PolicyArn=arn)
        self.refused("NoSuchEntity", self.iam.detach_role_policy, RoleName="r3", PolicyArn=arn)
        self.refused("DeleteConflict", self.iam.delete_role, RoleName="r3")
        self.iam.delete_role_policy(RoleName="r3", PolicyName="p")
        self.refused("NoSuchEntity", self.iam.get_role_policy, RoleName="r3", PolicyName="p")
        self.iam.delete_role(RoleName="r3")

    def test_simulation_says_what_the_policies_say(self):
        role = self.role("r4")["Arn"]
        self.assertEqual(self.decisions(role, ["s3:GetObject"]), ["implicitDeny"])
        self.iam.put_role_policy(RoleName="r4", PolicyName="p", PolicyDocument=policy(
            {"Effect": "Allow", "Action": ["s3:Get*", "s3:Put*"], "Resource": "arn:aws:s3:::b/*"},
            {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/secret/*"}))
        asked = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        self.assertEqual(self.decisions(role, asked, ResourceArns=["arn:aws:s3:::b/secret/x"]),
                         ["allowed", "explicitDeny", "implicitDeny"])
        answer = self.iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=["s3:GetObject"],
                                                    ResourceArns=["arn:aws:s3:::b/x", "arn:aws:s3:::c/x"])
        self.assertEqual([(r["EvalResourceName"], r["EvalDecision"]) for r in answer["EvaluationResults"]],
                         [("arn:aws:s3:::b/x", "allowed"), ("arn:aws:s3:::c/x", "implicitDeny")])
        self.refused("NoSuchEntity", self.iam.simulate_principal_policy, PolicySourceArn=ACCOUNT + "role/none",
                     ActionNames=["s3:GetObject"])
        pages = self.iam.get_paginator("simulate_principal_policy").paginate(
            PolicySourceArn=role, ActionNames=asked, PaginationConfig={"PageSize": 2})
        found = [result["EvalActionName"] for page in pages for result in page["EvaluationResults"]]
        self.assertEqual(found, asked)


if __name__ == "__main__":
    unittest.main()
