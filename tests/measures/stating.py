"""Rows as a test states them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from millmark.measures import Day, SeriesRows
from millmark.model import Period
from millmark.model.period import SECOND_US


def rows(points: Iterable[tuple[float, float | str | None]], quality: Sequence[int] | None = None) -> SeriesRows:
    """Rows of (seconds, value)."""
    pairs = list(points)
    seconds = [second for second, _ in pairs]
    values = [value for _, value in pairs]
    is_text = any(isinstance(value, str) or value is None for value in values)
    return SeriesRows(
        np.array([round(second * SECOND_US) for second in seconds], np.int64),
        pa.array(values, pa.string()) if is_text else np.array(values, np.float64),
        np.array(quality or [0] * len(pairs), np.uint8),
        np.zeros(len(pairs), np.uint32),
    )


def seconds(start: float, end: float) -> Period:
    return Period(round(start * SECOND_US), round(end * SECOND_US))


def one_day(period: Period) -> tuple[Day, ...]:
    return (Day(date(2026, 3, 2), period),)
