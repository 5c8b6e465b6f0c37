#!/usr/bin/env python3
"""How long a channel of many small objects takes to reach a container, beside `aws s3 cp --recursive` from the same server.

    bench/staging/objects.py [--objects 60000] [--bytes 784] [--copied 100] [--runs 3]

Ours: from the transition to Downloading to that to Training, which holds the listing, the links, the mounts and the container's
config files; and by the clock from CreateTrainingJob to the first line of a program that counts the files. --copied: how many
hundredths of them aws copies (the rest is extrapolated), for who has no ten minutes. SAGEBRUSH_BINARY names the server.
"""

import argparse
import concurrent.futures
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "support"))

import api  # noqa: E402
from server import Server  # noqa: E402

WORKERS = 16


def upload(server, count, size):
    """Objects data/00/00000 …, a hundred folders of them."""
    client = server.client("s3")
    client.create_bucket(Bucket="jobs")
    body = bytes(size)

    def put(first):
        mine = server.client("s3")
        for number in range(first, count, WORKERS):
            mine.put_object(Bucket="jobs", Key=f"data/{number % 100:02}/{number:06}", Body=body)

    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(put, range(WORKERS)))


def stage_once(server, name, count, mode):
    """Seconds of the Downloading phase, and from the call to the first line."""
    begin = time.time()
    api.create(server, name, "find /opt/ml/input/data/train -type f | wc -l", InputDataConfig=[
        api.s3_channel("train", "s3://jobs/data/", InputMode=mode)])
    job = api.finish(server, name, 600)
    assert job["TrainingJobStatus"] == "Completed", job
    (line,) = api.log_lines(server, name)
    assert int(line) == count, line
    started = {t["Status"]: t["StartTime"] for t in job["SecondaryStatusTransitions"]}
    return started["Training"] - started["Downloading"], started["Uploading"] - begin


def copy_once(server, hundredths, folder, aws):
    """Seconds of `aws s3 cp --recursive` of so many of the hundred folders, and the files in them."""
    begin = time.monotonic()
    command = [aws, "--endpoint-url", server.url, "s3", "cp", "--recursive", "--only-show-errors", "s3://jobs/data/", folder]
    if hundredths < 100:
        command += ["--exclude", "*"]
        for number in range(hundredths):
            command += ["--include", f"{number:02}/*"]
    subprocess.run(command, env=server.environment(), check=True)
    seconds = time.monotonic() - begin
    return seconds, sum(1 for path in pathlib.Path(folder).rglob("*") if path.is_file())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--objects", type=int, default=60_000)
    parser.add_argument("--bytes", type=int, default=784)
    parser.add_argument("--copied", type=int, help="in hundredths of the objects: 1 to 100 [100]", default=100)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--aws", default="/usr/bin/aws")
    options = parser.parse_args()
    with Server("memory_mib: 65536\n") as server:
        upload(server, options.objects, options.bytes)
        staged, seen = [], []
        for run in range(options.runs):
            phase, line = stage_once(server, f"file-{run}", options.objects, "File")
            staged.append(phase)
            seen.append(line)
        with tempfile.TemporaryDirectory(dir=server.data.parent) as folder:
            seconds, copied = copy_once(server, options.copied, folder, options.aws)
        whole = seconds * options.objects / copied
        print(f"{options.objects} objects of {options.bytes} bytes")
        print(f"Downloading, median of {options.runs}: {statistics.median(staged):.3f} s; call to end of counting: "
              f"{statistics.median(seen):.2f} s")
        print(f"aws s3 cp --recursive: {seconds:.1f} s for {copied}, {whole:.1f} s for all")
        print(f"ratio: {whole / statistics.median(staged):.0f}")


if __name__ == "__main__":
    main()
