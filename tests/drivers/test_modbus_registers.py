"""Golden registers: what each order of a known value looks like on the wire, and what it must read as."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from millmark.drivers.config import ModbusRegister, Order, RegisterKind, RegisterType
from millmark.drivers.modbus.registers import UnreadableRegisters, decode, scaled
from millmark.model import DataType

# A busy computer is slow, not wrong.
unhurried = hypothesis_settings(deadline=None)

BIG, LITTLE = Order.BIG, Order.LITTLE


def register(kind: RegisterType, **more: object) -> ModbusRegister:
    return ModbusRegister.model_validate({"metric": "m", "address": 0, "type": kind, **more})


# 0x12345678 as float32 bytes 42 F6 E9 79 is 123.456; letters ABCD are the bytes from the most significant on.
@pytest.mark.parametrize(
    ("byte_order", "word_order", "words"),
    [
        (BIG, BIG, [0x42F6, 0xE979]),  # ABCD
        (BIG, LITTLE, [0xE979, 0x42F6]),  # CDAB
        (LITTLE, BIG, [0xF642, 0x79E9]),  # BADC
        (LITTLE, LITTLE, [0x79E9, 0xF642]),  # DCBA
    ],
)
def test_float32_in_every_order(byte_order: Order, word_order: Order, words: list[int]) -> None:
    tag = register(RegisterType.FLOAT32, byte_order=byte_order, word_order=word_order)
    assert decode(tag, words) == pytest.approx(123.456, abs=1e-5)


@pytest.mark.parametrize(
    ("byte_order", "word_order", "words"),
    [
        (BIG, BIG, [0x0123, 0x4567, 0x89AB, 0xCDEF]),
        (BIG, LITTLE, [0xCDEF, 0x89AB, 0x4567, 0x0123]),
        (LITTLE, BIG, [0x2301, 0x6745, 0xAB89, 0xEFCD]),
        (LITTLE, LITTLE, [0xEFCD, 0xAB89, 0x6745, 0x2301]),
    ],
)
def test_uint64_in_every_order(byte_order: Order, word_order: Order, words: list[int]) -> None:
    tag = register(RegisterType.UINT64, byte_order=byte_order, word_order=word_order)
    assert decode(tag, words) == float(0x0123456789ABCDEF)


@pytest.mark.parametrize(
    ("kind", "words", "value"),
    [
        (RegisterType.INT16, [0xFFF4], -12),
        (RegisterType.UINT16, [0xFFF4], 65524),
        (RegisterType.INT32, [0xFFFF, 0xFFF4], -12),
        (RegisterType.UINT32, [0xFFFF, 0xFFF4], 4294967284),
        (RegisterType.INT64, [0xFFFF, 0xFFFF, 0xFFFF, 0xFFF4], -12),
        (RegisterType.FLOAT64, [0x405E, 0xDD2F, 0x1A9F, 0xBE77], 123.456),
        (RegisterType.BOOL, [0], 0),
        (RegisterType.BOOL, [2], 1),
    ],
)
def test_every_type_reads_as_itself(kind: RegisterType, words: list[int], value: float) -> None:
    assert decode(register(kind), words) == pytest.approx(value)


@pytest.mark.parametrize(("bit", "value"), [(0, 1.0), (1, 0.0), (9, 1.0), (15, 0.0)])
def test_a_bit_is_counted_from_the_least_significant(bit: int, value: float) -> None:
    assert decode(register(RegisterType.BIT, bit=bit), [0b0000_0010_0000_0001]) == value


def test_a_coil_is_one_bit() -> None:
    coil = ModbusRegister(metric="m", address=3, kind=RegisterKind.COIL, type=RegisterType.BOOL)
    assert [decode(coil, [0]), decode(coil, [1])] == [0.0, 1.0]


def text(**more: object) -> ModbusRegister:
    return register(RegisterType.STRING, length=4, data_type=DataType.TEXT, **more)


def test_a_text_ends_at_its_first_zero() -> None:
    assert decode(text(), [0x4142, 0x4320, 0x0058, 0x5858]) == "ABC"
    assert decode(text(byte_order=LITTLE), [0x4241, 0x2043, 0x0000, 0x0000]) == "ABC"


def test_registers_that_hold_no_text_say_so() -> None:
    with pytest.raises(UnreadableRegisters, match="hold no text"):
        decode(text(), [0xFFFE, 0xFFFE, 0xFFFE, 0xFFFE])


def test_scale_and_offset() -> None:
    assert decode(register(RegisterType.INT16, scale=0.1, offset=-40.0), [2305]) == 190.5


def test_a_decimal_scale_gives_the_decimal_number() -> None:
    assert 1003 * 0.1 != 100.3
    assert scaled(1003, 0.1) == 100.3
    assert scaled(7, 2.5) == 17.5


@unhurried
@given(st.floats(width=32, allow_nan=False), st.sampled_from(Order), st.sampled_from(Order))
def test_what_a_device_encodes_is_what_is_read(value: float, byte_order: Order, word_order: Order) -> None:
    words = list(struct.unpack(">2H", struct.pack(">f", value)))
    if byte_order is LITTLE:
        words = [int.from_bytes(word.to_bytes(2, "big"), "little") for word in words]
    if word_order is LITTLE:
        words.reverse()
    assert decode(register(RegisterType.FLOAT32, byte_order=byte_order, word_order=word_order), words) == value
