"""Writes generated files, leaving alone those that would not change, so that nothing rebuilds for them."""

from pathlib import Path


class Folder:
    def __init__(self, root):
        self.root = Path(root)
        self.files = {}

    def add(self, name, text):
        if name in self.files:
            raise SystemExit(f"two generated files are called {name}")
        self.files[name] = text

    def write(self):
        for name, text in self.files.items():
            path = self.root / name
            if path.exists() and path.read_text() == text:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def header(service):
    return f"// Generated from the service model of {service} by tools/codegen; not to be edited.\n"
