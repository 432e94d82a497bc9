"""What can go wrong with replies.

InvalidDraft     a draft that cannot be kept or sent on; the message names the block
InvalidMetadata  what is said of a reply where it is published does not hold together
ReplyNotFound    no such signed reply, or none that one may see
"""

from __future__ import annotations

from millmark.reports.errors import ReportError


class InvalidDraft(ReportError):
    """A draft that cannot be kept or sent on; the message names the block."""


class InvalidMetadata(ReportError):
    """What is said of a reply where it is published does not hold together; the message names the field."""


class ReplyNotFound(ReportError):
    """No such signed reply."""
