"""Recognitions: granted once an application stands, valid for a time, revoked with a reason, counted by the city."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.programmes.errors import InvalidRecord, RecordConflict, RecordNotFound, StepForbidden
from millmark.programmes.life.application_files import current_version, locked, must_be_in_charge
from millmark.programmes.life.applications import ApplicationBook
from millmark.programmes.life.calls import CallBook, CallFile, call_file
from millmark.programmes.life.machine import Offer
from millmark.programmes.life.machines import APPLICATION, RECOGNITION
from millmark.programmes.life.office import counts
from millmark.programmes.life.parties import Actor
from millmark.programmes.life.publicity import must_stand
from millmark.programmes.life.steps import ObjectKind, Step, advance, begin, steps_of
from millmark.programmes.life.tables import RecognitionRow
from millmark.programmes.records import NewProgrammeRecord, ProgrammeRecords, RecordKind
from millmark.programmes.span import DateSpan
from millmark.programmes.tables import ApplicationRow, CallRow
from millmark.registry import Database, Enterprise


@dataclass(frozen=True, slots=True)
class Recognition:
    """`number` is the certificate's; `level` is the level, grade or class granted, where the pack has them.

    `record_id` is the programme record that the city's figures count.
    """

    id: int
    application_id: int
    call: CallFile
    enterprise_id: int
    number: str
    level: int | None
    state: str
    version: int
    valid_from: date
    valid_until: date | None
    document: str | None
    record_id: int | None
    recognised_by: str
    recognised_at_us: int

    def holds_on(self, day: date) -> bool:
        """Whether it is neither revoked nor over."""
        return (
            self.state == "valid" and self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
        )


class RecognitionBook:
    """Keeps recognitions, on SQLite or PostgreSQL."""

    def __init__(
        self,
        database: Database,
        calls: CallBook,
        applications: ApplicationBook,
        records: ProgrammeRecords,
        enterprise_of: Callable[[int], Enterprise],
        *,
        now_us: Callable[[], int],
    ) -> None:
        self._database = database
        self._calls = calls
        self._applications = applications
        self._records = records
        self._enterprise_of = enterprise_of
        self._now_us = now_us

    def recognise(
        self,
        application_id: int,
        actor: Actor,
        *,
        level: int | None = None,
        document: str | None = None,
        valid_from: date | None = None,
        number: str | None = None,
    ) -> Recognition:
        """Grants what was applied for, and has the city's figures count it, in one transaction.

        `document` is the decision's own (number or title); it must be given where the decision is made elsewhere.
        Raises `IllegalStep` while the list is public or an objection is open, `StepForbidden`, `InvalidRecord`,
        `RecordConflict` for a certificate's number that is taken.
        """
        found = self._applications.application(application_id)
        enterprise = self._enterprise_of(found.enterprise_id)
        try:
            with self._database.transaction() as session:
                session.get(CallRow, found.call.id, with_for_update=True)
                application, call = locked(session, application_id)
                APPLICATION.check(application.state, "recognise", actor)
                must_be_in_charge(call, application.state, "recognise", actor)
                if not call.terms.decided_here and not (document or "").strip():
                    raise InvalidRecord("document: name the document of the body that decided")
                must_stand(session, application, self._calls.today())
                granted = self._level(session, application, call, level)
                day = valid_from or self._calls.today()
                row = RecognitionRow(
                    application_id=application_id,
                    call_id=call.id,
                    programme_id=call.programme_id,
                    enterprise_id=enterprise.id,
                    number=number or f"{call.slug}-{application_id:05d}",
                    grade_code=None if granted is None else str(granted),
                    valid_from=day,
                    valid_until=_until(day, call.terms.validity_months),
                    document=(document or "").strip() or None,
                    record_id=self._count(session, application, call, enterprise, actor, document),
                    recognised_by=actor.name,
                    recognised_at_us=self._now_us(),
                )
                begin(session, RECOGNITION, row, "grant", actor, at_us=self._now_us(), detail={"number": row.number})
                detail = {"recognition": row.id, "number": row.number}
                advance(session, APPLICATION, application, "recognise", actor, at_us=self._now_us(), detail=detail)
                return _recognition(session, row)
        except IntegrityError as error:
            raise RecordConflict(f"number: a recognition {number!r} exists already; give another number") from error

    def revoke(self, recognition_id: int, actor: Actor, *, reason: str) -> Recognition:
        """Takes a recognition back; the figures no longer count it, and say why."""
        with self._database.transaction() as session:
            row = self._for_host(session, recognition_id, actor)
            application, _call = locked(session, row.application_id)
            now_us = self._now_us()
            advance(session, RECOGNITION, row, "revoke", actor, at_us=now_us, reason=reason)
            detail = {"recognition": row.id}
            advance(session, APPLICATION, application, "revoke", actor, at_us=now_us, reason=reason, detail=detail)
            if row.record_id is not None:
                self._records.void_within(session, row.record_id, reason=reason, recorded_by=actor.name)
            return _recognition(session, row)

    def renew(self, recognition_id: int, actor: Actor, *, valid_until: date, reason: str) -> Recognition:
        """A later end, e.g. after a re-examination; the end before it stays in the step."""
        with self._database.transaction() as session:
            row = self._for_host(session, recognition_id, actor)
            if row.valid_until is None or valid_until <= row.valid_until:
                raise InvalidRecord(f"valid_until: {valid_until} is no later end than {row.valid_until or 'none'}")
            detail = {"valid_until": valid_until.isoformat(), "before": row.valid_until.isoformat()}
            advance(
                session,
                RECOGNITION,
                row,
                "renew",
                actor,
                at_us=self._now_us(),
                reason=reason,
                detail=detail,
                corrected=True,
            )
            row.valid_until = valid_until
            session.flush()
            return _recognition(session, row)

    def recognition(self, recognition_id: int) -> Recognition:
        """Raises `RecordNotFound`."""
        with self._database.reading() as session:
            row = session.get(RecognitionRow, recognition_id)
            if row is None:
                raise RecordNotFound(f"there is no recognition {recognition_id}")
            return _recognition(session, row)

    def recognitions(
        self, *, call_id: int | None = None, enterprise_id: int | None = None, application_id: int | None = None
    ) -> list[Recognition]:
        """Recognitions, the latest first."""
        query = select(RecognitionRow).order_by(RecognitionRow.id.desc())
        if call_id is not None:
            query = query.where(RecognitionRow.call_id == call_id)
        if enterprise_id is not None:
            query = query.where(RecognitionRow.enterprise_id == enterprise_id)
        if application_id is not None:
            query = query.where(RecognitionRow.application_id == application_id)
        with self._database.reading() as session:
            return [_recognition(session, row) for row in session.scalars(query)]

    def steps(self, recognition_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.RECOGNITION, recognition_id)

    def offers(self, recognition: Recognition, actor: Actor) -> list[Offer]:
        if not actor.acts_for(recognition.call.terms.in_charge("recognised")):
            return []
        without = ["renew"] if recognition.valid_until is None else []
        return RECOGNITION.offers(recognition.state, actor, without=without)

    @staticmethod
    def _for_host(session: Session, recognition_id: int, actor: Actor) -> RecognitionRow:
        application_id = session.scalar(
            select(RecognitionRow.application_id).where(RecognitionRow.id == recognition_id)
        )
        if application_id is None:
            raise RecordNotFound(f"there is no recognition {recognition_id}")
        _application, call = locked(session, application_id)
        whose = call.terms.in_charge("recognised")
        if not actor.acts_for(whose):
            raise StepForbidden(f"this recognition is with {whose.name_en}; {actor.name} is not of it")
        return session.get_one(RecognitionRow, recognition_id, with_for_update=True)

    @staticmethod
    def _level(session: Session, application: ApplicationRow, call: CallFile, level: int | None) -> int | None:
        """What is granted: what was applied for, unless the office grants another."""
        granted = level if level is not None else current_version(session, application).content.level
        known = {one.number for one in call.terms.levels}
        if level is not None and level not in known:
            raise InvalidRecord(f"level: {level} is none of {', '.join(map(str, sorted(known))) or 'none'}")
        return granted

    def _count(
        self,
        session: Session,
        application: ApplicationRow,
        call: CallFile,
        enterprise: Enterprise,
        actor: Actor,
        document: str | None,
    ) -> int | None:
        if not counts(call, enterprise):
            return None
        record = NewProgrammeRecord(
            kind=RecordKind.RECOGNITION,
            programme=call.programme,
            area=enterprise.area_code,
            span=DateSpan.of_day(self._calls.today()),
            source=f"application {application.id} in call {call.slug}" + (f": {document}" if document else ""),
            subject=enterprise.name_zh,
            enterprise_id=enterprise.id,
            placeholder=enterprise.is_placeholder,
        )
        return self._records.add_within(session, record, recorded_by=actor.name).id


def _until(day: date, months: int | None) -> date | None:
    """The last day of a validity that starts on `day`: two years from 1 March end on the last day of February."""
    if months is None:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    length = calendar.monthrange(year, month + 1)[1]
    end = date(year, month + 1, min(day.day, length))
    return end if day.day > length else date.fromordinal(end.toordinal() - 1)


def _recognition(session: Session, row: RecognitionRow) -> Recognition:
    return Recognition(
        id=row.id,
        application_id=row.application_id,
        call=call_file(session, session.get_one(CallRow, row.call_id)),
        enterprise_id=row.enterprise_id,
        number=row.number,
        level=int(row.grade_code) if row.grade_code is not None and row.grade_code.isdecimal() else None,
        state=row.state,
        version=row.version,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        document=row.document,
        record_id=row.record_id,
        recognised_by=row.recognised_by,
        recognised_at_us=row.recognised_at_us,
    )
