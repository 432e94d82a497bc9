"""Rows of the ledger's table and the entries they are, and which rows stand at two times."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, or_, select
from sqlalchemy.orm import aliased

from millmark.programmes import Counting, DateSpan, Grade
from millmark.region.entry import LedgerEntry, NewLedgerEntry, Qualifier
from millmark.region.field import FieldValue
from millmark.region.tables import LedgerEntryRow

VOIDING = aliased(LedgerEntryRow)
# The second column is null for an entry that nobody voided; the outer join does not show in the type.
Selected = Select[LedgerEntryRow, int]


@dataclass(frozen=True, slots=True)
class At:
    """Two times: the day whose state is asked for, and the moment as known at which; None is now."""

    as_of: date
    known_at_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFilter:
    """Which entries are asked for; what is None or empty leaves open.

    `areas` are prefixes of codes and the names that stand for them in entries without a code. `fields` are choices or
    words that a field has. `words` are looked for in subject, source and owner. `located` leaves those with a place.
    """

    kind: str | None = None
    area_prefix: str | None = None
    area_names: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    words: str | None = None
    subject: str | None = None
    counting: Counting | None = None
    located: bool = False
    batch: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        row = LedgerEntryRow
        found: list[ColumnElement[bool]] = []
        if self.kind is not None:
            found.append(row.kind == self.kind)
        if self.area_prefix is not None:
            found.append(within(self.area_prefix, self.area_names))
        found += [row.fields[name].as_string() == value for name, value in self.fields]
        if self.words:
            pattern = f"%{_escaped(self.words)}%"
            texts = (row.subject, row.source, row.owner)
            found.append(or_(*(text.ilike(pattern, escape="\\") for text in texts)))
        if self.subject is not None:
            found.append(row.subject == self.subject)
        if self.counting is Counting.BULK:
            found.append(row.subject.is_(None))
        if self.counting is Counting.INDIVIDUAL:
            found.append(row.subject.is_not(None))
        if self.located:
            found.append(row.longitude.is_not(None))
        if self.batch is not None:
            found.append(row.batch_id == self.batch)
        return found


def within(prefix: str, names: Sequence[str]) -> ColumnElement[bool]:
    """Entries of an area: by code, or by name where an entry is from before areas had codes."""
    row = LedgerEntryRow
    # A range of the index, where LIKE would be none.
    by_code = and_(row.area_code >= prefix, row.area_code < prefix + ":")
    return or_(by_code, and_(row.area_code.is_(None), row.area.in_(names))) if names else by_code


def standing_at(at: At) -> list[ColumnElement[bool]]:
    """What holds of a select with `VOIDING` joined: held on the day, recorded and not voided as known then."""
    row = LedgerEntryRow
    found = [
        row.holds_from <= at.as_of,
        or_(row.holds_until.is_(None), row.holds_until >= at.as_of),
        row.voids.is_(None),
    ]
    if at.known_at_us is None:
        return [*found, VOIDING.id.is_(None)]
    unvoided = or_(VOIDING.id.is_(None), VOIDING.recorded_at_us > at.known_at_us)
    return [*found, row.recorded_at_us <= at.known_at_us, unvoided]


def entries() -> Selected:
    return select(LedgerEntryRow, VOIDING.id).outerjoin(VOIDING, VOIDING.voids == LedgerEntryRow.id)


def values_of(entry: NewLedgerEntry, *, recorded_at_us: int, recorded_by: str) -> dict[str, Any]:
    """The columns of an entry, as they are inserted."""
    return {
        "kind": entry.kind,
        "area": entry.area,
        "first_date": entry.span.first,
        "last_date": entry.span.last,
        "stated_on": entry.stated_on,
        "holds_from": entry.holds_from,
        "holds_until": entry.holds_until,
        "quantity": entry.quantity,
        "unit": entry.unit,
        "subject": entry.subject,
        "counting": entry.counting.value,
        "qualifier": entry.qualifier.value,
        "source": entry.source,
        "grade": entry.grade.value,
        "placeholder": entry.placeholder,
        "import_key": entry.import_key,
        "recorded_at_us": recorded_at_us,
        "recorded_by": recorded_by,
        "area_code": entry.area_code,
        "owner": entry.owner,
        "longitude": entry.longitude,
        "latitude": entry.latitude,
        "fields": dict(entry.fields),
        "part_of": entry.part_of,
    }


def voiding_values(voided: LedgerEntryRow, *, source: str, recorded_at_us: int, recorded_by: str) -> dict[str, Any]:
    """The columns of an entry that voids another, and says which document does."""
    values = values_of(as_brought(voided), recorded_at_us=recorded_at_us, recorded_by=recorded_by)
    return values | {"source": source, "import_key": None, "quantity": None, "voids": voided.id, "part_of": None}


def written_fields() -> ColumnElement[str | None]:
    """The fields of an entry as the database has them, for `KnownFields`."""
    return cast(LedgerEntryRow.fields, Text)


class KnownFields:
    """Reads fields as they are written; most of a kind's entries say the same, and share what was read once.

    Nobody may change what is given out.
    """

    def __init__(self) -> None:
        self._read: dict[str | None, dict[str, FieldValue]] = {None: {}}

    def of(self, written: str | None) -> dict[str, FieldValue]:
        found = self._read.get(written)
        if found is None:
            found = self._read[written] = json.loads(written or "null") or {}
        return found


def as_brought(row: LedgerEntryRow) -> NewLedgerEntry:
    return NewLedgerEntry(
        kind=row.kind,
        area=row.area,
        span=DateSpan(row.first_date, row.last_date),
        source=row.source,
        quantity=row.quantity,
        unit=row.unit,
        subject=row.subject,
        counting=Counting(row.counting),
        qualifier=Qualifier(row.qualifier),
        grade=Grade(row.grade),
        stated_on=row.stated_on,
        placeholder=row.placeholder,
        import_key=row.import_key,
        holds_until=row.holds_until,
        area_code=row.area_code,
        owner=row.owner,
        longitude=row.longitude,
        latitude=row.latitude,
        fields=row.fields or {},
        part_of=row.part_of,
    )


def entry_of(row: LedgerEntryRow, voided_by: int | None) -> LedgerEntry:
    return LedgerEntry.of(
        as_brought(row),
        id=row.id,
        recorded_at_us=row.recorded_at_us,
        recorded_by=row.recorded_by,
        voids=row.voids,
        voided_by=voided_by,
        replaces=row.replaces,
        batch=row.batch_id,
    )


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
