"""What can go wrong at the dispatch desk."""

from __future__ import annotations

from millmark.region.errors import RegionError


class InvalidRequest(RegionError):
    """A request, project, milestone, payment, problem or step that cannot be kept; the message names the field."""


class DispatchNotFound(RegionError):
    """No such request, project, milestone, payment or problem."""


class DispatchConflict(RegionError):
    """What is asked contradicts what is kept: voided twice, a name that stands already, a department not assigned."""
