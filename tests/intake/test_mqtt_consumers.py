"""Who is told of a gateway's messages, how, and what it costs when nobody reads them."""

from __future__ import annotations

import asyncio

import pytest

from millmark.intake import MqttLimits
from millmark.intake.mqtt.peers import AccountScope
from millmark.model import AssetPath
from millmark.wire.mqtt import (
    Connect,
    Disconnect,
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
)

V5 = {"version": Version.V5}
TOPIC = "millmark/gw/press"
SCOPES = {"anna": AccountScope("acme"), "bert": AccountScope("elsewhere"), "root": AccountScope(None)}


def accounts(name: str, password: str) -> AccountScope | None:
    return SCOPES.get(name) if password == "right" else None


@pytest.fixture
async def door(open_door):
    return await open_door(accounts=accounts)


@pytest.fixture
async def watcher(wire, door):
    """A connection with subscriptions of its own."""

    async def make(user: str, *filters: Subscription, identifier: int | None = None, **options):
        if user.startswith("account:"):
            options.setdefault("password", b"right")
        connection = await wire(door, user_name=user, **options)
        wanted = Properties(subscription_identifiers=(identifier,)) if identifier else Properties()
        connection.send(Subscribe(1, filters, wanted))
        assert await connection.next() == Suback(1, tuple(one.qos for one in filters))
        return connection

    return make


async def published(connection, topic: str = TOPIC, payload: bytes = b'{"n": 1}', **options) -> None:
    """Publishes at QoS 1 and waits for the acknowledgement."""
    connection.send(Publish(topic, payload, 1, 900, **options))
    while await connection.next() != Puback(900):
        pass


async def test_an_account_sees_the_gateways_of_its_enterprise_and_no_others(door, wire, watcher):
    door.plant.registry.ensure_enterprise(
        slug="elsewhere", name_zh="别处(虚构)", name_en="Elsewhere", area_code="421202", is_demonstration=True
    )
    door.plant.registry.ensure_gateway("far", root=AssetPath.parse("elsewhere"), kind="mqtt", may_register=True)
    door.plant.keys["far"] = door.plant.registry.set_gateway_key("far")
    everything = Subscription("millmark/#", 0)
    anna, bert, root = [await watcher(f"account:{name}", everything) for name in SCOPES]
    ours, theirs = await wire(door), await wire(door, user_name="far")
    await published(ours)
    await published(theirs, "millmark/far/x")
    assert await anna.next() == Publish(TOPIC, b'{"n": 1}')
    assert await bert.next() == Publish("millmark/far/x", b'{"n": 1}')
    assert {(await root.next()).topic, (await root.next()).topic} == {TOPIC, "millmark/far/x"}
    assert await anna.is_silent()
    assert await bert.is_silent()


async def test_a_gateway_sees_its_own_messages_only(door, wire, watcher):
    listens = [Subscription("spBv1.0/#", 0), Subscription("millmark/strict/#", 0)]
    own, other = await watcher("strict", *listens), await wire(door)
    await published(other, "spBv1.0/g/NDATA/n")
    await published(other, "millmark/strict/x")
    # What is not in the publisher's own name goes nowhere either.
    state = await own.next()
    assert state.topic == "spBv1.0/STATE/millmark"
    assert await own.is_silent()
    second = await wire(door, user_name="strict")
    await published(second, "millmark/strict/x")
    assert (await own.next()).topic == "millmark/strict/x"


async def test_an_account_with_a_wrong_password_is_not_let_in(door, wire):
    connection = await wire(door, signed_in=False)
    connection.connect(Connect("c", user_name="account:anna", password=b"wrong"))
    assert (await connection.next()).return_code == 4
    assert await connection.next() is None


async def test_an_account_may_not_publish(door, wire):
    account = await wire(door, user_name="account:anna", password=b"right", **V5)
    account.send(Publish(TOPIC, b'{"n": 1}', 1, 1), Publish(TOPIC, b'{"n": 1}', 2, 2))
    refusals = [await account.next(), await account.next()]
    assert [type(one) for one in refusals] == [Puback, Pubrec]
    assert {one.reason_code for one in refusals} == {ReasonCode.NOT_AUTHORIZED}
    account.send(Publish(TOPIC, b'{"n": 1}'))
    assert (await account.next()).reason_code == ReasonCode.NOT_AUTHORIZED
    assert await account.next() is None
    older = await wire(door, user_name="account:anna", password=b"right")
    older.send(Publish(TOPIC, b'{"n": 1}', 1, 1))
    assert await older.next() is None
    assert door.intake.stats().points_stored == 0


async def test_a_message_goes_at_the_lower_of_both_qualities_once_for_all_subscriptions(door, wire, watcher):
    reader = await watcher("account:anna", Subscription("millmark/gw/#", 2), Subscription(TOPIC, 1), identifier=7, **V5)
    reader.send(Subscribe(2, (Subscription("millmark/+/press", 0),), Properties(subscription_identifiers=(8,))))
    assert await reader.next() == Suback(2, (0,))
    writer = await wire(door, **V5)
    writer.send(Publish(TOPIC, b'{"n": 1}', 2, 1, properties=Properties(content_type="json", user=(("a", "b"),))))
    got = await reader.next()
    assert (got.topic, got.qos, got.retain, got.dup) == (TOPIC, 2, False, False)
    assert sorted(got.properties.subscription_identifiers) == [7, 7, 8]
    assert (got.properties.content_type, got.properties.user) == ("json", (("a", "b"),))
    reader.send(Pubrec(got.packet_id))
    assert await reader.next() == Pubrel(got.packet_id)
    reader.send(Pubcomp(got.packet_id))
    assert await reader.is_silent()


async def test_who_wants_no_messages_of_its_own_gets_none(door, watcher):
    own = await watcher("gw", Subscription("millmark/gw/#", 0, no_local=True), **V5)
    other = await watcher("gw", Subscription("millmark/gw/#", 0, no_local=True), **V5)
    own.send(Publish(TOPIC, b'{"n": 1}'))
    assert (await other.next()).topic == TOPIC
    assert await own.is_silent()


async def test_unsubscribing_ends_the_messages(door, wire, watcher):
    reader = await watcher("account:anna", Subscription("millmark/#", 0))
    reader.send(Unsubscribe(2, ("millmark/#",)))
    assert await reader.next() == Unsuback(2)
    await published(await wire(door))
    assert await reader.is_silent()


async def test_a_retained_message_waits_for_who_comes_later(door, wire, watcher):
    writer = await wire(door)
    await published(writer, retain=True)
    reader = await watcher("account:anna", Subscription("millmark/#", 1))
    assert (await reader.next()).retain
    await published(writer, payload=b'{"n": 2}', retain=True)
    live = await reader.next()
    assert (live.payload, live.retain) == (b'{"n": 2}', False)
    await published(writer, payload=b"", retain=True)
    assert (await reader.next()).payload == b""
    late = await watcher("account:anna", Subscription("millmark/#", 1))
    assert await late.is_silent()
    # Taking it back is no reading, and nothing unreadable either.
    assert [value for _, value in door.plant.numbers("press", "n")] == [1.0, 2.0]
    assert door.plant.history.quarantine_counts() == {}


async def test_retained_messages_come_as_the_subscription_asks(door, wire, watcher):
    await published(await wire(door), retain=True)
    never = Subscription("millmark/gw/#", 0, retain_handling=RetainHandling.DO_NOT_SEND)
    reader = await watcher("account:anna", never, **V5)
    assert await reader.is_silent()
    once = Subscription("millmark/+/press", 0, retain_handling=RetainHandling.SEND_IF_NEW)
    for packet_id in (2, 3):
        reader.send(Subscribe(packet_id, (once,)))
        assert await reader.next() == Suback(packet_id, (0,))
        if packet_id == 2:
            assert (await reader.next()).retain
    assert await reader.is_silent()


async def test_the_retain_flag_stays_where_it_is_wanted(door, wire, watcher):
    reader = await watcher("account:anna", Subscription("millmark/#", 0, retain_as_published=True), **V5)
    writer = await wire(door)
    await published(writer, retain=True)
    assert (await reader.next()).retain
    await published(writer)
    assert not (await reader.next()).retain


async def test_another_gateway_s_retained_message_is_not_seen(door, wire, watcher):
    await published(await wire(door), "spBv1.0/g/NDATA/n", retain=True)
    reader = await watcher("strict", Subscription("spBv1.0/g/#", 0))
    assert await reader.is_silent()


async def test_retained_messages_are_bounded(open_door, wire):
    door = await open_door(limits=MqttLimits(retained_messages=4))
    writer = await wire(door)
    for number in range(5):
        await published(writer, f"{TOPIC}-{number}", retain=True)
    writer.send(Subscribe(1, (Subscription("millmark/#", 0),)), Subscribe(2, (Subscription("millmark/gw/#", 0),)))
    assert await writer.next() == Suback(1, (0x80,))
    assert await writer.next() == Suback(2, (0,))
    # Two of four places are taken by the host's own state.
    assert [(await writer.next()).topic for _ in range(2)] == [f"{TOPIC}-0", f"{TOPIC}-1"]
    assert await writer.is_silent()


async def test_messages_wait_for_a_session_whose_client_is_away(door, wire, watcher):
    kept = {"client_id": "r", "clean_start": False, "password": b"right"}
    reader = await watcher("account:anna", Subscription("millmark/#", 1), **kept)
    await reader.close()
    writer = await wire(door)
    for number in range(3):
        await published(writer, payload=b'{"n": %d}' % number)
    writer.send(Publish(TOPIC, b'{"n": 99}'))
    back = await wire(door, user_name="account:anna", **kept)
    assert back.connack.session_present
    got = [await back.next() for _ in range(3)]
    assert [one.payload for one in got] == [b'{"n": 0}', b'{"n": 1}', b'{"n": 2}']
    assert not any(one.dup for one in got)
    back.send(Puback(got[0].packet_id))
    assert await back.is_silent()
    back.cut()
    # What was sent and not acknowledged comes again, in its order and with its identifiers.
    again = await wire(door, user_name="account:anna", **kept)
    resent = [await again.next(), await again.next()]
    assert [(one.packet_id, one.payload, one.dup) for one in resent] == [
        (one.packet_id, one.payload, True) for one in got[1:]
    ]


async def test_what_waits_for_a_client_is_bounded(open_door, wire):
    door = await open_door(accounts=accounts, limits=MqttLimits(queued_messages=5))
    kept = {"client_id": "r", "clean_start": False, "user_name": "account:anna", "password": b"right"}
    reader = await wire(door, **kept)
    reader.send(Subscribe(1, (Subscription("millmark/#", 1),)))
    assert await reader.next() == Suback(1, (1,))
    await reader.close()
    writer = await wire(door)
    for number in range(9):
        await published(writer, payload=b'{"n": %d}' % number)
    assert door.intake.counters.undelivered == 4
    back = await wire(door, **kept)
    assert [(await back.next()).payload for _ in range(5)] == [b'{"n": %d}' % number for number in range(5)]
    assert await back.is_silent()


async def test_a_message_that_expires_while_it_waits_is_not_sent(door, wire, watcher):
    session = Properties(session_expiry_s=60)
    kept = {"client_id": "r", "clean_start": False, "password": b"right", "properties": session, **V5}
    reader = await watcher("account:anna", Subscription("millmark/#", 1), **kept)
    await reader.close()
    writer = await wire(door, **V5)
    await published(writer, payload=b"1", properties=Properties(message_expiry_s=1))
    await published(writer, payload=b"2", properties=Properties(message_expiry_s=60))
    await asyncio.sleep(1.1)
    back = await wire(door, user_name="account:anna", **kept)
    got = await back.next()
    assert got.payload == b"2"
    assert 50 < got.properties.message_expiry_s < 60
    assert await back.is_silent()


async def test_no_more_is_under_way_than_the_client_takes(door, wire, watcher):
    reader = await watcher(
        "account:anna", Subscription("millmark/#", 1), properties=Properties(receive_maximum=2), **V5
    )
    writer = await wire(door)
    for number in range(4):
        await published(writer, payload=b"%d" % number)
    first = [await reader.next(), await reader.next()]
    assert await reader.is_silent()
    reader.send(Puback(first[0].packet_id))
    assert (await reader.next()).payload == b"2"
    assert await reader.is_silent()


async def test_a_client_is_sent_no_packet_larger_than_it_takes(door, wire, watcher):
    reader = await watcher(
        "account:anna", Subscription("millmark/#", 1), properties=Properties(maximum_packet_size=200), **V5
    )
    writer = await wire(door)
    await published(writer, payload=b'{"filler": "%s"}' % (b"x" * 200))
    await published(writer, payload=b"1")
    assert (await reader.next()).payload == b"1"


async def test_topics_are_shortened_for_who_takes_aliases(door, wire, watcher):
    reader = await watcher(
        "account:anna", Subscription("millmark/#", 0), properties=Properties(topic_alias_maximum=1), **V5
    )
    writer = await wire(door)
    for topic in (TOPIC, TOPIC, "millmark/gw/b", TOPIC):
        await published(writer, topic)
    got = [await reader.next() for _ in range(4)]
    assert [(one.topic, one.properties.topic_alias) for one in got] == [
        (TOPIC, 1),
        ("", 1),
        ("millmark/gw/b", None),
        ("", 1),
    ]


async def test_members_of_a_share_group_take_turns(door, wire, watcher):
    shared = Subscription("$share/team/millmark/gw/#", 1)
    members = [await watcher("account:anna", shared, **V5) for _ in range(2)]
    alone = await watcher("account:anna", Subscription("millmark/gw/#", 0), **V5)
    writer = await wire(door)
    for number in range(6):
        await published(writer, payload=b"%d" % number)
    shares = [[(await member.next()).payload for _ in range(3)] for member in members]
    assert sorted(shares[0] + shares[1]) == [b"%d" % number for number in range(6)]
    assert [(await alone.next()).payload for _ in range(6)] == [b"%d" % number for number in range(6)]


async def test_consumers_see_what_the_short_lane_reads(door, wire, watcher, sparkplug):
    """Plain data of a live edge node is read in one compiled pass; watching it changes nothing but who sees it."""
    from millmark.wire.sparkplug import Metric, SparkplugType, encode_payload

    now_ms = door.plant.clock() // 1000
    writer = await wire(door)
    birth = [Metric(0.0, SparkplugType.DOUBLE, name="t", alias=1, time_ms=now_ms)]
    writer.send(
        Publish("spBv1.0/g/NBIRTH/n", encode_payload([], timestamp_ms=now_ms, seq=0)),
        Publish("spBv1.0/g/DBIRTH/n/d", encode_payload(birth, timestamp_ms=now_ms, seq=1), 1, 1),
    )
    assert await writer.next() == Puback(1)
    reader = await watcher("account:anna", Subscription("spBv1.0/g/#", 0))
    for number in range(20):
        metric = Metric(float(number), SparkplugType.DOUBLE, alias=1, time_ms=now_ms + 1 + number, sends_datatype=False)
        payload = encode_payload([metric], timestamp_ms=now_ms + 1 + number, seq=2 + number)
        writer.send(Publish("spBv1.0/g/DDATA/n/d", payload, 1, 2 + number))
    for number in range(20):
        assert await writer.next() == Puback(2 + number)
    got = [await reader.next() for _ in range(20)]
    assert {one.topic for one in got} == {"spBv1.0/g/DDATA/n/d"}
    assert len(door.plant.numbers("d", "t")) == 21


async def test_a_will_reaches_who_watches(door, wire, watcher):
    reader = await watcher("account:anna", Subscription("millmark/#", 0))
    mortal = await wire(door, will=Will(TOPIC, b'{"alive": false}', 1, retain=True))
    mortal.cut()
    assert await reader.next() == Publish(TOPIC, b'{"alive": false}')
    late = await watcher("account:anna", Subscription("millmark/#", 0))
    assert (await late.next()).retain


DELAYED = {
    "client_id": "mortal",
    "clean_start": False,
    "properties": Properties(session_expiry_s=60),
    "will": Will(TOPIC, b'{"alive": false}', properties=Properties(will_delay_s=1)),
    **V5,
}


async def test_a_delayed_will_is_void_when_its_client_is_back_in_time(door, wire, watcher):
    reader = await watcher("account:anna", Subscription("millmark/#", 0))
    mortal = await wire(door, **DELAYED)
    mortal.cut()
    back = await wire(door, **DELAYED)
    assert back.connack.session_present
    assert await reader.is_silent(1.4)
    assert door.intake.stats().points_stored == 0


async def test_a_delayed_will_comes_when_its_time_is_over(door, wire, watcher):
    reader = await watcher("account:anna", Subscription("millmark/#", 0))
    mortal = await wire(door, **DELAYED)
    mortal.cut()
    assert await reader.is_silent(0.5)
    assert (await reader.next()).payload == b'{"alive": false}'
    await door.until(lambda: door.intake.stats().points_stored == 1)


async def test_a_delayed_will_comes_at_once_when_the_session_ends(door, wire, watcher):
    reader = await watcher("account:anna", Subscription("millmark/#", 0))
    mortal = await wire(door, **{**DELAYED, "will": Will(TOPIC, b"x", properties=Properties(will_delay_s=50))})
    mortal.cut()
    assert await reader.is_silent()
    await wire(door, client_id="mortal", **V5)
    assert (await reader.next()).payload == b"x"


async def test_a_client_may_ask_for_its_will_when_it_goes(door, wire, watcher):
    reader = await watcher("account:anna", Subscription("millmark/#", 0))
    goes = await wire(door, will=Will(TOPIC, b'{"alive": false}'), **V5)
    goes.send(Disconnect(ReasonCode.DISCONNECT_WITH_WILL))
    assert (await reader.next()).payload == b'{"alive": false}'
