"""One compiled pass over a receive buffer: MQTT PUBLISH packets with Sparkplug data -> rows of readings.

It reads what is plain and stops before the first packet that is not; `DataTables` says what it knows, and the codec
with `EdgeNodeSession` is the reference for what every packet means. Positions are unsigned, which spares the compiler
the question whether an index counts from the end, so eight bytes become one load.

Every array of a table is one row an entry, its columns named by the constants here. What the pass calls stands in this
file too, long as it is: the compiler's cache notices changes of a function's own file only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from millmark.model.batch import F64, I32, I64, U8, U32
from millmark.model.compiled import compiled

U64 = np.uint64

TOPIC_START, TOPIC_LENGTH, TOPIC_NODE, TOPIC_IS_LIVE = 0, 1, 2, 3
ALIASES_AT, ALIASES_MASK, NAMES_AT, NAMES_MASK = 4, 5, 6, 7
TOPIC_COLUMNS = 8

METRIC_TAG, METRIC_FORM, METRIC_WIDTH, METRIC_DATATYPE, METRIC_NAME_START, METRIC_NAME_LENGTH = 0, 1, 2, 3, 4, 5
METRIC_COLUMNS = 6

FORM_ELSEWHERE, FORM_SIGNED, FORM_UNSIGNED, FORM_FLOATING, FORM_BOOLEAN, FORM_TEXT = range(6)
"""How a metric's value is read; `ELSEWHERE` ones are left to the codec."""

NODE_LAST_SEQ, NODE_REPEATED, NODE_MISSING, NODE_GAPS = 0, 1, 2, 3
NODE_COLUMNS = 4
SEQ_NONE, SEQ_ELSEWHERE = -1, -2

SLOT_KEY, SLOT_ROW = 0, 1
EMPTY = np.int64(-1)

(
    ROWS, TEXT_ROWS, TEXT_BYTES, PACKET_IDS, MESSAGES, LAST_US, CLOCK_US, GAPS, REPEATED, OUTCOME, IS_V5, MOST_BYTES,
) = range(12)  # fmt: skip
STATE_COLUMNS = 12

OUTCOME_ALL, OUTCOME_ELSEWHERE, OUTCOME_FULL = 0, 1, 2
"""Why a pass ended: no whole packet is left, the next one is the codec's to read, or an output array is full."""

_NO_TIME = np.int64(-1)
_LARGEST_TIME_MS = np.uint64(253_402_300_799_999)
_NO_DATA_CODE = np.uint32(0x809B0000)
_GOOD, _BAD = np.uint8(0), np.uint8(2)

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_PRIME = np.uint64(0xFF51AFD7ED558CCD)
_0, _1, _2, _3, _4, _5, _6, _7, _8 = (np.uint64(number) for number in range(9))
_16, _24, _32, _40, _48, _56, _64 = (np.uint64(number) for number in (16, 24, 32, 40, 48, 56, 64))
_LOW_7, _HIGH_BIT = np.uint64(0x7F), np.uint64(0x80)
_ALL_32, _ALL_64 = np.uint64(0xFFFF_FFFF), np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_LONGEST_TEXT = np.uint64(16_384)
"""Bytes; longer ones are left to the codec, which knows how much of a text is kept."""
_SEQ_MASK = np.uint64(0xFF)

_PAYLOAD_TIMESTAMP, _PAYLOAD_METRIC, _PAYLOAD_SEQ = 0x08, 0x12, 0x18
_NAME, _ALIAS, _TIMESTAMP, _DATATYPE, _HISTORICAL, _TRANSIENT, _NULL = 0x0A, 0x10, 0x18, 0x20, 0x28, 0x30, 0x38
_INT, _LONG, _FLOAT, _DOUBLE, _BOOLEAN, _STRING = 0x50, 0x58, 0x65, 0x69, 0x70, 0x7A
_NOTHING = 0


@compiled
def word_at(memory: U8, at: np.uint64) -> np.uint64:
    """Eight bytes as a little-endian number."""
    return (
        U64(memory[at])
        | U64(memory[at + _1]) << _8
        | U64(memory[at + _2]) << _16
        | U64(memory[at + _3]) << _24
        | U64(memory[at + _4]) << _32
        | U64(memory[at + _5]) << _40
        | U64(memory[at + _6]) << _48
        | U64(memory[at + _7]) << _56
    )


@compiled
def half_word_at(memory: U8, at: np.uint64) -> np.uint32:
    """Four bytes as a little-endian number."""
    return np.uint32(
        U64(memory[at])
        | U64(memory[at + _1]) << _8
        | U64(memory[at + _2]) << _16
        | U64(memory[at + _3]) << _24
    )  # fmt: skip


@compiled
def hash_at(memory: U8, start: np.uint64, length: np.uint64) -> np.uint64:
    """A 64-bit hash of some bytes: quick to find an entry by, the bytes themselves decide."""
    mixed = (length + _1) * _GOLDEN
    at, end = start, start + length
    while at + _8 <= end:
        mixed = (mixed ^ word_at(memory, at)) * _PRIME
        mixed ^= mixed >> _32
        at += _8
    while at < end:
        mixed = (mixed ^ U64(memory[at])) * _PRIME
        mixed ^= mixed >> _32
        at += _1
    return mixed


@compiled
def equal_at(memory: U8, start: np.uint64, pool: U8, pool_start: np.uint64, length: np.uint64) -> bool:
    """Whether as many bytes of both are the same."""
    at = _0
    while at + _8 <= length:
        if word_at(memory, start + at) != word_at(pool, pool_start + at):
            return False
        at += _8
    while at < length:
        if memory[start + at] != pool[pool_start + at]:
            return False
        at += _1
    return True


@compiled
def slot_of(key: np.uint64, mask: np.uint64) -> np.uint64:
    """Where the search for a key begins in a table of mask + 1 slots."""
    return ((key * _GOLDEN) >> _32) & mask


@compiled
def fill_slots(slots: I64, at: int, mask: int, keys: I64, rows: I64) -> int:
    """Enters distinct keys and their rows into free slots; returns the longest search that a lookup may need."""
    longest = 0
    for entry in range(len(keys)):
        place, steps = slot_of(U64(keys[entry]), U64(mask)), 1
        while slots[U64(at) + place, SLOT_ROW] != EMPTY:
            place = (place + _1) & U64(mask)
            steps += 1
        slots[U64(at) + place, SLOT_KEY] = keys[entry]
        slots[U64(at) + place, SLOT_ROW] = rows[entry]
        longest = max(longest, steps)
    return longest


@compiled
def varint_at(memory: U8, at: np.uint64, end: np.uint64) -> tuple[np.uint64, np.uint64]:
    """(value, position behind it); position 0 when the bytes end inside it or it takes more than ten."""
    value, shift = _0, _0
    while at < end:
        byte = U64(memory[at])
        at += _1
        value |= (byte & _LOW_7) << shift
        if byte < _HIGH_BIT:
            return value, at
        shift += _7
        if shift >= _64 + _6:
            break
    return _0, _0


@compiled
def is_utf8(memory: U8, at: np.uint64, end: np.uint64) -> bool:
    """Whether the bytes are well-formed UTF-8 (RFC 3629: no surrogates, nothing above U+10FFFF, no longer forms)."""
    while at < end:
        lead = memory[at]
        at += _1
        if lead < 0x80:
            continue
        low, high = 0x80, 0xBF
        if 0xC2 <= lead <= 0xDF:
            more = 1
        elif 0xE0 <= lead <= 0xEF:
            more = 2
            if lead == 0xE0:
                low = 0xA0
            elif lead == 0xED:
                high = 0x9F
        elif 0xF0 <= lead <= 0xF4:
            more = 3
            if lead == 0xF0:
                low = 0x90
            elif lead == 0xF4:
                high = 0x8F
        else:
            return False
        if at + U64(more) > end:
            return False
        for _ in range(more):
            following = memory[at]
            if following < low or following > high:
                return False
            low, high = 0x80, 0xBF
            at += _1
    return True


@compiled
def topic_row(memory: U8, start: np.uint64, length: np.uint64, pool: U8, slots: I64, topics: I64) -> np.int64:
    """The row of a topic name, or EMPTY."""
    mask = U64(len(slots) - 1)
    key = np.int64(hash_at(memory, start, length))
    place = slot_of(U64(key), mask)
    while slots[place, SLOT_ROW] != EMPTY:
        row = slots[place, SLOT_ROW]
        if (
            slots[place, SLOT_KEY] == key
            and U64(topics[row, TOPIC_LENGTH]) == length
            and equal_at(memory, start, pool, U64(topics[row, TOPIC_START]), length)
        ):
            return np.int64(row)
        place = (place + _1) & mask
    return EMPTY


@compiled
def name_row(
    memory: U8, start: np.uint64, length: np.uint64, pool: U8, slots: I64, at: int, slot_mask: int, metrics: I64
) -> np.int64:
    """The row of the metric that a birth declared under this name, or EMPTY."""
    mask = U64(slot_mask)
    key = np.int64(hash_at(memory, start, length))
    place = slot_of(U64(key), mask)
    while slots[U64(at) + place, SLOT_ROW] != EMPTY:
        row = slots[U64(at) + place, SLOT_ROW]
        if (
            slots[U64(at) + place, SLOT_KEY] == key
            and U64(metrics[row, METRIC_NAME_LENGTH]) == length
            and equal_at(memory, start, pool, U64(metrics[row, METRIC_NAME_START]), length)
        ):
            return np.int64(row)
        place = (place + _1) & mask
    return EMPTY


@compiled
def alias_row(alias: np.uint64, slots: I64, at: int, slot_mask: int) -> np.int64:
    """The row of the metric that a birth gave this alias, or EMPTY."""
    mask = U64(slot_mask)
    key = np.int64(alias)
    place = slot_of(alias, mask)
    while slots[U64(at) + place, SLOT_ROW] != EMPTY:
        if slots[U64(at) + place, SLOT_KEY] == key:
            return np.int64(slots[U64(at) + place, SLOT_ROW])
        place = (place + _1) & mask
    return EMPTY


@compiled
def scan(
    memory: U8,
    start: int,
    stop: int,
    pool: U8,
    topic_slots: I64,
    topics: I64,
    alias_slots: I64,
    name_slots: I64,
    metrics: I64,
    nodes: I64,
    tag: I32,
    time_us: I64,
    value: F64,
    quality: U8,
    code: U32,
    text_tag: I32,
    text_time_us: I64,
    text_end: I32,
    text_quality: U8,
    text_code: U32,
    text_bytes: U8,
    packet_ids: NDArray[np.uint16],
    state: I64,
) -> np.int64:
    """Reads the whole PUBLISH packets at the head of `memory[start:stop]`; returns where the first unread one begins.

    Rows are added behind those that `state` counts; a packet adds all of its rows or none. A text ends at its
    `text_end` in `text_bytes`, its quality is bad and its code Bad_NoData where there is none.
    """
    at, end = U64(start), U64(stop)
    row, text_row, text_byte = state[ROWS], state[TEXT_ROWS], state[TEXT_BYTES]
    last_us, clock_us = state[LAST_US], state[CLOCK_US]
    outcome, topic = OUTCOME_ALL, EMPTY
    while at < end:
        header = memory[at]
        # PUBLISH without RETAIN, at QoS 0 without DUP or at QoS 1.
        if header & 0xF5 != 0x30 or header & 0x0A == 0x08:
            outcome = OUTCOME_ELSEWHERE
            break
        length, position = varint_at(memory, at + _1, min(end, at + _5))
        if position == _0:
            # Not whole yet, or too long: the codec tells them apart.
            outcome = OUTCOME_ALL if end - at < _5 else OUTCOME_ELSEWHERE
            break
        behind = position + length
        if behind - at > U64(state[MOST_BYTES]):
            outcome = OUTCOME_ELSEWHERE
            break
        if behind > end:
            break
        outcome = OUTCOME_ELSEWHERE

        # The variable header: topic, packet identifier, properties.
        if position + _2 > behind:
            break
        topic_length = U64(memory[position]) << _8 | U64(memory[position + _1])
        topic_start = position + _2
        position = topic_start + topic_length
        if position > behind:
            break
        packet_id = _0
        if header & 0x02:
            if position + _2 > behind:
                break
            packet_id = U64(memory[position]) << _8 | U64(memory[position + _1])
            position += _2
            if packet_id == _0:
                break
        if state[IS_V5]:
            if position >= behind or memory[position] != 0:
                # Properties: the codec's case.
                break
            position += _1
        if (
            topic == EMPTY
            or U64(topics[topic, TOPIC_LENGTH]) != topic_length
            or not equal_at(memory, topic_start, pool, U64(topics[topic, TOPIC_START]), topic_length)
        ):
            topic = topic_row(memory, topic_start, topic_length, pool, topic_slots, topics)
            if topic == EMPTY:
                break
        if not topics[topic, TOPIC_IS_LIVE]:
            break

        # The payload.
        aliases_at, aliases_mask = topics[topic, ALIASES_AT], topics[topic, ALIASES_MASK]
        names_at, names_mask = topics[topic, NAMES_AT], topics[topic, NAMES_MASK]
        message_us, has_timeless = _NO_TIME, False
        seq, has_seq = _0, False
        new_row, new_text, new_byte = row, text_row, text_byte
        while position < behind:
            key = memory[position]
            position += _1
            if key == _PAYLOAD_METRIC:
                length, position = varint_at(memory, position, behind)
                if position == _0:
                    break
                if length > behind - position:
                    # Not where the payload ends, even if its length is the last thing in it.
                    position = _0
                    break
                metric_end = position + length
                metric = EMPTY
                alias, has_alias, has_name = _0, False, False
                metric_us = _NO_TIME
                datatype, has_datatype, is_null, is_historical = _0, False, False, False
                field, raw, number = np.int64(_NOTHING), _0, 0.0
                text_start = _0
                is_plain = True
                while position < metric_end:
                    key = memory[position]
                    position += _1
                    if key == _DOUBLE:
                        if position + _8 > metric_end:
                            is_plain = False
                            break
                        number = U64(word_at(memory, position)).view(np.float64)
                        field = np.int64(_DOUBLE)
                        position += _8
                    elif key == _FLOAT:
                        if position + _4 > metric_end:
                            is_plain = False
                            break
                        number = np.float64(np.uint32(half_word_at(memory, position)).view(np.float32))
                        field = np.int64(_FLOAT)
                        position += _4
                    elif key in (_NAME, _STRING):
                        length, position = varint_at(memory, position, metric_end)
                        if position == _0 or length > metric_end - position:
                            is_plain = False
                            break
                        if key == _STRING:
                            field, raw, text_start = np.int64(_STRING), length, position
                        elif length == _0:
                            # An empty name says nothing, unless another one came before it.
                            is_plain = not has_name
                        else:
                            # A name that no birth declared may still come with an alias or a type: the codec's case.
                            is_plain = not has_name
                            has_name = True
                            metric = name_row(memory, position, length, pool, name_slots, names_at, names_mask, metrics)
                            if metric == EMPTY:
                                is_plain = False
                        if not is_plain:
                            break
                        position += length
                    elif key & 7 == 0:
                        if position < metric_end and memory[position] < 0x80:
                            bits = U64(memory[position])
                            position += _1
                        else:
                            bits, position = varint_at(memory, position, metric_end)
                            if position == _0:
                                is_plain = False
                                break
                        if key == _ALIAS:
                            alias, has_alias = bits, True
                        elif key == _TIMESTAMP:
                            if bits > _LARGEST_TIME_MS:
                                is_plain = False
                                break
                            metric_us = np.int64(bits) * 1000
                        elif key in (_INT, _LONG, _BOOLEAN):
                            field, raw = np.int64(key), bits
                        elif key == _DATATYPE:
                            datatype, has_datatype = bits & _ALL_32, True
                        elif key == _NULL:
                            is_null = bits != _0
                        elif key == _HISTORICAL:
                            is_historical = bits != _0
                        else:
                            # A transient value has its own way; other fields are the codec's to read.
                            is_plain = key == _TRANSIENT and bits == _0
                        if not is_plain:
                            break
                    else:
                        is_plain = False
                        break
                if not is_plain:
                    position = _0
                    break
                if metric == EMPTY:
                    if has_alias:
                        metric = alias_row(alias, alias_slots, aliases_at, aliases_mask)
                    if metric == EMPTY:
                        position = _0
                        break
                form = metrics[metric, METRIC_FORM]
                if form == FORM_ELSEWHERE or (has_datatype and datatype != U64(metrics[metric, METRIC_DATATYPE])):
                    position = _0
                    break
                if metric_us == _NO_TIME:
                    if is_historical:
                        position = _0
                        break
                    has_timeless = True
                if form == FORM_TEXT:
                    if is_null:
                        raw = _0
                    elif field != _STRING or raw > _LONGEST_TEXT or not is_utf8(memory, text_start, text_start + raw):
                        position = _0
                        break
                    if new_text >= len(text_tag) or new_byte + np.int64(raw) > len(text_bytes):
                        outcome = OUTCOME_FULL
                        position = _0
                        break
                    for offset in range(np.int64(raw)):
                        text_bytes[U64(new_byte + offset)] = memory[text_start + U64(offset)]
                    new_byte += np.int64(raw)
                    text_tag[U64(new_text)] = metrics[metric, METRIC_TAG]
                    text_time_us[U64(new_text)] = metric_us
                    text_end[U64(new_text)] = new_byte
                    text_quality[U64(new_text)] = _BAD if is_null else _GOOD
                    text_code[U64(new_text)] = _NO_DATA_CODE if is_null else np.uint32(0)
                    new_text += 1
                    continue
                if is_null:
                    number = np.nan
                elif form == FORM_FLOATING:
                    if field not in (_DOUBLE, _FLOAT):
                        position = _0
                        break
                elif form == FORM_BOOLEAN:
                    if field != _BOOLEAN:
                        position = _0
                        break
                    number = 1.0 if raw != _0 else 0.0
                else:
                    if field not in (_INT, _LONG):
                        position = _0
                        break
                    width = U64(metrics[metric, METRIC_WIDTH])
                    mask = _ALL_64 if width == _64 else (_1 << width) - _1
                    above, low = raw & ~mask, raw & mask
                    if form == FORM_UNSIGNED:
                        if above != _0:
                            position = _0
                            break
                        number = np.float64(raw)
                    else:
                        is_negative = (low >> (width - _1)) != _0
                        # Nothing above the type's own bits, or the sign carried on to 32 or to 64 bits.
                        if above != _0 and not (
                            is_negative and (above == ~mask or (width < _32 and above == (_ALL_32 & ~mask)))
                        ):
                            position = _0
                            break
                        number = np.float64(np.int64(low | ~mask)) if is_negative else np.float64(low)
                if new_row >= len(tag):
                    outcome = OUTCOME_FULL
                    position = _0
                    break
                tag[U64(new_row)] = metrics[metric, METRIC_TAG]
                time_us[U64(new_row)] = metric_us
                value[U64(new_row)] = number
                quality[U64(new_row)] = _BAD if is_null else _GOOD
                code[U64(new_row)] = _NO_DATA_CODE if is_null else np.uint32(0)
                new_row += 1
            elif key in (_PAYLOAD_TIMESTAMP, _PAYLOAD_SEQ):
                bits, position = varint_at(memory, position, behind)
                if position == _0:
                    break
                if key == _PAYLOAD_SEQ:
                    seq, has_seq = bits, True
                elif bits <= _LARGEST_TIME_MS:
                    message_us = np.int64(bits) * 1000
                else:
                    position = _0
                    break
            else:
                position = _0
                break
        if position != behind:
            break

        # The whole packet is understood: from here on it counts.
        node = topics[topic, TOPIC_NODE]
        last_seq = nodes[node, NODE_LAST_SEQ]
        if has_seq and (last_seq == SEQ_ELSEWHERE or seq > _SEQ_MASK):
            break
        if packet_id != _0:
            if state[PACKET_IDS] >= len(packet_ids):
                outcome = OUTCOME_FULL
                break
            packet_ids[U64(state[PACKET_IDS])] = packet_id
            state[PACKET_IDS] += 1
        # Messages without a time of their own get that of arrival, each its own.
        last_us = max(clock_us, last_us + 1)
        if has_timeless:
            if message_us == _NO_TIME:
                message_us = last_us
            for patched in range(row, new_row):
                if time_us[U64(patched)] == _NO_TIME:
                    time_us[U64(patched)] = message_us
            for patched in range(text_row, new_text):
                if text_time_us[U64(patched)] == _NO_TIME:
                    text_time_us[U64(patched)] = message_us
        if not has_seq:
            nodes[node, NODE_MISSING] += 1
        else:
            nodes[node, NODE_LAST_SEQ] = np.int64(seq)
            if last_seq != SEQ_NONE and seq != (U64(last_seq) + _1) & _SEQ_MASK:
                if seq == U64(last_seq):
                    nodes[node, NODE_REPEATED] += 1
                    state[REPEATED] += 1
                else:
                    nodes[node, NODE_GAPS] += 1
                    state[GAPS] += 1
        row, text_row, text_byte = new_row, new_text, new_byte
        state[MESSAGES] += 1
        at = behind
        outcome = OUTCOME_ALL
    state[ROWS], state[TEXT_ROWS], state[TEXT_BYTES] = row, text_row, text_byte
    state[LAST_US], state[OUTCOME] = last_us, outcome
    return np.int64(at)
