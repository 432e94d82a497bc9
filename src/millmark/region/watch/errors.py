"""What can go wrong in the industry watch."""

from __future__ import annotations

from millmark.region.errors import EntryNotFound, RegionError


class WatchError(RegionError):
    """Base of the watch's errors."""


class InvalidMonth(WatchError):
    """No month, or one that cannot be reported yet."""


class InvalidProfile(WatchError):
    """A profile that cannot be kept; the message names the field."""


class InvalidRecord(WatchError):
    """A move of the roster or another record that cannot be kept; the message names the field."""


class RecordConflict(WatchError):
    """A record contradicts what is kept: a member that joins twice, or leaves without being in."""


class RecordMissing(WatchError, EntryNotFound):
    """No such record of the watch."""


class InvalidReport(WatchError):
    """A monthly report that cannot be kept; the message names the indicator and what to do."""


class ExplanationMissing(WatchError):
    """A monthly report is unusual and waits for somebody to confirm it and say why."""


class ReportConflict(WatchError):
    """Somebody else reported the month meanwhile."""


class ReportMissing(WatchError):
    """No report of that enterprise and month."""


class WarningMissing(WatchError):
    """No such warning."""


class WarningStep(WatchError):
    """A step that a warning cannot take now."""
