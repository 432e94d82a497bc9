"""Shared by the tests of the codecs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from millmark.wire.mqtt import Packet, PacketStream

Decode = Callable[[bytes], list[Packet]]


def _whole(data: bytes) -> Iterator[bytes]:
    yield data


def _byte_by_byte(data: bytes) -> Iterator[bytes]:
    for position in range(len(data)):
        yield data[position : position + 1]


@pytest.fixture(params=[_whole, _byte_by_byte], ids=["whole", "byte by byte"])
def decode(request: pytest.FixtureRequest) -> Decode:
    """Everything a stream makes of bytes that arrive at once, or one at a time."""

    def run(data: bytes) -> list[Packet]:
        stream = PacketStream(max_packet_size=4096)
        packets: list[Packet] = []
        for piece in request.param(data):
            stream.feed(piece)
            packets.extend(stream.packets())
        return packets

    return run
