"""What lines of a job's log say about its failure, retries, and members that are kept and given back."""

import sys
import unittest

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/support")
from api import create, describe, finish  # noqa: E402
from server import Server  # noqa: E402

CONFIG = """cpus: 8
memory_mib: 65536
stop_grace_seconds: 3
log_rules:
- {pattern: "NCCL (error|timeout)", cause: "the network between the hosts broke", retry: true}
"""
# Fails at the first attempt with that line, ends well at the second.
FLAKY = "[ -e /opt/ml/checkpoints/x ] && exit 0; touch /opt/ml/checkpoints/x; echo 'step 3: {line}'; exit 1"


def statuses(job):
    return [one["Status"] for one in job["SecondaryStatusTransitions"]]


class LogRules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(CONFIG))
        cls.server.client("s3").create_bucket(Bucket="jobs")

    def flaky(self, name, line, retries=1, **changes):
        create(self.server, name, FLAKY.format(line=line), CheckpointConfig={"S3Uri": f"s3://jobs/checkpoints/{name}"},
               RetryStrategy={"MaximumRetryAttempts": retries}, **changes)
        return finish(self.server, name)

    def test_name_the_cause_of_a_failure(self):
        job = self.flaky("gpu", "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB")
        self.assertEqual(job["TrainingJobStatus"], "Failed")
        self.assertTrue(job["FailureReason"].startswith("AlgorithmError: CUDA out of memory: "), job["FailureReason"])
        self.assertIn("exit code: 1", job["FailureReason"])

    def test_let_another_attempt_be_made(self):
        job = self.flaky("network", "NCCL timeout on rank 1")
        self.assertEqual(job["TrainingJobStatus"], "Completed", job.get("FailureReason"))
        self.assertEqual(statuses(job), ["Starting", "Downloading", "Training", "Uploading", "Restarting", "Starting",
                                         "Downloading", "Training", "Uploading", "Completed"])
        self.assertIn("the network between the hosts broke", job["SecondaryStatusTransitions"][4]["StatusMessage"])

    def test_a_tag_is_a_rule_of_its_job(self):
        tags = [{"Key": "sagebrush:retry-on", "Value": "license server is away"}]
        job = self.flaky("tagged", "the license server is away", Tags=tags)
        self.assertEqual(job["TrainingJobStatus"], "Completed", job.get("FailureReason"))
        tags = [{"Key": "sagebrush:no-retry-on", "Value": "NCCL timeout"}]
        job = self.flaky("final", "NCCL timeout on rank 1", Tags=tags)
        self.assertEqual(job["TrainingJobStatus"], "Failed")
        self.assertIn("AlgorithmError: NCCL timeout: ", job["FailureReason"])

    def test_what_no_rule_knows_is_tried_once(self):
        self.assertEqual(self.flaky("plain", "some other trouble")["TrainingJobStatus"], "Failed")

    def test_a_pattern_that_is_none_keeps_the_server_from_starting(self):
        with self.assertRaises(RuntimeError) as caught:
            with Server("log_rules:\n- {pattern: '('}\n"):
                pass
        self.assertIn("log_rules: pattern '(': missing )", str(caught.exception))

    def test_debugger_and_profiler_members_are_given_back(self):
        members = {
            "DebugHookConfig": {"S3OutputPath": "s3://jobs/debug", "CollectionConfigurations": []},
            "DebugRuleConfigurations": [{"RuleConfigurationName": "r", "RuleEvaluatorImage": "image"}],
            "TensorBoardOutputConfig": {"S3OutputPath": "s3://jobs/boards"},
            "ProfilerConfig": {"S3OutputPath": "s3://jobs/profile", "DisableProfiler": False},
            "ProfilerRuleConfigurations": [{"RuleConfigurationName": "p", "RuleEvaluatorImage": "image"}],
            "ExperimentConfig": {"ExperimentName": "e", "TrialName": "t"},
            "RetryStrategy": {"MaximumRetryAttempts": 2},
        }
        create(self.server, "debugged", "cat /opt/ml/input/config/debughookconfig.json", **members)
        job = finish(self.server, "debugged")
        self.assertEqual(job["TrainingJobStatus"], "Completed", job.get("FailureReason"))
        self.assertEqual({name: describe(self.server, "debugged")[name] for name in members}, members)


if __name__ == "__main__":
    unittest.main()
