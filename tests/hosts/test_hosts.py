"""Jobs of several instances: who they are, what each gets, how they end together."""

import io
import json
import sys
import tarfile
import unittest

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/support")
sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/jobs")
from api import ApiError, call, create, describe, finish, log_lines, s3_channel, wait_for  # noqa: E402
from leftovers import job_ids, wait_until_clean  # noqa: E402
from server import Server  # noqa: E402

CONFIG = "cpus: 8\nmemory_mib: 65536\nstop_grace_seconds: 2\n"


def instances(count, kind="ml.m5.large"):
    return {"InstanceType": kind, "InstanceCount": count, "VolumeSizeInGB": 1}


def channel(name, **source):
    return s3_channel(name, "s3://jobs/data/", source)


def streams(server, name):
    found = call(server, "Logs_20140328.DescribeLogStreams",
                 {"logGroupName": "/aws/sagemaker/TrainingJobs", "logStreamNamePrefix": name + "/"})
    return sorted(stream["logStreamName"] for stream in found["logStreams"])


class Hosts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(CONFIG)
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.s3 = cls.server.client("s3")
        cls.s3.create_bucket(Bucket="jobs")
        for i in range(5):
            cls.s3.put_object(Bucket="jobs", Key=f"data/{i}", Body=b"x")

    def members(self, name, archive="model.tar.gz"):
        body = self.s3.get_object(Bucket="jobs", Key=f"out/{name}/output/{archive}")["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(body)) as tar:
            names = tar.getnames()
            self.assertEqual(len(names), len(set(names)), names)
            return {member.name: tar.extractfile(member).read().decode() for member in tar if member.isfile()}

    def run_job(self, name, script, count=2, **changes):
        changes.setdefault("ResourceConfig", instances(count))
        create(self.server, name, script, **changes)
        return finish(self.server, name)

    def test_each_host_knows_itself_and_the_others(self):
        job = self.run_job("know", "cat /opt/ml/input/config/resourceconfig.json > /opt/ml/model/$(hostname); hostname; nproc", 3)
        self.assertEqual(job["TrainingJobStatus"], "Completed", job)
        model = self.members("know")
        self.assertEqual(sorted(model), ["algo-1", "algo-2", "algo-3"])
        for host, text in model.items():
            config = json.loads(text)
            self.assertEqual(config["current_host"], host)
            self.assertEqual(config["hosts"], ["algo-1", "algo-2", "algo-3"])
            self.assertEqual(config["instance_groups"], [
                {"instance_group_name": "homogeneousCluster", "instance_type": "ml.m5.large", "hosts": config["hosts"]}])
        self.assertEqual([stream.rsplit("-", 1)[0] for stream in streams(self.server, "know")],
                         ["know/algo-1", "know/algo-2", "know/algo-3"])
        self.assertEqual([line for line in sorted(log_lines(self.server, "know")) if line.startswith("algo")],
                         ["algo-1", "algo-2", "algo-3"])

    def test_the_artifact_holds_what_all_left_and_the_first_host_wins(self):
        script = ("echo $(hostname) > /opt/ml/model/same; mkdir -p /opt/ml/model/sub; echo $(hostname) > /opt/ml/model/sub/$(hostname);"
                  "if [ $(hostname) = algo-2 ]; then echo two > /opt/ml/output/data/only-two; fi")
        self.assertEqual(self.run_job("gather", script)["TrainingJobStatus"], "Completed")
        self.assertEqual(self.members("gather"),
                         {"same": "algo-1\n", "sub/algo-1": "algo-1\n", "sub/algo-2": "algo-2\n"})
        self.assertEqual(self.members("gather", "output.tar.gz"), {"only-two": "two\n"})

    def test_data_is_divided_or_repeated_as_asked(self):
        script = "cd /opt/ml/input/data; for c in *; do echo $c: $(ls $c); done > /opt/ml/model/$(hostname)"
        job = self.run_job("sharded", script, InputDataConfig=[
            channel("all"), channel("part", S3DataDistributionType="ShardedByS3Key")])
        self.assertEqual(job["TrainingJobStatus"], "Completed", job)
        self.assertEqual(self.members("sharded"), {
            "algo-1": "all: 0 1 2 3 4\npart: 0 2 4\n", "algo-2": "all: 0 1 2 3 4\npart: 1 3\n"})

    def test_groups_have_types_and_channels_of_their_own(self):
        script = ("cd /opt/ml/input/data; (ls; nproc; grep -o '\"current_group_name\":\"[a-z]*\"' ../config/resourceconfig.json)"
                  " > /opt/ml/model/$(hostname)")
        groups = [{"InstanceGroupName": "read", "InstanceType": "ml.t3.medium", "InstanceCount": 1},
                  {"InstanceGroupName": "learn", "InstanceType": "ml.m5.xlarge", "InstanceCount": 1}]
        job = self.run_job("groups", script, ResourceConfig={"InstanceGroups": groups, "VolumeSizeInGB": 1}, InputDataConfig=[
            channel("raw", InstanceGroupNames=["read"]), channel("both", InstanceGroupNames=["read", "learn"])])
        self.assertEqual(job["TrainingJobStatus"], "Completed", job)
        self.assertEqual(job["ResourceConfig"]["InstanceGroups"], groups)
        model = self.members("groups")
        self.assertEqual(model["algo-1"].split("\n")[:2], ["both", "raw"])
        self.assertIn('"current_group_name":"read"', model["algo-1"])
        self.assertTrue(model["algo-2"].startswith("both\n"), model)
        self.assertIn('"current_group_name":"learn"', model["algo-2"])

    def test_one_that_fails_ends_the_others_with_its_reason(self):
        for failing in ("algo-1", "algo-2"):
            with self.subTest(failing):
                name = "fails-" + failing
                # The other would run for ever and minds no SIGTERM: it is process 1 and has no handler.
                script = (f"echo here > /opt/ml/output/data/$(hostname); if [ $(hostname) = {failing} ]; then"
                          " echo no such thing > /opt/ml/output/failure; exit 3; fi; sleep 1000")
                job = self.run_job(name, script)
                self.assertEqual(job["TrainingJobStatus"], "Failed", job)
                self.assertEqual(job["FailureReason"], f"{failing}: AlgorithmError: no such thing, exit code: 3")
                self.assertNotIn("ModelArtifacts", job)
                self.assertIn(failing, self.members(name, "output.tar.gz"))

    def test_a_stop_reaches_all(self):
        script = ("trap 'echo saved > /opt/ml/model/$(hostname); exit 0' TERM; echo ready; while :; do sleep 0.05; done")
        create(self.server, "stopped", script, ResourceConfig=instances(3))
        wait_for(self.server, "stopped", lambda job: log_lines(self.server, "stopped").count("ready") == 3)
        call(self.server, "SageMaker.StopTrainingJob", {"TrainingJobName": "stopped"})
        self.assertEqual(finish(self.server, "stopped")["TrainingJobStatus"], "Stopped")
        self.assertEqual(sorted(self.members("stopped")), ["algo-1", "algo-2", "algo-3"])

    def test_a_machine_that_is_smaller_is_divided(self):
        job = self.run_job("small", "nproc > /opt/ml/model/$(hostname)", ResourceConfig=instances(3, "ml.m5.4xlarge"))
        self.assertEqual(job["TrainingJobStatus"], "Completed", job)
        message = job["SecondaryStatusTransitions"][0]["StatusMessage"]
        self.assertIn("3 x ml.m5.4xlarge have 48 CPUs", message)
        self.assertIn("algo-1 gets 3 CPUs, algo-2 gets 3 CPUs, algo-3 gets 2 CPUs", message)

    def test_what_cannot_be_is_refused(self):
        groups = [{"InstanceGroupName": "a", "InstanceType": "ml.m5.large", "InstanceCount": 1}]
        for changes, words in (
                ({"ResourceConfig": instances(65)}, "64 are the most"),
                ({"ResourceConfig": instances(1) | {"InstanceGroups": groups}}, "not both"),
                ({"ResourceConfig": {"InstanceGroups": groups * 2, "VolumeSizeInGB": 1}}, "unique name"),
                ({"InputDataConfig": [channel("c", InstanceGroupNames=["b"])]}, "names 'b'")):
            with self.assertRaises(ApiError) as refused:
                create(self.server, "refused", "true", **changes)
            self.assertIn(words, str(refused.exception))

    def test_nothing_is_left(self):
        create(self.server, "clean", "true", ResourceConfig=instances(4))
        ids = job_ids(self.server.data)
        self.assertEqual(finish(self.server, "clean")["TrainingJobStatus"], "Completed")
        wait_until_clean(self.server.data, ids)
        self.assertEqual(describe(self.server, "clean")["ResourceConfig"]["InstanceCount"], 4)


if __name__ == "__main__":
    unittest.main()
