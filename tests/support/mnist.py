"""Where the real MNIST is, for tests that learn from it."""

import os
import pathlib

FILES = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")


def mnist():
    """The folder of the four files: SAGEBRUSH_DATA_DIR, else ../shared/data beside the checkout; None where there is none."""
    for base in (os.environ.get("SAGEBRUSH_DATA_DIR"), pathlib.Path(__file__).resolve().parents[3] / "shared" / "data"):
        for folder in (base and pathlib.Path(base), base and pathlib.Path(base) / "mnist"):
            if folder and all((folder / name).exists() for name in FILES):
                return folder
    return None
