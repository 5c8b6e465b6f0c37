#!/usr/bin/env python3
"""Puts MNIST into a bucket: upload_dataset.py FOLDER BUCKET [PREFIX]. Makes the bucket when it is not there."""

import os
import pathlib
import sys

import boto3
from botocore.exceptions import ClientError

FILES = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    folder, bucket = pathlib.Path(sys.argv[1]), sys.argv[2]
    prefix = sys.argv[3] if len(sys.argv) == 4 else "mnist"
    # Older boto3 does not read AWS_ENDPOINT_URL by itself.
    s3 = boto3.client("s3", endpoint_url=os.environ.get("AWS_ENDPOINT_URL"))
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        s3.create_bucket(Bucket=bucket)
    for name in FILES:
        s3.upload_file(str(folder / name), bucket, f"{prefix}/{name}")
    print(f"s3://{bucket}/{prefix}/")


if __name__ == "__main__":
    main()
