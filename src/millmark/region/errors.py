"""What can go wrong in this room."""

from __future__ import annotations


class RegionError(Exception):
    """Base of the room's errors; each message says what was wrong, where, and what to do. `zh` says it in Chinese,
    where somebody may read it on a page."""

    def __init__(self, message: str, zh: str = "") -> None:
        super().__init__(message)
        self.zh = zh


class InvalidEntry(RegionError):
    """A ledger entry that cannot be kept; the message names the field."""


class EntryNotFound(RegionError):
    """No such ledger entry."""


class EntryConflict(RegionError):
    """An entry contradicts what is kept: voided twice, or a subject recorded a second time."""


class InvalidFacts(RegionError):
    """A facts file cannot be imported; the message names file, line and column."""


class FigureNotFound(RegionError):
    """No figure of that id."""


class InvalidRef(RegionError):
    """A reference to a record that cannot be read, or to none."""


class InvalidBoundaries(RegionError):
    """A boundaries file is no usable GeoJSON; the message names file and place."""
