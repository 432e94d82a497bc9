"""What earlier imports brought, as it stands now: by it a sheet that comes again is known, row by row."""

from __future__ import annotations

from collections.abc import Collection
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

    def says(self, content: Content, columns: Collection[str]) -> bool:
        """Whether a row of a sheet with these columns says nothing new: one that comes again does not undo a correction
        by hand."""
        return any(completed(content, one, columns) == one for one in (self.content, *self.earlier))


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


def known_within(session: Session, kind: KindText) -> dict[str, Known]:
    """Everything of a kind that imports brought, by import key."""
    row = LedgerEntryRow
    query = select(
        row.id,
        row.import_key,
        row.replaces,
        row.batch_id,
        row.area,
        row.area_code,
        row.first_date,
        row.last_date,
        row.quantity,
        row.subject,
        row.longitude,
        row.latitude,
        row.holds_until,
        row.fields,
        row.part_of,
        row.owner,
    ).where(row.kind == kind.id, or_(row.import_key.is_not(None), row.replaces.is_not(None)))
    voided = set(session.scalars(select(row.voids).where(row.kind == kind.id, row.voids.is_not(None))))
    first: dict[str, _Version] = {}
    later: dict[int, _Version] = {}
    for number, key, replaces, batch, area, code, *said, part_of, owner in session.execute(query):
        day, last, quantity, subject, x, y, until, fields = said
        content = Content(area, DateSpan(day, last), quantity, subject, x, y, until, fields or {})
        version = _Version(number, code, part_of, owner, batch is None, content)
        if replaces is not None:
            later[replaces] = version
        if key is not None:
            first[str(key)] = version
    return {key: _as_it_stands(version, later, voided) for key, version in first.items()}


class _Version(NamedTuple):
    number: int
    area_code: str | None
    part_of: int | None
    owner: str | None
    by_hand: bool
    content: Content


def _as_it_stands(version: _Version, later: dict[int, _Version], voided: set[Any]) -> Known:
    if version.number not in voided:
        return Known(version.number, version.area_code, version.part_of, version.owner, version.content)
    before: list[Content] = []
    while (after := later.get(version.number)) is not None:
        # An import said what is the case then; only by hand is something held against what sheets say.
        before = [*before, version.content] if after.by_hand else []
        version = after
    return Known(
        version.number,
        version.area_code,
        version.part_of,
        version.owner,
        version.content,
        tuple(before),
        version.number not in voided,
    )
