"""Every packet in its bytes, however the network cuts them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millmark.wire.errors import ProtocolError
from millmark.wire.mqtt import (
    SUBSCRIPTION_REFUSED,
    Connack,
    Connect,
    ConnectReturnCode,
    Disconnect,
    Packet,
    PacketStream,
    Pingreq,
    Pingresp,
    Puback,
    Publish,
    Suback,
    Subscribe,
    Subscription,
    Unsuback,
    Unsubscribe,
    Will,
    encode_packet,
)

# One packet of each kind beside its bytes, written out by hand from the figures of MQTT 3.1.1, clause 3.
_PACKETS: dict[str, tuple[bytes, Packet]] = {
    "connect": (b"\x10\x0f\x00\x04MQTT\x04\x02\x00\x3c\x00\x03abc", Connect("abc")),
    "connect, anonymous and keep-alive off": (
        b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x00",
        Connect("", keep_alive_s=0),
    ),
    "connect, everything set": (
        b"\x10\x22\x00\x04MQTT\x04\xec\x00\x0a\x00\x01c\x00\x03w/t\x00\x04gone\x00\x02u1\x00\x04\x00\xffpw",
        Connect("c", False, 10, Will("w/t", b"gone", 1, True), "u1", b"\x00\xffpw"),
    ),
    "connack": (b"\x20\x02\x01\x00", Connack(True, ConnectReturnCode.ACCEPTED)),
    "connack, refused": (b"\x20\x02\x00\x04", Connack(False, ConnectReturnCode.BAD_USER_NAME_OR_PASSWORD)),
    "publish at QoS 0": (b"\x30\x07\x00\x03a/bhi", Publish("a/b", b"hi")),
    "publish at QoS 1, again, retained": (
        b"\x3b\x09\x00\x03a/b\x01\x02hi",
        Publish("a/b", b"hi", 1, 0x0102, retain=True, dup=True),
    ),
    "publish of nothing": (b"\x30\x05\x00\x03a/b", Publish("a/b", b"")),
    "publish to a Chinese topic": (b"\x30\x08\x00\x06\xe6\xb8\xa9\xe5\xba\xa6", Publish("温度", b"")),
    "publish with two length bytes": (b"\x30\xcb\x01\x00\x01t" + b"x" * 200, Publish("t", b"x" * 200)),
    "publish to a topic that starts with U+FEFF": (b"\x30\x06\x00\x04\xef\xbb\xbft", Publish("\ufefft", b"")),
    "puback": (b"\x40\x02\x12\x34", Puback(0x1234)),
    "subscribe": (
        b"\x82\x0e\x00\x0a\x00\x03a/+\x01\x00\x03b/#\x02",
        Subscribe(10, (Subscription("a/+", 1), Subscription("b/#", 2))),
    ),
    "suback": (b"\x90\x04\x00\x0a\x01\x80", Suback(10, (1, SUBSCRIPTION_REFUSED))),
    "unsubscribe": (b"\xa2\x07\x00\x0b\x00\x03a/+", Unsubscribe(11, ("a/+",))),
    "unsuback": (b"\xb0\x02\x00\x0b", Unsuback(11)),
    "pingreq": (b"\xc0\x00", Pingreq()),
    "pingresp": (b"\xd0\x00", Pingresp()),
    "disconnect": (b"\xe0\x00", Disconnect()),
}
Decode = Callable[[bytes], list[Packet]]


@pytest.mark.parametrize(("data", "packet"), _PACKETS.values(), ids=_PACKETS)
def test_bytes_are_read_as_the_packet(decode: Decode, data: bytes, packet: Packet) -> None:
    assert decode(data) == [packet]


@pytest.mark.parametrize(("data", "packet"), _PACKETS.values(), ids=_PACKETS)
def test_a_packet_is_written_as_its_bytes(data: bytes, packet: Packet) -> None:
    assert encode_packet(packet) == data


def test_many_packets_in_one_buffer_keep_their_order(decode: Decode) -> None:
    everything = [packet for _, packet in _PACKETS.values()] * 3
    assert decode(b"".join(map(encode_packet, everything))) == everything


def test_the_packets_before_a_malformed_one_are_still_read() -> None:
    stream = PacketStream(max_packet_size=4096)
    stream.feed(encode_packet(Publish("a", b"1")) + encode_packet(Publish("a", b"2")) + b"\xff\x00")
    packets = stream.packets()
    assert [next(packets), next(packets)] == [Publish("a", b"1"), Publish("a", b"2")]
    with pytest.raises(ProtocolError):
        next(packets)


def test_a_reader_that_stops_early_goes_on_where_it_stopped() -> None:
    stream = PacketStream(max_packet_size=4096)
    stream.feed(encode_packet(Pingreq()) + encode_packet(Publish("a", b"1")))
    assert next(stream.packets()) == Pingreq()
    stream.feed(encode_packet(Publish("a", b"2")))
    assert list(stream.packets()) == [Publish("a", b"1"), Publish("a", b"2")]


def test_a_long_stream_does_not_keep_what_was_read() -> None:
    stream = PacketStream(max_packet_size=4096)
    for _ in range(200):
        stream.feed(encode_packet(Publish("a", b"x" * 1000)))
        assert len(list(stream.packets())) == 1
    assert len(stream._buffer) == 0


_texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20)
_topics = _texts.map(lambda text: text.replace("+", "p").replace("#", "h") or "t")
_filters = st.lists(_topics.map(lambda name: name.replace("/", "_")), min_size=1, max_size=4).flatmap(
    lambda levels: st.sampled_from(["/".join(levels), "/".join([*levels, "#"]), "/".join(["+", *levels])])
)
_packet_ids = st.integers(1, 0xFFFF)
_publishes = st.one_of(
    st.builds(Publish, _topics, st.binary(max_size=300), retain=st.booleans()),
    st.builds(Publish, _topics, st.binary(max_size=300), st.just(1), _packet_ids, st.booleans(), st.booleans()),
)
_wills = st.builds(Will, _topics, st.binary(max_size=50), st.integers(0, 2), st.booleans())
_connects = st.builds(
    Connect, _topics, st.booleans(), st.integers(0, 0xFFFF), st.none() | _wills, _texts, st.none() | st.binary()
)
_packets = st.one_of(
    _publishes,
    _connects,
    st.builds(
        Subscribe,
        _packet_ids,
        st.lists(st.tuples(_filters, st.integers(0, 2)).map(lambda asked: Subscription(*asked)), min_size=1).map(tuple),
    ),
    st.builds(Suback, _packet_ids, st.lists(st.sampled_from([0, 1, 2, 0x80])).map(tuple)),
    st.builds(Unsubscribe, _packet_ids, st.lists(_filters, min_size=1).map(tuple)),
)


@given(st.lists(_packets, max_size=5), st.data())
def test_whatever_is_written_is_read_back_across_any_cuts(packets: list[Packet], data: st.DataObject) -> None:
    raw = b"".join(map(encode_packet, packets))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=8)))
    stream = PacketStream(max_packet_size=1 << 20)
    read: list[Packet] = []
    for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True):
        stream.feed(raw[start:end])
        read.extend(stream.packets())
    assert read == packets


@given(st.binary(max_size=64))
def test_no_bytes_raise_anything_but_a_protocol_error(data: bytes) -> None:
    stream = PacketStream(max_packet_size=4096)
    stream.feed(data)
    # Any other exception would end the connection's task instead of its connection alone.
    with contextlib.suppress(ProtocolError):
        assert all(encode_packet(packet) for packet in stream.packets())


@pytest.mark.parametrize(
    ("packet", "problem"),
    [
        (Publish("a", b"", qos=1), "packet identifier"),
        (Publish("a", b"", qos=0, packet_id=4), "packet identifier"),
        (Connect("c", password=b"secret"), "user name"),
        (Publish("a" * 70_000, b""), "65535"),
    ],
)
def test_a_packet_that_cannot_be_sent_is_refused(packet: Packet, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        encode_packet(packet)
