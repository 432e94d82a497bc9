"""What is counted of those who come to the door, each by itself and all together."""

from __future__ import annotations

import asyncio
import json
import logging
import time

import pytest
from tests.intake.conftest import Device, Door, MakeDevice


async def connected(device: MakeDevice, door: Door, gateway: str = "gw", **options: str) -> Device:
    made = device(door, gateway, reconnect_on_failure=False, **options)
    await asyncio.to_thread(made.connect)
    return made


async def test_what_a_gateway_sends_is_counted_for_it_and_for_all(door: Door, device: MakeDevice) -> None:
    client = await connected(device, door)
    sent = json.dumps({"ts": time.time_ns() // 1_000_000 - 2000, "values": {"speed": 1.5, "load": 7}})
    assert await asyncio.to_thread(client.publish, "millmark/gw/press-1", sent)
    stats, gateway = door.intake.stats(), door.intake.counters.gateways["gw"]
    # The CONNECT came before anybody knew whose it was.
    assert (stats.packets_in, gateway.packets_in) == (2, 1)
    assert stats.bytes_in >= gateway.bytes_in > len(sent)
    assert (gateway.points, gateway.quarantined, gateway.connections) == (2, 0, 1)
    assert gateway.acknowledged == 1
    assert 0 < gateway.longest_us < 10_000_000
    now = door.plant.clock()
    assert 1_900_000 < now - (gateway.newest_source_us or 0) < 12_000_000
    assert stats.connections_by_protocol["MQTT 3.1.1"] == 1
    assert stats.commit_latency.count == 1
    assert stats.block_points.total == 2


async def test_a_connection_is_counted_until_it_ends_and_once_when_it_is_taken_over(
    door: Door, device: MakeDevice
) -> None:
    counters = door.intake.counters
    await connected(device, door, client_id="press")
    second = await connected(device, door, client_id="press")
    await door.until(lambda: counters.connections_by_protocol["MQTT 3.1.1"] == 1)
    assert counters.gateway("gw").connections == 1
    await asyncio.to_thread(second.client.disconnect)
    await door.until(lambda: counters.gateway("gw").connections == 0)
    assert counters.connections_by_protocol["MQTT 3.1.1"] == 0
    assert door.intake.stats().connections == 0


async def test_strangers_have_no_counts_of_their_own(door: Door, device: MakeDevice) -> None:
    await connected(device, door, "nobody", key="no such key")
    await door.until(lambda: door.intake.stats().refused_connections == 1)
    assert door.intake.counters.gateways == {}


async def test_a_refusal_is_logged_with_whom_it_is_about_and_without_the_key(
    door: Door, device: MakeDevice, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "millmark"):
        await connected(device, door, key="a-wrong-key-4711", client_id="press")
        await door.until(lambda: bool(caplog.records))
    [record] = caplog.records
    assert (record.gateway, record.connection) == ("gw", "press")  # type: ignore[attr-defined]
    assert "4711" not in caplog.text
