"""Writes accessor classes for the structures that implemented operations reach."""

from names import OURS, getter, identifier, namespace, snake_case
from output import header

SCALARS = {
    "string": ("std::string", "Text"), "character": ("std::string", "Text"),
    "integer": ("std::int64_t", "Integer"), "long": ("std::int64_t", "Integer"),
    "double": ("double", "Real"), "float": ("double", "Real"), "bigdecimal": ("double", "Real"),
    "boolean": ("bool", "Boolean"), "timestamp": ("::sagebrush::Time", "Timestamp"), "blob": ("std::string", "Blob"),
}


def structures_below(service, shape_name, seen):
    """Adds to `seen` (a dict, for its order) all structures that can be reached from a shape, itself included."""
    shape = service.shapes[shape_name]
    if shape["type"] == "structure":
        if shape_name in seen or shape.get("eventstream"):
            return
        seen[shape_name] = None
        for reference in shape["members"].values():
            structures_below(service, reference["shape"], seen)
    elif shape["type"] == "list":
        structures_below(service, shape["member"]["shape"], seen)
    elif shape["type"] == "map":
        structures_below(service, shape["value"]["shape"], seen)


def operation_structures(service, name):
    seen = {}
    operation = service.operation(name)
    for end in ("input", "output"):
        if operation.get(end):
            structures_below(service, operation[end]["shape"], seen)
    return list(seen)


class Type:
    """A member's C++ type and the field:: type that converts it."""

    def __init__(self, service, shape_name):
        shape = service.shapes[shape_name]
        kind = shape["type"]
        self.structures = set()
        if kind == "structure":
            self.cpp = f"::sagebrush::{namespace(service.name)}::{shape_name}"
            self.field = f"Structure<{self.cpp}>"
            self.structures.add(shape_name)
        elif kind in ("list", "map"):
            inner = Type(service, shape["member" if kind == "list" else "value"]["shape"])
            self.structures |= inner.structures
            self.cpp = f"std::vector<{inner.cpp}>" if kind == "list" else f"std::map<std::string, {inner.cpp}>"
            self.field = f"List<{inner.field}>" if kind == "list" else f"Map<{inner.field}>"
        else:
            self.cpp, self.field = SCALARS[kind]


def class_members(service, shape_name):
    """(AWS name, getter's name, required, Type) of the members that accessors show: not streams of bytes or events."""
    shape = service.shapes[shape_name]
    for name, reference in shape["members"].items():
        target = service.shapes[reference["shape"]]
        if reference.get("streaming") or target.get("streaming") or target.get("eventstream"):
            continue
        yield name, getter(name, shape_name), name in shape.get("required", []), Type(service, reference["shape"])


def declare_member(class_name, name, function, required, kind):
    result = kind.cpp if required else f"std::optional<{kind.cpp}>"
    return (
        f"  {result} {function}() const;\n"
        f"  {class_name}& set_{identifier(name)}({result} value);\n"
        f"  bool has_{identifier(name)}() const;\n"
    )


def write_class_header(service, shape_name):
    members = list(class_members(service, shape_name))
    others = sorted(set().union(*(kind.structures for *_, kind in members)) - {shape_name})
    forward = "".join(f"class {name};\n" for name in others)
    body = "\n".join(declare_member(shape_name, *member) for member in members)
    return (
        header(service.name)
        + '#pragma once\n\n#include "aws/json_shape.h"\n\n'
        + f"namespace sagebrush::{namespace(service.name)} {{\n\n"
        + (forward + "\n" if forward else "")
        + f"class {shape_name} : public aws::JsonShape {{\n public:\n"
        + f"  {shape_name}() = default;\n"
        + f"  static {shape_name} from_json(boost::json::object json);\n"
        + (f"\n{body}" if body else "")
        + f"\n private:\n  explicit {shape_name}(boost::json::object object) : JsonShape(std::move(object)) {{}}\n"
        + f"}};\n\n}}  // namespace sagebrush::{namespace(service.name)}\n"
    )


def define_member(class_name, name, function, required, kind):
    result = kind.cpp if required else f"std::optional<{kind.cpp}>"
    read = "required" if required else "optional"
    write = "set" if required else "set_optional"
    field = f"field::{kind.field.replace('List<', 'field::List<').replace('Map<', 'field::Map<')}"
    for inner in ("Structure<", "Text", "Integer", "Real", "Boolean", "Timestamp", "Blob"):
        field = field.replace("<" + inner, "<field::" + inner)
    field = field.replace("field::field::", "field::")
    return (
        f"{result} {class_name}::{function}() const {{ return {read}<{field}>(object_, \"{name}\"); }}\n"
        f"{class_name}& {class_name}::set_{identifier(name)}({result} value) {{\n"
        f"  {write}<{field}>(object_, \"{name}\", std::move(value));\n  return *this;\n}}\n"
        f"bool {class_name}::has_{identifier(name)}() const {{ return object_.contains(\"{name}\"); }}\n"
    )


def write_class_sources(service, shape_names):
    includes = "".join(f'#include "{shape_include(service, name)}"\n' for name in sorted(shape_names))
    parts = []
    for name in shape_names:
        parts.append(f"{name} {name}::from_json(boost::json::object json) {{ return {name}(std::move(json)); }}\n")
        parts.extend(define_member(name, *member) for member in class_members(service, name))
    space = namespace(service.name)
    return (
        header(service.name)
        + f'#include "aws/json_field.h"\n{includes}\nnamespace sagebrush::{space} {{\n\n'
        + "namespace field = aws::field;\nusing aws::field::optional;\nusing aws::field::required;\n"
        + "using aws::field::set;\nusing aws::field::set_optional;\n\n"
        + "\n".join(parts)
        + f"\n}}  // namespace sagebrush::{space}\n"
    )


def shape_file(service, shape_name):
    return f"{namespace(service.name)}/shapes/{snake_case(shape_name)}.h"


def shape_include(service, shape_name):
    return "generated/" + shape_file(service, shape_name)


def using_declarations(service, shape_names):
    space = namespace(service.name)
    return "".join(f"using sagebrush::{space}::{name};\n" for name in sorted(shape_names) if name not in OURS)
