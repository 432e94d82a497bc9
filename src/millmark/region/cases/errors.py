"""What can go wrong with cases."""

from __future__ import annotations

from millmark.region.errors import EntryConflict, EntryNotFound, InvalidEntry


class InvalidCase(InvalidEntry):
    """A case or an effect that cannot be kept; the message names the field."""


class CaseNotFound(EntryNotFound):
    """No such case."""


class CaseConflict(EntryConflict):
    """What is asked for contradicts what is kept."""
