"""Spans and numbers that come in queries, checked once."""

from __future__ import annotations

from millmark.model import Period
from millmark.web.errors import Unprocessable

# ClickHouse keeps times from 1900 to 2299; a query outside has no answer.
EARLIEST_US = -2_208_988_800_000_000
LATEST_US = 10_413_791_999_000_000


def period(start_us: int, end_us: int) -> Period:
    """The span of a query; raises `Unprocessable` for one that ends before it starts or lies outside all history."""
    if not EARLIEST_US <= start_us < end_us <= LATEST_US:
        raise Unprocessable(
            f"The span from {start_us} to {end_us} is empty or lies outside the years 1900 to 2299.",
            where="start_us, end_us",
            next_step="Give microseconds since 1970-01-01T00:00Z, the start before the end.",
        )
    return Period(start_us, end_us)
