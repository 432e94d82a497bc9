"""Readings through Mosquitto, a broker that is not the platform's own: none lost, none double, whoever is killed."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from tests.intake.conftest import ALL_TIME, Door, Plant

from millmark.history import History, HistorySettings, QuarantineFilter
from millmark.intake import QuarantineReplay
from millmark.intake.broker import BrokerSettings, BrokerSubscriber
from millmark.intake.broker.routing import gateway_of
from millmark.model import AssetPath
from millmark.registry import Database, NotRegistered, Registry
from millmark.wire.errors import InvalidTopic
from millmark.wire.mqtt import Version
from millmark.wire.sparkplug import Metric, SparkplugType, encode_payload

PROGRAM = "/usr/sbin/mosquitto"
FIRST_MS = 1_700_000_000_000
SCRIPT = Path(__file__).with_name("broker_process.py")

needs_mosquitto = pytest.mark.skipif(not Path(PROGRAM).exists(), reason="no mosquitto here")


class Broker:
    """Keeps its port and what it persisted from one life to the next."""

    def __init__(self, folder: Path, *settings: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        self._configuration = folder / "mosquitto.conf"
        lines = [f"listener {self.port} 127.0.0.1", "allow_anonymous true", "persistence true"]
        lines += [
            f"persistence_location {folder}/",
            "max_queued_messages 0",
            "max_inflight_messages 1000",
            *settings,
            "",
        ]
        self._configuration.write_text("\n".join(lines))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen([PROGRAM, "-c", str(self._configuration)], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                assert time.monotonic() < deadline, "mosquitto did not start"
                time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    # Mosquitto drops to another user when it runs as root.
    folder.chmod(0o777)
    running = Broker(folder, "user root")
    running.start()
    yield running
    running.stop()


class Publisher:
    """Some device of the broker's, which the platform knows nothing of."""

    def __init__(self, port: int) -> None:
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="device")
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def publish(self, topic: str, payload: bytes | str, *, retain: bool = False) -> None:
        deadline = time.monotonic() + 20
        while not self.client.is_connected() and time.monotonic() < deadline:
            time.sleep(0.01)
        message = self.client.publish(topic, payload, 1, retain)
        message.wait_for_publish(20)
        assert message.is_published()

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def publisher(broker: Broker) -> Iterator[Publisher]:
    one = Publisher(broker.port)
    yield one
    one.close()


Subscribe = Callable[..., Any]


@pytest.fixture
async def subscribe(door: Door, broker: Broker) -> AsyncIterator[Subscribe]:
    """Subscribes to the broker; whoever is still there after the test is stopped."""
    running: list[BrokerSubscriber] = []
    usual = BrokerSettings(host="127.0.0.1", port=broker.port, client_id="millmark", retry_first_s=0.1)

    async def begin(**options: Any) -> BrokerSubscriber:
        one = BrokerSubscriber(door.intake, replace(usual, **options))
        await one.start()
        running.append(one)
        await door.until(lambda: one.status.is_connected)
        return one

    yield begin
    for one in running:
        await one.stop()


def telemetry(number: int) -> str:
    return json.dumps({"ts": FIRST_MS + number, "values": {"n": number}})


def stored(plant: Plant) -> list[float]:
    try:
        return [value for _, value in plant.numbers("press", "n")]
    except NotRegistered:
        return []


pytestmark = needs_mosquitto


@pytest.mark.parametrize("version", [Version.V5, Version.V3_1_1])
@pytest.mark.parametrize("group", [None, "workers"])
async def test_what_devices_give_to_a_broker_is_stored(
    door: Door, subscribe: Subscribe, publisher: Publisher, version: Version, group: str | None
) -> None:
    one = await subscribe(version=version, group=group)
    for number in range(20):
        await asyncio.to_thread(publisher.publish, "millmark/gw/press", telemetry(number))
    await door.until(lambda: len(stored(door.plant)) == 20)
    await door.until(lambda: one.status.unacknowledged == 0)
    assert one.status.messages == 20


async def test_edge_nodes_speak_through_a_broker(door: Door, subscribe: Subscribe, publisher: Publisher) -> None:
    await subscribe(sparkplug_gateway="{group}")
    asked: list[str] = []
    publisher.client.on_message = lambda _client, _data, message: asked.append(message.topic)
    publisher.client.subscribe("spBv1.0/GW/NCMD/#")
    birth = encode_payload([Metric(21.5, SparkplugType.DOUBLE, "temperature", 1)], timestamp_ms=FIRST_MS, seq=0)
    data = encode_payload([Metric(22.0, SparkplugType.DOUBLE, None, 1)], timestamp_ms=FIRST_MS + 1, seq=1)
    await asyncio.to_thread(publisher.publish, "spBv1.0/GW/NDATA/edge", data)
    # Its births came before the platform did: it is asked for them.
    await door.until(lambda: "spBv1.0/GW/NCMD/edge" in asked)
    await asyncio.to_thread(publisher.publish, "spBv1.0/GW/NBIRTH/edge", birth)
    await asyncio.to_thread(publisher.publish, "spBv1.0/GW/NDATA/edge", data)

    def values() -> list[float]:
        series = [one for one in door.plant.registry.bindings("gw").values() if one.metric == "temperature"]
        return door.plant.history.raw([one.id for one in series], ALL_TIME).value.tolist() if series else []

    await door.until(lambda: values() == [21.5, 22.0])


async def test_the_host_says_that_it_is_there_and_that_it_leaves(
    door: Door, broker: Broker, subscribe: Subscribe, publisher: Publisher
) -> None:
    states: list[dict[str, Any]] = []
    publisher.client.on_message = lambda _client, _data, message: states.append(json.loads(message.payload))
    publisher.client.subscribe("spBv1.0/STATE/plant", 1)
    one = await subscribe(host_id="plant")
    await door.until(lambda: [state["online"] for state in states] == [True])
    # Somebody else's late word is contradicted.
    await asyncio.to_thread(publisher.publish, "spBv1.0/STATE/plant", '{"online": false, "timestamp": 1}')
    await door.until(lambda: states[-1]["online"] is True and len(states) >= 3)
    await one.stop()
    await door.until(lambda: states[-1]["online"] is False)


async def test_a_gateway_that_nobody_registered_waits_in_quarantine(
    door: Door, subscribe: Subscribe, publisher: Publisher
) -> None:
    await subscribe()
    await asyncio.to_thread(publisher.publish, "millmark/newcomer/press", telemetry(7))
    await asyncio.to_thread(publisher.publish, "something/else", "7")
    await asyncio.to_thread(publisher.publish, "millmark", "7")
    await door.until(lambda: door.plant.history.quarantine_counts() == {"unknown_gateway": 1, "unparsable": 1})
    door.plant.registry.ensure_gateway("newcomer", root=AssetPath.parse("acme/north"), kind="mqtt", may_register=True)
    replay = QuarantineReplay(door.plant.history, door.intake, door.plant.clock)
    assert (await replay.replay(QuarantineFilter(gateways=["newcomer"]), 10)).stored == 1
    assert door.plant.numbers("press", "n") == [((FIRST_MS + 7) * 1000, 7.0)]


async def test_messages_wait_while_the_platform_is_away(door: Door, subscribe: Subscribe, publisher: Publisher) -> None:
    one = await subscribe(group="workers")
    await asyncio.to_thread(publisher.publish, "millmark/gw/press", telemetry(0))
    await door.until(lambda: stored(door.plant) == [0.0])
    await one.stop()
    for number in range(1, 6):
        await asyncio.to_thread(publisher.publish, "millmark/gw/press", telemetry(number))
    await subscribe(group="workers")
    await door.until(lambda: sorted(stored(door.plant)) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0])


async def test_a_broker_that_goes_and_comes_back_is_read_again(
    door: Door, broker: Broker, subscribe: Subscribe, publisher: Publisher
) -> None:
    one = await subscribe()
    await asyncio.to_thread(publisher.publish, "millmark/gw/press", telemetry(0))
    for number in (1, 2):
        await asyncio.to_thread(broker.stop)
        await door.until(lambda: not one.status.is_connected or one.status.last_error is not None)
        await asyncio.to_thread(broker.start)
        await asyncio.to_thread(publisher.publish, "millmark/gw/press", telemetry(number))
    await door.until(lambda: sorted(stored(door.plant)) == [0.0, 1.0, 2.0], 30)
    assert one.status.connections >= 3


async def test_a_store_that_refuses_leaves_the_messages_at_the_broker(
    door: Door, subscribe: Subscribe, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    from millmark.history import StoreUnavailable

    one = await subscribe()
    commit, refusing = door.plant.history.commit, [True]

    def commit_or_not(block: Any) -> Any:
        if refusing[0]:
            raise StoreUnavailable("the disk is full")
        return commit(block)

    monkeypatch.setattr(door.plant.history, "commit", commit_or_not)
    await asyncio.to_thread(publisher.publish, "millmark/gw/press", telemetry(0))
    await door.until(lambda: not one.status.is_connected, 20)
    refusing[0] = False
    await asyncio.to_thread(publisher.publish, "millmark/gw/press", telemetry(1))
    await door.until(lambda: sorted(stored(door.plant)) == [0.0, 1.0], 30)


@pytest.mark.parametrize(
    ("topic", "template", "gateway"),
    [
        ("millmark/gw/line/press", "{node}", "gw"),
        ("spBv1.0/Plant 1/NDATA/Edge_7", "{node}", "edge_7"),
        ("spBv1.0/Plant 1/DDATA/Edge_7/press", "{group}.{node}", "plant-1.edge_7"),
        ("spBv1.0/G/NCMD/N", "{node}", None),
        ("spBv1.0/STATE/other", "{node}", None),
    ],
)
def test_whose_a_topic_is(topic: str, template: str, gateway: str | None) -> None:
    assert gateway_of(topic, template) == gateway


@pytest.mark.parametrize("topic", ["millmark", "millmark/", "other/x", "spBv1.0/G/NOTHING/N", "spBv1.0"])
def test_a_topic_of_nobody(topic: str) -> None:
    with pytest.raises(InvalidTopic):
        gateway_of(topic, "{node}")


@pytest.mark.faults
@pytest.mark.timeout(180)
def test_nothing_is_lost_or_double_when_the_platform_is_killed(
    tmp_path: Path, broker: Broker, template_registry: tuple[Path, dict[str, str]]
) -> None:
    kills = int(os.environ.get("MILLMARK_KILLS", "3"))
    folder = tmp_path / "platform"
    folder.mkdir()
    shutil.copy(template_registry[0], folder / "registry.sqlite")

    def open_door() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, SCRIPT, folder, str(broker.port)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        return process

    process = open_door()
    publisher = Publisher(broker.port)
    sent = 0
    for _ in range(kills):
        until = time.monotonic() + random.uniform(0.2, 1.0)
        while time.monotonic() < until:
            publisher.publish("millmark/gw/press", telemetry(sent))
            sent += 1
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        process.stdout.close()  # type: ignore[union-attr]
        process = open_door()
    deadline = time.monotonic() + 30
    # The last one is behind all others in the broker's queue.
    time.sleep(2)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    process.stdout.close()  # type: ignore[union-attr]
    publisher.close()
    assert time.monotonic() < deadline
    history = History.open(HistorySettings(path=folder / "history"), now_us=lambda: time.time_ns() // 1000)
    database = Database(f"sqlite:///{folder / 'registry.sqlite'}")
    try:
        series = Registry(database).series_by_key("acme/north/press:n")
        values = Counter(history.raw([series.id], ALL_TIME).value.tolist())
    finally:
        history.close()
        database.close()
    assert set(values) == set(map(float, range(sent)))
    assert set(values.values()) == {1}
