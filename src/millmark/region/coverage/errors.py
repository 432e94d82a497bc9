"""What can go wrong with coverage and its plans."""

from __future__ import annotations

from millmark.region.errors import RegionError


class CoverageError(RegionError):
    """Base of this part's errors."""


class InvalidPlace(CoverageError):
    """A demand place or a candidate site that cannot be kept; the message names the field."""


class InvalidParameters(CoverageError):
    """A link budget, a rule or a plan's order that cannot be computed with; the message names the parameter."""


class CoverageNotFound(CoverageError):
    """No such place, candidate, plan or scenario."""


class CoverageConflict(CoverageError):
    """What stands already contradicts: a number taken, a plan that is over."""
