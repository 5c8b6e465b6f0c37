"""Signed calls without a client library's model: members that Debian's botocore does not know go through too."""

import json
import time
import urllib.error
import urllib.request

import botocore.auth
import botocore.awsrequest
import botocore.credentials


class ApiError(Exception):
    def __init__(self, code, message, status):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


def call(server, target, body):
    """Calls a JSON 1.1 operation ("SageMaker.CreateTrainingJob"); answers the parsed body, raises ApiError."""
    service = {"SageMaker": "sagemaker", "Logs_20140328": "logs", "ServiceQuotasV20190624": "servicequotas",
               "AmazonEC2ContainerRegistry_V20150921": "ecr"}[target.split(".")[0]]
    data = json.dumps(body).encode()
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
    request = botocore.awsrequest.AWSRequest("POST", server.url + "/", data=data, headers=headers)
    keys = botocore.credentials.Credentials(server.access_key_id, server.secret_access_key)
    botocore.auth.SigV4Auth(keys, service, "us-east-1").add_auth(request)
    wire = urllib.request.Request(server.url + "/", data=data, headers=dict(request.headers), method="POST")
    try:
        with urllib.request.urlopen(wire, timeout=60) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        problem = json.loads(error.read() or b"{}")
        raise ApiError(problem.get("__type", ""), problem.get("message", problem.get("Message", "")), error.code)
    return json.loads(text) if text else {}


def role(server):
    return "arn:aws:iam::000000000000:role/SageMakerExecutionRole"


def job_request(server, name, script, **changes):
    """CreateTrainingJob for the host image that runs `script` by sh."""
    request = {
        "TrainingJobName": name,
        "AlgorithmSpecification": {
            "TrainingImage": "sagebrush/host:latest", "TrainingInputMode": "File",
            "ContainerEntrypoint": ["/bin/sh", "-c"], "ContainerArguments": [script],
        },
        "RoleArn": role(server),
        "OutputDataConfig": {"S3OutputPath": "s3://jobs/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 300},
    }
    request.update(changes)
    return request


def s3_channel(name, uri, source=None, **members):
    """A channel of the objects below uri; `source`: other members of its S3DataSource."""
    return {"ChannelName": name, "DataSource": {"S3DataSource": {
        "S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated", **(source or {})}}, **members}


def create(server, name, script, **changes):
    return call(server, "SageMaker.CreateTrainingJob", job_request(server, name, script, **changes))


def describe(server, name):
    return call(server, "SageMaker.DescribeTrainingJob", {"TrainingJobName": name})


FINAL = ("Completed", "Failed", "Stopped")


def wait_for(server, name, reached, seconds=90):
    """Asks until reached(description) is true; raises with the last description when that takes too long."""
    deadline = time.monotonic() + seconds
    while True:
        job = describe(server, name)
        if reached(job):
            return job
        if time.monotonic() > deadline:
            raise TimeoutError(f"{name} is still {json.dumps(job, indent=1)}")
        time.sleep(0.02)  # between two questions; what ends the wait is the answer


def finish(server, name, seconds=90):
    return wait_for(server, name, lambda job: job["TrainingJobStatus"] in FINAL, seconds)


def log_lines(server, name):
    """Every line of every stream of the job."""
    group = "/aws/sagemaker/TrainingJobs"
    streams = call(server, "Logs_20140328.DescribeLogStreams", {"logGroupName": group, "logStreamNamePrefix": name + "/"})
    lines = []
    for stream in streams["logStreams"]:
        token, seen = None, None
        while token is None or token != seen:
            seen = token
            body = {"logGroupName": group, "logStreamName": stream["logStreamName"], "startFromHead": True}
            if token:
                body["nextToken"] = token
            page = call(server, "Logs_20140328.GetLogEvents", body)
            lines += [event["message"] for event in page["events"]]
            token = page["nextForwardToken"]
    return lines
