"""Events, registrations, attendances and notes as the API shows them to whoever asks."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from millmark.region.entry import Qualifier
from millmark.registry import area_prefix
from millmark.web.access import Permission, Principal, unknown
from millmark.web.acting import actor_of
from millmark.web.shapes.events import (
    AttendanceView,
    CoachingNoteView,
    EventDetail,
    EventView,
    RegistrationView,
)
from millmark.web.shapes.steps import AllowedView, StepView

if TYPE_CHECKING:
    from millmark.region.events import Attendance, CoachingNote, Event, Registration
    from millmark.registry import Enterprise
    from millmark.web.services import Services


class EventViews:
    """For the length of one request."""

    def __init__(self, platform: Services, who: Principal) -> None:
        self.who = who
        self.actor = actor_of(who)
        self._platform = platform
        self._desk = platform.bureau.events
        self._today = self._desk.events.today()
        self._enterprises: dict[int, Enterprise] = {}
        self._counted: dict[int, tuple[Decimal, bool]] | None = None

    @property
    def is_office(self) -> bool:
        """Whether somebody sees who registered and came, beyond their own enterprise."""
        return self.who.scope.enterprise_id is None and Permission.READ_DEMANDS in self.who.permissions

    def writes(self, event: Event) -> bool:
        """Whether whoever asks keeps this event: an office of an area those of its area."""
        return Permission.WRITE_EVENTS in self.who.permissions and self.admits_area(event.content.area_code)

    def admits_area(self, code: str) -> bool:
        own = self.who.scope.area_code
        return own is None or code.startswith(area_prefix(own))

    def sees(self, event: Event) -> bool:
        return event.state in ("called", "held", "closed") or (
            self.is_office and self.admits_area(event.content.area_code)
        )

    def demand(self, event: Event, where: str) -> None:
        if not self.sees(event):
            raise unknown(where)

    def demand_written(self, event: Event, where: str) -> None:
        if not self.writes(event):
            raise unknown(where)

    def enterprise(self, enterprise_id: int) -> Enterprise:
        if enterprise_id not in self._enterprises:
            self._enterprises[enterprise_id] = self._platform.registry.enterprise(enterprise_id)
        return self._enterprises[enterprise_id]

    def event(self, event: Event) -> EventView:
        return EventView(**self._event(event))

    def detail(self, event: Event) -> EventDetail:
        desk, own = self._desk, self.who.scope.enterprise_id
        registrations = desk.events.registrations(event_id=event.id)
        attendances = desk.attendance.attendances(event_id=event.id)
        notes = desk.notes.notes(event_id=event.id)
        if self.is_office:
            scope = self.who.scope
            registrations = [one for one in registrations if scope.admits(one.enterprise_id)]
            attendances = [one for one in attendances if one.enterprise_id is None or scope.admits(one.enterprise_id)]
            notes = [one for one in notes if scope.admits(one.enterprise_id)]
            for shown in {one.enterprise_id for one in registrations} | {one.enterprise_id for one in notes}:
                scope.opened(shown)
        else:
            registrations = [one for one in registrations if one.enterprise_id == own and own is not None]
            attendances = [one for one in attendances if one.enterprise_id == own and own is not None]
            notes = [one for one in notes if one.enterprise_id == own and own is not None]
        writes = self.writes(event)
        return EventDetail(
            **self._event(event),
            registrations=[self.registration(one, event) for one in registrations],
            attendances=[attendance_view(one) for one in attendances],
            notes=[self.note(one) for one in notes],
            figures=self._figures(event),
            may_write=writes,
            allowed=[AllowedView.of(one) for one in desk.events.offers(event, self.actor)] if writes else [],
            steps=[StepView.of(one) for one in desk.events.steps(event.id)] if self.is_office else [],
        )

    def registration(self, one: Registration, event: Event) -> RegistrationView:
        enterprise = self.enterprise(one.enterprise_id)
        own = self.who.scope.enterprise_id == one.enterprise_id
        may = (own and Permission.REGISTER_FOR_EVENTS in self.who.permissions) or self.writes(event)
        offers = self._desk.events.registration_offers(one, self.actor)
        return RegistrationView(
            id=one.id,
            event_id=one.event_id,
            enterprise_id=one.enterprise_id,
            enterprise_zh=enterprise.name_zh,
            enterprise_en=enterprise.name_en,
            state=one.state,
            version=one.version,
            people=one.people,
            contact=one.contact,
            question=one.question,
            registered_at_us=one.registered_at_us,
            allowed=[AllowedView.of(offer) for offer in offers] if may else [],
        )

    def note(self, one: CoachingNote) -> CoachingNoteView:
        enterprise, event = self.enterprise(one.enterprise_id), self._desk.events.event(one.event_id)
        return CoachingNoteView(
            id=one.id,
            event_id=one.event_id,
            event_zh=event.content.title_zh,
            event_en=event.content.title_en or event.content.title_zh,
            enterprise_id=one.enterprise_id,
            enterprise_zh=enterprise.name_zh,
            enterprise_en=enterprise.name_en,
            text=one.text,
            scenarios=list(one.scenarios),
            follow_up_by=one.follow_up_by,
            is_due=one.is_due(self._today),
            answers=one.answers,
            followed=one.followed,
            written_by=one.written_by,
            written_at_us=one.written_at_us,
        )

    def _figures(self, event: Event) -> list[str]:
        """The figures that count who came to this event, so that a number leads to them and back."""
        content, area = event.content, self._desk.attendance.area_of(event.content)
        return [
            one.id
            for one in self._platform.city_pack.figures
            if one.query.records == "event"
            and event.counts_as in one.query.topics
            and (not one.query.areas or area in one.query.areas)
            and (one.period is None or (one.period.first <= content.starts_on and content.ends_on <= one.period.last))
        ]

    def _event(self, event: Event) -> dict[str, Any]:
        content, own = event.content, self.who.scope.enterprise_id
        if self._counted is None:
            self._counted = self._desk.attendance.counted()
        number, at_least = self._counted.get(event.id, (None, False))
        kind = self._platform.city_pack.kinds.get(event.counts_as)
        taken = None if content.seats is None else self._desk.events.seats_taken(event.id)
        registered = None
        if own is not None:
            mine = self._desk.events.registrations(event_id=event.id, enterprise_id=own)
            registered = self.registration(mine[0], event) if mine else None
        return {
            "id": event.id,
            "state": event.state,
            "version": event.version,
            "content": content,
            "counts_as": event.counts_as,
            "counts_as_zh": event.counts_as if kind is None else kind.name_zh,
            "counts_as_en": event.counts_as if kind is None else kind.name_en,
            "takes_registrations": event.takes_registrations(self._today),
            "seats_left": None if content.seats is None or taken is None else content.seats - taken,
            "counted": number,
            "at_least": at_least,
            "own": registered,
        }


def attendance_view(one: Attendance) -> AttendanceView:
    return AttendanceView(
        id=one.id,
        ref=one.ref,
        enterprise_id=one.enterprise_id,
        subject=one.fact.subject,
        number=one.fact.quantity or Decimal(0),
        at_least=one.fact.qualifier is Qualifier.AT_LEAST,
        source=one.fact.source,
        grade=one.fact.grade,
        placeholder=one.fact.placeholder,
        demonstration=one.demonstration,
        stands=one.stands,
        voids=one.voids,
        voided_by=one.voided_by,
        recorded_at_us=one.recorded_at_us,
        recorded_by=one.recorded_by,
    )
