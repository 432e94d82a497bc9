"""The watch's book of records: append-only; a correction voids one record and adds another, in sight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from millmark.model.period import utc_datetime
from millmark.programmes import Counting, DateSpan, Grade
from millmark.region.catalogue import CityPack
from millmark.region.entry import NewLedgerEntry, Qualifier
from millmark.region.kept import Kept, book_version
from millmark.region.watch.entry import NewRecord, WatchRecord, checked_record
from millmark.region.watch.errors import InvalidRecord, RecordConflict, RecordMissing
from millmark.region.watch.industries import Industries
from millmark.region.watch.tables import WatchRecordRow
from millmark.registry import Database

_Row = WatchRecordRow
_Voiding = aliased(WatchRecordRow)
_Ending = aliased(WatchRecordRow)
_Undoing = aliased(WatchRecordRow)


class Records:
    """Keeps records of the kinds that the city's pack gives to the watch."""

    def __init__(
        self, database: Database, pack: CityPack, industries: Industries, *, now_us: Callable[[], int]
    ) -> None:
        self._database = database
        self._pack = pack
        self._industries = industries
        self._now_us = now_us
        self._zone = ZoneInfo(pack.city.time_zone)
        self._standing: Kept[tuple[date, tuple[str, ...] | None], tuple[WatchRecord, ...]] = Kept()
        self._ever: Kept[tuple[str, ...], tuple[WatchRecord, ...]] = Kept()

    def add(self, new: NewRecord, *, recorded_by: str) -> WatchRecord:
        """Keeps one record; raises `InvalidRecord`, `RecordConflict`."""
        with self._database.transaction() as session:
            return self.add_within(session, new, recorded_by=recorded_by)

    def add_within(self, session: Session, new: NewRecord, *, recorded_by: str) -> WatchRecord:
        """As `add`, as a part of a larger transaction."""
        self._database.in_turn(session, _Row)
        new = self._stated(checked_record(new, self._pack, self._industries))
        self._must_be_new(session, new)
        return self._kept(session, new, recorded_by)

    def void(self, record_id: int, *, source: str, recorded_by: str) -> WatchRecord:
        """Keeps that a record never held, and which document says so; returns the voiding record."""
        with self._against(record_id) as session:
            return self._void_within(session, record_id, source, recorded_by)

    def end(self, record_id: int, on: date, *, source: str, recorded_by: str) -> WatchRecord:
        """Keeps that a record holds no longer from a day on; returns the ending record."""
        with self._against(record_id) as session:
            row = self._must_stand(session, record_id, source)
            if row.ends is not None or session.scalar(select(exists().where(_Row.ends == record_id))):
                raise RecordConflict(f"watch record {record_id} has ended already")
            if on <= row.holds_from:
                raise InvalidRecord(f"on: the record holds from {row.holds_from}; it ends on a later day, or is void")
            ending = _content(row, span=DateSpan.of_day(on), stated_on=None, source=source)
            return self._kept(session, ending, recorded_by, ends=record_id)

    def correct(
        self, record_id: int, replacement: NewRecord, *, source: str, recorded_by: str
    ) -> tuple[WatchRecord, WatchRecord]:
        """Voids a record and adds its replacement, both or neither; returns (voiding record, new record)."""
        with self._against(record_id) as session:
            voiding = self._void_within(session, record_id, source, recorded_by)
            return voiding, self.add_within(session, replacement, recorded_by=recorded_by)

    def name_member(self, record_id: int, named: NewRecord, *, source: str, recorded_by: str) -> WatchRecord:
        """One of a record in bulk turns out to be this one: the bulk stands for one less, and `named` for itself, with
        the kind and the time of the bulk. Raises `RecordConflict` for a record that is none in bulk."""
        with self._against(record_id) as session:
            row = self._must_stand(session, record_id, source)
            bulk = _content(row)
            if bulk.fact.counting is not Counting.BULK or not bulk.fact.quantity:
                raise RecordConflict(f"watch record {record_id} stands for no unnamed members; choose a bulk record")
            self._void_within(session, record_id, source, recorded_by)
            if bulk.fact.quantity > 1:
                rest = replace(bulk.fact, quantity=bulk.fact.quantity - 1, import_key=None)
                self._kept(session, replace(bulk, fact=rest), recorded_by)
            fact = replace(
                named.fact,
                kind=bulk.fact.kind,
                span=bulk.fact.span,
                stated_on=bulk.fact.stated_on,
                source=source,
                counting=Counting.INDIVIDUAL,
                quantity=Decimal(1),
            )
            return self.add_within(session, replace(named, fact=fact), recorded_by=recorded_by)

    def record(self, record_id: int) -> WatchRecord:
        """Raises `RecordMissing`."""
        with self._database.reading() as session:
            found = session.execute(_records().where(_Row.id == record_id)).one_or_none()
        if found is None:
            raise RecordMissing(f"there is no watch record {record_id}")
        return _record(*found)

    def standing(
        self, as_of: date, *, known_at_us: int | None = None, kinds: tuple[str, ...] | None = None
    ) -> list[WatchRecord]:
        """The records that hold on a day, as it was known at a time (now when None): neither voided, voiding, ending
        nor ended by then."""
        if known_at_us is not None:
            return self._holding(as_of, known_at_us, kinds)
        return list(
            self._standing.get(self.version(), (as_of, kinds), lambda: tuple(self._holding(as_of, None, kinds)))
        )

    def version(self) -> tuple[int, int]:
        """Changes with every record that comes in, also where a later number is committed before an earlier one."""
        with self._database.reading() as session:
            return book_version(session, _Row.id)

    def _holding(self, as_of: date, known_at_us: int | None, kinds: tuple[str, ...] | None) -> list[WatchRecord]:
        query = _records().where(_holds_on(as_of, known_at_us))
        return self._read((query if kinds is None else query.where(_Row.kind.in_(kinds))).order_by(_Row.id))

    def history(self, *, enterprise_id: int) -> list[WatchRecord]:
        """Everything that was ever recorded of an enterprise, the newest first, voided, voiding and ending records
        included."""
        return self._read(_records().order_by(_Row.id.desc()).where(_Row.enterprise_id == enterprise_id))

    def ever(self, kinds: tuple[str, ...]) -> Sequence[WatchRecord]:
        """As `history`, of some kinds."""
        query = _records().order_by(_Row.id.desc()).where(_Row.kind.in_(kinds))
        return self._ever.get(self.version(), kinds, lambda: tuple(self._read(query)))

    def imported_within(self, session: Session) -> dict[str, NewLedgerEntry]:
        """What imports brought so far, by import key, as it was brought."""
        rows = session.scalars(select(_Row).where(_Row.import_key.is_not(None)))
        return {str(row.import_key): _content(row, import_key=row.import_key).fact for row in rows}

    def today(self) -> date:
        """The city's calendar day."""
        return utc_datetime(self._now_us()).astimezone(self._zone).date()

    def _read(self, query: Select[WatchRecordRow, int, int]) -> list[WatchRecord]:
        with self._database.reading() as session:
            return [_record(*found) for found in session.execute(query)]

    def _stated(self, new: NewRecord) -> NewRecord:
        """What speaks of a time that is not over holds from the day it is recorded, unless it says."""
        over = new.fact.span.last <= self.today()
        if over or new.fact.stated_on is not None:
            return new
        return replace(new, fact=replace(new.fact, stated_on=self.today()))

    def _must_be_new(self, session: Session, new: NewRecord) -> None:
        """Who is counted once must not be recorded twice at a time."""
        fact = new.fact
        if self._pack.kind(fact.kind).counts != "subjects" or fact.counting is Counting.BULK:
            return
        same = _Row.subject == fact.subject
        if new.enterprise_id is not None:
            same = or_(same, _Row.enterprise_id == new.enterprise_id)
        # Who left may come again: moves are the same only at the same time, states at any.
        if fact.kind.endswith(("-joined", "-left")):
            same &= _Row.first_date == fact.span.first
        twin = session.scalar(
            select(_Row.id).where(_Row.kind == fact.kind, same, _holds_on(fact.holds_from, None, ever=True)).limit(1)
        )
        if twin is not None:
            raise RecordConflict(
                f"{fact.subject} is already recorded as {fact.kind} in watch record {twin}; void or end that one first"
            )

    def _void_within(self, session: Session, record_id: int, source: str, recorded_by: str) -> WatchRecord:
        row = self._must_stand(session, record_id, source)
        return self._kept(session, _content(row, source=source), recorded_by, voids=record_id)

    def _must_stand(self, session: Session, record_id: int, source: str) -> WatchRecordRow:
        if not source.strip():
            raise InvalidRecord("source: say which document or finding says so")
        row = session.get(_Row, record_id)
        if row is None:
            raise RecordMissing(f"there is no watch record {record_id}")
        if row.voids is not None:
            raise RecordConflict(f"watch record {record_id} is itself a voiding; record the fact again instead")
        if session.scalar(select(exists().where(_Row.voids == record_id))):
            raise RecordConflict(f"watch record {record_id} is already void")
        return row

    @contextmanager
    def _against(self, record_id: int) -> Iterator[Session]:
        try:
            with self._database.transaction() as session:
                yield session
        except IntegrityError as error:
            raise RecordConflict(f"watch record {record_id} has just been changed by someone else") from error

    def _kept(
        self,
        session: Session,
        new: NewRecord,
        recorded_by: str,
        *,
        voids: int | None = None,
        ends: int | None = None,
    ) -> WatchRecord:
        fact = new.fact
        undoes = voids is not None or ends is not None
        row = _Row(
            kind=fact.kind,
            enterprise_id=new.enterprise_id,
            subject=fact.subject,
            industry_code=new.industry_code,
            area=fact.area,
            area_code=fact.area_code,
            first_date=fact.span.first,
            last_date=fact.span.last,
            stated_on=fact.stated_on,
            holds_from=fact.holds_from,
            quantity=None if undoes else fact.quantity,
            unit=fact.unit or self._pack.kind(fact.kind).unit,
            counting=fact.counting,
            qualifier=fact.qualifier,
            source=fact.source,
            grade=fact.grade,
            placeholder=fact.placeholder,
            import_key=None if undoes else fact.import_key,
            recorded_at_us=self._now_us(),
            recorded_by=recorded_by,
            voids=voids,
            ends=ends,
        )
        session.add(row)
        session.flush()
        return _record(row, None, None)


def _holds_on(as_of: date, known_at_us: int | None, *, ever: bool = False) -> ColumnElement[bool]:
    """Whether a row is a record that holds on a day; with `ever` also one that will."""
    voided = select(_Voiding.voids).where(_Voiding.voids.is_not(None))
    undone = select(_Undoing.voids).where(_Undoing.voids.is_not(None))
    ended = select(_Ending.ends).where(_Ending.ends.is_not(None), _Ending.holds_from <= as_of)
    if known_at_us is not None:
        voided = voided.where(_Voiding.recorded_at_us <= known_at_us)
        undone = undone.where(_Undoing.recorded_at_us <= known_at_us)
        ended = ended.where(_Ending.recorded_at_us <= known_at_us)
    holds = (
        _Row.voids.is_(None)
        & _Row.ends.is_(None)
        & _Row.id.not_in(voided)
        & _Row.id.not_in(ended.where(_Ending.id.not_in(undone)))
    )
    if not ever:
        holds &= _Row.holds_from <= as_of
    return holds if known_at_us is None else holds & (_Row.recorded_at_us <= known_at_us)


def _records() -> Select[WatchRecordRow, int, int]:
    joined = select(_Row, _Voiding.id, _Ending.id).outerjoin(_Voiding, _Voiding.voids == _Row.id)
    return joined.outerjoin(_Ending, _Ending.ends == _Row.id)


def _content(row: WatchRecordRow, **changed: Any) -> NewRecord:
    """What a row says, without its import key: that belongs to what an import brought."""
    content: dict[str, Any] = {
        "kind": row.kind,
        "area": row.area,
        "area_code": row.area_code,
        "span": DateSpan(row.first_date, row.last_date),
        "source": row.source,
        "quantity": row.quantity,
        "unit": row.unit,
        "subject": row.subject,
        "counting": Counting(row.counting),
        "qualifier": Qualifier(row.qualifier),
        "grade": Grade(row.grade),
        "stated_on": row.stated_on,
        "placeholder": row.placeholder,
    }
    fact = NewLedgerEntry(**(content | changed))
    return NewRecord(fact=fact, enterprise_id=row.enterprise_id, industry_code=row.industry_code)


def _record(row: WatchRecordRow, voided_by: int | None, ended_by: int | None) -> WatchRecord:
    content = _content(row, import_key=row.import_key)
    return WatchRecord(
        fact=content.fact,
        enterprise_id=content.enterprise_id,
        industry_code=content.industry_code,
        id=row.id,
        recorded_at_us=row.recorded_at_us,
        recorded_by=row.recorded_by,
        voids=row.voids,
        voided_by=voided_by,
        ends=row.ends,
        ended_by=ended_by,
    )
