"""Bytes of one packet -> the packet, every rule of the standard checked and named."""

from __future__ import annotations

from collections.abc import Callable

from millmark.wire.errors import ClientIdentifierRejected, ProtocolError, UnacceptableProtocolLevel, UnsupportedQos
from millmark.wire.mqtt.packets import (
    SUBSCRIPTION_REFUSED,
    Connack,
    Connect,
    ConnectReturnCode,
    Disconnect,
    Packet,
    PacketType,
    Pingreq,
    Pingresp,
    Puback,
    Publish,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
    Will,
)
from millmark.wire.mqtt.reader import PacketReader
from millmark.wire.mqtt.topics import filter_fault, topic_fault

_PROTOCOL_LEVEL = 4
_RESERVED, _CLEAN_SESSION, _WILL, _WILL_RETAIN, _PASSWORD, _USER_NAME = 0x01, 0x02, 0x04, 0x20, 0x40, 0x80
# Clause 2.2.2: these three carry the flags 0010; all others but PUBLISH carry 0000.
_FLAGS = {PacketType.PUBREL: 0b0010, PacketType.SUBSCRIBE: 0b0010, PacketType.UNSUBSCRIBE: 0b0010}


def packet_type_of(first_byte: int) -> PacketType:
    """Reads and checks the first byte of a fixed header."""
    try:
        kind = PacketType(first_byte >> 4)
    except ValueError as error:
        raise ProtocolError("packet", 0, "2.2.1", f"packet type {first_byte >> 4} is reserved") from error
    if kind in {PacketType.PUBREC, PacketType.PUBREL, PacketType.PUBCOMP}:
        raise UnsupportedQos(kind.name, 0, "4.3.3", "QoS 2 is not offered; publish at QoS 1")
    if kind is not PacketType.PUBLISH and first_byte & 0x0F != _FLAGS.get(kind, 0):
        clause = {
            PacketType.SUBSCRIBE: "MQTT-3.8.1-1",
            PacketType.UNSUBSCRIBE: "MQTT-3.10.1-1",
            PacketType.DISCONNECT: "MQTT-3.14.1-1",
        }.get(kind, "MQTT-2.2.2-2")
        raise ProtocolError(kind.name, 0, clause, f"reserved flags are {first_byte & 0x0F:#06b}")
    return kind


def decode_packet(first_byte: int, body: bytes, header_length: int) -> Packet:
    """The packet of a fixed header's first byte and the bytes behind the header; raises `ProtocolError`."""
    kind = packet_type_of(first_byte)
    reader = PacketReader(kind.name, body, header_length)
    if kind is PacketType.PUBLISH:
        return _publish(first_byte & 0x0F, reader)
    packet = _DECODERS[kind](reader)
    reader.end("2.2.3")
    return packet


def _publish(flags: int, reader: PacketReader) -> Publish:
    dup, qos, retain = bool(flags & 0b1000), (flags >> 1) & 0b11, bool(flags & 0b0001)
    if qos == 3:
        raise ProtocolError("PUBLISH", 0, "MQTT-3.3.1-4", "both QoS bits are set")
    if qos == 2:
        raise UnsupportedQos("PUBLISH", 0, "3.3.1.2", "QoS 2 is not offered; publish at QoS 1")
    if dup and qos == 0:
        raise ProtocolError("PUBLISH", 0, "MQTT-3.3.1-2", "DUP is set at QoS 0")
    topic = reader.text("topic name", "MQTT-3.3.2-1")
    if fault := topic_fault(topic):
        raise reader.fault(*fault, at=2)
    packet_id = reader.packet_id() if qos else None
    return Publish(topic, reader.rest(), qos, packet_id, retain, dup)


def _connect(reader: PacketReader) -> Connect:
    name = reader.binary("protocol name", "MQTT-3.1.2-1")
    if name != b"MQTT":
        raise reader.fault("MQTT-3.1.2-1", f"the protocol name is {name[:16]!r}, not 'MQTT'", at=0)
    level_offset = reader.offset
    level = reader.byte("protocol level", "MQTT-3.1.2-2")
    if level != _PROTOCOL_LEVEL:
        raise UnacceptableProtocolLevel(
            "CONNECT", level_offset, "MQTT-3.1.2-2", f"protocol level {level} is not MQTT 3.1.1 (level 4)"
        )
    flags = _connect_flags(reader)
    keep_alive_s = reader.uint16("keep-alive", "3.1.2.10")
    client_id = _client_id(reader, clean_session=bool(flags & _CLEAN_SESSION))
    return Connect(
        client_id,
        bool(flags & _CLEAN_SESSION),
        keep_alive_s,
        _will(flags, reader) if flags & _WILL else None,
        reader.text("user name", "MQTT-3.1.2-19") if flags & _USER_NAME else None,
        reader.binary("password", "MQTT-3.1.2-21") if flags & _PASSWORD else None,
    )


def _connect_flags(reader: PacketReader) -> int:
    start = reader.position
    flags = reader.byte("connect flags", "3.1.2.3")
    will_qos = (flags >> 3) & 0b11
    broken = (
        (flags & _RESERVED, "MQTT-3.1.2-3", "the reserved connect flag is set"),
        (not flags & _WILL and will_qos, "MQTT-3.1.2-13", "a will QoS is given without a will"),
        (will_qos == 3, "MQTT-3.1.2-14", "the will QoS is 3"),
        (not flags & _WILL and flags & _WILL_RETAIN, "MQTT-3.1.2-15", "will retain is set without a will"),
        (not flags & _USER_NAME and flags & _PASSWORD, "MQTT-3.1.2-22", "a password is given without a user name"),
    )
    for is_broken, clause, problem in broken:
        if is_broken:
            raise reader.fault(clause, problem, at=start)
    return flags


def _client_id(reader: PacketReader, *, clean_session: bool) -> str:
    offset = reader.offset
    client_id = reader.text("client identifier", "MQTT-3.1.3-3")
    if not client_id and not clean_session:
        raise ClientIdentifierRejected(
            "CONNECT", offset, "MQTT-3.1.3-8", "an empty client identifier needs a clean session"
        )
    return client_id


def _will(flags: int, reader: PacketReader) -> Will:
    start = reader.position
    topic = reader.text("will topic", "MQTT-3.1.2-9")
    if fault := topic_fault(topic):
        raise reader.fault(*fault, at=start + 2)
    payload = reader.binary("will message", "MQTT-3.1.2-9")
    return Will(topic, payload, (flags >> 3) & 0b11, bool(flags & _WILL_RETAIN))


def _connack(reader: PacketReader) -> Connack:
    acknowledge_flags = reader.byte("acknowledge flags", "3.2.2.1")
    if acknowledge_flags > 1:
        raise reader.fault("3.2.2.1", "reserved acknowledge flags are set", at=0)
    code = reader.byte("return code", "3.2.2.3")
    if code not in set(ConnectReturnCode):
        raise reader.fault("3.2.2.3", f"return code {code} is reserved", at=1)
    return Connack(bool(acknowledge_flags), ConnectReturnCode(code))


def _subscribe(reader: PacketReader) -> Subscribe:
    packet_id = reader.packet_id()
    filters: list[tuple[str, int]] = []
    while reader.remains:
        topic_filter = _filter(reader, "MQTT-3.8.3-1")
        start = reader.position
        qos = reader.byte("requested QoS", "MQTT-3.8.3-4")
        if qos > 2:
            raise reader.fault("MQTT-3.8.3-4", f"the requested QoS byte is {qos:#04x}", at=start)
        filters.append((topic_filter, qos))
    if not filters:
        raise reader.fault("MQTT-3.8.3-3", "a SUBSCRIBE needs at least one topic filter")
    return Subscribe(packet_id, tuple(filters))


def _suback(reader: PacketReader) -> Suback:
    packet_id = reader.packet_id()
    start = reader.position
    codes = reader.rest()
    for position, code in enumerate(codes):
        if code > 2 and code != SUBSCRIPTION_REFUSED:
            raise reader.fault("MQTT-3.9.3-2", f"return code {code:#04x} is reserved", at=start + position)
    return Suback(packet_id, tuple(codes))


def _unsubscribe(reader: PacketReader) -> Unsubscribe:
    packet_id = reader.packet_id()
    filters: list[str] = []
    while reader.remains:
        filters.append(_filter(reader, "MQTT-3.10.3-1"))
    if not filters:
        raise reader.fault("MQTT-3.10.3-2", "an UNSUBSCRIBE needs at least one topic filter")
    return Unsubscribe(packet_id, tuple(filters))


def _filter(reader: PacketReader, clause: str) -> str:
    start = reader.position
    topic_filter = reader.text("topic filter", clause)
    if fault := filter_fault(topic_filter):
        raise reader.fault(*fault, at=start + 2)
    return topic_filter


_DECODERS: dict[PacketType, Callable[[PacketReader], Packet]] = {
    PacketType.CONNECT: _connect,
    PacketType.CONNACK: _connack,
    PacketType.PUBACK: lambda reader: Puback(reader.packet_id()),
    PacketType.SUBSCRIBE: _subscribe,
    PacketType.SUBACK: _suback,
    PacketType.UNSUBSCRIBE: _unsubscribe,
    PacketType.UNSUBACK: lambda reader: Unsuback(reader.packet_id()),
    PacketType.PINGREQ: lambda _: Pingreq(),
    PacketType.PINGRESP: lambda _: Pingresp(),
    PacketType.DISCONNECT: lambda _: Disconnect(),
}
