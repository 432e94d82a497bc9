"""What can go wrong in disclosure control. No message names a parameter or a value that is kept back."""

from __future__ import annotations

from millmark.region.errors import RegionError


class DisclosureError(RegionError):
    """Base of the package's errors."""


class InvalidRules(DisclosureError):
    """The confidential file of rules cannot be used; the message names the field, never its value."""


class PublicationRefused(DisclosureError):
    """A table cannot be published so that every enterprise in it stays unknown; the message names the table alone."""
