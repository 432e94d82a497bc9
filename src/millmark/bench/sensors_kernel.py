"""Sensors that wander, as a compiled pass over messages: each message is a template, patched where it changes.

A sensor's values are a random walk between 10.000 and 99.999 in steps of thousandths, so every value has three decimals
and six characters, and each form of message keeps its length. A sensor's walk depends on its seed alone, so whoever
reads the values back can walk it again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from millmark.model.batch import F64, I64, U8
from millmark.model.compiled import compiled

PACKET_ID, TIME_VARINT, TIME_DIGITS, VALUE_DOUBLE, VALUE_DECIMAL, SEQ = range(6)
"""What stands at a patched position; a value's patch also names which of the message's values."""

NEXT_MESSAGE, SKIPPED = 0, 1
LOWEST, HIGHEST = 10_000, 99_999
_PACKET_IDS = 65_535
_SEQS = 256

U64 = np.uint64
_7, _13, _17, _40 = U64(7), U64(13), U64(17), U64(40)
_STEPS = U64(201)
_LOW_7, _HIGH_BIT = U64(0x7F), U64(0x80)


@compiled
def _walk(levels: I64, states: NDArray[np.uint64], sensor: int) -> int:
    """The sensor's next value in thousandths."""
    state = states[sensor]
    state ^= state << _13
    state ^= state >> _7
    state ^= state << _17
    states[sensor] = state
    level: int = levels[sensor] + np.int64((state >> _40) % _STEPS) - 100
    if level < LOWEST:
        level = 2 * LOWEST - level
    elif level > HIGHEST:
        level = 2 * HIGHEST - level
    levels[sensor] = level
    return level


@compiled
def _put_digits(out: U8, at: int, number: int, digits: int) -> None:
    for place in range(at + digits - 1, at - 1, -1):
        rest = number // 10
        out[place] = 48 + number - rest * 10
        number = rest


@compiled
def fill(
    out: U8,
    count: int,
    pool: U8,
    bounds: I64,
    patches: I64,
    patch_bounds: I64,
    variants: int,
    values_each: int,
    levels: I64,
    states: NDArray[np.uint64],
    start_ms: int,
    period_ms: int,
    counters: I64,
) -> int:
    """Writes the next `count` messages into `out` and returns their bytes.

    Messages take turns over the senders; a turn is one step of time. `pool[bounds[t]:bounds[t + 1]]` is template t, of
    which each sender has `variants` (Sparkplug: one for sequence numbers below 128, one for those above, a byte
    longer). `patches[patch_bounds[t]:patch_bounds[t + 1]]` are its (position, kind, which value). `counters` holds the
    next message's number and how many sequence numbers went to births.
    """
    senders = (len(bounds) - 1) // variants
    bits = np.empty(values_each, np.float64)
    thousandths = np.empty(values_each, np.int64)
    words = bits.view(np.uint64)
    at = 0
    number = counters[NEXT_MESSAGE]
    for _ in range(count):
        sender = number % senders
        time_ms = start_ms + (number // senders) * period_ms
        seq = (number + counters[SKIPPED]) % _SEQS
        packet_id = number % _PACKET_IDS + 1
        for value in range(values_each):
            thousandths[value] = _walk(levels, states, sender * values_each + value)
            bits[value] = thousandths[value] / 1000.0
        template = sender * variants
        if variants > 1 and seq > 127:
            template += 1
        start = bounds[template]
        length = bounds[template + 1] - start
        out[at : at + length] = pool[start : start + length]
        for patch in range(patch_bounds[template], patch_bounds[template + 1]):
            place = at + patches[patch, 0]
            kind = patches[patch, 1]
            if kind == VALUE_DOUBLE:
                word = words[patches[patch, 2]]
                for byte in range(8):
                    out[place + byte] = word & U64(255)
                    word >>= U64(8)
            elif kind == TIME_VARINT:
                rest = U64(time_ms)
                for byte in range(5):
                    out[place + byte] = rest & _LOW_7 | _HIGH_BIT
                    rest >>= _7
                out[place + 5] = rest
            elif kind == VALUE_DECIMAL:
                thousandth = thousandths[patches[patch, 2]]
                whole = thousandth // 1000
                _put_digits(out, place, whole, 2)
                _put_digits(out, place + 3, thousandth - whole * 1000, 3)
            elif kind == TIME_DIGITS:
                _put_digits(out, place, time_ms, 13)
            elif kind == PACKET_ID:
                out[place] = packet_id >> 8
                out[place + 1] = packet_id & 255
            elif kind == SEQ:
                out[place] = seq & 127 | (128 if seq > 127 else 0)
                if seq > 127:
                    out[place + 1] = 1
        at += length
        number += 1
    counters[NEXT_MESSAGE] = number
    return at


@compiled
def walked(levels: I64, states: NDArray[np.uint64], sensor: int, values: F64) -> None:
    """Writes the next values of one sensor, as they were sent."""
    for place in range(len(values)):
        values[place] = _walk(levels, states, sensor) / 1000.0


@compiled
def read_pubacks(received: U8, size: int, expected_id: int) -> int:
    """How many whole PUBACKs stand at the front, each for the message after the one before; -1 for anything else."""
    count = size // 4
    for place in range(count):
        at = place * 4
        if received[at] != 0x40 or received[at + 1] != 2:
            return -1
        if (received[at + 2] << 8 | received[at + 3]) != expected_id:
            return -1
        expected_id = expected_id % _PACKET_IDS + 1
    return count
