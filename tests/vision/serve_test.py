#!/usr/bin/python3
"""A trained model answers: `sagebrush-vision serve` by SageMaker's contract, and `predict`."""
import base64
import json
import pathlib
import re
import signal
import struct
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request
import zlib

import numpy
import vision_job


def png(image):
    """The bytes of a PNG; image: uint8 [H, W, 3]."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = image.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in image)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def stripes(label, seed, side=16):
    random = numpy.random.default_rng(seed)
    image = random.integers(0, 80, (side, side, 3))
    wave = (numpy.arange(side) // 2 % 2 * 150)[:, None]
    image[..., 0] += wave if label == 0 else wave.T
    return image.astype(numpy.uint8)


class ServeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.base = pathlib.Path(folder.name)
        job = vision_job.Job(cls.base / "job", {"epochs": 6, "batch_size": 32, "model": "cnn"}, checkpoints=False)
        for channel, count in (("train", 100), ("test", 20)):
            for label, name in enumerate(("rows", "columns")):
                target = job.base / "input/data" / channel / name
                target.mkdir()
                for i in range(count):
                    (target / f"{i}.png").write_bytes(png(stripes(label, 1000 * label + i + (5000 if channel == "test" else 0))))
        done = job.run()
        assert done.returncode == 0, done.stderr
        assert job.epochs()[-1]["validation_accuracy"] > 0.95, done.stdout
        cls.model = job.base / "model"
        cls.job = job
        command = [vision_job.BINARY, "serve", "--model", cls.model, "--address", "127.0.0.1", "--port", "0"]
        cls.server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.end)
        cls.url = "http://" + re.fullmatch(r"Serving on (\S+)\n", cls.server.stdout.readline())[1]

    @classmethod
    def end(cls):
        cls.server.send_signal(signal.SIGTERM)
        cls.server.communicate(timeout=60)
        assert cls.server.returncode == 0

    def post(self, body, content_type, **headers):
        request = urllib.request.Request(self.url + "/invocations", body, {"Content-Type": content_type, **headers})
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.loads(response.read())["predictions"]

    def refused(self, body, content_type):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.post(body, content_type)
        return caught.exception.code, json.loads(caught.exception.read())["error"]

    def test_training_from_class_folders_names_the_classes(self):
        self.assertEqual(json.loads((self.model / "labels.json").read_text()), ["columns", "rows"])
        evaluation = json.loads((self.job.base / "output/data/evaluation.json").read_text())
        self.assertEqual([c["label"] for c in evaluation["classes"]], ["columns", "rows"])
        self.assertEqual(sum(map(sum, evaluation["confusion_matrix"])), 40)
        self.assertIn("<svg", (self.job.base / "output/data/report.html").read_text())

    def test_evaluate_finds_classes_by_name(self):
        data = self.base / "classes"
        for label, name in enumerate(("rows", "columns")):
            (data / name).mkdir(parents=True)
            for i in range(10):
                (data / name / f"{i}.png").write_bytes(png(stripes(label, 60000 + i)))
        command = [vision_job.BINARY, "evaluate", "--model", self.model, "--data", data]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.stdout, "accuracy=1.0000\n", done.stderr)
        (data / "columns").rename(data / "waves")
        refused = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("class waves is not one of the model's", refused.stderr)

    def test_predict_goes_on_after_a_bad_file_and_names_it(self):
        good, bad = self.base / "good.png", self.base / "bad.jpg"
        good.write_bytes(png(stripes(0, 5)))
        bad.write_bytes(b"no picture")
        done = subprocess.run([vision_job.BINARY, "predict", "--model", self.model, good, bad, good], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.count("good.png\trows"), 2, done.stdout)
        self.assertIn(f"{bad}: request: is neither JPEG nor PNG", done.stderr)

    def test_ping(self):
        with urllib.request.urlopen(self.url + "/ping", timeout=60) as response:
            self.assertEqual(response.status, 200)

    def test_every_form_of_an_image_has_the_same_answer(self):
        image = stripes(0, 77777)
        picture = self.post(png(image), "image/png")
        self.assertEqual(picture[0]["label"], "rows")
        self.assertEqual(len(picture[0]["top"]), 2)
        self.assertEqual(self.post(png(image), "application/x-image"), picture)
        numpy.save(self.base / "x.npy", image[None])
        self.assertEqual(self.post((self.base / "x.npy").read_bytes(), "application/x-npy"), picture)
        pixels = json.dumps({"instances": [image.tolist(), stripes(1, 88888).tolist()]}).encode()
        both = self.post(pixels, "application/json")
        self.assertEqual([p["label"] for p in both], ["rows", "columns"])
        self.assertAlmostEqual(both[0]["score"], picture[0]["score"], places=5)
        unit = json.dumps({"instances": [(image / 255).tolist()]}).encode()
        self.assertEqual(self.post(unit, "application/json")[0]["label"], "rows")
        self.assertAlmostEqual(self.post(unit, "application/json")[0]["score"], picture[0]["score"], places=4)
        coded = json.dumps({"instances": [{"b64": base64.b64encode(png(image)).decode()}]}).encode()
        self.assertEqual(self.post(coded, "application/json"), picture)

    def test_larger_pictures_are_brought_to_size_and_top_k_is_heard(self):
        answer = self.post(
            png(stripes(1, 5).repeat(4, 0).repeat(4, 1)), "image/png", **{"X-Amzn-SageMaker-Custom-Attributes": "top_k=1"}
        )
        self.assertEqual(answer[0]["label"], "columns")
        self.assertEqual(len(answer[0]["top"]), 1)

    def test_wrong_requests_are_named(self):
        self.assertEqual(self.refused(b"x", "text/csv")[0], 400)
        self.assertIn("'image/caf?'", self.refused(b"x", "image/caf\xe9")[1])
        self.assertIn("neither JPEG nor PNG", self.refused(b"x", "image/jpeg")[1])
        self.assertIn("damaged PNG", self.refused(png(stripes(0, 1))[:200], "image/png")[1])
        self.assertIn("lists of 16", self.refused(b'{"instances":[[1]]}', "application/json")[1])
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(self.url + "/elsewhere", timeout=60)
        self.assertEqual(caught.exception.code, 404)

    def test_predict_prints_the_likeliest(self):
        path = self.base / "image.png"
        path.write_bytes(png(stripes(1, 99)))
        command = [vision_job.BINARY, "predict", "--model", self.model, path, path]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        self.assertRegex(done.stdout, r"^\S+image.png\tcolumns [01]\.\d{4}\trows [01]\.\d{4}\n\S+image.png\tcolumns")
        path.write_bytes(b"no")
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("neither JPEG nor PNG", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
