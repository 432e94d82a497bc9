"""The city's ledger: append-only entries; a correction voids one entry and adds another, in sight."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from millmark.model.period import utc_datetime
from millmark.programmes import Counting, DateSpan, Grade
from millmark.region.catalogue import CityPack
from millmark.region.entry import LedgerEntry, NewLedgerEntry, Qualifier, checked
from millmark.region.errors import EntryConflict, EntryNotFound, InvalidEntry
from millmark.region.tables import LedgerEntryRow
from millmark.registry import Database

_Voiding = aliased(LedgerEntryRow)
# The second column is null for an entry that nobody voided; the outer join does not show in the type.
_Selected = Select[LedgerEntryRow, int]


class Ledger:
    """Keeps entries of the kinds that the city's pack knows."""

    def __init__(self, database: Database, pack: CityPack, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._pack = pack
        self._now_us = now_us
        self._zone = ZoneInfo(pack.city.time_zone)

    def add(self, entry: NewLedgerEntry, *, recorded_by: str) -> LedgerEntry:
        """Keeps one entry; raises `InvalidEntry`, or `EntryConflict` when the subject is recorded already."""
        with self._database.transaction() as session:
            return self.add_within(session, entry, recorded_by=recorded_by)

    def add_within(self, session: Session, entry: NewLedgerEntry, *, recorded_by: str) -> LedgerEntry:
        """As `add`, as a part of a larger transaction."""
        book = self._pack.kind(entry.kind).book
        if book != "ledger":
            raise InvalidEntry(f"kind: facts of the kind {entry.kind!r} are kept in the book {book!r}; enter it there")
        entry = self._stated(checked(entry, self._pack))
        self._must_be_new(session, entry)
        row = _row(entry, self._now_us(), recorded_by)
        session.add(row)
        session.flush()
        return _entry(row, voided_by=None)

    def void(self, entry_id: int, *, source: str, recorded_by: str) -> LedgerEntry:
        """Keeps that an entry does not hold, and which document says so; returns the voiding entry.

        Raises `EntryNotFound`, `EntryConflict`.
        """
        with self._voiding(entry_id) as session:
            return self._void_within(session, entry_id, source, recorded_by)

    def correct(
        self, entry_id: int, replacement: NewLedgerEntry, *, source: str, recorded_by: str
    ) -> tuple[LedgerEntry, LedgerEntry]:
        """Voids an entry and adds its replacement, both or neither; returns (voiding entry, new entry)."""
        with self._voiding(entry_id) as session:
            voiding = self._void_within(session, entry_id, source, recorded_by)
            return voiding, self.add_within(session, replacement, recorded_by=recorded_by)

    def entry(self, entry_id: int) -> LedgerEntry:
        """Raises `EntryNotFound`."""
        with self._database.reading() as session:
            found = session.execute(_entries().where(LedgerEntryRow.id == entry_id)).one_or_none()
            if found is None:
                raise EntryNotFound(f"there is no ledger entry {entry_id}")
            return _entry(found[0], found[1])

    def entries(self, kind: str | None = None, limit: int | None = None) -> list[LedgerEntry]:
        """The newest first, voided and voiding ones included."""
        query = _entries().order_by(LedgerEntryRow.id.desc()).limit(limit)
        return self._read(query if kind is None else query.where(LedgerEntryRow.kind == kind))

    def standing(self, as_of: date) -> list[LedgerEntry]:
        """The entries that hold on a day, in the order kept: neither voided nor voiding."""
        query = _entries().where(
            LedgerEntryRow.holds_from <= as_of, LedgerEntryRow.voids.is_(None), _Voiding.id.is_(None)
        )
        return self._read(query.order_by(LedgerEntryRow.id))

    def imported_within(self, session: Session) -> dict[str, NewLedgerEntry]:
        """What imports brought so far, by import key, as it was brought."""
        query = select(LedgerEntryRow).where(LedgerEntryRow.import_key.is_not(None))
        return {str(row.import_key): _as_brought(row) for row in session.scalars(query)}

    def _read(self, query: _Selected) -> list[LedgerEntry]:
        with self._database.reading() as session:
            return [_entry(row, voided_by) for row, voided_by in session.execute(query)]

    def _must_be_new(self, session: Session, entry: NewLedgerEntry) -> None:
        """A subject that is counted once must not be recorded twice for the same time."""
        if self._pack.kind(entry.kind).counts != "subjects" or entry.counting is Counting.BULK:
            return
        twin = session.execute(
            _entries().where(
                LedgerEntryRow.kind == entry.kind,
                LedgerEntryRow.subject == entry.subject,
                LedgerEntryRow.first_date == entry.span.first,
                LedgerEntryRow.last_date == entry.span.last,
                LedgerEntryRow.voids.is_(None),
                _Voiding.id.is_(None),
            )
        ).first()
        if twin is not None:
            raise EntryConflict(
                f"{entry.subject} is already recorded for {entry.span} as ledger entry {twin[0].id}; "
                "void that entry first if it is wrong"
            )

    def _stated(self, entry: NewLedgerEntry) -> NewLedgerEntry:
        """What speaks of a time that is not over, such as a plan, holds from the day it is recorded, unless it says."""
        today = utc_datetime(self._now_us()).astimezone(self._zone).date()
        is_over = entry.span.last <= today
        return entry if is_over or entry.stated_on is not None else replace(entry, stated_on=today)

    @contextmanager
    def _voiding(self, entry_id: int) -> Iterator[Session]:
        try:
            with self._database.transaction() as session:
                yield session
        except IntegrityError as error:
            raise EntryConflict(f"ledger entry {entry_id} has just been voided by someone else") from error

    def _void_within(self, session: Session, entry_id: int, source: str, recorded_by: str) -> LedgerEntry:
        if not source.strip():
            raise InvalidEntry("source: say which document or finding voids the entry")
        voided = session.get(LedgerEntryRow, entry_id)
        if voided is None:
            raise EntryNotFound(f"there is no ledger entry {entry_id}")
        if voided.voids is not None:
            raise EntryConflict(f"ledger entry {entry_id} is itself a voiding; record the fact again instead")
        if session.scalar(select(exists().where(LedgerEntryRow.voids == entry_id))):
            raise EntryConflict(f"ledger entry {entry_id} is already void")
        row = _row(_as_brought(voided), self._now_us(), recorded_by)
        row.source, row.import_key, row.quantity, row.voids = source, None, None, entry_id
        session.add(row)
        session.flush()
        return _entry(row, voided_by=None)


def _entries() -> _Selected:
    return select(LedgerEntryRow, _Voiding.id).outerjoin(_Voiding, _Voiding.voids == LedgerEntryRow.id)


def _row(entry: NewLedgerEntry, recorded_at_us: int, recorded_by: str) -> LedgerEntryRow:
    return LedgerEntryRow(
        kind=entry.kind,
        area=entry.area,
        first_date=entry.span.first,
        last_date=entry.span.last,
        stated_on=entry.stated_on,
        holds_from=entry.holds_from,
        quantity=entry.quantity,
        unit=entry.unit,
        subject=entry.subject,
        counting=entry.counting,
        qualifier=entry.qualifier,
        source=entry.source,
        grade=entry.grade,
        placeholder=entry.placeholder,
        import_key=entry.import_key,
        recorded_at_us=recorded_at_us,
        recorded_by=recorded_by,
    )


def _as_brought(row: LedgerEntryRow) -> NewLedgerEntry:
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
    )


def _entry(row: LedgerEntryRow, voided_by: int | None) -> LedgerEntry:
    return LedgerEntry.of(
        _as_brought(row),
        id=row.id,
        recorded_at_us=row.recorded_at_us,
        recorded_by=row.recorded_by,
        voids=row.voids,
        voided_by=voided_by,
    )
