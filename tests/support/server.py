"""A server of the program under test, on free loopback ports and a data folder of its own, stopped whatever happens."""

import configparser
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading


def program():
    """The sagebrush binary: SAGEBRUSH_BINARY, else the release build of this checkout."""
    given = os.environ.get("SAGEBRUSH_BINARY")
    if given:
        return given
    root = pathlib.Path(__file__).resolve().parents[2]
    return str(root / "build" / "release" / "bin" / "sagebrush")


def free_port():
    """A port that is free with its TLS neighbour, below those that the system hands out to clients: a server that is started again
    finds it as it left it."""
    while True:
        port = random.randrange(15000, 31000)
        try:
            for number in (port, port + 443):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", number))
            return port
        except OSError:
            continue


class Server:
    """`with Server() as server:` — server.url, .tls_url, .access_key_id, .secret_access_key, .data, .pid.

    config: text of a YAML configuration. data: a folder to keep (default: a new one, removed at the end).
    """

    def __init__(self, config="", data=None, arguments=()):
        self._own_data = data is None
        self.data = pathlib.Path(data or tempfile.mkdtemp(prefix="sagebrush-test-"))
        self._config = config
        self._arguments = list(arguments)
        self._listen = f"127.0.0.1:{free_port()}"
        self._process = None
        self.errors = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        if self._own_data:
            shutil.rmtree(self.data, ignore_errors=True)

    @property
    def pid(self):
        return self._process.pid

    def start(self, listen=None):
        """Starts it and waits for the line that says where it is; raises with what it wrote when that never comes.

        Started again it listens where it did before, where agents and clients know it, unless told otherwise.
        """
        self._listen = listen or self._listen
        command = [program(), "serve", "--data-dir", str(self.data), "--listen", self._listen] + self._arguments
        if self._config:
            path = self.data / "test-config.yaml"
            path.write_text(self._config)
            command += ["--config", str(path)]
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "SAGEBRUSH_ACCESS", "SAGEBRUSH_SECRET"))}
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, text=True, env=environment)
        self._drain = threading.Thread(target=self._collect_errors, args=(self._process.stderr,), daemon=True)
        self._drain.start()
        line = self._process.stdout.readline()
        found = re.search(r"(http://\S+) \(TLS: (https://[^)\s]+)\)", line)
        if not found:
            self._process.wait(timeout=30)
            self._drain.join(timeout=10)
            raise RuntimeError(f"the server did not start: {line!r} {''.join(self.errors)}")
        self.url, self.tls_url = found.groups()
        self._listen = self.url.removeprefix("http://")
        keys = configparser.ConfigParser()
        keys.read(self.data / "credentials")
        self.access_key_id = keys["default"]["aws_access_key_id"]
        self.secret_access_key = keys["default"]["aws_secret_access_key"]
        self.ca_file = str(self.data / "tls" / "ca.pem")

    def _collect_errors(self, stream):
        for line in stream:
            self.errors.append(line)

    def kill(self):
        """kill -9, as a machine's worst moment."""
        self._process.kill()
        self._reap()

    def stop(self):
        """SIGTERM; returns the exit code. Does nothing when it is not running."""
        if self._process is None:
            return None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._reap()

    def _reap(self):
        try:
            code = self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        self._drain.join(timeout=10)
        self._process.stdout.close()
        self._process.stderr.close()
        self._process = None
        return code

    def environment(self):
        """For the aws and sagebrush command lines: keys and region, and nothing of the caller's own settings."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        return kept | {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
        }

    def client(self, service, access_key_id=None, secret_access_key=None, session_token=None, region="us-east-1"):
        """A boto3 client of the server, without retries so that an error shows at once."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            service, endpoint_url=self.url, region_name=region,
            aws_access_key_id=access_key_id or self.access_key_id,
            aws_secret_access_key=secret_access_key or self.secret_access_key,
            aws_session_token=session_token,
            config=Config(retries={"max_attempts": 0}, read_timeout=60, connect_timeout=10))
