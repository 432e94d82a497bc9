"""Recommendations, recognitions and awards: what a programme brought, kept for ever, corrected in sight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from millmark.model.period import utc_datetime
from millmark.programmes.errors import InvalidRecord, RecordConflict, RecordNotFound
from millmark.programmes.grade import Counting, Grade
from millmark.programmes.span import DateSpan
from millmark.programmes.tables import ProgrammeRecordRow, ProgrammeRow
from millmark.registry import Database

_FEN_PER_YUAN = 100


class RecordKind(StrEnum):
    RECOMMENDATION = "recommendation"
    RECOGNITION = "recognition"
    AWARD = "award"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProgrammeRecord:
    """A record before it is kept.

    `counting` individual names one `subject`; bulk stands for `count` unnamed ones. `amount_fen` is the money of an
    award for each subject. `stated_on` is the day of the document that says so, where it comes before the end of
    `span`. `import_key` marks what an import brought, so that a second run adds nothing.
    """

    kind: RecordKind
    programme: str
    area: str
    span: DateSpan
    source: str
    grade: Grade = Grade.DOCUMENT_BACKED
    counting: Counting = Counting.INDIVIDUAL
    subject: str | None = None
    enterprise_id: int | None = None
    count: int = 1
    amount_fen: int | None = None
    stated_on: date | None = None
    placeholder: bool = False
    import_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeRecord(NewProgrammeRecord):
    """A kept record. One that `voids` another says only that the other does not hold, and why (`source`)."""

    id: int
    recorded_at_us: int
    recorded_by: str
    voids: int | None = None
    voided_by: int | None = None

    @classmethod
    def of(
        cls,
        new: NewProgrammeRecord,
        *,
        id: int,  # noqa: A002 - the field's own name
        recorded_at_us: int,
        recorded_by: str,
        voids: int | None = None,
        voided_by: int | None = None,
    ) -> Self:
        """`new` as it was kept."""
        content = {field.name: getattr(new, field.name) for field in fields(NewProgrammeRecord)}
        return cls(
            **content,
            id=id,
            recorded_at_us=recorded_at_us,
            recorded_by=recorded_by,
            voids=voids,
            voided_by=voided_by,
        )

    @property
    def ref(self) -> str:
        return f"{self.kind}:{self.id}"

    @property
    def holds_from(self) -> date:
        """The first day on which the record holds: the end of its span, or the day it was stated, if earlier."""
        return min(self.span.last, self.stated_on or self.span.last)

    @property
    def amount_yuan(self) -> Decimal | None:
        """An award's money for each subject."""
        return None if self.amount_fen is None else Decimal(self.amount_fen) / _FEN_PER_YUAN


class ProgrammeRecords:
    """The room's book of records, on SQLite or PostgreSQL."""

    def __init__(self, database: Database, *, now_us: Callable[[], int], zone: ZoneInfo) -> None:
        self._database = database
        self._now_us = now_us
        self._zone = zone

    def add(self, record: NewProgrammeRecord, *, recorded_by: str) -> ProgrammeRecord:
        """Keeps one record; raises `InvalidRecord` or `RecordNotFound` (no such programme)."""
        with self._database.transaction() as session:
            return self.add_within(session, record, recorded_by=recorded_by)

    def add_within(self, session: Session, record: NewProgrammeRecord, *, recorded_by: str) -> ProgrammeRecord:
        """As `add`, as a part of a larger transaction."""
        check(record)
        record = self._stated(record)
        programme_id = session.scalar(select(ProgrammeRow.id).where(ProgrammeRow.slug == record.programme))
        if programme_id is None:
            raise RecordNotFound(f"there is no programme {record.programme!r}; publish or import it first")
        row = self._row(record, programme_id, recorded_by)
        session.add(row)
        session.flush()
        return _record(row, record.programme, voided_by=None)

    def void(self, record_id: int, *, reason: str, recorded_by: str) -> ProgrammeRecord:
        """Keeps that a record does not hold; returns the voiding record. Raises `RecordNotFound`, `RecordConflict`."""
        if not reason.strip():
            raise InvalidRecord("source: say which document or finding voids the record")
        try:
            with self._database.transaction() as session:
                return self.void_within(session, record_id, reason=reason, recorded_by=recorded_by)
        except IntegrityError as error:
            raise RecordConflict(f"record {record_id} has just been voided by someone else") from error

    def all(self, *, as_of: date | None = None) -> list[ProgrammeRecord]:
        """Every record in the order kept, voided and voiding ones included; with `as_of` only those holding by then."""
        return [record for record in self._select() if as_of is None or record.holds_from <= as_of]

    def standing(self, *, as_of: date | None = None) -> list[ProgrammeRecord]:
        """The records that hold: neither voided nor voiding."""
        return [record for record in self.all(as_of=as_of) if record.voids is None and record.voided_by is None]

    def record(self, record_id: int) -> ProgrammeRecord:
        """Raises `RecordNotFound`."""
        found = self._select(record_id)
        if not found:
            raise RecordNotFound(f"there is no programme record {record_id}")
        return found[0]

    def imported_within(self, session: Session) -> dict[str, NewProgrammeRecord]:
        """What imports brought so far, by import key, as it was brought."""
        query = (
            select(ProgrammeRecordRow, ProgrammeRow.slug)
            .join(ProgrammeRow)
            .where(ProgrammeRecordRow.import_key.is_not(None))
        )
        return {str(row.import_key): _as_brought(row, slug) for row, slug in session.execute(query)}

    def _stated(self, record: NewProgrammeRecord) -> NewProgrammeRecord:
        """What speaks of a time that is not over holds from the day it is recorded, unless it says otherwise."""
        today = utc_datetime(self._now_us()).astimezone(self._zone).date()
        is_over = record.span.last <= today
        return record if is_over or record.stated_on is not None else replace(record, stated_on=today)

    def _select(self, record_id: int | None = None) -> list[ProgrammeRecord]:
        voiding = aliased(ProgrammeRecordRow)
        query = (
            select(ProgrammeRecordRow, ProgrammeRow.slug, voiding.id)
            .join(ProgrammeRow, ProgrammeRow.id == ProgrammeRecordRow.programme_id)
            .outerjoin(voiding, voiding.voids == ProgrammeRecordRow.id)
            .order_by(ProgrammeRecordRow.id)
        )
        if record_id is not None:
            query = query.where(ProgrammeRecordRow.id == record_id)
        with self._database.reading() as session:
            return [_record(row, slug, voided_by) for row, slug, voided_by in session.execute(query)]

    def void_within(self, session: Session, record_id: int, *, reason: str, recorded_by: str) -> ProgrammeRecord:
        """As `void`, as a part of a larger transaction."""
        voided = session.get(ProgrammeRecordRow, record_id)
        if voided is None:
            raise RecordNotFound(f"there is no programme record {record_id}")
        if voided.voids is not None:
            raise RecordConflict(f"record {record_id} is itself a voiding; record the fact again instead of voiding it")
        if session.scalar(select(exists().where(ProgrammeRecordRow.voids == record_id))):
            raise RecordConflict(f"record {record_id} is already void")
        slug = session.scalars(select(ProgrammeRow.slug).where(ProgrammeRow.id == voided.programme_id)).one()
        voiding = replace(_as_brought(voided, slug), source=reason, import_key=None)
        row = self._row(voiding, voided.programme_id, recorded_by)
        row.voids = record_id
        session.add(row)
        session.flush()
        return _record(row, slug, voided_by=None)

    def _row(self, record: NewProgrammeRecord, programme_id: int, recorded_by: str) -> ProgrammeRecordRow:
        return ProgrammeRecordRow(
            kind=record.kind,
            programme_id=programme_id,
            area=record.area,
            subject=record.subject,
            enterprise_id=record.enterprise_id,
            counting=record.counting,
            count=record.count,
            amount_fen=record.amount_fen,
            first_date=record.span.first,
            last_date=record.span.last,
            stated_on=record.stated_on,
            source=record.source,
            grade=record.grade,
            placeholder=record.placeholder,
            import_key=record.import_key,
            recorded_at_us=self._now_us(),
            recorded_by=recorded_by,
        )


def check(record: NewProgrammeRecord) -> None:
    """Raises `InvalidRecord`, naming the first field that is wrong."""
    named = record.counting is Counting.INDIVIDUAL
    is_award = record.kind is RecordKind.AWARD
    problems = {
        "source: say which document the record rests on": not record.source.strip(),
        "area: say where the record belongs": not record.area.strip(),
        "subject: an individual record names its enterprise": named and not (record.subject or "").strip(),
        "subject: a record counted in bulk names nobody": not named and record.subject is not None,
        f"count: an individual record stands for one subject, not for {record.count}": named and record.count != 1,
        f"count: must be 1 or more, not {record.count}": record.count < 1,
        "amount_fen: an award needs its money, 1 fen or more": is_award and (record.amount_fen or 0) < 1,
        f"amount_fen: a {record.kind} carries no money": not is_award and record.amount_fen is not None,
    }
    for problem, applies in problems.items():
        if applies:
            raise InvalidRecord(problem)


def _as_brought(row: ProgrammeRecordRow, slug: str) -> NewProgrammeRecord:
    return NewProgrammeRecord(
        kind=RecordKind(row.kind),
        programme=slug,
        area=row.area,
        span=DateSpan(row.first_date, row.last_date),
        source=row.source,
        grade=Grade(row.grade),
        counting=Counting(row.counting),
        subject=row.subject,
        enterprise_id=row.enterprise_id,
        count=row.count,
        amount_fen=row.amount_fen,
        stated_on=row.stated_on,
        placeholder=row.placeholder,
        import_key=row.import_key,
    )


def _record(row: ProgrammeRecordRow, slug: str, voided_by: int | None) -> ProgrammeRecord:
    return ProgrammeRecord.of(
        _as_brought(row, slug),
        id=row.id,
        recorded_at_us=row.recorded_at_us,
        recorded_by=row.recorded_by,
        voids=row.voids,
        voided_by=voided_by,
    )
