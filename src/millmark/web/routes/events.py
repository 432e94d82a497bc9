"""Events and training: called, registered for, attended, coached, followed up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.errors import Unprocessable
from millmark.web.event_views import EventViews
from millmark.web.services import Platform, Services
from millmark.web.shapes.events import (
    ChangedEvent,
    CoachingNoteList,
    CoachingNoteView,
    EventDetail,
    EventList,
    FollowUp,
    NewAttendance,
    NewCoachingNote,
    NewEvent,
    NewRegistration,
    RegistrationStep,
    RegistrationView,
    VoidAttendance,
)
from millmark.web.shapes.shape import Id
from millmark.web.shapes.suppliers import PoolStep
from millmark.web.supplier_views import found, own_enterprise

if TYPE_CHECKING:
    from millmark.region.events import Event

router = APIRouter(tags=["events"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_EVENTS))]
_WRITING = Permission.WRITE_EVENTS
_GOING = Permission.REGISTER_FOR_EVENTS


@router.get("/events")
def events(who: Reader, platform: Platform) -> EventList:
    """The calendar, the latest first; the office also sees its drafts."""
    views, desk = EventViews(platform, who), platform.bureau.events
    due = desk.notes.due(desk.events.today()) if views.is_office else []
    return EventList(
        events=[views.event(one) for one in desk.events.events() if views.sees(one)],
        kinds=list(desk.events.kinds),
        due_notes=sum(who.scope.admits(one.enterprise_id) for one in due),
    )


@router.post("/events", status_code=status.HTTP_201_CREATED)
def plan_event(
    who: Annotated[Principal, Depends(requires(_WRITING, action="events.plan"))],
    form: NewEvent,
    request: Request,
    platform: Platform,
) -> EventDetail:
    """A new event, a draft; or one that was held already and is written down afterwards."""
    views = EventViews(platform, who)
    _demand_area(views, form.content.area_code)
    planned = platform.bureau.events.events.plan(
        form.content, views.actor, counts_as=form.counts_as, is_over=form.is_over
    )
    audit_result(request, f"event {planned.id}")
    platform.public.cache.forget()
    return views.detail(planned)


@router.get("/events/{event_id}")
def event(who: Reader, event_id: Id, request: Request, platform: Platform) -> EventDetail:
    """One event; an enterprise sees its own registration, attendance and notes, the office those of its area."""
    views = EventViews(platform, who)
    one = found(lambda: platform.bureau.events.events.event(event_id), request.url.path)
    views.demand(one, request.url.path)
    return views.detail(one)


@router.put("/events/{event_id}")
def change_event(
    who: Annotated[Principal, Depends(requires(_WRITING, action="events.change"))],
    event_id: Id,
    form: ChangedEvent,
    request: Request,
    platform: Platform,
) -> EventDetail:
    """A new version of what is announced."""
    views = EventViews(platform, who)
    _written(platform, views, event_id, request)
    _demand_area(views, form.content.area_code)
    revised = platform.bureau.events.events.revise(event_id, form.content, views.actor, version=form.version)
    audit_result(request, f"event {event_id} version {revised.version}")
    platform.public.cache.forget()
    return views.detail(revised)


@router.post("/events/{event_id}/steps")
def act_on_event(
    who: Annotated[Principal, Depends(requires(_WRITING, action="events.act"))],
    event_id: Id,
    form: PoolStep,
    request: Request,
    platform: Platform,
) -> EventDetail:
    """Calls an event, says that it was held, closes, reopens or cancels it."""
    views = EventViews(platform, who)
    _written(platform, views, event_id, request)
    done = platform.bureau.events.events.act(
        event_id, form.action, views.actor, reason=form.reason, version=form.version
    )
    audit_result(request, f"event {event_id} {form.action} {done.state}")
    platform.public.cache.forget()
    return views.detail(done)


@router.post("/events/{event_id}/registrations", status_code=status.HTTP_201_CREATED)
def register_for_event(
    who: Annotated[Principal, Depends(requires(_GOING, action="events.register"))],
    event_id: Id,
    form: NewRegistration,
    request: Request,
    platform: Platform,
) -> RegistrationView:
    """Registers an enterprise, or changes its registration, within the seats that are left."""
    views = EventViews(platform, who)
    one = found(lambda: platform.bureau.events.events.event(event_id), request.url.path)
    views.demand(one, request.url.path)
    enterprise_id = own_enterprise(who, form.enterprise_id, request.url.path)
    platform.registry.enterprise(enterprise_id)
    registered = platform.bureau.events.events.register(
        event_id, enterprise_id, views.actor, people=form.people, contact=form.contact, question=form.question
    )
    audit_result(request, f"registration:{registered.id}")
    return views.registration(registered, one)


@router.post("/registrations/{registration_id}/steps")
def act_on_registration(
    who: Annotated[Principal, Depends(requires(_GOING, action="events.registration"))],
    registration_id: Id,
    form: RegistrationStep,
    request: Request,
    platform: Platform,
) -> RegistrationView:
    """Cancels a registration; the office also notes that somebody did not come."""
    views, book = EventViews(platform, who), platform.bureau.events.events
    one = found(lambda: book.registration(registration_id), request.url.path)
    who.scope.demand(one.enterprise_id, where=request.url.path)
    done = book.act_on_registration(registration_id, form.action, views.actor, reason=form.reason)
    audit_result(request, f"registration:{registration_id} {done.state}")
    return views.registration(done, book.event(done.event_id))


@router.post("/events/{event_id}/attendances", status_code=status.HTTP_201_CREATED)
def record_attendance(
    who: Annotated[Principal, Depends(requires(_WRITING, action="events.attend"))],
    event_id: Id,
    form: NewAttendance,
    request: Request,
    platform: Platform,
) -> EventDetail:
    """Who came: enterprises by name, or a number of others; the city's figures count them at once."""
    views, book = EventViews(platform, who), platform.bureau.events.attendance
    one = _written(platform, views, event_id, request)
    if bool(form.enterprise_ids) == (form.number is not None):
        raise Unprocessable(
            "An attendance names enterprises or says how many.",
            where="enterprise_ids, number",
            next_step="Send one of both.",
        )
    if form.number is not None:
        kept = [book.count(event_id, form.number, views.actor, source=form.source, at_least=form.at_least)]
    else:
        for enterprise_id in form.enterprise_ids:
            who.scope.demand(enterprise_id, where="enterprise_ids")
            platform.registry.enterprise(enterprise_id)
        kept = book.attend(
            event_id, form.enterprise_ids, views.actor, source=form.source, among_counted=form.among_counted
        )
    audit_result(request, " ".join(each.ref for each in kept[:20]))
    platform.public.cache.forget()
    return views.detail(one)


@router.post("/attendances/{attendance_id}/void")
def void_attendance(
    who: Annotated[Principal, Depends(requires(_WRITING, action="events.void"))],
    attendance_id: Id,
    form: VoidAttendance,
    request: Request,
    platform: Platform,
) -> EventDetail:
    """Takes an attendance back, with its reason; the figures no longer count it."""
    views, desk = EventViews(platform, who), platform.bureau.events
    one = found(lambda: desk.attendance.attendance(attendance_id), request.url.path)
    event = _written(platform, views, one.event_id, request)
    if one.enterprise_id is not None:
        who.scope.demand(one.enterprise_id, where=request.url.path)
    voiding = desk.attendance.void(attendance_id, views.actor, reason=form.reason)
    audit_result(request, f"{voiding.ref} voids {one.ref}")
    platform.public.cache.forget()
    return views.detail(event)


@router.post("/events/{event_id}/notes", status_code=status.HTTP_201_CREATED)
def write_coaching_note(
    who: Annotated[Principal, Depends(requires(_WRITING, action="events.coach"))],
    event_id: Id,
    form: NewCoachingNote,
    request: Request,
    platform: Platform,
) -> CoachingNoteView:
    """What an enterprise that came was told, and by when somebody asks again; the enterprise reads it."""
    views = EventViews(platform, who)
    _written(platform, views, event_id, request)
    who.scope.demand(form.enterprise_id, where="enterprise_id")
    note = platform.bureau.events.notes.write(
        event_id,
        form.enterprise_id,
        form.text,
        views.actor,
        scenarios=form.scenarios,
        follow_up_by=form.follow_up_by,
    )
    audit_result(request, f"coaching-note:{note.id}")
    return views.note(note)


@router.get("/coaching-notes")
def coaching_notes(who: Reader, platform: Platform, due: bool = False) -> CoachingNoteList:
    """Coaching notes of one's own enterprise, or of the office's area; with `due` those to be followed up now."""
    views, desk = EventViews(platform, who), platform.bureau.events
    own = who.scope.enterprise_id
    if own is None and not views.is_office:
        return CoachingNoteList(notes=[])
    chosen = desk.notes.due(desk.events.today()) if due else desk.notes.notes(enterprise_id=own)
    return CoachingNoteList(notes=[views.note(one) for one in chosen if who.scope.admits(one.enterprise_id)])


@router.post("/coaching-notes/{note_id}/follow-up", status_code=status.HTTP_201_CREATED)
def follow_up_note(
    who: Annotated[Principal, Depends(requires(_WRITING, action="events.follow_up"))],
    note_id: Id,
    form: FollowUp,
    request: Request,
    platform: Platform,
) -> CoachingNoteView:
    """What came of a note, and when to ask again, if at all."""
    views, book = EventViews(platform, who), platform.bureau.events.notes
    before = found(lambda: book.note(note_id), request.url.path)
    who.scope.demand(before.enterprise_id, where=request.url.path)
    note = book.follow_up(note_id, form.text, views.actor, follow_up_by=form.follow_up_by)
    audit_result(request, f"coaching-note:{note.id} follows {note_id}")
    return views.note(note)


def _written(platform: Services, views: EventViews, event_id: int, request: Request) -> Event:
    one = found(lambda: platform.bureau.events.events.event(event_id), request.url.path)
    views.demand_written(one, request.url.path)
    return one


def _demand_area(views: EventViews, area_code: str) -> None:
    if not views.admits_area(area_code):
        raise unknown("area_code")
