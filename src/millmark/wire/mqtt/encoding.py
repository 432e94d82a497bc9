"""Packets -> bytes. The caller is ours, so a packet that cannot be encoded is a ValueError, not a protocol error."""

from __future__ import annotations

from millmark.wire.mqtt.packets import (
    Connack,
    Connect,
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
)

MAX_REMAINING_LENGTH = 268_435_455
"""Clause 2.2.3: what four length bytes can say."""


def encode_packet(packet: Packet) -> bytes:  # noqa: C901  # one case for each packet of the standard
    match packet:
        case Publish():
            return _publish(packet)
        case Puback(packet_id):
            return b"\x40\x02" + packet_id.to_bytes(2, "big")
        case Pingreq():
            return b"\xc0\x00"
        case Pingresp():
            return b"\xd0\x00"
        case Disconnect():
            return b"\xe0\x00"
        case Connect():
            return _framed(PacketType.CONNECT << 4, _connect_body(packet))
        case Connack(session_present, return_code):
            return bytes((0x20, 2, session_present, return_code))
        case Subscribe(packet_id, filters):
            body = b"".join(_text(topic_filter) + bytes((qos,)) for topic_filter, qos in filters)
            return _framed(PacketType.SUBSCRIBE << 4 | 0b0010, packet_id.to_bytes(2, "big") + body)
        case Suback(packet_id, return_codes):
            return _framed(PacketType.SUBACK << 4, packet_id.to_bytes(2, "big") + bytes(return_codes))
        case Unsubscribe(packet_id, names):
            body = b"".join(map(_text, names))
            return _framed(PacketType.UNSUBSCRIBE << 4 | 0b0010, packet_id.to_bytes(2, "big") + body)
        case Unsuback(packet_id):
            return b"\xb0\x02" + packet_id.to_bytes(2, "big")


def encode_remaining_length(length: int) -> bytes:
    """Clause 2.2.3: seven bits a byte, least significant first."""
    if length > MAX_REMAINING_LENGTH:
        raise ValueError(f"an MQTT packet holds at most {MAX_REMAINING_LENGTH} bytes behind its header, not {length}")
    encoded = bytearray()
    while True:
        length, digit = length >> 7, length & 0x7F
        encoded.append(digit | 0x80 if length else digit)
        if not length:
            return bytes(encoded)


def _publish(packet: Publish) -> bytes:
    if (packet.packet_id is None) != (packet.qos == 0):
        raise ValueError("a PUBLISH has a packet identifier exactly when its QoS is above 0 [MQTT-2.3.1-5]")
    first = PacketType.PUBLISH << 4 | packet.dup << 3 | packet.qos << 1 | packet.retain
    identifier = b"" if packet.packet_id is None else packet.packet_id.to_bytes(2, "big")
    return _framed(first, _text(packet.topic) + identifier + packet.payload)


def _connect_body(packet: Connect) -> bytes:
    flags = packet.clean_session << 1
    payload = [_text(packet.client_id)]
    if packet.will is not None:
        flags |= 0x04 | packet.will.qos << 3 | packet.will.retain << 5
        payload += [_text(packet.will.topic), _binary(packet.will.payload)]
    if packet.user_name is not None:
        flags |= 0x80
        payload.append(_text(packet.user_name))
    if packet.password is not None:
        if packet.user_name is None:
            raise ValueError("a password needs a user name [MQTT-3.1.2-22]")
        flags |= 0x40
        payload.append(_binary(packet.password))
    return b"\x00\x04MQTT\x04" + bytes((flags,)) + packet.keep_alive_s.to_bytes(2, "big") + b"".join(payload)


def _framed(first_byte: int, body: bytes) -> bytes:
    return bytes((first_byte,)) + encode_remaining_length(len(body)) + body


def _text(text: str) -> bytes:
    return _binary(text.encode("utf-8"))


def _binary(data: bytes) -> bytes:
    if len(data) > 0xFFFF:
        raise ValueError(f"a field of an MQTT packet holds at most 65535 bytes, not {len(data)}")
    return len(data).to_bytes(2, "big") + data
