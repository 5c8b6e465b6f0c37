#!/usr/bin/env python3
"""Puts MNIST into a bucket:  Data-S3.py FOLDER s3://BUCKET/PREFIX

FOLDER holds MNIST's four files (train-images-idx3-ubyte and so on, gzipped or not). Where the server is and whose keys are used is
said by AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (`eval "$(sagebrush env)"` sets them); without an endpoint it
goes to AWS.
"""

import os
import sys

import boto3

NAMES = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]


def main():
    if len(sys.argv) != 3 or not sys.argv[2].startswith("s3://"):
        sys.exit(__doc__)
    folder = sys.argv[1]
    bucket, _, prefix = sys.argv[2][len("s3://"):].partition("/")
    # boto3 knows AWS_ENDPOINT_URL by itself since 1.28.
    s3 = boto3.client("s3", endpoint_url=os.environ.get("AWS_ENDPOINT_URL"), region_name=os.environ.get("AWS_DEFAULT_REGION", "us-east-1"))
    if bucket not in [b["Name"] for b in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=bucket)
    for name in NAMES:
        found = [n for n in (name, name + ".gz") if os.path.exists(os.path.join(folder, n))]
        if not found:
            sys.exit(f"{folder} has no {name} or {name}.gz")
        key = "/".join(part for part in (prefix.strip("/"), found[0]) if part)
        s3.upload_file(os.path.join(folder, found[0]), bucket, key)
        print(f"s3://{bucket}/{key}")


if __name__ == "__main__":
    main()
