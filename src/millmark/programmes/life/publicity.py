"""Lists made public before a recognition, and what is objected to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.programmes.errors import DeadlinePassed, IllegalStep, InvalidRecord, RecordNotFound, StepForbidden
from millmark.programmes.life.application_files import locked, must_be_in_charge
from millmark.programmes.life.calls import CallBook, CallFile, call_file
from millmark.programmes.life.machine import Machine, Offer
from millmark.programmes.life.machines import APPLICATION, OBJECTION, PUBLICITY
from millmark.programmes.life.parties import OFFICES, Actor
from millmark.programmes.life.steps import ObjectKind, Step, advance, begin, steps_of
from millmark.programmes.life.tables import ObjectionRow, PublicityEntryRow, PublicityRow
from millmark.programmes.tables import ApplicationRow, CallRow
from millmark.registry import Database

MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """An application on a list."""

    application_id: int
    enterprise_id: int
    state: str


@dataclass(frozen=True, slots=True)
class Publicity:
    """A list made public from `opens_on` to `closes_on`, both included."""

    id: int
    call: CallFile
    state: str
    version: int
    opens_on: date
    closes_on: date
    entries: tuple[Entry, ...]
    opened_by: str
    opened_at_us: int

    def takes_objections(self, today: date) -> bool:
        return self.state == "open" and self.opens_on <= today <= self.closes_on


@dataclass(frozen=True, slots=True)
class Objection:
    """`objector` is whom an officer names who took the objection down; else `raised_by` objects themselves."""

    id: int
    publicity_id: int
    application_id: int
    enterprise_id: int
    call: CallFile
    state: str
    version: int
    text: str
    objector: str | None
    raised_by: str
    raised_at_us: int


class PublicityBook:
    """Keeps lists made public and objections, on SQLite or PostgreSQL."""

    def __init__(self, database: Database, calls: CallBook, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._calls = calls
        self._now_us = now_us

    def open(self, call_id: int, application_ids: Sequence[int], actor: Actor, *, days: int | None = None) -> Publicity:
        """Makes applications of a call that passed public, all of them or none.

        `days` may be more than the call says, not less. Raises `IllegalStep`, `InvalidRecord`, `StepForbidden`.
        """
        ids = sorted(set(application_ids))
        if not 0 < len(ids) <= MOST_AT_ONCE:
            raise InvalidRecord(f"application_ids: a list has 1 to {MOST_AT_ONCE} applications, not {len(ids)}")
        with self._database.transaction() as session:
            call_row = session.get(CallRow, call_id, with_for_update=True)
            if call_row is None:
                raise RecordNotFound(f"there is no call {call_id}")
            call = call_file(session, call_row)
            if days is not None and days < call.terms.publicity_days:
                raise InvalidRecord(f"days: the call asks for {call.terms.publicity_days} at least, not {days}")
            today = self._calls.today()
            length = max(1, days or call.terms.publicity_days)
            row = PublicityRow(
                call_id=call_id,
                opens_on=today,
                closes_on=today + timedelta(days=length - 1),
                opened_by=actor.name,
                opened_at_us=self._now_us(),
            )
            begin(session, PUBLICITY, row, "open", actor, at_us=self._now_us(), detail={"application_ids": ids})
            for application_id in ids:
                application, _call = locked(session, application_id)
                if application.call_id != call_id:
                    raise InvalidRecord(f"application_ids: {application_id} belongs to another call")
                APPLICATION.check(application.state, "publicise", actor)
                must_be_in_charge(call, application.state, "publicise", actor)
                detail = {"publicity": row.id, "closes_on": row.closes_on.isoformat()}
                advance(session, APPLICATION, application, "publicise", actor, at_us=self._now_us(), detail=detail)
                session.add(PublicityEntryRow(publicity_id=row.id, application_id=application_id))
            session.flush()
            return _publicity(session, row)

    def extend(self, publicity_id: int, actor: Actor, *, closes_on: date, reason: str) -> Publicity:
        with self._database.transaction() as session:
            row = self._locked(session, publicity_id)
            self._must_host(session, row.call_id, actor)
            if closes_on <= row.closes_on:
                raise InvalidRecord(f"closes_on: {closes_on} is no extension of {row.closes_on}")
            detail = {"closes_on": closes_on.isoformat(), "before": row.closes_on.isoformat()}
            advance(
                session,
                PUBLICITY,
                row,
                "extend",
                actor,
                at_us=self._now_us(),
                reason=reason,
                detail=detail,
                corrected=True,
            )
            row.closes_on = closes_on
            session.flush()
            return _publicity(session, row)

    def close(self, publicity_id: int, actor: Actor) -> Publicity:
        """Ends a list whose days are over and whose objections are all answered; raises `IllegalStep`."""
        with self._database.transaction() as session:
            row = self._locked(session, publicity_id)
            PUBLICITY.check(row.state, "close", actor)
            self._must_host(session, row.call_id, actor)
            today = self._calls.today()
            if today <= row.closes_on:
                raise IllegalStep(f"list {publicity_id} is public until {row.closes_on}; today is {today}")
            if waiting := _open_objections(session, ObjectionRow.publicity_id == publicity_id):
                raise IllegalStep(f"objections {_listed(waiting)} to list {publicity_id} are not answered yet")
            advance(session, PUBLICITY, row, "close", actor, at_us=self._now_us())
            return _publicity(session, row)

    def object(
        self, publicity_id: int, application_id: int, actor: Actor, *, text: str, objector: str | None = None
    ) -> Objection:
        """Objects to an entry while its list is public; officers may take down what somebody else says, by name."""
        if objector is not None and not actor.parties & OFFICES:
            raise StepForbidden("objector: only an office takes down what others say; object in your own name")
        if not text.strip():
            raise InvalidRecord("text: say what is wrong with the entry")
        with self._database.transaction() as session:
            row = self._locked(session, publicity_id)
            today = self._calls.today()
            if row.state != "open" or not row.opens_on <= today <= row.closes_on:
                raise DeadlinePassed(
                    f"list {publicity_id} takes objections from {row.opens_on} to {row.closes_on}; today is {today}"
                )
            entry = select(PublicityEntryRow.id).where(
                PublicityEntryRow.publicity_id == publicity_id, PublicityEntryRow.application_id == application_id
            )
            if session.scalar(entry) is None:
                raise RecordNotFound(f"there is no entry {application_id} on list {publicity_id}")
            # Locked, so that no recognition passes an objection by.
            locked(session, application_id)
            objection = ObjectionRow(
                publicity_id=publicity_id,
                application_id=application_id,
                text=text.strip(),
                objector=objector,
                raised_by=actor.name,
                raised_at_us=self._now_us(),
            )
            begin(session, OBJECTION, objection, "raise", actor, at_us=self._now_us())
            return _objection(session, objection)

    def resolve(self, objection_id: int, actor: Actor, *, upheld: bool, reason: str) -> Objection:
        """Answers an objection; one that is upheld rejects the application in the same stroke."""
        action = "uphold" if upheld else "dismiss"
        with self._database.transaction() as session:
            application_id = session.scalar(select(ObjectionRow.application_id).where(ObjectionRow.id == objection_id))
            if application_id is None:
                raise RecordNotFound(f"there is no objection {objection_id}")
            application, call = locked(session, application_id)
            row = session.get_one(ObjectionRow, objection_id, with_for_update=True)
            self._must_host(session, call.id, actor)
            advance(session, OBJECTION, row, action, actor, at_us=self._now_us(), reason=reason)
            if upheld and application.state == "publicised":
                detail = {"objection": objection_id}
                now_us = self._now_us()
                advance(session, APPLICATION, application, "reject", actor, at_us=now_us, reason=reason, detail=detail)
            return _objection(session, row)

    def publicity(self, publicity_id: int) -> Publicity:
        """Raises `RecordNotFound`."""
        with self._database.reading() as session:
            row = session.get(PublicityRow, publicity_id)
            if row is None:
                raise RecordNotFound(f"there is no list {publicity_id}")
            return _publicity(session, row)

    def publicities(self, *, call_id: int | None = None) -> list[Publicity]:
        """Lists made public, the latest first."""
        query = select(PublicityRow).order_by(PublicityRow.id.desc())
        if call_id is not None:
            query = query.where(PublicityRow.call_id == call_id)
        with self._database.reading() as session:
            return [_publicity(session, row) for row in session.scalars(query)]

    def objection(self, objection_id: int) -> Objection:
        with self._database.reading() as session:
            row = session.get(ObjectionRow, objection_id)
            if row is None:
                raise RecordNotFound(f"there is no objection {objection_id}")
            return _objection(session, row)

    def objections(
        self, *, publicity_id: int | None = None, application_id: int | None = None, state: str | None = None
    ) -> list[Objection]:
        query = select(ObjectionRow).order_by(ObjectionRow.id)
        if publicity_id is not None:
            query = query.where(ObjectionRow.publicity_id == publicity_id)
        if application_id is not None:
            query = query.where(ObjectionRow.application_id == application_id)
        if state is not None:
            query = query.where(ObjectionRow.state == state)
        with self._database.reading() as session:
            return [_objection(session, row) for row in session.scalars(query)]

    def steps(self, kind: ObjectKind, object_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, kind, object_id)

    def offers(self, machine: Machine, state: str, call: CallFile, actor: Actor) -> list[Offer]:
        """What an actor may do with a list or an objection of a call."""
        return machine.offers(state, actor) if actor.acts_for(call.terms.in_charge("publicised")) else []

    @staticmethod
    def _locked(session: Session, publicity_id: int) -> PublicityRow:
        row = session.get(PublicityRow, publicity_id, with_for_update=True)
        if row is None:
            raise RecordNotFound(f"there is no list {publicity_id}")
        return row

    @staticmethod
    def _must_host(session: Session, call_id: int, actor: Actor) -> None:
        whose = call_file(session, session.get_one(CallRow, call_id)).terms.in_charge("publicised")
        if not actor.acts_for(whose):
            raise StepForbidden(f"this list is with {whose.name_en}; {actor.name} is not of it")


def must_stand(session: Session, application: ApplicationRow, today: date) -> None:
    """Raises `IllegalStep` while an application is public still, or an objection to it is not answered."""
    query = (
        select(PublicityRow)
        .join(PublicityEntryRow, PublicityEntryRow.publicity_id == PublicityRow.id)
        .where(PublicityEntryRow.application_id == application.id)
    )
    for row in session.scalars(query):
        if today <= row.closes_on:
            raise IllegalStep(f"application {application.id} is public until {row.closes_on}; today is {today}")
    if waiting := _open_objections(session, ObjectionRow.application_id == application.id):
        raise IllegalStep(f"objections {_listed(waiting)} to application {application.id} are not answered yet")


def _open_objections(session: Session, condition: object) -> list[int]:
    query = select(ObjectionRow.id).where(condition, ObjectionRow.state == "open")  # type: ignore[arg-type]
    return list(session.scalars(query))


def _listed(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids))


def _publicity(session: Session, row: PublicityRow) -> Publicity:
    query = (
        select(ApplicationRow.id, ApplicationRow.enterprise_id, ApplicationRow.state)
        .join(PublicityEntryRow, PublicityEntryRow.application_id == ApplicationRow.id)
        .where(PublicityEntryRow.publicity_id == row.id)
        .order_by(ApplicationRow.id)
    )
    return Publicity(
        id=row.id,
        call=call_file(session, session.get_one(CallRow, row.call_id)),
        state=row.state,
        version=row.version,
        opens_on=row.opens_on,
        closes_on=row.closes_on,
        entries=tuple(Entry(*found) for found in session.execute(query)),
        opened_by=row.opened_by,
        opened_at_us=row.opened_at_us,
    )


def _objection(session: Session, row: ObjectionRow) -> Objection:
    application = session.get_one(ApplicationRow, row.application_id)
    return Objection(
        id=row.id,
        publicity_id=row.publicity_id,
        application_id=row.application_id,
        enterprise_id=application.enterprise_id,
        call=call_file(session, session.get_one(CallRow, application.call_id)),
        state=row.state,
        version=row.version,
        text=row.text,
        objector=row.objector,
        raised_by=row.raised_by,
        raised_at_us=row.raised_at_us,
    )
