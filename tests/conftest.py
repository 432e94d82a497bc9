"""Fixtures every room's tests may use; each is described where it is made."""

from __future__ import annotations

pytest_plugins = ["tests.fixtures.postgres", "tests.fixtures.databases"]
