"""Clocks and receivers for driver tests; the servers are real ones."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import pytest
import pytest_asyncio

from millmark.model import ReadingBatch


class Received:
    """A platform of one list: keeps every delivered reading, or refuses while `refusing`."""

    def __init__(self) -> None:
        self.batches: list[ReadingBatch] = []
        self.refusing = False

    async def __call__(self, batch: ReadingBatch) -> None:
        if self.refusing:
            raise OSError("the disk is full")
        self.batches.append(batch)

    def of(self, metric: str) -> list[tuple[int, float | str | None, int]]:
        """(source time, value, code) of a metric in the order of delivery."""
        rows = []
        for batch in self.batches:
            values = batch.value.tolist() if batch.text is None else batch.text.to_pylist()
            for tag, time_us, value, code in zip(batch.tag, batch.source_time_us, values, batch.code, strict=True):
                if batch.tags[tag][1] == metric:
                    rows.append((int(time_us), value, int(code)))
        return rows

    def good(self, metric: str) -> list[float | str | None]:
        """Its good values alone; losing the connection at the end of a test adds a bad one."""
        return [value for _, value, code in self.of(metric) if not code]

    def values(self, metric: str) -> list[float | str | None]:
        return [value for _, value, _ in self.of(metric)]


@pytest.fixture
def received() -> Received:
    return Received()


@pytest.fixture
def wall_us() -> Callable[[], int]:
    return lambda: time.time_ns() // 1_000


@pytest.fixture
def port(unused_ports: Callable[[], int]) -> int:
    """One that was free a moment ago."""
    return unused_ports()


@pytest.fixture
def until() -> Callable[..., Awaitable[None]]:
    """Waits until something is so; fails when it does not come about."""

    async def wait(condition: Callable[[], bool], within_s: float = 10.0) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, "it did not come about in time"
            await asyncio.sleep(0.02)

    return wait


@pytest_asyncio.fixture
async def running() -> AsyncIterator[Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]]:
    """Starts what runs for ever, and ends it with the test."""
    tasks: list[asyncio.Task[None]] = []

    def start(endless: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        tasks.append(asyncio.create_task(endless))
        return tasks[-1]

    yield start
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture(scope="session")
def unused_ports() -> Callable[[], int]:
    def unused() -> int:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            return int(listener.getsockname()[1])

    return unused
