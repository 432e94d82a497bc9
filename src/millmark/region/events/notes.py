"""Coaching notes: what an enterprise was told at an event, by when somebody asks again, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from millmark.programmes.errors import StepForbidden
from millmark.programmes.life import OFFICES, Actor, advance
from millmark.region.events.errors import EventConflict, EventNotFound, InvalidEvent
from millmark.region.events.events import locked_event
from millmark.region.events.machines import EVENT
from millmark.region.events.tables import AttendanceRow, CoachingNoteRow
from millmark.registry import Database

_Follow = aliased(CoachingNoteRow)
_Voiding = aliased(AttendanceRow)


@dataclass(frozen=True, slots=True)
class CoachingNote:
    """A note; `follow_up_by` is when somebody should ask again, `followed` the note that did. `answers` is set on what
    follows another note up."""

    id: int
    event_id: int
    enterprise_id: int
    text: str
    scenarios: tuple[str, ...]
    follow_up_by: date | None
    answers: int | None
    followed: int | None
    written_by: str
    written_at_us: int

    def is_due(self, today: date) -> bool:
        """Whether it waits for a follow-up whose day has come."""
        return self.follow_up_by is not None and self.followed is None and self.follow_up_by <= today


class NoteBook:
    """Keeps coaching notes; none is changed, a follow-up is a note of its own."""

    def __init__(self, database: Database, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._now_us = now_us

    def write(
        self,
        event_id: int,
        enterprise_id: int,
        text: str,
        actor: Actor,
        *,
        scenarios: Sequence[str] = (),
        follow_up_by: date | None = None,
    ) -> CoachingNote:
        """A note on an enterprise that came to an event; raises `EventConflict` for one that did not."""
        with self._database.transaction() as session:
            event = locked_event(session, event_id)
            if not _came(session, event_id, enterprise_id):
                raise EventConflict(
                    f"enterprise_id: enterprise {enterprise_id} is not recorded at event {event_id}; record it first"
                )
            detail = {"enterprise": enterprise_id}
            advance(session, EVENT, event, "coach", actor, at_us=self._now_us(), detail=detail)
            return self._keep(session, event_id, enterprise_id, text, scenarios, follow_up_by, None, actor)

    def follow_up(self, note_id: int, text: str, actor: Actor, *, follow_up_by: date | None = None) -> CoachingNote:
        """What came of a note, and when to ask again, if at all; raises `EventConflict` when it is followed already."""
        if not actor.parties & OFFICES:
            raise StepForbidden("coaching is followed up by the office")
        try:
            with self._database.transaction() as session:
                before = session.get(CoachingNoteRow, note_id)
                if before is None:
                    raise EventNotFound(f"there is no coaching note {note_id}")
                event_id, enterprise_id = before.event_id, before.enterprise_id
                scenarios = list(before.scenarios)
                return self._keep(session, event_id, enterprise_id, text, scenarios, follow_up_by, note_id, actor)
        except IntegrityError as error:
            raise EventConflict(f"coaching note {note_id} is followed up already; follow up the later note") from error

    def note(self, note_id: int) -> CoachingNote:
        """Raises `EventNotFound`."""
        with self._database.reading() as session:
            found = session.execute(_notes().where(CoachingNoteRow.id == note_id)).one_or_none()
            if found is None:
                raise EventNotFound(f"there is no coaching note {note_id}")
            return _note(found[0], found[1])

    def notes(self, *, event_id: int | None = None, enterprise_id: int | None = None) -> list[CoachingNote]:
        """In the order written."""
        query = _notes().order_by(CoachingNoteRow.id)
        if event_id is not None:
            query = query.where(CoachingNoteRow.event_id == event_id)
        if enterprise_id is not None:
            query = query.where(CoachingNoteRow.enterprise_id == enterprise_id)
        with self._database.reading() as session:
            return [_note(row, followed) for row, followed in session.execute(query)]

    def due(self, today: date) -> list[CoachingNote]:
        """Notes whose follow-up is due, the longest due first."""
        waiting = [note for note in self.notes() if note.is_due(today)]
        return sorted(waiting, key=lambda note: (note.follow_up_by or today, note.id))

    def _keep(
        self,
        session: Session,
        event_id: int,
        enterprise_id: int,
        text: str,
        scenarios: Sequence[str],
        follow_up_by: date | None,
        answers: int | None,
        actor: Actor,
    ) -> CoachingNote:
        if not text.strip():
            raise InvalidEvent("text: say what the enterprise was told")
        row = CoachingNoteRow(
            event_id=event_id,
            enterprise_id=enterprise_id,
            text=text.strip(),
            scenarios=list(scenarios),
            follow_up_by=follow_up_by,
            answers=answers,
            written_by=actor.name,
            written_at_us=self._now_us(),
        )
        session.add(row)
        session.flush()
        return _note(row, None)


def _notes() -> Select[CoachingNoteRow, int]:
    return select(CoachingNoteRow, _Follow.id).outerjoin(_Follow, _Follow.answers == CoachingNoteRow.id)


def _came(session: Session, event_id: int, enterprise_id: int) -> bool:
    query = (
        select(AttendanceRow.id)
        .outerjoin(_Voiding, _Voiding.voids == AttendanceRow.id)
        .where(
            AttendanceRow.event_id == event_id,
            AttendanceRow.enterprise_id == enterprise_id,
            AttendanceRow.voids.is_(None),
            _Voiding.id.is_(None),
        )
    )
    return session.scalars(query.limit(1)).first() is not None


def _note(row: CoachingNoteRow, followed: int | None) -> CoachingNote:
    return CoachingNote(
        row.id,
        row.event_id,
        row.enterprise_id,
        row.text,
        tuple(str(one) for one in row.scenarios),
        row.follow_up_by,
        row.answers,
        followed,
        row.written_by,
        row.written_at_us,
    )
