"""What can go wrong in this room."""

from __future__ import annotations


class ProgrammeError(Exception):
    """Base of the room's errors; each message says what was wrong, where, and what to do. `zh` says it in Chinese,
    and is empty where it is not told in Chinese yet."""

    def __init__(self, message: str = "", zh: str = "") -> None:
        super().__init__(message)
        self.zh = zh


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


class Overspent(ProgrammeError):
    """Money that is not there: a budget line, a commitment or a payment does not hold what is asked of it."""


class SamePerson(ProgrammeError):
    """Somebody would approve what they proposed themselves."""


class IllegalStep(ProgrammeError):
    """A step that the object's state does not allow, or not yet; the message says what is possible now."""


class StepForbidden(ProgrammeError):
    """A step that is another party's to take."""


class ReasonMissing(ProgrammeError):
    """A step that is nothing without a reason in words."""


class StaleVersion(ProgrammeError):
    """Somebody acts on a version of an object that no longer holds."""


class PartMissing(ProgrammeError):
    """An application without a part that its call requires; the message names every missing part."""


class AlreadyApplied(ProgrammeError):
    """An enterprise's second application in one call."""


class DeadlinePassed(CallClosed):
    """A step after the day it had to be taken by."""


class QuotaExhausted(ProgrammeError):
    """A recommendation or decision beyond the number that the call allows."""
