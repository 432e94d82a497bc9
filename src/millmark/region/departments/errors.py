"""What can go wrong with departments."""

from __future__ import annotations

from millmark.region.errors import RegionError


class DepartmentNotFound(RegionError):
    """No department by that id."""


class InvalidDepartment(RegionError):
    """A department that cannot be kept; the message names the field."""
