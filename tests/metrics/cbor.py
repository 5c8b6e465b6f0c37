"""As much CBOR as RPC v2 needs, written apart from the server's."""

import struct


def encode(value):
    if value is True or value is False:
        return b"\xf5" if value else b"\xf4"
    if value is None:
        return b"\xf6"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(encode, value))
    if isinstance(value, Time):
        return b"\xc1" + encode(float(value.seconds))
    return head(5, len(value)) + b"".join(encode(k) + encode(v) for k, v in value.items())


class Time:
    def __init__(self, seconds):
        self.seconds = seconds


def head(major, number):
    for code, form in ((24, ">B"), (25, ">H"), (26, ">I"), (27, ">Q")):
        if number < 24:
            return bytes([major << 5 | number])
        if number < 1 << (8 << (code - 24)):
            return bytes([major << 5 | code]) + struct.pack(form, number)
    raise ValueError(number)


def decode(data):
    value, rest = item(data)
    assert not rest, rest
    return value


def item(data):
    major, info, data = data[0] >> 5, data[0] & 31, data[1:]
    number = info
    if info in (24, 25, 26, 27):
        size = 1 << (info - 24)
        if major == 7:
            return struct.unpack({2: ">e", 4: ">f", 8: ">d"}[size], data[:size])[0], data[size:]
        number, data = int.from_bytes(data[:size], "big"), data[size:]
    if major == 0:
        return number, data
    if major == 1:
        return -1 - number, data
    if major in (2, 3):
        piece = data[:number]
        return (piece if major == 2 else piece.decode()), data[number:]
    if major == 4:
        found = []
        for _ in range(number):
            value, data = item(data)
            found.append(value)
        return found, data
    if major == 5:
        found = {}
        for _ in range(number):
            key, data = item(data)
            found[key], data = item(data)
        return found, data
    if major == 6:
        return item(data)
    return {20: False, 21: True, 22: None}[info], data
