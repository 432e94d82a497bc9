"""What can go wrong with a simulation."""

from __future__ import annotations

from millmark.programmes.errors import ProgrammeError


class InvalidPatch(ProgrammeError):
    """A change that a pack cannot take; the message names its path."""


class NotSimulatable(ProgrammeError):
    """The pack decides neither a level by answers nor any money."""
