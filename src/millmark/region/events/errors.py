"""What can go wrong with events."""

from __future__ import annotations

from millmark.region.errors import EntryConflict, EntryNotFound, InvalidEntry


class InvalidEvent(InvalidEntry):
    """An event, registration or attendance that cannot be kept; the message names the field."""


class EventNotFound(EntryNotFound):
    """No such event, registration, attendance or note."""


class EventConflict(EntryConflict):
    """What is asked for contradicts what is kept: no seats left, or somebody counted twice."""
