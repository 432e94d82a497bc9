"""Streams of MQTT with Sparkplug in them: the compiled pass against the codec."""

from __future__ import annotations

from tests.fuzz.targets.guarded import compare
from tests.fuzz.targets.sparkplug_messages import messages
from tests.intake.test_lane import MOST

from millmark.wire.mqtt import Publish, encode_packet


def run(data: bytes) -> None:
    """The compiled pass and the codec read the same of births and of everything that follows them."""
    if len(data) < 2 or len(data) > MOST // 2:
        return
    stream = data[1:] if data[0] & 1 else _framed(data[1:])
    step = max(1, len(stream) // (1 + (data[0] >> 1) % 8))
    compare(stream, step)


def _framed(data: bytes) -> bytes:
    """The same bytes as messages of a sound stream, so that not every flipped length ends it."""
    return b"".join(
        encode_packet(Publish(str(topic), content, int(is_acknowledged), number if is_acknowledged else None))
        for number, (topic, is_acknowledged, content) in enumerate(messages(data), start=1)
    )
