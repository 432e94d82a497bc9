"""What can go wrong with the tables of statistics."""

from __future__ import annotations

from millmark.region.errors import RegionError


class StatisticsError(RegionError):
    """Base of the package's errors."""


class InvalidDefinition(StatisticsError):
    """A table cannot be defined so; the message names the field."""


class InvalidWaiver(StatisticsError):
    """A consent to being told, or its withdrawal, cannot be kept so; the message names the field."""


class TableNotFound(StatisticsError):
    """No such table, version of its definition, published version or cell."""


class StatisticsConflict(StatisticsError):
    """Somebody else was quicker, or what is asked for contradicts what was published."""
