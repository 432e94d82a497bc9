"""Why readings were not taken; whoever brought them still has them and may bring them again."""

from __future__ import annotations


class IntakeError(Exception):
    """Base of the room's errors."""


class IntakeStopped(IntakeError):
    """The platform is going down; what was not committed was not acknowledged either."""


class NotCommitted(IntakeError):
    """These readings, and only these, could not be written; the message names the cause."""
