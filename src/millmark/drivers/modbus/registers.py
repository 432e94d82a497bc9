"""From registers to values: widths, orders, scale (Modbus Application Protocol V1.1b3; orders are each maker's own)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from millmark.drivers.config import ModbusRegister, Order, RegisterType
from millmark.drivers.errors import DriverError

_FORMATS: Final = {
    RegisterType.INT16: ">h",
    RegisterType.UINT16: ">H",
    RegisterType.INT32: ">i",
    RegisterType.UINT32: ">I",
    RegisterType.INT64: ">q",
    RegisterType.UINT64: ">Q",
    RegisterType.FLOAT32: ">f",
    RegisterType.FLOAT64: ">d",
}


class UnreadableRegisters(DriverError):
    """The registers cannot be the value the map declares."""


def decode(register: ModbusRegister, words: Sequence[int]) -> float | str:
    """The value in `words`, the register's own registers in the order of their addresses (one bit for bit tables).

    Numbers are raw * scale + offset. Raises `UnreadableRegisters`.
    """
    if register.kind.is_bits:
        return float(bool(words[0]))
    data = in_order(words, register.byte_order, register.word_order)
    match register.type:
        case RegisterType.BOOL:
            return float(any(data))
        case RegisterType.BIT:
            return float(int.from_bytes(data, "big") >> (register.bit or 0) & 1)
        case RegisterType.STRING:
            return _text(register, data)
        case _:
            (raw,) = struct.unpack(_FORMATS[register.type], data)
            return scaled(raw, register.scale) + register.offset


def in_order(words: Sequence[int], byte_order: Order, word_order: Order) -> bytes:
    """The words' bytes, most significant first, whatever order the device keeps them in."""
    ordered = words if word_order is Order.BIG else words[::-1]
    return struct.pack(f"{'>' if byte_order is Order.BIG else '<'}{len(ordered)}H", *ordered)


def scaled(raw: float, scale: float) -> float:
    """raw * scale; by division where the scale is 1/n, since 2305 / 10 is 230.5 and 2305 * 0.1 is not."""
    if scale == 1.0:
        return float(raw)
    divisor = round(1 / scale) if 0 < abs(scale) < 1 else 0
    return raw / divisor if divisor and 1 / divisor == scale else raw * scale


def _text(register: ModbusRegister, data: bytes) -> str:
    try:
        return data.split(b"\x00", 1)[0].decode("utf-8").rstrip()
    except UnicodeDecodeError as error:
        raise UnreadableRegisters(
            f"{register.name}: the registers from {register.address} hold no text: {data.hex(' ')}"
        ) from error
