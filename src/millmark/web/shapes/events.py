"""Events, registrations, attendances and coaching notes as the API shows them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from millmark.programmes import Grade
from millmark.region.events import EventContent
from millmark.web.shapes.shape import ExactNumber, Id, Said, Shape, TimeUs
from millmark.web.shapes.steps import AllowedView, StepView

_Text = Annotated[str, Field(max_length=4000)]


class RegistrationView(Shape):
    id: Id
    event_id: Id
    enterprise_id: Id
    enterprise_zh: str
    enterprise_en: str
    state: str
    version: int
    people: int
    contact: str
    question: str
    registered_at_us: TimeUs
    allowed: list[AllowedView]


class EventView(Shape):
    """An event; `counted` is how many enterprises came, `at_least` where the document says no more than that.
    `own` is the registration of whoever asks."""

    id: Id
    state: str
    version: int
    content: EventContent
    counts_as: str
    counts_as_zh: str
    counts_as_en: str
    takes_registrations: bool
    seats_left: int | None
    counted: ExactNumber | None
    at_least: bool
    own: RegistrationView | None


class EventList(Shape):
    """The latest first; `kinds` are those as which attendances may count."""

    events: list[EventView]
    kinds: list[str]
    due_notes: int


class AttendanceView(Shape):
    """Who came, named or a number in bulk, by which document; `voided_by` tells the row that takes it back."""

    id: Id
    ref: str
    enterprise_id: Id | None
    subject: str | None
    number: ExactNumber
    at_least: bool
    source: str
    grade: Grade
    placeholder: bool
    demonstration: bool
    stands: bool
    voids: Id | None
    voided_by: Id | None
    recorded_at_us: TimeUs
    recorded_by: str


class CoachingNoteView(Shape):
    """What an enterprise was told; `followed` is the note that followed it up, `answers` the one that this follows."""

    id: Id
    event_id: Id
    event_zh: str
    event_en: str
    enterprise_id: Id
    enterprise_zh: str
    enterprise_en: str
    text: str
    scenarios: list[str]
    follow_up_by: date | None
    is_due: bool
    answers: Id | None
    followed: Id | None
    written_by: str
    written_at_us: TimeUs


class CoachingNoteList(Shape):
    notes: list[CoachingNoteView]


class EventDetail(EventView):
    """Registrations, attendances and notes are those that whoever asks may see: an enterprise sees its own."""

    registrations: list[RegistrationView]
    attendances: list[AttendanceView]
    notes: list[CoachingNoteView]
    figures: list[str]
    may_write: bool
    allowed: list[AllowedView]
    steps: list[StepView]


class NewEvent(Shape):
    """With `is_over` an event that was held already and is written down afterwards."""

    content: Said[EventContent]
    counts_as: str | None = None
    is_over: bool = False


class ChangedEvent(Shape):
    content: Said[EventContent]
    version: int | None = None


class NewRegistration(Shape):
    """`enterprise_id` is that of the account's own enterprise where it has one."""

    enterprise_id: Id | None = None
    people: Annotated[int, Field(ge=1, le=1000)] = 1
    contact: Annotated[str, Field(min_length=1, max_length=200)]
    question: Annotated[str, Field(max_length=2000)] = ""


class RegistrationStep(Shape):
    action: Annotated[str, Field(pattern=r"^(cancel|miss)$")]
    reason: Annotated[str, Field(max_length=2000)] = ""


class NewAttendance(Shape):
    """Either enterprises by name, or a number in bulk. `among_counted` says whether those named are among a number that
    stands already."""

    enterprise_ids: Annotated[list[Id], Field(max_length=1000, default_factory=list)]
    number: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    at_least: bool = False
    among_counted: bool | None = None
    source: Annotated[str, Field(min_length=1, max_length=500)]


class VoidAttendance(Shape):
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class NewCoachingNote(Shape):
    enterprise_id: Id
    text: _Text
    scenarios: Annotated[list[str], Field(max_length=16, default_factory=list)]
    follow_up_by: date | None = None


class FollowUp(Shape):
    text: _Text
    follow_up_by: date | None = None
