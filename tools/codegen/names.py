"""C++ names for AWS names."""

import re

KEYWORDS = frozenset(
    """alignas alignof and asm auto bool break case catch char class const constexpr continue
    default delete do double else enum explicit export extern false float for friend goto if inline int
    long mutable namespace new not nullptr operator or private protected public register return short
    signed sizeof static struct switch template this throw true try typedef typename union unsigned
    using virtual void volatile while xor""".split()
)
# Members of aws::JsonShape and of every generated class.
TAKEN = frozenset(("json", "take", "has", "from_json", "object_"))
# Names of ours that a using-declaration in a handler's namespace would hide.
OURS = frozenset(("Call", "Clock", "Error", "ErrorKind", "FakeClock", "File", "Hasher", "House", "Time"))


def snake_case(name):
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name.replace("-", "_"))
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


def namespace(service):
    return service.replace("-", "_")


def identifier(name):
    """A member's name as AWS has it, with '_' for what C++ can't take."""
    return re.sub(r"\W", "_", name)


def getter(name, class_name):
    name = identifier(name)
    return name + "_" if name in KEYWORDS or name in TAKEN or name == class_name else name


def string_literal(text):
    """A C++ literal of the text's UTF-8 bytes. Octal escapes end after three digits, so nothing after them is swallowed."""
    parts = []
    for byte in text.encode():
        char = chr(byte)
        if char in '"\\?':
            parts.append("\\" + char)
        elif 32 <= byte < 127:
            parts.append(char)
        else:
            parts.append(f"\\{byte:03o}")
    return '"' + "".join(parts) + '"'
