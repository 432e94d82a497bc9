"""What a book offers so that figures can count its records and a facts file can bring them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol

from sqlalchemy.orm import Session

from millmark.region.entry import NewLedgerEntry
from millmark.region.figure import RecordRef, RecordSource


class RecordBook(Protocol):
    """A book of the region whose records figures count.

    `source` is the first part of its references (`watch:12`), the `records` of a figure's query, and the `book` of a
    kind in the city's pack.
    """

    @property
    def source(self) -> RecordSource: ...

    def standing_records(self, as_of: date, known_at_us: int | None = None) -> Iterable[RecordRef]:
        """The records that hold on a day, neither voided nor voiding, as known at a moment (now)."""
        ...

    def record(self, number: int) -> RecordRef:
        """The record by the number of its reference; raises `EntryNotFound`."""
        ...


class FactsBook(RecordBook, Protocol):
    """A book into which a facts file brings records, told as plain facts of the kinds that the book keeps."""

    def as_record(self, fact: NewLedgerEntry, number: int) -> RecordRef:
        """The fact as the record that it would be, for reckoning figures before anything is kept."""
        ...

    def add_fact_within(self, session: Session, fact: NewLedgerEntry, *, recorded_by: str) -> None:
        """Keeps the fact as a part of a larger transaction."""
        ...

    def imported_within(self, session: Session) -> Mapping[str, NewLedgerEntry]:
        """What imports brought so far, by import key, as it was brought."""
        ...
