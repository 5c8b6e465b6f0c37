"""Metrics of training jobs: MetricDefinitions, what agents measure, progress, Prometheus and the command line."""

import datetime
import json
import pathlib
import re
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from api import ApiError, create, describe, finish, wait_for  # noqa: E402
from processes import kill_agents  # noqa: E402
from server import Server, program  # noqa: E402

UTC = datetime.timezone.utc
CONFIG = "cpus: 8\nmemory_mib: 65536\nstop_grace_seconds: 3\n"
SPACE = "/aws/sagemaker/TrainingJobs"


def algorithm(script, *definitions):
    return {"AlgorithmSpecification": {
        "TrainingImage": "sagebrush/host:latest", "TrainingInputMode": "File", "ContainerEntrypoint": ["/bin/sh", "-c"],
        "ContainerArguments": [script], "MetricDefinitions": [{"Name": n, "Regex": r} for n, r in definitions]}}


class JobMetrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(CONFIG))
        cls.server.client("s3").create_bucket(Bucket="jobs")
        cls.cloudwatch = cls.server.client("cloudwatch")

    def start(self, name, script, *definitions, **more):
        create(self.server, name, "", **algorithm(script, *definitions), **more)

    def stop(self, name):
        self.server.client("sagemaker").stop_training_job(TrainingJobName=name)
        finish(self.server, name)

    def points(self, metric, dimension, value, statistics=("SampleCount", "Sum", "Average", "Maximum"), server=None, period=60, space=SPACE):
        now = datetime.datetime.now(UTC)
        client = server.client("cloudwatch") if server else self.cloudwatch
        answer = client.get_metric_statistics(
            Namespace=space, MetricName=metric, Dimensions=[{"Name": dimension, "Value": value}], Period=period,
            StartTime=now - datetime.timedelta(minutes=15), EndTime=now + datetime.timedelta(minutes=1), Statistics=list(statistics))
        return sorted(answer["Datapoints"], key=lambda p: p["Timestamp"])

    def total(self, *arguments, **named):
        points = self.points(*arguments, **named)
        return sum(p["SampleCount"] for p in points), sum(p["Sum"] for p in points)

    def until(self, reached, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            found = reached()
            if found:
                return found
            self.assertLess(time.monotonic(), deadline, "it never came")
            time.sleep(0.1)  # between two questions; what ends the wait is the answer

    def test_definitions_give_series_and_final_values(self):
        self.start("curve", "for i in 4 3 2 1; do echo \"loss: $i.5; acc=0.$i\"; done; echo loss: nothing",
                   ("train:loss", r"loss: ([0-9\.]+)"), ("acc", "acc=([0-9.]+)"), ("never", "never=([0-9]+)"))
        job = finish(self.server, "curve")
        finals = {m["MetricName"]: m for m in job["FinalMetricDataList"]}
        self.assertEqual({n: m["Value"] for n, m in finals.items()}, {"train:loss": 1.5, "acc": 0.1})
        self.assertGreaterEqual(finals["acc"]["Timestamp"], job["TrainingStartTime"])
        self.assertEqual(self.total("train:loss", "TrainingJobName", "curve"), (4, 12))
        # As the SDK's analytics ask.
        self.assertEqual(self.cloudwatch.list_metrics(Namespace=SPACE, Dimensions=[{"Name": "TrainingJobName", "Value": "curve"}])
                         ["Metrics"].__len__(), 2)

    def test_values_are_shown_while_the_job_runs(self):
        self.start("running", "echo loss=2; echo epoch 3/10 loss=1; while :; do sleep 0.1; done", ("loss", r"loss=(\S+)"))
        wait_for(self.server, "running", lambda job: job.get("FinalMetricDataList", [{}])[0].get("Value") == 1)
        usage = self.until(lambda: self.points("MemoryUtilization", "Host", "running/algo-1", period=1))
        self.assertGreater(usage[-1]["Average"], 0)
        self.assertEqual(usage[-1]["Unit"], "Percent")
        for metric in ("CPUUtilization", "DiskUtilization"):
            self.until(lambda: self.points(metric, "Host", "running/algo-1", period=1))
        progress = self.until(lambda: self.points("Progress", "TrainingJobName", "running", period=1, space="Sagebrush/TrainingJobs"))
        self.assertEqual(progress[-1]["Maximum"], 30)

        def cli(*words):
            return subprocess.run([program(), *words], env=self.server.environment(), capture_output=True, text=True, check=True, timeout=60).stdout
        self.assertRegex(cli("jobs", "list"), r"PROGRESS\n(.*\n)*running +Training .*30%")
        self.assertIn("Progress  30%", cli("jobs", "describe", "running"))
        top = cli("jobs", "top")
        self.assertRegex(top, r"^JOB +HOST +STATUS +CPU +MEMORY +GPU +GPU MEM +DISK +NET IN +NET OUT +PROGRESS\n")
        self.assertRegex(top, r"running +algo-1 +Training +\d+% +\d+% +\S+ +\S+ +\d+% +.*30%")
        row, = [r for r in json.loads(cli("jobs", "top", "--json")) if r["TrainingJobName"] == "running"]
        self.assertGreater(row["MemoryUtilization"], 0)
        page = self.prometheus(self.server)
        self.assertRegex(page, r'sagebrush_job_metric\{job="running",metric="loss"\} 1\n')
        self.assertRegex(page, r'sagebrush_job_memory_ratio\{job="running",host="algo-1"\} [0-9.e-]+\n')
        self.assertRegex(page, r'sagebrush_training_jobs\{status="Training"\} \d+')
        self.stop("running")

    def prometheus(self, server, token=None):
        token = token or (server.data / "metrics-token").read_text().strip()
        request = urllib.request.Request(server.url + "/metrics", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            self.assertTrue(answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"))
            return answer.read().decode()

    def test_prometheus_is_for_who_holds_the_token(self):
        self.assertEqual((self.server.data / "metrics-token").stat().st_mode & 0o777, 0o600)
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}):
            with self.assertRaises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(urllib.request.Request(self.server.url + "/metrics", headers=headers), timeout=30)
            self.assertEqual(caught.exception.code, 401)
        for line in self.prometheus(self.server).splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? -?[0-9.e+-]+)$')
        # A bucket may be named so: its owner signs.
        s3 = self.server.client("s3")
        s3.create_bucket(Bucket="metrics")
        self.assertEqual(s3.list_objects_v2(Bucket="metrics")["KeyCount"], 0)
        with Server("metrics_access: loopback\n") as server:
            with urllib.request.urlopen(server.url + "/metrics", timeout=30) as answer:
                self.assertIn(b"process_resident_memory_bytes", answer.read())
        with Server("metrics_access: off\n") as server:
            with self.assertRaises(urllib.error.HTTPError) as caught:
                self.prometheus(server)
            self.assertEqual(caught.exception.code, 404)

    def test_a_regex_that_can_not_be_used_is_refused(self):
        for regex in ("(?=x)(1)", r"(a)\1", "(", "x{5000}"):
            with self.subTest(regex), self.assertRaises(ApiError) as caught:
                self.start("refused", "true", ("fine", "(1)"), ("bad:one", regex))
            self.assertEqual(caught.exception.code, "ValidationException")
            for word in ("MetricDefinitions", regex, "'bad:one'", "RE2"):
                self.assertIn(word, caught.exception.message)
        with self.assertRaises(ApiError) as caught:
            self.start("refused", "true", ("a", "(1)"), ("a", "(2)"))
        self.assertIn("defined twice", caught.exception.message)

    def test_hostile_lines_and_patterns(self):
        script = ("head -c 1000000 /dev/zero | tr '\\0' a; echo; head -c 300000 /dev/urandom; echo; echo 'loss=7 '; "
                  "printf 'loss=\\377\\376\\n'; echo loss=999999999999999999999999999999e999; echo loss=1e400; echo loss=-0.5")
        self.start("hostile", script, ("loss", r"loss=([-+0-9.eE]+)"), ("slow", r"(a+)+(b+)+([0-9])$"), ("slower", r"(.*)*x(.*)*([0-9])"),
                   ("nothing", "()"))
        job = finish(self.server, "hostile")
        self.assertEqual(job["TrainingJobStatus"], "Completed", job)
        self.assertEqual({m["MetricName"]: m["Value"] for m in job["FinalMetricDataList"]}["loss"], -0.5)
        self.assertEqual(self.total("loss", "TrainingJobName", "hostile"), (2, 6.5))

    def test_a_flood_of_lines_is_counted_to_the_last(self):
        self.start("flood", "i=0; yes 'step loss=1 and some more words to fill the line up a little' | head -n 200000; echo last=5",
                   ("loss", "loss=([0-9]+)"), ("last", "last=([0-9]+)"))
        job = finish(self.server, "flood")
        self.assertEqual({m["MetricName"]: m["Value"] for m in job["FinalMetricDataList"]}, {"loss": 1, "last": 5})
        self.assertEqual(self.total("loss", "TrainingJobName", "flood"), (200000, 200000))

    def test_kills_neither_lose_nor_double_a_value(self):
        with Server(CONFIG) as server:
            server.client("s3").create_bucket(Bucket="jobs")
            script = "for i in $(seq 1 400); do echo value=$i; sleep 0.01; done"
            create(server, "killed", "", **algorithm(script, ("value", "value=([0-9]+)")))
            for floor in (20, 120, 240):
                wait_for(server, "killed", lambda job: job.get("FinalMetricDataList", [{"Value": 0}])[0]["Value"] >= floor
                         or job["TrainingJobStatus"] != "InProgress")
                server.kill()
                server.start()
                if floor == 120:
                    kill_agents(server.data)
            job = finish(server, "killed")
            self.assertEqual(job["TrainingJobStatus"], "Completed", job)
            self.assertEqual(job["FinalMetricDataList"][0]["Value"], 400)
            self.assertEqual(self.total("value", "TrainingJobName", "killed", server=server), (400, 400 * 401 / 2))

    def test_the_builtin_algorithms_definitions_are_shown(self):
        create(self.server, "builtin", "", **{"AlgorithmSpecification": {
            "TrainingImage": "sagebrush/image-classification:1", "TrainingInputMode": "File", "ContainerEntrypoint": ["/bin/sh", "-c"],
            "ContainerArguments": ["echo epoch=1 train_loss=0.5 train_accuracy=0.25 validation_accuracy=0.75 images_per_second=100; "
                                   "echo '#quality_metric: host=algo-1, epoch=1, validation accuracy=0.75'"]}})
        names = [d["Name"] for d in describe(self.server, "builtin")["AlgorithmSpecification"]["MetricDefinitions"]]
        self.assertIn("validation:accuracy", names)
        finals = {m["MetricName"]: m["Value"] for m in finish(self.server, "builtin")["FinalMetricDataList"]}
        self.assertEqual(finals, {"train:loss": 0.5, "train:accuracy": 0.25, "validation:accuracy": 0.75, "train:images_per_second": 100})


if __name__ == "__main__":
    unittest.main()
