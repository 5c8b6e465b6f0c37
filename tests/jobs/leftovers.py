"""What a job may leave on a machine: processes, mounts, cgroups, folders."""

import os
import pathlib
import time


def _processes(data):
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(data) in command and " serve " not in command:
            found.append(f"process {folder.name}: {command}")
    return found


def _mounts(data):
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                lines = (folder / "mounts").read_text().splitlines()
            except OSError:
                continue
            found += [f"mount in {folder.name}: {line}" for line in lines if str(data) in line]
    return found


def _cgroups(job_ids):
    found = []
    for folder, names, _ in os.walk("/sys/fs/cgroup"):
        found += [f"cgroup {folder}/{name}" for name in names if any(job in name for job in job_ids)]
    return found


def _folders(data):
    jobs = pathlib.Path(data) / "jobs"
    return [f"folder {path}" for path in jobs.iterdir()] if jobs.exists() else []


def job_ids(data):
    jobs = pathlib.Path(data) / "jobs"
    return {path.name for path in jobs.iterdir()} if jobs.exists() else set()


def wait_until_clean(data, ids, seconds=30, folders=True):
    """Raises with what is still there when it does not go. folders: job folders count too."""
    deadline = time.monotonic() + seconds
    while True:
        left = _processes(data) + _mounts(data) + _cgroups(ids) + (_folders(data) if folders else [])
        if not left:
            return
        if time.monotonic() > deadline:
            raise AssertionError("left behind:\n" + "\n".join(left))
        time.sleep(0.05)  # between two looks; what ends the wait is that nothing is left
