"""What can go wrong in this room."""

from __future__ import annotations


class ReportError(Exception):
    """Base of the room's errors; each message says what was wrong, where, and what to do. `zh` says it in Chinese,
    where somebody may read it on a page."""

    def __init__(self, message: str, zh: str = "") -> None:
        super().__init__(message)
        self.zh = zh


class UnknownLanguage(ReportError):
    """A document is asked for in a language that its pack has no template for."""
