"""Streams of MQTT with JSON telemetry in them: the compiled pass against the codec."""

from __future__ import annotations

from tests.fuzz.targets.guarded import compare
from tests.intake.test_lane import MOST

from millmark.wire.mqtt import Publish, encode_packet

_TOPICS = ("millmark/gw", "millmark/gw/press", "millmark/gw/line-1/状态", "millmark/other/press", "millmark/gw/a//b")


def run(data: bytes) -> None:
    if len(data) < 2 or len(data) > MOST // 2:
        return
    stream = data[1:] if data[0] & 1 else _framed(data[1:])
    compare(stream, max(1, len(stream) // (1 + (data[0] >> 1) % 8)))


def _framed(data: bytes) -> bytes:
    """The same bytes as messages of a sound stream; a zero ends one, the first byte says on which topic it goes."""
    packets: list[bytes] = []
    for number, message in enumerate(data.split(b"\0")[:64], start=1):
        if message:
            qos = message[0] >> 7
            topic = _TOPICS[message[0] % len(_TOPICS)]
            packets.append(encode_packet(Publish(topic, message[1:], qos, number if qos else None)))
    return b"".join(packets)
