"""`sagebrush demo`, as `make demo` runs it, twice: the second finds data and server folder of the first. On MNIST (SAGEBRUSH_DATA_DIR, or
../shared/data beside the checkout); where that is not, on what the demo finds by itself, down to the digits in a Debian package."""

import pathlib
import sys
import tarfile
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import command  # noqa: E402
from mnist import mnist  # noqa: E402


def is_built():
    return (pathlib.Path(command.support.program()).parent / "sagebrush-vision").exists()


@unittest.skipUnless(is_built(), "needs sagebrush-vision")
class Demo(unittest.TestCase):
    def test_trains_twice_and_leaves_no_server(self):
        with tempfile.TemporaryDirectory() as home:
            environment = command.plain_environment(home)
            if mnist():
                environment["SAGEBRUSH_DATA_DIR"] = str(mnist())
            for attempt in (1, 2):
                code, out, err = command.run(["demo"], environment, cwd=home)
                if attempt == 1 and "found no digits to learn" in err:
                    self.skipTest("neither MNIST nor a network")
                self.assertEqual(code, 0, out + err)
                self.assertRegex(out, r"Test accuracy  0\.9[5-9]" if "scikit-learn" in err else r"Test accuracy  0\.99")
                self.assertRegex(err, r"train +\d.*%")
                self.assertEqual("there from an earlier run" in err, attempt == 2)
                with tarfile.open(pathlib.Path(home) / "model/model.tar.gz") as model:
                    self.assertTrue(any(name.endswith(".safetensors") for name in model.getnames()))
            self.assertFalse((pathlib.Path(home) / ".local/share/sagebrush/demo/server.json").exists())


if __name__ == "__main__":
    unittest.main()
