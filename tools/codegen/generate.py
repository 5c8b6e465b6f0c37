#!/usr/bin/env python3
"""Generates C++ from the AWS service models. CMake runs it; see ARCHITECTURE.md, "Adding an operation".

  generate.py tables  --out DIR                    constant tables of every service in services.list
  generate.py types   --out DIR --operations FILE  accessors, handler declarations and registry of the operations in FILE
  --list prints the files' names, one a line, and writes nothing.
  --inputs prints the model files read, one a line, and writes nothing.
"""

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

import accessors  # noqa: E402
import handlers  # noqa: E402
import models  # noqa: E402
import tables  # noqa: E402
from names import namespace, snake_case  # noqa: E402
from output import Folder  # noqa: E402


def generate_tables(services, folder):
    for service in services:
        folder.add(f"tables/{namespace(service.name)}.cc", tables.write_tables(service))
    folder.add("tables/services.cc", tables.write_service_list(services))


def generate_types(services, operations, folder):
    by_name = {service.name: service for service in services}
    for name in operations:
        if name not in by_name:
            raise SystemExit(f"operations.list: services.list has no service {name}")
        service, space = by_name[name], namespace(name)
        shapes = {}
        for operation, kind in operations[name]:
            folder.add(f"{space}/{snake_case(operation)}.h",
                       handlers.write_operation_header(service, operation, kind))
            shapes.update(dict.fromkeys(accessors.operation_structures(service, operation)))
        for shape in shapes:
            folder.add(accessors.shape_file(service, shape), accessors.write_class_header(service, shape))
        folder.add(f"{space}/shapes.cc", accessors.write_class_sources(service, list(shapes)))
        folder.add(f"{space}/registry.cc", handlers.write_registry(service, operations[name]))
    folder.add("registry.cc", handlers.write_registry_list(list(operations)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("tables", "types"))
    parser.add_argument("--out", required=True)
    parser.add_argument("--operations")
    parser.add_argument("--services", default=Path(__file__).parent / "services.list")
    parser.add_argument("--models", type=Path, help="a folder laid out as botocore's data folder")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--inputs", action="store_true")
    arguments = parser.parse_args()

    source = arguments.models or models.default_models_folder()
    if arguments.inputs:
        for name, *_ in models.read_lines(arguments.services):
            print(models.model_path(source, name))
            if models.additions_path(name).exists():
                print(models.additions_path(name))
        return
    services = models.load_services(arguments.services, source)
    folder = Folder(arguments.out)
    if arguments.what == "tables":
        generate_tables(services, folder)
    else:
        if not arguments.operations:
            parser.error("types needs --operations")
        generate_types(services, models.load_operations(arguments.operations), folder)
    if arguments.list:
        print("\n".join(str(folder.root / name) for name in folder.files))
    else:
        folder.write()


if __name__ == "__main__":
    main()
