"""Facts of enterprises: what was told or proven, as of when, and how well; never overwritten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import Select, Text, cast, select
from sqlalchemy.orm import Session

from millmark.programmes.assessment.errors import InvalidFact
from millmark.programmes.assessment.tables import EnterpriseFactRow
from millmark.programmes.grade import Grade
from millmark.programmes.packs import Fact, FactType
from millmark.registry import Database

FactValue: TypeAlias = bool | Decimal | str | tuple[str, ...]
"""As expressions read it; dates as YYYY-MM-DD, numbers exact."""

_LONGEST_TEXT = 2_000
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class NewFact:
    fact: str
    value: FactValue
    unit: str
    as_of: date
    grade: Grade
    source: str


@dataclass(frozen=True, slots=True)
class FactRecord:
    """A fact as it was told; `as_of` is the day it was true on."""

    id: int
    enterprise_id: int
    fact: str
    value: FactValue
    unit: str
    as_of: date
    grade: Grade
    source: str
    recorded_at_us: int
    recorded_by: str


class FactBook:
    """Keeps facts; the latest `as_of` holds, and of several with the same day the one told last."""

    def __init__(self, database: Database, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._now_us = now_us

    def record(self, enterprise_id: int, facts: Sequence[NewFact], *, recorded_by: str) -> list[FactRecord]:
        """Adds all facts or, when one cannot be kept, none; raises `InvalidFact`."""
        with self._database.transaction() as session:
            return self.record_within(session, enterprise_id, facts, recorded_by=recorded_by)

    def record_within(
        self, session: Session, enterprise_id: int, facts: Sequence[NewFact], *, recorded_by: str
    ) -> list[FactRecord]:
        now_us = self._now_us()
        rows = [
            EnterpriseFactRow(
                enterprise_id=enterprise_id,
                fact=one.fact,
                value=_stored(one),
                unit=one.unit,
                as_of=one.as_of,
                grade=one.grade.value,
                source=one.source,
                recorded_at_us=now_us,
                recorded_by=recorded_by,
            )
            for one in facts
        ]
        session.add_all(rows)
        session.flush()
        return [_record(row) for row in rows]

    def latest(self, enterprise_id: int, as_of: date | None = None) -> Mapping[str, FactRecord]:
        """What holds, by fact; with a day, what was known to hold on it."""
        with self._database.reading() as session:
            query = _in_order(as_of).where(EnterpriseFactRow.enterprise_id == enterprise_id)
            # The last one of a fact stands: rows come in the order in which they take precedence.
            return {row.fact: _record(row) for row in session.scalars(query)}

    def latest_of_all(self, as_of: date | None = None) -> Mapping[int, Mapping[str, FactRecord]]:
        """What holds of every enterprise, by its id."""
        found: dict[int, dict[str, FactRecord]] = {}
        with self._database.reading() as session:
            for row in session.scalars(_in_order(as_of)):
                found.setdefault(row.enterprise_id, {})[row.fact] = _record(row)
        return found

    def values_of_all(self, names: Iterable[str], as_of: date | None = None) -> Mapping[int, Mapping[str, FactValue]]:
        """Only the values of some facts, by enterprise: for thousands of enterprises."""
        fact, table = EnterpriseFactRow, EnterpriseFactRow.__table__
        query = (
            select(table.c.enterprise_id, table.c.fact, cast(table.c.value, Text))
            .where(fact.fact.in_(sorted(names)))
            .order_by(table.c.as_of, table.c.id)
        )
        if as_of is not None:
            query = query.where(fact.as_of <= as_of)
        found: dict[int, dict[str, FactValue]] = {}
        with self._database.reading() as session:
            for enterprise_id, name, value in session.execute(query):
                found.setdefault(enterprise_id, {})[name] = _read(msgspec.json.decode(value))
        return found

    def history(self, enterprise_id: int, fact: str) -> list[FactRecord]:
        """Everything told of one fact, what holds last."""
        with self._database.reading() as session:
            query = _in_order(None).where(
                EnterpriseFactRow.enterprise_id == enterprise_id, EnterpriseFactRow.fact == fact
            )
            return [_record(row) for row in session.scalars(query)]


def fact_value(fact: Fact, value: object) -> FactValue:
    """What somebody gave as the fact's value, checked by what the pack says of it; raises `InvalidFact`."""
    match fact.type:
        case FactType.NUMBER | FactType.INTEGER:
            return _number(fact, value)
        case FactType.BOOLEAN:
            if not isinstance(value, bool):
                raise InvalidFact(f"{fact.id}: {_short(value)} is neither true nor false")
            return value
        case FactType.DATE:
            return _date(fact, value)
        case FactType.TEXT:
            if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT:
                raise InvalidFact(f"{fact.id}: must be a text of at most {_LONGEST_TEXT} characters")
            return value
        case FactType.CHOICE:
            return _choices(fact, [value])[0]
        case FactType.CHOICES:
            if not isinstance(value, list | tuple):
                raise InvalidFact(f"{fact.id}: must be a list of choices")
            return _choices(fact, value)


def fact_json(value: FactValue) -> Any:
    """A fact's value as JSON; numbers as text, so that nothing is rounded."""
    return format(value, "f") if isinstance(value, Decimal) else list(value) if isinstance(value, tuple) else value


def _number(fact: Fact, value: object) -> Decimal:
    try:
        number = Decimal(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise InvalidFact(f'{fact.id}: {_short(value)} is no number; write it as text, such as "12.5"')
    if fact.type is FactType.INTEGER and number != number.to_integral_value():
        raise InvalidFact(f"{fact.id}: {_short(value)} is no whole number")
    if fact.minimum is not None and number < fact.minimum:
        raise InvalidFact(f"{fact.id}: {number} is below the least possible, {fact.minimum}")
    if fact.maximum is not None and number > fact.maximum:
        raise InvalidFact(f"{fact.id}: {number} is above the most possible, {fact.maximum}")
    return number


def _date(fact: Fact, value: object) -> str:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else _no_date(fact, value)
    except ValueError:
        return _no_date(fact, value)


def _no_date(fact: Fact, value: object) -> str:
    raise InvalidFact(f"{fact.id}: {_short(value)} is no date; write it as 2024-06-30")


def _choices(fact: Fact, values: Sequence[object]) -> tuple[str, ...]:
    known = [choice.id for choice in fact.choices]
    for value in values:
        if value not in known:
            raise InvalidFact(f"{fact.id}: {_short(value)} is none of {', '.join(known)}")
    return tuple(str(value) for value in values)


def _short(value: object) -> str:
    return repr(value)[:40]


def _stored(one: NewFact) -> Any:
    """Numbers are told apart from texts by their table, which no text is."""
    if isinstance(one.value, Decimal):
        return {"number": format(one.value, "f")}
    return fact_json(one.value)


def _read(value: Any) -> FactValue:
    if isinstance(value, dict):
        return Decimal(value["number"])
    return tuple(value) if isinstance(value, list) else value


def _in_order(as_of: date | None) -> Select[EnterpriseFactRow]:
    query = select(EnterpriseFactRow).order_by(EnterpriseFactRow.as_of, EnterpriseFactRow.id)
    return query if as_of is None else query.where(EnterpriseFactRow.as_of <= as_of)


def _record(row: EnterpriseFactRow) -> FactRecord:
    return FactRecord(
        id=row.id,
        enterprise_id=row.enterprise_id,
        fact=row.fact,
        value=_read(row.value),
        unit=row.unit,
        as_of=row.as_of,
        grade=Grade(row.grade),
        source=row.source,
        recorded_at_us=row.recorded_at_us,
        recorded_by=row.recorded_by,
    )
