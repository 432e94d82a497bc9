"""Fixtures every room's tests may use; each is described where it is made."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.fixtures.postgres", "tests.fixtures.databases"]


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("browser"):
        return 2
    return 1 if item.path.parent.name == "history" else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the history's tests late and the browser's last; what both leave behind in this process disturbs others.

    Opening the engine some hundred times leaves threads that hold more than a thousand files, and the MQTT client of
    other tests waits with select(), which knows no file beyond 1023. Playwright's synchronous API keeps an event loop
    in the main thread from its first use on, so no test after it could have one of its own.
    """
    items.sort(key=_turn)
