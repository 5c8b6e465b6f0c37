#!/usr/bin/env python3
"""An algorithm in a container of its own, without a toolkit: SageMaker runs it with the argument `train`.

Everything comes by files: hyperparameters and channels below /opt/ml/input, the model goes to /opt/ml/model, the reason of a failure
to /opt/ml/output/failure. --base puts all of that elsewhere, to try it by hand.
"""

import argparse
import json
import pathlib
import sys
import traceback


def train(base):
    """A nearest-mean classifier of CSV lines `label,x,y,…`: small enough to read at a glance."""
    config = base / "input/config"
    hyperparameters = json.loads((config / "hyperparameters.json").read_text())
    channels = json.loads((config / "inputdataconfig.json").read_text())
    # Every value is a string in there.
    decimals = int(hyperparameters.get("decimals", "4"))
    sums = {}
    for channel in sorted(channels):
        for path in sorted((base / "input/data" / channel).rglob("*.csv")):
            for line in path.read_text().splitlines():
                label, *values = line.split(",")
                total, count = sums.setdefault(label, ([0.0] * len(values), 0))
                sums[label] = ([a + float(b) for a, b in zip(total, values)], count + 1)
            print(f"read {path.name} of channel {channel}", flush=True)
    if not sums:
        raise ValueError("no channel holds a CSV file")
    means = {label: [round(value / count, decimals) for value in total] for label, (total, count) in sorted(sums.items())}
    (base / "model").mkdir(exist_ok=True)
    (base / "model/means.json").write_text(json.dumps(means))
    print(f"classes={len(means)};", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["train"], help="what SageMaker asks for")
    parser.add_argument("--base", type=pathlib.Path, default=pathlib.Path("/opt/ml"))
    args = parser.parse_args()
    try:
        train(args.base)
    except Exception as error:
        output = args.base / "output"
        output.mkdir(parents=True, exist_ok=True)
        (output / "failure").write_text(f"{type(error).__name__}: {error}")
        traceback.print_exc()
        sys.exit(1)


if __name__ == "__main__":
    main()
