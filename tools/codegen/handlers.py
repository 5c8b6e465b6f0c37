"""Writes handler declarations, one header an operation, and the registry that binds them to operations."""

from accessors import operation_structures, shape_include, using_declarations
from names import namespace, snake_case
from output import header

FIELDS = {"plain": "kPlain", "streaming-input": "kStreamingInput", "streaming-output": "kStreamingOutput"}


def signature(service, name, kind):
    operation = service.operation(name)
    call = "std::shared_ptr<Call> call" if kind == "streaming-input" else "Call& call"
    request = f", const {type_name(service, operation, 'input')}& request" if operation.get("input") else ""
    if kind == "streaming-input":
        result = "std::unique_ptr<aws::BodySink>"
    elif kind == "streaming-output":
        result = "http::Response"
    else:
        result = type_name(service, operation, "output") if operation.get("output") else "void"
    return f"{result} {snake_case(name)}({call}{request})"


def type_name(service, operation, end):
    return f"sagebrush::{namespace(service.name)}::{operation[end]['shape']}"


def write_operation_header(service, name, kind):
    shapes = operation_structures(service, name)
    space = namespace(service.name)
    includes = "".join(f'#include "{shape_include(service, shape)}"\n' for shape in sorted(shapes))
    streams = {"streaming-input": "#include <memory>\n\n", "plain": "", "streaming-output": ""}[kind]
    forward = {"streaming-input": "namespace sagebrush::aws {\nclass BodySink;\n}\n\n", "plain": "",
               "streaming-output": "namespace sagebrush::http {\nstruct Response;\n}\n\n"}[kind]
    return (
        header(service.name)
        + f"#pragma once\n\n{streams}{includes}\n{forward}"
        + f"namespace sagebrush::service {{\nstruct Call;\n}}\n\nnamespace sagebrush::service::{space} {{\n\n"
        + using_declarations(service, shapes)
        + f"\n{signature(service, name, kind)};\n\n}}  // namespace sagebrush::service::{space}\n"
    )


def adapter(service, name, kind):
    operation = service.operation(name)
    function = snake_case(name)
    call = "std::shared_ptr<Call> call" if kind == "streaming-input" else "Call& call"
    has_input, has_output = bool(operation.get("input")), bool(operation.get("output"))
    parameter = "input" if has_input else "/*input*/"
    arguments = "std::move(call)" if kind == "streaming-input" else "call"
    if has_input:
        arguments += f", {type_name(service, operation, 'input')}::from_json(std::move(input))"
    invoke = f"{namespace(service.name)}::{function}({arguments})"
    if kind == "streaming-input":
        result, body = "std::unique_ptr<aws::BodySink>", f"return {invoke};"
    elif kind == "streaming-output":
        result, body = "http::Response", f"return {invoke};"
    elif has_output:
        result, body = "boost::json::object", f"return {invoke}.take();"
    else:
        result, body = "boost::json::object", f"{invoke};\n  return {{}};"
    return f"{result} call_{function}({call}, boost::json::object&& {parameter}) {{\n  {body}\n}}\n"


def registry_row(service, index, name, kind):
    pointers = ["nullptr", "nullptr", "nullptr"]
    pointers[list(FIELDS).index(kind)] = f"call_{snake_case(name)}"
    return f'{{"{name}", {index}, OperationKind::{FIELDS[kind]}, {", ".join(pointers)}}}'


def write_registry(service, operations):
    space = namespace(service.name)
    includes = sorted(f'#include "generated/{space}/{snake_case(name)}.h"\n' for name, _ in operations)
    indices = {name: index for index, name in enumerate(service.operations)}
    rows = ",\n    ".join(registry_row(service, indices[name], name, kind) for name, kind in operations)
    adapters = "\n".join(adapter(service, name, kind) for name, kind in operations)
    kinds = {kind for _, kind in operations}
    return (
        header(service.name)
        + ('#include "aws/body_receivers.h"\n' if "streaming-input" in kinds else "")
        + ('#include "http/message.h"\n' if "streaming-output" in kinds else "")
        + '#include "service/registry.h"\n\n' + "".join(includes)
        + f"\nnamespace sagebrush::service {{\nnamespace {{\n\n{adapters}\n"
        + f"constexpr Implementation kRows[] = {{\n    {rows}}};\n\n}}  // namespace\n\n"
        + f"std::span<const Implementation> implementations_of_{space}();\n"
        + f"std::span<const Implementation> implementations_of_{space}() {{ return kRows; }}\n\n"
        + "}  // namespace sagebrush::service\n"
    )


def write_registry_list(services):
    spaces = [namespace(service) for service in services]
    externs = "".join(f"std::span<const Implementation> implementations_of_{space}();\n" for space in spaces)
    tests = "".join(
        f'  if (service.id() == "{service}") return implementations_of_{space}();\n'
        for service, space in zip(services, spaces)
    )
    return (
        header("all services")
        + '#include "service/registry.h"\n\nnamespace sagebrush::service {\n\n'
        + externs
        + "\nstd::span<const Implementation> implementations(const aws::Service& service) {\n"
        + tests + "  return {};\n}\n\n}  // namespace sagebrush::service\n"
    )
