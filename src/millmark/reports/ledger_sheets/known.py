"""What earlier imports brought, as it stands now: by it a sheet that comes again is known, row by row."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from millmark.programmes import DateSpan
from millmark.region.catalogue import KindText
from millmark.region.entry import NewLedgerEntry
from millmark.region.field import FieldValue
from millmark.region.ledger_rows import KnownFields, written_fields
from millmark.region.tables import LedgerEntryRow


class Content(NamedTuple):
    """What makes two rows of the same key say the same."""

    area: str
    span: DateSpan
    quantity: Decimal | None
    subject: str | None
    longitude: float | None
    latitude: float | None
    holds_until: date | None
    fields: dict[str, FieldValue]


@dataclass(frozen=True, slots=True)
class Known:
    """What stands of a row that came before: the entry's number and what it says, whoever corrected it since.

    `part_of` is the entry in bulk that counts it. `earlier` is what it said before somebody corrected it by hand;
    `stands` is false where it was voided since, and nothing stands in its place.
    """

    number: int
    area_code: str | None
    part_of: int | None
    owner: str | None
    content: Content
    earlier: tuple[Content, ...] = ()
    stands: bool = True

    def said(self, content: Content, columns: Collection[str]) -> bool:
        """Whether a row of a sheet with these columns says what was said before: one that comes again does not undo a
        correction by hand."""
        return any(completed(content, one, columns) == one for one in self.earlier)


def completed(content: Content, by: Content, columns: Collection[str]) -> Content:
    """A row's content where the sheet has a column for it, else what stands: a sheet takes back nothing that it has no
    column for."""
    kept = {name: value for name, value in by.fields.items() if name not in columns}
    return content._replace(
        longitude=content.longitude if "longitude" in columns else by.longitude,
        latitude=content.latitude if "latitude" in columns else by.latitude,
        holds_until=content.holds_until if "holds_until" in columns else by.holds_until,
        fields={**kept, **content.fields},
    )


def content_of(entry: NewLedgerEntry) -> Content:
    return Content(
        entry.area,
        entry.span,
        entry.quantity,
        entry.subject,
        entry.longitude,
        entry.latitude,
        entry.holds_until,
        dict(entry.fields),
    )


class KnownRows:
    """Everything of a kind that imports brought, by import key; made of the database's rows where it is asked for."""

    def __init__(self, rows: Iterable[Sequence[Any]], voided: Container[int | None]) -> None:
        self._first: dict[str, _Version] = {}
        self._later: dict[int, _Version] = {}
        self._voided = voided
        self._fields = KnownFields()
        for number, key, replaces, *told in rows:
            # A plain tuple of plain values: the memory of a hundred thousand of these is looked through only once.
            version: _Version = (number, *told)
            if replaces is not None:
                self._later[replaces] = version
            if key is not None:
                self._first[key] = version

    def get(self, key: str) -> Known | None:
        version = self._first.get(key)
        if version is None:
            return None
        before: list[Content] = []
        while (number := version[0]) in self._voided and (after := self._later.get(number)) is not None:
            # An import said what is the case then; only by hand is something held against what sheets say.
            is_by_hand = after[1] is None
            before = [*before, self._content(version)] if is_by_hand else []
            version = after
        number, _, area_code, part_of, owner, *_ = version
        return Known(
            number, area_code, part_of, owner, self._content(version), tuple(before), number not in self._voided
        )

    def _content(self, version: _Version) -> Content:
        *_, area, first, last, quantity, subject, longitude, latitude, holds_until, fields = version
        return Content(
            area, DateSpan(first, last), quantity, subject, longitude, latitude, holds_until, self._fields.of(fields)
        )


_Version = tuple[
    int,
    int | None,
    str | None,
    int | None,
    str | None,
    str,
    date,
    date,
    Decimal | None,
    str | None,
    float | None,
    float | None,
    date | None,
    str | None,
]
"""A version of a row: its number, the import that brought it, the code of its area, what counts it, its owner, and what
it says, with its fields as they are written."""


def known_within(session: Session, kind: KindText) -> KnownRows:
    """Everything of a kind that imports brought."""
    row = LedgerEntryRow
    query = select(
        row.id,
        row.import_key,
        row.replaces,
        row.batch_id,
        row.area_code,
        row.part_of,
        row.owner,
        row.area,
        row.first_date,
        row.last_date,
        row.quantity,
        row.subject,
        row.longitude,
        row.latitude,
        row.holds_until,
        written_fields(),
    ).where(row.kind == kind.id, or_(row.import_key.is_not(None), row.replaces.is_not(None)))
    voided = set(session.scalars(select(row.voids).where(row.kind == kind.id, row.voids.is_not(None))))
    return KnownRows(session.execute(query), voided)
