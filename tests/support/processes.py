"""Processes of a server's own, to be killed by tests."""

import os
import pathlib
import signal


def agents(data, which=""):
    """Pids of the agents (not the shims) that work below the data folder, in a folder with `which` in its path."""
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if (len(words) > 3 and words[0].endswith("sagebrush-agent") and words[1] == "run" and words[3].startswith(str(data))
                    and which in words[3]):
                found.append(int(folder.name))
    return found


def kill_agents(data, which=""):
    """Answers how many there were; one that ends meanwhile is not among them."""
    killed = 0
    for pid in agents(data, which):
        try:
            os.kill(pid, signal.SIGKILL)
            killed += 1
        except ProcessLookupError:
            pass
    return killed
