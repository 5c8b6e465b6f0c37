"""Images that podman builds and pushes, and skopeo copies, trained from the registry."""

import io
import pathlib
import sys
import tarfile
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from api import ApiError, create, describe, finish, log_lines, role, wait_for  # noqa: E402
from host_folders import host_folders  # noqa: E402
from podman import Podman, missing  # noqa: E402
from server import Server  # noqa: E402

TRAIN = """#!/usr/bin/env python3
import json, os, sys
print("words", sys.argv[1:], "user", os.getuid(), "in", os.getcwd(), "fruit", os.environ["FRUIT"])
print("made by RUN:", open("/made").read().strip(), "removed:", not os.path.exists("/usr/bin/tac"))
with open("/opt/ml/input/config/hyperparameters.json") as file:
    given = json.load(file)
with open("/opt/ml/model/weights", "w") as file:
    file.write("epochs " + given["epochs"])
"""
DOCKERFILE = """FROM localhost/base
RUN echo a layer of its own > /made && rm /usr/bin/tac
ENV FRUIT=apple
WORKDIR /work
COPY train /usr/local/bin/train
"""


def algorithm(image, **more):
    return {"AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File", **more}}


@unittest.skipIf(missing(), missing())
class PushAndTrain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server("cpus: 8\nmemory_mib: 65536\nstop_grace_seconds: 3\n"))
        cls.podman = cls.enterClassContext(Podman(cls.server))
        cls.s3 = cls.server.client("s3")
        cls.s3.create_bucket(Bucket="jobs")
        cls.podman.import_packages("localhost/base")
        context = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        (context / "Dockerfile").write_text(DOCKERFILE)
        (context / "train").write_text(TRAIN)
        (context / "train").chmod(0o755)
        cls.podman.build("localhost/mine", context)
        cls.image = cls.podman.push("localhost/mine", "team/mine")

    def train(self, name, image, **more):
        create(self.server, name, "", HyperParameters={"epochs": "3"}, **(algorithm(image) | more))
        return finish(self.server, name)

    def model(self, job):
        key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://jobs/")
        body = self.s3.get_object(Bucket="jobs", Key=key)["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(body), mode="r:gz") as tar:
            return {m.name.removeprefix("./"): tar.extractfile(m).read() for m in tar.getmembers() if m.isfile()}

    def check(self, name, image):
        job = self.train(name, image)
        self.assertEqual(job["TrainingJobStatus"], "Completed", job)
        lines = log_lines(self.server, name)
        self.assertIn("words [] user 0 in /work fruit apple", lines)
        self.assertIn("made by RUN: a layer of its own removed: True", lines)
        self.assertEqual(self.model(job), {"weights": b"epochs 3"})
        return job

    def test_an_image_that_podman_pushed(self):
        job = self.check("pushed", self.image)
        messages = {t["Status"]: t["StatusMessage"] for t in job["SecondaryStatusTransitions"]}
        self.assertEqual(messages["Training"], "Training image download completed. Training in progress.")
        self.assertEqual([t["Status"] for t in job["SecondaryStatusTransitions"]],
                         ["Starting", "Downloading", "Training", "Uploading", "Completed"])
        self.check("pushed-again", self.image)

    def test_an_image_that_skopeo_copied(self):
        self.server.client("ecr").create_repository(repositoryName="copied")
        archive = self.podman.folder / "mine.tar"
        self.podman("save", "--format", "docker-archive", "-o", str(archive), "localhost/mine")
        self.podman.run("skopeo", "copy", "--dest-tls-verify=false", f"docker-archive:{archive}", f"docker://{self.podman.host}/copied:v1")
        self.check("copied", f"{self.podman.host}/copied:v1")

    def test_each_name_that_an_image_has(self):
        digest = self.server.client("ecr").describe_images(repositoryName="team/mine")["imageDetails"][0]["imageDigest"]
        self.check("by-ecr-name", "000000000000.dkr.ecr.us-east-1.amazonaws.com/team/mine:latest")
        self.check("by-digest", f"000000000000.dkr.ecr.us-east-1.amazonaws.com/team/mine@{digest}")

    def test_entry_point_and_arguments_of_the_job(self):
        job = self.train("own-words", self.image, **algorithm(self.image, ContainerEntrypoint=["/bin/sh", "-c"],
                                                              ContainerArguments=["echo in $PWD; test $FRUIT = apple"]))
        self.assertEqual(job["TrainingJobStatus"], "Completed", job)
        self.assertIn("in /work", log_lines(self.server, "own-words"))

    def test_what_is_not_there_is_refused_in_sagemakers_words(self):
        permissions = (f" and role {role(self.server)} has proper pull permissions for SageMaker: "
                       "ecr:BatchCheckLayerAvailability, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer")
        digest = "sha256:" + "0" * 64
        for image, words in (
                ("none/such:1", "Cannot find repository: none/such in registry ID: 000000000000 Please check if your ECR repository exists"),
                (f"{self.podman.host}/team/mine:absent", f"Cannot find the requested image: {self.podman.host}/team/mine:absent with tag: "
                 "absent and digest: null. Please check if your ECR image exists"),
                (f"team/mine@{digest}", f"Cannot find the requested image: team/mine@{digest} with tag: null and digest: {digest}. "
                 "Please check if your ECR image exists")):
            with self.subTest(image), self.assertRaises(ApiError) as refused:
                create(self.server, "not-there", "", **algorithm(image))
            self.assertEqual((refused.exception.code.split("#")[-1], refused.exception.status), ("ValidationException", 400))
            self.assertEqual(refused.exception.message, words + permissions)
        with self.assertRaises(ApiError):
            describe(self.server, "not-there")

    def test_what_goes_before_its_job_starts_is_named_by_the_job(self):
        self.podman.push("localhost/mine", "short/lived")
        create(self.server, "holder", "while [ ! -e /opt/ml/go ]; do sleep 0.02; done",
               ResourceConfig={"InstanceType": "ml.m5.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1})
        wait_for(self.server, "holder", lambda job: job["SecondaryStatus"] == "Training")
        create(self.server, "late", "", **algorithm("short/lived:latest"))
        self.server.client("ecr").batch_delete_image(repositoryName="short/lived", imageIds=[{"imageTag": "latest"}])
        for folder in host_folders(self.server.data, "holder"):
            (folder / "work/ml/go").touch()
        self.assertEqual(finish(self.server, "holder")["TrainingJobStatus"], "Completed")
        job = finish(self.server, "late")
        self.assertEqual(job["TrainingJobStatus"], "Failed")
        self.assertIn('Cannot find the requested image: short/lived:latest: the repository "short/lived" has no image with tag "latest"',
                      job["FailureReason"])

    def test_a_foreign_architecture_is_named(self):
        with tempfile.TemporaryDirectory() as context:
            pathlib.Path(context, "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
            self.podman.build("localhost/foreign", context, "--platform", "linux/arm64")
        job = self.train("foreign", self.podman.push("localhost/foreign", "foreign"))
        self.assertEqual(job["TrainingJobStatus"], "Failed")
        self.assertIn("Exec format error: image is linux/arm64, this machine linux/amd64; build with --platform linux/amd64",
                      job["FailureReason"])


if __name__ == "__main__":
    unittest.main()
