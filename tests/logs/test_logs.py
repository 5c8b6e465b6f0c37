"""CloudWatch Logs through boto3: groups, streams, events, filters, retention."""

import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from botocore.exceptions import ClientError

from support.api import ApiError, call
from support.server import Server

HOUR = 3_600_000
DAY = 24 * HOUR


def now():
    return int(time.time() * 1000)


class LogsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.logs = cls.server.client("logs")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None, None, None)

    def setUp(self):
        self.group = "/test/" + self.id().rsplit(".", 1)[1]
        self.logs.create_log_group(logGroupName=self.group)

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        error = caught.exception.response["Error"]
        self.assertEqual(error["Code"], code)
        return error["Message"]

    def put(self, stream, events, new=True):
        """events: (milliseconds from now, message)."""
        if new:
            self.logs.create_log_stream(logGroupName=self.group, logStreamName=stream)
        base = now()
        return self.logs.put_log_events(
            logGroupName=self.group, logStreamName=stream,
            logEvents=[{"timestamp": base + offset, "message": message} for offset, message in events])

    def read(self, stream, **arguments):
        return self.logs.get_log_events(logGroupName=self.group, logStreamName=stream, **arguments)

    def found(self, **arguments):
        pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=self.group, **arguments)
        return [event["message"] for page in pages for event in page["events"]]

    def test_missing_and_double_things_are_refused_in_awss_words(self):
        self.assertEqual(self.refused("ResourceAlreadyExistsException", self.logs.create_log_group, logGroupName=self.group),
                         "The specified log group already exists")
        self.assertEqual(self.refused("ResourceNotFoundException", self.logs.get_log_events, logGroupName="none",
                                      logStreamName="s"), "The specified log group does not exist.")
        self.assertEqual(self.refused("ResourceNotFoundException", self.logs.get_log_events, logGroupName=self.group,
                                      logStreamName="s"), "The specified log stream does not exist.")
        for call in (self.logs.describe_log_streams, self.logs.filter_log_events, self.logs.delete_log_group):
            self.refused("ResourceNotFoundException", call, logGroupName="none")
        self.put("s", [(0, "x")])
        self.refused("ResourceAlreadyExistsException", self.logs.create_log_stream, logGroupName=self.group,
                     logStreamName="s")
        self.logs.delete_log_stream(logGroupName=self.group, logStreamName="s")
        self.refused("ResourceNotFoundException", self.read, stream="s")

    def test_groups_are_named_by_identifier_too(self):
        self.logs.create_log_stream(logGroupName=self.group, logStreamName="s")
        self.logs.put_log_events(logGroupName=self.group, logStreamName="s", logEvents=[{"timestamp": now(), "message": "m"}])
        arn = f"arn:aws:logs:us-east-1:000000000000:log-group:{self.group}"
        for identifier in (self.group, arn):
            named = {"logGroupIdentifier": identifier}
            (stream,) = call(self.server, "Logs_20140328.DescribeLogStreams", named)["logStreams"]
            self.assertEqual(stream["arn"], arn + ":log-stream:s")
            for operation, members in ("GetLogEvents", {"logStreamName": "s"}), ("FilterLogEvents", {}):
                (event,) = call(self.server, f"Logs_20140328.{operation}", named | members)["events"]
                self.assertEqual(event["message"], "m")
        for names in ({}, {"logGroupName": self.group, "logGroupIdentifier": self.group}):
            with self.assertRaisesRegex(ApiError, "InvalidParameterException"):
                call(self.server, "Logs_20140328.FilterLogEvents", names)

    def test_events_come_back_with_every_byte(self):
        messages = ["plain", "tab\tand \"quotes\" \\", "snow ☃ 𝄞", "  spaces  ", "{\"a\": 1}", "x" * 200_000]
        answer = self.put("s", list(enumerate(messages)))
        self.assertIn("nextSequenceToken", answer)
        events = self.read("s", startFromHead=True)["events"]
        self.assertEqual([event["message"] for event in events], messages)
        self.assertTrue(all(abs(event["ingestionTime"] - now()) < HOUR for event in events))

    def test_tokens_lead_forward_and_back_and_stay_at_the_ends(self):
        self.put("s", [(number, str(number)) for number in range(10)])
        first = self.read("s", limit=4)
        self.assertEqual([event["message"] for event in first["events"]], ["6", "7", "8", "9"])
        back = self.read("s", limit=4, nextToken=first["nextBackwardToken"])
        self.assertEqual([event["message"] for event in back["events"]], ["2", "3", "4", "5"])
        end = self.read("s", nextToken=first["nextForwardToken"])
        self.assertEqual((end["events"], end["nextForwardToken"]), ([], first["nextForwardToken"]))
        self.put("s", [(20, "later")], new=False)
        more = self.read("s", nextToken=end["nextForwardToken"])
        self.assertEqual([event["message"] for event in more["events"]], ["later"])
        token, seen, collected = None, None, []
        while token is None or token != seen:
            seen = token
            page = self.read("s", startFromHead=True, limit=3, **({"nextToken": token} if token else {}))
            collected += [event["message"] for event in page["events"]]
            token = page["nextForwardToken"]
        self.assertEqual(collected, [str(number) for number in range(10)] + ["later"])
        self.refused("InvalidParameterException", self.read, stream="s", nextToken="nonsense")

    def test_start_is_inclusive_and_end_exclusive(self):
        base = now()
        self.logs.create_log_stream(logGroupName=self.group, logStreamName="s")
        self.logs.put_log_events(logGroupName=self.group, logStreamName="s", logEvents=[
            {"timestamp": base + number, "message": str(number)} for number in range(5)])
        page = self.read("s", startFromHead=True, startTime=base + 1, endTime=base + 3)
        self.assertEqual([event["message"] for event in page["events"]], ["1", "2"])
        self.assertEqual(self.found(startTime=base + 1, endTime=base + 3), ["1", "2", "3"])

    def test_batches_that_break_the_rules(self):
        self.logs.create_log_stream(logGroupName=self.group, logStreamName="s")

        def put(*events):
            return self.logs.put_log_events(logGroupName=self.group, logStreamName="s", logEvents=[
                {"timestamp": at, "message": message} for at, message in events])

        base = now()
        for events in ([(base, "b"), (base - 1, "a")], [(base - DAY - 1, "a"), (base, "b")],
                       [(base, "x" * 262_144)], [(base, "x" * 240_000)] * 5):
            with self.assertRaises(ClientError) as caught:
                put(*events)
            self.assertEqual(caught.exception.response["Error"]["Code"], "InvalidParameterException")
        self.assertEqual(self.read("s")["events"], [])
        old = put((base - 14 * DAY - HOUR, "old"), (base - 14 * DAY + HOUR, "kept"))
        self.assertEqual(old["rejectedLogEventsInfo"], {"tooOldLogEventEndIndex": 1})
        new = put((base, "kept too"), (base + 3 * HOUR, "new"))
        self.assertEqual(new["rejectedLogEventsInfo"], {"tooNewLogEventStartIndex": 1})
        self.assertEqual([event["message"] for event in self.read("s", startFromHead=True)["events"]],
                         ["kept", "kept too"])

    def test_lists_streams_with_a_token_only_when_there_is_more(self):
        for name, offset in (("job/b", -30_000), ("job/a", -10_000), ("other", -20_000)):
            self.put(name, [(offset, "x")])

        def names(**arguments):
            page = self.logs.describe_log_streams(logGroupName=self.group, **arguments)
            return [stream["logStreamName"] for stream in page["logStreams"]], page.get("nextToken")

        self.assertEqual(names(), (["job/a", "job/b", "other"], None))
        self.assertEqual(names(logStreamNamePrefix="job/", limit=2), (["job/a", "job/b"], None))
        first, token = names(limit=2)
        self.assertEqual(first, ["job/a", "job/b"])
        self.assertEqual(names(limit=2, nextToken=token), (["other"], None))
        self.assertEqual(names(orderBy="LastEventTime", descending=True)[0], ["job/a", "other", "job/b"])
        first, token = names(orderBy="LastEventTime", limit=2)
        self.assertEqual(first, ["job/b", "other"])
        self.assertEqual(names(orderBy="LastEventTime", limit=2, nextToken=token), (["job/a"], None))
        self.refused("InvalidParameterException", self.logs.describe_log_streams, logGroupName=self.group,
                     orderBy="LastEventTime", logStreamNamePrefix="job/")

    def test_lists_groups(self):
        self.logs.create_log_group(logGroupName=self.group + "/sub")
        prefix = self.logs.describe_log_groups(logGroupNamePrefix=self.group)["logGroups"]
        self.assertEqual([group["logGroupName"] for group in prefix], [self.group, self.group + "/sub"])
        self.assertEqual(prefix[0]["arn"], f"arn:aws:logs:us-east-1:000000000000:log-group:{self.group}:*")
        page = self.logs.describe_log_groups(logGroupNamePrefix=self.group, limit=1)
        rest = self.logs.describe_log_groups(logGroupNamePrefix=self.group, limit=1, nextToken=page["nextToken"])
        self.assertEqual([group["logGroupName"] for group in rest["logGroups"]], [self.group + "/sub"])
        self.assertNotIn("nextToken", rest)

    def test_filters_across_streams_in_order_of_time(self):
        base = now()
        for stream, events in (("a/1", [(1, "ERROR disk full"), (4, "INFO fine")]), ("a/2", [(2, "WARN slow"), (3, "ERROR net")]),
                               ("b/1", [(5, '{"level": "ERROR", "n": 7}')])):
            self.logs.create_log_stream(logGroupName=self.group, logStreamName=stream)
            self.logs.put_log_events(logGroupName=self.group, logStreamName=stream, logEvents=[
                {"timestamp": base + at, "message": message} for at, message in events])
        self.assertEqual(self.found(), ["ERROR disk full", "WARN slow", "ERROR net", "INFO fine", '{"level": "ERROR", "n": 7}'])
        self.assertEqual(self.found(PaginationConfig={"PageSize": 1}), self.found())
        self.assertEqual(self.found(filterPattern="ERROR -disk", logStreamNamePrefix="a/"), ["ERROR net"])
        self.assertEqual(self.found(filterPattern="?WARN ?INFO"), ["WARN slow", "INFO fine"])
        self.assertEqual(self.found(filterPattern='"disk full"'), ["ERROR disk full"])
        self.assertEqual(self.found(filterPattern='{ $.level = "ERROR" && $.n > 5 }'), ['{"level": "ERROR", "n": 7}'])
        self.assertEqual(self.found(logStreamNames=["b/1", "a/2"], filterPattern="ERROR"),
                         ["ERROR net", '{"level": "ERROR", "n": 7}'])
        self.refused("InvalidParameterException", self.logs.filter_log_events, logGroupName=self.group, filterPattern="[a, b]")
        self.refused("ResourceNotFoundException", self.logs.filter_log_events, logGroupName=self.group, logStreamNames=["none"])
        pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=self.group, PaginationConfig={"PageSize": 2})
        ids = [event["eventId"] for page in pages for event in page["events"]]
        again = [event["eventId"] for event in self.logs.filter_log_events(logGroupName=self.group)["events"]]
        self.assertEqual(ids, again)
        self.assertEqual(len(set(ids)), 5)

    def test_retention_hides_and_refuses_older_events(self):
        self.put("s", [(-2 * DAY, "old")])
        self.put("s", [(0, "new")], new=False)
        self.logs.put_retention_policy(logGroupName=self.group, retentionInDays=1)
        group = self.logs.describe_log_groups(logGroupNamePrefix=self.group)["logGroups"][0]
        self.assertEqual(group["retentionInDays"], 1)
        self.assertEqual(self.found(), ["new"])
        self.assertEqual(self.put("s", [(-DAY - HOUR, "x")], new=False)["rejectedLogEventsInfo"], {"expiredLogEventEndIndex": 1})
        self.logs.delete_retention_policy(logGroupName=self.group)
        self.assertEqual(self.found(), ["old", "new"])
        self.refused("InvalidParameterException", self.logs.put_retention_policy, logGroupName=self.group, retentionInDays=2)

    def test_what_was_answered_survives_kill_9(self):
        with Server() as server:
            logs = server.client("logs")
            logs.create_log_group(logGroupName="g")
            logs.create_log_stream(logGroupName="g", logStreamName="s")
            base = now()
            for number in range(20):
                logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=[
                    {"timestamp": base + number, "message": str(number)}])
            server.kill()
            server.start()
            logs = server.client("logs")
            events = logs.get_log_events(logGroupName="g", logStreamName="s", startFromHead=True)["events"]
            self.assertEqual([event["message"] for event in events], [str(number) for number in range(20)])
            stream = logs.describe_log_streams(logGroupName="g")["logStreams"][0]
            self.assertEqual((stream["firstEventTimestamp"], stream["lastEventTimestamp"]), (base, base + 19))


if __name__ == "__main__":
    unittest.main()
