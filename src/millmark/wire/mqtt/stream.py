"""A connection's bytes, cut anywhere, -> packets."""

from __future__ import annotations

from collections.abc import Iterator

from millmark.wire.errors import ProtocolError
from millmark.wire.mqtt.decoding import decode_packet, packet_type_of
from millmark.wire.mqtt.packets import Packet

_LENGTH_BYTES = 4
_COMPACT_ABOVE = 1 << 16


class PacketStream:
    """Keeps the bytes of packets not yet whole, never more than one packet's limit plus what was fed last.

    After a `ProtocolError` the stream has no next packet: where one begins is no longer known.
    """

    def __init__(self, *, max_packet_size: int) -> None:
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
        header = self._fixed_header()
        if header is None:
            return None
        first_byte, header_length, body_length = header
        start = self._position + header_length
        end = start + body_length
        if len(self._buffer) < end:
            self._compact()
            return None
        body = bytes(memoryview(self._buffer)[start:end])
        packet = decode_packet(first_byte, body, header_length)
        self._position = end
        if end == len(self._buffer) or end > _COMPACT_ABOVE:
            self._compact()
        return packet

    def _fixed_header(self) -> tuple[int, int, int] | None:
        """(first byte, header's length, length of what follows), or None when the header is not whole yet."""
        buffer, position = self._buffer, self._position
        if position >= len(buffer):
            return None
        first_byte = buffer[position]
        # Refused at its first byte: a stranger speaking another protocol is not waited for.
        kind = packet_type_of(first_byte)
        length = 0
        for index in range(_LENGTH_BYTES):
            if position + 1 + index >= len(buffer):
                return None
            digit = buffer[position + 1 + index]
            length |= (digit & 0x7F) << (7 * index)
            if digit < 0x80:
                header_length = 2 + index
                if header_length + length > self._max_packet_size:
                    raise ProtocolError(
                        kind.name,
                        1,
                        "2.2.3",
                        f"a packet of {header_length + length} bytes is above the limit of {self._max_packet_size}",
                    )
                return first_byte, header_length, length
        raise ProtocolError(kind.name, _LENGTH_BYTES, "2.2.3", "the remaining length takes more than four bytes")

    def _compact(self) -> None:
        del self._buffer[: self._position]
        self._position = 0
