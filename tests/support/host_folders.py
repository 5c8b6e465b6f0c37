"""The folders that a server's agents work in; the engine removes them as their jobs end."""

import glob
import json
import pathlib


def host_folders(data, job_name, host="algo-1"):
    """Those of the job's attempts that are there now."""
    found = []
    # glob.glob passes over a folder that goes while it looks; that of pathlib raises.
    for folder in map(pathlib.Path, glob.glob(f"{data}/jobs/*/attempt-*/{host}")):
        try:
            if json.loads((folder / "spec.json").read_text())["job_name"] == job_name:
                found.append(folder)
        except (OSError, ValueError):
            pass  # gone, or not yet written
    return found
