"""From an edited script to its result, side by side in one run: by hand, `sagebrush train --local`, and a job on a server.

Usage (root): edit_loop.py [RUNS]; the programs are those of SAGEBRUSH_BINARY, else of build/release. Each run changes the script,
so that nothing of the code is there from the run before.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/support"))
from server import Server, program  # noqa: E402

SCRIPT = "import os\nopen(os.path.join(os.environ.get('SM_MODEL_DIR', '.'), 'model'), 'w').write('{}')\nprint('trained')\n"


def timed(command, folder, environment):
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    elapsed = time.perf_counter() - start
    if done.returncode != 0 or "trained" not in done.stdout:
        sys.exit(f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return elapsed * 1000


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with Server() as server, tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "src").mkdir()
        (folder / "data").mkdir()
        (folder / "data/x").write_text("x")
        environment = server.environment() | {"HOME": name}
        line = [program(), "train", "train.py", "--source-dir", "src", "--input", "training=data", "--model-dir", "out"]
        ways = {"by hand": ["/usr/bin/python3", "src/train.py"], "train --local": [*line, "--local"], "train, a job": line}
        times = {way: [] for way in ways}
        for number in range(runs + 1):
            for way, command in ways.items():
                (folder / "src/train.py").write_text(SCRIPT.format(f"{way} {number}"))
                elapsed = timed(command, folder, environment)
                if number > 0:  # the first warms caches
                    times[way].append(elapsed)
        base = statistics.median(times["by hand"])
        print(f"{'way':16} {'median ms':>10} {'min ms':>8} {'against by hand':>16}")
        for way, values in times.items():
            median = statistics.median(values)
            print(f"{way:16} {median:10.1f} {min(values):8.1f} {median / base:15.1f}x")


if __name__ == "__main__":
    main()
