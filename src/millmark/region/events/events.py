"""Events and who would come: planned, called, held, closed; registrations within the seats that there are."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.programmes.life import Actor, ObjectKind, Offer, Step, advance, begin, must_be_version, steps_of
from millmark.programmes.toml_file import Frozen
from millmark.region.catalogue import CityPack
from millmark.region.events.errors import EventConflict, EventNotFound, InvalidEvent
from millmark.region.events.machines import EVENT, REGISTRATION
from millmark.region.events.tables import EventRow, EventVersionRow, RegistrationRow
from millmark.region.suppliers.contents import AreaCode, ScenarioId, Text, Title
from millmark.region.versioned import add_version, content_of, contents_of
from millmark.registry import Database


class EventForm(StrEnum):
    PARK = "park"
    TRAINING = "training"
    MATCHING = "matching"
    VISIT = "visit"
    FORUM = "forum"


class EventContent(Frozen):
    """What is announced. `seats` are people, None for as many as come; registration ends on `register_until`."""

    title_zh: Annotated[str, Field(min_length=1, max_length=120)]
    title_en: Title = ""
    form: EventForm
    text_zh: Text = ""
    text_en: Text = ""
    area_code: AreaCode
    place: Title = ""
    host: Title = ""
    starts_on: date
    ends_on: date
    register_until: date | None = None
    seats: Annotated[int, Field(ge=1, le=100_000)] | None = None
    scenarios: Annotated[tuple[ScenarioId, ...], Field(max_length=16)] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(f"ends_on: {self.ends_on} is before starts_on {self.starts_on}")
        if self.register_until is not None and self.register_until > self.ends_on:
            raise ValueError(f"register_until: {self.register_until} is after the event ends ({self.ends_on})")
        return self


@dataclass(frozen=True, slots=True)
class Event:
    """An event as its latest version says; `counts_as` is the kind of the city's pack of its attendances."""

    id: int
    counts_as: str
    state: str
    version: int
    content: EventContent

    def takes_registrations(self, today: date) -> bool:
        until = self.content.register_until or self.content.ends_on
        return self.state == "called" and today <= until


@dataclass(frozen=True, slots=True)
class Registration:
    id: int
    event_id: int
    enterprise_id: int
    state: str
    version: int
    people: int
    contact: str
    question: str
    registered_at_us: int


class EventBook:
    """Keeps events and registrations; who came is in the `AttendanceBook`."""

    def __init__(self, database: Database, pack: CityPack, *, now_us: Callable[[], int], zone: ZoneInfo) -> None:
        self._database = database
        self._pack = pack
        self._now_us = now_us
        self._zone = zone

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the city's pack as which attendances may count."""
        return tuple(kind.id for kind in self._pack.kinds.values() if kind.book == "event")

    def today(self) -> date:
        return utc_datetime(self._now_us()).astimezone(self._zone).date()

    def plan(
        self, content: EventContent, actor: Actor, *, counts_as: str | None = None, is_over: bool = False
    ) -> Event:
        """A new event, a draft; with `is_over` one that was held already and is written down afterwards."""
        if is_over and content.ends_on > self.today():
            raise InvalidEvent(f"ends_on: {content.ends_on} has not come yet, so the event cannot have been held")
        with self._database.transaction() as session:
            return self.plan_within(session, content, actor, counts_as=counts_as, is_over=is_over)

    def plan_within(
        self,
        session: Session,
        content: EventContent,
        actor: Actor,
        *,
        counts_as: str | None = None,
        is_over: bool = False,
    ) -> Event:
        """As `plan`, as a part of a larger transaction."""
        row = EventRow(counts_as=self._kind(counts_as))
        begin(session, EVENT, row, "record" if is_over else "plan", actor, at_us=self._now_us())
        add_version(session, EventVersionRow, row, content, actor, at_us=self._now_us())
        return _event(row, content)

    def revise(self, event_id: int, content: EventContent, actor: Actor, *, version: int | None = None) -> Event:
        """A new version. Raises `StaleVersion`, `IllegalStep`, `InvalidEvent` for fewer seats than are taken."""
        with self._database.transaction() as session:
            row = locked_event(session, event_id)
            must_be_version(row, version, f"event {event_id}")
            taken = _taken(session, event_id)
            if content.seats is not None and content.seats < taken:
                raise InvalidEvent(f"seats: {taken} are taken already; {content.seats} would be too few")
            advance(session, EVENT, row, "revise", actor, at_us=self._now_us(), corrected=True)
            add_version(session, EventVersionRow, row, content, actor, at_us=self._now_us())
            return _event(row, content)

    def act(
        self, event_id: int, action: str, actor: Actor, *, reason: str | None = None, version: int | None = None
    ) -> Event:
        """Calls, holds, closes, reopens or cancels."""
        if action in ("plan", "record", "revise", "attend", "void", "coach"):
            raise InvalidEvent(f"action: {action!r} needs its own form")
        with self._database.transaction() as session:
            row = locked_event(session, event_id)
            must_be_version(row, version, f"event {event_id}")
            advance(session, EVENT, row, action, actor, at_us=self._now_us(), reason=reason)
            return _event(row, content_of(session, EventVersionRow, EventContent, row))

    def event(self, event_id: int) -> Event:
        """Raises `EventNotFound`."""
        with self._database.reading() as session:
            row = session.get(EventRow, event_id)
            if row is None:
                raise EventNotFound(f"there is no event {event_id}")
            return _event(row, content_of(session, EventVersionRow, EventContent, row))

    def events(self, states: Collection[str] | None = None) -> list[Event]:
        """The latest to begin first."""
        query = select(EventRow)
        if states is not None:
            query = query.where(EventRow.state.in_(states))
        with self._database.reading() as session:
            rows = session.scalars(query).all()
            contents = contents_of(session, EventVersionRow, EventContent, rows)
            found = [_event(row, contents[row.id]) for row in rows]
        return sorted(found, key=lambda one: (one.content.starts_on, one.id), reverse=True)

    def calendar(self) -> list[Event]:
        """Those that everybody may read: called, held and closed."""
        return self.events(["called", "held", "closed"])

    def register(
        self, event_id: int, enterprise_id: int, actor: Actor, *, people: int, contact: str, question: str = ""
    ) -> Registration:
        """Registers an enterprise, or changes its registration. Raises `EventConflict` when registration is over or the
        seats are taken, `InvalidEvent`."""
        if not 1 <= people <= 1_000:
            raise InvalidEvent(f"people: {people} is not within 1..1000")
        if not contact.strip():
            raise InvalidEvent("contact: say whom the office may ask")
        try:
            with self._database.transaction() as session:
                event = locked_event(session, event_id)
                content = content_of(session, EventVersionRow, EventContent, event)
                self._must_take(_event(event, content))
                row = _registration_of(session, event_id, enterprise_id)
                own = row.people if row is not None and row.state == "registered" else 0
                left = None if content.seats is None else content.seats - _taken(session, event_id) + own
                if left is not None and people > left:
                    raise EventConflict(f"people: {left} seats are left of {content.seats}, not {people}")
                now_us = self._now_us()
                if row is None:
                    row = RegistrationRow(
                        event_id=event_id,
                        enterprise_id=enterprise_id,
                        people=people,
                        contact=contact.strip(),
                        question=question.strip(),
                        registered_at_us=now_us,
                    )
                    begin(session, REGISTRATION, row, "register", actor, at_us=now_us, detail={"people": people})
                else:
                    action = "register" if row.state == "cancelled" else "revise"
                    row.people, row.contact, row.question = people, contact.strip(), question.strip()
                    detail = {"people": people}
                    advance(session, REGISTRATION, row, action, actor, at_us=now_us, detail=detail, corrected=True)
                return _registration(row)
        except IntegrityError as error:
            raise EventConflict(f"enterprise {enterprise_id} has just been registered") from error

    def act_on_registration(
        self, registration_id: int, action: str, actor: Actor, *, reason: str | None = None
    ) -> Registration:
        """Cancels a registration, or notes that somebody did not come; who came is recorded as attendance."""
        if action not in ("cancel", "miss"):
            raise InvalidEvent(f"action: {action!r} is none of cancel, miss")
        with self._database.transaction() as session:
            row = session.get(RegistrationRow, registration_id, with_for_update=True)
            if row is None:
                raise EventNotFound(f"there is no registration {registration_id}")
            advance(session, REGISTRATION, row, action, actor, at_us=self._now_us(), reason=reason)
            return _registration(row)

    def registration(self, registration_id: int) -> Registration:
        """Raises `EventNotFound`."""
        with self._database.reading() as session:
            row = session.get(RegistrationRow, registration_id)
            if row is None:
                raise EventNotFound(f"there is no registration {registration_id}")
            return _registration(row)

    def registrations(self, *, event_id: int | None = None, enterprise_id: int | None = None) -> list[Registration]:
        query = select(RegistrationRow).order_by(RegistrationRow.id)
        if event_id is not None:
            query = query.where(RegistrationRow.event_id == event_id)
        if enterprise_id is not None:
            query = query.where(RegistrationRow.enterprise_id == enterprise_id)
        with self._database.reading() as session:
            return [_registration(row) for row in session.scalars(query)]

    def seats_taken(self, event_id: int) -> int:
        """People of the registrations that stand."""
        with self._database.reading() as session:
            return _taken(session, event_id)

    def steps(self, event_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.EVENT, event_id)

    def offers(self, event: Event, actor: Actor) -> list[Offer]:
        return EVENT.offers(event.state, actor, without=("revise", "attend", "void", "coach"))

    def registration_offers(self, registration: Registration, actor: Actor) -> list[Offer]:
        return REGISTRATION.offers(registration.state, actor, without=("register", "revise", "attend", "unattend"))

    def _kind(self, counts_as: str | None) -> str:
        if not self.kinds:
            raise InvalidEvent("counts_as: the city's pack has no kind that is kept in the book 'event'")
        kind = counts_as or self.kinds[0]
        if kind not in self.kinds:
            raise InvalidEvent(f"counts_as: {kind!r} is none of {', '.join(self.kinds)}")
        return kind

    def _must_take(self, event: Event) -> None:
        if not event.takes_registrations(self.today()):
            raise EventConflict(f"event {event.id} takes no registrations: it is {event.state}, or their time is over")


def locked_event(session: Session, event_id: int) -> EventRow:
    """The row, locked until the transaction ends; raises `EventNotFound`."""
    row = session.get(EventRow, event_id, with_for_update=True)
    if row is None:
        raise EventNotFound(f"there is no event {event_id}")
    return row


def _taken(session: Session, event_id: int) -> int:
    query = select(func.coalesce(func.sum(RegistrationRow.people), 0)).where(
        RegistrationRow.event_id == event_id, RegistrationRow.state.in_(("registered", "attended"))
    )
    return int(session.scalar(query) or 0)


def _registration_of(session: Session, event_id: int, enterprise_id: int) -> RegistrationRow | None:
    query = select(RegistrationRow).where(
        RegistrationRow.event_id == event_id, RegistrationRow.enterprise_id == enterprise_id
    )
    return session.scalars(query.with_for_update()).one_or_none()


def _event(row: EventRow, content: EventContent) -> Event:
    return Event(row.id, row.counts_as, row.state, row.version, content)


def _registration(row: RegistrationRow) -> Registration:
    return Registration(
        row.id,
        row.event_id,
        row.enterprise_id,
        row.state,
        row.version,
        row.people,
        row.contact,
        row.question,
        row.registered_at_us,
    )
