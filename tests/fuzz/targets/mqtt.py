"""MQTT streams, of 3.1.1 and 5."""

from __future__ import annotations

from millmark.wire.errors import ProtocolError
from millmark.wire.mqtt import Connect, Packet, PacketStream, Version, encode_packet


def run(data: bytes) -> None:
    """A stream read whole and read in pieces is the same stream; what was read can be written and read again."""
    if len(data) < 2:
        return
    version, step = (Version.V3_1_1, Version.V5)[data[0] & 1], 1 + data[0] // 2
    whole = _packets(data[1:], version, len(data))
    assert whole == _packets(data[1:], version, step)
    packets, _ = whole
    for packet in packets:
        again, error = _packets(encode_packet(packet, version), version, len(data) + 1_000)
        assert error is None, error
        assert again == [packet]
        if isinstance(packet, Connect):
            # From here on the stream speaks the version that its CONNECT named.
            version = packet.version


def _packets(data: bytes, version: Version, step: int) -> tuple[list[Packet], str | None]:
    stream = PacketStream(max_packet_size=1 << 16, version=version)
    packets: list[Packet] = []
    try:
        for start in range(0, len(data), step):
            stream.feed(data[start : start + step])
            packets.extend(stream.packets())
    except ProtocolError as error:
        return packets, str(error)
    return packets, None
