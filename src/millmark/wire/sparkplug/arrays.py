"""Array data types: packed little-endian numbers in the field for bytes (Sparkplug 3.0, clause 6.4.17)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from millmark.wire.sparkplug.datatypes import MistypedValue, SparkplugType, type_name

Element: TypeAlias = int | float | bool | str | None

_NUMBERS: dict[int, np.dtype[np.generic]] = {
    SparkplugType.INT8_ARRAY: np.dtype("<i1"),
    SparkplugType.INT16_ARRAY: np.dtype("<i2"),
    SparkplugType.INT32_ARRAY: np.dtype("<i4"),
    SparkplugType.INT64_ARRAY: np.dtype("<i8"),
    SparkplugType.UINT8_ARRAY: np.dtype("<u1"),
    SparkplugType.UINT16_ARRAY: np.dtype("<u2"),
    SparkplugType.UINT32_ARRAY: np.dtype("<u4"),
    SparkplugType.UINT64_ARRAY: np.dtype("<u8"),
    SparkplugType.FLOAT_ARRAY: np.dtype("<f4"),
    SparkplugType.DOUBLE_ARRAY: np.dtype("<f8"),
    SparkplugType.DATE_TIME_ARRAY: np.dtype("<u8"),
}
_COUNT_BYTES = 4


def is_array(datatype: int) -> bool:
    return SparkplugType.INT8_ARRAY <= datatype <= SparkplugType.DATE_TIME_ARRAY


def read_array(datatype: int, data: bytes) -> list[Element]:
    """The elements; a floating-point element that is no finite number is None. Raises `MistypedValue`."""
    if datatype == SparkplugType.BOOLEAN_ARRAY:
        return list(_read_booleans(data))
    if datatype == SparkplugType.STRING_ARRAY:
        return list(_read_strings(data))
    kind = _NUMBERS[datatype]
    if len(data) % kind.itemsize:
        raise MistypedValue(
            f"{len(data)} bytes are no whole number of elements of {kind.itemsize} bytes each ({type_name(datatype)})"
        )
    elements = np.frombuffer(data, kind).tolist()
    if kind.kind == "f":
        return [value if math.isfinite(value) else None for value in elements]
    return list(elements)


def array_bytes(datatype: SparkplugType, elements: Sequence[Element]) -> bytes:
    """The packed form of the elements; raises `MistypedValue` for one that does not fit."""
    if datatype == SparkplugType.BOOLEAN_ARRAY:
        bits = np.packbits(np.array([_checked_boolean(element) for element in elements], np.bool_))
        return len(elements).to_bytes(_COUNT_BYTES, "little") + bits.tobytes()
    if datatype == SparkplugType.STRING_ARRAY:
        return b"".join(_checked_text(element).encode("utf-8") + b"\0" for element in elements)
    kind = _NUMBERS.get(datatype)
    if kind is None:
        raise MistypedValue(f"{type_name(datatype)} is no array")
    if kind.kind == "f":
        numbers = np.array([np.nan if element is None else element for element in elements], kind)
    else:
        low, high = _limits(kind)
        for element in elements:
            if isinstance(element, bool) or not isinstance(element, int) or not low <= element < high:
                raise MistypedValue(f"{element!r} is no element of {type_name(datatype)}")
        numbers = np.array(elements, kind)
    return numbers.tobytes()


def _read_booleans(data: bytes) -> Sequence[bool]:
    """A count of four bytes, then one bit each, the highest bit of each byte first."""
    count = int.from_bytes(data[:_COUNT_BYTES], "little")
    packed = data[_COUNT_BYTES:]
    if len(data) < _COUNT_BYTES or len(packed) != -(-count // 8):
        raise MistypedValue(f"{len(data)} bytes do not hold a count of booleans and as many bits")
    bits: list[bool] = np.unpackbits(np.frombuffer(packed, np.uint8), count=count).astype(np.bool_).tolist()
    return bits


def _read_strings(data: bytes) -> Sequence[str]:
    """Each text ends with a zero byte; the last one's is missed out by some encoders."""
    try:
        texts = data.decode("utf-8").split("\0")
    except UnicodeDecodeError as error:
        raise MistypedValue("an element of the array of texts is not UTF-8") from error
    return texts if texts[-1] else texts[:-1]


def _limits(kind: np.dtype[np.generic]) -> tuple[int, int]:
    bits = kind.itemsize * 8
    return (-(1 << bits - 1), 1 << bits - 1) if kind.kind == "i" else (0, 1 << bits)


def _checked_boolean(element: Element) -> bool:
    if not isinstance(element, bool):
        raise MistypedValue(f"{element!r} is no boolean")
    return element


def _checked_text(element: Element) -> str:
    if not isinstance(element, str) or "\0" in element:
        raise MistypedValue(f"{element!r} cannot stand in an array of texts")
    return element
