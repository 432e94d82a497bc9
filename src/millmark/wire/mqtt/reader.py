"""Reads the fields of one packet, front to back, and says where and why when it cannot."""

from __future__ import annotations

from millmark.wire.errors import ProtocolError


class PacketReader:
    """`body` is what follows the fixed header, `header_length` how many bytes that header took."""

    def __init__(self, packet: str, body: bytes, header_length: int) -> None:
        self._packet = packet
        self._body = body
        self._header_length = header_length
        self._position = 0

    def fault(self, clause: str, problem: str, *, at: int | None = None) -> ProtocolError:
        """An error at the current position, or at `at` bytes into the body."""
        position = self._position if at is None else at
        return ProtocolError(self._packet, self._header_length + position, clause, problem)

    @property
    def offset(self) -> int:
        return self._header_length + self._position

    @property
    def position(self) -> int:
        return self._position

    @property
    def remains(self) -> bool:
        return self._position < len(self._body)

    def byte(self, field: str, clause: str) -> int:
        if not self.remains:
            raise self.fault(clause, f"the packet ends before its {field}")
        value = self._body[self._position]
        self._position += 1
        return value

    def uint16(self, field: str, clause: str) -> int:
        return int.from_bytes(self._take(2, field, clause), "big")

    def binary(self, field: str, clause: str) -> bytes:
        """A two-byte length and as many bytes."""
        return self._take(self.uint16(f"length of the {field}", clause), field, clause)

    def text(self, field: str, clause: str) -> str:
        """A UTF-8 encoded string (clause 1.5.3)."""
        raw = self.binary(field, clause)
        start = self._position - len(raw)
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            # Python's decoder also refuses the surrogates U+D800..U+DFFF, as this clause demands.
            raise self.fault("MQTT-1.5.3-1", f"the {field} is not well-formed UTF-8", at=start + error.start) from error
        if "\0" in text:
            raise self.fault("MQTT-1.5.3-2", f"the {field} holds U+0000", at=start + raw.index(0))
        return text

    def packet_id(self) -> int:
        start = self._position
        packet_id = self.uint16("packet identifier", "MQTT-2.3.1-1")
        if packet_id == 0:
            raise self.fault("MQTT-2.3.1-1", "the packet identifier must not be 0", at=start)
        return packet_id

    def rest(self) -> bytes:
        start, self._position = self._position, len(self._body)
        return self._body[start:]

    def end(self, clause: str) -> None:
        if self.remains:
            raise self.fault(clause, f"{len(self._body) - self._position} bytes follow the packet's last field")

    def _take(self, size: int, field: str, clause: str) -> bytes:
        end = self._position + size
        if end > len(self._body):
            missing = end - len(self._body)
            raise self.fault(clause, f"the packet ends {missing} bytes before the end of its {field}")
        value = self._body[self._position : end]
        self._position = end
        return value
