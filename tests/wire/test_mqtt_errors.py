"""Every rule of the standard that a packet can break: named, located, and refused however the bytes arrive."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from millmark.wire.errors import ClientIdentifierRejected, ProtocolError, UnacceptableProtocolLevel
from millmark.wire.mqtt import Packet, filter_fault, topic_matches

Decode = Callable[[bytes], list[Packet]]


def _connect(flags: int, payload: bytes = b"\x00\x01c", *, name: bytes = b"\x00\x04MQTT", level: int = 4) -> bytes:
    body = name + bytes((level, flags)) + b"\x00\x3c" + payload
    return bytes((0x10, len(body))) + body


# what is wrong: (bytes, clause, offset of the fault from the packet's first byte)
_MALFORMED: dict[str, tuple[bytes, str, int]] = {
    "packet type 0": (b"\x00\x00", "2.2.1", 0),
    "flags on PINGREQ": (b"\xc1\x00", "MQTT-2.2.2-2", 0),
    "flags on DISCONNECT": (b"\xe1\x00", "MQTT-3.14.1-1", 0),
    "flags on SUBSCRIBE": (b"\x80\x06\x00\x01\x00\x01a\x00", "MQTT-3.8.1-1", 0),
    "flags on UNSUBSCRIBE": (b"\xa0\x05\x00\x01\x00\x01a", "MQTT-3.10.1-1", 0),
    "a fifth length byte": (b"\x30\x80\x80\x80\x80\x01", "2.2.3", 4),
    "a packet above the limit": (b"\x30\x80\x40", "2.2.3", 1),
    "bytes behind a PINGREQ": (b"\xc0\x01\x00", "2.2.3", 2),
    "bytes behind a PUBACK": (b"\x40\x03\x00\x01\x00", "2.2.3", 4),
    "CONNECT of another protocol": (_connect(2, name=b"\x00\x04HTTP"), "MQTT-3.1.2-1", 2),
    "CONNECT of MQTT 3.1": (_connect(2, name=b"\x00\x06MQIsdp", level=3), "MQTT-3.1.2-1", 2),
    "CONNECT of MQTT 6": (_connect(2, level=6), "MQTT-3.1.2-2", 8),
    "the reserved connect flag": (_connect(0x03), "MQTT-3.1.2-3", 9),
    "will QoS without a will": (_connect(0x0A), "MQTT-3.1.2-13", 9),
    "will QoS 3": (_connect(0x1E, b"\x00\x01c\x00\x01t\x00\x00"), "MQTT-3.1.2-14", 9),
    "will retain without a will": (_connect(0x22), "MQTT-3.1.2-15", 9),
    "password without user name": (_connect(0x42, b"\x00\x01c\x00\x01p"), "MQTT-3.1.2-22", 9),
    "no client identifier": (_connect(2, b""), "MQTT-3.1.3-3", 12),
    "an empty client identifier with a kept session": (_connect(0, b"\x00\x00"), "MQTT-3.1.3-8", 12),
    "no will message": (_connect(0x06, b"\x00\x01c\x00\x01t"), "MQTT-3.1.2-9", 18),
    "a will to a wildcard": (_connect(0x06, b"\x00\x01c\x00\x01#\x00\x00"), "MQTT-3.3.2-2", 17),
    "no user name": (_connect(0x82), "MQTT-3.1.2-19", 15),
    "no password": (_connect(0xC2, b"\x00\x01c\x00\x01u"), "MQTT-3.1.2-21", 18),
    "bytes behind a CONNECT": (_connect(2, b"\x00\x01c!"), "2.2.3", 15),
    "DUP at QoS 0": (b"\x38\x03\x00\x01a", "MQTT-3.3.1-2", 0),
    "both QoS bits": (b"\x36\x05\x00\x01a\x00\x01", "MQTT-3.3.1-4", 0),
    "flags on PUBREL": (b"\x60\x02\x00\x01", "MQTT-3.6.1-1", 0),
    "AUTH": (b"\xf0\x00", "2.2.1", 2),
    "PUBLISH without a topic": (b"\x30\x00", "MQTT-3.3.2-1", 2),
    "PUBLISH to an empty topic": (b"\x30\x02\x00\x00", "MQTT-4.7.3-1", 4),
    "PUBLISH to a wildcard": (b"\x30\x05\x00\x03a/#", "MQTT-3.3.2-2", 4),
    "a topic longer than its packet": (b"\x30\x03\x00\x05a", "MQTT-3.3.2-1", 4),
    "a topic that is no UTF-8": (b"\x30\x04\x00\x02a\xff", "MQTT-1.5.3-1", 5),
    "a topic with a surrogate": (b"\x30\x05\x00\x03\xed\xa0\x80", "MQTT-1.5.3-1", 4),
    "a topic with U+0000": (b"\x30\x05\x00\x03a\x00b", "MQTT-1.5.3-2", 5),
    "PUBLISH with identifier 0": (b"\x32\x05\x00\x01a\x00\x00", "MQTT-2.3.1-1", 5),
    "PUBLISH without its identifier": (b"\x32\x04\x00\x01a\x00", "MQTT-2.3.1-1", 5),
    "PUBACK with identifier 0": (b"\x40\x02\x00\x00", "MQTT-2.3.1-1", 2),
    "SUBSCRIBE with identifier 0": (b"\x82\x06\x00\x00\x00\x01a\x00", "MQTT-2.3.1-1", 2),
    "SUBSCRIBE to nothing": (b"\x82\x02\x00\x01", "MQTT-3.8.3-3", 4),
    "SUBSCRIBE without QoS": (b"\x82\x05\x00\x01\x00\x01a", "MQTT-3.8.3-4", 7),
    "SUBSCRIBE at QoS 3": (b"\x82\x06\x00\x01\x00\x01a\x03", "MQTT-3.8.3-4", 7),
    "SUBSCRIBE with '#' in the middle": (b"\x82\x08\x00\x01\x00\x03#/a\x00", "MQTT-4.7.1-2", 6),
    "SUBSCRIBE with '+' beside a letter": (b"\x82\x07\x00\x01\x00\x02a+\x00", "MQTT-4.7.1-3", 6),
    "SUBSCRIBE to an empty filter": (b"\x82\x05\x00\x01\x00\x00\x00", "MQTT-4.7.3-1", 6),
    "UNSUBSCRIBE from nothing": (b"\xa2\x02\x00\x01", "MQTT-3.10.3-2", 4),
    "CONNACK with reserved flags": (b"\x20\x02\x02\x00", "3.2.2.1", 2),
    "CONNACK with a reserved code": (b"\x20\x02\x00\x06", "3.2.2.3", 3),
    "SUBACK with a reserved code": (b"\x90\x03\x00\x01\x03", "MQTT-3.9.3-2", 4),
}


@pytest.mark.parametrize(("data", "clause", "offset"), _MALFORMED.values(), ids=_MALFORMED)
def test_a_malformed_packet_is_refused_with_its_clause(decode: Decode, data: bytes, clause: str, offset: int) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(data)
    assert (caught.value.clause, caught.value.offset) == (clause, offset)
    assert clause in str(caught.value)
    assert str(offset) in str(caught.value)


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ("CONNECT of MQTT 6", UnacceptableProtocolLevel),
        ("an empty client identifier with a kept session", ClientIdentifierRejected),
    ],
)
def test_refusals_with_an_answer_of_their_own_are_told_apart(
    decode: Decode, case: str, kind: type[ProtocolError]
) -> None:
    with pytest.raises(kind):
        decode(_MALFORMED[case][0])


def test_a_packet_above_the_limit_is_refused_before_its_content_comes(decode: Decode) -> None:
    # 4096 is the limit of these streams; only the fixed header of a packet of 4099 bytes has arrived.
    with pytest.raises(ProtocolError, match="4099 bytes is above the limit of 4096"):
        decode(b"\x30\x80\x20")


@pytest.mark.parametrize(
    ("topic_filter", "name", "matches"),
    [
        ("sport/tennis/player1/#", "sport/tennis/player1", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
        ("sport/#", "sport", True),
        ("#", "a/b", True),
        ("#", "$SYS/a", False),
        ("+/monitor/Clients", "$SYS/monitor/Clients", False),
        ("$SYS/#", "$SYS/a", True),
        ("sport/tennis/+", "sport/tennis/player1", True),
        ("sport/tennis/+", "sport/tennis/player1/ranking", False),
        ("sport/+", "sport", False),
        ("sport/+", "sport/", True),
        ("+/+", "/finance", True),
        ("/+", "/finance", True),
        ("+", "/finance", False),
        ("ACCOUNTS", "Accounts", False),
    ],
)
def test_filters_match_as_in_the_examples_of_clause_4_7(topic_filter: str, name: str, matches: bool) -> None:
    assert filter_fault(topic_filter) is None
    assert topic_matches(topic_filter, name) is matches
