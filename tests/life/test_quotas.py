"""Service Quotas: what is shown, who is refused, and how an operator grants more."""

import sys
import unittest

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/support")
from api import ApiError, call, create, finish, wait_for  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402
from server import Server  # noqa: E402

NAME = "ml.m5.large for training job usage"
CONFIG = "cpus: 8\nmemory_mib: 65536\nstop_grace_seconds: 3\n"
LIMITED = CONFIG + f"quotas:\n  {NAME}: 1\n  ml.m5.large for spot training job usage: 0\n  Longest run time for a training job: 3600\n"


def quota_named(client, name):
    pages = client.get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker")
    (found,) = [quota for page in pages for quota in page["Quotas"] if quota["QuotaName"] == name]
    return found


class Quotas(unittest.TestCase):
    def failure(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        return caught.exception.response["Error"]["Code"], caught.exception.response["Error"]["Message"]

    def test_everything_is_unlimited_until_it_is_configured(self):
        with Server(CONFIG) as server:
            client = server.client("service-quotas")
            (service,) = client.list_services()["Services"]
            self.assertEqual(service["ServiceCode"], "sagemaker")
            quota = quota_named(client, NAME)
            self.assertEqual(quota["Value"], 2147483647)
            self.assertTrue(quota["QuotaArn"].endswith(":sagemaker/" + quota["QuotaCode"]), quota)
            same = client.get_service_quota(ServiceCode="sagemaker", QuotaCode=quota["QuotaCode"])["Quota"]
            self.assertEqual(same, quota)
            for members, shown in ({"QuotaCode": quota["QuotaCode"]}, [NAME]), ({"QuotaAppliedAtLevel": "RESOURCE"}, []):
                listed = call(server, "ServiceQuotasV20190624.ListServiceQuotas", {"ServiceCode": "sagemaker", **members})
                self.assertEqual([each["QuotaName"] for each in listed["Quotas"]], shown)
            defaults = client.list_aws_default_service_quotas(ServiceCode="sagemaker", MaxResults=2)
            self.assertEqual(len(defaults["Quotas"]), 2)
            self.assertTrue(defaults["NextToken"])
            self.assertEqual(self.failure(client.list_service_quotas, ServiceCode="ec2")[0], "NoSuchResourceException")
            self.assertEqual(self.failure(client.get_service_quota, ServiceCode="sagemaker", QuotaCode="L-NONE")[0],
                             "NoSuchResourceException")
            self.assertEqual(self.failure(client.list_service_quotas, ServiceCode="sagemaker", NextToken="x")[0],
                             "InvalidPaginationTokenException")

    def test_what_is_over_a_quota_is_refused_until_there_is_room(self):
        with Server(LIMITED) as server:
            server.client("s3").create_bucket(Bucket="jobs")
            create(server, "first", "while [ ! -e /opt/ml/go ]; do sleep 0.02; done")
            with self.assertRaises(ApiError) as caught:
                create(server, "second", "true")
            self.assertEqual(caught.exception.code, "ResourceLimitExceeded")
            self.assertIn(f"The account-level service limit '{NAME}' is 1 Instances, with current utilization of 1 Instances "
                          "and a request delta of 1 Instances. Please use AWS Service Quotas", str(caught.exception))
            create(server, "other-type", "true", ResourceConfig={
                "InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1})
            with self.assertRaises(ApiError) as caught:
                create(server, "spot", "true", EnableManagedSpotTraining=True,
                       StoppingCondition={"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60})
            self.assertIn("'ml.m5.large for spot training job usage' is 0 Instances", str(caught.exception))
            with self.assertRaises(ApiError) as caught:
                create(server, "long", "true", StoppingCondition={"MaxRuntimeInSeconds": 3601}, ResourceConfig={
                    "InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1})
            self.assertIn("'Longest run time for a training job' is 3600 Seconds", str(caught.exception))
            server.client("sagemaker").stop_training_job(TrainingJobName="first")
            finish(server, "first")
            create(server, "second", "true")
            self.assertEqual(finish(server, "second")["TrainingJobStatus"], "Completed")

    def test_warm_pools_have_a_quota_that_kept_rooms_count_for(self):
        with Server(CONFIG + "quotas:\n  ml.m5.large for training warm pool usage: 1\n") as server:
            server.client("s3").create_bucket(Bucket="jobs")
            warm = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1, "KeepAlivePeriodInSeconds": 600}
            create(server, "keeper", "true", ResourceConfig=warm)
            wait_for(server, "keeper", lambda job: job["WarmPoolStatus"]["Status"] == "Available")
            with self.assertRaises(ApiError) as caught:
                create(server, "another", "true", ResourceConfig=warm | {"VolumeSizeInGB": 2})
            words = "'ml.m5.large for training warm pool usage' is 1 Instances, with current utilization of 1 Instances"
            self.assertIn(words, str(caught.exception))
            create(server, "cold", "sleep 60", ResourceConfig=warm | {"KeepAlivePeriodInSeconds": 0, "VolumeSizeInGB": 2})  # not the pool's kind
            with self.assertRaises(ApiError) as caught:
                call(server, "SageMaker.UpdateTrainingJob", {"TrainingJobName": "cold", "ResourceConfig": {"KeepAlivePeriodInSeconds": 60}})
            self.assertIn(words, str(caught.exception))
            call(server, "SageMaker.UpdateTrainingJob", {"TrainingJobName": "keeper", "ResourceConfig": {"KeepAlivePeriodInSeconds": 900}})

    def test_the_operator_grants_a_request_by_configuration(self):
        server = Server(LIMITED)
        with server:
            client = server.client("service-quotas")
            code = quota_named(client, NAME)["QuotaCode"]
            asked = {"ServiceCode": "sagemaker", "QuotaCode": code}
            self.assertEqual(self.failure(client.request_service_quota_increase, DesiredValue=1, **asked)[0],
                             "IllegalArgumentException")
            request = client.request_service_quota_increase(DesiredValue=5, **asked)["RequestedQuota"]
            self.assertEqual((request["Status"], request["QuotaName"]), ("PENDING", NAME))
            self.assertEqual(self.failure(client.request_service_quota_increase, DesiredValue=6, **asked),
                             ("ResourceAlreadyExistsException",
                              "Only one open service quota increase request is allowed per quota."))
            self.assertEqual(client.get_service_quota(**asked)["Quota"]["Value"], 1)
            server.stop()
            server._config = LIMITED.replace(f"{NAME}: 1", f"{NAME}: 5")
            server.start()
            client = server.client("service-quotas")
            change = client.get_requested_service_quota_change(RequestId=request["Id"])["RequestedQuota"]
            self.assertEqual(change["Status"], "APPROVED")
            self.assertEqual(client.get_service_quota(**asked)["Quota"]["Value"], 5)
            history = client.list_requested_service_quota_change_history(ServiceCode="sagemaker", Status="APPROVED")
            self.assertEqual([one["Id"] for one in history["RequestedQuotas"]], [request["Id"]])
            by_quota = client.list_requested_service_quota_change_history_by_quota(**asked)["RequestedQuotas"]
            self.assertEqual(len(by_quota), 1)

    def test_requests_may_be_approved_or_denied_by_themselves(self):
        for policy, status, value in (("approve", "APPROVED", 9), ("deny", "DENIED", 1)):
            with self.subTest(policy), Server(LIMITED + f"quota_increases: {policy}\n") as server:
                client = server.client("service-quotas")
                code = quota_named(client, NAME)["QuotaCode"]
                request = client.request_service_quota_increase(ServiceCode="sagemaker", QuotaCode=code, DesiredValue=9)
                self.assertEqual(request["RequestedQuota"]["Status"], status)
                quota = client.get_service_quota(ServiceCode="sagemaker", QuotaCode=code)["Quota"]
                self.assertEqual(quota["Value"], value)


if __name__ == "__main__":
    unittest.main()
