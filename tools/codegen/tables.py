"""Writes one service's whole model as flat constant tables (the rows of aws/model_tables.h)."""

from names import namespace, string_literal
from output import header
from patterns import for_re2

KINDS = {
    "structure": "kStructure", "list": "kList", "map": "kMap", "string": "kString", "integer": "kInteger",
    "long": "kLong", "double": "kDouble", "float": "kFloat", "boolean": "kBoolean",
    "timestamp": "kTimestamp", "blob": "kBlob", "character": "kString", "bigdecimal": "kDouble",
}
LOCATIONS = {
    None: "kBody", "header": "kHeader", "headers": "kHeaders", "querystring": "kQuery", "uri": "kUri",
    "statusCode": "kStatusCode",
}
FORMATS = {None: "kByProtocol", "iso8601": "kIso8601", "rfc822": "kHttpDate", "unixTimestamp": "kUnixSeconds"}
PROTOCOLS = {"json": "kJson", "query": "kQuery", "ec2": "kQuery", "rest-xml": "kRestXml", "rest-json": "kRestJson"}
NONE = 0xFFFF
LIMIT = 2**63 - 1


class Pool:
    """A string pool in which each text is kept once."""

    def __init__(self):
        self.places = {"": (0, 0)}
        self.texts = []
        self.size = 0

    def add(self, text):
        text = text or ""
        if text not in self.places:
            length = len(text.encode())
            self.places[text] = (self.size, length)
            self.texts.append(text)
            self.size += length
        offset, length = self.places[text]
        return f"{{{offset}, {length}}}"


class Tables:
    def __init__(self, service):
        self.service = service
        self.pool = Pool()
        self.indices = {name: i for i, name in enumerate(service.shapes)}
        self.shapes, self.members, self.operations, self.enums, self.errors = [], [], [], [], []
        for name, shape in service.shapes.items():
            self.add_shape(name, shape)
        for name, operation in service.operations.items():
            self.add_operation(name, operation)

    def add_member(self, name, reference, required, wire_name=None):
        target = self.service.shapes[reference["shape"]]
        space = reference.get("xmlNamespace") or target.get("xmlNamespace") or {}
        if isinstance(space, str):
            space = {"uri": space}
        wire = reference.get("locationName") or wire_name or target.get("locationName")
        flags = (
            (1 if required else 0)
            | (2 if reference.get("flattened") else 0)
            | (4 if reference.get("xmlAttribute") else 0)
            | (8 if reference.get("streaming") or target.get("streaming") else 0)
            | (16 if wire else 0)
            | (32 if reference.get("idempotencyToken") else 0)
        )
        texts = ", ".join(
            self.pool.add(text) for text in (name, wire or name, space.get("uri"), space.get("prefix"))
        )
        location = LOCATIONS[reference.get("location")]
        index = self.indices[reference["shape"]]
        self.members.append(f"{{{texts}, {index}, {flags}, Location::{location}}}")

    def add_shape(self, name, shape):
        first_member, first_enum = len(self.members), len(self.enums)
        payload = NONE
        if shape["type"] == "structure":
            required = shape.get("required", [])
            for index, (member, reference) in enumerate(shape["members"].items()):
                self.add_member(member, reference, member in required)
                if member == shape.get("payload"):
                    payload = index
        elif shape["type"] == "list":
            self.add_member("member", shape["member"], False)
        elif shape["type"] == "map":
            self.add_member("key", shape["key"], False)
            self.add_member("value", shape["value"], False)
        self.enums.extend(self.pool.add(value) for value in shape.get("enum", []))
        self.shapes.append(self.shape_row(name, shape, first_member, first_enum, payload))

    def shape_row(self, name, shape, first_member, first_enum, payload):
        error = shape.get("error", {})
        flags = (
            (1 if "min" in shape else 0)
            | (2 if "max" in shape else 0)
            | (4 if shape.get("sensitive") else 0)
            | (8 if shape.get("flattened") else 0)
            | (16 if shape.get("exception") else 0)
            | (32 if shape.get("fault") or error.get("fault") else 0)
        )
        low = max(-LIMIT, min(LIMIT, int(shape.get("min", 0))))
        high = max(-LIMIT, min(LIMIT, int(shape.get("max", 0))))
        code = error.get("code") or (name if shape.get("exception") else "")
        pattern = shape.get("pattern", "")
        texts = ", ".join(self.pool.add(text) for text in (name, pattern, for_re2(pattern), code))
        return (
            f"{{{texts}, {low}, {high}, {first_member}, {first_enum}, {len(self.members) - first_member}, "
            f"{len(self.enums) - first_enum}, {flags}, {payload}, {error.get('httpStatusCode', 0)}, "
            f"ShapeKind::{KINDS[shape['type']]}, TimestampFormat::{FORMATS[shape.get('timestampFormat')]}}}"
        )

    def add_operation(self, name, operation):
        http = operation["http"]
        path, _, query = http["requestUri"].partition("?")
        output = operation.get("output", {})
        first_error = len(self.errors)
        self.errors.extend(str(self.indices[error["shape"]]) for error in operation.get("errors", []))
        texts = ", ".join(
            self.pool.add(text) for text in (name, http["method"], path, query, output.get("resultWrapper"))
        )
        ends = [self.indices[end["shape"]] if end else NONE for end in (operation.get("input"), output)]
        self.operations.append(
            f"{{{texts}, {ends[0]}, {ends[1]}, {first_error}, {len(self.errors) - first_error}, "
            f"{http.get('responseCode', 200)}}}"
        )

    def service_row(self):
        meta, options = self.service.metadata, self.service.options
        texts = (
            self.service.name,
            meta.get("serviceFullName", ""),
            meta.get("signingName", meta["endpointPrefix"]),
            meta.get("targetPrefix") or options.get("target", ""),
            meta.get("jsonVersion") or ("1.0" if "target" in options else ""),
            meta["apiVersion"],
            options.get("xmlns") or meta.get("xmlNamespace", ""),
            options.get("validation", "ValidationException"),
        )
        return (
            ",\n    ".join(string_literal(text) for text in texts)
            + f",\n    Protocol::{PROTOCOLS[meta['protocol']]},\n    kPool, kShapes, kMembers, kOperations, kEnums, kErrors, "
            + f"{len(self.shapes)}, {len(self.operations)}"
        )


def array(kind, name, rows):
    body = ",\n    ".join(rows) if rows else "{}"
    return f"constexpr {kind} {name}[] = {{\n    {body}}};\n"


def write_tables(service):
    tables = Tables(service)
    pool = "\n    ".join(string_literal(text) for text in tables.pool.texts) or '""'
    return "\n".join((
        header(service.name) + '#include "aws/model_tables.h"\n',
        "namespace sagebrush::aws::tables {\nnamespace {\n",
        f"constexpr char kPool[] =\n    {pool};\n",
        array("ShapeRow", "kShapes", tables.shapes),
        array("MemberRow", "kMembers", tables.members),
        array("OperationRow", "kOperations", tables.operations),
        array("Text", "kEnums", tables.enums),
        array("std::uint16_t", "kErrors", tables.errors),
        "}  // namespace\n",
        f"extern const ServiceRow k_{namespace(service.name)};",
        f"constinit const ServiceRow k_{namespace(service.name)} = {{\n    {tables.service_row()}}};\n",
        "}  // namespace sagebrush::aws::tables\n",
    ))


def write_service_list(services):
    names = [namespace(service.name) for service in services]
    externs = "".join(f"extern const ServiceRow k_{name};\n" for name in names)
    rows = ", ".join(f"&tables::k_{name}" for name in names)
    return (
        header("all services") + '#include "aws/registry.h"\n\n'
        f"namespace sagebrush::aws {{\nnamespace tables {{\n{externs}}}  // namespace tables\n\n"
        "std::span<const tables::ServiceRow* const> service_rows() {\n"
        f"  static constexpr const tables::ServiceRow* kRows[] = {{{rows}}};\n"
        "  return kRows;\n}\n\n}  // namespace sagebrush::aws\n"
    )
