"""Writes messages of `docs/protocol.md`, as a program of one's own would: whole ones, of any size."""

import struct
import time


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7f | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def zigzag(number):
    return varint((number << 1) ^ (number >> 63) if number >= 0 else (-number << 1) - 1)


def string(text):
    return varint(len(text.encode())) + text.encode()


def frame(message):
    """A message as it is, without compression."""
    return b"\0" + varint(len(message)) + message


def cursor(scope, seq=0, mark=0):
    return string(scope) + zigzag(seq) + struct.pack(">Q", mark)


def creations(kind, fields, records, device):
    """A changeset of new records, each an id and its texts in the order of the fields."""
    count = len(records)
    clock = int(time.time() * 1_000) << 16
    group = string(kind) + varint(count) + bytes([0x11]) * count + zigzag(0) * count
    group += b"".join(id for id, _ in records)
    group += zigzag(clock) + zigzag(0) * (count - 1) + varint(device) * count
    group += varint(len(fields))
    for position, field in enumerate(fields):
        texts = [values[position].encode() for _, values in records]
        # All have the field, with the record's stamp, and its writer saw nothing there.
        group += string(field) + bytes([1, 0, 0]) + bytes([3]) * count
        group += b"".join(varint(len(text)) for text in texts) + b"".join(texts)
    return b"\1" + varint(1) + group


def request(push=b"\1\0", budget=3 << 20):
    """One of a device that holds nothing yet and has the newest schema."""
    message = b"\1" + zigzag(int(time.time() * 1_000)) + zigzag(0) + varint(1_000) + string("attack")
    message += zigzag(-1) + zigzag(0) + varint(0) + varint(budget) + varint(0) + varint(0)
    return frame(message + varint(0) + push)


def repair(scope):
    """Asks what the hub holds of a whole scope."""
    return frame(b"\1" + cursor(scope) + varint(1) + b"\0\0" + varint(0) + varint(0) + b"\1\0")
