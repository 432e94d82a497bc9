"""Sums of monthly reports over industries and areas: read in SQL month by month, kept until a report comes in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from millmark.region.watch.columns import CORE
from millmark.region.watch.near import TwelveMonths
from millmark.region.watch.tables import MonthlyValueRow, MonthlyVersionRow, ProfileRow
from millmark.registry import Database, area_prefix

_V = MonthlyValueRow
_FEW = 500


@dataclass(frozen=True, slots=True)
class Cell:
    """The reports of one month, division and area: how many, and the sum of each indicator."""

    month: int
    division: int
    area_code: str
    reports: int
    sums: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Total:
    """Sums over several cells."""

    reports: int = 0
    sums: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(CORE, 0))


class MonthlySums:
    """Answers sums. A month is read again only when one of its reports, or anybody's profile, has changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._cells: dict[int, tuple[Cell, ...]] = {}
        self._years: dict[int, tuple[TwelveMonths, ...]] = {}
        self._seen = (0, 0)

    def cells(self, first_month: int, last_month: int, *, area_code: str | None = None) -> list[Cell]:
        """The cells of the months from first to last, of a division of the administration where one is given."""
        months = range(first_month, last_month + 1)
        with self._database.reading() as session:
            known, seen = self._fresh(session)
            missing = [month for month in months if month not in known]
            read = {month: _read(session, month) for month in missing}
        with self._lock:
            # What was read before somebody else saw a change is no longer true.
            if self._seen == seen:
                self._cells.update(read)
        found = known | read
        prefix = "" if area_code is None else area_prefix(area_code)
        return [cell for month in months for cell in found[month] if cell.area_code.startswith(prefix)]

    def twelve_months(self, last_month: int) -> tuple[TwelveMonths, ...]:
        """Revenue of the twelve months up to `last_month` of everybody who reported one of them."""
        with self._database.reading() as session:
            _, seen = self._fresh(session)
            with self._lock:
                kept = self._years.get(last_month)
            if kept is not None:
                return kept
            found = _year(session, last_month)
        with self._lock:
            if self._seen == seen:
                self._years[last_month] = found
        return found

    def version(self) -> tuple[int, int]:
        """Changes with every report and every profile that comes in."""
        with self._database.reading() as session:
            return self._newest(session)

    def latest_month(self) -> int | None:
        """The latest month that anybody reported."""
        with self._database.reading() as session:
            return session.scalar(select(func.max(_V.month)))

    def _fresh(self, session: Session) -> tuple[dict[int, tuple[Cell, ...]], tuple[int, int]]:
        """What is kept and still true, and as of which version and profile."""
        version, profile = self._newest(session)
        with self._lock:
            seen_version, seen_profile = self._seen
        if (version, profile) == (seen_version, seen_profile):
            with self._lock:
                return dict(self._cells), (version, profile)
        came: Sequence[tuple[int, int]] = ()
        if profile == seen_profile and version > seen_version:
            query = select(MonthlyVersionRow.month, MonthlyVersionRow.enterprise_id)
            came = [
                (row.month, row.enterprise_id)
                for row in session.execute(query.where(MonthlyVersionRow.id > seen_version))
            ]
        anew = profile != seen_profile or version < seen_version
        years = {} if anew else self._years_with(session, came)
        with self._lock:
            if anew:
                self._cells.clear()
            for month, _ in came:
                self._cells.pop(month, None)
            self._years = years
            self._seen = (version, profile)
            return dict(self._cells), (version, profile)

    def _years_with(self, session: Session, came: Sequence[tuple[int, int]]) -> dict[int, tuple[TwelveMonths, ...]]:
        """The years that are kept, with those who reported since put in their places; many make a year be read anew."""
        with self._lock:
            kept = dict(self._years)
        for last_month in list(kept):
            who = {enterprise for month, enterprise in came if last_month - 12 < month <= last_month}
            if len(who) > _FEW:
                del kept[last_month]
            elif who:
                others = (one for one in kept[last_month] if one.enterprise_id not in who)
                kept[last_month] = (*others, *_year(session, last_month, who))
        return kept

    @staticmethod
    def _newest(session: Session) -> tuple[int, int]:
        version = session.scalar(select(func.max(MonthlyVersionRow.id))) or 0
        profile = session.scalar(select(func.max(ProfileRow.id))) or 0
        return version, profile


def totals(cells: Iterable[Cell], key: Callable[[Cell], Any]) -> dict[Any, Total]:
    """Sums of the cells that share a key."""
    reports: dict[Any, int] = {}
    sums: dict[Any, dict[str, int]] = {}
    for cell in cells:
        group = key(cell)
        reports[group] = reports.get(group, 0) + cell.reports
        into = sums.setdefault(group, dict.fromkeys(CORE, 0))
        for name, value in cell.sums.items():
            into[name] += value
    return {group: Total(reports[group], sums[group]) for group in sums}


def _year(session: Session, last_month: int, only: Collection[int] | None = None) -> tuple[TwelveMonths, ...]:
    query = select(_V.enterprise_id, func.count(_V.revenue_fen), func.sum(_V.revenue_fen)).where(
        _V.month.between(last_month - 11, last_month), _V.revenue_fen.is_not(None)
    )
    if only is not None:
        query = query.where(_V.enterprise_id.in_(only))
    found = session.execute(query.group_by(_V.enterprise_id))
    return tuple(TwelveMonths(one, count, int(total or 0)) for one, count, total in found)


def _read(session: Session, month: int) -> tuple[Cell, ...]:
    columns = [func.coalesce(func.sum(getattr(_V, name)), 0) for name in CORE]
    query = (
        select(_V.division, _V.area_code, func.count(), *columns)
        .where(_V.month == month)
        .group_by(_V.division, _V.area_code)
        .order_by(_V.division, _V.area_code)
    )
    return tuple(
        Cell(month, division, area, count, dict(zip(CORE, map(int, sums), strict=True)))
        for division, area, count, *sums in session.execute(query)
    )
