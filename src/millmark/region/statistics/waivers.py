"""Waivers: enterprises that agree in writing to having their part of published tables told (handbook 4.2.1, Waivers).

A row is only ever added: a consent, or the withdrawal of one. What held on a day can be asked as it was known at any
moment. What was published while a consent held stays published.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from millmark.model.period import utc_datetime
from millmark.region.disclosure.cells import Flags
from millmark.region.statistics.columns import Contributions
from millmark.region.statistics.errors import InvalidWaiver, StatisticsConflict, TableNotFound
from millmark.region.statistics.measures import MEASURES
from millmark.region.statistics.tables import StatisticsWaiverRow
from millmark.region.watch.months import first_day, last_day
from millmark.registry import Database
from millmark.registry.tables import EnterpriseRow

_LONGEST: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWaiver:
    """`measures` are ids of what may be told, none for everything; the term is of the months that are told, and
    `valid_until` of None has no end. `document` names the writing: title, number, day."""

    enterprise_id: int
    valid_from: date
    valid_until: date | None
    measures: tuple[str, ...]
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """From `from_day` on nothing more is published by the consent."""

    from_day: date
    document: str
    recorded_by: str
    recorded_at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    id: int
    content: NewWaiver
    recorded_by: str
    recorded_at_us: int
    withdrawal: Withdrawal | None

    def holds(self, day: date) -> bool:
        """Whether somebody who publishes on a day may rely on it."""
        return self.withdrawal is None or day < self.withdrawal.from_day

    def covers(self, measure: str, month: int) -> bool:
        """Whether it is about a measure and the whole of a month."""
        told, until = self.content, self.content.valid_until
        in_scope = not told.measures or measure in told.measures
        return in_scope and told.valid_from <= first_day(month) and (until is None or last_day(month) <= until)


class WaiverBook:
    def __init__(self, database: Database, *, now_us: Callable[[], int], zone: ZoneInfo) -> None:
        self._database = database
        self._now_us = now_us
        self._zone = zone

    def give(self, new: NewWaiver, *, recorded_by: str) -> Waiver:
        """Keeps a consent; raises `InvalidWaiver`."""
        _check(new)
        row = StatisticsWaiverRow(
            enterprise_id=new.enterprise_id,
            valid_from=new.valid_from,
            valid_until=new.valid_until,
            measures=sorted(set(new.measures)),
            document=new.document.strip(),
            recorded_by=recorded_by,
            recorded_at_us=self._now_us(),
        )
        with self._database.transaction() as session:
            if session.get(EnterpriseRow, new.enterprise_id) is None:
                raise InvalidWaiver(f"enterprise_id: there is no enterprise {new.enterprise_id}")
            session.add(row)
            session.flush()
            return _waiver(row, None)

    def withdraw(self, waiver_id: int, *, from_day: date, document: str, recorded_by: str) -> Waiver:
        """Keeps a withdrawal; raises `TableNotFound`, `InvalidWaiver`, or `StatisticsConflict` for a second one."""
        if not document.strip() or len(document) > _LONGEST:
            raise InvalidWaiver(f"document: name the writing that withdraws it, 1 to {_LONGEST} characters")
        try:
            with self._database.transaction() as session:
                given = session.get(StatisticsWaiverRow, waiver_id)
                if given is None or given.withdraws is not None:
                    raise TableNotFound(f"there is no waiver {waiver_id}")
                row = StatisticsWaiverRow(
                    enterprise_id=given.enterprise_id,
                    valid_from=from_day,
                    valid_until=None,
                    measures=[],
                    document=document.strip(),
                    withdraws=waiver_id,
                    recorded_by=recorded_by,
                    recorded_at_us=self._now_us(),
                )
                session.add(row)
                session.flush()
                return _waiver(given, row)
        except IntegrityError as error:
            raise StatisticsConflict(f"waiver {waiver_id} is withdrawn already; look at it again") from error

    def one(self, waiver_id: int) -> Waiver:
        """Raises `TableNotFound`."""
        found = next((one for one in self.waivers() if one.id == waiver_id), None)
        if found is None:
            raise TableNotFound(f"there is no waiver {waiver_id}")
        return found

    def waivers(self, *, known_at_us: int | None = None, enterprise_id: int | None = None) -> list[Waiver]:
        """All consents that were known at a moment, with what was known of their withdrawal; the latest first."""
        row = StatisticsWaiverRow
        query = select(row).order_by(row.id.desc())
        if known_at_us is not None:
            query = query.where(row.recorded_at_us <= known_at_us)
        if enterprise_id is not None:
            query = query.where(row.enterprise_id == enterprise_id)
        with self._database.reading() as session:
            rows = session.scalars(query).all()
            ended = {one.withdraws: one for one in rows if one.withdraws is not None}
            return [_waiver(one, ended.get(one.id)) for one in rows if one.withdraws is None]

    def stamp(self) -> object:
        """Changes with every consent, every withdrawal, and every day on which one may begin to hold."""
        with self._database.reading() as session:
            return session.scalar(select(func.max(StatisticsWaiverRow.id))), self.today()

    def today(self) -> date:
        return utc_datetime(self._now_us()).astimezone(self._zone).date()

    def laid_on(self, measure: str, contributions: Contributions) -> Contributions:
        """The contributions with what of them may be told today, as known now."""
        day = self.today()
        holding = [one for one in self.waivers() if one.holds(day)]
        if not holding:
            return replace(contributions, waived=None)
        by_enterprise: dict[int, list[Waiver]] = {}
        for one in holding:
            by_enterprise.setdefault(one.content.enterprise_id, []).append(one)
        waived: Flags = np.zeros(contributions.value.shape, np.bool_)
        months: Sequence[int] = contributions.months.tolist()
        for row in np.flatnonzero(np.isin(contributions.enterprise, list(by_enterprise))):
            given = by_enterprise[int(contributions.enterprise[row])]
            waived[row] = [any(one.covers(measure, month) for one in given) for month in months]
        return replace(contributions, waived=waived)


def _check(new: NewWaiver) -> None:
    unknown = sorted(set(new.measures) - set(MEASURES))
    faults = [
        (
            not new.document.strip() or len(new.document) > _LONGEST,
            f"document: name the writing, 1 to {_LONGEST} letters",
        ),
        (bool(unknown), f"measures: there is none called {', '.join(unknown)}; known are {', '.join(MEASURES)}"),
        (
            new.valid_until is not None and new.valid_until < new.valid_from,
            "valid_until: the term ends before it begins",
        ),
    ]
    for wrong, message in faults:
        if wrong:
            raise InvalidWaiver(message)


def _waiver(row: StatisticsWaiverRow, ended: StatisticsWaiverRow | None) -> Waiver:
    return Waiver(
        id=row.id,
        content=NewWaiver(
            enterprise_id=row.enterprise_id,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            measures=tuple(row.measures),
            document=row.document,
        ),
        recorded_by=row.recorded_by,
        recorded_at_us=row.recorded_at_us,
        withdrawal=None
        if ended is None
        else Withdrawal(
            from_day=ended.valid_from,
            document=ended.document,
            recorded_by=ended.recorded_by,
            recorded_at_us=ended.recorded_at_us,
        ),
    )
