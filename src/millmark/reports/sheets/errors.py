"""What can go wrong with sheets."""

from __future__ import annotations

from millmark.reports.errors import ReportError


class UnknownList(ReportError):
    """No such list, or none that one may read."""


class UnreadableSheet(ReportError):
    """A file is no sheet that can be read; the message says why."""
