"""The platform's MQTT client against a broker that is not ours."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from tests.conformance.mosquitto import running_mosquitto

from millmark.wire.mqtt import (
    Connect,
    Connected,
    Disconnected,
    Event,
    Message,
    MqttClient,
    Properties,
    Published,
    Refused,
    Subscribed,
    Subscription,
    Unsubscribed,
    Version,
    Will,
)

pytestmark = pytest.mark.skipif(
    shutil.which("mosquitto", path="/usr/sbin:/usr/bin") is None, reason="no mosquitto here"
)
Told = TypeVar("Told", bound=Event)
EXPIRES = Properties(session_expiry_s=60)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with running_mosquitto(
        tmp_path_factory.mktemp("broker"), "max_topic_alias 10", "max_keepalive 600", "max_inflight_messages 1000"
    ) as port:
        yield port


class Shell:
    """The thinnest shell around the client: a blocking socket."""

    def __init__(self, port: int, connect: Connect) -> None:
        self.client = MqttClient(connect)
        self._port = port
        self._told: list[Event] = []

    def open(self) -> Connected:
        self._socket = socket.create_connection(("127.0.0.1", self._port), 10)
        self._socket.settimeout(10)
        self.client.start(time.monotonic())
        return self.wait_for(Connected)

    def flush(self) -> None:
        self._socket.sendall(self.client.take_output(time.monotonic()))

    def wait_for(self, kind: type[Told], which: Callable[[Told], bool] = lambda _: True) -> Told:
        """The next event of a kind; what comes before it is kept for later questions."""
        while True:
            for event in self._told:
                if isinstance(event, kind) and which(event):
                    self._told.remove(event)
                    return event
            self.flush()
            data = self._socket.recv(65536)
            assert data, "the broker hung up"
            self._told += self.client.receive(data)

    def nothing_more(self, within_s: float = 0.3) -> bool:
        self.flush()
        self._socket.settimeout(within_s)
        try:
            self._told += self.client.receive(self._socket.recv(65536))
        except TimeoutError:
            return not self._told
        finally:
            self._socket.settimeout(10)
        return not self._told

    def subscribe(self, *filters: Subscription) -> tuple[int, ...]:
        packet_id = self.client.subscribe(filters)
        return self.wait_for(Subscribed, lambda told: told.packet_id == packet_id).codes

    def cut(self) -> None:
        self._socket.close()


@pytest.fixture(params=list(Version), ids=lambda version: version.name)
def version(request: pytest.FixtureRequest) -> Version:
    return Version(request.param)


@pytest.fixture
def shell(broker: int) -> Iterator[Callable[..., Shell]]:
    shells: list[Shell] = []

    def make(client_id: str, **options: object) -> Shell:
        shells.append(Shell(broker, Connect(client_id, **options)))  # type: ignore[arg-type]
        return shells[-1]

    yield make
    for each in shells:
        each.cut()


def kept(client_id: str, version: Version) -> dict[str, object]:
    """What makes a session outlive its connection."""
    properties = EXPIRES if version is Version.V5 else Properties()
    return {"client_id": f"{client_id}-{version}", "clean_start": False, "version": version, "properties": properties}


@pytest.mark.parametrize("qos", [0, 1, 2])
def test_what_one_publishes_another_receives(shell, version: Version, qos: int) -> None:
    reader, writer = shell(f"r{version}{qos}", version=version), shell(f"w{version}{qos}", version=version)
    assert not reader.open().session_present
    writer.open()
    assert reader.subscribe(Subscription(f"mill/{version}/{qos}/#", qos), Subscription("$SYS/none", 0)) == (qos, 0)
    for number in range(50):
        packet_id = writer.client.publish(f"mill/{version}/{qos}/温度", b"%d" % number, qos)
        assert (packet_id is None) == (qos == 0)
    writer.flush()
    for _ in range(50 if qos else 0):
        assert writer.wait_for(Published).reason_code == 0
    received = [reader.wait_for(Message) for _ in range(50)]
    assert [int(message.payload) for message in received] == list(range(50))
    assert {message.topic for message in received} == {f"mill/{version}/{qos}/温度"}
    for message in reversed(received):
        # Whatever the order of the calls, the broker hears them in the order of arrival, or it would hang up.
        reader.client.acknowledge(message)
    assert reader.nothing_more()
    assert reader.client.unacknowledged == 0


@pytest.mark.parametrize("qos", [1, 2])
def test_what_was_not_acknowledged_comes_again_on_the_next_connection(shell, version: Version, qos: int) -> None:
    topic = f"again/{version}/{qos}"
    reader, writer = shell(**kept(f"keeper{qos}", version)), shell(f"giver{version}{qos}", version=version)
    reader.open()
    writer.open()
    reader.subscribe(Subscription(topic, qos))
    for payload in (b"first", b"second", b"third"):
        writer.client.publish(topic, payload, qos)
    for _ in range(3):
        writer.wait_for(Published)
    messages = [reader.wait_for(Message) for _ in range(3)]
    reader.client.acknowledge(messages[0])
    assert reader.nothing_more()
    reader.cut()
    if qos == 2:
        # Told once in all, whenever they are acknowledged.
        reader.client.acknowledge(messages[1])
    assert reader.open().session_present
    if qos == 1:
        again = [reader.wait_for(Message) for _ in range(2)]
        assert [message.payload for message in again] == [b"second", b"third"]
        assert all(message.publish.dup for message in again)
        for message in again:
            reader.client.acknowledge(message)
    else:
        reader.client.acknowledge(messages[2])
    assert reader.nothing_more()
    assert reader.client.unacknowledged == 0
    reader.cut()
    assert reader.open().session_present
    assert reader.nothing_more()


def test_messages_of_a_client_without_a_connection_are_sent_when_it_has_one(shell, version: Version) -> None:
    reader, writer = shell(f"r-off-{version}", version=version), shell(**kept("offline", version))
    reader.open()
    reader.subscribe(Subscription(f"offline/{version}", 1))
    assert writer.client.publish(f"offline/{version}", b"kept", 1) == 1
    writer.client.publish(f"offline/{version}", b"dropped", 0)
    writer.open()
    assert writer.wait_for(Published).packet_id == 1
    assert reader.wait_for(Message).payload == b"kept"


def test_a_share_group_gets_each_message_once(shell) -> None:
    members = [shell(f"member-{number}", version=Version.V5) for number in range(2)]
    for member in members:
        member.open()
        member.subscribe(Subscription("$share/millmark/shared/#", 1))
    writer = shell("share-writer", version=Version.V5)
    writer.open()
    for number in range(20):
        writer.client.publish("shared/x", b"%d" % number, 1)
    for _ in range(20):
        writer.wait_for(Published)
    seen: list[int] = []
    for member in members:
        while not member.nothing_more():
            message = member.wait_for(Message)
            member.client.acknowledge(message)
            seen.append(int(message.payload))
    assert sorted(seen) == list(range(20))


def test_unsubscribing_ends_the_messages(shell, version: Version) -> None:
    client = shell(f"u-{version}", version=version)
    client.open()
    client.subscribe(Subscription("own/#", 0))
    client.client.unsubscribe(["own/#"])
    assert client.wait_for(Unsubscribed).codes == ((0,) if version is Version.V5 else ())
    client.client.publish("own/x", b"1", 1)
    client.wait_for(Published)
    assert client.nothing_more()


def test_the_broker_s_wishes_are_followed(shell) -> None:
    client = shell("", version=Version.V5, keep_alive_s=6000)
    connected = client.open()
    assert connected.connack.properties.assigned_client_id
    assert client.client.keep_alive_s == 600


def test_topic_aliases_of_the_broker_are_resolved(shell) -> None:
    reader = shell("alias-r", version=Version.V5, properties=Properties(topic_alias_maximum=5))
    writer = shell("alias-w", version=Version.V5)
    reader.open()
    writer.open()
    reader.subscribe(Subscription("alias/#", 0))
    for number in range(6):
        writer.client.publish(f"alias/{number % 2}", b"x", 1)
    writer.flush()
    assert [reader.wait_for(Message).topic for _ in range(6)] == [f"alias/{number % 2}" for number in range(6)]


def test_a_will_comes_when_a_client_is_cut_off(shell, version: Version) -> None:
    reader = shell(f"heir-{version}", version=version)
    mortal = shell(f"mortal-{version}", version=version, will=Will(f"will/{version}", b"gone", 1))
    reader.open()
    reader.subscribe(Subscription(f"will/{version}", 1))
    mortal.open()
    mortal.cut()
    assert reader.wait_for(Message).payload == b"gone"


def test_a_server_that_ends_the_connection_is_heard() -> None:
    client = MqttClient(Connect("c", version=Version.V5))
    client.start(0.0)
    told = client.receive(b"\x20\x03\x00\x00\x00" + b"\xe0\x01\x8e")
    assert told[1:] == [Disconnected(0x8E)]
    assert not client.is_connected


def test_a_refusal_says_why(tmp_path, version: Version) -> None:
    with running_mosquitto(tmp_path, "allow_anonymous false") as port:
        client = Shell(port, Connect("stranger", version=version))
        client._socket = socket.create_connection(("127.0.0.1", port), 10)
        client.client.start(0.0)
        assert client.wait_for(Refused).code == (0x87 if version is Version.V5 else 5)
        client.cut()


def test_a_silent_connection_is_kept_alive_by_pings(shell, version: Version) -> None:
    client = shell(f"quiet-{version}", version=version, keep_alive_s=1)
    client.open()
    deadline = time.monotonic() + 2.5
    while time.monotonic() < deadline:
        assert client.client.tick(time.monotonic())
        assert client.nothing_more(0.1)
    client.client.publish("q", b"", 1)
    assert client.wait_for(Published)


def test_a_server_that_answers_no_ping_is_given_up() -> None:
    client = MqttClient(Connect("c", keep_alive_s=10))
    client.start(0.0)
    client.take_output(0.0)
    client.receive(b"\x20\x02\x00\x00")
    assert client.tick(8.0)
    assert client.take_output(8.0) == b"\xc0\x00"
    assert client.tick(17.0)
    assert not client.tick(18.5)
