"""The disk turns read-only, the store turns slow, the clock jumps back: the door says so and goes on by itself."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from millmark.history import CommitBlock, CommitReceipt, History
from millmark.intake import IntakeSettings
from millmark.model import Period
from millmark.wire.mqtt import Publish

pytestmark = pytest.mark.faults
HOUR_US = 3_600_000_000


def change_flag(folder: Path, flag: str) -> subprocess.CompletedProcess[bytes]:
    """Nothing can be made, renamed or removed in a folder that is immutable, not even by root."""
    return subprocess.run(
        ["find", folder, "-type", "d", "-exec", "chattr", flag, "{}", "+"], check=False, capture_output=True
    )


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Callable[[Path], None]]:
    """Makes a folder read-only; it is released after the test at the latest."""
    frozen: list[Path] = []

    def make(folder: Path) -> None:
        frozen.append(folder)
        done = change_flag(folder, "+i")
        if done.returncode:
            pytest.skip(f"this file system cannot be made read-only here: {done.stderr.decode().strip()[:200]}")

    yield make
    for folder in frozen:
        change_flag(folder, "-i")


async def test_a_read_only_disk_acknowledges_nothing_and_all_goes_on_when_it_can_be_written(
    tmp_path: Path, plant, open_door, device, read_only
):
    door = await open_door(IntakeSettings(retry_first_s=0.05, retry_longest_s=0.2, hang_up_after_s=0.5))
    client = device(door)
    client.client.reconnect_delay_set(1, 1)
    await asyncio.to_thread(client.connect)
    start_ms = plant.clock() // 1000 - 100_000

    def reading(number: int) -> str:
        return json.dumps({"ts": start_ms + number, "values": {"n": number}})

    assert await asyncio.to_thread(client.publish, "millmark/gw/press", reading(0))
    await asyncio.to_thread(read_only, tmp_path / "history")
    messages = [client.client.publish("millmark/gw/press", reading(number), qos=1) for number in range(1, 200)]
    await door.until(lambda: door.intake.is_degraded)
    assert await asyncio.to_thread(client.wait_until_gone)
    assert "permitted" in str(door.intake.stats().degraded)
    assert not any(message.is_published() for message in messages)
    assert plant.numbers("press", "n") == [(start_ms * 1000, 0.0)]

    await asyncio.to_thread(change_flag, tmp_path / "history", "-i")
    for message in messages:
        await asyncio.to_thread(message.wait_for_publish, 20)
    assert all(message.is_published() for message in messages)
    assert not door.intake.is_degraded
    assert plant.numbers("press", "n") == [((start_ms + number) * 1000, float(number)) for number in range(200)]


class SlowHistory:
    """The real history on a disk that takes its time."""

    def __init__(self, history: History, seconds: float) -> None:
        self._history = history
        self._seconds = seconds
        self.commits = 0

    def commit(self, block: CommitBlock) -> CommitReceipt:
        time.sleep(self._seconds)
        self.commits += 1
        return self._history.commit(block)

    def __getattr__(self, name: str) -> object:
        return getattr(self._history, name)


async def test_a_slow_store_slows_its_devices_down_and_holds_no_more_than_it_may(plant, open_door, device):
    settings = IntakeSettings(block_points=500, pending_points=1_000)
    slow = SlowHistory(plant.history, 0.25)
    door = await open_door(settings, history=slow)
    client = device(door)
    client.client.max_inflight_messages_set(20_000)
    await asyncio.to_thread(client.connect)
    start_ms, most_pending = plant.clock() // 1000 - 100_000, 0
    payloads = [
        json.dumps([{"ts": start_ms + 50 * number + at, "values": {"n": at}} for at in range(50)])
        for number in range(2_000)
    ]
    messages = [client.client.publish("millmark/gw/press", payload, qos=1) for payload in payloads]
    while not all(message.is_published() for message in messages):
        most_pending = max(most_pending, door.intake.stats().pending_points)
        await asyncio.sleep(0.01)

    assert len(plant.numbers("press", "n")) == 100_000
    # What one read of a socket brought may stand above the bound, never more.
    assert most_pending <= 1_000 + 50 * (len(door.listener.memory) // len(payloads[0]) + 1)
    assert slow.commits >= 3


async def test_many_devices_at_once_hold_little_more_than_one(plant, open_door, wire):
    door = await open_door(
        IntakeSettings(block_points=500, pending_points=1_000), history=SlowHistory(plant.history, 0.1)
    )
    start_ms = plant.clock() // 1000 - 100_000
    readings = [
        json.dumps([{"ts": start_ms + 50 * number + at, "values": {"n": at}} for at in range(50)]).encode()
        for number in range(100)
    ]
    devices = [await wire(door, client_id=f"device-{number}") for number in range(30)]
    for number, one in enumerate(devices):
        topic = f"millmark/gw/press-{number}"
        one.send(*(Publish(topic, payload, qos=1, packet_id=at) for at, payload in enumerate(readings, 1)))
    most_pending = 0
    while door.intake.stats().points_stored < 30 * 100 * 50:
        most_pending = max(most_pending, door.intake.stats().pending_points)
        await asyncio.sleep(0.01)

    of_one_read = 50 * (len(door.listener.memory) // len(readings[0]) + 1)
    of_the_others = 30 * 50 * (4_096 // len(readings[0]) + 1)
    assert most_pending <= 1_000 + of_one_read + of_the_others


async def test_a_clock_that_jumps_back_changes_nothing_that_is_known_and_loses_nothing(plant, door, device):
    client = device(door)
    await asyncio.to_thread(client.connect)
    start_ms = plant.clock() // 1000 - 50_000

    async def publish(number: int) -> bool:
        reading = json.dumps({"ts": start_ms + number, "values": {"n": number}})
        return await asyncio.to_thread(client.publish, "millmark/gw/press", reading)

    assert await publish(1)
    barrier_us = plant.history.barrier_us()
    plant.clock.offset_us = -HOUR_US
    # Its own clock now says that these lie ahead; the device's word is set aside with that reason, not lost.
    assert await publish(2)
    assert plant.history.quarantine_counts() == {"future": 1}
    plant.clock.offset_us = -5_000_000
    assert await publish(3)
    assert plant.numbers("press", "n") == [((start_ms + number) * 1000, float(number)) for number in (1, 3)]

    known_then = plant.history.raw([plant.series("press", "n").id], Period(0, 2**52), known_at_us=barrier_us)
    assert known_then.value.tolist() == [1.0], "what is received later must never look as if it had been known before"
