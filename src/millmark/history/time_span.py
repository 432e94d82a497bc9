"""The times a store can hold: those of DateTime64(6), from 1900 to the end of 2299."""

from __future__ import annotations

from typing import Final

EARLIEST_US: Final = -2_208_988_800_000_000
LATEST_US: Final = 10_413_792_000_000_000


def within(time_us: int) -> int:
    """`time_us` brought inside what the engine can compare with."""
    return min(max(time_us, EARLIEST_US), LATEST_US - 1)
