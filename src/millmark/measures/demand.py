"""Which rows a formula needs, so that they, and no others, travel with a claim."""

from __future__ import annotations

from dataclasses import dataclass

from millmark.model.period import HOUR_US

LEAD_US = 24 * HOUR_US
"""How far before a period's start a row may lie and still tell the state or counter reading it began with.

A state that nobody confirmed for a day is no longer known; and the rows of the day before are enough for any period.
"""


@dataclass(frozen=True, slots=True)
class Demand:
    """Rows of one series.

    With `hours_us` None: all rows of the period, and the last ones before it, as far as `LEAD_US`. Otherwise those of
    the named hours of local days alone, by the hours' starts: the measure needs a witness, not the whole.
    """

    series: str
    hours_us: frozenset[int] | None = None
