"""The city's ledger: append-only entries; a correction voids one entry and adds another, in sight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.region.catalogue import CityPack, KindText
from millmark.region.conflicts import Counted, KindBook, counted, series_of
from millmark.region.entry import LedgerEntry, NewLedgerEntry, checked
from millmark.region.errors import EntryConflict, EntryNotFound, InvalidEntry
from millmark.region.geography import Area, county_fault
from millmark.region.kept import book_version
from millmark.region.ledger_rows import (
    VOIDING,
    At,
    KnownFields,
    LedgerFilter,
    Selected,
    as_brought,
    entries,
    entry_of,
    standing_at,
    values_of,
    voiding_values,
    within,
    written_fields,
)
from millmark.region.tables import LedgerEntryRow
from millmark.registry import Database, area_prefix

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Whole:
    """An entry in bulk that has parts: its number, and the code of its area."""

    id: int
    area_code: str | None


class Ledger:
    """Keeps entries of the kinds that the city's pack knows.

    `boundaries` gives the outlines of the counties where they are real: a place must then lie in the county named.
    """

    def __init__(
        self,
        database: Database,
        pack: CityPack,
        *,
        now_us: Callable[[], int],
        boundaries: Callable[[], Sequence[Area]] = tuple,
    ) -> None:
        self._database = database
        self._pack = pack
        self._now_us = now_us
        self._boundaries = boundaries
        self._zone = ZoneInfo(pack.city.time_zone)

    @property
    def database(self) -> Database:
        return self._database

    @property
    def zone(self) -> ZoneInfo:
        return self._zone

    @property
    def pack(self) -> CityPack:
        return self._pack

    def today(self) -> date:
        """The city's calendar day."""
        return utc_datetime(self._now_us()).astimezone(self._zone).date()

    def add(self, entry: NewLedgerEntry, *, recorded_by: str) -> LedgerEntry:
        """Keeps one entry; raises `InvalidEntry`, or `EntryConflict` for what is counted already."""
        with self._database.transaction() as session:
            return self.add_within(session, entry, recorded_by=recorded_by)

    def add_within(
        self, session: Session, entry: NewLedgerEntry, *, recorded_by: str, replaces: int | None = None
    ) -> LedgerEntry:
        """As `add`, as a part of a larger transaction."""
        self._database.in_turn(session, LedgerEntryRow)
        entry = self.checked(entry)
        kind = self._pack.kind(entry.kind)
        fault = self.book_within(session, kind, only=entry).fault(counted(kind, entry, "this entry"))
        if fault is not None:
            told = fault.en if fault.field == "subject" else f"{fault.field}: {fault.en}"
            raise EntryConflict(told, fault.zh)
        row = LedgerEntryRow(**values_of(entry, recorded_at_us=self._now_us(), recorded_by=recorded_by))
        row.replaces = replaces
        session.add(row)
        session.flush()
        return entry_of(row, voided_by=None)

    def checked(self, entry: NewLedgerEntry) -> NewLedgerEntry:
        """The entry as it would be kept, whatever else stands; raises `InvalidEntry`."""
        book = self._pack.kind(entry.kind).book
        if book != "ledger":
            raise InvalidEntry(
                f"kind: facts of the kind {entry.kind!r} are kept in the book {book!r}; enter it there",
                "这一类不在台账中登记,请到相应的页面登记",
            )
        entry = self.stated(checked(entry, self._pack))
        if entry.longitude is not None and entry.latitude is not None and (areas := self._boundaries()):
            fault = county_fault(areas, entry.area_code, entry.longitude, entry.latitude)
            if fault is not None:
                raise InvalidEntry(f"{fault.field}: {fault.en}", fault.zh)
        return entry

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
            return voiding, self.add_within(session, replacement, recorded_by=recorded_by, replaces=entry_id)

    def entry(self, entry_id: int) -> LedgerEntry:
        """Raises `EntryNotFound`."""
        with self._database.reading() as session:
            found = session.execute(entries().where(LedgerEntryRow.id == entry_id)).one_or_none()
            if found is None:
                raise EntryNotFound(f"there is no ledger entry {entry_id}")
            return entry_of(found[0], found[1])

    def history(self, entry_id: int) -> list[LedgerEntry]:
        """An entry with what it replaced, what voided it and what stands in its place, the first first.

        Raises `EntryNotFound`.
        """
        with self._database.reading() as session:
            row = session.get(LedgerEntryRow, entry_id)
            if row is None:
                raise EntryNotFound(f"there is no ledger entry {entry_id}")
            while (before := row.replaces or row.voids) is not None:
                row = session.get_one(LedgerEntryRow, before)
            found: list[LedgerEntry] = []
            while row is not None:
                voiding = session.scalar(select(LedgerEntryRow).where(LedgerEntryRow.voids == row.id))
                found.append(entry_of(row, None if voiding is None else voiding.id))
                if voiding is not None:
                    found.append(entry_of(voiding, None))
                row = session.scalar(select(LedgerEntryRow).where(LedgerEntryRow.replaces == row.id))
            return found

    def entries(self, kind: str | None = None, limit: int | None = None) -> list[LedgerEntry]:
        """The newest first, voided and voiding ones included."""
        return self.found(LedgerFilter(kind=kind), limit=limit)

    def found(
        self, wanted: LedgerFilter, at: At | None = None, *, limit: int | None = None, before: int | None = None
    ) -> list[LedgerEntry]:
        """Entries of a filter, the newest first: those that stand at two times, or all that were ever kept."""
        query = entries().where(*wanted.conditions(), *(standing_at(at) if at is not None else ()))
        if before is not None:
            query = query.where(LedgerEntryRow.id < before)
        return self._read(query.order_by(LedgerEntryRow.id.desc()).limit(limit))

    def total(self, wanted: LedgerFilter, at: At | None = None) -> int:
        """How many entries a filter has."""
        query = select(func.count()).select_from(LedgerEntryRow).outerjoin(VOIDING, VOIDING.voids == LedgerEntryRow.id)
        with self._database.reading() as session:
            return session.scalar(query.where(*wanted.conditions(), *(standing_at(at) if at is not None else ()))) or 0

    def standing(self, as_of: date, known_at_us: int | None = None, *, counted: bool = False) -> list[LedgerEntry]:
        """The entries that hold on a day, as known at a moment (now), in the order kept: neither voided nor voiding.

        `counted` leaves out what lists the parts of an entry in bulk that stands: that entry counts them.
        """
        at = At(as_of, known_at_us)
        with self._database.reading() as session:
            query = entries().where(*standing_at(at))
            if counted:
                wholes = list(self._wholes_within(session, known_at_us))
                query = query.where(or_(LedgerEntryRow.part_of.is_(None), LedgerEntryRow.part_of.not_in(wholes)))
            found = session.execute(query.order_by(LedgerEntryRow.id))
            return [entry_of(row, voided_by) for row, voided_by in found]

    def standing_ids(self, as_of: date, known_at_us: int | None = None) -> list[int]:
        """Ids of what figures count on a day, in the order kept: as `standing` with `counted`."""
        with self._database.reading() as session:
            query = select(LedgerEntryRow.id).outerjoin(VOIDING, VOIDING.voids == LedgerEntryRow.id)
            query = query.where(*standing_at(At(as_of, known_at_us)))
            wholes = list(self._wholes_within(session, known_at_us))
            counted = or_(LedgerEntryRow.part_of.is_(None), LedgerEntryRow.part_of.not_in(wholes))
            return list(session.scalars(query.where(counted).order_by(LedgerEntryRow.id)))

    def some(self, ids: Sequence[int]) -> Iterator[LedgerEntry]:
        """Entries by their ids, in no certain order; what voided them is not looked up."""
        for start in range(0, len(ids), _CHUNK):
            with self._database.reading() as session:
                query = select(LedgerEntryRow).where(LedgerEntryRow.id.in_(ids[start : start + _CHUNK]))
                yield from [entry_of(row, voided_by=None) for row in session.scalars(query)]

    def parts(self, entry_id: int) -> int:
        """How many standing entries list what an entry in bulk counts."""
        with self._database.reading() as session:
            return self._parts_within(session, entry_id)

    def columns(self, wanted: LedgerFilter, at: At, columns: Sequence[str]) -> list[Sequence[Any]]:
        """Columns of the entries that stand, in the order kept, without making entries of them."""
        query = (
            select(*(getattr(LedgerEntryRow, name) for name in columns))
            .outerjoin(VOIDING, VOIDING.voids == LedgerEntryRow.id)
            .where(*wanted.conditions(), *standing_at(at))
            .order_by(LedgerEntryRow.id)
        )
        with self._database.reading() as session:
            return list(session.execute(query))

    def version(self) -> tuple[int, int]:
        """Changes with every entry that comes in, also where a later number is committed before an earlier one."""
        with self._database.reading() as session:
            return book_version(session, LedgerEntryRow.id)

    def version_within(self, session: Session, kind: KindText) -> tuple[int, int]:
        """As `version`, of one kind: what comes in of other kinds cannot contradict its entries."""
        return book_version(session, LedgerEntryRow.id, LedgerEntryRow.kind == kind.id)

    def imported_within(self, session: Session) -> dict[str, NewLedgerEntry]:
        """What imports of facts brought so far, by import key, as it was brought."""
        query = select(LedgerEntryRow).where(LedgerEntryRow.import_key.is_not(None), LedgerEntryRow.batch_id.is_(None))
        return {str(row.import_key): as_brought(row) for row in session.scalars(query)}

    def book_within(self, session: Session, kind: KindText, *, only: NewLedgerEntry | None = None) -> KindBook:
        """What stands of a kind, for rules about what may stand beside it; with `only`, as far as that entry needs."""
        row = LedgerEntryRow
        query = (
            select(
                row.id,
                row.area,
                row.area_code,
                row.subject,
                written_fields(),
                row.first_date,
                row.last_date,
                row.quantity,
                row.part_of,
            )
            .outerjoin(VOIDING, VOIDING.voids == row.id)
            .where(row.kind == kind.id, row.voids.is_(None), VOIDING.id.is_(None))
        )
        if only is not None:
            query = query.where(_may_count_with(kind, only))
        areas = self._pack.areas
        found = session.execute(query.order_by(row.id))
        known = KnownFields()
        standing = [
            Counted(
                name=f"ledger:{number}",
                area=area,
                area_code=code or areas.code_of(area),
                subject=subject,
                series=series_of(kind, known.of(fields)),
                first=first,
                last=last,
                quantity=quantity,
                part_of=part_of,
                number=number,
            )
            for number, area, code, subject, fields, first, last, quantity, part_of in found
        ]
        book = KindBook.of(kind, standing)
        if only is None or only.part_of is not None:
            wholes = {named: whole.id for named, whole in self._wholes_within(session, None).items()}
            for named, standing_one in wholes.items():
                if named != standing_one:
                    book.replaced(named, by=standing_one)
            if only is not None and only.part_of is not None:
                mine = wholes.get(only.part_of, only.part_of)
                alike = {only.part_of, *(named for named, one in wholes.items() if one == mine)}
                book.count_parts(only.part_of, sum(self._parts_within(session, one) for one in alike))
        return book

    def filter_area(self, code: str) -> tuple[str, tuple[str, ...]]:
        """How entries of an area are found: the prefix of their codes, and names in entries from before codes."""
        return area_prefix(code), self._pack.areas.names_within(code)

    def stated(self, entry: NewLedgerEntry, *, today: date | None = None) -> NewLedgerEntry:
        """What speaks of a time that is not over, such as a plan, holds from the day it is recorded, unless it says."""
        today = today or self.today()
        is_over = entry.span.last <= today
        return entry if is_over or entry.stated_on is not None else replace(entry, stated_on=today)

    @contextmanager
    def _voiding(self, entry_id: int) -> Iterator[Session]:
        try:
            with self._database.transaction() as session:
                yield session
        except IntegrityError as error:
            raise EntryConflict(
                f"ledger entry {entry_id} has just been voided by someone else", f"台账{entry_id}刚刚已由他人作废"
            ) from error

    def _void_within(self, session: Session, entry_id: int, source: str, recorded_by: str) -> LedgerEntry:
        if not source.strip():
            raise InvalidEntry("source: say which document or finding voids the entry", "请填写作废所依据的文件或发现")
        voided = session.get(LedgerEntryRow, entry_id)
        if voided is None:
            raise EntryNotFound(f"there is no ledger entry {entry_id}")
        if voided.voids is not None:
            raise EntryConflict(
                f"ledger entry {entry_id} is itself a voiding; record the fact again instead",
                f"台账{entry_id}本身是作废记录,请重新登记该事实",
            )
        if session.scalar(select(exists().where(LedgerEntryRow.voids == entry_id))):
            raise EntryConflict(f"ledger entry {entry_id} is already void", f"台账{entry_id}已作废")
        row = LedgerEntryRow(
            **voiding_values(voided, source=source, recorded_at_us=self._now_us(), recorded_by=recorded_by)
        )
        session.add(row)
        session.flush()
        return entry_of(row, voided_by=None)

    def _read(self, query: Selected) -> list[LedgerEntry]:
        with self._database.reading() as session:
            return [entry_of(row, voided_by) for row, voided_by in session.execute(query)]

    def _parts_within(self, session: Session, whole: int) -> int:
        query = (
            select(func.count(LedgerEntryRow.id))
            .outerjoin(VOIDING, VOIDING.voids == LedgerEntryRow.id)
            .where(LedgerEntryRow.part_of == whole, VOIDING.id.is_(None))
        )
        return session.scalar(query) or 0

    def wholes(self, known_at_us: int | None = None) -> dict[int, Whole]:
        """Entries in bulk that have parts and stand, or whose replacement does, as known at a moment; by the number
        that their parts name."""
        with self._database.reading() as session:
            return self._wholes_within(session, known_at_us)

    def _wholes_within(self, session: Session, known_at_us: int | None) -> dict[int, Whole]:
        named = session.scalars(
            select(LedgerEntryRow.part_of).where(LedgerEntryRow.part_of.is_not(None)).distinct()
        ).all()
        found = {one: self._standing_one(session, one, known_at_us) for one in named if one is not None}
        return {one: whole for one, whole in found.items() if whole is not None}

    def _standing_one(self, session: Session, entry_id: int, known_at_us: int | None) -> Whole | None:
        """The entry, or the one that stands in its place."""
        number: int | None = entry_id
        while number is not None:
            row = session.get_one(LedgerEntryRow, number)
            voided_at_us = session.scalar(select(LedgerEntryRow.recorded_at_us).where(LedgerEntryRow.voids == number))
            if voided_at_us is None or (known_at_us is not None and voided_at_us > known_at_us):
                return Whole(row.id, row.area_code or self._pack.areas.code_of(row.area))
            number = session.scalar(select(LedgerEntryRow.id).where(LedgerEntryRow.replaces == number))
        return None


def _may_count_with(kind: KindText, one: NewLedgerEntry) -> ColumnElement[bool]:
    """Which rows of its kind the rules hold one entry against; the rules decide, this only leaves out what they would
    pass over."""
    row, span = LedgerEntryRow, one.span
    in_bulk = row.subject.is_(None)
    if one.subject is not None:
        found = or_(row.subject == one.subject, row.id == one.part_of)
        return or_(found, and_(in_bulk, row.last_date >= span.last)) if kind.lists else found
    overlapping = and_(in_bulk, row.area == one.area, row.first_date <= span.last, row.last_date >= span.first)
    if not kind.lists:
        return overlapping
    # A number in bulk counts what lies in its area or within it.
    here = row.area == one.area
    if one.area_code is not None:
        here = or_(here, within(area_prefix(one.area_code), ()), row.area_code.is_(None))
    return or_(overlapping, and_(row.subject.is_not(None), row.part_of.is_(None), row.last_date <= span.last, here))
