#!/usr/bin/python3
"""Two processes train one model: the same result as one with the same batches, and named ends when one is lost."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import numpy
import vision_job

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from server import free_port  # noqa: E402


class HostsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.base = pathlib.Path(folder.name)
        draw = numpy.random.default_rng(1)
        self.labels = draw.integers(0, 4, 400)
        self.images = draw.integers(0, 120, (400, 32, 32, 3), dtype=numpy.uint8)
        for i, label in enumerate(self.labels):
            self.images[i, 8 * label : 8 * label + 8] += 100

    def job(self, name, host=1, hosts=1, **hyperparameters):
        job = vision_job.Job(self.base / name, {"batch_size": 64, "epochs": 2, "seed": 3, **hyperparameters})
        for channel in ("train", "test"):
            count = 400 if channel == "train" else 100
            numpy.save(job.base / f"input/data/{channel}/{channel}_images.npy", self.images[:count])
            numpy.save(job.base / f"input/data/{channel}/{channel}_labels.npy", self.labels[:count])
        job.write_config(
            "resourceconfig.json",
            {"current_host": f"algo-{host}", "hosts": [f"algo-{i + 1}" for i in range(hosts)], "network_interface_name": "lo"},
        )
        return job

    def start_two(self, jobs=None, threads=(1, 1), **hyperparameters):
        """Two processes, with jobs laid out before or new ones."""
        port = free_port()
        jobs = jobs or [self.job(f"host{rank}", rank + 1, 2, **hyperparameters) for rank in range(2)]
        processes = []
        for rank, job in enumerate(jobs):
            environment = os.environ | {
                "RANK": str(rank), "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
                "OMP_NUM_THREADS": str(threads[rank]),
                "GLOO_SOCKET_IFNAME": "lo",
            }
            process = subprocess.Popen(
                job.command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
            )
            self.addCleanup(process.kill)
            processes.append(process)
        return jobs, processes

    def assert_same_model(self, **hyperparameters):
        alone = self.job("alone", **hyperparameters)
        # As many threads as the hosts have together: without ghost batches there is a shard a thread.
        done = subprocess.run(alone.command(), capture_output=True, text=True, timeout=280, env=os.environ | {"OMP_NUM_THREADS": "2"})
        self.assertEqual(done.returncode, 0, done.stderr)
        jobs, processes = self.start_two(**hyperparameters)
        outputs = [process.communicate(timeout=300) for process in processes]
        self.assertEqual([p.returncode for p in processes], [0, 0], outputs)
        self.assertIn("on 2 hosts", outputs[0][0])
        self.assertEqual(outputs[1][0], "")
        self.assertFalse((jobs[1].base / "model").exists())
        ours, theirs = vision_job.read_weights(jobs[0].weights()), vision_job.read_weights(alone.weights())
        self.assertEqual(ours.keys(), theirs.keys())
        for name in ours:  # shards are added up by pairs wherever they are, so two hosts change no bit
            self.assertTrue(numpy.array_equal(ours[name], theirs[name]), (name, abs(ours[name] - theirs[name]).max()))
        for a, b in zip(jobs[0].epochs(), alone.epochs(), strict=True):
            self.assertAlmostEqual(a["train_loss"], b["train_loss"], delta=1e-9)
            self.assertEqual(a["validation_accuracy"], b["validation_accuracy"])

    def test_ghost_batches_make_two_hosts_one(self):
        self.assert_same_model(model="cnn", ghost_batch_size=16)

    def test_synchronised_normalisation_makes_two_hosts_one(self):
        self.assert_same_model(
            model="resnet18", width=0.25, sync_batch_norm="true", learning_rate=0.01, batch_size=32, log_steps=0, epochs=1
        )

    def test_hosts_of_unequal_size_keep_the_statistics_of_one(self):
        settings = dict(model="resnet18", width=0.25, sync_batch_norm="true", learning_rate=0.01, batch_size=32, log_steps=0, epochs=1)
        alone = self.job("alone", **settings)
        self.assertEqual(alone.run().returncode, 0)
        jobs, processes = self.start_two(threads=(2, 1), **settings)
        outputs = [process.communicate(timeout=300) for process in processes]
        self.assertEqual([p.returncode for p in processes], [0, 0], outputs)
        ours, theirs = vision_job.read_weights(jobs[0].weights()), vision_job.read_weights(alone.weights())
        kept = [name for name in theirs if "running_" in name]
        self.assertTrue(kept)
        for name in kept:
            apart = abs(ours[name] - theirs[name]).max() / abs(theirs[name]).max()
            self.assertLess(apart, 0.15, name)

    def test_a_host_that_is_lost_ends_the_others_with_its_name(self):
        jobs, processes = self.start_two(model="cnn", epochs=10000, ghost_batch_size=16)
        for line in processes[0].stdout:
            if re.match("epoch=2 ", line):
                break
        processes[1].kill()
        processes[1].communicate()
        out, err = processes[0].communicate(timeout=120)
        self.assertEqual(processes[0].returncode, 1)
        self.assertIn("lost contact with another host", jobs[0].failure())
        self.assertTrue(list((jobs[0].base / "checkpoints").glob("*.json")))

    def test_one_host_that_is_stopped_stops_all(self):
        jobs, processes = self.start_two(model="cnn", epochs=10000, ghost_batch_size=16)
        for line in processes[0].stdout:
            if re.match("epoch=1 ", line):
                break
        processes[1].terminate()
        outputs = [process.communicate(timeout=120) for process in processes]
        self.assertEqual([p.returncode for p in processes], [0, 0], outputs)
        self.assertTrue((jobs[0].base / "model/model.safetensors").exists())

    def test_all_hosts_go_on_from_the_first_ones_checkpoint(self):
        settings = dict(model="cnn", ghost_batch_size=16, epochs=40)
        alone = self.job("alone", **settings)
        self.assertEqual(alone.run().returncode, 0)
        jobs, processes = self.start_two(**settings)
        for line in processes[0].stdout:
            if re.match("epoch=2 ", line):
                break
        processes[1].kill()
        for process in processes:
            process.communicate(timeout=120)
        self.assertEqual(list((jobs[1].base / "checkpoints").iterdir()), [])
        _, processes = self.start_two(jobs)
        outputs = [process.communicate(timeout=300) for process in processes]
        self.assertEqual([p.returncode for p in processes], [0, 0], outputs)
        self.assertRegex(outputs[0][0], r"Resuming from .*: epoch ([2-9]|[1-3]\d), step")
        self.assertEqual(jobs[0].weights(), alone.weights())

    def test_data_that_are_shared_out_are_refused(self):
        job = self.job("job", 1, 2)
        channel = {"TrainingInputMode": "File", "S3DistributionType": "ShardedByS3Key"}
        job.write_config("inputdataconfig.json", {"train": channel, "test": channel})
        done = job.run()
        self.assertEqual(done.returncode, 1)
        self.assertIn("ShardedByS3Key", job.failure())


if __name__ == "__main__":
    unittest.main(verbosity=2)
