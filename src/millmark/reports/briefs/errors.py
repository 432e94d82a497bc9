"""What can go wrong with briefs."""

from __future__ import annotations

from millmark.reports.errors import ReportError


class InvalidBrief(ReportError):
    """A brief that cannot be kept; the message names block and slot."""


class UnknownBrief(ReportError):
    """No such brief."""


class BriefConflict(ReportError):
    """What is asked contradicts what is kept: a second draft of a month, an issued brief edited."""
