"""Reads the fields of one packet, front to back, and says where and why when it cannot."""

from __future__ import annotations

from typing import Any

from millmark.wire.errors import ProtocolError
from millmark.wire.mqtt.packet_type import PacketType, Version
from millmark.wire.mqtt.properties import BY_IDENTIFIER, NO_PROPERTIES, Kind, Properties, Property
from millmark.wire.mqtt.reason_codes import ReasonCode

_LENGTH_BYTES = 4


class PacketReader:
    """`body` is what follows the fixed header, `header_length` how many bytes that header took.

    Clauses are named after the version of the connection; the two standards number them differently.
    """

    def __init__(self, kind: PacketType, body: bytes, header_length: int, version: Version = Version.V3_1_1) -> None:
        self.kind = kind
        self.version = version
        self._body = body
        self._header_length = header_length
        self._position = 0

    @property
    def is_v5(self) -> bool:
        return self.version is Version.V5

    def clause(self, v3: str, v5: str) -> str:
        return v5 if self.is_v5 else v3

    def fault(
        self, clause: str, problem: str, *, at: int | None = None, reason: ReasonCode = ReasonCode.MALFORMED_PACKET
    ) -> ProtocolError:
        """An error at the current position, or at `at` bytes into the body."""
        position = self._position if at is None else at
        return ProtocolError(self.kind.name, self._header_length + position, clause, problem, reason)

    @property
    def offset(self) -> int:
        return self._header_length + self._position

    @property
    def position(self) -> int:
        return self._position

    def remains(self) -> bool:
        return self._position < len(self._body)

    def byte(self, field: str, clause: str) -> int:
        if not self.remains():
            raise self.fault(clause, f"the packet ends before its {field}")
        value = self._body[self._position]
        self._position += 1
        return value

    def uint16(self, field: str, clause: str) -> int:
        return int.from_bytes(self._take(2, field, clause), "big")

    def uint32(self, field: str, clause: str) -> int:
        return int.from_bytes(self._take(4, field, clause), "big")

    def varint(self, field: str, clause: str) -> int:
        """A variable byte integer (MQTT 5, clause 1.5.5)."""
        start, value = self._position, 0
        for index in range(_LENGTH_BYTES):
            digit = self.byte(field, clause)
            value |= (digit & 0x7F) << (7 * index)
            if digit < 0x80:
                if digit == 0 and index:
                    raise self.fault("MQTT-1.5.5-1", f"the {field} takes more bytes than it needs", at=start)
                return value
        raise self.fault("MQTT-1.5.5-1", f"the {field} takes more than four bytes", at=start)

    def binary(self, field: str, clause: str) -> bytes:
        """A two-byte length and as many bytes."""
        return self._take(self.uint16(f"length of the {field}", clause), field, clause)

    def text(self, field: str, clause: str) -> str:
        """A UTF-8 encoded string (clause 1.5.3, in MQTT 5 1.5.4)."""
        raw = self.binary(field, clause)
        start = self._position - len(raw)
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            # Python's decoder also refuses the surrogates U+D800..U+DFFF, as this clause demands.
            raise self.fault(
                self.clause("MQTT-1.5.3-1", "MQTT-1.5.4-1"),
                f"the {field} is not well-formed UTF-8",
                at=start + error.start,
            ) from error
        if "\0" in text:
            clause = self.clause("MQTT-1.5.3-2", "MQTT-1.5.4-2")
            raise self.fault(clause, f"the {field} holds U+0000", at=start + raw.index(0))
        return text

    def packet_id(self) -> int:
        start = self._position
        clause = self.clause("MQTT-2.3.1-1", "MQTT-2.2.1-3")
        packet_id = self.uint16("packet identifier", clause)
        if packet_id == 0:
            raise self.fault(clause, "the packet identifier must not be 0", at=start, reason=ReasonCode.PROTOCOL_ERROR)
        return packet_id

    def properties(self, *, of_will: bool = False) -> Properties:
        """The properties of the packet, or of the will within it; none at all before MQTT 5."""
        if not self.is_v5:
            return NO_PROPERTIES
        length = self.varint("length of the properties", "MQTT-2.2.2-1")
        start, end = self._position, self._position + length
        if end > len(self._body):
            raise self.fault("2.2.2.1", f"the properties end {end - len(self._body)} bytes behind the packet")
        if not length:
            return NO_PROPERTIES
        values: dict[str, Any] = {}
        while self._position < end:
            self._property(values, end, of_will=of_will)
        if "authentication_data" in values and "authentication_method" not in values:
            raise self.fault(
                "3.1.2.11.10", "authentication data without a method", at=start, reason=ReasonCode.PROTOCOL_ERROR
            )
        return Properties(**values)

    def _property(self, values: dict[str, Any], end: int, *, of_will: bool) -> None:
        start = self._position
        identifier = self.varint("property identifier", "2.2.2.2")
        known = BY_IDENTIFIER.get(identifier)
        if known is None or (None if of_will else self.kind) not in known.packets:
            where = "a will" if of_will else self.kind.name
            raise self.fault("2.2.2.2", f"property {identifier:#04x} does not belong into {where}", at=start)
        value = self._value(known)
        if self._position > end:
            raise self.fault("2.2.2.1", f"the property {known.name} ends behind the properties", at=start)
        if isinstance(value, int) and not known.least <= value <= known.most:
            reason = ReasonCode.TOPIC_ALIAS_INVALID if known.name == "topic_alias" else ReasonCode.PROTOCOL_ERROR
            raise self.fault("2.2.2.2", f"the property {known.name} must not be {value}", at=start, reason=reason)
        if known.kind is Kind.PAIR or (known.kind is Kind.VARINT and self.kind is PacketType.PUBLISH):
            values[known.name] = (*values.get(known.name, ()), value)
        elif known.name in values:
            raise self.fault(
                "2.2.2.2", f"the property {known.name} is given twice", at=start, reason=ReasonCode.PROTOCOL_ERROR
            )
        else:
            values[known.name] = (value,) if known.kind is Kind.VARINT else value

    def _value(self, known: Property) -> int | str | bytes | tuple[str, str]:
        field, clause = f"property {known.name}", "2.2.2.2"
        match known.kind:
            case Kind.BYTE:
                return self.byte(field, clause)
            case Kind.UINT16:
                return self.uint16(field, clause)
            case Kind.UINT32:
                return self.uint32(field, clause)
            case Kind.VARINT:
                return self.varint(field, clause)
            case Kind.TEXT:
                return self.text(field, clause)
            case Kind.BINARY:
                return self.binary(field, clause)
            case Kind.PAIR:
                return self.text(field, "MQTT-1.5.7-1"), self.text(field, "MQTT-1.5.7-1")

    def rest(self) -> bytes:
        start, self._position = self._position, len(self._body)
        return self._body[start:]

    def end(self, clause: str) -> None:
        if self.remains():
            raise self.fault(clause, f"{len(self._body) - self._position} bytes follow the packet's last field")

    def _take(self, size: int, field: str, clause: str) -> bytes:
        end = self._position + size
        if end > len(self._body):
            missing = end - len(self._body)
            raise self.fault(clause, f"the packet ends {missing} bytes before the end of its {field}")
        value = self._body[self._position : end]
        self._position = end
        return value
