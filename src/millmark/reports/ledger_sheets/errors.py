"""What can go wrong with imports of the ledger."""

from __future__ import annotations

from millmark.reports.errors import ReportError


class UnknownImport(ReportError):
    """No such import, or none that one may see."""


class ImportNotReady(ReportError):
    """An import is not where the step needs it; the message says what to do first."""
