"""Devices that misbehave, by malice or by fault: the platform lives, memory stays bounded, others notice nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.raw_device import connect, now_ms, publish, raw_device, reading
from tests.faults.running import RunningPlatform, register_factory

RECONNECTS = int(os.environ.get("MILLMARK_RECONNECTS", "5000"))
TOPIC = "millmark/gw-1/press-1"
MEGABYTE = 1_000_000

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(180)]


class Factory:
    """A running platform with one gateway."""

    def __init__(self, platform: RunningPlatform) -> None:
        self.platform = platform
        self.port = platform.mqtt
        _, _, self.key = register_factory(platform)

    def stored(self, metric: str) -> list[float]:
        series = {one["metric"]: one["id"] for one in self.platform.get("/enterprises/1")["series"]}
        return [point["value"] for point in self.platform.points(series[metric])] if metric in series else []

    def seconds_until_stored(self, value: float) -> float:
        """How long a well-behaved device waits for its acknowledgement."""
        began = time.monotonic()
        with raw_device(self.port, "gw-1", self.key, "well-behaved") as device:
            device.send(publish(TOPIC, reading(now_ms(), polite=value), 1))
            assert device.acknowledged() == 1
        return time.monotonic() - began

    def resident_bytes(self) -> int:
        assert self.platform.process is not None
        for line in Path(f"/proc/{self.platform.process.pid}/status").read_text("ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("the platform has no resident memory")


@pytest.fixture(scope="module")
def factory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Factory]:
    settings = "connect_within_s = 2\n"
    platform = RunningPlatform(tmp_path_factory.mktemp("hostile") / "data", settings)
    platform.start()
    try:
        yield Factory(platform)
    finally:
        platform.kill()


def test_a_device_that_never_reads_its_acknowledgements_is_no_longer_read(factory: Factory) -> None:
    assert factory.seconds_until_stored(1) < 5
    before = factory.resident_bytes()
    # Linux lets a socket's send buffer grow to 4 MB, which is a million acknowledgements of 4 bytes.
    more_than_buffers_hold = 2_000_000
    start_ms, sent = now_ms() - more_than_buffers_hold, 0
    with raw_device(factory.port, "gw-1", factory.key, "deaf", receive_buffer=4_096) as deaf:
        deaf.socket.settimeout(3)
        with contextlib.suppress(TimeoutError):
            for first in range(0, more_than_buffers_hold, 500):
                block = (
                    publish(TOPIC, reading(start_ms + number, deaf=number), number % 65_535 + 1)
                    for number in range(first, first + 500)
                )
                deaf.send(b"".join(block))
                sent = first + 500
        assert sent < more_than_buffers_hold, "the platform went on reading for ever"
        assert factory.seconds_until_stored(2) < 5
        assert factory.resident_bytes() - before < 200 * MEGABYTE
    stored = factory.stored("deaf")
    assert len(stored) == len(set(stored))


def test_connections_that_never_finish_saying_who_they_are_are_closed(factory: Factory) -> None:
    packet = connect("slow", "gw-1", factory.key)
    slow = [socket.create_connection(("127.0.0.1", factory.port)) for _ in range(200)]
    try:
        deadline, place = time.monotonic() + 8, 0
        open_ones = set(range(len(slow)))
        while open_ones and time.monotonic() < deadline and place < len(packet) - 1:
            for number in tuple(open_ones):
                try:
                    slow[number].send(packet[place : place + 1])
                except OSError:
                    open_ones.discard(number)
            place += 1
            time.sleep(0.25)
        assert not open_ones, f"{len(open_ones)} of 200 slow connections are still open"
        assert factory.seconds_until_stored(3) < 5
    finally:
        for one in slow:
            one.close()


def test_a_packet_of_64_megabytes_closes_its_connection_and_no_other(factory: Factory) -> None:
    before = factory.resident_bytes()
    announced = b"\x32" + b"\x80\x80\x80\x20" + struct.pack(">H", len(TOPIC)) + TOPIC.encode() + b"\x00\x01"
    with (
        raw_device(factory.port, "gw-1", factory.key, "neighbour") as neighbour,
        raw_device(factory.port, "gw-1", factory.key, "giant") as giant,
    ):
        with contextlib.suppress(OSError):
            giant.send(announced)
            for _ in range(64):
                giant.send(b" " * (1 << 20))
        assert giant.is_hung_up_within(5)
        neighbour.send(publish(TOPIC, reading(now_ms(), neighbour=1), 7))
        assert neighbour.acknowledged() == 7
    assert factory.resident_bytes() - before < 40 * MEGABYTE


def test_packets_cut_into_single_bytes_arrive_whole(factory: Factory) -> None:
    start_ms = now_ms() - 10_000
    with raw_device(factory.port, "gw-1", factory.key, "dripping") as device:
        device.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(1, 6):
            for byte in publish(TOPIC, reading(start_ms + number, dripped=number), number):
                device.send(bytes([byte]))
        assert [device.acknowledged() for _ in range(5)] == [1, 2, 3, 4, 5]
    assert factory.stored("dripped") == [1, 2, 3, 4, 5]


def test_a_connection_cut_in_the_middle_of_a_packet_leaves_what_came_before_and_nothing_of_the_rest(
    factory: Factory,
) -> None:
    start_ms = now_ms() - 20_000
    whole = publish(TOPIC, reading(start_ms, cut=1), 1)
    half = publish(TOPIC, reading(start_ms + 1, cut=2), 2)
    with raw_device(factory.port, "gw-1", factory.key, "cut") as device:
        device.send(whole + half[: len(half) // 2])
        assert device.acknowledged() == 1
    # The device comes back and sends again what was not acknowledged.
    with raw_device(factory.port, "gw-1", factory.key, "cut") as device:
        device.send(half)
        assert device.acknowledged() == 2
    assert factory.stored("cut") == [1, 2]


async def reconnect_at_once(port: int, key: str, start_ms: int) -> list[float]:
    """All devices connect at the same moment, each with one reading; returns how long each waited, in seconds."""
    gate = asyncio.Event()

    async def device(number: int) -> float:
        await gate.wait()
        began = time.monotonic()
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.5)
                continue
            try:
                writer.write(connect(f"device-{number}", "gw-1", key))
                writer.write(publish(TOPIC, reading(start_ms + number, storm=number), 1))
                answer = await reader.readexactly(8)
            except (OSError, asyncio.IncompleteReadError):
                # Refused in the rush, as a device would see it: it tries again.
                await asyncio.sleep(0.5)
            else:
                assert answer == b"\x20\x02\x00\x00\x40\x02\x00\x01"
                return time.monotonic() - began
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()

    devices = [asyncio.create_task(device(number)) for number in range(RECONNECTS)]
    await asyncio.sleep(0)
    gate.set()
    return await asyncio.gather(*devices)


def test_thousands_of_devices_that_come_back_in_the_same_second_are_all_served(factory: Factory) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < RECONNECTS + 500:
        pytest.skip(f"this process may open {hard} files, {RECONNECTS} devices need more")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, RECONNECTS + 500), hard))
    start_ms = now_ms() - 100_000
    try:
        waits = asyncio.run(reconnect_at_once(factory.port, factory.key, start_ms))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(waits) == RECONNECTS
    assert sorted(factory.stored("storm")) == list(range(RECONNECTS))
    assert factory.seconds_until_stored(4) < 5
