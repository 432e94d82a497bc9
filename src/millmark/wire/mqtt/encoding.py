"""Packets -> bytes. The caller is ours, so a packet that cannot be encoded is a ValueError, not a protocol error."""

from __future__ import annotations

from typing import cast

from millmark.wire.mqtt.packet_type import PacketType, Version
from millmark.wire.mqtt.packets import (
    Auth,
    Connack,
    Connect,
    Disconnect,
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    Subscription,
    Unsuback,
    Unsubscribe,
    Will,
)
from millmark.wire.mqtt.properties import NO_PROPERTIES, Kind, Properties, Property

MAX_REMAINING_LENGTH = 268_435_455
"""Clause 2.2.3: what four length bytes can say."""

_ANSWERS: dict[type[Packet], int] = {Puback: 0x40, Pubrec: 0x50, Pubrel: 0x62, Pubcomp: 0x70}


def encode_packet(packet: Packet, version: Version = Version.V3_1_1) -> bytes:  # noqa: C901  # one case for each packet of the standard
    """`version` is the connection's; a CONNECT names its own."""
    match packet:
        case Publish():
            return _publish(packet, version)
        case Puback() | Pubrec() | Pubrel() | Pubcomp():
            reason = _reason(packet.reason_code, packet.properties, version)
            return _framed(_ANSWERS[type(packet)], packet.packet_id.to_bytes(2, "big") + reason)
        case Pingreq():
            return b"\xc0\x00"
        case Pingresp():
            return b"\xd0\x00"
        case Disconnect(code, properties):
            return _framed(PacketType.DISCONNECT << 4, _reason(code, properties, version))
        case Connect():
            return _framed(PacketType.CONNECT << 4, _connect_body(packet))
        case Connack(session_present, code, properties):
            return _framed(PacketType.CONNACK << 4, bytes((session_present, code)) + _properties(properties, version))
        case Subscribe(packet_id, filters, properties):
            entries = b"".join(_text(entry.topic_filter) + bytes((_options(entry, version),)) for entry in filters)
            head = packet_id.to_bytes(2, "big") + _properties(properties, version)
            return _framed(PacketType.SUBSCRIBE << 4 | 0b0010, head + entries)
        case Suback(packet_id, codes, properties):
            head = packet_id.to_bytes(2, "big") + _properties(properties, version)
            return _framed(PacketType.SUBACK << 4, head + bytes(codes))
        case Unsubscribe(packet_id, names, properties):
            head = packet_id.to_bytes(2, "big") + _properties(properties, version)
            return _framed(PacketType.UNSUBSCRIBE << 4 | 0b0010, head + b"".join(map(_text, names)))
        case Unsuback(packet_id, codes, properties):
            if codes and version is Version.V3_1_1:
                raise ValueError("an UNSUBACK of MQTT 3.1.1 has no reason codes")
            head = packet_id.to_bytes(2, "big") + _properties(properties, version)
            return _framed(PacketType.UNSUBACK << 4, head + bytes(codes))
        case Auth(code, properties):
            if version is Version.V3_1_1:
                raise ValueError("MQTT 3.1.1 has no AUTH")
            return _framed(PacketType.AUTH << 4, _reason(code, properties, version))


def encode_varint(number: int) -> bytes:
    """Seven bits a byte, least significant first (clause 2.2.3, in MQTT 5 1.5.5)."""
    if not 0 <= number <= MAX_REMAINING_LENGTH:
        raise ValueError(f"an MQTT packet holds at most {MAX_REMAINING_LENGTH} bytes behind its header, not {number}")
    encoded = bytearray()
    while True:
        number, digit = number >> 7, number & 0x7F
        encoded.append(digit | 0x80 if number else digit)
        if not number:
            return bytes(encoded)


def _publish(packet: Publish, version: Version) -> bytes:
    if (packet.packet_id is None) != (packet.qos == 0):
        raise ValueError("a PUBLISH has a packet identifier exactly when its QoS is above 0 [MQTT-2.3.1-5]")
    first = PacketType.PUBLISH << 4 | packet.dup << 3 | packet.qos << 1 | packet.retain
    identifier = b"" if packet.packet_id is None else packet.packet_id.to_bytes(2, "big")
    head = _text(packet.topic) + identifier + _properties(packet.properties, version)
    return _framed(first, head + packet.payload)


def _connect_body(packet: Connect) -> bytes:
    flags = packet.clean_start << 1
    payload = [_text(packet.client_id)]
    if packet.will is not None:
        flags |= 0x04 | packet.will.qos << 3 | packet.will.retain << 5
        payload += _will(packet.will, packet.version)
    if packet.user_name is not None:
        flags |= 0x80
        payload.append(_text(packet.user_name))
    if packet.password is not None:
        if packet.user_name is None and packet.version is Version.V3_1_1:
            raise ValueError("a password needs a user name [MQTT-3.1.2-22]")
        flags |= 0x40
        payload.append(_binary(packet.password))
    head = b"\x00\x04MQTT" + bytes((packet.version, flags)) + packet.keep_alive_s.to_bytes(2, "big")
    return head + _properties(packet.properties, packet.version) + b"".join(payload)


def _will(will: Will, version: Version) -> list[bytes]:
    return [_properties(will.properties, version), _text(will.topic), _binary(will.payload)]


def _options(entry: Subscription, version: Version) -> int:
    """Clause 3.8.3.1."""
    options = entry.qos | entry.no_local << 2 | entry.retain_as_published << 3 | entry.retain_handling << 4
    if version is Version.V3_1_1 and options != entry.qos:
        raise ValueError("a SUBSCRIBE of MQTT 3.1.1 asks for a QoS and nothing more")
    return options


def _reason(code: int, properties: Properties, version: Version) -> bytes:
    """Nothing for success without properties (clause 3.4.2.1 and its like)."""
    if version is Version.V3_1_1:
        if code or properties:
            raise ValueError("only CONNACK and SUBACK say more than that in MQTT 3.1.1")
        return b""
    if not properties:
        return bytes((code,)) if code else b""
    return bytes((code,)) + _properties(properties, version)


def _properties(properties: Properties, version: Version) -> bytes:
    if version is Version.V3_1_1:
        if properties:
            raise ValueError("MQTT 3.1.1 has no properties")
        return b""
    if properties is NO_PROPERTIES:
        return b"\x00"
    encoded = b"".join(bytes((known.identifier,)) + _value(known, value) for known, value in properties.given())
    return encode_varint(len(encoded)) + encoded


def _value(known: Property, value: object) -> bytes:
    match known.kind:
        case Kind.BYTE:
            return cast("int", value).to_bytes(1, "big")
        case Kind.UINT16:
            return cast("int", value).to_bytes(2, "big")
        case Kind.UINT32:
            return cast("int", value).to_bytes(4, "big")
        case Kind.VARINT:
            return encode_varint(cast("int", value))
        case Kind.TEXT:
            return _text(cast("str", value))
        case Kind.BINARY:
            return _binary(cast("bytes", value))
        case Kind.PAIR:
            name, text = cast("tuple[str, str]", value)
            return _text(name) + _text(text)


def _framed(first_byte: int, body: bytes) -> bytes:
    return bytes((first_byte,)) + encode_varint(len(body)) + body


def _text(text: str) -> bytes:
    return _binary(text.encode("utf-8"))


def _binary(data: bytes) -> bytes:
    if len(data) > 0xFFFF:
        raise ValueError(f"a field of an MQTT packet holds at most 65535 bytes, not {len(data)}")
    return len(data).to_bytes(2, "big") + data
