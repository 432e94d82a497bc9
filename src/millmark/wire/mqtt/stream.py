"""A connection's bytes, cut anywhere, -> packets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from millmark.wire.errors import ProtocolError
from millmark.wire.mqtt.decoding import decode_packet, packet_type_of
from millmark.wire.mqtt.packet_type import Version
from millmark.wire.mqtt.packets import Connect, Packet
from millmark.wire.mqtt.reason_codes import ReasonCode

_LENGTH_BYTES = 4
_COMPACT_ABOVE = 1 << 16


class Frame(NamedTuple):
    """Where a packet lies in a buffer; `end` may lie behind what has arrived."""

    first_byte: int
    start: int
    body: int
    end: int


def read_frame(buffer: bytearray | memoryview, start: int, end: int, *, max_packet_size: int) -> Frame | None:
    """The fixed header at `start`, or None when it is not whole before `end`; raises `ProtocolError`.

    The only place where packets are told apart: whoever reads a stream goes from frame to frame.
    """
    if start >= end:
        return None
    first_byte = buffer[start]
    # Refused at its first byte: a stranger speaking another protocol is not waited for.
    kind = packet_type_of(first_byte)
    length = 0
    for index in range(_LENGTH_BYTES):
        if start + 1 + index >= end:
            return None
        digit = buffer[start + 1 + index]
        length |= (digit & 0x7F) << (7 * index)
        if digit < 0x80:
            body = start + 2 + index
            if body - start + length > max_packet_size:
                raise ProtocolError(
                    kind.name,
                    1,
                    "2.2.3",
                    f"a packet of {body - start + length} bytes is above the limit of {max_packet_size}",
                    ReasonCode.PACKET_TOO_LARGE,
                )
            return Frame(first_byte, start, body, body + length)
    raise ProtocolError(kind.name, _LENGTH_BYTES, "2.2.3", "the remaining length takes more than four bytes")


class PacketStream:
    """Keeps the bytes of packets not yet whole, never more than one packet's limit plus what was fed last.

    `version` is the connection's, which on a server's side is known from the CONNECT on. After a `ProtocolError` the
    stream has no next packet: where one begins is no longer known.
    """

    def __init__(self, *, max_packet_size: int, version: Version = Version.V3_1_1) -> None:
        self.version = version
        self._max_packet_size = max_packet_size
        self._buffer = bytearray()
        self._position = 0

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def packets(self) -> Iterator[Packet]:
        """The whole packets at hand. A reader may stop early and go on later; nothing is skipped.

        Raises `ProtocolError` at the first malformed packet, after the sound ones before it.
        """
        while (packet := self._next()) is not None:
            yield packet

    def _next(self) -> Packet | None:
        frame = read_frame(self._buffer, self._position, len(self._buffer), max_packet_size=self._max_packet_size)
        if frame is None or frame.end > len(self._buffer):
            self._compact()
            return None
        body = bytes(memoryview(self._buffer)[frame.body : frame.end])
        packet = decode_packet(frame.first_byte, body, frame.body - frame.start, self.version)
        if isinstance(packet, Connect):
            self.version = packet.version
        self._position = frame.end
        if frame.end == len(self._buffer) or frame.end > _COMPACT_ABOVE:
            self._compact()
        return packet

    def _compact(self) -> None:
        del self._buffer[: self._position]
        self._position = 0
