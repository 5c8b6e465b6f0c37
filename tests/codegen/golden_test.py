"""Compares what the generator writes for a made-up service with tests/codegen/golden, and runs it on bad lists.

After a wanted change:  golden_test.py --update
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).parent
GENERATE = HERE.parent.parent / "tools" / "codegen" / "generate.py"
GOLDEN = HERE / "golden"


def generate(what, out, operations=HERE / "operations.list", *more):
    command = [sys.executable, str(GENERATE), what, "--out", str(out), "--services", str(HERE / "services.list"),
               "--models", str(HERE / "models"), "--operations", str(operations), *more]
    return subprocess.run(command, capture_output=True, text=True)


def files_below(folder):
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


class GoldenTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.out = Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def test_generated_files_are_the_golden_ones(self):
        for what in ("tables", "types"):
            self.assertEqual(generate(what, self.out).stderr, "")
        made, golden = files_below(self.out), files_below(GOLDEN)
        self.assertEqual(sorted(made), sorted(golden))
        for name, path in made.items():
            with self.subTest(file=name):
                self.assertEqual(path.read_text(), golden[name].read_text())

    def test_list_names_exactly_what_is_written(self):
        listed = generate("types", self.out, HERE / "operations.list", "--list").stdout.splitlines()
        self.assertFalse(files_below(self.out))
        generate("types", self.out)
        self.assertEqual(sorted(listed), sorted(str(path) for path in files_below(self.out).values()))

    def test_unchanged_files_keep_their_times(self):
        generate("types", self.out)
        before = {name: path.stat().st_mtime_ns for name, path in files_below(self.out).items()}
        generate("types", self.out)
        self.assertEqual(before, {name: path.stat().st_mtime_ns for name, path in files_below(self.out).items()})

    def refuses(self, line, message):
        operations = self.out / "bad.list"
        operations.write_text(line + "\n")
        result = generate("types", self.out / "generated", operations)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(message, result.stderr)
        self.assertFalse((self.out / "generated").exists())

    def test_bad_lists_are_refused_by_name(self):
        self.refuses("made-up Fly", "made-up has no operation Fly")
        self.refuses("unknown CreateThing", "services.list has no service unknown")
        self.refuses("made-up CreateThing sideways", "unknown kind sideways")
        self.refuses("made-up", "expected SERVICE OPERATION [KIND]")


def update():
    for path in files_below(GOLDEN).values():
        path.unlink()
    for what in ("tables", "types"):
        result = generate(what, GOLDEN)
        if result.returncode != 0:
            raise SystemExit(result.stderr)


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
