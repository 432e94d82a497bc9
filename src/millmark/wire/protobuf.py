"""The protobuf wire format (protobuf.dev, "Encoding"): varints, fixed-width numbers and length-delimited fields."""

from __future__ import annotations

from enum import IntEnum

from millmark.wire.errors import PayloadError

_MAX_VARINT_BYTES = 10
_MASK_64 = (1 << 64) - 1


class WireType(IntEnum):
    VARINT = 0
    FIXED64 = 1
    LENGTH_DELIMITED = 2
    FIXED32 = 5


_GROUP_START, _GROUP_END = 3, 4


def read_varint(data: bytes, position: int, end: int) -> tuple[int, int]:
    """(value as unsigned 64 bits, position behind it). A negative number comes as its two's complement."""
    result = shift = 0
    start = position
    while position < end:
        byte = data[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result & _MASK_64, position
        shift += 7
        if position - start == _MAX_VARINT_BYTES:
            raise PayloadError("protobuf", start, "a varint takes more than ten bytes")
    raise PayloadError("protobuf", start, "the data end inside a varint")


def read_span(data: bytes, position: int, end: int) -> tuple[int, int]:
    """(start, end) of a length-delimited field's content; the end is also where the next field begins."""
    length, start = read_varint(data, position, end)
    if length > end - start:
        raise PayloadError(
            "protobuf", position, f"a field of {length} bytes stands where only {end - start} bytes are left"
        )
    return start, start + length


def skip_field(data: bytes, position: int, end: int, wire_type: int) -> int:
    """The position behind a field that is not needed."""
    if wire_type == WireType.VARINT:
        return read_varint(data, position, end)[1]
    if wire_type == WireType.LENGTH_DELIMITED:
        return read_span(data, position, end)[1]
    if wire_type in (WireType.FIXED32, WireType.FIXED64):
        width = 8 if wire_type == WireType.FIXED64 else 4
        if position + width > end:
            raise PayloadError("protobuf", position, "the data end inside a fixed-width number")
        return position + width
    kind = "a deprecated group" if wire_type in (_GROUP_START, _GROUP_END) else f"wire type {wire_type}"
    raise PayloadError("protobuf", position, f"{kind} cannot be read")


def varint(value: int) -> bytes:
    """An unsigned or negative (two's complement, ten bytes) number."""
    value &= _MASK_64
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def varint_field(number: int, value: int) -> bytes:
    return varint(number << 3 | WireType.VARINT) + varint(value)


def bytes_field(number: int, value: bytes) -> bytes:
    return varint(number << 3 | WireType.LENGTH_DELIMITED) + varint(len(value)) + value
