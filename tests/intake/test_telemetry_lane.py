"""The short way of JSON telemetry leads where the long one does, packet by packet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.intake.conftest import Door

from millmark.intake.mqtt.acknowledgements import Acknowledgements
from millmark.intake.mqtt.messages import GatewayMessages
from millmark.intake.mqtt.telemetry_lane import TelemetryLane
from millmark.intake.stats import IntakeCounters
from millmark.wire.mqtt import Publish, encode_packet
from millmark.wire.mqtt.packet_type import Version

NOW_US = 1_700_000_000_000_000
FIRST_MS = 1_700_000_000_000


def messages_of_gw() -> GatewayMessages:
    return GatewayMessages("gw", IntakeCounters(), now_us=lambda: NOW_US, ask_for_rebirth=lambda _: None)


def read_slowly(messages: GatewayMessages, acks: Acknowledgements, packet: Publish) -> None:
    messages.read(packet.topic, packet.payload)
    if packet.qos:
        acks.puback(packet.packet_id or 0)


def outcome(messages: GatewayMessages, acks: Acknowledgements) -> Any:
    batches, faults = messages.columns.take()
    rows = [
        (batch.tags[tag], time_us, value if batch.text is None else text)
        for batch in batches
        for tag, time_us, value, text in zip(
            batch.tag.tolist(),
            batch.source_time_us.tolist(),
            batch.value.tolist(),
            batch.text.to_pylist() if batch.text is not None else batch.value,
            strict=True,
        )
    ]
    return rows, faults, acks.take().encode()


topics = st.sampled_from(
    ["millmark/gw/press", "millmark/gw/压机", "millmark/gw", "millmark/gw/", "millmark/other/press"]
)
payloads = st.sampled_from(
    [
        b'{"a":1}',
        b'{"ts":1700000000000,"values":{"a":1.5,"b":true}}',
        b'[{"ts":1700000000000,"values":{"a":1}},{"ts":1700000000001,"values":{"a":2}}]',
        b'{"state":"run"}',
        b"{broken",
        b"",
    ]
)


@st.composite
def packet(draw: st.DrawFn) -> Publish:
    qos = draw(st.sampled_from([0, 1, 1, 1, 2]))
    packet_id = draw(st.integers(1, 65_535)) if qos else None
    dup = bool(qos) and draw(st.booleans())
    return Publish(draw(topics), draw(payloads), qos, packet_id, draw(st.sampled_from([False] * 9 + [True])), dup)


@settings(max_examples=300, deadline=None)
@given(st.lists(packet(), max_size=8), st.sampled_from([Version.V3_1_1, Version.V5]), st.integers(0, 200))
def test_the_lane_reads_what_the_long_way_reads(packets: list[Publish], version: Version, cut: int) -> None:
    slow, slow_acks = messages_of_gw(), Acknowledgements()
    fast, fast_acks = messages_of_gw(), Acknowledgements()
    lane = TelemetryLane(fast, fast_acks, level=version.value, packet_bytes=1 << 16)
    encoded = [encode_packet(each, version) for each in packets]
    stream = b"".join(encoded)
    whole = stream[: max(len(stream) - cut, 0)]
    memory = np.frombuffer(bytearray(whole + b"\0"), np.uint8)
    at = place = 0
    while place < len(packets):
        after = lane.take(memory, at, len(whole))
        while at < after:
            read_slowly(slow, slow_acks, packets[place])
            at += len(encoded[place])
            place += 1
        assert at == after, "the lane stops between packets"
        if place == len(packets) or at + len(encoded[place]) > len(whole):
            break
        # What the lane leaves goes the long way, on both sides.
        for messages, acks in ((slow, slow_acks), (fast, fast_acks)):
            read_slowly(messages, acks, packets[place])
        at += len(encoded[place])
        place += 1
    assert outcome(slow, slow_acks) == outcome(fast, fast_acks)


def test_plain_messages_on_known_topics_are_all_taken() -> None:
    messages, acks = messages_of_gw(), Acknowledgements()
    lane = TelemetryLane(messages, acks, level=4, packet_bytes=1 << 16)
    packets = [Publish("millmark/gw/press", b'{"a":%d}' % number, 1, number + 1) for number in range(20_000)]
    read_slowly(messages, acks, packets[0])
    stream = b"".join(map(encode_packet, packets[1:]))
    memory = np.frombuffer(stream, np.uint8)
    assert lane.take(memory, 0, len(stream)) == len(stream)
    [batch], faults = messages.columns.take()
    assert not faults
    assert batch.value.tolist() == list(range(20_000))
    assert len(acks) == 20_000


async def test_telemetry_of_a_device_is_stored_and_acknowledged(door: Door, device: Callable[..., Any]) -> None:
    one = device(door)
    await asyncio.to_thread(one.connect)

    def publish() -> bool:
        sent = [
            one.client.publish("millmark/gw/press", b'{"ts":%d,"values":{"a":%d}}' % (FIRST_MS + number, number), 1)
            for number in range(500)
        ]
        for each in sent:
            each.wait_for_publish(20)
        return all(each.is_published() for each in sent)

    assert await asyncio.to_thread(publish)
    assert door.plant.numbers("press", "a") == [((FIRST_MS + number) * 1000, float(number)) for number in range(500)]
