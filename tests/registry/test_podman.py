"""podman, buildah and skopeo against the registry: build, login, push, pull, inspect, copy, delete."""

import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from podman import settings  # noqa: E402
from server import Server  # noqa: E402


@unittest.skipUnless(shutil.which("podman") and shutil.which("skopeo") and os.getuid() == 0, "needs podman, skopeo and root")
class PodmanTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.host = cls.server.url.removeprefix("http://")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="sagebrush-podman-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.environment = cls.server.environment() | settings(cls.folder, "vfs")
        cls.addClassCleanup(cls.run_command, "podman", "rmi", "--all", "--force", check=False)
        cls.login()

    @classmethod
    def run_command(cls, *command, check=True, text=None):
        done = subprocess.run(command, env=cls.environment, input=text, capture_output=True, text=True, timeout=300)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: {done.stderr}")
        return done

    @classmethod
    def login(cls):
        password = cls.run_command("/usr/bin/aws", "--endpoint-url", cls.server.url, "ecr", "get-login-password").stdout
        done = cls.run_command("podman", "login", "--tls-verify=false", "--username", "AWS", "--password-stdin", cls.host, text=password)
        assert "Login Succeeded" in done.stdout, done.stdout

    def build(self, tag, files, architecture=None):
        context = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        for name, content in files.items():
            (context / name).write_bytes(content)
        (context / "Dockerfile").write_text("FROM scratch\n" + "".join(f"COPY {name} /opt/{name}\n" for name in files) + 'CMD ["train"]\n')
        platform = ["--platform", f"linux/{architecture}"] if architecture else []
        self.run_command("podman", "build", "--isolation", "chroot", *platform, "-t", tag, str(context))

    def repository(self):
        name = "podman/" + self.id().rsplit(".", 1)[1].replace("_", "-")
        self.server.client("ecr").create_repository(repositoryName=name)
        return name

    def test_a_wrong_password_is_refused(self):
        done = self.run_command("podman", "login", "--tls-verify=false", "--authfile", str(self.folder / "other.json"),
                                "--username", "AWS", "--password", "wrong", self.host, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("invalid username/password", done.stderr)

    def test_build_push_pull(self):
        name = self.repository()
        image = f"{self.host}/{name}:v1"
        self.build(image, {"one": os.urandom(3_000_000), "two": b"small"})
        self.run_command("podman", "push", "--tls-verify=false", image)
        self.run_command("podman", "rmi", "--force", image)
        self.run_command("podman", "pull", "--tls-verify=false", image)
        config = json.loads(self.run_command("podman", "inspect", image).stdout)[0]
        self.assertEqual(config["Config"]["Cmd"], ["train"])
        detail = self.server.client("ecr").describe_images(repositoryName=name)["imageDetails"][0]
        self.assertEqual(detail["imageTags"], ["v1"])
        self.assertEqual(detail["imageManifestMediaType"], "application/vnd.oci.image.manifest.v1+json")
        self.assertGreater(detail["imageSizeInBytes"], 3_000_000)
        self.assertIn("lastRecordedPullTime", detail)

    def test_a_push_without_repository_says_what_to_do(self):
        image = f"{self.host}/nobody/made:v1"
        self.build(image, {"x": b"x"})
        done = self.run_command("podman", "push", "--tls-verify=false", image, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("The repository with name 'nobody/made' does not exist", done.stderr)

    def test_docker_media_types(self):
        name = self.repository()
        image = f"{self.host}/{name}:v2s2"
        self.build(image, {"x": b"x"})
        self.run_command("podman", "push", "--tls-verify=false", "--format", "v2s2", image)
        raw = self.run_command("skopeo", "inspect", "--tls-verify=false", "--raw", f"docker://{image}").stdout
        self.assertEqual(json.loads(raw)["mediaType"], "application/vnd.docker.distribution.manifest.v2+json")

    @unittest.skipUnless(shutil.which("buildah"), "needs buildah")
    def test_buildah(self):
        image = f"{self.host}/{self.repository()}:v1"
        (self.folder / "weights").write_bytes(os.urandom(2_000_000))
        container = self.run_command("buildah", "from", "scratch").stdout.strip()
        self.run_command("buildah", "copy", container, str(self.folder / "weights"), "/opt/weights")
        self.run_command("buildah", "config", "--cmd", "train", container)
        self.run_command("buildah", "commit", "--rm", container, image)
        self.run_command("buildah", "push", "--tls-verify=false", image)
        self.run_command("buildah", "rmi", "--force", image)
        self.run_command("buildah", "pull", "--tls-verify=false", image)
        shown = json.loads(self.run_command("buildah", "inspect", "--type", "image", image).stdout)
        self.assertEqual(shown["OCIv1"]["config"]["Cmd"], ["train"])

    def test_a_manifest_list(self):
        name = self.repository()
        for architecture in ("amd64", "arm64"):
            self.build(f"{self.host}/{name}:{architecture}", {"x": architecture.encode()}, architecture)
            self.run_command("podman", "push", "--tls-verify=false", f"{self.host}/{name}:{architecture}")
        self.run_command("podman", "manifest", "create", f"{name}-list")
        for architecture in ("amd64", "arm64"):
            self.run_command("podman", "manifest", "add", "--tls-verify=false", f"{name}-list", f"docker://{self.host}/{name}:{architecture}")
        self.run_command("podman", "manifest", "push", "--tls-verify=false", "--all", f"{name}-list", f"docker://{self.host}/{name}:all")
        raw = json.loads(self.run_command("skopeo", "inspect", "--tls-verify=false", "--raw", f"docker://{self.host}/{name}:all").stdout)
        self.assertEqual({m["platform"]["architecture"] for m in raw["manifests"]}, {"amd64", "arm64"})
        shown = json.loads(self.run_command("skopeo", "inspect", "--tls-verify=false", "--override-arch", "arm64", f"docker://{self.host}/{name}:all").stdout)
        self.assertEqual(shown["Architecture"], "arm64")

    def oci_archive(self):
        """An image without podman: one layer, an OCI archive by skopeo from docker-archive's own form."""
        layer = io.BytesIO()
        with tarfile.open(fileobj=layer, mode="w") as tar:
            info = tarfile.TarInfo("opt/program")
            info.size = 1_000_000
            tar.addfile(info, io.BytesIO(os.urandom(1_000_000)))
        from distribution import digest_of
        config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [digest_of(layer.getvalue())]}}).encode()
        path = self.folder / "archive.tar"
        with tarfile.open(path, "w") as tar:
            manifest = json.dumps([{"Config": "config.json", "RepoTags": ["x:y"], "Layers": ["layer.tar"]}]).encode()
            for name, data in (("layer.tar", layer.getvalue()), ("config.json", config), ("manifest.json", manifest)):
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        return path

    def test_skopeo_copies_inspects_lists_and_deletes(self):
        name = self.repository()
        image = f"docker://{self.host}/{name}"
        self.run_command("skopeo", "copy", "--dest-tls-verify=false", f"docker-archive:{self.oci_archive()}", f"{image}:v1")
        shown = json.loads(self.run_command("skopeo", "inspect", "--tls-verify=false", f"{image}:v1").stdout)
        self.assertEqual((shown["RepoTags"], shown["Architecture"]), (["v1"], "amd64"))
        other = name + "-copy"
        self.server.client("ecr").create_repository(repositoryName=other)
        self.run_command("skopeo", "copy", "--src-tls-verify=false", "--dest-tls-verify=false", f"{image}:v1", f"docker://{self.host}/{other}:v1")
        self.run_command("skopeo", "copy", "--src-tls-verify=false", f"{image}:v1", f"dir:{self.folder}/pulled")
        self.assertTrue((self.folder / "pulled" / "manifest.json").is_file())
        tags = json.loads(self.run_command("skopeo", "list-tags", "--tls-verify=false", image).stdout)
        self.assertEqual(tags["Tags"], ["v1"])
        self.run_command("skopeo", "delete", "--tls-verify=false", f"{image}:v1")
        self.assertEqual(self.server.client("ecr").list_images(repositoryName=name)["imageIds"], [])

    def test_over_tls_with_the_servers_own_authority(self):
        name = self.repository()
        host = self.server.tls_url.removeprefix("https://")
        authority = self.folder / "certificates"
        authority.mkdir()
        shutil.copy(self.server.ca_file, authority / "ca.crt")
        credentials = f"{self.server.access_key_id}:{self.server.secret_access_key}"
        self.run_command("skopeo", "copy", "--dest-cert-dir", str(authority), "--dest-creds", credentials,
                         f"docker-archive:{self.oci_archive()}", f"docker://{host}/{name}:tls")
        tags = self.server.client("ecr").list_images(repositoryName=name)["imageIds"]
        self.assertEqual([t["imageTag"] for t in tags], ["tls"])


if __name__ == "__main__":
    unittest.main()
