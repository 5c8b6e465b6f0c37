"""Holds layers.toml: no folder of src/ includes what stands above it, and libraries stay where they belong.

usage: check_layers.py PROJECT_ROOT
"""

import pathlib
import re
import sys
import tomllib

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def check_file(layer, text, table):
    """The sentences that say what is wrong with one file's includes."""
    problems = []
    for quoted, angled in INCLUDE.findall(text):
        if quoted and quoted not in table["generated_for"]["embedded"]:
            target = quoted.split("/")[0] if "/" in quoted else None
            if target is None:
                problems.append(f'"{quoted}": include paths start at src/')
            elif target == "generated":
                if layer not in table["generated_for"]["folders"]:
                    problems.append(f'"{quoted}": {layer}/ may not include generated headers')
            elif target not in table["may_include"]:
                problems.append(f'"{quoted}": {target}/ is not in layers.toml')
            elif target != layer and target not in table["may_include"][layer]:
                problems.append(f'"{quoted}": {layer}/ may not include {target}/')
        for start, layers in table["only_in"].items():
            if angled.startswith(start) and layer not in layers:
                problems.append(f"<{angled}>: only {', '.join(layers)} may include {start}")
    return problems


def check_table(table):
    """A folder may include only what stands before it: the graph has one direction."""
    seen, problems = set(), []
    for layer, below in table["may_include"].items():
        problems += [f"layers.toml: {layer} includes {name}, which stands below it in the file" for name in below if name not in seen]
        seen.add(layer)
    return problems


def check_project(root):
    table = tomllib.loads((root / "layers.toml").read_text())
    problems = check_table(table)
    files = 0
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in (".cc", ".h") or path.parent == root / "src":
            continue
        layer = path.relative_to(root / "src").parts[0]
        name = path.relative_to(root)
        files += 1
        if layer not in table["may_include"]:
            problems.append(f"{name}: {layer}/ is not in layers.toml")
            continue
        problems += [f"{name}: {problem}" for problem in check_file(layer, path.read_text(), table)]
    return files, problems


def check_itself():
    """The check must be able to fail."""
    table = {"may_include": {"base": [], "http": ["base"]}, "only_in": {"boost/beast": ["http"]}, "generated_for": {"folders": [], "embedded": ["table.h"]}}
    assert check_file("base", '#include "http/client.h"\n', table)
    assert check_file("base", "#include <boost/beast.hpp>\n", table)
    assert check_file("base", '#include "client.h"\n', table)
    assert check_file("base", '#include "nowhere/client.h"\n', table)
    assert check_file("http", '#include "generated/x.h"\n', table)
    assert not check_file("http", '#include "base/error.h"\n#include <boost/beast.hpp>\n#include "table.h"\n', table)
    assert check_table({"may_include": {"base": ["http"], "http": []}})


def main():
    check_itself()
    files, problems = check_project(pathlib.Path(sys.argv[1]))
    for problem in problems:
        print(problem)
    print(f"{files} files, {len(problems)} includes against layers.toml")
    return 1 if problems or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
