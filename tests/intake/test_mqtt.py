"""Devices at the listener, spoken to by paho and, where a well-behaved client cannot go, byte by byte."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import json
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from millmark.history import StoreUnavailable
from millmark.intake import IntakeSettings, MqttLimits, MqttListener
from millmark.wire.mqtt import (
    Connack,
    Connect,
    ConnectReturnCode,
    Disconnect,
    Pingreq,
    Pingresp,
    Puback,
    Publish,
    Subscribe,
    Subscription,
    Will,
    encode_packet,
)

S = 1_000_000


async def test_an_acknowledged_message_is_in_the_history(door, device):
    client = device(door)
    await asyncio.to_thread(client.connect)
    now_ms = door.plant.clock() // 1000
    payload = json.dumps([{"ts": now_ms, "values": {"t": 21.5, "on": True, "状态": "运行"}}])
    assert await asyncio.to_thread(client.publish, "millmark/gw/line-1/press", payload)
    # No waiting: the acknowledgement came after the commit.
    assert door.plant.numbers("line-1/press", "t") == [(now_ms * 1000, 21.5)]
    assert door.plant.numbers("line-1/press", "on") == [(now_ms * 1000, 1.0)]
    assert door.plant.texts("line-1/press", "状态") == [(now_ms * 1000, "运行")]
    assert door.plant.series("line-1/press", "on").data_type == "boolean"


async def test_a_thousand_messages_are_acknowledged_in_order_and_stored_once(door, wire):
    connection = await wire(door)
    start_ms = door.plant.clock() // 1000 - 2000
    for number in range(1000):
        payload = json.dumps({"ts": start_ms + number, "values": {"n": number}}).encode()
        connection.send(Publish("millmark/gw/press", payload, 1, number + 1))
    assert [await connection.next() for _ in range(1000)] == [Puback(number + 1) for number in range(1000)]
    assert door.plant.numbers("press", "n") == [((start_ms + number) * 1000, float(number)) for number in range(1000)]
    assert door.intake.stats().blocks < 200


async def test_values_without_a_time_get_that_of_arrival_each_its_own(door, device):
    client = device(door)
    await asyncio.to_thread(client.connect)
    before = door.plant.clock()
    for number in range(20):
        client.publish("millmark/gw/press", json.dumps({"n": number}), qos=0)
    assert await asyncio.to_thread(client.publish, "millmark/gw/press", '{"n": 20}')
    stored = door.plant.numbers("press", "n")
    assert [value for _, value in stored] == [float(number) for number in range(21)]
    assert before <= stored[0][0] < stored[-1][0] <= door.plant.clock()


@pytest.mark.parametrize(
    ("gateway", "key", "refusal"),
    [("gw", "wrong", "Bad user name or password"), ("nobody", "wrong", "Bad user name or password")],
)
async def test_a_wrong_key_is_refused_and_says_no_more(door, device, gateway, key, refusal):
    client = device(door, gateway, key=key)
    await asyncio.to_thread(client.connect)
    assert client.refusal == refusal
    assert door.intake.stats().refused_connections == 1
    assert door.intake.stats().connections == 0


async def test_another_gateway_s_key_is_refused(door, device):
    client = device(door, "gw", key=door.plant.keys["strict"])
    await asyncio.to_thread(client.connect)
    assert client.refusal == "Bad user name or password"


async def test_nobody_comes_in_without_a_name(door, wire):
    connection = await wire(door, signed_in=False)
    connection.send(Connect("c"))
    assert await connection.next() == Connack(False, ConnectReturnCode.NOT_AUTHORIZED)
    assert await connection.next() is None


async def test_a_malformed_packet_closes_its_connection_and_no_other(door, device, wire):
    client = device(door)
    await asyncio.to_thread(client.connect)
    broken = await wire(door)
    broken.send(Publish("millmark/gw/press", b'{"n": 1}', 1, 1), b"\x30\x04\x00\x02a\xff")
    await broken.next()
    assert await broken.next() is None
    assert door.intake.stats().bad_packets == 1
    assert await asyncio.to_thread(client.publish, "millmark/gw/press", '{"m": 2}')
    # What came whole before the broken packet is kept as well.
    assert [value for _, value in door.plant.numbers("press", "n")] == [1.0]


@pytest.mark.parametrize(
    "nonsense",
    [b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 100, encode_packet(Pingreq()), b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"],
    ids=["http", "zeros", "mqtt without connect", "tls"],
)
async def test_strangers_are_shown_out(door, wire, nonsense):
    connection = await wire(door, signed_in=False)
    connection.send(nonsense)
    assert await connection.next() is None
    assert door.intake.stats().bad_packets == 1


async def test_a_second_connect_ends_the_connection(door, wire):
    connection = await wire(door)
    connection.send(Connect("again", user_name="gw", password=b"x"))
    assert await connection.next() is None


async def test_a_packet_above_the_limit_ends_the_connection_before_it_is_read(open_door, wire):
    door = await open_door(limits=MqttLimits(packet_bytes=2000))
    connection = await wire(door)
    connection.send(b"\x30\x80\x20")
    assert await connection.next() is None


async def test_who_says_nothing_is_closed_after_one_and_a_half_keep_alives(door, wire):
    connect = Connect("c", keep_alive_s=1, user_name="gw", password=door.plant.keys["gw"].encode())
    connection = await wire(door, connect)
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(2):
        await asyncio.sleep(0.9)
        connection.send(Pingreq())
        assert await connection.next() == Pingresp()
    assert await connection.next() is None
    assert 3.2 < loop.time() - began < 4.5


async def test_who_never_connects_is_closed(open_door, wire):
    door = await open_door(limits=MqttLimits(connect_within_s=0.2))
    connection = await wire(door, signed_in=False)
    assert await connection.next() is None


async def test_more_connections_than_there_is_room_for_are_turned_away(open_door, wire):
    door = await open_door(limits=MqttLimits(connections=1))
    first = await wire(door)
    second = await wire(door, signed_in=False)
    assert await second.next() is None
    first.send(Pingreq())
    assert await first.next() == Pingresp()


async def test_a_client_id_that_comes_again_takes_the_seat(door, wire):
    connect = Connect("press-1", user_name="gw", password=door.plant.keys["gw"].encode())
    earlier = await wire(door, connect)
    later = await wire(door, connect)
    assert await earlier.next() is None
    later.send(Pingreq())
    assert await later.next() == Pingresp()
    assert door.intake.stats().connections == 1


async def test_a_client_id_of_another_gateway_keeps_its_seat(door, wire):
    ours = await wire(door, Connect("press-1", user_name="gw", password=door.plant.keys["gw"].encode()))
    await wire(door, Connect("press-1", user_name="strict", password=door.plant.keys["strict"].encode()))
    ours.send(Pingreq())
    assert await ours.next() == Pingresp()
    assert door.intake.stats().connections == 2


async def test_a_will_is_read_when_the_wire_breaks_and_not_after_a_disconnect(door, wire):
    will = Will("millmark/gw/press", b'{"alive": false}')
    connect = Connect("c", will=will, user_name="gw", password=door.plant.keys["gw"].encode())
    polite = await wire(door, connect)
    polite.send(Disconnect())
    assert await polite.next() is None
    broken = await wire(door, connect)
    await broken.close()
    await door.until(lambda: door.intake.stats().points_stored == 1)
    assert [value for _, value in door.plant.numbers("press", "alive")] == [0.0]


async def test_packets_sent_before_the_connack_are_not_lost(door, wire):
    connection = await wire(door, signed_in=False)
    connection.send(
        Connect("", user_name="gw", password=door.plant.keys["gw"].encode()),
        Publish("millmark/gw/press", b'{"n": 1}', 1, 9),
    )
    assert await connection.next() == Connack(False, ConnectReturnCode.ACCEPTED)
    assert await connection.next() == Puback(9)


async def test_a_gateway_may_subscribe_to_its_own_topics_and_no_more(door, device):
    client = device(door)
    await asyncio.to_thread(client.connect)
    filters = [
        ("spBv1.0/plant/NCMD/edge/#", 1),
        ("spBv1.0/plant/DCMD/edge/#", 2),
        ("spBv1.0/plant/NCMD/edge", 0),
        ("spBv1.0/STATE/millmark", 1),
        ("millmark/gw/#", 2),
        ("spBv1.0/#", 1),
        ("#", 1),
        ("+/gw/#", 1),
        ("millmark/#", 1),
        ("millmark/strict/#", 1),
        ("$share/all/millmark/strict/#", 1),
        ("$SYS/#", 1),
    ]
    codes = await asyncio.to_thread(client.subscribe, *filters)
    assert codes == [1, 2, 0, 1, 2, 1, *[0x80] * 6]


async def test_nothing_one_client_publishes_reaches_another(door, device):
    listener, talker = device(door, "strict"), device(door)
    await asyncio.to_thread(listener.connect)
    await asyncio.to_thread(listener.subscribe, ("spBv1.0/plant/NCMD/edge", 1))
    await asyncio.to_thread(talker.connect)
    await asyncio.to_thread(talker.publish, "spBv1.0/plant/NCMD/edge", b"")
    assert listener.received == []
    # A device's command is no data; it is set aside where somebody can see it.
    assert door.plant.history.quarantine_counts() == {"unparsable": 1}


async def test_the_host_s_state_is_told_to_who_asks(door, device):
    client = device(door)
    await asyncio.to_thread(client.connect)
    await asyncio.to_thread(client.subscribe, ("spBv1.0/STATE/millmark", 1))
    await door.until(lambda: bool(client.received))
    assert client.received[0].retain
    assert json.loads(client.received[0].payload)["online"] is True


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("millmark/gw/press", "{", "unparsable"),
        ("millmark/gw/press", '{"t": [1]}', "wrong_type"),
        ("millmark/strict/press", '{"t": 1}', "unknown_gateway"),
        ("elsewhere/gw", "1", "unparsable"),
        ("spBv1.0/plant/NHELLO/edge", b"", "unparsable"),
        ("spBv1.0/plant/NDATA/edge", b"\xff", "unparsable"),
        ("millmark/gw/press", '{"ts": 4102444800000, "values": {"t": 1}}', "future"),
    ],
)
async def test_a_message_that_cannot_be_used_is_set_aside_and_acknowledged(door, device, topic, payload, reason):
    client = device(door)
    await asyncio.to_thread(client.connect)
    assert await asyncio.to_thread(client.publish, topic, payload)
    assert door.plant.history.quarantine_counts() == {reason: 1}
    assert door.intake.stats().bad_packets == 0


async def test_a_message_without_readings_is_acknowledged(door, device):
    client = device(door)
    await asyncio.to_thread(client.connect)
    assert await asyncio.to_thread(client.publish, "millmark/gw/press", "{}")


class Slow:
    """The history, whose commits wait for the test."""

    def __init__(self, history) -> None:
        self._history = history
        self.gate = threading.Event()
        self.error: Exception | None = None

    def commit(self, block):
        if self.error:
            raise self.error
        assert self.gate.wait(20)
        return self._history.commit(block)

    def __getattr__(self, name):
        return getattr(self._history, name)


async def test_nothing_is_acknowledged_before_its_commit_and_a_flood_is_not_read(open_door, plant, wire):
    slow = Slow(plant.history)
    door = await open_door(limits=MqttLimits(unacknowledged=500), history=slow)
    connection = await wire(door)
    filler = b"x" * 1000
    for number in range(1, 10_001):
        payload = b'{"n": %d, "filler": "%s"}' % (number, filler)
        connection.send(Publish("millmark/gw/press", payload, 1, number))
    waiting = asyncio.create_task(connection.next())
    await asyncio.sleep(0.5)
    assert not waiting.done()
    # 10 MB were sent; what was read before the socket was left alone is bounded by one read beyond the limit.
    assert door.intake.stats().pending_points < 3_000
    slow.gate.set()
    assert await waiting == Puback(1)


async def test_a_store_that_refuses_hangs_up_and_takes_nobody_until_it_answers(open_door, plant, device):
    slow = Slow(plant.history)
    slow.error = StoreUnavailable("no space left on device")
    slow.gate.set()
    settings = IntakeSettings(retry_first_s=0.01, retry_longest_s=0.05, hang_up_after_s=0.1)
    door = await open_door(settings, history=slow)
    client = device(door)
    await asyncio.to_thread(client.connect)
    now_ms = plant.clock() // 1000
    message = client.client.publish("millmark/gw/press", json.dumps({"ts": now_ms, "values": {"n": 1}}), qos=1)
    assert await asyncio.to_thread(client.wait_until_gone)
    assert not message.is_published()
    newcomer = device(door)
    await asyncio.to_thread(newcomer.connect)
    assert newcomer.refusal == "Server unavailable"
    slow.error = None
    # paho connects again by itself and sends the message again; it is one point all the same.
    await asyncio.to_thread(message.wait_for_publish, 15)
    assert message.is_published()
    assert plant.numbers("press", "n") == [(now_ms * 1000, 1.0)]


async def test_a_stop_acknowledges_what_it_has_committed(plant, open_door, wire):
    door = await open_door(IntakeSettings(window_s=0.2))
    connection = await wire(door)
    connection.send(
        Publish("millmark/gw/press", b'{"n": 1}', 1, 7), Subscribe(8, (Subscription("spBv1.0/g/NCMD/n", 1),))
    )
    await connection.next()
    await door.listener.stop()
    assert await connection.next() == Puback(7)
    assert await connection.next() is None
    await door.intake.stop()
    assert len(plant.numbers("press", "n")) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 signed by itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "millmark test")])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    file.write_bytes(built.public_bytes(serialization.Encoding.PEM) + plain)
    return file


async def test_devices_may_come_over_tls(door, plant, device, certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    listener = MqttListener(door.intake, plant.registry, "127.0.0.1", tls=context)
    await listener.start()
    client = device(door)
    client.port = listener.port
    client.client.tls_set(ca_certs=str(certificate))
    await asyncio.to_thread(client.connect)
    assert await asyncio.to_thread(client.publish, "millmark/gw/press", '{"n": 1}')
    assert len(plant.numbers("press", "n")) == 1
    await asyncio.to_thread(client.close)
    await listener.stop()
