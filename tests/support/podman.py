"""podman with a storage of its own, logged in to a server's registry, on machines where only runc without a network works."""

import os
import pathlib
import shutil
import subprocess
import tempfile


def missing():
    """Why podman can't be used here; "" when it can."""
    if os.geteuid() != 0:
        return "needs root"
    absent = [name for name in ("podman", "skopeo", "runc") if not shutil.which(name)]
    return "needs " + ", ".join(absent) if absent else ""


def settings(folder, driver="overlay"):
    """Variables that make podman, buildah and skopeo keep all they have in the folder."""
    storage, containers = folder / "storage.conf", folder / "containers.conf"
    storage.write_text(f'[storage]\ndriver = "{driver}"\ngraphroot = "{folder}/graph"\nrunroot = "{folder}/run"\n')
    containers.write_text('[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
                          '[containers]\nnetns = "none"\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\n')
    return {"CONTAINERS_STORAGE_CONF": str(storage), "CONTAINERS_CONF": str(containers),
            "REGISTRY_AUTH_FILE": str(folder / "auth.json"), "TMPDIR": str(folder)}


class Podman:
    """`with Podman(server) as podman:` — podman("build", …), podman.run("skopeo", …); .host is the registry's name."""

    def __init__(self, server):
        self.server = server
        self.host = server.url.removeprefix("http://")

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sagebrush-podman-"))
        self.environment = os.environ | settings(self.folder) | {
            "AWS_ACCESS_KEY_ID": self.server.access_key_id, "AWS_SECRET_ACCESS_KEY": self.server.secret_access_key,
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": self.server.url}
        password = self.run("/usr/bin/aws", "--endpoint-url", self.server.url, "ecr", "get-login-password")
        self("login", "--tls-verify=false", "--username", "AWS", "--password-stdin", self.host, input=password)
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-q", str(self.folder / "graph" / "overlay")], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *command, **more):
        """Runs a command; answers what it printed, raises with what it complained of."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=600, check=False, **more)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}")
        return done.stdout

    def __call__(self, *words, **more):
        return self.run("podman", *words, **more)

    def import_packages(self, name, *packages):
        """A base image out of this machine's packages, as examples/base-image makes it."""
        script = pathlib.Path(__file__).resolve().parents[2] / "examples" / "base-image" / "make_rootfs.py"
        with subprocess.Popen(["/usr/bin/python3", str(script), *packages], stdout=subprocess.PIPE) as rootfs:
            self("import", "-", name, stdin=rootfs.stdout)
        assert rootfs.returncode == 0

    def build(self, tag, context, *options):
        self("build", *options, "-t", tag, str(context))

    def push(self, tag, repository):
        """Makes the repository, pushes the image there as :latest; answers its name for jobs."""
        ecr = self.server.client("ecr")
        if repository not in [r["repositoryName"] for r in ecr.describe_repositories()["repositories"]]:
            ecr.create_repository(repositoryName=repository)
        image = f"{self.host}/{repository}:latest"
        self("push", "--tls-verify=false", tag, image)
        return image
