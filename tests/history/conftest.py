from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pytest
from tests.fixtures.schemas import lay_history

from millmark.history import History, HistorySettings, gaps
from millmark.history.store import Store
from millmark.model import PointBatch, TextBatch

START_US = 1_790_000_000_000_000

NumberRow: TypeAlias = tuple[int, int, float] | tuple[int, int, float, int] | tuple[int, int, float, int, int]
TextRow: TypeAlias = (
    tuple[int, int, str | None] | tuple[int, int, str | None, int] | tuple[int, int, str | None, int, int]
)


@pytest.fixture(scope="session", autouse=True)
def few_late_rows_open_gaps() -> Iterator[None]:
    """Small blocks too are worth asking for a gap here, so that every test of late rows goes through them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gaps, "_WORTH_ROWS", 1)
        yield


class Clock:
    """A clock that a test sets; it stands still between two readings, as a real one does at microseconds."""

    def __init__(self) -> None:
        self.now_us = START_US

    def __call__(self) -> int:
        return self.now_us


def number_batch(rows: Sequence[NumberRow]) -> PointBatch:
    """(series, source time in us after START_US, value, quality = good, code = 0)"""
    full = [(*row, *(0, 0)[len(row) - 3 :]) for row in rows]
    series, time, value, quality, code = zip(*full, strict=True) if full else ((), (), (), (), ())
    return PointBatch(
        np.array(series, np.uint32),
        np.array(time, np.int64) + START_US,
        np.zeros(len(full), np.int64),
        np.array(value, np.float64),
        np.array(quality, np.uint8),
        np.array(code, np.uint32),
    )


def text_batch(rows: Sequence[TextRow]) -> TextBatch:
    numbers = number_batch([(row[0], row[1], 0.0, *row[3:]) for row in rows])
    return TextBatch(
        numbers.series,
        numbers.source_time_us,
        numbers.received_time_us,
        pa.array([row[2] for row in rows], pa.string()),
        numbers.quality,
        numbers.code,
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def numbers() -> Callable[[Sequence[NumberRow]], PointBatch]:
    return number_batch


@pytest.fixture
def texts() -> Callable[[Sequence[TextRow]], TextBatch]:
    return text_batch


@pytest.fixture(scope="session")
def clickhouse_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a ClickHouse server of this run: the real engine behind the interface that a server has."""
    script = Path(__file__).parents[1] / "fixtures" / "clickhouse_http.py"
    command = [sys.executable, script, tmp_path_factory.mktemp("clickhouse")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        server.kill()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests that their module names in ON_SERVER keep their promise in a folder and on a server."""
    if "settings" in metafunc.fixturenames:
        named = metafunc.function.__name__ in getattr(metafunc.module, "ON_SERVER", ())
        metafunc.parametrize("settings", ["folder", "server"] if named else ["folder"], indirect=True)


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> HistorySettings:
    """Where the history of this test is."""
    if request.param == "folder":
        lay_history(tmp_path / "history")
        return HistorySettings(path=tmp_path / "history")
    settings = HistorySettings(url=request.getfixturevalue("clickhouse_url"), readers=1)
    store = Store(settings)
    tables = "SELECT name FROM system.tables WHERE database = 'millmark' AND name != 'schema_migrations'"
    for row in store.query(tables).to_pylist():
        store.writer.command(f"TRUNCATE TABLE millmark.{row['name']}")
    store.close()
    return settings


@pytest.fixture
def open_history(settings: HistorySettings, clock: Clock) -> Iterator[Callable[[], History]]:
    """Opens the history of this test; what a test leaves open is closed after it."""
    with ExitStack() as stack:

        def open_it() -> History:
            history = History.open(settings, now_us=clock)
            stack.callback(history.close)
            return history

        yield open_it


@pytest.fixture
def history(open_history: Callable[[], History]) -> History:
    return open_history()
