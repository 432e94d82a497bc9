"""A platform's door for the demonstration's machines: a real history, registry, intake and listener."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.fixtures.schemas import lay_schemas

from millmark.demo.factories import demonstration_factories
from millmark.demo.seed import register_factory
from millmark.history import History, HistorySettings
from millmark.intake import Intake, MqttListener
from millmark.model import AssetPath, Period, Series, UnitSystem
from millmark.registry import Database, Registry

ALL_TIME = Period(0, 2**52)


def wall_us() -> int:
    return time.time_ns() // 1_000


@dataclass
class Platform:
    """What of the platform a machine meets."""

    registry: Registry
    history: History
    intake: Intake
    listener: MqttListener

    def series(self, path: AssetPath, metric: str) -> Series:
        return self.registry.series_by_key(f"{path}:{metric}")

    def numbers(self, path: AssetPath, metric: str) -> dict[int, float]:
        """Good values by source time."""
        batch = self.history.raw([self.series(path, metric).id], ALL_TIME)
        good = batch.quality == 0
        return dict(zip(batch.source_time_us[good].tolist(), batch.value[good].tolist(), strict=True))

    def texts(self, path: AssetPath, metric: str) -> dict[int, str | None]:
        batch = self.history.raw_text([self.series(path, metric).id], ALL_TIME)
        return dict(zip(batch.source_time_us.tolist(), batch.value.to_pylist(), strict=True))


@pytest.fixture
async def platform(tmp_path: Path, units: UnitSystem) -> AsyncIterator[Platform]:
    """With all three factories registered."""
    lay_schemas(tmp_path)
    database = Database(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    registry = Registry(database, units=units)
    for factory in demonstration_factories():
        register_factory(registry, factory)
    history = History.open(HistorySettings(path=tmp_path / "history"), now_us=wall_us)
    intake = Intake(history, registry, now_us=wall_us, units=units)
    await intake.start()
    listener = MqttListener(intake, registry, "127.0.0.1")
    await listener.start()
    met = Platform(registry, history, intake, listener)
    yield met
    await met.listener.stop()
    await intake.stop()
    history.close()
    database.close()


@pytest.fixture
def until() -> Callable[..., Awaitable[None]]:
    """Waits until something is so; fails when it does not come about."""

    async def wait(condition: Callable[[], bool], within_s: float = 20.0) -> None:
        deadline = time.monotonic() + within_s
        while not await asyncio.to_thread(condition):
            assert time.monotonic() < deadline, "it did not come about in time"
            await asyncio.sleep(0.1)

    return wait
