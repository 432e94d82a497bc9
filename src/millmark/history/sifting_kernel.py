"""The passes over a block as it came: whose rows are these, which are surely new, how do they stand sorted."""

from __future__ import annotations

import numpy as np

from millmark.model.batch import F64, I32, I64, U8, U32
from millmark.model.compiled import compiled

_SPREAD = np.uint32(2_654_435_769)  # 2^32 divided by the golden ratio (Knuth, TAOCP 3, 6.4)


@compiled
def _place(series: np.uint32, table: I32, slot_series: U32) -> np.int64:
    """Where in the table the series stands, or the free place where it belongs."""
    mask = len(table) - 1
    place = np.int64(np.uint32(series * _SPREAD) >> np.uint32(7)) & mask
    while table[place] >= 0 and slot_series[table[place]] != series:
        place = (place + 1) & mask
    return np.int64(place)


@compiled
def find_slots(series: U32, first: int, slots: I32, table: I32, slot_series: U32, count: int) -> tuple[int, int]:
    """Fill `slots` from row `first`; stops where the table is half full. Returns (next row, number of slots)."""
    for row in range(first, len(series)):
        place = _place(series[row], table, slot_series)
        slot = table[place]
        if slot < 0:
            if count == len(slot_series):
                return row, count
            slot = np.int32(count)
            # In this order, for whoever looks series up meanwhile.
            slot_series[count] = series[row]
            table[place] = slot
            count += 1
        slots[row] = slot
    return len(series), count


@compiled
def look_up_slots(series: U32, slots: I32, table: I32, slot_series: U32) -> None:
    for row in range(len(series)):
        slots[row] = table[_place(series[row], table, slot_series)]


@compiled
def rise(slots: I32, time: I64, highest: I64, doubtful: U8) -> int:
    """Mark rows that are not above everything of their series so far; raise the bounds. Returns how many are marked.

    A row above the running bound is new: neither the store nor an earlier row of the block can have its identity.
    """
    marked = 0
    for row in range(len(slots)):
        slot = slots[row]
        if time[row] > highest[slot]:
            highest[slot] = time[row]
            doubtful[row] = 0
        else:
            doubtful[row] = 1
            marked += 1
    return marked


@compiled
def pass_gaps(slots: I32, time: I64, doubtful: U8, after: I64, until: I64) -> int:
    """Unmark doubtful rows that fall between `after` and `until` of their slot, and move `after` up to them."""
    passed = 0
    for row in range(len(slots)):
        if doubtful[row] == 1:
            slot = slots[row]
            if after[slot] < time[row] < until[slot]:
                after[slot] = time[row]
                doubtful[row] = 0
                passed += 1
    return passed


@compiled
def place_in_order(slots: I32, in_order: I32, starts: I64) -> None:
    """Fill `starts` with where the rows of each slot begin when all are sorted by series."""
    starts[:] = 0
    for row in range(len(slots)):
        starts[slots[row]] += 1
    place = 0
    for slot in in_order:
        length = starts[slot]
        starts[slot] = place
        place += length


@compiled
def order_of(slots: I32, time: I64, in_order: I32, starts: I64, order: I32) -> bool:
    """Fill `order` with the rows sorted by (series, time): a counting sort by series, then a look at the times.

    `in_order` are all slots ascending by series, `starts` is room for one number a slot. Returns whether the rows stood
    in that order already.
    """
    rows = len(slots)
    stands = True
    place_in_order(slots, in_order, starts)
    for row in range(rows):
        at = starts[slots[row]]
        stands &= at == row
        order[at] = row
        starts[slots[row]] = at + 1
    first = 0
    for row in range(1, rows + 1):
        if row == rows or slots[order[row]] != slots[order[first]]:
            ascends = True
            for place in range(first + 1, row):
                ascends &= time[order[place - 1]] <= time[order[place]]
            if not ascends:
                stands = False
                piece = order[first:row].copy()
                by_time = np.argsort(time[piece], kind="mergesort")
                order[first:row] = piece[by_time]
            first = row
    return stands


@compiled
def scatter(
    slots: I32,
    starts: I64,
    series: U32,
    time: I64,
    value: F64,
    quality: U8,
    code: U32,
    sorted_slots: I32,
    sorted_series: U32,
    sorted_time: I64,
    sorted_value: F64,
    sorted_quality: U8,
    sorted_code: U32,
) -> bool:
    """The columns of a block sorted by series, in one pass. Returns whether the times of each series ascend."""
    ascends = True
    for row in range(len(slots)):
        slot = slots[row]
        at = starts[slot]
        starts[slot] = at + 1
        if at > 0 and sorted_slots[at - 1] == slot and sorted_time[at - 1] > time[row]:
            ascends = False
        sorted_slots[at] = slot
        sorted_series[at] = series[row]
        sorted_time[at] = time[row]
        sorted_value[at] = value[row]
        sorted_quality[at] = quality[row]
        sorted_code[at] = code[row]
    return ascends


@compiled
def _mixed(series: np.uint32, time: np.int64) -> np.int64:
    key = (np.uint64(time) ^ (np.uint64(series) * np.uint64(0x9E3779B97F4A7C15))) * np.uint64(0xBF58476D1CE4E5B9)
    return np.int64(key >> np.uint64(20))


@compiled
def mark_touched(series: U32, time: I64, doubtful: U8, table: I32) -> int:
    """Mark (with 2) the rows whose identity a doubtful row repeats. Returns how many.

    `table` is room for a hash of the doubtful rows, a power of two of at least twice their number, filled with -1.
    """
    mask = len(table) - 1
    for row in range(len(series)):
        if doubtful[row]:
            place = _mixed(series[row], time[row]) & mask
            while table[place] >= 0 and (series[table[place]] != series[row] or time[table[place]] != time[row]):
                place = (place + 1) & mask
            table[place] = row
    touched = 0
    for row in range(len(series)):
        if not doubtful[row]:
            place = _mixed(series[row], time[row]) & mask
            while table[place] >= 0 and (series[table[place]] != series[row] or time[table[place]] != time[row]):
                place = (place + 1) & mask
            if table[place] >= 0:
                doubtful[row] = 2
                touched += 1
    return touched
