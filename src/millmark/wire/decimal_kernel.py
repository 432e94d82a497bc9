"""Decimal digits -> the nearest 64-bit float, without the interpreter.

Small numbers are exact by one multiplication or division (W. D. Clinger, "How to read floating point numbers
accurately", PLDI 1990). The others go by a 128-bit product with a power of five (D. Lemire, "Number parsing at a
gigabyte per second", Software: Practice and Experience 51, 2021, clause 5). What neither decides, subnormal and
infinite values among it, is left to the caller.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from millmark.model.batch import F64
from millmark.model.compiled import compiled

LEAST_POWER, MOST_POWER = -342, 308
"""Powers of ten beyond which every number of at most 19 digits is zero or infinite."""

_EXACT_POWERS = 22
_POWERS_OF_TEN = np.array([10.0**power for power in range(_EXACT_POWERS + 1)])
_MASK_32 = np.uint64(0xFFFFFFFF)
_ALL_ONES = np.uint64(0xFFFFFFFFFFFFFFFF)


def _powers_of_five() -> NDArray[np.uint64]:
    """The 128 leading bits of each power of five, high half then low half, as Lemire's paper sets them up."""
    rows = []
    for power in range(LEAST_POWER, MOST_POWER + 1):
        if power < 0:
            five = 5**-power
            shift = (five - 1).bit_length()
            bits = (1 << (shift + 127 if power >= -27 else 2 * shift + 128)) // five + 1
            bits >>= max(bits.bit_length() - 128, 0)
        else:
            five = 5**power
            bits = five << 128 - five.bit_length() if five.bit_length() <= 128 else five >> five.bit_length() - 128
        rows.append((bits >> 64, bits & ((1 << 64) - 1)))
    return np.array(rows, np.uint64)


_FIVES = _powers_of_five()


@compiled
def _high_and_low(first: np.uint64, second: np.uint64) -> tuple[np.uint64, np.uint64]:
    """The 128-bit product."""
    a, b = first >> np.uint64(32), first & _MASK_32
    c, d = second >> np.uint64(32), second & _MASK_32
    middle = b * c
    low = b * d
    cross = (low >> np.uint64(32)) + (middle & _MASK_32) + a * d
    return a * c + (middle >> np.uint64(32)) + (cross >> np.uint64(32)), first * second


@compiled
def _leading_zeros(number: np.uint64) -> int:
    zeros = 0
    for step in (32, 16, 8, 4, 2, 1):
        if number >> np.uint64(64 - step) == np.uint64(0):
            zeros += step
            number = number << np.uint64(step)
    return zeros


@compiled
def write_float(
    digits: np.uint64, power: int, is_negative: bool, values: F64, bits: NDArray[np.uint64], row: int
) -> bool:
    """Writes ±`digits` · 10^`power` into `values[row]`; returns whether it could.

    `bits` is the memory of `values` seen as unsigned integers.
    """
    if digits <= np.uint64(1 << 53) and -_EXACT_POWERS <= power <= _EXACT_POWERS:
        value = np.float64(digits)
        value = value * _POWERS_OF_TEN[power] if power >= 0 else value / _POWERS_OF_TEN[-power]
        values[row] = -value if is_negative else value
        return True
    if digits == np.uint64(0):
        values[row] = -0.0 if is_negative else 0.0
        return True
    if power < LEAST_POWER or power > MOST_POWER:
        return False
    zeros = _leading_zeros(digits)
    normal = digits << np.uint64(zeros)
    entry = power - LEAST_POWER
    high, low = _high_and_low(normal, _FIVES[entry, 0])
    if high & np.uint64(0x1FF) == np.uint64(0x1FF):
        more, _ = _high_and_low(normal, _FIVES[entry, 1])
        low = low + more
        if more > low:
            high += np.uint64(1)
    if low == _ALL_ONES and not -27 <= power <= 55:
        return False
    upper = high >> np.uint64(63)
    shift = upper + np.uint64(9)
    mantissa = high >> shift
    exponent = ((217_706 * power) >> 16) + 63 + int(upper) - zeros + 1023
    if exponent <= 0:
        return False
    is_half_way = low <= np.uint64(1) and -4 <= power <= 23 and mantissa & np.uint64(3) == np.uint64(1)
    if is_half_way and mantissa << shift == high:
        mantissa = mantissa & ~np.uint64(1)
    mantissa = (mantissa + (mantissa & np.uint64(1))) >> np.uint64(1)
    if mantissa >= np.uint64(1 << 53):
        mantissa = np.uint64(1 << 52)
        exponent += 1
    if exponent >= 0x7FF:
        return False
    sign = np.uint64(1 << 63) if is_negative else np.uint64(0)
    bits[row] = (mantissa & ~np.uint64(1 << 52)) | (np.uint64(exponent) << np.uint64(52)) | sign
    return True
