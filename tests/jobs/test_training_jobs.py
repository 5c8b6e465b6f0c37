"""Training jobs from CreateTrainingJob to the artifact, in real containers."""

import io
import sys
import tarfile
import unittest

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/support")
sys.path.insert(0, __file__.rsplit("/", 1)[0])
from api import ApiError, call, create, describe, finish, job_request, log_lines, s3_channel, wait_for  # noqa: E402
from host_folders import host_folders  # noqa: E402
from leftovers import job_ids, wait_until_clean  # noqa: E402
from server import Server  # noqa: E402

# Room for several jobs at once, whatever the machine has; a grace that a test can wait for.
CONFIG = "cpus: 8\nmemory_mib: 65536\nstop_grace_seconds: 3\n"


class TrainingJobs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(CONFIG))
        cls.s3 = cls.server.client("s3")
        cls.s3.create_bucket(Bucket="jobs")
        for key in ("data/a.txt", "data/sub/b.txt"):
            cls.s3.put_object(Bucket="jobs", Key=key, Body=key.encode())

    def artifact(self, job, name="model.tar.gz"):
        uri = f"out/{job}/output/{name}"
        body = self.s3.get_object(Bucket="jobs", Key=uri)["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(body), mode="r:gz") as tar:
            return {m.name.removeprefix("./"): tar.extractfile(m).read() for m in tar.getmembers() if m.isfile()}

    def test_trains_and_leaves_model_output_logs_and_nothing_else(self):
        script = ("cat /opt/ml/input/data/train/a.txt /opt/ml/input/data/train/sub/b.txt; echo; echo to-stderr >&2; "
                  "cp /opt/ml/input/config/hyperparameters.json /opt/ml/model/; echo out > /opt/ml/output/data/o.txt; printf last-line")
        create(self.server, "success", script, HyperParameters={"epochs": "3"},
               InputDataConfig=[s3_channel("train", "s3://jobs/data/")])
        ids = job_ids(self.server.data)
        job = finish(self.server, "success")
        self.assertEqual(job["TrainingJobStatus"], "Completed", job)
        self.assertEqual([t["Status"] for t in job["SecondaryStatusTransitions"]],
                         ["Starting", "Downloading", "Training", "Uploading", "Completed"])
        self.assertTrue(all(t["StatusMessage"] for t in job["SecondaryStatusTransitions"]))
        self.assertEqual(job["ModelArtifacts"]["S3ModelArtifacts"], "s3://jobs/out/success/output/model.tar.gz")
        self.assertIn(b'"3"', self.artifact("success")["hyperparameters.json"])
        self.assertEqual(self.artifact("success", "output.tar.gz"), {"o.txt": b"out\n"})
        lines = log_lines(self.server, "success")
        self.assertIn("data/a.txtdata/sub/b.txt", lines)
        self.assertIn("to-stderr", lines)
        self.assertEqual(lines[-1], "last-line")
        wait_until_clean(self.server.data, ids)

    def test_inputs_cannot_be_changed_by_the_job(self):
        create(self.server, "vandal", "echo changed > /opt/ml/input/data/train/a.txt && cat /opt/ml/input/data/train/a.txt",
               InputDataConfig=[s3_channel("train", "s3://jobs/data/")])
        self.assertEqual(finish(self.server, "vandal")["TrainingJobStatus"], "Completed")
        self.assertIn("changed", log_lines(self.server, "vandal"))
        self.assertEqual(self.s3.get_object(Bucket="jobs", Key="data/a.txt")["Body"].read(), b"data/a.txt")

    def test_failure_reason_is_the_reason(self):
        cases = {
            "exit-code": ("echo the cause >&2; exit 7", ["7", "the cause"]),
            "failure-file": ("echo my own words > /opt/ml/output/failure; exit 1", ["AlgorithmError", "my own words"]),
            "signal": ("sh -c 'kill -SEGV $$'; exit $?", ["139", "SIGSEGV"]),
            "no-program": ("", ["no such file"]),
        }
        for name, (script, _) in cases.items():
            changes = {}
            if name == "no-program":
                changes["AlgorithmSpecification"] = {"TrainingImage": "sagebrush/host", "TrainingInputMode": "File",
                                                     "ContainerEntrypoint": ["/no/such/program"]}
            create(self.server, name, script, **changes)
        for name, (_, words) in cases.items():
            with self.subTest(name):
                job = finish(self.server, name)
                self.assertEqual(job["TrainingJobStatus"], "Failed")
                for word in words:
                    self.assertIn(word, job["FailureReason"])
                self.assertLessEqual(len(job["FailureReason"]), 1024)

    def test_a_bucket_that_goes_while_training_is_named(self):
        self.s3.create_bucket(Bucket="gone")
        create(self.server, "homeless", "while [ ! -e /opt/ml/go ]; do sleep 0.02; done; touch /opt/ml/model/m",
               OutputDataConfig={"S3OutputPath": "s3://gone/out"})
        wait_for(self.server, "homeless", lambda job: job["SecondaryStatus"] == "Training")
        self.s3.delete_bucket(Bucket="gone")
        for folder in host_folders(self.server.data, "homeless"):
            (folder / "work/ml/go").touch()
        job = finish(self.server, "homeless")
        self.assertEqual(job["TrainingJobStatus"], "Failed")
        self.assertRegex(job["FailureReason"], "s3://gone/out.*bucket")

    def test_missing_inputs_are_named(self):
        create(self.server, "no-data", "true", InputDataConfig=[s3_channel("train", "s3://jobs/nothing/here")])
        self.assertIn('No S3 objects found under S3 URL "s3://jobs/nothing/here"',
                      finish(self.server, "no-data")["FailureReason"])

    def test_out_of_memory_is_said_with_limit(self):
        create(self.server, "greedy", "exec python3 -c 'x = bytearray(20 << 30)'",
               ResourceConfig={"InstanceType": "ml.t3.medium", "InstanceCount": 1, "VolumeSizeInGB": 1})
        job = finish(self.server, "greedy")
        self.assertEqual(job["TrainingJobStatus"], "Failed")
        self.assertIn("memory", job["FailureReason"].lower())
        self.assertIn("4.0 GiB", job["FailureReason"])

    def test_stop_uploads_what_is_there(self):
        create(self.server, "stopped", "trap 'echo saved > /opt/ml/model/m; exit 0' TERM; echo ready; while :; do sleep 0.05; done")
        wait_for(self.server, "stopped", lambda job: job["SecondaryStatus"] == "Training")
        self.await_line("stopped", "ready")
        call(self.server, "SageMaker.StopTrainingJob", {"TrainingJobName": "stopped"})
        self.assertIn(describe(self.server, "stopped")["TrainingJobStatus"], ("Stopping", "Stopped"))
        job = finish(self.server, "stopped")
        self.assertEqual((job["TrainingJobStatus"], job["SecondaryStatus"]), ("Stopped", "Stopped"))
        self.assertEqual(self.artifact("stopped"), {"m": b"saved\n"})
        with self.assertRaises(ApiError) as refused:
            call(self.server, "SageMaker.StopTrainingJob", {"TrainingJobName": "stopped"})
        self.assertEqual(refused.exception.code, "ValidationException")
        self.assertEqual(refused.exception.message, "The request was rejected because the training job is in status Stopped.")

    def test_stop_kills_what_will_not_end(self):
        create(self.server, "stubborn", "trap '' TERM; echo ready; while :; do sleep 0.05; done")
        self.await_line("stubborn", "ready")
        call(self.server, "SageMaker.StopTrainingJob", {"TrainingJobName": "stubborn"})
        self.assertEqual(finish(self.server, "stubborn")["TrainingJobStatus"], "Stopped")

    def test_max_runtime_stops_and_does_not_fail(self):
        create(self.server, "overdue", "trap 'exit 0' TERM; while :; do sleep 0.05; done",
               StoppingCondition={"MaxRuntimeInSeconds": 1})
        job = finish(self.server, "overdue")
        self.assertEqual((job["TrainingJobStatus"], job["SecondaryStatus"]), ("Stopped", "MaxRuntimeExceeded"))

    def test_checkpoints_come_back_and_are_saved(self):
        config = {"S3Uri": "s3://jobs/ckpt"}
        self.s3.put_object(Bucket="jobs", Key="ckpt/old", Body=b"from before")
        create(self.server, "resumed", "cat /opt/ml/checkpoints/old; echo new > /opt/ml/checkpoints/new", CheckpointConfig=config)
        self.assertEqual(finish(self.server, "resumed")["TrainingJobStatus"], "Completed")
        self.assertIn("from before", log_lines(self.server, "resumed"))
        self.assertEqual(self.s3.get_object(Bucket="jobs", Key="ckpt/new")["Body"].read(), b"new\n")

    def test_private_files_of_the_host_are_not_there(self):
        create(self.server, "spy", f"ls /root /home {self.server.data} /etc/shadow; cat {self.server.data}/credentials; exit 0")
        finish(self.server, "spy")
        text = "\n".join(log_lines(self.server, "spy"))
        self.assertNotIn(self.server.secret_access_key, text)
        self.assertIn("No such file", text)

    def test_describe_gives_back_every_member(self):
        extra = {
            "HyperParameters": {"a": "1"}, "EnableNetworkIsolation": True, "Environment": {"X": "y"},
            "ExperimentConfig": {"ExperimentName": "e"}, "DebugHookConfig": {"S3OutputPath": "s3://jobs/debug"},
            "RetryStrategy": {"MaximumRetryAttempts": 2}, "MemberOfTomorrow": {"Deep": [1, "two"]},
        }
        create(self.server, "echo", "true", **extra)
        job = finish(self.server, "echo")
        request = job_request(self.server, "echo", "true", **extra)
        for member, value in request.items():
            if isinstance(value, dict):
                self.assertLessEqual(value.items(), job[member].items(), member)
            else:
                self.assertEqual(job[member], value, member)
        self.assertEqual(job["OutputDataConfig"]["KmsKeyId"], "")

    def test_bad_requests_are_refused_in_awss_words(self):
        def refusal(**changes):
            with self.assertRaises(ApiError) as refused:
                create(self.server, "refused", "true", **changes)
            self.assertEqual(refused.exception.status, 400)
            return refused.exception.code + ": " + refused.exception.message

        self.assertIn("Could not assume role arn:aws:iam::000000000000:role/none",
                      refusal(RoleArn="arn:aws:iam::000000000000:role/none"))
        self.assertIn("InstanceCount of 1 or more",
                      refusal(ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 0, "VolumeSizeInGB": 1}))
        self.assertIn("1 validation error detected: Value '-1' at 'resourceConfig.volumeSizeInGB' failed to satisfy constraint",
                      refusal(ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": -1}))
        self.assertIn("'train' is given twice", refusal(
            InputDataConfig=[s3_channel("train", "s3://jobs/a"), s3_channel("train", "s3://jobs/b")]))
        self.assertTrue(refusal(AlgorithmSpecification={"TrainingInputMode": "File"}).startswith("ValidationException"))
        for image, words in (
                ("registry.example/team/none:1", f"podman push --tls-verify=false {self.server.url[7:]}/team/none:1"),
                ("763104351884.dkr.ecr.us-east-1.amazonaws.com/huggingface-pytorch-training:2.1-cpu", "huggingface-pytorch-training: host"),
                ("not an image", "no image alias is named 'not an image'")):
            self.assertRegex(refusal(AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"}),
                             f"ValidationException: Cannot find the training image {image}: .*{words}")
        arn = "arn:aws:sagemaker:us-east-1:000000000000:algorithm/none"
        self.assertIn(f"Cannot find the algorithm {arn}", refusal(AlgorithmSpecification={
            "AlgorithmName": arn, "TrainingInputMode": "File"}))
        self.assertIn("Could not find S3 bucket nobucket of OutputDataConfig.S3OutputPath s3://nobucket/x",
                      refusal(OutputDataConfig={"S3OutputPath": "s3://nobucket/x"}))
        self.assertIn("Could not find S3 bucket nobucket of CheckpointConfig.S3Uri",
                      refusal(CheckpointConfig={"S3Uri": "s3://nobucket/x"}))
        self.assertIn("CheckpointConfig.LocalPath '/usr' can't be used", refusal(
            CheckpointConfig={"S3Uri": "s3://jobs/x", "LocalPath": "/usr"}))
        for kind, nearest in ("ml.foo.large", "ml.c5.large"), ("m5.large", "ml.m5.large"):
            self.assertRegex(refusal(ResourceConfig={"InstanceType": kind, "InstanceCount": 1, "VolumeSizeInGB": 1}),
                             rf"Value '{kind}' at 'resourceConfig.instanceType' failed .* enum value set: \[.*{nearest},")
        self.assertIn("Value 'x' at 'resourceConfig.instanceGroups.1.member.instanceType'", refusal(ResourceConfig={
            "VolumeSizeInGB": 1, "InstanceGroups": [{"InstanceGroupName": "g", "InstanceType": "x", "InstanceCount": 1}]}))
        self.assertIn("less than or equal to 2419200 (28 days)", refusal(StoppingCondition={"MaxRuntimeInSeconds": 2419201}))
        self.assertIn("System tags cannot be added", refusal(Tags=[{"Key": "AWS:x", "Value": ""}]))
        self.assertIn("'a' is given twice", refusal(Tags=[{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]))
        with self.assertRaises(ApiError) as missing:
            describe(self.server, "refused")
        self.assertEqual((missing.exception.code, missing.exception.message),
                         ("ValidationException", "Requested resource not found."))

    def test_names_are_unique_until_deleted(self):
        create(self.server, "once", "true")
        with self.assertRaises(ApiError) as refused:
            create(self.server, "once", "true")
        self.assertEqual(refused.exception.code, "ResourceInUse")
        finish(self.server, "once")
        call(self.server, "SageMaker.DeleteTrainingJob", {"TrainingJobName": "once"})
        create(self.server, "once", "true")
        finish(self.server, "once")

    def test_tags_are_kept(self):
        arn = create(self.server, "tagged", "true", Tags=[{"Key": "team", "Value": "a"}])["TrainingJobArn"]
        call(self.server, "SageMaker.AddTags", {"ResourceArn": arn, "Tags": [{"Key": "stage", "Value": "b"}]})
        for tags in [{"Key": "aws:x", "Value": "b"}], [{"Key": "a", "Value": "b"}, {"Key": "a", "Value": "c"}]:
            with self.assertRaisesRegex(ApiError, "ValidationException"):
                call(self.server, "SageMaker.AddTags", {"ResourceArn": arn, "Tags": tags})
        call(self.server, "SageMaker.DeleteTags", {"ResourceArn": arn, "TagKeys": ["team"]})
        elsewhere = arn.replace("us-east-1", "eu-west-1")
        call(self.server, "SageMaker.AddTags", {"ResourceArn": elsewhere, "Tags": [{"Key": "where", "Value": "c"}]})
        for each in arn, elsewhere:
            self.assertEqual(call(self.server, "SageMaker.ListTags", {"ResourceArn": each})["Tags"],
                             [{"Key": "stage", "Value": "b"}, {"Key": "where", "Value": "c"}])
        finish(self.server, "tagged")

    def await_line(self, job, line):
        wait_for(self.server, job, lambda description: line in log_lines(self.server, job)
                 or self.assertNotIn(description["TrainingJobStatus"], ("Completed", "Failed", "Stopped")))


class Lists(unittest.TestCase):
    def test_filters_orders_and_pages(self):
        with Server("cpus: 2\nmemory_mib: 16384\n") as server:
            server.client("s3").create_bucket(Bucket="jobs")
            names = [f"job-{i:02}" for i in range(12)]
            for name in names:
                create(server, name, "true" if name != "job-05" else "exit 1")
            for name in names:
                finish(server, name)

            def listed(**query):
                collected = []
                while True:
                    page = call(server, "SageMaker.ListTrainingJobs", query)
                    collected += [job["TrainingJobName"] for job in page["TrainingJobSummaries"]]
                    if "NextToken" not in page:
                        return collected
                    query["NextToken"] = page["NextToken"]

            self.assertEqual(listed(SortBy="Name"), names)
            self.assertEqual(listed(SortBy="Name", SortOrder="Descending", MaxResults=5), names[::-1])
            self.assertEqual(listed(SortBy="CreationTime", MaxResults=1), names)
            self.assertEqual(listed(StatusEquals="Failed"), ["job-05"])
            self.assertEqual(listed(NameContains="b-1"), ["job-10", "job-11"])
            self.assertEqual(listed(CreationTimeBefore=0), [])
            created = describe(server, "job-03")["CreationTime"]
            self.assertEqual(listed(CreationTimeAfter=created, SortBy="Name"), names[4:])
            self.assertEqual(sorted(listed(SortBy="Status", MaxResults=3)), names)


if __name__ == "__main__":
    unittest.main()
