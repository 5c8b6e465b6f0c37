"""The ECR API by boto3 and the aws command line."""

import base64
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from api import ApiError, call  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402
from distribution import OCI_MANIFEST, Distribution, digest_of  # noqa: E402
from server import Server  # noqa: E402

DESCRIPTION = "x" * 100  # AWS's own model wants a policy of 100 characters


def policy(*rules):
    return json.dumps({"rules": [{"rulePriority": i + 1, "description": DESCRIPTION, "selection": rule, "action": {"type": "expire"}}
                                 for i, rule in enumerate(rules)]})


class EcrTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("registry_garbage_grace_seconds: 10\n")  # lifecycle policies are applied as often
        cls.server.start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.registry = Distribution(cls.server)
        cls.ecr = cls.server.client("ecr")

    def setUp(self):
        self.repo = "test/" + self.id().rsplit(".", 1)[1].replace("_", "-").lower()
        self.made = self.ecr.create_repository(repositoryName=self.repo)["repository"]

    def refused(self, code, operation, **arguments):
        with self.assertRaises(ClientError) as refused:
            operation(**arguments)
        self.assertEqual(refused.exception.response["Error"]["Code"], code)
        return refused.exception.response["Error"]["Message"]

    def test_repositories(self):
        self.assertEqual(self.made["repositoryArn"], f"arn:aws:ecr:us-east-1:000000000000:repository/{self.repo}")
        self.assertEqual(self.made["repositoryUri"], f"{self.registry.host}/{self.repo}")
        self.assertEqual(self.made["imageTagMutability"], "MUTABLE")
        self.assertEqual(self.made["encryptionConfiguration"], {"encryptionType": "AES256"})
        self.assertLess(abs((datetime.datetime.now(datetime.timezone.utc) - self.made["createdAt"]).total_seconds()), 600)
        message = self.refused("RepositoryAlreadyExistsException", self.ecr.create_repository, repositoryName=self.repo)
        self.assertEqual(message, f"The repository with name '{self.repo}' already exists in the registry with id '000000000000'")
        self.assertEqual(self.ecr.describe_repositories(repositoryNames=[self.repo])["repositories"], [self.made])
        message = self.refused("RepositoryNotFoundException", self.ecr.describe_repositories, repositoryNames=["no/such"])
        self.assertEqual(message, "The repository with name 'no/such' does not exist in the registry with id '000000000000'")
        self.refused("RepositoryNotFoundException", self.ecr.describe_repositories, repositoryNames=[self.repo], registryId="123456789012")
        self.refused("InvalidParameterException", self.ecr.create_repository, repositoryName="Wrong Name")
        self.registry.push_image(self.repo, "v1")
        self.refused("RepositoryNotEmptyException", self.ecr.delete_repository, repositoryName=self.repo)
        self.assertEqual(self.ecr.delete_repository(repositoryName=self.repo, force=True)["repository"]["repositoryName"], self.repo)
        self.refused("RepositoryNotFoundException", self.ecr.list_images, repositoryName=self.repo)

    def test_repositories_in_pages(self):
        for number in range(5):
            self.ecr.create_repository(repositoryName=f"pages/{number}")
        pages = self.ecr.get_paginator("describe_repositories").paginate(PaginationConfig={"PageSize": 2})
        names = [r["repositoryName"] for page in pages for r in page["repositories"]]
        self.assertEqual(names, sorted(set(names)))
        self.assertLessEqual({f"pages/{n}" for n in range(5)}, set(names))

    def test_settings(self):
        name = self.repo + "/full"
        made = self.ecr.create_repository(repositoryName=name, imageTagMutability="IMMUTABLE", imageScanningConfiguration={"scanOnPush": True},
                                          encryptionConfiguration={"encryptionType": "KMS", "kmsKey": "alias/mine"}, tags=[{"Key": "a", "Value": "b"}])["repository"]
        self.assertEqual((made["imageTagMutability"], made["imageScanningConfiguration"], made["encryptionConfiguration"]),
                         ("IMMUTABLE", {"scanOnPush": True}, {"encryptionType": "KMS", "kmsKey": "alias/mine"}))
        self.ecr.put_image_tag_mutability(repositoryName=name, imageTagMutability="MUTABLE")
        self.ecr.put_image_scanning_configuration(repositoryName=name, imageScanningConfiguration={"scanOnPush": False})
        shown = self.ecr.describe_repositories(repositoryNames=[name])["repositories"][0]
        self.assertEqual((shown["imageTagMutability"], shown["imageScanningConfiguration"]), ("MUTABLE", {"scanOnPush": False}))
        self.assertEqual(self.ecr.list_tags_for_resource(resourceArn=made["repositoryArn"])["tags"], [{"Key": "a", "Value": "b"}])

    def test_tags_of_a_repository(self):
        arn = self.made["repositoryArn"]
        self.ecr.tag_resource(resourceArn=arn, tags=[{"Key": "team", "Value": "vision"}, {"Key": "x", "Value": ""}])
        self.ecr.untag_resource(resourceArn=arn, tagKeys=["x"])
        self.assertEqual(self.ecr.list_tags_for_resource(resourceArn=arn)["tags"], [{"Key": "team", "Value": "vision"}])
        self.refused("RepositoryNotFoundException", self.ecr.list_tags_for_resource, resourceArn=arn + "-not")
        self.refused("InvalidParameterException", self.ecr.list_tags_for_resource, resourceArn="arn:aws:s3:::bucket")

    def test_policies_are_kept(self):
        text = json.dumps({"Version": "2012-10-17", "Statement": []})
        self.refused("RepositoryPolicyNotFoundException", self.ecr.get_repository_policy, repositoryName=self.repo)
        self.ecr.set_repository_policy(repositoryName=self.repo, policyText=text)
        self.assertEqual(self.ecr.get_repository_policy(repositoryName=self.repo)["policyText"], text)
        self.assertEqual(self.ecr.delete_repository_policy(repositoryName=self.repo)["policyText"], text)
        self.refused("RepositoryPolicyNotFoundException", self.ecr.delete_repository_policy, repositoryName=self.repo)
        self.refused("InvalidParameterException", self.ecr.set_repository_policy, repositoryName=self.repo, policyText="no JSON")

    def test_authorization(self):
        data = self.ecr.get_authorization_token()["authorizationData"][0]
        self.assertEqual(data["proxyEndpoint"], self.server.url)
        hours = (data["expiresAt"] - datetime.datetime.now(datetime.timezone.utc)).total_seconds() / 3600
        self.assertAlmostEqual(hours, 12, delta=0.2)
        user, password = base64.b64decode(data["authorizationToken"]).decode().split(":", 1)
        self.assertEqual(user, "AWS")
        self.assertEqual(Distribution(self.server, (user, password)).call("GET", "/v2/").status, 200)

    def test_authorization_ends_with_its_key(self):
        iam = self.server.client("iam")
        iam.create_user(UserName="pusher")
        key = iam.create_access_key(UserName="pusher")["AccessKey"]
        client = self.server.client("ecr", key["AccessKeyId"], key["SecretAccessKey"])
        token = client.get_authorization_token()["authorizationData"][0]["authorizationToken"]
        registry = Distribution(self.server, tuple(base64.b64decode(token).decode().split(":", 1)))
        self.assertEqual(registry.call("GET", "/v2/").status, 200)
        iam.delete_access_key(UserName="pusher", AccessKeyId=key["AccessKeyId"])
        self.assertEqual(registry.call("GET", "/v2/").status, 401)

    def test_authorization_by_temporary_keys(self):
        keys = self.server.client("sts").get_session_token()["Credentials"]
        client = self.server.client("ecr", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        token = client.get_authorization_token()["authorizationData"][0]["authorizationToken"]
        registry = Distribution(self.server, tuple(base64.b64decode(token).decode().split(":", 1)))
        self.assertEqual(registry.call("GET", "/v2/").status, 200)

    def test_get_login_password(self):
        for aws in ("/usr/bin/aws", "aws"):
            command = [aws, "--endpoint-url", self.server.url, "ecr", "get-login-password"]
            password = subprocess.run(command, env=self.server.environment(), capture_output=True, text=True, check=True).stdout.strip()
            self.assertEqual(Distribution(self.server, ("AWS", password)).call("GET", "/v2/").status, 200)

    def test_images(self):
        one = self.registry.push_image(self.repo, "v1", b"one")
        two = self.registry.push_image(self.repo, "v2", b"two!")
        manifest, blobs = self.registry.image(b"one")
        self.registry.put_manifest(self.repo, "latest", manifest)
        self.registry.put_manifest(self.repo, "v2", manifest)
        listed = self.ecr.list_images(repositoryName=self.repo)["imageIds"]
        self.assertCountEqual(listed, [{"imageDigest": one, "imageTag": t} for t in ("latest", "v1", "v2")] + [{"imageDigest": two}])
        self.assertEqual(self.ecr.list_images(repositoryName=self.repo, filter={"tagStatus": "UNTAGGED"})["imageIds"], [{"imageDigest": two}])
        detail = self.ecr.describe_images(repositoryName=self.repo, imageIds=[{"imageTag": "v1"}])["imageDetails"][0]
        self.assertEqual((detail["imageDigest"], detail["imageTags"], detail["imageSizeInBytes"], detail["imageManifestMediaType"]),
                         (one, ["latest", "v1", "v2"], sum(map(len, blobs)), OCI_MANIFEST))
        self.assertEqual(detail["artifactMediaType"], "application/vnd.oci.image.config.v1+json")
        self.assertNotIn("lastRecordedPullTime", detail)
        self.registry.call("GET", f"/v2/{self.repo}/manifests/v1")
        self.assertIn("lastRecordedPullTime", self.ecr.describe_images(repositoryName=self.repo, imageIds=[{"imageDigest": one}])["imageDetails"][0])
        self.assertEqual(len(self.ecr.describe_images(repositoryName=self.repo, filter={"tagStatus": "TAGGED"})["imageDetails"]), 1)
        message = self.refused("ImageNotFoundException", self.ecr.describe_images, repositoryName=self.repo, imageIds=[{"imageTag": "nope"}])
        self.assertEqual(message, "The image with imageId {imageDigest:'null', imageTag:'nope'} does not exist within the repository with name "
                                  f"'{self.repo}' in the registry with id '000000000000'")

    def test_images_in_pages(self):
        manifest = None
        for number in range(7):
            self.registry.push_image(self.repo, f"t{number}", b"layer %d" % (number // 2))
        for operation, member in (("list_images", "imageIds"), ("describe_images", "imageDetails")):
            whole = getattr(self.ecr, operation)(repositoryName=self.repo)[member]
            pages = self.ecr.get_paginator(operation).paginate(repositoryName=self.repo, PaginationConfig={"PageSize": 2})
            self.assertEqual([item for page in pages for item in page[member]], whole)
        self.assertEqual(manifest, None)

    def test_batch_get_and_delete(self):
        digest = self.registry.push_image(self.repo, "v1", b"one")
        other = self.registry.push_image(self.repo, "other", b"two")
        manifest, _ = self.registry.image(b"one")
        self.registry.put_manifest(self.repo, "v2", manifest)
        got = self.ecr.batch_get_image(repositoryName=self.repo, imageIds=[
            {"imageTag": "v1"}, {"imageTag": "none"}, {"imageDigest": "sha256:12"}, {}, {"imageTag": "v1", "imageDigest": other}])
        self.assertEqual([(i["imageManifest"], i["imageId"]) for i in got["images"]], [(manifest.decode(), {"imageDigest": digest, "imageTag": "v1"})])
        self.assertEqual([f["failureCode"] for f in got["failures"]],
                         ["ImageNotFound", "InvalidImageDigest", "MissingDigestAndTag", "ImageTagDoesNotMatchDigest"])
        accepted = ["application/vnd.docker.distribution.manifest.v2+json"]
        got = self.ecr.batch_get_image(repositoryName=self.repo, imageIds=[{"imageTag": "v1"}], acceptedMediaTypes=accepted)
        self.assertEqual((got["images"], got["failures"][0]["failureCode"]), ([], "ImageNotFound"))
        got = self.ecr.batch_get_image(repositoryName=self.repo, imageIds=[{"imageTag": "v1"}], acceptedMediaTypes=accepted + [OCI_MANIFEST])
        self.assertEqual(got["images"][0]["imageManifest"], manifest.decode())
        gone = self.ecr.batch_delete_image(repositoryName=self.repo, imageIds=[{"imageTag": "v1"}, {"imageTag": "v1"}])
        self.assertEqual(gone["imageIds"], [{"imageDigest": digest, "imageTag": "v1"}])
        self.assertEqual(gone["failures"][0]["failureCode"], "ImageNotFound")
        gone = self.ecr.batch_delete_image(repositoryName=self.repo, imageIds=[{"imageDigest": digest}])
        self.assertEqual(gone["imageIds"], [{"imageDigest": digest, "imageTag": "v2"}])
        self.assertEqual([i.get("imageTag") for i in self.ecr.list_images(repositoryName=self.repo)["imageIds"]], ["other"])

    def test_an_image_by_the_api_alone(self):
        layer = os.urandom(12_000_000)
        manifest, blobs = self.registry.image(layer)
        for blob in blobs:
            upload = self.ecr.initiate_layer_upload(repositoryName=self.repo)
            for first in range(0, len(blob), upload["partSize"]):
                part = blob[first:first + upload["partSize"]]
                self.ecr.upload_layer_part(repositoryName=self.repo, uploadId=upload["uploadId"], partFirstByte=first,
                                           partLastByte=first + len(part) - 1, layerPartBlob=part)
            self.ecr.complete_layer_upload(repositoryName=self.repo, uploadId=upload["uploadId"], layerDigests=[digest_of(blob)])
        checked = self.ecr.batch_check_layer_availability(repositoryName=self.repo, layerDigests=[digest_of(layer), digest_of(b"x"), "sha256:x"])
        self.assertEqual([l["layerAvailability"] for l in checked["layers"]], ["AVAILABLE", "UNAVAILABLE"])
        self.assertEqual(checked["failures"][0]["failureCode"], "InvalidLayerDigest")
        image = self.ecr.put_image(repositoryName=self.repo, imageManifest=manifest.decode(), imageTag="v1")["image"]
        self.assertEqual(image["imageId"], {"imageDigest": digest_of(manifest), "imageTag": "v1"})
        self.refused("ImageAlreadyExistsException", self.ecr.put_image, repositoryName=self.repo, imageManifest=manifest.decode(), imageTag="v1")
        self.ecr.put_image(repositoryName=self.repo, imageManifest=manifest.decode(), imageTag="v2")
        self.assertEqual(self.registry.call("GET", f"/v2/{self.repo}/manifests/v2").body, manifest)
        url = self.ecr.get_download_url_for_layer(repositoryName=self.repo, layerDigest=digest_of(layer))["downloadUrl"]
        self.assertTrue(url.startswith(self.server.url))

    def test_what_the_layer_operations_refuse(self):
        upload = self.ecr.initiate_layer_upload(repositoryName=self.repo)["uploadId"]
        part = {"repositoryName": self.repo, "uploadId": upload, "partFirstByte": 1, "partLastByte": 3, "layerPartBlob": b"abc"}
        self.refused("InvalidLayerPartException", self.ecr.upload_layer_part, **part)
        self.refused("EmptyUploadException", self.ecr.complete_layer_upload, repositoryName=self.repo, uploadId=upload, layerDigests=[digest_of(b"abc")])
        self.ecr.upload_layer_part(**(part | {"partFirstByte": 0, "partLastByte": 2}))
        self.refused("InvalidLayerException", self.ecr.complete_layer_upload, repositoryName=self.repo, uploadId=upload, layerDigests=[digest_of(b"x")])
        self.refused("UploadNotFoundException", self.ecr.complete_layer_upload, repositoryName=self.repo, uploadId=upload, layerDigests=[digest_of(b"abc")])
        manifest, _ = self.registry.image(b"not there")
        self.refused("LayersNotFoundException", self.ecr.put_image, repositoryName=self.repo, imageManifest=manifest.decode())
        self.refused("InvalidParameterException", self.ecr.put_image, repositoryName=self.repo, imageManifest="{}")
        self.refused("LayersNotFoundException", self.ecr.get_download_url_for_layer, repositoryName=self.repo, layerDigest=digest_of(b"x"))

    def test_immutable_tags(self):
        self.ecr.put_image_tag_mutability(repositoryName=self.repo, imageTagMutability="IMMUTABLE")
        self.registry.push_image(self.repo, "v1", b"one")
        manifest, blobs = self.registry.image(b"two")
        for blob in blobs:
            self.registry.push_blob(self.repo, blob)
        self.refused("ImageTagAlreadyExistsException", self.ecr.put_image, repositoryName=self.repo, imageManifest=manifest.decode(), imageTag="v1")

    def test_tags_are_excluded_from_mutability(self):
        def change(operation, **members):
            return call(self.server, f"AmazonEC2ContainerRegistry_V20150921.{operation}", {"repositoryName": self.repo, **members})

        filters = [{"filterType": "WILDCARD", "filter": "dev-*"}]
        changed = change("PutImageTagMutability", imageTagMutability="IMMUTABLE_WITH_EXCLUSION", imageTagMutabilityExclusionFilters=filters)
        self.assertEqual((changed["imageTagMutability"], changed["imageTagMutabilityExclusionFilters"]), ("IMMUTABLE_WITH_EXCLUSION", filters))
        for tag in ("dev-1", "v1"):
            self.registry.push_image(self.repo, tag, b"one")
        self.registry.push_image(self.repo, "dev-1", b"two")
        two = self.registry.image(b"two")[0].decode()
        self.refused("ImageTagAlreadyExistsException", self.ecr.put_image, repositoryName=self.repo, imageManifest=two, imageTag="v1")
        change("PutImageTagMutability", imageTagMutability="MUTABLE_WITH_EXCLUSION", imageTagMutabilityExclusionFilters=filters)
        (shown,) = call(self.server, "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories", {"repositoryNames": [self.repo]})["repositories"]
        self.assertEqual((shown["imageTagMutability"], shown["imageTagMutabilityExclusionFilters"]), ("MUTABLE_WITH_EXCLUSION", filters))
        self.ecr.put_image(repositoryName=self.repo, imageManifest=two, imageTag="v1")
        one = self.registry.image(b"one")[0].decode()
        self.refused("ImageTagAlreadyExistsException", self.ecr.put_image, repositoryName=self.repo, imageManifest=one, imageTag="dev-1")
        with self.assertRaisesRegex(ApiError, "InvalidParameterException.*needs at least one exclusion filter"):
            change("PutImageTagMutability", imageTagMutability="IMMUTABLE_WITH_EXCLUSION")
        with self.assertRaisesRegex(ApiError, "InvalidParameterException.*goes without exclusion filters"):
            change("PutImageTagMutability", imageTagMutability="IMMUTABLE", imageTagMutabilityExclusionFilters=filters)
        made = call(self.server, "AmazonEC2ContainerRegistry_V20150921.CreateRepository", {
            "repositoryName": self.repo + "-2", "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION", "imageTagMutabilityExclusionFilters": filters})
        self.assertEqual(made["repository"]["imageTagMutabilityExclusionFilters"], filters)

    def test_lifecycle_policy(self):
        digests = [self.registry.push_image(self.repo, f"v{n}", b"%d" % n) for n in range(3)]
        text = policy({"tagStatus": "tagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": 2})
        self.refused("LifecyclePolicyNotFoundException", self.ecr.get_lifecycle_policy, repositoryName=self.repo)
        self.refused("LifecyclePolicyPreviewNotFoundException", self.ecr.get_lifecycle_policy_preview, repositoryName=self.repo)
        self.refused("InvalidParameterException", self.ecr.put_lifecycle_policy, repositoryName=self.repo,
                     lifecyclePolicyText=policy({"tagStatus": "tagged", "countType": "imageCountMoreThan", "countNumber": 2}))
        self.ecr.start_lifecycle_policy_preview(repositoryName=self.repo, lifecyclePolicyText=text)
        preview = self.ecr.get_lifecycle_policy_preview(repositoryName=self.repo)
        self.assertEqual((preview["status"], preview["summary"]), ("COMPLETE", {"expiringImageTotalCount": 1}))
        self.assertEqual([(r["imageDigest"], r["imageTags"], r["action"], r["appliedRulePriority"]) for r in preview["previewResults"]],
                         [(digests[0], ["v0"], {"type": "EXPIRE"}, 1)])
        self.ecr.put_lifecycle_policy(repositoryName=self.repo, lifecyclePolicyText=text)
        self.assertEqual(self.ecr.get_lifecycle_policy(repositoryName=self.repo)["lifecyclePolicyText"], text)
        while len(self.ecr.list_images(repositoryName=self.repo)["imageIds"]) > 2:
            pass  # the collector looks each second here
        left = [i["imageTag"] for i in self.ecr.list_images(repositoryName=self.repo)["imageIds"]]
        self.assertCountEqual(left, ["v1", "v2"])
        self.ecr.delete_lifecycle_policy(repositoryName=self.repo)
        self.refused("LifecyclePolicyNotFoundException", self.ecr.delete_lifecycle_policy, repositoryName=self.repo)

    def test_describe_registry(self):
        self.assertEqual(self.ecr.describe_registry()["registryId"], "000000000000")

    def test_the_newer_command_line(self):
        if shutil.which("aws") in (None, "/usr/bin/aws"):
            self.skipTest("no other aws on PATH, and Debian's does not know AWS_ENDPOINT_URL")
        answer = subprocess.run(["aws", "ecr", "describe-repositories", "--repository-names", self.repo, "--query", "repositories[0].repositoryUri", "--output", "text"],
                                env=self.server.environment(), capture_output=True, text=True, check=True)
        self.assertEqual(answer.stdout.strip(), self.made["repositoryUri"])


class GarbageTest(unittest.TestCase):
    def test_the_disk_gets_its_room_back(self):
        content = b"a layer of this test alone"
        with Server("registry_garbage_grace_seconds: 5\n") as server:
            ecr = server.client("ecr")
            ecr.create_repository(repositoryName="brief")

            def kept():
                try:
                    return any(p.is_file() and p.stat().st_size == len(content) for p in (server.data / "images").rglob("*"))
                except FileNotFoundError:
                    return True  # something went while this looked; it looks again

            Distribution(server).push_blob("brief", content)
            self.assertTrue(kept())
            ecr.delete_repository(repositoryName="brief", force=True)
            while kept():
                time.sleep(0.02)


if __name__ == "__main__":
    unittest.main()
