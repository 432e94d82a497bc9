"""What can go wrong in this room."""

from __future__ import annotations


class ProgrammeError(Exception):
    """Base of the room's errors; each message says what was wrong, where, and what to do."""


class InvalidPack(ProgrammeError):
    """A pack cannot be used; the message names file, table and key."""


class InvalidSpan(ProgrammeError, ValueError):
    """A text that names no day, month, half-year, year or range of these."""


class InvalidRecord(ProgrammeError):
    """A programme record that cannot be kept; the message names the field."""


class RecordNotFound(ProgrammeError):
    """No such programme, call, application or record."""


class RecordConflict(ProgrammeError):
    """A record contradicts one already kept: voided twice, or imported again with other content."""


class CallClosed(ProgrammeError):
    """An application outside the dates of its call."""
