"""CloudWatch's metrics by boto3 (whichever runs this file), the aws command line and the wire itself."""

import datetime
import gzip
import json
import os
import pathlib
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
for folder in ("tests/support", "tests/protocol", "tests/metrics"):
    sys.path.insert(0, str(ROOT / folder))

import cbor  # noqa: E402
import wire  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402
from server import Server  # noqa: E402

UTC = datetime.timezone.utc


class CloudWatch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.client = cls.server.client("cloudwatch")
        # A whole hour that has passed, so that no minute is cut.
        cls.start = datetime.datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - datetime.timedelta(hours=1)

    def put(self, name, *data, namespace="Test"):
        self.client.put_metric_data(Namespace=namespace, MetricData=[{"MetricName": name, **datum} for datum in data])

    def at(self, seconds):
        return self.start + datetime.timedelta(seconds=seconds)

    def statistics(self, name, names=("Average",), period=60, to=3600, **more):
        answer = self.client.get_metric_statistics(Namespace="Test", MetricName=name, StartTime=self.start, EndTime=self.at(to),
                                                   Period=period, **({"Statistics": list(names)} if names else {}), **more)
        return sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])

    def data(self, queries, **more):
        return self.client.get_metric_data(StartTime=self.start, EndTime=self.at(3600), MetricDataQueries=[
            {"Id": key, **({"Expression": value} if isinstance(value, str) else value)} for key, value in queries.items()], **more)

    def stat(self, name, stat="Average", period=60, **more):
        return {"MetricStat": {"Metric": {"Namespace": "Test", "MetricName": name}, "Period": period, "Stat": stat}, **more}

    def refused(self, code, words, function, *arguments, **named):
        with self.assertRaises(ClientError) as caught:
            function(*arguments, **named)
        error = caught.exception.response["Error"]
        self.assertEqual(error["Code"], code, error)
        self.assertIn(words, error["Message"])

    def test_values_come_back_as_statistics(self):
        self.put("basic", {"Value": 1, "Timestamp": self.at(0)}, {"Value": 5, "Timestamp": self.at(30)}, {"Value": 7.5, "Timestamp": self.at(61)})
        points = self.statistics("basic", ["SampleCount", "Average", "Sum", "Minimum", "Maximum"])
        self.assertEqual([p["Timestamp"] for p in points], [self.at(0), self.at(60)])
        self.assertEqual({k: points[0][k] for k in ("SampleCount", "Average", "Sum", "Minimum", "Maximum")},
                         {"SampleCount": 2, "Average": 3, "Sum": 6, "Minimum": 1, "Maximum": 5})
        self.assertEqual(points[1]["Sum"], 7.5)
        self.assertEqual(points[0]["Unit"], "None")
        self.assertEqual(len(self.statistics("basic", period=1, to=120)), 3)
        self.assertEqual(self.statistics("basic", ["Sum"], period=3600)[0]["Sum"], 13.5)

    def test_arrays_and_statistic_sets(self):
        self.put("array", {"Values": [1, 2, 10], "Counts": [5, 4, 1], "Timestamp": self.at(0), "Unit": "Seconds"})
        point, = self.statistics("array", ["SampleCount", "Sum"], Unit="Seconds")
        self.assertEqual((point["SampleCount"], point["Sum"], point["Unit"]), (10, 23, "Seconds"))
        point, = self.statistics("array", None, ExtendedStatistics=["p50", "p100"])
        self.assertEqual(point["ExtendedStatistics"], {"p50": 1.5, "p100": 10})
        self.assertEqual(self.statistics("array", Unit="Bytes"), [])
        self.put("set", {"StatisticValues": {"SampleCount": 4, "Sum": 10, "Minimum": 1, "Maximum": 4}, "Timestamp": self.at(0)})
        point, = self.statistics("set", ["Average", "Maximum"])
        self.assertEqual((point["Average"], point["Maximum"]), (2.5, 4))
        for point in self.statistics("set", None, ExtendedStatistics=["p50"]):
            self.assertNotIn("p50", point.get("ExtendedStatistics", {}))

    def test_large_bodies_are_compressed_by_newer_clients(self):
        self.put("many", *[{"Value": i, "Timestamp": self.at(i), "Dimensions": [{"Name": "Long", "Value": "x" * 100}]} for i in range(1000)])
        dimensions = [{"Name": "Long", "Value": "x" * 100}]
        self.assertEqual(self.statistics("many", ["SampleCount"], period=3600, Dimensions=dimensions)[0]["SampleCount"], 1000)

    def test_dimensions_name_the_metric(self):
        pair = [{"Name": "B", "Value": "2"}, {"Name": "A", "Value": "1"}]
        self.put("dimensioned", {"Value": 1, "Timestamp": self.at(0), "Dimensions": pair}, {"Value": 2, "Timestamp": self.at(0)})
        self.assertEqual(self.statistics("dimensioned")[0]["Average"], 2)
        self.assertEqual(self.statistics("dimensioned", Dimensions=pair[::-1])[0]["Average"], 1)
        self.assertEqual(self.statistics("dimensioned", Dimensions=pair[:1]), [])

    def test_get_metric_data_with_math(self):
        self.put("a", *[{"Value": i, "Timestamp": self.at(60 * i)} for i in range(5)])
        self.put("b", *[{"Value": 2, "Timestamp": self.at(60 * i)} for i in range(1, 5)])
        results = {r["Id"]: r for r in self.data({
            "a": self.stat("a"), "b": self.stat("b", ReturnData=False), "sum": "a + b * 10", "ratio": "a / (b - 2)", "power": "-a^2",
            "mean": "a - AVG(a)", "total": "SUM([a, b])", "every": "MAX(METRICS())", "p90": self.stat("a", "p90", 3600)},
            ScanBy="TimestampAscending")["MetricDataResults"]}
        self.assertNotIn("b", results)
        self.assertEqual(results["a"]["Values"], [0, 1, 2, 3, 4])
        self.assertEqual(results["a"]["Label"], "a")
        self.assertEqual(results["a"]["StatusCode"], "Complete")
        self.assertEqual(results["sum"]["Values"], [21, 22, 23, 24])
        self.assertEqual(results["sum"]["Timestamps"][0], self.at(60))
        self.assertEqual(results["ratio"]["Values"], [])
        self.assertEqual(results["power"]["Values"], [0, -1, -4, -9, -16])
        self.assertEqual(results["mean"]["Values"], [-2, -1, 0, 1, 2])
        self.assertEqual(results["total"]["Values"], [0, 3, 4, 5, 6])
        self.assertEqual(results["every"]["Values"][0], 3.6)
        self.assertEqual(results["p90"]["Values"], [3.6])
        newest = self.data({"a": self.stat("a")}, MaxDatapoints=1)
        self.assertEqual(newest["MetricDataResults"][0]["Values"], [4])
        self.assertEqual(newest["MetricDataResults"][0]["StatusCode"], "PartialData")

    def test_an_array_is_a_result_for_each_of_its_series(self):
        self.put("x", *[{"Value": i, "Timestamp": self.at(60 * i)} for i in range(3)])
        self.put("y", {"Value": 5, "Timestamp": self.at(0)})
        queries = {"x": self.stat("x", ReturnData=False), "y": self.stat("y", ReturnData=False), "both": "METRICS() * 2"}
        pages = [self.data(queries, ScanBy="TimestampAscending", MaxDatapoints=2)]
        while "NextToken" in pages[-1]:
            pages.append(self.data(queries, ScanBy="TimestampAscending", MaxDatapoints=2, NextToken=pages[-1]["NextToken"]))
        self.assertEqual([(r["Id"], r["Label"], r["Values"]) for page in pages for r in page["MetricDataResults"]],
                         [("both", "both x", [0, 2]), ("both", "both x", [4]), ("both", "both y", [10])])
        filled, = self.data({"y": self.stat("y", ReturnData=False), "f": "FILL(y, 0)"})["MetricDataResults"]
        self.assertEqual((len(filled["Values"]), sum(filled["Values"])), (60, 5))

    def test_pages_of_get_metric_data(self):
        self.put("paged", *[{"Value": i, "Timestamp": self.at(60 * i)} for i in range(10)])
        for order in ("TimestampAscending", "TimestampDescending"):
            found = {"m": [], "n": []}
            pages = self.client.get_paginator("get_metric_data").paginate(
                StartTime=self.start, EndTime=self.at(3600), ScanBy=order, MaxDatapoints=3,
                MetricDataQueries=[{"Id": "m", **self.stat("paged")}, {"Id": "n", "Expression": "m + 1"}])
            for page in pages:
                self.assertLessEqual(sum(len(r["Values"]) for r in page["MetricDataResults"]), 3)
                for result in page["MetricDataResults"]:
                    found[result["Id"]] += result["Values"]
            expected = list(range(10)) if order == "TimestampAscending" else list(range(9, -1, -1))
            self.assertEqual(found, {"m": expected, "n": [v + 1 for v in expected]})
        self.refused("InvalidNextToken", "token", self.data, {"m": self.stat("paged")}, NextToken="no")

    def test_list_metrics(self):
        now = datetime.datetime.now(UTC)
        for i in range(600):
            self.client.put_metric_data(Namespace="List", MetricData=[
                {"MetricName": f"m{i % 2}", "Value": 1, "Timestamp": now, "Dimensions": [{"Name": "I", "Value": str(i)}]}])
        pages = list(self.client.get_paginator("list_metrics").paginate(Namespace="List"))
        self.assertEqual([len(page["Metrics"]) for page in pages], [500, 100])
        self.assertEqual(len({json.dumps(m, sort_keys=True) for page in pages for m in page["Metrics"]}), 600)
        found = self.client.list_metrics(Namespace="List", MetricName="m1", Dimensions=[{"Name": "I", "Value": "7"}])["Metrics"]
        self.assertEqual(found, [{"Namespace": "List", "MetricName": "m1", "Dimensions": [{"Name": "I", "Value": "7"}]}])
        self.assertEqual(len(self.client.list_metrics(Namespace="List", Dimensions=[{"Name": "I"}], RecentlyActive="PT3H")["Metrics"]), 500)
        self.assertEqual(self.client.list_metrics(Namespace="Nothing")["Metrics"], [])

    def test_errors_are_cloudwatchs(self):
        put, now = self.put, datetime.datetime.now(UTC)
        self.refused("InvalidParameterValue", "two weeks", put, "e", {"Value": 1, "Timestamp": now - datetime.timedelta(days=15)})
        self.refused("InvalidParameterValue", "two hours", put, "e", {"Value": 1, "Timestamp": now + datetime.timedelta(hours=3)})
        self.refused("InvalidParameterValue", "same size", put, "e", {"Values": [1, 2], "Counts": [1]})
        self.refused("MissingParameter", "MetricData.member.2", put, "e", {"Value": 1}, {})
        self.refused("InvalidParameterCombination", "mutually exclusive", put, "e", {"Value": 1, "Values": [1]})
        self.refused("InvalidParameterValue", "2^360", put, "e", {"Value": 1e300})
        self.refused("InvalidParameterValue", "AWS/", put, "e", {"Value": 1}, namespace="AWS/EC2")
        self.refused("InvalidParameterValue", "StorageResolution", put, "e", {"Value": 1, "StorageResolution": 7})
        self.refused("InvalidParameterValue", "more than once", put, "e", {"Value": 1, "Dimensions": [{"Name": "a", "Value": "1"}] * 2})
        self.refused("InvalidParameterCombination", "1440", self.statistics, "e", period=1)
        self.refused("InvalidParameterCombination", "together", self.statistics, "e", ExtendedStatistics=["p50"])
        self.refused("InvalidParameterValue", "Period", self.statistics, "e", period=7)
        self.refused("InvalidParameterValue", "ExtendedStatistics", self.statistics, "e", None, ExtendedStatistics=["tm99"])
        self.refused("ValidationError", "unit", put, "e", {"Value": 1, "Unit": "Furlongs"})
        for expression, words in {"a +": "ends too early", "zz": "no query 'zz'", "SEARCH('x')": "SEARCH is not served", "a ; b": "';'",
                                  "e": "refers to itself", "1 + 1": "not a number", "(" * 500 + "a": "nested"}.items():
            with self.subTest(expression[:20]):
                self.refused("ValidationError", words, self.data, {"a": self.stat("a"), "e": expression})
        self.refused("ValidationError", "not unique", self.client.get_metric_data, StartTime=self.start, EndTime=now,
                     MetricDataQueries=[{"Id": "a", **self.stat("a")}] * 2)
        self.refused("ValidationError", "small letter", self.data, {"A": self.stat("a")})

    def test_json_and_cbor_say_the_same(self):
        self.put("forms", {"Value": 3, "Timestamp": self.at(0)})
        request = {"Namespace": "Test", "MetricName": "forms", "Period": 60, "Statistics": ["Sum"],
                   "StartTime": self.start.timestamp(), "EndTime": self.at(60).timestamp()}
        with_times = request | {k: cbor.Time(request[k]) for k in ("StartTime", "EndTime")}
        raw = wire.Wire(self.server)
        self.addCleanup(raw.close)
        target = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-query-mode": "true",
                  "X-Amz-Target": "GraniteServiceVersion20100801.GetMetricStatistics"}
        answer = raw.call("monitoring", "POST", "/", target, json.dumps(request).encode())
        self.assertEqual(answer.headers["Content-Type"], "application/x-amz-json-1.0")
        expected = {"Label": "forms", "Datapoints": [{"Timestamp": self.start.timestamp(), "Sum": 3.0, "Unit": "None"}]}
        self.assertEqual(json.loads(answer.body), expected)

        path = "/service/GraniteServiceVersion20100801/operation/"
        headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor", "Accept": "application/cbor"}
        answer = raw.call("monitoring", "POST", path + "GetMetricStatistics", headers, cbor.encode(with_times))
        self.assertEqual((answer.status, answer.headers["smithy-protocol"]), (200, "rpc-v2-cbor"))
        self.assertEqual(cbor.decode(answer.body), expected)
        datum = {"Namespace": "Test", "MetricData": [{"MetricName": "forms", "Value": 4, "Timestamp": cbor.Time(self.at(1).timestamp())}]}
        body = gzip.compress(cbor.encode(datum))
        self.assertEqual(raw.call("monitoring", "POST", path + "PutMetricData", headers | {"Content-Encoding": "gzip"}, body).status, 200)
        self.assertEqual(self.statistics("forms", ["Sum"])[0]["Sum"], 7)

        for bad in (dict(request, Period=7), dict(with_times, Period=7)):
            is_cbor = isinstance(bad["StartTime"], cbor.Time)
            answer = raw.call("monitoring", "POST", path + "GetMetricStatistics" if is_cbor else "/", headers if is_cbor else target,
                              cbor.encode(bad) if is_cbor else json.dumps(bad).encode())
            self.assertEqual(answer.status, 400)
            self.assertEqual(answer.headers["x-amzn-query-error"], "InvalidParameterValue;Sender")
            said = cbor.decode(answer.body) if is_cbor else json.loads(answer.body)
            self.assertEqual(said["__type"], "com.amazonaws.cloudwatch#InvalidParameterValueException")
        for data, words in ({"EntityMetricData": [{"MetricData": datum["MetricData"]}]}, "EntityMetricData is not served"), ({}, "MetricData is required"):
            answer = raw.call("monitoring", "POST", path + "PutMetricData", headers, cbor.encode({"Namespace": "Test"} | data))
            self.assertEqual(answer.status, 400)
            self.assertIn(words, cbor.decode(answer.body)["message"])
        for body in (b"\xff", b"\xbf", b"\xa1", b"\x9f" * 5000, cbor.encode([1]), os.urandom(100)):
            answer = raw.call("monitoring", "POST", path + "PutMetricData", headers, body)
            self.assertEqual(answer.status, 400, answer)
        self.assertEqual(raw.call("monitoring", "POST", path + "MakeCoffee", headers, b"").status, 404)
        self.assertEqual(raw.send("POST", path + "ListMetrics", headers, b"").status, 403)

    def test_the_aws_command_line(self):
        for program in ("/usr/bin/aws", "aws"):
            with self.subTest(program):
                def run(*words):
                    return subprocess.run([program, "--endpoint-url", self.server.url, "cloudwatch", *words], env=self.server.environment(),
                                          capture_output=True, text=True, check=True, timeout=60).stdout
                run("put-metric-data", "--namespace", "Cli", "--metric-name", "m", "--value", "2.5", "--unit", "Count")
                since = (datetime.datetime.now(UTC) - datetime.timedelta(minutes=5)).isoformat()
                till = (datetime.datetime.now(UTC) + datetime.timedelta(minutes=5)).isoformat()
                found = json.loads(run("get-metric-statistics", "--namespace", "Cli", "--metric-name", "m", "--start-time", since, "--end-time",
                                       till, "--period", "300", "--statistics", "Maximum", "--output", "json"))
                self.assertEqual(found["Datapoints"][0]["Maximum"], 2.5)
                self.assertIn('"m"', run("list-metrics", "--namespace", "Cli", "--output", "json"))

    def test_what_was_acknowledged_survives_a_kill(self):
        with Server() as server:
            client = server.client("cloudwatch")
            now = datetime.datetime.now(UTC)
            for i in range(20):
                client.put_metric_data(Namespace="Kill", MetricData=[{"MetricName": "m", "Value": i, "Timestamp": now}])
            server.kill()
            server.start()
            answer = server.client("cloudwatch").get_metric_statistics(
                Namespace="Kill", MetricName="m", StartTime=now - datetime.timedelta(minutes=5), EndTime=now + datetime.timedelta(minutes=5),
                Period=3600, Statistics=["SampleCount", "Sum"])
            self.assertEqual(sum(p["SampleCount"] for p in answer["Datapoints"]), 20)
            self.assertEqual(sum(p["Sum"] for p in answer["Datapoints"]), 190)


if __name__ == "__main__":
    unittest.main()
