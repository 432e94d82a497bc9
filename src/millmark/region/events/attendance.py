"""Who came to an event: a book whose records figures count, named or in bulk, corrected by voiding in sight."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from millmark.programmes import Counting, DateSpan, Grade
from millmark.programmes.life import OFFICES, Actor, advance
from millmark.region.catalogue import CityPack
from millmark.region.entry import NewLedgerEntry, Qualifier, checked
from millmark.region.errors import EntryNotFound
from millmark.region.events.errors import EventConflict, EventNotFound, InvalidEvent
from millmark.region.events.events import EventBook, EventContent, EventForm, locked_event
from millmark.region.events.machines import EVENT, REGISTRATION
from millmark.region.events.tables import AttendanceRow, EventRow, EventVersionRow, RegistrationRow
from millmark.region.figure import RecordRef, RecordSource
from millmark.region.versioned import content_of
from millmark.registry import Database, Enterprise

_Voiding = aliased(AttendanceRow)
# The second column is null for a row that nobody voided; the outer join does not show in the type.
_Selected = Select[AttendanceRow, int]


@dataclass(frozen=True, slots=True)
class Attendance:
    """An attendance as kept. `voided_by` is the row that takes it back, `voids` what this row takes back."""

    id: int
    event_id: int
    enterprise_id: int | None
    fact: NewLedgerEntry
    demonstration: bool
    recorded_at_us: int
    recorded_by: str
    voids: int | None
    voided_by: int | None

    @property
    def ref(self) -> str:
        return f"event:{self.id}"

    @property
    def stands(self) -> bool:
        return self.voids is None and self.voided_by is None


class AttendanceBook:
    """Keeps attendances. A subject stands once for an event; one number in bulk stands beside those that are named."""

    def __init__(
        self,
        database: Database,
        pack: CityPack,
        events: EventBook,
        enterprise_of: Callable[[int], Enterprise],
        area_names: Mapping[str, str],
        *,
        now_us: Callable[[], int],
    ) -> None:
        self._database = database
        self._pack = pack
        self._events = events
        self._enterprise_of = enterprise_of
        self._area_names = area_names
        self._now_us = now_us

    @property
    def source(self) -> RecordSource:
        return "event"

    def attend(
        self,
        event_id: int,
        enterprise_ids: Sequence[int],
        actor: Actor,
        *,
        source: str,
        among_counted: bool | None = None,
        grade: Grade = Grade.DOCUMENT_BACKED,
    ) -> list[Attendance]:
        """Records enterprises that came, by name, and their registrations with them.

        Where a number in bulk stands, `among_counted` says whether they are among it: then it is lowered by as many, so
        that nobody counts twice. Raises `EventConflict` without it, for somebody recorded already, and for more than
        were counted.
        """
        with self._keeping(f"event {event_id}") as session:
            event, content = self._locked(session, event_id)
            advance(session, EVENT, event, "attend", actor, at_us=self._now_us(), detail={"named": len(enterprise_ids)})
            self._must_be_new(session, event_id, enterprise_ids)
            self._lower_bulk(session, event_id, len(set(enterprise_ids)), among_counted, actor)
            kept = []
            for enterprise_id in dict.fromkeys(enterprise_ids):
                enterprise = self._enterprise_of(enterprise_id)
                fact = self._fact(event, content, source, grade, subject=enterprise.name_zh)
                row = self._add(
                    session, event_id, fact, actor.name, enterprise=enterprise, placeholder=enterprise.is_placeholder
                )
                _note_attended(session, event_id, enterprise_id, actor, self._now_us())
                kept.append(_attendance(row, None))
            return kept

    def count(
        self,
        event_id: int,
        number: int,
        actor: Actor,
        *,
        source: str,
        at_least: bool = False,
        grade: Grade = Grade.DOCUMENT_BACKED,
    ) -> Attendance:
        """Records how many came beside those named; with `at_least` as in 100余家. Raises `EventConflict` when a number
        stands already: void that one first."""
        if number < 1:
            raise InvalidEvent(f"number: {number} is none; say how many enterprises came")
        with self._keeping(f"event {event_id}") as session:
            event, content = self._locked(session, event_id)
            advance(session, EVENT, event, "attend", actor, at_us=self._now_us(), detail={"bulk": number})
            standing = _bulk(session, event_id)
            if standing is not None:
                raise EventConflict(
                    f"number: {standing.quantity:f} are counted already as event:{standing.id}; void that one first"
                )
            fact = self._fact(event, content, source, grade, number=number, at_least=at_least)
            return _attendance(self._add(session, event_id, fact, actor.name), None)

    def void(self, attendance_id: int, actor: Actor, *, reason: str) -> Attendance:
        """Takes an attendance back, and says why; figures no longer count it."""
        with self._keeping(f"event:{attendance_id}") as session:
            row = session.get(AttendanceRow, attendance_id)
            if row is None:
                raise EventNotFound(f"there is no attendance {attendance_id}")
            event, _ = self._locked(session, row.event_id)
            detail = {"attendance": attendance_id}
            advance(session, EVENT, event, "void", actor, at_us=self._now_us(), reason=reason, detail=detail)
            voiding = self._void(session, row, reason, actor.name)
            if row.enterprise_id is not None:
                _note_not_attended(session, row.event_id, row.enterprise_id, actor, reason, self._now_us())
            return _attendance(voiding, None)

    def attendances(self, *, event_id: int | None = None, enterprise_id: int | None = None) -> list[Attendance]:
        """In the order kept, voided and voiding ones included."""
        query = _rows().order_by(AttendanceRow.id)
        if event_id is not None:
            query = query.where(AttendanceRow.event_id == event_id)
        if enterprise_id is not None:
            query = query.where(AttendanceRow.enterprise_id == enterprise_id)
        with self._database.reading() as session:
            return [_attendance(row, voided_by) for row, voided_by in session.execute(query)]

    def attendance(self, attendance_id: int) -> Attendance:
        """Raises `EventNotFound`."""
        with self._database.reading() as session:
            found = session.execute(_rows().where(AttendanceRow.id == attendance_id)).one_or_none()
            if found is None:
                raise EventNotFound(f"there is no attendance {attendance_id}")
            return _attendance(found[0], found[1])

    def area_of(self, content: EventContent) -> str:
        """The area as attendances name it, which is how figures ask for it."""
        return self._area_names.get(content.area_code, content.area_code)

    def counted(self) -> dict[int, tuple[Decimal, bool]]:
        """Of each event how many enterprises came, and whether that is a least number."""
        query = _rows().where(AttendanceRow.voids.is_(None), _Voiding.id.is_(None))
        found: dict[int, tuple[Decimal, bool]] = {}
        with self._database.reading() as session:
            for row, _ in session.execute(query):
                number, least = found.get(row.event_id, (Decimal(0), False))
                found[row.event_id] = (number + row.quantity, least or row.qualifier == Qualifier.AT_LEAST)
        return found

    # ---- as a book of facts

    def standing_records(self, as_of: date, known_at_us: int | None = None) -> Iterable[RecordRef]:
        query = _rows().where(AttendanceRow.holds_from <= as_of, AttendanceRow.voids.is_(None))
        if known_at_us is None:
            query = query.where(_Voiding.id.is_(None))
        else:
            voided_later = _Voiding.id.is_(None) | (_Voiding.recorded_at_us > known_at_us)
            query = query.where(AttendanceRow.recorded_at_us <= known_at_us, voided_later)
        with self._database.reading() as session:
            rows = [_attendance(row, None) for row, _ in session.execute(query.order_by(AttendanceRow.id))]
        # A row of a kind that a later pack no longer has stays in the book; no figure can ask for it.
        return [self._record(row) for row in rows if row.fact.kind in self._pack.kinds]

    def record(self, number: int) -> RecordRef:
        try:
            return self._record(self.attendance(number))
        except EventNotFound as error:
            raise EntryNotFound(f"there is no attendance {number}") from error

    def as_record(self, fact: NewLedgerEntry, number: int) -> RecordRef:
        return self._record(Attendance(number, 0, None, fact, False, 0, "", None, None))

    def add_fact_within(self, session: Session, fact: NewLedgerEntry, *, recorded_by: str) -> None:
        """Keeps a fact of a facts file, with an event of its place and days that its attendance belongs to."""
        fact = checked(fact, self._pack)
        kind = self._pack.kind(fact.kind)
        codes = {name: code for code, name in self._area_names.items()}
        content = EventContent(
            title_zh=kind.name_zh,
            title_en=kind.name_en,
            form=EventForm.PARK,
            area_code=codes.get(fact.area, self._pack.city.area_code),
            place=fact.area,
            starts_on=fact.span.first,
            ends_on=fact.span.last,
        )
        actor = Actor(recorded_by, "import", OFFICES)
        event_id = _same_event(session, fact.kind, content)
        if event_id is None:
            event = self._events.plan_within(session, content, actor, counts_as=fact.kind, is_over=True)
            event_id = event.id
        self._add(session, event_id, fact, recorded_by, placeholder=fact.placeholder)

    def imported_within(self, session: Session) -> Mapping[str, NewLedgerEntry]:
        query = select(AttendanceRow).where(AttendanceRow.import_key.is_not(None))
        return {str(row.import_key): _fact_of(row) for row in session.scalars(query)}

    # ---- within a transaction

    @contextmanager
    def _keeping(self, what: str) -> Iterator[Session]:
        try:
            with self._database.transaction() as session:
                yield session
        except IntegrityError as error:
            raise EventConflict(f"{what} has just been changed by somebody else; look again") from error

    def _locked(self, session: Session, event_id: int) -> tuple[EventRow, EventContent]:
        event = locked_event(session, event_id)
        content = content_of(session, EventVersionRow, EventContent, event)
        if content.starts_on > self._events.today():
            raise EventConflict(f"event {event_id} begins on {content.starts_on}; nobody has come yet")
        return event, content

    def _fact(
        self,
        event: EventRow,
        content: EventContent,
        source: str,
        grade: Grade,
        *,
        subject: str | None = None,
        number: int | None = None,
        at_least: bool = False,
    ) -> NewLedgerEntry:
        fact = NewLedgerEntry(
            kind=event.counts_as,
            area=self.area_of(content),
            span=DateSpan(content.starts_on, content.ends_on),
            source=source,
            quantity=Decimal(1 if number is None else number),
            subject=subject,
            counting=Counting.INDIVIDUAL if number is None else Counting.BULK,
            qualifier=Qualifier.AT_LEAST if at_least else Qualifier.EXACT,
            grade=grade,
        )
        return checked(fact, self._pack)

    def _add(
        self,
        session: Session,
        event_id: int,
        fact: NewLedgerEntry,
        recorded_by: str,
        *,
        enterprise: Enterprise | None = None,
        placeholder: bool = False,
    ) -> AttendanceRow:
        row = AttendanceRow(
            event_id=event_id,
            enterprise_id=None if enterprise is None else enterprise.id,
            kind=fact.kind,
            area=fact.area,
            first_date=fact.span.first,
            last_date=fact.span.last,
            stated_on=fact.stated_on,
            holds_from=fact.holds_from,
            quantity=fact.quantity or Decimal(0),
            unit=fact.unit or self._pack.kind(fact.kind).unit,
            subject=fact.subject,
            counting=fact.counting,
            qualifier=fact.qualifier,
            source=fact.source,
            grade=fact.grade,
            placeholder=placeholder,
            demonstration=enterprise is not None and enterprise.is_demonstration,
            import_key=fact.import_key,
            recorded_at_us=self._now_us(),
            recorded_by=recorded_by,
        )
        session.add(row)
        session.flush()
        return row

    def _void(self, session: Session, row: AttendanceRow, reason: str, recorded_by: str) -> AttendanceRow:
        if row.voids is not None:
            raise EventConflict(f"event:{row.id} is itself a voiding; record the attendance again instead")
        if session.scalar(select(exists().where(AttendanceRow.voids == row.id))):
            raise EventConflict(f"event:{row.id} is already void")
        voiding = AttendanceRow(
            event_id=row.event_id,
            enterprise_id=row.enterprise_id,
            kind=row.kind,
            area=row.area,
            first_date=row.first_date,
            last_date=row.last_date,
            stated_on=row.stated_on,
            holds_from=row.holds_from,
            quantity=Decimal(0),
            unit=row.unit,
            subject=row.subject,
            counting=row.counting,
            qualifier=row.qualifier,
            source=reason.strip(),
            grade=row.grade,
            placeholder=row.placeholder,
            demonstration=row.demonstration,
            recorded_at_us=self._now_us(),
            recorded_by=recorded_by,
            voids=row.id,
        )
        session.add(voiding)
        session.flush()
        return voiding

    def _must_be_new(self, session: Session, event_id: int, enterprise_ids: Collection[int]) -> None:
        if not enterprise_ids:
            raise InvalidEvent("enterprise_ids: name at least one enterprise")
        query = _rows().where(
            AttendanceRow.event_id == event_id,
            AttendanceRow.enterprise_id.in_(enterprise_ids),
            AttendanceRow.voids.is_(None),
            _Voiding.id.is_(None),
        )
        twin = session.execute(query).first()
        if twin is not None:
            raise EventConflict(f"{twin[0].subject} is recorded already as event:{twin[0].id}")

    def _lower_bulk(self, session: Session, event_id: int, by: int, among_counted: bool | None, actor: Actor) -> None:
        bulk = _bulk(session, event_id)
        if bulk is None or among_counted is False:
            return
        if among_counted is None:
            raise EventConflict(
                f"among_counted: {bulk.quantity:f} are counted in bulk; say whether those named are among them"
            )
        left = bulk.quantity - by
        if left < 0:
            raise EventConflict(f"enterprise_ids: only {bulk.quantity:f} were counted in bulk, {by} are named")
        fact = _fact_of(bulk)
        self._void(session, bulk, f"其中{by}家改为列名 / {by} of them are now named", actor.name)
        if left:
            rest = _without_key(fact, left)
            self._add(session, event_id, rest, actor.name, placeholder=bulk.placeholder)

    def _record(self, row: Attendance) -> RecordRef:
        fact, kind = row.fact, self._pack.kind(row.fact.kind)
        number = fact.quantity or Decimal(0)
        who_zh = fact.subject or f"未列名{number:f}{kind.unit_zh or '个'}"
        who_en = fact.subject or f"{number:f} unnamed"
        return RecordRef(
            ref=row.ref,
            kind="event",
            topic=fact.kind,
            title_zh=f"{kind.name_zh}:{who_zh}",
            title_en=f"{kind.name_en}: {who_en}",
            area=fact.area,
            span=fact.span,
            holds_from=fact.holds_from,
            source=fact.source,
            grade=fact.grade,
            subject=fact.subject,
            identity=fact.subject if row.enterprise_id is None else f"enterprise:{row.enterprise_id}",
            counting=fact.counting,
            quantity=number,
            unit=fact.unit or kind.unit,
            count=number,
            at_least=fact.qualifier is Qualifier.AT_LEAST,
            placeholder=fact.placeholder,
            demonstration=row.demonstration,
        )


def _rows() -> _Selected:
    return select(AttendanceRow, _Voiding.id).outerjoin(_Voiding, _Voiding.voids == AttendanceRow.id)


def _bulk(session: Session, event_id: int) -> AttendanceRow | None:
    """The number in bulk that stands for an event."""
    query = _rows().where(
        AttendanceRow.event_id == event_id,
        AttendanceRow.counting == Counting.BULK,
        AttendanceRow.voids.is_(None),
        _Voiding.id.is_(None),
    )
    found = session.execute(query).first()
    return None if found is None else found[0]


def _same_event(session: Session, kind: str, content: EventContent) -> int | None:
    """An event that an import brought before for the same kind, place and days."""
    query = select(AttendanceRow.event_id).where(
        AttendanceRow.kind == kind,
        AttendanceRow.area == content.place,
        AttendanceRow.first_date == content.starts_on,
        AttendanceRow.last_date == content.ends_on,
        AttendanceRow.import_key.is_not(None),
    )
    return session.scalars(query.limit(1)).first()


def _note_attended(session: Session, event_id: int, enterprise_id: int, actor: Actor, at_us: int) -> None:
    """A registration of who came says so too; who came without one is there all the same."""
    row = _registration(session, event_id, enterprise_id)
    if row is not None and row.state in ("registered", "absent"):
        advance(session, REGISTRATION, row, "attend", actor, at_us=at_us)


def _note_not_attended(
    session: Session, event_id: int, enterprise_id: int, actor: Actor, reason: str, at_us: int
) -> None:
    row = _registration(session, event_id, enterprise_id)
    if row is not None and row.state == "attended":
        advance(session, REGISTRATION, row, "unattend", actor, at_us=at_us, reason=reason)


def _registration(session: Session, event_id: int, enterprise_id: int) -> RegistrationRow | None:
    query = select(RegistrationRow).where(
        RegistrationRow.event_id == event_id, RegistrationRow.enterprise_id == enterprise_id
    )
    return session.scalars(query.with_for_update()).one_or_none()


def _fact_of(row: AttendanceRow) -> NewLedgerEntry:
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


def _without_key(fact: NewLedgerEntry, quantity: Decimal) -> NewLedgerEntry:
    """The rest of what an import brought is no longer what it brought."""
    return replace(fact, quantity=quantity, import_key=None)


def _attendance(row: AttendanceRow, voided_by: int | None) -> Attendance:
    return Attendance(
        id=row.id,
        event_id=row.event_id,
        enterprise_id=row.enterprise_id,
        fact=_fact_of(row),
        demonstration=row.demonstration,
        recorded_at_us=row.recorded_at_us,
        recorded_by=row.recorded_by,
        voids=row.voids,
        voided_by=voided_by,
    )
