"""What can go wrong with suppliers, solutions, demands and answers."""

from __future__ import annotations

from millmark.region.errors import EntryConflict, EntryNotFound, InvalidEntry


class InvalidContent(InvalidEntry):
    """Something that cannot be kept; the message names the field."""


class SupplierNotFound(EntryNotFound):
    """No such supplier, solution, demand or answer."""


class SupplierConflict(EntryConflict):
    """What is asked for contradicts what is kept, such as a second application."""
