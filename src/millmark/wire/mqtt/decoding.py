"""Bytes of one packet -> the packet, every rule of the standard checked and named."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from millmark.wire.errors import ProtocolError
from millmark.wire.mqtt.opening import check_response_topic, read_connack, read_connect
from millmark.wire.mqtt.packet_type import PacketType, Version
from millmark.wire.mqtt.packets import (
    SUBSCRIPTION_REFUSED,
    Auth,
    Disconnect,
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    RetainHandling,
    Suback,
    Subscribe,
    Subscription,
    Unsuback,
    Unsubscribe,
)
from millmark.wire.mqtt.properties import NO_PROPERTIES, Properties
from millmark.wire.mqtt.reader import PacketReader
from millmark.wire.mqtt.reason_codes import ALLOWED_REASONS, ReasonCode
from millmark.wire.mqtt.topics import filter_fault, is_shared, topic_fault

# Clause 2.2.2: these three carry the flags 0010; all others but PUBLISH carry 0000.
_FLAGS = {PacketType.PUBREL: 0b0010, PacketType.SUBSCRIBE: 0b0010, PacketType.UNSUBSCRIBE: 0b0010}
_FLAG_CLAUSES = {
    PacketType.PUBREL: "MQTT-3.6.1-1",
    PacketType.SUBSCRIBE: "MQTT-3.8.1-1",
    PacketType.UNSUBSCRIBE: "MQTT-3.10.1-1",
    PacketType.DISCONNECT: "MQTT-3.14.1-1",
    PacketType.AUTH: "MQTT-3.15.1-1",
}
Answer = TypeVar("Answer", Puback, Pubrec, Pubrel, Pubcomp)


def packet_type_of(first_byte: int) -> PacketType:
    """Reads and checks the first byte of a fixed header."""
    try:
        kind = PacketType(first_byte >> 4)
    except ValueError as error:
        raise ProtocolError("packet", 0, "2.2.1", f"packet type {first_byte >> 4} is reserved") from error
    if kind is not PacketType.PUBLISH and first_byte & 0x0F != _FLAGS.get(kind, 0):
        clause = _FLAG_CLAUSES.get(kind, "MQTT-2.2.2-2")
        raise ProtocolError(kind.name, 0, clause, f"reserved flags are {first_byte & 0x0F:#06b}")
    return kind


def decode_packet(first_byte: int, body: bytes, header_length: int, version: Version = Version.V3_1_1) -> Packet:
    """The packet of a fixed header's first byte and the bytes behind the header; raises `ProtocolError`.

    `version` is the connection's; a CONNECT names its own.
    """
    kind = packet_type_of(first_byte)
    reader = PacketReader(kind, body, header_length, version)
    if kind is PacketType.PUBLISH:
        return _publish(first_byte & 0x0F, reader)
    packet = _DECODERS[kind](reader)
    reader.end("2.2.3")
    return packet


def _publish(flags: int, reader: PacketReader) -> Publish:
    dup, qos, retain = bool(flags & 0b1000), (flags >> 1) & 0b11, bool(flags & 0b0001)
    if qos == 3:
        raise ProtocolError("PUBLISH", 0, "MQTT-3.3.1-4", "both QoS bits are set")
    if dup and qos == 0:
        raise ProtocolError("PUBLISH", 0, "MQTT-3.3.1-2", "DUP is set at QoS 0")
    topic = reader.text("topic name", "MQTT-3.3.2-1")
    if topic or not reader.is_v5:
        _check_topic(reader, topic)
    packet_id = reader.packet_id() if qos else None
    properties = reader.properties()
    check_response_topic(reader, properties)
    if not topic and properties.topic_alias is None:
        raise reader.fault(
            "3.3.2.1", "neither a topic name nor an alias of one is given", at=2, reason=ReasonCode.PROTOCOL_ERROR
        )
    return Publish(topic, reader.rest(), qos, packet_id, retain, dup, properties)


def _check_topic(reader: PacketReader, topic: str) -> None:
    if fault := topic_fault(topic):
        raise reader.fault(*fault, at=2, reason=ReasonCode.TOPIC_NAME_INVALID)


def _answer(kind: type[Answer]) -> Callable[[PacketReader], Packet]:
    """PUBACK, PUBREC, PUBREL and PUBCOMP have one form (clauses 3.4 to 3.7)."""

    def read(reader: PacketReader) -> Packet:
        packet_id = reader.packet_id()
        return kind(packet_id, *_reason(reader))

    return read


def _reason(reader: PacketReader) -> tuple[int, Properties]:
    """A reason code and properties, either of which may be left out when there is nothing to say."""
    if not reader.is_v5 or not reader.remains():
        return 0, NO_PROPERTIES
    code = _reason_code(reader)
    return code, reader.properties() if reader.remains() else NO_PROPERTIES


def _reason_code(reader: PacketReader) -> int:
    start = reader.position
    clause = _REASON_CLAUSES[reader.kind]
    code = reader.byte("reason code", clause)
    if code not in ALLOWED_REASONS[reader.kind]:
        raise reader.fault(clause, f"reason code {code:#04x} does not belong into {reader.kind.name}", at=start)
    return code


_REASON_CLAUSES = {
    PacketType.PUBACK: "MQTT-3.4.2-1",
    PacketType.PUBREC: "MQTT-3.5.2-1",
    PacketType.PUBREL: "MQTT-3.6.2-1",
    PacketType.PUBCOMP: "MQTT-3.7.2-1",
    PacketType.SUBACK: "MQTT-3.9.3-2",
    PacketType.UNSUBACK: "MQTT-3.11.3-2",
    PacketType.DISCONNECT: "MQTT-3.14.2-1",
    PacketType.AUTH: "MQTT-3.15.2-1",
}


def _subscribe(reader: PacketReader) -> Subscribe:
    packet_id = reader.packet_id()
    properties = reader.properties()
    filters: list[Subscription] = []
    while reader.remains():
        filters.append(_subscription(reader))
    if not filters:
        clause = reader.clause("MQTT-3.8.3-3", "MQTT-3.8.3-2")
        raise reader.fault(clause, "a SUBSCRIBE needs at least one topic filter", reason=ReasonCode.PROTOCOL_ERROR)
    return Subscribe(packet_id, tuple(filters), properties)


def _subscription(reader: PacketReader) -> Subscription:
    topic_filter = _filter(reader, "MQTT-3.8.3-1")
    start = reader.position
    clause = reader.clause("MQTT-3.8.3-4", "MQTT-3.8.3-5")
    options = reader.byte("requested QoS", clause)
    qos, no_local, as_published, handling = options & 0b11, options & 0b100, options & 0b1000, (options >> 4) & 0b11
    if options > (0x3F if reader.is_v5 else 2) or qos == 3:
        raise reader.fault(clause, f"the requested QoS byte is {options:#04x}", at=start)
    if handling == 3:
        raise reader.fault("3.8.3.1", "retain handling 3 is reserved", at=start, reason=ReasonCode.PROTOCOL_ERROR)
    if no_local and is_shared(topic_filter):
        problem = "a shared subscription cannot leave out one's own messages"
        raise reader.fault("MQTT-3.8.3-4", problem, at=start, reason=ReasonCode.PROTOCOL_ERROR)
    return Subscription(topic_filter, qos, bool(no_local), bool(as_published), RetainHandling(handling))


def _suback(reader: PacketReader) -> Suback:
    packet_id = reader.packet_id()
    properties = reader.properties()
    if reader.is_v5:
        return Suback(packet_id, _reason_codes(reader), properties)
    start = reader.position
    codes = reader.rest()
    for position, code in enumerate(codes):
        if code > 2 and code != SUBSCRIPTION_REFUSED:
            raise reader.fault("MQTT-3.9.3-2", f"return code {code:#04x} is reserved", at=start + position)
    return Suback(packet_id, tuple(codes))


def _reason_codes(reader: PacketReader) -> tuple[int, ...]:
    codes: list[int] = []
    while reader.remains():
        codes.append(_reason_code(reader))
    return tuple(codes)


def _unsubscribe(reader: PacketReader) -> Unsubscribe:
    packet_id = reader.packet_id()
    properties = reader.properties()
    filters: list[str] = []
    while reader.remains():
        filters.append(_filter(reader, "MQTT-3.10.3-1"))
    if not filters:
        problem = "an UNSUBSCRIBE needs at least one topic filter"
        raise reader.fault("MQTT-3.10.3-2", problem, reason=ReasonCode.PROTOCOL_ERROR)
    return Unsubscribe(packet_id, tuple(filters), properties)


def _unsuback(reader: PacketReader) -> Unsuback:
    packet_id = reader.packet_id()
    if not reader.is_v5:
        return Unsuback(packet_id)
    properties = reader.properties()
    return Unsuback(packet_id, _reason_codes(reader), properties)


def _filter(reader: PacketReader, clause: str) -> str:
    start = reader.position
    topic_filter = reader.text("topic filter", clause)
    if fault := filter_fault(topic_filter, reader.version):
        raise reader.fault(*fault, at=start + 2, reason=ReasonCode.TOPIC_FILTER_INVALID)
    return topic_filter


def _auth(reader: PacketReader) -> Auth:
    if not reader.is_v5:
        raise reader.fault("2.2.1", "packet type 15 is reserved in MQTT 3.1.1", at=0)
    return Auth(*_reason(reader))


_DECODERS: dict[PacketType, Callable[[PacketReader], Packet]] = {
    PacketType.CONNECT: read_connect,
    PacketType.CONNACK: read_connack,
    PacketType.PUBACK: _answer(Puback),
    PacketType.PUBREC: _answer(Pubrec),
    PacketType.PUBREL: _answer(Pubrel),
    PacketType.PUBCOMP: _answer(Pubcomp),
    PacketType.SUBSCRIBE: _subscribe,
    PacketType.SUBACK: _suback,
    PacketType.UNSUBSCRIBE: _unsubscribe,
    PacketType.UNSUBACK: _unsuback,
    PacketType.PINGREQ: lambda _: Pingreq(),
    PacketType.PINGRESP: lambda _: Pingresp(),
    PacketType.DISCONNECT: lambda reader: Disconnect(*_reason(reader)),
    PacketType.AUTH: _auth,
}
