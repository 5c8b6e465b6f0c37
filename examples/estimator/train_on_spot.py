#!/usr/bin/env python3
"""A managed-spot training job with checkpoints, metrics and channels, by boto3 alone: train_on_spot.py BUCKET [options].

The script and its data come from ../job-template: run its upload_dataset.py first. The same program works against AWS where
AWS_ENDPOINT_URL is not set: name an image and a role then.
"""

import argparse
import io
import json
import os
import pathlib
import sys
import tarfile
import time

import boto3

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "job-template" / "src"
GROUP = "/aws/sagemaker/TrainingJobs"
FINAL = ("Completed", "Failed", "Stopped")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bucket")
    parser.add_argument("--name", default=f"estimator-{int(time.time())}")
    parser.add_argument("--image", default="sagebrush/host:latest")
    parser.add_argument("--role", default="arn:aws:iam::000000000000:role/SageMakerExecutionRole")
    parser.add_argument("--instance-type", default="ml.m5.xlarge")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--limit", type=int, default=3000)
    parser.add_argument("--on-demand", action="store_true", help="no spot")
    parser.add_argument("--file-system", metavar="ID:/PATH", help="take the data from an EFS file system instead of S3")
    parser.add_argument("--model-dir", type=pathlib.Path, default=pathlib.Path("."))
    return parser.parse_args()


def client(service):
    # Older boto3 does not read AWS_ENDPOINT_URL by itself.
    return boto3.client(service, endpoint_url=os.environ.get("AWS_ENDPOINT_URL"))


def upload_source(s3, bucket, name):
    """The code as a sourcedir.tar.gz, as the SageMaker SDK packs it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for path in sorted(SOURCE.glob("*")):
            if path.is_file():
                tar.add(path, path.name)
    key = f"{name}/source/sourcedir.tar.gz"
    s3.put_object(Bucket=bucket, Key=key, Body=buffer.getvalue())
    return f"s3://{bucket}/{key}"


def data_source(args):
    if args.file_system:
        system, _, path = args.file_system.partition(":")
        return {"FileSystemDataSource": {"FileSystemId": system, "FileSystemType": "EFS", "FileSystemAccessMode": "ro",
                                         "DirectoryPath": path}}
    return {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{args.bucket}/mnist/",
                             "S3DataDistributionType": "FullyReplicated"}}


def request(args, source):
    hyperparameters = {"epochs": args.epochs, "limit": args.limit, "sagemaker_program": "train.py",
                       "sagemaker_submit_directory": source, "sagemaker_container_log_level": 20}
    body = {
        "TrainingJobName": args.name,
        "AlgorithmSpecification": {
            "TrainingImage": args.image, "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"},
                                  {"Name": "test:accuracy", "Regex": "test_accuracy=([0-9.]+);"}],
        },
        "RoleArn": args.role,
        # Each value a JSON text, as the SDK sends them.
        "HyperParameters": {key: json.dumps(value) for key, value in hyperparameters.items()},
        "InputDataConfig": [{"ChannelName": "training", "DataSource": data_source(args)}],
        "OutputDataConfig": {"S3OutputPath": f"s3://{args.bucket}/models"},
        "CheckpointConfig": {"S3Uri": f"s3://{args.bucket}/checkpoints/{args.name}"},
        "ResourceConfig": {"InstanceType": args.instance_type, "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    }
    if not args.on_demand:
        body["EnableManagedSpotTraining"] = True
        body["StoppingCondition"]["MaxWaitTimeInSeconds"] = 7200
    return body


class Log:
    """The job's log as far as it was not read yet."""

    def __init__(self, logs, name):
        self._logs, self._name, self._tokens = logs, name, {}

    def new_lines(self):
        try:
            streams = self._logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix=self._name + "/")["logStreams"]
        except self._logs.exceptions.ResourceNotFoundException:
            return
        for stream in (s["logStreamName"] for s in streams):
            while True:
                known = {"nextToken": self._tokens[stream]} if stream in self._tokens else {}
                page = self._logs.get_log_events(logGroupName=GROUP, logStreamName=stream, startFromHead=True, **known)
                self._tokens[stream] = page["nextForwardToken"]
                if not page["events"]:
                    break
                yield from (event["message"] for event in page["events"])


def follow(sagemaker, log, name):
    """Prints transitions and log until the job has ended; returns its description."""
    seen = 0
    while True:
        job = sagemaker.describe_training_job(TrainingJobName=name)
        for line in log.new_lines():
            print(line, flush=True)
        transitions = job.get("SecondaryStatusTransitions", [])
        for step in transitions[seen:]:
            print(f"[{step['Status']}] {step.get('StatusMessage', '')}", file=sys.stderr, flush=True)
        seen = len(transitions)
        if job["TrainingJobStatus"] in FINAL:
            for line in log.new_lines():
                print(line, flush=True)
            return job
        time.sleep(0.5)


def main():
    args = arguments()
    s3, sagemaker, logs = client("s3"), client("sagemaker"), client("logs")
    sagemaker.create_training_job(**request(args, upload_source(s3, args.bucket, args.name)))
    job = follow(sagemaker, Log(logs, args.name), args.name)
    if job["TrainingJobStatus"] != "Completed":
        sys.exit(f"{args.name}: {job['TrainingJobStatus']}: {job.get('FailureReason', '')}")
    for metric in job.get("FinalMetricDataList", []):
        print(f"{metric['MetricName']} {metric['Value']:.4f}")
    trained, billed = job.get("TrainingTimeInSeconds", 0), job.get("BillableTimeInSeconds", 0)
    print(f"trained {trained} s, billed {billed} s")
    bucket, _, key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").partition("/")
    args.model_dir.mkdir(parents=True, exist_ok=True)
    s3.download_file(bucket, key, str(args.model_dir / "model.tar.gz"))
    print(args.model_dir / "model.tar.gz")


if __name__ == "__main__":
    main()
