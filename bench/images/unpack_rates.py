"""Unpacking an image's layer: ours, verified by both digests, beside GNU tar and podman on the same blob, in turns.

Usage (root): unpack_rates.py FOLDER_OF_PROGRAMS [RUNS]. The layer is this machine's Python: some 10,000 files.
Nothing is removed before the end: an ext4 without a journal looks past the inodes of the last minutes' removed files one by one,
which makes each new file some ten times as dear (so does removing much just before this runs).
"""

import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from oci_layout import write_layout  # noqa: E402

TREES = ["usr/lib/python3", "usr/lib/python3.11", "usr/lib/llvm-19/lib"]
LIMIT = 300 << 20  # of the archive


def digest(path):
    hasher = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            hasher.update(piece)
    return "sha256:" + hasher.hexdigest()


def make_tar(path):
    trees = [t for t in TREES if os.path.isdir("/" + t)]
    with open(path, "wb") as out:
        tar = subprocess.Popen(["tar", "-C", "/", "--exclude=__pycache__", "--exclude=*.a", "-c"] + trees, stdout=subprocess.PIPE)
        while out.tell() < LIMIT and (piece := tar.stdout.read(1 << 20)):
            out.write(piece)
        tar.kill()
        tar.wait()
    # Cut off anywhere: what could be taken out of it makes an archive with an end.
    whole = path + ".whole"
    folder = tempfile.mkdtemp(dir=os.path.dirname(path))
    subprocess.run(["tar", "-C", folder, "-xf", path], capture_output=True, check=False)
    subprocess.run(["tar", "-C", folder, "-cf", whole, "."], check=True)
    os.replace(whole, path)


def timed(command, **more):
    begin = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    return time.monotonic() - begin


def podman(folder, layout):
    """Pulls the layout into a storage of its own, which stays."""
    store = tempfile.mkdtemp(dir=folder)
    config = os.path.join(store, "storage.conf")
    with open(config, "w") as file:
        file.write('[storage]\ndriver="overlay"\ngraphroot="%s/graph"\nrunroot="%s/run"\n' % (store, store))
    environment = dict(os.environ, CONTAINERS_STORAGE_CONF=config)
    taken = timed(["podman", "pull", "-q", "oci:%s:bench" % layout], env=environment)
    subprocess.run(["umount", "-q", store + "/graph/overlay"], check=False)
    return taken


def main():
    programs, runs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory(prefix="sagebrush-bench-") as folder:
        tar = os.path.join(folder, "layer.tar")
        make_tar(tar)
        diff_id = digest(tar)
        subprocess.run(["gzip", "-k", "-6", tar], check=True)
        subprocess.run(["zstd", "-q", "-k", tar], check=True)
        size = os.path.getsize(tar)
        print("layer: %d MB, %d MB as gzip, %d MB as zstd" % (
            size >> 20, os.path.getsize(tar + ".gz") >> 20, os.path.getsize(tar + ".zst") >> 20))
        for ending, flags in ((".gz", ["-z"]), (".zst", ["--zstd"])):
            blob = tar + ending
            blob_digest = digest(blob)
            layout = os.path.join(folder, "layout" + ending)
            media = "application/vnd.oci.image.layer.v1.tar+" + {".gz": "gzip", ".zst": "zstd"}[ending]
            write_layout(layout, {"layers": [{"blob": blob, "digest": blob_digest, "diff_id": diff_id, "media_type": media,
                                              "bytes": os.path.getsize(blob)}]})

            def ours():
                target = tempfile.mkdtemp(dir=folder)
                out = subprocess.run([os.path.join(programs, "bench_unpack_layer"), blob, blob_digest, diff_id, target],
                                     check=True, capture_output=True, text=True).stdout
                return float(out.split()[0])

            def gnu_tar():
                target = tempfile.mkdtemp(dir=folder)
                return timed(["tar", "-C", target] + flags + ["-xf", blob])

            ways = {"ours": ours, "tar": gnu_tar}
            if shutil.which("podman"):
                ways["podman pull"] = lambda: podman(folder, layout)
            results = {name: [] for name in ways}
            for _ in range(runs):  # in turns, so that a change of load meets all
                for name, way in ways.items():
                    results[name].append(way())
            base = statistics.median(results["ours"])
            for name, times in results.items():
                median = statistics.median(times)
                print("%-4s %-12s %7.2f s (best %.2f) %6.0f MB/s   %.2f of ours" % (
                    ending[1:], name, median, min(times), size / median / 1e6, median / base))


if __name__ == "__main__":
    main()
