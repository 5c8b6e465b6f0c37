"""Processes of a server's own, to be killed by tests."""

import pathlib


def agents(data):
    """Pids of the agents (not the shims) that work below the data folder."""
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if len(words) > 3 and words[0].endswith(b"sagebrush-agent") and words[1] == b"run" and str(data).encode() in words[3]:
                found.append(int(folder.name))
    return found
