"""MQTT 5 in its bytes: what it adds to each packet, and every way in which that can be broken."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millmark.wire.errors import ProtocolError
from millmark.wire.mqtt import (
    Auth,
    Connack,
    Connect,
    Disconnect,
    Packet,
    PacketStream,
    Pingreq,
    Properties,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    ReasonCode,
    RetainHandling,
    Suback,
    Subscribe,
    Subscription,
    Unsuback,
    Unsubscribe,
    Version,
    Will,
    encode_packet,
)
from millmark.wire.mqtt.packet_type import PacketType
from millmark.wire.mqtt.properties import BY_NAME, Kind
from millmark.wire.mqtt.reason_codes import ALLOWED_REASONS

# Each beside its bytes, written out by hand from the figures of MQTT 5, clause 3, and its non-normative examples.
_PACKETS: dict[str, tuple[bytes, Packet]] = {
    # Figure 3-6 of clause 3.1.2.12: keep alive 10 s, session expiry interval 10 s, an otherwise empty payload.
    "connect of clause 3.1.2.12": (
        b"\x10\x12\x00\x04MQTT\x05\x02\x00\x0a\x05\x11\x00\x00\x00\x0a\x00\x00",
        Connect("", keep_alive_s=10, version=Version.V5, properties=Properties(session_expiry_s=10)),
    ),
    "connect with a password alone": (
        b"\x10\x11\x00\x04MQTT\x05\x42\x00\x0a\x00\x00\x01c\x00\x01p",
        Connect("c", keep_alive_s=10, password=b"p", version=Version.V5),
    ),
    "connect with a will": (
        b"\x10\x1a\x00\x04MQTT\x05\x2e\x00\x0a\x00\x00\x01c\x05\x18\x00\x00\x00\x05\x00\x01w\x00\x01x",
        Connect(
            "c",
            keep_alive_s=10,
            will=Will("w", b"x", 1, retain=True, properties=Properties(will_delay_s=5)),
            version=Version.V5,
        ),
    ),
    "connack": (b"\x20\x06\x01\x00\x03\x21\x00\x0a", Connack(True, 0, Properties(receive_maximum=10))),
    "connack, refused": (b"\x20\x06\x00\x87\x03\x1f\x00\x00", Connack(False, 0x87, Properties(reason=""))),
    "publish": (b"\x30\x09\x00\x03a/b\x00hey", Publish("a/b", b"hey")),
    "publish with an alias": (
        b"\x32\x08\x00\x00\x00\x01\x03\x23\x00\x02",
        Publish("", b"", 1, 1, properties=Properties(topic_alias=2)),
    ),
    "publish with two subscription identifiers": (
        b"\x30\x08\x00\x01a\x04\x0b\x01\x0b\x02",
        Publish("a", b"", properties=Properties(subscription_identifiers=(1, 2))),
    ),
    "publish with user properties": (
        b"\x30\x12\x00\x01a\x0e\x26\x00\x01k\x00\x01v\x26\x00\x01k\x00\x01w",
        Publish("a", b"", properties=Properties(user=(("k", "v"), ("k", "w")))),
    ),
    "puback": (b"\x40\x02\x00\x07", Puback(7)),
    "puback, refused": (b"\x40\x03\x00\x07\x97", Puback(7, 0x97)),
    "puback with a reason": (b"\x40\x08\x00\x07\x00\x04\x1f\x00\x01x", Puback(7, 0, Properties(reason="x"))),
    "pubrec": (b"\x50\x03\x00\x07\x10", Pubrec(7, 0x10)),
    "pubrel": (b"\x62\x02\x00\x07", Pubrel(7)),
    "pubcomp": (b"\x70\x03\x00\x07\x92", Pubcomp(7, 0x92)),
    # Figure 3-22 of clause 3.8.3.1: a/b at QoS 1 and c/d at QoS 2.
    "subscribe of clause 3.8.3.1": (
        b"\x82\x0f\x00\x0a\x00\x00\x03a/b\x01\x00\x03c/d\x02",
        Subscribe(10, (Subscription("a/b", 1), Subscription("c/d", 2))),
    ),
    "subscribe with options": (
        b"\x82\x09\x00\x0a\x02\x0b\x05\x00\x01a\x2d",
        Subscribe(
            10,
            (
                Subscription(
                    "a", 1, no_local=True, retain_as_published=True, retain_handling=RetainHandling.DO_NOT_SEND
                ),
            ),
            Properties(subscription_identifiers=(5,)),
        ),
    ),
    "suback": (b"\x90\x05\x00\x0a\x00\x01\x9e", Suback(10, (1, 0x9E))),
    "unsubscribe": (b"\xa2\x0d\x00\x0a\x00\x00\x03a/b\x00\x03c/d", Unsubscribe(10, ("a/b", "c/d"))),
    "unsuback": (b"\xb0\x05\x00\x0a\x00\x00\x11", Unsuback(10, (0, 0x11))),
    "disconnect": (b"\xe0\x00", Disconnect()),
    "disconnect, taken over": (b"\xe0\x01\x8e", Disconnect(0x8E)),
    "disconnect with an expiry": (
        b"\xe0\x07\x00\x05\x11\x00\x00\x00\x09",
        Disconnect(0, Properties(session_expiry_s=9)),
    ),
    "auth": (b"\xf0\x06\x18\x04\x15\x00\x01S", Auth(0x18, Properties(authentication_method="S"))),
    "auth, succeeded": (b"\xf0\x00", Auth()),
}


def decode(data: bytes, step: int | None = None) -> list[Packet]:
    stream = PacketStream(max_packet_size=4096, version=Version.V5)
    packets: list[Packet] = []
    for position in range(0, len(data), step or len(data)):
        stream.feed(data[position : position + (step or len(data))])
        packets.extend(stream.packets())
    return packets


@pytest.mark.parametrize("step", [None, 1], ids=["whole", "byte by byte"])
@pytest.mark.parametrize(("data", "packet"), _PACKETS.values(), ids=_PACKETS)
def test_bytes_are_read_as_the_packet(data: bytes, packet: Packet, step: int | None) -> None:
    assert decode(data, step) == [packet]


@pytest.mark.parametrize(("data", "packet"), _PACKETS.values(), ids=_PACKETS)
def test_a_packet_is_written_as_its_bytes(data: bytes, packet: Packet) -> None:
    assert encode_packet(packet, Version.V5) == data


# what is wrong: (bytes, clause, reason code)
_BROKEN: dict[str, tuple[bytes, str, ReasonCode]] = {
    "an unknown property": (b"\x30\x05\x00\x01a\x01\x7f", "2.2.2.2", ReasonCode.MALFORMED_PACKET),
    "a property of another packet": (
        b"\x30\x09\x00\x01a\x05\x11\x00\x00\x00\x01",
        "2.2.2.2",
        ReasonCode.MALFORMED_PACKET,
    ),
    "a will's property outside of a will": (
        b"\x10\x12\x00\x04MQTT\x05\x02\x00\x0a\x05\x18\x00\x00\x00\x0a\x00\x00",
        "2.2.2.2",
        ReasonCode.MALFORMED_PACKET,
    ),
    "a property twice": (
        b"\x30\x0e\x00\x01a\x0a\x02\x00\x00\x00\x01\x02\x00\x00\x00\x01",
        "2.2.2.2",
        ReasonCode.PROTOCOL_ERROR,
    ),
    "properties longer than the packet": (b"\x30\x04\x00\x01a\x09", "2.2.2.1", ReasonCode.MALFORMED_PACKET),
    "a property longer than the properties": (
        b"\x30\x09\x00\x01a\x03\x02\x00\x00\x00\x01",
        "2.2.2.1",
        ReasonCode.MALFORMED_PACKET,
    ),
    "a length with a byte too many": (b"\x30\x05\x00\x01a\x80\x00", "MQTT-1.5.5-1", ReasonCode.MALFORMED_PACKET),
    "a length of five bytes": (
        b"\x30\x08\x00\x01a\x80\x80\x80\x80\x01",
        "MQTT-1.5.5-1",
        ReasonCode.MALFORMED_PACKET,
    ),
    "a payload format of 2": (b"\x30\x06\x00\x01a\x02\x01\x02", "2.2.2.2", ReasonCode.PROTOCOL_ERROR),
    "a subscription identifier of 0": (b"\x30\x06\x00\x01a\x02\x0b\x00", "2.2.2.2", ReasonCode.PROTOCOL_ERROR),
    "a topic alias of 0": (b"\x30\x07\x00\x01a\x03\x23\x00\x00", "2.2.2.2", ReasonCode.TOPIC_ALIAS_INVALID),
    "no topic and no alias": (b"\x30\x03\x00\x00\x00", "3.3.2.1", ReasonCode.PROTOCOL_ERROR),
    "a topic with a wildcard": (b"\x30\x04\x00\x01#\x00", "MQTT-3.3.2-2", ReasonCode.TOPIC_NAME_INVALID),
    "a response topic with a wildcard": (
        b"\x30\x08\x00\x01a\x04\x08\x00\x01#",
        "MQTT-3.3.2-14",
        ReasonCode.PROTOCOL_ERROR,
    ),
    "a topic that is no UTF-8": (b"\x30\x04\x00\x01\xff\x00", "MQTT-1.5.4-1", ReasonCode.MALFORMED_PACKET),
    "a topic with U+0000": (b"\x30\x04\x00\x01\x00\x00", "MQTT-1.5.4-2", ReasonCode.MALFORMED_PACKET),
    "identifier 0": (b"\x32\x06\x00\x01a\x00\x00\x00", "MQTT-2.2.1-3", ReasonCode.PROTOCOL_ERROR),
    "a receive maximum of 0": (b"\x20\x06\x00\x00\x03\x21\x00\x00", "2.2.2.2", ReasonCode.PROTOCOL_ERROR),
    "a largest packet of 0": (
        b"\x20\x08\x00\x00\x05\x27\x00\x00\x00\x00",
        "2.2.2.2",
        ReasonCode.PROTOCOL_ERROR,
    ),
    "authentication data without a method": (
        b"\x20\x07\x00\x00\x04\x16\x00\x01x",
        "3.1.2.11.10",
        ReasonCode.PROTOCOL_ERROR,
    ),
    "a CONNACK with a code of MQTT 3.1.1": (b"\x20\x03\x00\x05\x00", "MQTT-3.2.2-8", ReasonCode.MALFORMED_PACKET),
    "a PUBACK with a code of another packet": (b"\x40\x03\x00\x07\x8e", "MQTT-3.4.2-1", ReasonCode.MALFORMED_PACKET),
    "a PUBREL with a code of another packet": (b"\x62\x03\x00\x07\x80", "MQTT-3.6.2-1", ReasonCode.MALFORMED_PACKET),
    "a DISCONNECT with a code of another packet": (b"\xe0\x01\x86", "MQTT-3.14.2-1", ReasonCode.MALFORMED_PACKET),
    "reserved subscription options": (
        b"\x82\x07\x00\x0a\x00\x00\x01a\x40",
        "MQTT-3.8.3-5",
        ReasonCode.MALFORMED_PACKET,
    ),
    "a retain handling of 3": (b"\x82\x07\x00\x0a\x00\x00\x01a\x30", "3.8.3.1", ReasonCode.PROTOCOL_ERROR),
    "no local on a shared subscription": (
        b"\x82\x10\x00\x0a\x00\x00\x0a$share/g/a\x04",
        "MQTT-3.8.3-4",
        ReasonCode.PROTOCOL_ERROR,
    ),
    "a shared subscription without a filter": (
        b"\x82\x0e\x00\x0a\x00\x00\x08$share/g\x00",
        "MQTT-4.8.2-1",
        ReasonCode.TOPIC_FILTER_INVALID,
    ),
    "a share group with a wildcard": (
        b"\x82\x10\x00\x0a\x00\x00\x0a$share/+/a\x00",
        "MQTT-4.8.2-2",
        ReasonCode.TOPIC_FILTER_INVALID,
    ),
    "a SUBSCRIBE to nothing": (b"\x82\x03\x00\x0a\x00", "MQTT-3.8.3-2", ReasonCode.PROTOCOL_ERROR),
    "'#' in the middle": (
        b"\x82\x09\x00\x0a\x00\x00\x03#/a\x00",
        "MQTT-4.7.1-1",
        ReasonCode.TOPIC_FILTER_INVALID,
    ),
    "an UNSUBSCRIBE from nothing": (b"\xa2\x03\x00\x0a\x00", "MQTT-3.10.3-2", ReasonCode.PROTOCOL_ERROR),
    "bytes behind a PUBACK": (b"\x40\x05\x00\x07\x00\x00\x00", "2.2.3", ReasonCode.MALFORMED_PACKET),
    "a packet above the limit": (b"\x30\x80\x40", "2.2.3", ReasonCode.PACKET_TOO_LARGE),
    "flags on AUTH": (b"\xf1\x00", "MQTT-3.15.1-1", ReasonCode.MALFORMED_PACKET),
    "another version": (
        b"\x10\x0d\x00\x04MQTT\x06\x02\x00\x0a\x00\x00\x00",
        "MQTT-3.1.2-2",
        ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
    ),
}


@pytest.mark.parametrize("step", [None, 1], ids=["whole", "byte by byte"])
@pytest.mark.parametrize(("data", "clause", "reason"), _BROKEN.values(), ids=_BROKEN)
def test_a_broken_packet_is_refused_with_clause_and_reason(
    data: bytes, clause: str, reason: ReasonCode, step: int | None
) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(data, step)
    assert (caught.value.clause, caught.value.reason) == (clause, reason)


_texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)
_topics = _texts.map(lambda text: text.replace("+", "p").replace("#", "h").replace("$", "d") or "t")
_VALUES: dict[Kind, st.SearchStrategy[object]] = {
    Kind.TEXT: _topics,
    Kind.BINARY: st.binary(max_size=20),
    Kind.PAIR: st.lists(st.tuples(_texts, _texts), max_size=3).map(tuple),
}


def properties_of(kind: PacketType | None) -> st.SearchStrategy[Properties]:
    """Any properties that a packet of this kind, or with None a will, may carry."""
    choices: dict[str, st.SearchStrategy[object]] = {}
    for name, known in BY_NAME.items():
        if kind not in known.packets or name == "authentication_data":
            continue
        largest = min(known.most, {Kind.BYTE: 0xFF, Kind.UINT16: 0xFFFF}.get(known.kind, known.most))
        numbers = st.integers(known.least, largest)
        if known.kind is Kind.VARINT:
            most = 3 if kind is PacketType.PUBLISH else 1
            choices[name] = st.lists(numbers, max_size=most).map(tuple)
        elif known.kind is Kind.PAIR:
            choices[name] = _VALUES[Kind.PAIR]
        else:
            choices[name] = st.none() | _VALUES.get(known.kind, numbers)
    return st.builds(Properties, **choices)


def reasons_of(kind: PacketType) -> st.SearchStrategy[int]:
    return st.sampled_from(sorted(ALLOWED_REASONS[kind]))


P = PacketType
_ids = st.integers(1, 0xFFFF)
_wills = st.builds(Will, _topics, st.binary(max_size=20), st.integers(0, 2), st.booleans(), properties_of(None))
_packets: st.SearchStrategy[Packet] = st.one_of(
    st.builds(
        Connect,
        _texts,
        st.booleans(),
        st.integers(0, 0xFFFF),
        st.none() | _wills,
        st.none() | _texts,
        st.none() | st.binary(max_size=9),
        st.just(Version.V5),
        properties_of(P.CONNECT),
    ),
    st.builds(Connack, st.booleans(), reasons_of(P.CONNACK), properties_of(P.CONNACK)),
    st.builds(
        Publish,
        _topics,
        st.binary(max_size=99),
        st.integers(1, 2),
        _ids,
        st.booleans(),
        st.booleans(),
        properties_of(P.PUBLISH),
    ),
    st.builds(Publish, _topics, st.binary(max_size=99), retain=st.booleans(), properties=properties_of(P.PUBLISH)),
    st.builds(Puback, _ids, reasons_of(P.PUBACK), properties_of(P.PUBACK)),
    st.builds(Pubrec, _ids, reasons_of(P.PUBREC), properties_of(P.PUBREC)),
    st.builds(Pubrel, _ids, reasons_of(P.PUBREL), properties_of(P.PUBREL)),
    st.builds(Pubcomp, _ids, reasons_of(P.PUBCOMP), properties_of(P.PUBCOMP)),
    st.builds(
        Subscribe,
        _ids,
        st.lists(
            st.builds(
                Subscription, _topics, st.integers(0, 2), st.booleans(), st.booleans(), st.sampled_from(RetainHandling)
            ),
            min_size=1,
            max_size=3,
        ).map(tuple),
        properties_of(P.SUBSCRIBE),
    ),
    st.builds(Suback, _ids, st.lists(reasons_of(P.SUBACK), max_size=3).map(tuple), properties_of(P.SUBACK)),
    st.builds(Unsubscribe, _ids, st.lists(_topics, min_size=1, max_size=3).map(tuple), properties_of(P.UNSUBSCRIBE)),
    st.builds(Unsuback, _ids, st.lists(reasons_of(P.UNSUBACK), max_size=3).map(tuple), properties_of(P.UNSUBACK)),
    st.builds(Disconnect, reasons_of(P.DISCONNECT), properties_of(P.DISCONNECT)),
    st.builds(Auth, reasons_of(P.AUTH), properties_of(P.AUTH)),
    st.just(Pingreq()),
)


@given(st.lists(_packets, max_size=4), st.data())
def test_whatever_is_written_is_read_back_across_any_cuts(packets: list[Packet], data: st.DataObject) -> None:
    raw = b"".join(encode_packet(packet, Version.V5) for packet in packets)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=8)))
    stream = PacketStream(max_packet_size=1 << 20, version=Version.V5)
    read: list[Packet] = []
    for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True):
        stream.feed(raw[start:end])
        read.extend(stream.packets())
    assert read == packets


@given(st.binary(max_size=64))
def test_no_bytes_raise_anything_but_a_protocol_error(data: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        assert all(encode_packet(packet, Version.V5) for packet in decode(data or b"\0"))


@pytest.mark.parametrize(
    "packet",
    [
        Puback(1, 0x97),
        Disconnect(0x8E),
        Auth(),
        Publish("a", b"", properties=Properties(topic_alias=1)),
        Unsuback(1, (0,)),
        Subscribe(1, (Subscription("a", 0, no_local=True),)),
    ],
)
def test_what_only_mqtt_5_can_say_is_not_written_in_3_1_1(packet: Packet) -> None:
    with pytest.raises(ValueError, match=r"3\.1\.1"):
        encode_packet(packet)
