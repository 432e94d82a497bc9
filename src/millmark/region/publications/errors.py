"""What can go wrong when a figure is made public."""

from __future__ import annotations

from millmark.region.errors import RegionError


class NotPublishable(RegionError):
    """A figure that must not be made public; the message says why, without telling what it protects."""


class UnknownPublication(RegionError):
    """No such publication."""


class PublicationConflict(RegionError):
    """Withdrawn already, or the same content is public already."""
