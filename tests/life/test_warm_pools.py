"""Warm pools: the room of a job that completed is kept for the next of its kind."""

import sys
import unittest

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/support")
sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/jobs")
from api import ApiError, call, create, describe, finish, job_request, wait_for  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402
from host_folders import host_folders  # noqa: E402
from server import Server  # noqa: E402

CONFIG = "cpus: 2\nmemory_mib: 8192\nstop_grace_seconds: 3\n"


def resources(keep=None, volume=1):
    config = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": volume}
    return config if keep is None else config | {"KeepAlivePeriodInSeconds": keep}


def pool(job):
    return job.get("WarmPoolStatus", {}).get("Status")


class WarmPools(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Server(CONFIG))
        self.server.client("s3").create_bucket(Bucket="jobs")
        self.client = self.server.client("sagemaker")

    def keep(self, name, seconds, script="true"):
        create(self.server, name, script, ResourceConfig=resources(seconds))
        return wait_for(self.server, name, lambda job: pool(job) not in (None, "InUse"))

    def test_the_next_job_of_its_kind_takes_it_over(self):
        first = self.keep("first", 600)
        self.assertEqual(pool(first), "Available")
        (listed,) = self.client.list_training_jobs(WarmPoolStatusEquals="Available")["TrainingJobSummaries"]
        self.assertEqual((listed["TrainingJobName"], listed["WarmPoolStatus"]["Status"]), ("first", "Available"))
        create(self.server, "second", "sleep 0.2", ResourceConfig=resources(60))
        self.assertEqual(pool(describe(self.server, "second")), "InUse")
        self.assertEqual(finish(self.server, "second")["TrainingJobStatus"], "Completed")
        status = describe(self.server, "first")["WarmPoolStatus"]
        self.assertEqual((status["Status"], status["ReusedByJob"]), ("Reused", "second"))
        self.assertGreaterEqual(status["ResourceRetainedBillableTimeInSeconds"], 0)
        wait_for(self.server, "second", lambda job: pool(job) == "Available")

    def test_others_wait_until_it_is_given_up(self):
        self.keep("keeper", 600)
        create(self.server, "other", "true", ResourceConfig=resources(volume=2))
        waiting = wait_for(self.server, "other", lambda job: "next in line, room by" in job["SecondaryStatusTransitions"][-1]["StatusMessage"])
        self.assertEqual(waiting["SecondaryStatus"], "Starting")
        self.client.update_training_job(TrainingJobName="keeper", ResourceConfig={"KeepAlivePeriodInSeconds": 0})
        self.assertEqual(pool(describe(self.server, "keeper")), "Terminated")
        self.assertEqual(finish(self.server, "other")["TrainingJobStatus"], "Completed")
        with self.assertRaises(ClientError) as caught:
            self.client.update_training_job(TrainingJobName="keeper", ResourceConfig={"KeepAlivePeriodInSeconds": 9})
        self.assertIn("is in status Completed and has no warm pool", str(caught.exception))

    def test_it_ends_with_its_time_and_is_not_kept_after_a_failure(self):
        self.keep("short", 1)
        ended = wait_for(self.server, "short", lambda job: pool(job) == "Terminated")
        self.assertEqual(ended["WarmPoolStatus"]["ResourceRetainedBillableTimeInSeconds"], 1)
        self.assertEqual(pool(self.keep("broken", 600, "exit 1")), "Terminated")

    def test_a_running_job_can_be_told_otherwise(self):
        create(self.server, "told", "while [ ! -e /opt/ml/go ]; do sleep 0.02; done", ResourceConfig=resources(600))
        wait_for(self.server, "told", lambda job: job["SecondaryStatus"] == "Training")
        self.client.update_training_job(TrainingJobName="told", ResourceConfig={"KeepAlivePeriodInSeconds": 0},
                                        ProfilerConfig={"DisableProfiler": True})
        job = describe(self.server, "told")
        self.assertEqual(job["ResourceConfig"]["KeepAlivePeriodInSeconds"], 0)
        self.assertEqual(job["ProfilerConfig"], {"DisableProfiler": True})
        for folder in host_folders(self.server.data, "told"):
            (folder / "work/ml/go").touch()
        self.assertNotIn("WarmPoolStatus", finish(self.server, "told"))

    def test_its_job_is_deleted_only_after_it(self):
        self.keep("kept", 600)
        with self.assertRaisesRegex(ApiError, "ValidationException.*don't retain an Available managed warm pool"):
            call(self.server, "SageMaker.DeleteTrainingJob", {"TrainingJobName": "kept"})
        self.assertEqual(pool(describe(self.server, "kept")), "Available")
        self.client.update_training_job(TrainingJobName="kept", ResourceConfig={"KeepAlivePeriodInSeconds": 0})
        call(self.server, "SageMaker.DeleteTrainingJob", {"TrainingJobName": "kept"})
        self.assertEqual(self.client.list_training_jobs()["TrainingJobSummaries"], [])

    def test_it_outlives_the_server(self):
        self.keep("kept", 600)
        self.server.kill()
        self.server.start()
        self.assertEqual(pool(describe(self.server, "kept")), "Available")
        create(self.server, "taker", "true", ResourceConfig=resources())
        self.assertEqual(finish(self.server, "taker")["TrainingJobStatus"], "Completed")
        self.assertEqual(describe(self.server, "kept")["WarmPoolStatus"]["ReusedByJob"], "taker")

    def test_its_period_is_changed_and_shown(self):
        self.keep("kept", 600)
        self.client.update_training_job(TrainingJobName="kept", ResourceConfig={"KeepAlivePeriodInSeconds": 3000})
        job = describe(self.server, "kept")
        self.assertEqual((job["ResourceConfig"]["KeepAlivePeriodInSeconds"], pool(job)), (3000, "Available"))
        self.client.update_training_job(TrainingJobName="kept", ResourceConfig={"KeepAlivePeriodInSeconds": 0})
        job = describe(self.server, "kept")
        self.assertEqual((job["ResourceConfig"]["KeepAlivePeriodInSeconds"], pool(job)), (0, "Terminated"))

    def test_remote_debugging_is_kept_while_there_is_something_to_debug(self):
        arn = "arn:aws:sagemaker:us-east-1:000000000000:training-plan/p"
        create(self.server, "told", "while [ ! -e /opt/ml/go ]; do sleep 0.02; done", ResourceConfig=resources(600) | {"TrainingPlanArn": arn})
        wait_for(self.server, "told", lambda job: job["SecondaryStatus"] == "Training")
        change = {"TrainingJobName": "told", "RemoteDebugConfig": {"EnableRemoteDebug": True}}
        call(self.server, "SageMaker.UpdateTrainingJob", change)
        self.assertEqual(describe(self.server, "told")["RemoteDebugConfig"], {"EnableRemoteDebug": True})
        for folder in host_folders(self.server.data, "told"):
            (folder / "work/ml/go").touch()
        finish(self.server, "told")
        with self.assertRaisesRegex(ApiError, "RemoteDebugConfig can be updated when the SecondaryStatus"):
            call(self.server, "SageMaker.UpdateTrainingJob", change)
        for plan, names in (arn, ["told"]), (arn + "-2", []):
            listed = call(self.server, "SageMaker.ListTrainingJobs", {"TrainingPlanArnEquals": plan})["TrainingJobSummaries"]
            self.assertEqual([job["TrainingJobName"] for job in listed], names)

    def test_jobs_that_can_keep_none_are_not_told_to(self):
        create(self.server, "spot", "sleep 60", EnableManagedSpotTraining=True,
               StoppingCondition={"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60})
        create(self.server, "grouped", "sleep 60", ResourceConfig={"VolumeSizeInGB": 1, "InstanceGroups": [
            {"InstanceGroupName": "g", "InstanceType": "ml.m5.large", "InstanceCount": 1}]})
        for name, why in ("spot", "managed spot training keeps no warm pool"), ("grouped", "jobs with InstanceGroups keep no warm pool"):
            with self.assertRaisesRegex(ClientError, why):
                self.client.update_training_job(TrainingJobName=name, ResourceConfig={"KeepAlivePeriodInSeconds": 600})
            self.client.stop_training_job(TrainingJobName=name)

    def test_spot_jobs_keep_none(self):
        with self.assertRaises(ApiError) as caught:
            create(self.server, "spot", "true", ResourceConfig=resources(60), EnableManagedSpotTraining=True,
                   StoppingCondition={"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60})
        self.assertIn("managed spot training keeps no warm pool", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
