"""The properties of MQTT 5 as an encoder that is not ours writes them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties as PahoProperties

from millmark.wire.mqtt import Connack, Connect, Disconnect, Packet, PacketStream, Properties, Publish, Version, Will
from millmark.wire.mqtt import encode_packet as encode

_texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=9)
_uint16, _uint32 = st.integers(1, 0xFFFF), st.integers(1, 0xFFFF_FFFF)
_pairs = st.lists(st.tuples(_texts, _texts), min_size=1, max_size=3)
_bits = st.integers(0, 1)
# Our name, paho's name, values.
_MESSAGE = (
    ("payload_format", "PayloadFormatIndicator", _bits),
    ("message_expiry_s", "MessageExpiryInterval", _uint32),
    ("content_type", "ContentType", _texts),
    ("response_topic", "ResponseTopic", st.sampled_from(["a", "回/答"])),
    ("correlation_data", "CorrelationData", st.binary(max_size=9)),
    ("user", "UserProperty", _pairs),
)
_KNOWN = {
    PacketTypes.PUBLISH: (
        *_MESSAGE,
        ("topic_alias", "TopicAlias", _uint16),
        ("subscription_identifiers", "SubscriptionIdentifier", st.lists(st.integers(1, 268_435_455), min_size=1)),
    ),
    PacketTypes.WILLMESSAGE: (*_MESSAGE, ("will_delay_s", "WillDelayInterval", _uint32)),
    PacketTypes.CONNECT: (
        ("session_expiry_s", "SessionExpiryInterval", _uint32),
        ("receive_maximum", "ReceiveMaximum", _uint16),
        ("maximum_packet_size", "MaximumPacketSize", st.integers(1, 268_435_455)),
        ("topic_alias_maximum", "TopicAliasMaximum", _uint16),
        ("request_response_information", "RequestResponseInformation", _bits),
        ("request_problem_information", "RequestProblemInformation", _bits),
        ("authentication_method", "AuthenticationMethod", _texts),
        ("user", "UserProperty", _pairs),
    ),
    PacketTypes.CONNACK: (
        ("assigned_client_id", "AssignedClientIdentifier", _texts),
        ("server_keep_alive_s", "ServerKeepAlive", _uint16),
        ("response_information", "ResponseInformation", _texts),
        ("server_reference", "ServerReference", _texts),
        ("reason", "ReasonString", _texts),
        ("maximum_qos", "MaximumQoS", _bits),
        ("retain_available", "RetainAvailable", _bits),
        ("wildcard_subscription_available", "WildcardSubscriptionAvailable", _bits),
        ("subscription_identifiers_available", "SubscriptionIdentifierAvailable", _bits),
        ("shared_subscription_available", "SharedSubscriptionAvailable", _bits),
    ),
    PacketTypes.DISCONNECT: (
        ("session_expiry_s", "SessionExpiryInterval", _uint32),
        ("server_reference", "ServerReference", _texts),
        ("reason", "ReasonString", _texts),
    ),
}


def _varint(number: int) -> bytes:
    digits = bytearray()
    while number > 0x7F:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    digits.append(number)
    return bytes(digits)


def _framed(first: int, body: bytes) -> bytes:
    return bytes((first,)) + _varint(len(body)) + body


def _packet(kind: int, packed: bytes) -> bytes:
    """The smallest packet around properties."""
    if kind == PacketTypes.PUBLISH:
        return _framed(0x30, b"\x00\x01t" + packed)
    if kind == PacketTypes.CONNECT:
        return _framed(0x10, b"\x00\x04MQTT\x05\x02\x00\x0a" + packed + b"\x00\x00")
    if kind == PacketTypes.WILLMESSAGE:
        return _framed(0x10, b"\x00\x04MQTT\x05\x06\x00\x0a\x00\x00\x00" + packed + b"\x00\x01w\x00\x00")
    return _framed(0x20 if kind == PacketTypes.CONNACK else 0xE0, b"\x00" * (2 - (kind == 14)) + packed)


def _properties(packet: Packet) -> Properties:
    if isinstance(packet, Connect) and isinstance(packet.will, Will):
        return packet.will.properties
    assert isinstance(packet, Connect | Connack | Publish | Disconnect)
    return packet.properties


@pytest.mark.parametrize("kind", list(_KNOWN))
@given(data=st.data())
def test_properties_written_by_paho_are_read(kind: int, data: st.DataObject) -> None:
    theirs, ours = PahoProperties(kind), dict[str, Any]()
    for name, paho_name, values in _KNOWN[kind]:
        if data.draw(st.booleans(), name):
            value = data.draw(values, name)
            setattr(theirs, paho_name, value)
            ours[name] = tuple(value) if isinstance(value, list) else value
    raw = _packet(kind, theirs.pack())
    stream = PacketStream(max_packet_size=1 << 20, version=Version.V5)
    stream.feed(raw)
    (packet,) = stream.packets()
    assert _properties(packet) == Properties(**ours)
    again = PacketStream(max_packet_size=1 << 20, version=Version.V5)
    again.feed(encode(packet, Version.V5))
    assert list(again.packets()) == [packet]
