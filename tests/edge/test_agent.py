"""The edge agent: drivers kept running, nothing lost on the way to the store, and a status that tells the truth."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from millmark.drivers.config import BackOff, ModbusConfig, ReplayConfig, TagDeclaration
from millmark.drivers.driver import Deliver, DriverState, DriverStatus
from millmark.edge import EdgeAgent, EdgeSettings, build_driver
from millmark.model import ReadingBatch

QUICK = EdgeSettings(back_off=BackOff(first_s=0.02, longest_s=0.05), flush_s=2.0)
TAGS = (TagDeclaration(metric="m"),)


def now_us() -> int:
    return time.time_ns() // 1_000


def batch(start: int, readings: int) -> ReadingBatch:
    return ReadingBatch(
        gateway="g",
        tags=(("", "m"),),
        tag=np.zeros(readings, np.int32),
        source_time_us=np.arange(start, start + readings, dtype=np.int64),
        value=np.zeros(readings),
        quality=np.zeros(readings, np.uint8),
        code=np.zeros(readings, np.uint32),
    )


class CountingDriver:
    """Brings 10 readings at a time as fast as they are taken; breaks down when told to."""

    def __init__(self, name: str = "counter", breakdowns: int = 0) -> None:
        self.status = DriverStatus(name, "test", "nowhere", DriverState.CONNECTED)
        self.declared = TAGS
        self.brought = 0
        self._breakdowns = breakdowns

    async def run(self, deliver: Deliver) -> None:
        while True:
            await deliver(batch(self.brought, 10))
            self.brought += 10
            if self._breakdowns:
                self._breakdowns -= 1
                raise ZeroDivisionError("a fault in the driver")
            await asyncio.sleep(0.001)


class Store:
    """Keeps source times; refuses while `full`."""

    def __init__(self) -> None:
        self.times: list[int] = []
        self.full = False

    async def __call__(self, readings: ReadingBatch) -> None:
        if self.full:
            raise OSError("no space left on device")
        self.times += readings.source_time_us.tolist()


@pytest.fixture
def until() -> Callable[..., Awaitable[None]]:
    async def wait(condition: Callable[[], bool], within_s: float = 10.0) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, "it did not come about in time"
            await asyncio.sleep(0.01)

    return wait


async def test_readings_reach_the_store_in_order_and_are_counted(until: Callable[..., Awaitable[None]]) -> None:
    store, driver = Store(), CountingDriver()
    agent = EdgeAgent([driver], store, now_us=now_us, settings=QUICK)
    await agent.start()
    await until(lambda: len(store.times) >= 200)
    await agent.stop()
    assert store.times == list(range(driver.brought))
    (status,) = agent.statuses()
    assert status.readings_delivered == len(store.times)
    assert status.last_delivery_us is not None
    assert (status.buffered, status.held_back, status.restarts) == (0, False, 0)


async def test_while_the_store_is_full_memory_is_bounded_and_nothing_is_lost(
    until: Callable[..., Awaitable[None]],
) -> None:
    store, driver = Store(), CountingDriver()
    store.full = True
    settings = EdgeSettings(buffer_readings=100, back_off=QUICK.back_off, flush_s=2.0)
    agent = EdgeAgent([driver], store, now_us=now_us, settings=settings)
    await agent.start()
    await until(lambda: agent.statuses()[0].held_back)
    await asyncio.sleep(0.1)
    (status,) = agent.statuses()
    assert status.buffered == status.buffer_limit == 100
    assert driver.brought == 100
    assert status.oldest_buffered_us == 0
    assert "no space left on device" in str(status.last_error)
    assert "buffer of 100 readings is full" in status.notes[0]
    store.full = False
    await until(lambda: len(store.times) >= 300)
    await agent.stop()
    assert store.times == list(range(driver.brought))
    assert agent.statuses()[0].notes == ()


async def test_a_driver_that_breaks_down_is_started_again_and_shows_why(
    until: Callable[..., Awaitable[None]],
) -> None:
    store, driver = Store(), CountingDriver(breakdowns=2)
    seen: list[str | None] = []
    agent = EdgeAgent(
        [driver], store, now_us=now_us, settings=QUICK, on_status=lambda status: seen.append(status.last_error)
    )
    await agent.start()
    await until(lambda: agent.statuses()[0].restarts == 2 and len(store.times) >= 60)
    (status,) = agent.statuses()
    await agent.stop()
    assert status.state is DriverState.CONNECTED
    assert seen == ["the driver broke down and will be started again: a fault in the driver"] * 2
    assert store.times == list(range(driver.brought))


async def test_a_request_that_a_client_library_cancels_does_not_end_the_reading(
    until: Callable[..., Awaitable[None]],
) -> None:
    """A cancelled future looks like our own stopping to whoever waits for it; it must not be taken for that."""

    class GivenUp(CountingDriver):
        async def run(self, deliver: Deliver) -> None:
            if not self.brought:
                await deliver(batch(0, 10))
                self.brought = 10
                request: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                request.cancel()
                await request
            await super().run(deliver)

    store = Store()
    agent = EdgeAgent([GivenUp()], store, now_us=now_us, settings=QUICK)
    await agent.start()
    await until(lambda: len(store.times) >= 50)
    (status,) = agent.statuses()
    assert status.restarts == 1
    assert status.last_error is not None
    assert "gave up a request" in status.last_error
    await agent.stop()
    assert store.times == list(range(len(store.times)))


async def test_one_driver_s_trouble_is_not_another_s(until: Callable[..., Awaitable[None]], tmp_path: Path) -> None:
    missing = ReplayConfig.model_validate(
        {
            "gateway": "broken",
            "root": "a/b",
            "file": tmp_path / "absent.csv",
            "time_column": "t",
            "anchor": "2025-01-01T00:00:00Z",
            "tags": [{"metric": "m", "column": "v"}],
        }
    )
    unreachable = ModbusConfig.model_validate(
        {
            "gateway": "unreachable",
            "root": "a/b",
            "host": "127.0.0.1",
            "port": 1,
            "devices": [{"registers": [{"metric": "m", "address": 0}]}],
        }
    )
    store, healthy = Store(), CountingDriver()
    drivers = [build_driver(missing, now_us=now_us), build_driver(unreachable, now_us=now_us), healthy]
    agent = EdgeAgent(drivers, store, now_us=now_us, settings=QUICK)
    await agent.start()
    await until(lambda: agent.statuses()[0].restarts >= 2 and agent.statuses()[1].last_error is not None)
    await until(lambda: agent.statuses()[2].readings_delivered >= 100)
    broken, lost, fine = agent.statuses()
    await agent.stop()
    assert (broken.name, broken.state) == ("broken", DriverState.FAILED)
    assert "absent.csv: no such file" in str(broken.last_error)
    assert (lost.name, lost.state, lost.endpoint) == ("unreachable", DriverState.RETRYING, "127.0.0.1:1")
    assert (fine.state, fine.last_error) == (DriverState.CONNECTED, None)


async def test_an_agent_without_drivers_starts_and_stops() -> None:
    agent = EdgeAgent([], Store(), now_us=now_us)
    await agent.start()
    assert agent.statuses() == ()
    await agent.stop()


async def test_stopping_hands_on_what_is_held(until: Callable[..., Awaitable[None]]) -> None:
    store, driver = Store(), CountingDriver()
    store.full = True
    agent = EdgeAgent([driver], store, now_us=now_us, settings=QUICK)
    await agent.start()
    await until(lambda: agent.statuses()[0].buffered >= 50)
    store.full = False
    await agent.stop()
    assert store.times == list(range(driver.brought))
