from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.evidence.plant import Clock, Plant

from millmark.evidence import NodeKey
from millmark.history import History, HistorySettings
from millmark.model import UnitSystem
from millmark.registry import Database, Registry


@pytest.fixture(scope="session")
def units() -> UnitSystem:
    return UnitSystem()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[History, Clock]]:
    """A history of the test file's own: opening one takes longer than most tests."""
    clock = Clock()
    history = History.open(HistorySettings(path=tmp_path_factory.mktemp("evidence") / "history"), now_us=clock)
    yield history, clock
    history.close()


@pytest.fixture
def clock(opened: tuple[History, Clock]) -> Clock:
    clock = opened[1]
    clock.now_us = Clock().now_us
    return clock


@pytest.fixture
def history(opened: tuple[History, Clock]) -> History:
    """The file's history, emptied. What the writer remembers of it may be too much, and does no harm."""
    for name in ("points", "text_points", "conflicts"):
        opened[0]._store.writer.command(f"TRUNCATE TABLE millmark.{name}")
    return opened[0]


def _plant(database: Database, history: History, clock: Clock, units: UnitSystem) -> Plant:
    registry = Registry(database, now_us=clock, units=units)
    return Plant(database, history, registry, clock, units, NodeKey.generate())


@pytest.fixture
def plant(sqlite_database: Database, history: History, clock: Clock, units: UnitSystem) -> Plant:
    return _plant(sqlite_database, history, clock, units)


@pytest.fixture
def plant_on_each(database: Database, history: History, clock: Clock, units: UnitSystem) -> Plant:
    """The plant with its registry on SQLite and on PostgreSQL."""
    return _plant(database, history, clock, units)
