"""One compiled pass over a body of line protocol: plain lines -> rows, everything else named for the slow reader.

A line is plain when no blank stands in it but the two that separate, no quote but around a text, no backslash but
before what it escapes, and only numbers that `write_float` decides. What a line means is told in `line_protocol`;
this pass only ever agrees with it.

A series is recognised by the bytes of its key (measurement, tags, field), looked up by hash and compared whole. What is
not known is entered in the next slot, so only the first line of a series costs more than a look.

Decimal digits become the nearest 64-bit float without the interpreter: small numbers exactly, by one multiplication or
division (W. D. Clinger, "How to read floating point numbers accurately", PLDI 1990), the others by a 128-bit product
with a power of five (D. Lemire, "Number parsing at a gigabyte per second", Software: Practice and Experience 51, 2021,
clause 5). What neither decides, subnormal and infinite values among it, is left to the caller.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from millmark.model.batch import F64, I32, I64, U8
from millmark.model.compiled import compiled

NOT_SEEN, FLOATING, WHOLE, TRUTH, TEXT = 0, 1, 2, 3, 4
"""What a value was written as."""

KEY_START, KEY_SPLIT, KEY_END, KEY_KIND = 0, 1, 2, 3
KEY_COLUMNS = 4
"""Of a slot: where its key stands in the arena, where the field's name begins in it, its end, and what the first value
was written as."""

ODD_START, ODD_END, ODD_NUMBER = 0, 1, 2
ODD_COLUMNS = 3

TEXT_START, TEXT_END, TEXT_IS_ESCAPED = 0, 1, 2
TEXT_COLUMNS = 3

(AT, NUMBER, ROWS, TEXTS, ODDS, SLOTS, ARENA_END, OUTCOME) = range(8)
STATE_COLUMNS = 8
"""What goes in and comes out: where to go on, the number of that line, and how far each table is filled."""

DONE, MORE_ROOM = 0, 1

_BACKSLASH, _NEWLINE, _RETURN, _SPACE, _TAB, _COMMA, _EQUALS, _QUOTE, _HASH = 92, 10, 13, 32, 9, 44, 61, 34, 35
_MINUS, _PLUS, _DOT, _ZERO, _NINE = 45, 43, 46, 48, 57
_OFFSET, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_MOST_DIGITS = 19
_EARLIEST_ROOM = 2


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


@compiled
def end_of_line(body: U8, start: int, size: int) -> int:
    """`line_protocol.end_of_line`."""
    at, in_fields, quoted, equals, commas = start, False, False, 0, 0
    if at < size and body[at] == _HASH:
        while at < size and body[at] != _NEWLINE:
            at += 1
        return at
    while at < size:
        byte = body[at]
        if byte == _BACKSLASH:
            at += 2
            continue
        if byte == _NEWLINE and not quoted:
            return at
        if in_fields and byte == _QUOTE and (quoted or equals > commas):
            quoted = not quoted
        elif not quoted:
            in_fields = in_fields or byte == _SPACE
            if in_fields and byte == _EQUALS:
                equals += 1
            if in_fields and byte == _COMMA:
                commas += 1
        at += 1
    return size


@compiled
def _ends_line(body: U8, at: int, size: int) -> bool:
    if at >= size or body[at] == _NEWLINE:
        return True
    return bool(body[at] == _RETURN and (at + 1 >= size or body[at + 1] == _NEWLINE))


@compiled
def _ends_value(body: U8, at: int, size: int) -> bool:
    return _ends_line(body, at, size) or body[at] == _COMMA or body[at] == _SPACE


@compiled
def _may_be_escaped(byte: int) -> bool:
    return byte in (_COMMA, _EQUALS, _SPACE)


@compiled
def _truth(body: U8, at: int, size: int) -> tuple[int, bool]:
    """Where a truth value ends, -1 when there is none, and what it says."""
    first = body[at]
    says = first == 116 or first == 84
    if not says and first != 102 and first != 70:
        return -1, False
    if _ends_value(body, at + 1, size):
        return at + 1, says
    length = 4 if says else 5
    if at + length > size or not _ends_value(body, at + length, size):
        return -1, False
    rest = b"true" if says else b"false"
    small, large = True, True
    for index in range(1, length):
        byte = body[at + index]
        small = small and byte == rest[index]
        large = large and byte == rest[index] - 32
    is_upper = first < 97
    return (at + length, says) if small or (large and is_upper) else (-1, False)


@compiled
def _number(body: U8, at: int, size: int, values: F64, bits: NDArray[np.uint64], row: int) -> tuple[int, int]:
    """Writes a number; returns where it ends (-1: not decided here) and what it was written as."""
    is_negative = body[at] == _MINUS
    is_signed = is_negative or body[at] == _PLUS
    if is_signed:
        at += 1
    digits, count, power, seen, after_dot = np.uint64(0), 0, 0, 0, False
    while at < size:
        byte = body[at]
        if _ZERO <= byte <= _NINE:
            digits = digits * np.uint64(10) + np.uint64(byte - _ZERO)
            seen += 1
            if count or byte != _ZERO:
                count += 1
            if after_dot:
                power -= 1
        elif byte == _DOT and not after_dot:
            after_dot = True
        else:
            break
        at += 1
    if not seen or count > _MOST_DIGITS:
        return -1, FLOATING
    kind = FLOATING
    if at < size and not after_dot and (body[at] == 105 or body[at] == 117):
        # Beyond these bounds the ranges of 64 bits begin to matter.
        if count == _MOST_DIGITS or (body[at] == 117 and is_negative):
            return -1, FLOATING
        kind = WHOLE
        is_negative = is_negative and digits != np.uint64(0)
        at += 1
    elif at < size and (body[at] == 101 or body[at] == 69):
        at += 1
        down = at < size and body[at] == _MINUS
        if down or (at < size and body[at] == _PLUS):
            at += 1
        exponent, given = 0, 0
        while at < size and _ZERO <= body[at] <= _NINE and given < 5:
            exponent = exponent * 10 + (body[at] - _ZERO)
            given += 1
            at += 1
        if not given:
            return -1, FLOATING
        power += -exponent if down else exponent
    if not _ends_value(body, at, size) or not write_float(digits, power, is_negative, values, bits, row):
        return -1, FLOATING
    return at, kind


@compiled
def _time_us(body: U8, at: int, size: int, multiply: int, divide: int, latest: int) -> tuple[int, int]:
    """Where the time ends (-1: not decided here), and the time."""
    start, time = at, 0
    while at < size and _ZERO <= body[at] <= _NINE and at - start < _MOST_DIGITS - 1 + (divide > 1):
        time = time * 10 + (body[at] - _ZERO)
        at += 1
    if at == start or time < 0 or time > latest:
        return -1, 0
    return at, time * multiply // divide


@compiled
def _word(memory: U8, at: np.uint64) -> np.uint64:
    """Eight bytes; unsigned positions let the compiler make one load of them."""
    return (
        np.uint64(memory[at])
        | np.uint64(memory[at + np.uint64(1)]) << np.uint64(8)
        | np.uint64(memory[at + np.uint64(2)]) << np.uint64(16)
        | np.uint64(memory[at + np.uint64(3)]) << np.uint64(24)
        | np.uint64(memory[at + np.uint64(4)]) << np.uint64(32)
        | np.uint64(memory[at + np.uint64(5)]) << np.uint64(40)
        | np.uint64(memory[at + np.uint64(6)]) << np.uint64(48)
        | np.uint64(memory[at + np.uint64(7)]) << np.uint64(56)
    )


@compiled
def _digest(body: U8, start: int, end: int, digest: np.uint64) -> np.uint64:
    """FNV-1a over words of eight bytes, folded so that the low bits depend on all."""
    at = start
    while at + 8 <= end:
        digest = (digest ^ _word(body, np.uint64(at))) * _PRIME
        digest ^= digest >> np.uint64(29)
        at += 8
    while at < end:
        digest = (digest ^ np.uint64(body[at])) * _PRIME
        at += 1
    return digest ^ (digest >> np.uint64(32))


@compiled
def _same(one: U8, at: int, other: U8, there: int, length: int) -> bool:
    index = 0
    while index + 8 <= length:
        if _word(one, np.uint64(at + index)) != _word(other, np.uint64(there + index)):
            return False
        index += 8
    while index < length:
        if one[at + index] != other[there + index]:
            return False
        index += 1
    return True


@compiled
def _slot(
    body: U8, start: int, split: int, field: int, end: int, digest: np.uint64,
    hashes: NDArray[np.uint64], entries: I32, keys: I64, arena: U8, state: I64,
) -> int:  # fmt: skip
    """The slot of the key body[start:split] + body[field:end], entered if it is new; -1 when there is no room."""
    mask = np.uint64(len(hashes) - 1)
    place = digest & mask
    length, name = split - start, end - field
    while entries[place] >= 0:
        entry = entries[place]
        at = keys[entry, KEY_START]
        if (
            hashes[place] == digest
            and keys[entry, KEY_SPLIT] - at == length
            and keys[entry, KEY_END] - keys[entry, KEY_SPLIT] == name
            and _same(arena, at, body, start, length)
            and _same(arena, at + length, body, field, name)
        ):
            return int(entry)
        place = (place + np.uint64(1)) & mask
    entry, at = state[SLOTS], state[ARENA_END]
    if entry >= len(keys) or at + length + name > len(arena) or 2 * (entry + 1) > len(hashes):
        return -1
    arena[at : at + length] = body[start:split]
    arena[at + length : at + length + name] = body[field:end]
    keys[entry, KEY_START] = at
    keys[entry, KEY_SPLIT] = at + length
    keys[entry, KEY_END] = at + length + name
    keys[entry, KEY_KIND] = NOT_SEEN
    hashes[place], entries[place] = digest, entry
    state[SLOTS], state[ARENA_END] = entry + 1, at + length + name
    return int(entry)


@compiled
def read_plain_lines(
    body: U8, size: int, multiply: int, divide: int, arrived_us: int, latest: int,
    hashes: NDArray[np.uint64], entries: I32, keys: I64, arena: U8,
    slots: I32, times: I64, values: F64, bits: NDArray[np.uint64], kinds: U8, lines: I32,
    text_slots: I32, text_times: I64, texts: I64, text_lines: I32,
    odds: I64, state: I64,
) -> None:  # fmt: skip
    """Reads `body[state[AT]:size]`. A time that is missing is `arrived_us` plus the line's place in the body.

    `latest` is the last time that is one, in the unit of the body.

    Stops with `MORE_ROOM` before a line for which one of the tables might not have room.
    """
    at, number = state[AT], state[NUMBER]
    rows, text_rows, odd_rows = state[ROWS], state[TEXTS], state[ODDS]
    state[OUTCOME] = DONE
    while at < size:
        first = body[at]
        if first == _NEWLINE:
            at += 1
            number += 1
            continue
        start, row, text_row = at, rows, text_rows
        if odd_rows + _EARLIEST_ROOM > len(odds):
            state[OUTCOME] = MORE_ROOM
            break
        # The key of the series.
        is_plain = first != _HASH and first != _COMMA and first != _SPACE and first != _TAB and first != _RETURN
        commas, equals, last = 0, 0, first
        if is_plain:
            while at < size:
                byte = body[at]
                if byte == _SPACE:
                    break
                if byte == _COMMA:
                    if commas != equals or last == _EQUALS:
                        break
                    commas += 1
                elif byte == _EQUALS:
                    if commas == 0:
                        # A measurement may hold one; rare enough for the slow reader.
                        break
                    if equals != commas - 1 or last == _COMMA:
                        break
                    equals += 1
                elif byte == _BACKSLASH:
                    if at + 1 >= size or not _may_be_escaped(body[at + 1]):
                        break
                    at += 1
                elif byte in (_NEWLINE, _QUOTE, _RETURN):
                    break
                last = byte
                at += 1
            is_plain = at < size and body[at] == _SPACE and commas == equals and last != _COMMA and last != _EQUALS
        split = at
        full = False
        feeds = 0
        if is_plain:
            series_digest = _digest(body, start, split, _OFFSET)
            at += 1
            more = True
            while more and is_plain:
                field = at
                while at < size:
                    byte = body[at]
                    if byte == _BACKSLASH and at + 1 < size and _may_be_escaped(body[at + 1]):
                        at += 1
                    elif (
                        byte in (_EQUALS, _COMMA, _SPACE, _NEWLINE, _BACKSLASH, _QUOTE, _RETURN)
                    ):  # fmt: skip
                        break
                    at += 1
                name_end = at
                at += 1
                if name_end == field or at >= size or body[name_end] != _EQUALS:
                    is_plain = False
                    break
                if row >= len(slots) or text_row >= len(text_slots):
                    full = True
                    break
                byte = body[at]
                kind, is_escaped = TEXT, False
                value_start = at + 1
                if byte == _QUOTE:
                    at += 1
                    is_escaped = False
                    while at < size and body[at] != _QUOTE:
                        if body[at] == _BACKSLASH:
                            is_escaped = True
                            at += 1
                        if at < size and body[at] == _NEWLINE:
                            feeds += 1
                        at += 1
                    if at >= size or body[at] != _QUOTE or not _ends_value(body, at + 1, size):
                        is_plain = False
                        break
                    at += 1
                elif byte <= _NINE:
                    end, kind = _number(body, at, size, values, bits, row)
                    is_plain = end >= 0
                    at = end
                else:
                    end, says = _truth(body, at, size)
                    is_plain, kind = end >= 0, TRUTH
                    at = end
                    values[row] = 1.0 if says else 0.0
                if not is_plain:
                    break
                digest = _digest(body, field, name_end, series_digest)
                slot = _slot(body, start, split, field, name_end, digest, hashes, entries, keys, arena, state)
                if slot < 0:
                    full = True
                    break
                if kind == TEXT:
                    text_slots[text_row] = slot
                    texts[text_row, TEXT_START] = value_start
                    texts[text_row, TEXT_END] = at - 1
                    texts[text_row, TEXT_IS_ESCAPED] = is_escaped
                    text_lines[text_row] = number
                    text_row += 1
                else:
                    slots[row] = slot
                    kinds[row] = kind
                    lines[row] = number
                    row += 1
                more = at < size and body[at] == _COMMA
                at += more
        if full:
            state[OUTCOME] = MORE_ROOM
            at = start
            break
        time_us = arrived_us + number - 1
        if is_plain and at < size and body[at] == _SPACE:
            end, time_us = _time_us(body, at + 1, size, multiply, divide, latest)
            is_plain = end >= 0
            at = end
        if not is_plain or not _ends_line(body, at, size):
            # One line for the slow reader; what it wrote so far is forgotten.
            at = end_of_line(body, start, size)
            odds[odd_rows, ODD_START] = start
            odds[odd_rows, ODD_END] = at
            odds[odd_rows, ODD_NUMBER] = number
            odd_rows += 1
            for index in range(start, min(at, size)):
                number += body[index] == _NEWLINE
        else:
            for index in range(rows, row):
                times[index] = time_us
                if keys[slots[index], KEY_KIND] == NOT_SEEN:
                    keys[slots[index], KEY_KIND] = kinds[index]
            for index in range(text_rows, text_row):
                text_times[index] = time_us
                if keys[text_slots[index], KEY_KIND] == NOT_SEEN:
                    keys[text_slots[index], KEY_KIND] = TEXT
            at += at < size and body[at] == _RETURN
            rows, text_rows = row, text_row
            number += feeds
        at += 1
        number += 1
    state[AT], state[NUMBER] = at, number
    state[ROWS], state[TEXTS], state[ODDS] = rows, text_rows, odd_rows


@compiled
def copy_texts(body: U8, texts: I64, count: int, offsets: I32, content: U8) -> None:
    """Lays the texts one after the other, as Arrow keeps them, without what escapes their quotes and backslashes."""
    end = 0
    for row in range(count):
        at, stop = texts[row, TEXT_START], texts[row, TEXT_END]
        if not texts[row, TEXT_IS_ESCAPED]:
            content[end : end + stop - at] = body[at:stop]
            end += stop - at
            at = stop
        while at < stop:
            if body[at] == _BACKSLASH and at + 1 < stop and (body[at + 1] == _QUOTE or body[at + 1] == _BACKSLASH):
                at += 1
            content[end] = body[at]
            end += 1
            at += 1
        offsets[row + 1] = end
