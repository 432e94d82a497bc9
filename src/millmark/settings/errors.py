"""What can go wrong with the settings."""

from __future__ import annotations


class InvalidSettings(Exception):
    """The settings cannot be used; one line for each mistake names file (or environment variable), table and key."""
