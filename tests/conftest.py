"""Fixtures every room's tests may use; each is described where it is made."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import hypothesis
import pytest
from argon2.profiles import CHEAPEST

pytest_plugins = ["tests.fixtures.postgres", "tests.fixtures.databases"]


def pytest_configure() -> None:
    # As the command line does: most of what a platform builds stays for its life.
    gc.set_threshold(20_000, 10, 10)
    # How long an example takes says something of the machine and what else it does, nothing of what is tested.
    hypothesis.settings.register_profile(
        "any-machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("any-machine")


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """A bureau has some twenty accounts, and to hash their passwords at full strength took longer than all the rest of
    opening it. Platforms in processes of their own, and the tests of passwords, hash them as everywhere."""
    with mock.patch("millmark.web.passwords.RFC_9106_LOW_MEMORY", CHEAPEST):
        yield


@pytest.fixture(scope="session", autouse=True)
def what_never_changes_is_read_once() -> Iterator[None]:
    """Platforms of a process share what they read of UCUM and the packs shipped: a third of opening one."""
    shelf = sys.modules.get("millmark.programmes.packs.shelf")
    composition = sys.modules.get("millmark.composition.platform")
    with ExitStack() as stack:
        # Only where the tests chosen have loaded them: to load a platform takes longer than most rooms' tests.
        if shelf is not None:
            stack.enter_context(mock.patch.object(shelf, "read_policy_pack", _reading_once(shelf)))
        if composition is not None:
            stack.enter_context(mock.patch.object(composition, "UnitSystem", cache(composition.UnitSystem)))
        yield


def _reading_once(shelf: ModuleType) -> Callable[[Path], Any]:
    from millmark.programmes import shipped_packs

    read, shipped = shelf.read_policy_pack, shipped_packs()
    kept = cache(read)
    return lambda folder: kept(folder) if folder.is_relative_to(shipped) else read(folder)


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("browser"):
        return 2
    return 1 if item.path.parent.name == "history" else 0


def _is_long(item: pytest.Item) -> bool:
    """The pages of both desks one by one in the browser, and the bureau's books once more on PostgreSQL.

    `make test-long` runs these.
    The schema, the ledger, figures, programmes and money run on both databases each time.
    """
    if item.path.name.startswith("test_city_") or item.path.name in {"test_desk_forms.py", "test_desk_pages.py"}:
        return True
    of_bureau = item.path.parent.name in _BUREAU or item.path.name in _BUREAU
    return of_bureau and "postgresql" in item.name


_BUREAU = {
    "coverage",
    "ledger",
    "statistics",
    "watch",
    "test_events.py",
    "test_factor_requests.py",
    "test_investments.py",
    "test_ledger_sheets.py",
    "test_proposals.py",
    "test_replies.py",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the history's tests late and the browser's last; what both leave behind in this process disturbs others.

    Opening the engine some hundred times leaves threads that hold more than a thousand files, and the MQTT client of
    other tests waits with select(), which knows no file beyond 1023. Playwright's synchronous API keeps an event loop
    in the main thread from its first use on, so no test after it could have one of its own.
    """
    items.sort(key=_turn)
    for item in items:
        if _is_long(item):
            item.add_marker("long")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Compiles, where no test's patience pays for it, what devices would wait for at the door.

    After a change of a kernel that takes ten seconds, and minutes on a busy machine. What is kept on disk then serves
    the platforms that tests start, too.
    """
    rooms = {item.path.parent.name for item in session.items}
    if session.config.option.collectonly or rooms.isdisjoint(("intake", "faults")):
        return
    from millmark.intake.warming import warm_up

    warm_up()
