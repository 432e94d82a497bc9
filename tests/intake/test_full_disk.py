"""The disk that holds history and registry runs full under a publishing device, and is cleared again."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from millmark.history import History, HistorySettings
from millmark.intake import IntakeSettings
from millmark.registry import Database, Registry

pytestmark = pytest.mark.faults


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mount = tmp_path / "small-disk"
    mount.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs root")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", mount], check=False, capture_output=True)
    if done.returncode:
        pytest.skip(f"this machine does not let root mount a tmpfs: {done.stderr.decode().strip()}")
    yield mount
    subprocess.run(["umount", "-l", mount], check=True)


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    free = os.statvfs(disk)
    filler.write_bytes(b"\0" * (free.f_bavail * free.f_frsize))
    return filler


@pytest.mark.parametrize(
    "registered", [50, 1], ids=["known series: the history is full", "new series: the registry is"]
)
async def test_a_full_disk_acknowledges_nothing_and_all_goes_on_when_there_is_room(
    small_disk, template_registry, units, plant, open_door, device, registered
):
    template, _ = template_registry
    (small_disk / "registry.sqlite").write_bytes(template.read_bytes())
    plant.registry.database.close()
    plant.history.close()
    plant.registry = Registry(Database(f"sqlite:///{small_disk / 'registry.sqlite'}"), units=units)
    plant.history = History.open(HistorySettings(path=small_disk / "history"), now_us=plant.clock)
    door = await open_door(IntakeSettings(retry_first_s=0.05, retry_longest_s=0.2, hang_up_after_s=0.5))
    client = device(door)
    client.client.reconnect_delay_set(1, 1)
    await asyncio.to_thread(client.connect)
    start_ms = plant.clock() // 1000 - 100_000

    def reading(number: int) -> str:
        return json.dumps({"ts": start_ms + number, "values": {f"m{number % 50}": number}})

    for number in range(registered):
        assert await asyncio.to_thread(client.publish, "millmark/gw/press", reading(number))
    filler = fill(small_disk)
    messages = [client.client.publish("millmark/gw/press", reading(number), qos=1) for number in range(registered, 400)]
    await door.until(lambda: door.intake.is_degraded)
    assert await asyncio.to_thread(client.wait_until_gone)
    assert re.search("space|full", str(door.intake.stats().degraded))
    acknowledged = [message.is_published() for message in messages]
    assert not all(acknowledged)
    # What is there can still be read, and what was acknowledged is there.
    assert plant.numbers("press", "m0")[0] == (start_ms * 1000, 0.0)

    filler.unlink()
    for message in messages:
        await asyncio.to_thread(message.wait_for_publish, 20)
    assert all(message.is_published() for message in messages)
    assert not door.intake.is_degraded
    for metric in range(50):
        wanted = [((start_ms + number) * 1000, float(number)) for number in range(metric, 400, 50)]
        assert plant.numbers("press", f"m{metric}") == wanted
