"""What stands in the ledger, summed: by kind, and month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from millmark.region.areas import lies_within
from millmark.region.ledger import Ledger
from millmark.region.ledger_rows import VOIDING, At, LedgerFilter, standing_at
from millmark.region.tables import LedgerEntryRow

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class KindSum:
    """What stands of a kind. `quantity` leaves out parts of what is counted in bulk; `listed` are single entries."""

    kind: str
    entries: int
    quantity: Decimal
    listed: int
    located: int
    placeholders: int
    latest: date | None
    last_recorded_at_us: int | None


@dataclass(frozen=True, slots=True)
class GrowthPoint:
    day: date
    quantity: Decimal
    listed: int


class LedgerSums:
    """Sums over a ledger, reckoned by its database. `area_code` bounds them to an area."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def by_kind(self, at: At, area_code: str | None = None) -> list[KindSum]:
        """Every kind of which something stands."""
        row = LedgerEntryRow
        query = (
            select(
                row.kind,
                row.part_of,
                func.count(),
                func.sum(row.quantity),
                func.count(row.subject),
                func.count(row.longitude),
                func.sum(row.placeholder.cast(row.id.type)),
                func.max(row.last_date),
                func.max(row.recorded_at_us),
            )
            .select_from(row)
            .outerjoin(VOIDING, VOIDING.voids == row.id)
            .where(*standing_at(at), *self._bounds(area_code))
            .group_by(row.kind, row.part_of)
        )
        with self._ledger.database.reading() as session:
            groups = session.execute(query).all()
        within = self._wholes_within(at, area_code)
        found: dict[str, KindSum] = {}
        for kind, part_of, entries, quantity, listed, located, placeholders, latest, recorded in groups:
            before = found.get(kind) or KindSum(kind, 0, _ZERO, 0, 0, 0, None, None)
            found[kind] = KindSum(
                kind,
                before.entries + entries,
                before.quantity + (_ZERO if part_of in within else _exact(quantity)),
                before.listed + listed,
                before.located + located,
                before.placeholders + (placeholders or 0),
                max(filter(None, (before.latest, latest)), default=None),
                max(filter(None, (before.last_recorded_at_us, recorded)), default=None),
            )
        return list(found.values())

    def growth(self, kind: str, at: At, area_code: str | None = None) -> list[GrowthPoint]:
        """What stood at the end of each month since the first entry, and on the day itself, as known at the moment."""
        row = LedgerEntryRow
        # Entries that no longer hold on the day were part of what stood before.
        known = [one for one in standing_at(At(date.max, at.known_at_us)) if "holds_until" not in str(one)]
        query = (
            select(row.holds_from, row.holds_until, row.part_of, func.sum(row.quantity), func.count(row.subject))
            .select_from(row)
            .outerjoin(VOIDING, VOIDING.voids == row.id)
            .where(*known, row.kind == kind, row.holds_from <= at.as_of, *self._bounds(area_code))
            .group_by(row.holds_from, row.holds_until, row.part_of)
        )
        with self._ledger.database.reading() as session:
            groups = session.execute(query).all()
        within = self._wholes_within(at, area_code)
        changes: list[tuple[date, Decimal, int]] = []
        for first, until, part_of, quantity, listed in groups:
            counts = _ZERO if part_of in within else _exact(quantity)
            changes.append((first, counts, listed))
            if until is not None and until < at.as_of:
                changes.append((until + timedelta(days=1), -counts, -listed))
        return _summed(sorted(changes), at.as_of)

    def _bounds(self, area_code: str | None) -> Sequence[Any]:
        if area_code is None:
            return ()
        prefix, names = self._ledger.filter_area(area_code)
        return LedgerFilter(area_prefix=prefix, area_names=names).conditions()

    def _wholes_within(self, at: At, area_code: str | None) -> frozenset[int]:
        """Entries in bulk whose parts add nothing here; a county's parts count where their whole is the city's."""
        wholes = self._ledger.wholes(at.known_at_us)
        return frozenset(
            named for named, whole in wholes.items() if area_code is None or lies_within(whole.area_code, area_code)
        )


def _summed(changes: Sequence[tuple[date, Decimal, int]], until: date) -> list[GrowthPoint]:
    if not changes:
        return []
    points: list[GrowthPoint] = []
    quantity, listed, at = _ZERO, 0, 0
    for day in _month_ends(changes[0][0], until):
        while at < len(changes) and changes[at][0] <= day:
            quantity += changes[at][1]
            listed += changes[at][2]
            at += 1
        points.append(GrowthPoint(day, quantity, listed))
    return points


def _month_ends(first: date, last: date) -> list[date]:
    """The ends of the months from one day on, and the last day; for more than ten years, those of years."""
    by_year = (last.year - first.year) > 10
    found: list[date] = []
    day = first.replace(month=12 if by_year else first.month, day=1)
    while True:
        end = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        if end >= last:
            return [*found, last]
        found.append(end)
        day = day.replace(year=day.year + 1) if by_year else end + timedelta(days=1)


def _exact(value: Any) -> Decimal:
    return _ZERO if value is None else Decimal(value)
