"""The network between the hosts of a job: names, ports, and nobody else."""

import json
import subprocess
import sys
import unittest

sys.path[:0] = [__file__.rsplit("/", 2)[0] + folder for folder in ("/support", "/script")]
from api import call, finish, log_lines  # noqa: E402
from server import Server  # noqa: E402
from source import script_request  # noqa: E402

CONFIG = "cpus: 16\nmemory_mib: 65536\nstop_grace_seconds: 2\n"

# Each host answers on every port it is asked on, and asks all others.
TALK = """
import json, os, socket, threading
config = json.load(open("/opt/ml/input/config/resourceconfig.json"))
me, hosts = config["current_host"], config["hosts"]
assert config["network_interface_name"] in [name for _, name in socket.if_nameindex()], socket.if_nameindex()
servers = [socket.create_server(("0.0.0.0", port)) for port in (7777, 29500, 1234)]
def serve(server):
    for _ in range(len(hosts)):
        peer, _ = server.accept()
        peer.sendall(me.encode())
        peer.close()
threads = [threading.Thread(target=serve, args=(server,)) for server in servers]
for thread in threads: thread.start()
import time
def ask(host, port):
    while True:
        try:
            with socket.create_connection((host, port), timeout=10) as peer:
                return peer.makefile().read()
        except ConnectionRefusedError:
            time.sleep(0.01)
for port in (7777, 29500, 1234):
    for host in hosts:
        assert ask(host, port) == host, host
for thread in threads: thread.join()
print("talked", me, socket.gethostbyname(me))
"""
ALONE = """
import json, socket
config = json.load(open("/opt/ml/input/config/resourceconfig.json"))
print("interfaces", sorted(name for _, name in socket.if_nameindex()))
for address in ("192.0.2.1", "10.0.0.2"):
    try:
        socket.create_connection((address, 80), timeout=30)
    except OSError as error:
        print("refused", address, type(error).__name__)
with socket.create_server((config["current_host"], 7777)) as server:
    socket.create_connection((socket.gethostname(), 7777)).close()
print("reached itself")
"""


def links():
    return json.loads(subprocess.run(["ip", "-j", "link"], capture_output=True, text=True, check=True).stdout)


class Network(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(CONFIG)
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.server.client("s3").create_bucket(Bucket="scripts")

    def start(self, name, script, count, **changes):
        resources = {"InstanceType": "ml.m5.large", "InstanceCount": count, "VolumeSizeInGB": 1}
        call(self.server, "SageMaker.CreateTrainingJob",
             script_request(self.server, name, {"train.py": script}, ResourceConfig=resources, **changes))

    def expect_talk(self, name, count):
        job = finish(self.server, name)
        self.assertEqual(job["TrainingJobStatus"], "Completed", (job, log_lines(self.server, name)))
        self.assertEqual(sorted(line for line in log_lines(self.server, name) if line.startswith("talked")),
                         [f"talked algo-{i} 10.0.0.{i}" for i in range(1, count + 1)])

    def test_every_host_reaches_every_other_on_every_port(self):
        before = links()
        self.start("talk", TALK, 3)
        self.expect_talk("talk", 3)
        self.assertEqual([link["ifname"] for link in links()], [link["ifname"] for link in before])

    def test_jobs_with_the_same_addresses_do_not_meet(self):
        for i in range(3):
            self.start(f"apart-{i}", TALK, 2, EnableNetworkIsolation=True, EnableInterContainerTrafficEncryption=True)
        for i in range(3):
            self.expect_talk(f"apart-{i}", 2)

    def test_a_single_host_has_an_interface_and_nobody_to_talk_to(self):
        self.start("alone", ALONE, 1)
        self.assertEqual(finish(self.server, "alone")["TrainingJobStatus"], "Completed", log_lines(self.server, "alone"))
        lines = log_lines(self.server, "alone")
        self.assertIn("interfaces ['eth0', 'lo']", lines)
        self.assertTrue(any(line.startswith("refused 192.0.2.1 OSError") for line in lines), lines)
        self.assertIn("reached itself", lines)


if __name__ == "__main__":
    unittest.main()
