"""Finds and reads the AWS service models and the two lists that say what to generate."""

import gzip
import json
from pathlib import Path


class Service:
    """One service model: botocore's service-2.json, and the options of its line in services.list."""

    def __init__(self, name, options, model):
        self.name = name
        self.options = options
        self.metadata = model["metadata"]
        self.shapes = model["shapes"]
        self.operations = model["operations"]

    def operation(self, name):
        if name not in self.operations:
            raise SystemExit(f"operations.list: {self.name} has no operation {name}")
        return self.operations[name]


def default_models_folder():
    import botocore

    return Path(botocore.__file__).parent / "data"


def model_path(folder, service):
    """The newest version's service-2.json, plain or gzip."""
    versions = sorted(path for path in (folder / service).glob("*") if path.is_dir())
    for version in reversed(versions):
        for name in ("service-2.json", "service-2.json.gz"):
            if (version / name).exists():
                return version / name
    raise SystemExit(f"no service-2.json for {service} under {folder}")


def merge(base, addition):
    """Adds an additions file to a model: objects are merged, everything else is replaced."""
    for key, value in addition.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value


def additions_path(service):
    """What the installed model is too old to know of a service, in the model's own form; may not exist."""
    return Path(__file__).parent / "additions" / f"{service}.json"


def read_lines(path):
    for line in Path(path).read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            yield words


def load_services(services_list, folder, with_additions=True):
    services = []
    for name, *options in read_lines(services_list):
        path = model_path(folder, name)
        raw = path.read_bytes()
        text = gzip.decompress(raw) if path.suffix == ".gz" else raw
        model = json.loads(text)
        if with_additions and additions_path(name).exists():
            merge(model, json.loads(additions_path(name).read_text()))
        pairs = dict(option.split("=", 1) for option in options)
        services.append(Service(name, pairs, model))
    return services


def load_operations(operations_list):
    """{service: [(operation, kind)]} in the list's order; kind is plain, streaming-input or streaming-output."""
    found = {}
    for words in read_lines(operations_list):
        if len(words) not in (2, 3):
            raise SystemExit(f"operations.list: expected SERVICE OPERATION [KIND], got {' '.join(words)}")
        kind = words[2] if len(words) == 3 else "plain"
        if kind not in ("plain", "streaming-input", "streaming-output"):
            raise SystemExit(f"operations.list: unknown kind {kind}")
        found.setdefault(words[0], []).append((words[1], kind))
    return found
