"""Fixtures: plants with a real history and registry."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

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


def _emptied(history: History) -> History:
    """What the writer remembers of a history may be too much, and does no harm."""
    for name in ("points", "text_points", "conflicts"):
        history._store.writer.command(f"TRUNCATE TABLE millmark.{name}")
    return history


@pytest.fixture
def history(opened: tuple[History, Clock]) -> History:
    """The file's history, emptied."""
    return _emptied(opened[0])


@pytest.fixture(scope="module")
def standing_plant(
    opened: tuple[History, Clock], migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, units: UnitSystem
) -> Iterator[Plant]:
    """A plant for tests that only look at what it gave them before any other test: its history is the file's."""
    file = tmp_path_factory.mktemp("standing") / "registry.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    database = Database(f"sqlite:///{file}")
    yield _plant(database, _emptied(opened[0]), opened[1], units)
    database.close()


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
