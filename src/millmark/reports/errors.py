"""What can go wrong in this room."""

from __future__ import annotations


class ReportError(Exception):
    """Base of the room's errors; each message says what was wrong, where, and what to do."""


class UnknownLanguage(ReportError):
    """A document is asked for in a language that its pack has no template for."""
