"""What can go wrong with webhooks."""

from __future__ import annotations

from millmark.programmes.errors import ProgrammeError


class InvalidSubscription(ProgrammeError):
    """A subscription cannot be kept; the message names the field."""


class UnknownSubscription(ProgrammeError):
    """No such subscription or delivery."""


class ForbiddenAddress(ProgrammeError):
    """An address that webhooks must not reach: this machine, its neighbours, or nothing at all."""
