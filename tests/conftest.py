"""Fixtures every room's tests may use; each is described where it is made."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.fixtures.postgres", "tests.fixtures.databases"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the browser's tests last.

    From its first use on, Playwright's synchronous API keeps an event loop in the main thread, and no test after it
    could have one of its own.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
