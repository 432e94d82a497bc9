"""When a data centre is full: demand that grows year by year against what is built, as pure arithmetic.

Demand of year t is d_0·(1 + g)^(t − t_0), compounded; capacity is what the ledger says is there by the end of the year.
A centre counts as full where demand passes the share of its capacity up to which it may be filled.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from millmark.region.coverage.errors import InvalidParameters

LONGEST_YEARS: Final = 30


@dataclass(frozen=True, slots=True)
class CapacityStep:
    """What comes into service in a year, in the resource's unit."""

    year: int
    added: float


@dataclass(frozen=True, slots=True)
class GrowthCase:
    """A way in which demand may go: `growth` a year, 0.25 for 25 %."""

    id: str
    growth: float


@dataclass(frozen=True, slots=True)
class YearRow:
    year: int
    demand: float
    capacity: float
    usable: float

    @property
    def use(self) -> float | None:
        """Demand over capacity; None without capacity."""
        return self.demand / self.capacity if self.capacity else None


@dataclass(frozen=True, slots=True)
class Outlook:
    """`full_in` is the first year whose demand passes what is usable, None within the horizon; `years_left` until then,
    to a fraction of a year, from the first year on."""

    case: GrowthCase
    rows: tuple[YearRow, ...]
    full_in: int | None
    years_left: float | None


def outlook(
    case: GrowthCase,
    steps: Sequence[CapacityStep],
    *,
    first_year: int,
    demand: float,
    fill_share: float,
    years: int,
) -> Outlook:
    """From `first_year`, in which demand is `demand`, over `years` years. Raises `InvalidParameters`."""
    if not 1 <= years <= LONGEST_YEARS:
        raise InvalidParameters(f"years: must lie between 1 and {LONGEST_YEARS}")
    if not -0.9 <= case.growth <= 10:
        raise InvalidParameters(f"growth: {case.growth:g} a year must lie between -0.9 and 10")
    if not 0 < fill_share <= 1:
        raise InvalidParameters("fill_share: must lie between 0 and 1")
    if not (math.isfinite(demand) and demand >= 0):
        raise InvalidParameters("demand: must be 0 or more")
    rows = []
    for at in range(years + 1):
        year = first_year + at
        capacity = math.fsum(step.added for step in steps if step.year <= year)
        rows.append(YearRow(year, demand * (1 + case.growth) ** at, capacity, capacity * fill_share))
    full = next((row for row in rows if row.demand > row.usable), None)
    return Outlook(case, tuple(rows), None if full is None else full.year, _years_left(case, full, demand, first_year))


def _years_left(case: GrowthCase, full: YearRow | None, demand: float, first_year: int) -> float | None:
    if full is None:
        return None
    if full.year == first_year or demand <= 0:
        return 0.0
    if full.usable <= 0 or case.growth <= 0:
        # What was usable is gone: capacity fell, demand did not rise.
        return float(full.year - first_year)
    crossed = math.log(full.usable / demand) / math.log1p(case.growth)
    # A capacity that grew meanwhile may have been passed before the year that it is full in.
    return min(max(crossed, full.year - first_year - 1.0), float(full.year - first_year))
