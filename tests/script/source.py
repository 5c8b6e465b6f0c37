"""Source folders as the SDK uploads them, and the requests that name them."""

import base64
import hashlib
import io
import json
import tarfile
import zipfile

HOST = "sagebrush/host:latest"


def sourcedir(files):
    """A sourcedir.tar.gz with these files: name → text or bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            data = text if isinstance(text, bytes) else text.encode()
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def wheel(name, version, text):
    """A pure Python wheel with one module."""
    info = f"{name}-{version}.dist-info"
    files = {f"{name}.py": text, f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
             f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    record = "".join(f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(body.encode()).digest()).rstrip(b'=').decode()},{len(body)}\n"
                     for path, body in files.items())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        for path, body in files.items():
            out.writestr(path, body)
        out.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")
    return buffer.getvalue()


def script_request(server, name, files, program="train.py", hyperparameters=None, quoted=True, bucket="scripts", **changes):
    """CreateTrainingJob in script mode, as version 2 of the SDK sends it (quoted) or as the tuner of version 3 does."""
    from api import role

    key = f"{name}/source/sourcedir.tar.gz"
    if files is not None:
        server.client("s3").put_object(Bucket=bucket, Key=key, Body=sourcedir(files))
    write = json.dumps if quoted else str
    hyper = {"sagemaker_program": write(program), "sagemaker_container_log_level": "20",
             "sagemaker_job_name": write(name), "sagemaker_region": write("us-east-1")}
    if files is not None:
        hyper["sagemaker_submit_directory"] = write(f"s3://{bucket}/{key}")
    for key, value in (hyperparameters or {}).items():
        hyper[key] = value if isinstance(value, str) and not quoted else json.dumps(value)
    request = {
        "TrainingJobName": name,
        "AlgorithmSpecification": {"TrainingImage": HOST, "TrainingInputMode": "File"},
        "RoleArn": role(server),
        "HyperParameters": hyper,
        "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 300},
    }
    request.update(changes)
    return request
