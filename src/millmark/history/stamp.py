"""The received time of a commit: strictly rising, and as round as that leaves room for.

A commit gathers what arrived over some tens of milliseconds, so a finer stamp says nothing about a single point. Round
stamps take a third of the bytes on disk (docs/adr/0006-codecs-by-measurement.md). They are rounded up: what a driver
read a moment ago was received after it was true.
"""

from __future__ import annotations

_STEP_US = 10_000
_FINER_STEP_US = 1_000


def next_received_us(now_us: int, last_us: int) -> int:
    """Now rounded up to 10 ms, or the next whole millisecond where commits are denser; always later than `last_us`.

    It runs ahead of the clock by 10 ms at most, unless the clock was set back or commits follow within a microsecond.
    """
    rounded = -(-now_us // _STEP_US) * _STEP_US
    if rounded > last_us:
        return rounded
    finer = (last_us // _FINER_STEP_US + 1) * _FINER_STEP_US
    return finer if finer <= now_us + _STEP_US else last_us + 1
