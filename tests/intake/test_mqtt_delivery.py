"""QoS 2, sessions that outlive their connections, and what a client is told when it breaks a rule."""

from __future__ import annotations

import asyncio
import threading

import pytest

from millmark.intake import MqttLimits
from millmark.wire.mqtt import (
    Auth,
    Connack,
    Connect,
    Disconnect,
    Pingreq,
    Pingresp,
    Properties,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    ReasonCode,
    Suback,
    Subscribe,
    Subscription,
    Unsuback,
    Unsubscribe,
    Version,
    encode_packet,
)

V5 = {"version": Version.V5}
KEPT = {"client_id": "keeper", "clean_start": False}
KEPT_V5 = {**KEPT, **V5, "properties": Properties(session_expiry_s=60)}
TOPIC = "millmark/gw/press"


def values(door) -> list[float]:
    return [value for _, value in door.plant.numbers("press", "n")]


@pytest.mark.parametrize("options", [{}, V5], ids=["3.1.1", "5"])
async def test_a_message_at_qos_2_is_answered_after_its_commit_and_released(door, wire, options):
    connection = await wire(door, **options)
    connection.send(Publish(TOPIC, b'{"n": 1}', 2, 5))
    assert await connection.next() == Pubrec(5)
    assert values(door) == [1.0]
    connection.send(Pubrel(5))
    assert await connection.next() == Pubcomp(5)


async def test_a_message_at_qos_2_that_comes_again_before_its_release_counts_once(door, wire):
    connection = await wire(door)
    # Without a time of its own: told apart by nothing but its packet identifier.
    again = Publish(TOPIC, b'{"n": 1}', 2, 5, dup=True)
    connection.send(Publish(TOPIC, b'{"n": 1}', 2, 5), again)
    assert await connection.next() == Pubrec(5)
    connection.send(again)
    assert await connection.next() == Pubrec(5)
    connection.send(Pubrel(5))
    assert await connection.next() == Pubcomp(5)
    assert values(door) == [1.0]
    connection.send(Publish(TOPIC, b'{"n": 2}', 2, 5))
    assert await connection.next() == Pubrec(5)
    assert values(door) == [1.0, 2.0]


@pytest.mark.parametrize("options", [KEPT, KEPT_V5], ids=["3.1.1", "5"])
async def test_a_message_at_qos_2_counts_once_across_a_reconnect(door, wire, options):
    earlier = await wire(door, **options)
    earlier.send(Publish(TOPIC, b'{"n": 1}', 2, 5), Publish(TOPIC, b'{"n": 2}', 2, 6))
    assert [await earlier.next(), await earlier.next()] == [Pubrec(5), Pubrec(6)]
    earlier.send(Pubrel(6))
    assert await earlier.next() == Pubcomp(6)
    earlier.cut()
    later = await wire(door, **options)
    assert later.connack.session_present
    later.send(Publish(TOPIC, b'{"n": 1}', 2, 5, dup=True), Publish(TOPIC, b'{"n": 3}', 2, 6))
    assert [await later.next(), await later.next()] == [Pubrec(5), Pubrec(6)]
    later.send(Pubrel(5), Pubrel(6))
    assert [await later.next(), await later.next()] == [Pubcomp(5), Pubcomp(6)]
    assert values(door) == [1.0, 2.0, 3.0]


class Gate:
    """The history, whose commits wait for the test."""

    def __init__(self, history) -> None:
        self._history = history
        self.open = threading.Event()

    def commit(self, block):
        assert self.open.wait(20)
        return self._history.commit(block)

    def __getattr__(self, name):
        return getattr(self._history, name)


async def test_who_comes_back_while_the_commit_is_under_way_is_answered_on_the_new_connection(open_door, plant, wire):
    gate = Gate(plant.history)
    door = await open_door(history=gate)
    earlier = await wire(door, **KEPT)
    earlier.send(Publish(TOPIC, b'{"n": 1}', 2, 5))
    await door.until(lambda: door.intake.stats().pending_points == 1)
    earlier.cut()
    later = await wire(door, **KEPT)
    later.send(Publish(TOPIC, b'{"n": 1}', 2, 5, dup=True))
    assert await later.is_silent()
    gate.open.set()
    assert await later.next() == Pubrec(5)
    assert values(door) == [1.0]


async def test_a_release_of_what_never_came_is_answered(door, wire):
    connection = await wire(door, **V5)
    connection.send(Pubrel(77))
    assert await connection.next() == Pubcomp(77, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND)


async def test_a_clean_start_ends_the_session_before_it(door, wire):
    earlier = await wire(door, **KEPT)
    assert not earlier.connack.session_present
    earlier.cut()
    later = await wire(door, client_id="keeper")
    assert not later.connack.session_present
    later.cut()
    last = await wire(door, **KEPT)
    assert not last.connack.session_present


async def test_a_session_ends_when_its_time_is_over(door, wire):
    options = {**KEPT_V5, "properties": Properties(session_expiry_s=1)}
    earlier = await wire(door, **options)
    await earlier.close()
    await asyncio.sleep(1.3)
    assert not (await wire(door, **options)).connack.session_present


async def test_a_client_may_end_its_session_when_it_goes(door, wire):
    earlier = await wire(door, **KEPT_V5)
    earlier.send(Disconnect(0, Properties(session_expiry_s=0)))
    assert await earlier.next() is None
    assert not (await wire(door, **KEPT_V5)).connack.session_present


async def test_more_sessions_than_are_kept_end_with_the_one_left_first(open_door, wire):
    door = await open_door(limits=MqttLimits(sessions_kept=2))
    for number in range(3):
        connection = await wire(door, client_id=f"c{number}", clean_start=False)
        await connection.close()
        await asyncio.sleep(0.05)
    back = [await wire(door, client_id=f"c{number}", clean_start=False) for number in (2, 1, 0)]
    assert [connection.connack.session_present for connection in back] == [True, True, False]


async def test_the_connack_tells_what_the_platform_takes(open_door, wire):
    limits = MqttLimits(packet_bytes=5_000, receive_maximum=7, topic_aliases=3, keep_alive_s=90, session_expiry_s=100)
    door = await open_door(limits=limits)
    wishes = Properties(session_expiry_s=0xFFFF_FFFF)
    connection = await wire(door, **V5, keep_alive_s=0, properties=wishes)
    told = connection.connack.properties
    assert told.assigned_client_id
    assert (told.maximum_packet_size, told.receive_maximum, told.topic_alias_maximum) == (5_000, 7, 3)
    assert (told.server_keep_alive_s, told.session_expiry_s) == (90, 100)


async def ended(connection) -> int | None:
    """The reason code of the DISCONNECT, once the connection has ended behind it."""
    packet = await connection.next()
    while not isinstance(packet, Disconnect | None):
        packet = await connection.next()
    assert await connection.next() is None
    return packet.reason_code if packet else None


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\x30\x04\x00\x02a\xff", ReasonCode.MALFORMED_PACKET),
        (encode_packet(Connect("again")), ReasonCode.PROTOCOL_ERROR),
        (encode_packet(Connack(False, 0), Version.V5), ReasonCode.PROTOCOL_ERROR),
        (encode_packet(Auth(0x18), Version.V5), ReasonCode.PROTOCOL_ERROR),
        (b"\x30\xd0\x0f", ReasonCode.PACKET_TOO_LARGE),
        (
            encode_packet(Publish("", b"", properties=Properties(topic_alias=1)), Version.V5),
            ReasonCode.TOPIC_ALIAS_INVALID,
        ),
        (
            encode_packet(Publish(TOPIC, b"", properties=Properties(topic_alias=4)), Version.V5),
            ReasonCode.TOPIC_ALIAS_INVALID,
        ),
        (
            encode_packet(Publish(TOPIC, b"", properties=Properties(subscription_identifiers=(1,))), Version.V5),
            ReasonCode.PROTOCOL_ERROR,
        ),
        (encode_packet(Disconnect(0, Properties(session_expiry_s=5)), Version.V5), ReasonCode.PROTOCOL_ERROR),
    ],
    ids=[
        "malformed",
        "connect again",
        "connack",
        "auth",
        "too large",
        "unknown alias",
        "alias too high",
        "sub id",
        "expiry",
    ],
)
async def test_who_breaks_a_rule_is_told_which(open_door, wire, sent, code):
    door = await open_door(limits=MqttLimits(packet_bytes=2_000, topic_aliases=3))
    connection = await wire(door, **V5)
    connection.send(sent)
    assert await ended(connection) == code
    assert door.intake.stats().bad_packets == 1


async def test_more_unacknowledged_messages_than_agreed_end_the_connection(open_door, plant, wire):
    gate = Gate(plant.history)
    door = await open_door(limits=MqttLimits(receive_maximum=2), history=gate)
    connection = await wire(door, **V5)
    connection.send(*(Publish(TOPIC, b'{"n": 1}', 1 + number % 2, number + 1) for number in range(3)))
    assert await ended(connection) == ReasonCode.RECEIVE_MAXIMUM_EXCEEDED
    gate.open.set()


async def test_released_messages_make_room_again(open_door, wire):
    door = await open_door(limits=MqttLimits(receive_maximum=1))
    connection = await wire(door, **V5)
    for number in range(1, 4):
        connection.send(Publish(TOPIC, b'{"n": 1}', 2, number))
        assert await connection.next() == Pubrec(number)
        connection.send(Pubrel(number))
        assert await connection.next() == Pubcomp(number)


async def test_a_session_taken_over_is_told_so(door, wire):
    earlier = await wire(door, client_id="c", **V5)
    later = await wire(door, client_id="c", **V5)
    assert await ended(earlier) == ReasonCode.SESSION_TAKEN_OVER
    later.send(Pingreq())
    assert await later.next() == Pingresp()


async def test_a_silent_client_is_told_why_it_is_closed(door, wire):
    connection = await wire(door, keep_alive_s=1, **V5)
    assert await ended(connection) == ReasonCode.KEEP_ALIVE_TIMEOUT


async def test_a_platform_that_stops_says_so(open_door, wire):
    door = await open_door()
    connection = await wire(door, **V5)
    await door.listener.stop()
    assert await ended(connection) == ReasonCode.SERVER_SHUTTING_DOWN


@pytest.mark.parametrize(
    ("connect", "code"),
    [
        (Connect("c", version=Version.V5), ReasonCode.NOT_AUTHORIZED),
        (Connect("c", user_name="gw", password=b"wrong", version=Version.V5), ReasonCode.BAD_USER_NAME_OR_PASSWORD),
        (Connect("c", user_name="gw", password=b"\xff", version=Version.V5), ReasonCode.BAD_USER_NAME_OR_PASSWORD),
        (
            Connect("c", version=Version.V5, properties=Properties(authentication_method="SCRAM-SHA-256")),
            ReasonCode.BAD_AUTHENTICATION_METHOD,
        ),
    ],
    ids=["nobody", "wrong key", "no text", "enhanced authentication"],
)
async def test_a_refused_client_is_told_why(door, wire, connect, code):
    connection = await wire(door, signed_in=False)
    connection.connect(connect)
    answer = await connection.next()
    assert (answer.session_present, answer.return_code) == (False, code)
    assert answer.properties.reason
    assert await connection.next() is None


async def test_a_connect_that_breaks_the_standard_is_answered_in_its_version(door, wire):
    connection = await wire(door, signed_in=False)
    connection._stream.version = Version.V5
    connection.send(b"\x10\x0d\x00\x04MQTT\x05\x03\x00\x3c\x00\x00\x00")
    assert (await connection.next()).return_code == ReasonCode.MALFORMED_PACKET
    assert await connection.next() is None


async def test_subscriptions_are_answered_one_by_one(open_door, wire):
    door = await open_door(limits=MqttLimits(subscriptions=2))
    connection = await wire(door, **V5)
    wanted = ("millmark/gw/#", "millmark/strict/#", "spBv1.0/g/#", "spBv1.0/g/NCMD/n")
    connection.send(Subscribe(9, tuple(Subscription(name, 1) for name in wanted)))
    granted = await connection.next()
    assert granted == Suback(9, (1, ReasonCode.NOT_AUTHORIZED, 1, ReasonCode.QUOTA_EXCEEDED))
    connection.send(Unsubscribe(10, ("spBv1.0/g/#", "spBv1.0/g/#")))
    assert await connection.next() == Unsuback(10, (0, ReasonCode.NO_SUBSCRIPTION_EXISTED))


async def test_a_topic_alias_stands_for_its_topic_on_this_connection(door, wire):
    connection = await wire(door, **V5)
    alias = Properties(topic_alias=1)
    connection.send(
        Publish(TOPIC, b'{"n": 1}', 1, 1, properties=alias),
        Publish("", b'{"n": 2}', 1, 2, properties=alias),
        Publish("millmark/gw/other", b'{"n": 9}', 1, 3, properties=alias),
        Publish("", b'{"n": 8}', 1, 4, properties=alias),
    )
    assert [await connection.next() for _ in range(4)] == [Puback(number) for number in range(1, 5)]
    assert values(door) == [1.0, 2.0]
    assert [value for _, value in door.plant.numbers("other", "n")] == [9.0, 8.0]


async def test_packets_of_single_bytes_arrive_whole(door, wire):
    connection = await wire(door, signed_in=False)
    connection._version = connection._stream.version = Version.V5
    properties = Properties(user=(("a", "b"),), message_expiry_s=9)
    key = door.plant.keys["gw"].encode()
    whole = encode_packet(Connect("c", user_name="gw", password=key, version=Version.V5)) + encode_packet(
        Publish(TOPIC, b'{"n": 1}', 1, 1, properties=properties), Version.V5
    )
    for position in range(len(whole)):
        connection.send(whole[position : position + 1])
        await asyncio.sleep(0)
    assert (await connection.next()).return_code == 0
    assert await connection.next() == Puback(1)
    assert values(door) == [1.0]


async def test_a_packet_larger_than_the_shared_memory_is_read_whole(open_door, wire):
    door = await open_door(limits=MqttLimits(packet_bytes=8 << 20))
    connection = await wire(door)
    payload = b'{"n": 1, "filler": "' + b"x" * (3 << 20) + b'"}'
    connection.send(Publish(TOPIC, payload, 1, 1), Publish(TOPIC, b'{"n": 2}', 1, 2))
    assert [await connection.next(), await connection.next()] == [Puback(1), Puback(2)]
    assert values(door) == [1.0, 2.0]


async def test_a_client_that_never_reads_is_cut_off(open_door, wire, caplog):
    door = await open_door(limits=MqttLimits(unread_within_s=0.5))
    connection = await wire(door)
    connection._writer.transport.pause_reading()
    connection.send(Publish("millmark/gw/large", b"x" * 1_000_000, 0, retain=True))
    for number in range(1, 31):
        # Each brings the retained message, more of it than all buffers between the two can hold.
        connection.send(Subscribe(number, (Subscription("millmark/gw/large", 0),)))
    await door.until(lambda: "has not read what it is sent" in caplog.text)
    await door.until(lambda: door.intake.stats().connections == 0)
