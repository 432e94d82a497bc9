"""Spans in which the store holds nothing of a series: proves late rows new without asking for each of them.

A machine that was away hands over what it kept in order of time, below the newest point of its series and mostly into a
span without any point. Once such rows had to be looked up, the store is asked how far that span reaches, and what comes
next into it needs no look.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from millmark.history.series_slots import Slots
from millmark.history.store import Connection
from millmark.model.batch import I64, U8, U32, numpy_column
from millmark.model.period import HOUR_US, SECOND_US

# As far ahead is asked as more blocks like the last would reach: many of short ones, some of long ones. A wide look
# reads what a dense series has there.
_SHORT_BLOCKS, _LONG_BLOCKS = 32, 4
_LEAST_US, _SHORT_US = 600 * SECOND_US, 2 * HOUR_US
# One question covers series that are late by about the same time.
_TOGETHER_US = 96 * HOUR_US
# Fewer late rows are as quickly looked up.
_WORTH_ROWS = 1_000
# Where rows came to stand between others, the next so many blocks are not asked about; doubled each time.
_LONGEST_REST = 64

_KEY = np.dtype([("series", "<u4"), ("after", "<i8"), ("until", "<i8")])
_NEXT = """
SELECT p.series AS series, toUnixTimestamp64Micro(min(p.source_time)) AS next_us
FROM millmark.{table} AS p
INNER JOIN (
    SELECT key_series, after, until
    FROM format(RowBinary, 'key_series UInt32, after DateTime64(6, ''UTC''), until DateTime64(6, ''UTC'')',
        unhex('{keys}'))
) AS k ON p.series = k.key_series
WHERE p.series IN (
    SELECT key_series
    FROM format(RowBinary, 'key_series UInt32, after DateTime64(6, ''UTC''), until DateTime64(6, ''UTC'')',
        unhex('{keys}')))
  AND p.source_time > fromUnixTimestamp64Micro({first_us}, 'UTC')
  AND p.source_time < fromUnixTimestamp64Micro({last_us}, 'UTC')
  AND p.source_time > k.after AND p.source_time < k.until
GROUP BY p.series
"""


@dataclass(frozen=True, slots=True, eq=False)
class LateRows:
    """Rows that were looked up and found new, by the slots of their series."""

    slots: Slots
    time_us: I64

    def __len__(self) -> int:
        return len(self.slots)


class Gaps:
    """At most one span a slot, both ends excluded: the store has no row of the series there.

    A row that is let pass moves the lower end up to itself before it is written, so a write that fails leaves spans
    that are still true. Rows above everything of their series never lie in a span: it ends at what was the newest.
    """

    def __init__(self) -> None:
        self._after_us: I64 = np.zeros(0, np.int64)
        self._until_us: I64 = np.zeros(0, np.int64)
        self._rest: NDArray[np.int16] = np.zeros(0, np.int16)
        self._next_rest: NDArray[np.int16] = np.zeros(0, np.int16)

    def prove(self, slots: Slots, time_us: I64, doubtful: U8) -> int:
        """Mark the doubtful rows (1) that fall into a span as new (0), in order of arrival. Returns how many."""
        from millmark.history.sifting_kernel import pass_gaps

        if len(slots):
            self._reach(int(slots.max()) + 1)
        return pass_gaps(slots, time_us, doubtful, self._after_us, self._until_us)

    def open(self, connection: Connection, table: str, late: LateRows, series: U32, newest_us: I64) -> None:
        """Ask the store, which holds these rows by now, how far it holds nothing after them.

        `series` and `newest_us` are by slot: its series, and a bound that all later rows are above or looked at here.
        """
        if len(late) < _WORTH_ROWS:
            return
        order = np.argsort(late.slots, kind="stable")
        slots, heads = np.unique(late.slots[order], return_index=True)
        time_us = late.time_us[order]
        first_us, last_us = np.minimum.reduceat(time_us, heads), np.maximum.reduceat(time_us, heads)
        lasts_us = last_us - first_us
        width_us = np.clip(_SHORT_BLOCKS * lasts_us, _LEAST_US, np.maximum(_SHORT_US, _LONG_BLOCKS * lasts_us))
        until_us = np.minimum(last_us + width_us, newest_us[slots] + 1)
        self._reach(int(slots[-1]) + 1)
        resting = self._rest[slots] > 0
        self._rest[slots[resting]] -= 1
        asked = ~resting & (until_us > last_us) & (until_us <= int(last_us.min()) + _TOGETHER_US)
        slots, after_us, until_us, lasts_us = slots[asked], last_us[asked], until_us[asked], lasts_us[asked]
        if not len(slots):
            return
        until_us = _empty_until(connection, table, series[slots], after_us, until_us)
        self._after_us[slots], self._until_us[slots] = after_us, until_us
        is_short = until_us - after_us <= lasts_us
        rest = np.minimum(np.maximum(2 * self._next_rest[slots], 1), _LONGEST_REST)
        self._next_rest[slots] = np.where(is_short, rest, 0)
        self._rest[slots] = np.where(is_short, rest, 0)

    def _reach(self, slots: int) -> None:
        if slots > len(self._after_us):
            more = max(slots, 2 * len(self._after_us)) - len(self._after_us)
            self._after_us = np.append(self._after_us, np.zeros(more, np.int64))
            self._until_us = np.append(self._until_us, np.zeros(more, np.int64))
            self._rest = np.append(self._rest, np.zeros(more, np.int16))
            self._next_rest = np.append(self._next_rest, np.zeros(more, np.int16))


def _empty_until(connection: Connection, table: str, series: U32, after_us: I64, until_us: I64) -> I64:
    """For each series the first time after `after_us` at which the store has a row, at most `until_us`."""
    keys = np.empty(len(series), _KEY)
    keys["series"], keys["after"], keys["until"] = series, after_us, until_us
    answer = connection.query(
        _NEXT.format(table=table, keys=keys.tobytes().hex(), first_us=int(after_us.min()), last_us=int(until_us.max()))
    )
    found, next_us = numpy_column(answer, "series", np.uint32), numpy_column(answer, "next_us", np.int64)
    order = np.argsort(series)
    empty_until_us = until_us.copy()
    empty_until_us[order[np.searchsorted(series, found, sorter=order)]] = next_us
    return empty_until_us
