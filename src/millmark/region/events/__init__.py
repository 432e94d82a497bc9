"""Events and training: call, registration, attendance, coaching notes, follow-up; attendances count in figures."""

from millmark.region.events.attendance import Attendance, AttendanceBook
from millmark.region.events.events import Event, EventBook, EventContent, EventForm, Registration
from millmark.region.events.machines import EVENT, REGISTRATION
from millmark.region.events.notes import CoachingNote, NoteBook

__all__ = [
    "EVENT",
    "REGISTRATION",
    "Attendance",
    "AttendanceBook",
    "CoachingNote",
    "Event",
    "EventBook",
    "EventContent",
    "EventForm",
    "NoteBook",
    "Registration",
]
