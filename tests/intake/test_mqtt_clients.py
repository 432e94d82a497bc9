"""The listener and the clients that people use: paho in both versions, and Mosquitto's commands."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
import threading
from collections.abc import AsyncIterator

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from millmark.intake import MqttLimits

TOPIC = "millmark/gw/press"
needs_mosquitto = pytest.mark.skipif(shutil.which("mosquitto_pub") is None, reason="no mosquitto-clients here")


@pytest.fixture(params=["311", "5"])
def version(request) -> str:
    return request.param


@pytest.fixture
def protocol(version) -> dict[str, object]:
    return {"protocol": mqtt.MQTTv5 if version == "5" else mqtt.MQTTv311}


@pytest.mark.parametrize("qos", [0, 1, 2])
async def test_paho_publishes_at_every_quality(door, device, protocol, qos):
    client = device(door, **protocol)
    await asyncio.to_thread(client.connect)
    start_ms = door.plant.clock() // 1000 - 1_000
    for number in range(30):
        message = client.client.publish(TOPIC, json.dumps({"ts": start_ms + number, "values": {"n": number}}), qos)
    await asyncio.to_thread(message.wait_for_publish, 20)
    await door.until(lambda: door.intake.stats().points_stored == 30)
    assert [value for _, value in door.plant.numbers("press", "n")] == [float(number) for number in range(30)]


async def test_paho_goes_on_at_qos_2_after_its_connection_broke(door, device):
    """paho keeps what is not complete and goes on with it on the next connection: nothing twice, nothing missing."""
    client = device(door, client_id="kept", clean_session=False)
    await asyncio.to_thread(client.connect)
    messages = []
    for number in range(60):
        messages.append(client.client.publish(TOPIC, b'{"n": %d}' % number, 2))
        if number in (20, 40):
            # The cable is cut while messages are under way.
            await door.until(client.client.is_connected)
            client.client.socket().shutdown(socket.SHUT_RDWR)
            await asyncio.sleep(0.2)
    for message in messages:
        await asyncio.to_thread(message.wait_for_publish, 30)
    stored = [value for _, value in door.plant.numbers("press", "n")]
    assert sorted(stored) == [float(number) for number in range(60)]


async def test_paho_sees_its_own_retained_message_and_will(door, device, protocol):
    mortal = device(door, client_id="mortal", **protocol)
    mortal.client.will_set(TOPIC, '{"alive": false}', 1)
    watcher = device(door, client_id="watcher", **protocol)
    await asyncio.to_thread(watcher.connect)
    await asyncio.to_thread(mortal.connect)
    kept = mortal.client.publish("millmark/gw/door", '{"open": true}', 1, retain=True)
    await asyncio.to_thread(kept.wait_for_publish, 10)
    assert await asyncio.to_thread(watcher.subscribe, ("millmark/gw/#", 1)) == [1]
    await door.until(lambda: len(watcher.received) == 1)
    await asyncio.to_thread(mortal.break_off)
    await door.until(lambda: len(watcher.received) == 2)
    assert [(one.topic, one.retain) for one in watcher.received] == [("millmark/gw/door", True), (TOPIC, False)]


async def test_paho_is_told_the_reason_in_mqtt_5(open_door, device):
    door = await open_door(limits=MqttLimits(receive_maximum=5, topic_aliases=2))
    client = device(door, client_id="c", protocol=mqtt.MQTTv5)
    reasons: list[str] = []
    client.client.on_disconnect = lambda _client, _data, _flags, reason, _properties: reasons.append(str(reason))
    await asyncio.to_thread(client.connect)
    assert await asyncio.to_thread(client.subscribe, (TOPIC, 1), ("millmark/strict/#", 1)) == [1, 0x87]
    alias = Properties(PacketTypes.PUBLISH)
    alias.TopicAlias = 1
    client.client.publish(TOPIC, '{"n": 1}', 1, properties=alias)
    last = client.client.publish("", '{"n": 2}', 1, properties=alias)
    await asyncio.to_thread(last.wait_for_publish, 10)
    assert [value for _, value in door.plant.numbers("press", "n")] == [1.0, 2.0]
    alias.TopicAlias = 3
    client.client.publish(TOPIC, '{"n": 3}', 1, properties=alias)
    await door.until(lambda: bool(reasons))
    assert reasons[0] == "Topic alias invalid"


async def test_paho_keeps_its_connection_alive(door, device):
    client = device(door)
    await asyncio.to_thread(client.connect, 1)
    await asyncio.sleep(2.6)
    assert client.client.is_connected()
    assert await asyncio.to_thread(client.publish, TOPIC, '{"n": 1}')


class Mosquitto:
    """Mosquitto's commands, signed in as `gw`."""

    def __init__(self, door, version: str) -> None:
        self._sign_in = ["-h", "127.0.0.1", "-p", str(door.listener.port), "-u", "gw", "-P", door.plant.keys["gw"]]
        self._sign_in += ["-V", version]
        self._running: list[asyncio.subprocess.Process] = []

    async def publish(self, *arguments: str) -> int:
        process = await self._start("mosquitto_pub", *arguments)
        async with asyncio.timeout(20):
            return await process.wait()

    async def subscribe(self, *arguments: str) -> asyncio.subprocess.Process:
        """Running, and subscribed by the time this returns."""
        process = await self._start("mosquitto_sub", "-d", *arguments)
        async with asyncio.timeout(20):
            while b"Subscribed" not in await self._line(process):
                pass
        return process

    async def messages(self, process: asyncio.subprocess.Process, count: int) -> list[bytes]:
        """The next payloads it prints."""
        found: list[bytes] = []
        async with asyncio.timeout(20):
            while len(found) < count:
                line = await self._line(process)
                if not line.startswith((b"Client ", b"Subscribed")):
                    found.append(line.strip())
        return found

    async def close(self) -> None:
        for process in self._running:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    async def _start(self, command: str, *arguments: str) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            # Their output comes line by line, as it would in a terminal.
            "stdbuf",
            "-oL",
            command,
            *self._sign_in,
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._running.append(process)
        return process

    async def _line(self, process: asyncio.subprocess.Process) -> bytes:
        assert process.stdout is not None
        line = await process.stdout.readline()
        assert line, "the command ended"
        return line


@pytest.fixture
async def mosquitto(door, version) -> AsyncIterator[Mosquitto]:
    commands = Mosquitto(door, version)
    yield commands
    await commands.close()


@needs_mosquitto
@pytest.mark.parametrize("qos", ["0", "1", "2"])
async def test_mosquitto_publishes_and_subscribes(door, mosquitto, qos):
    reader = await mosquitto.subscribe("-t", "millmark/gw/#", "-q", qos)
    assert await mosquitto.publish("-t", TOPIC, "-q", qos, "-m", '{"n": 1}') == 0
    assert await mosquitto.messages(reader, 1) == [b'{"n": 1}']
    await door.until(lambda: door.intake.stats().points_stored == 1)


@needs_mosquitto
async def test_mosquitto_leaves_a_will_a_retained_message_and_a_session(door, mosquitto):
    assert await mosquitto.publish("-t", "millmark/gw/door", "-r", "-q", "1", "-m", "1") == 0
    will = ["--will-topic", TOPIC, "--will-payload", '{"alive": false}', "--will-qos", "1"]
    mortal = await mosquitto.subscribe("-t", "millmark/gw/none", *will)
    reader = await mosquitto.subscribe("-t", "millmark/gw/#", "-q", "1")
    assert await mosquitto.messages(reader, 1) == [b"1"]
    mortal.send_signal(signal.SIGKILL)
    assert await mosquitto.messages(reader, 1) == [b'{"alive": false}']
    kept = ["-t", "millmark/gw/#", "-q", "2", "-i", "kept", "-c"]
    away = await mosquitto.subscribe(*kept, *(["-x", "60"] if "5" in mosquitto._sign_in else []))
    await mosquitto.messages(away, 1)
    away.send_signal(signal.SIGKILL)
    await away.wait()
    await door.until(lambda: door.intake.stats().connections == 1)
    assert await mosquitto.publish("-t", TOPIC, "-q", "2", "-m", '{"n": 7}') == 0
    back = await mosquitto._start(
        "mosquitto_sub", *kept, *(["-x", "60"] if "5" in mosquitto._sign_in else []), "-R", "-C", "1"
    )
    output, _ = await asyncio.wait_for(back.communicate(), 20)
    assert output == b'{"n": 7}\n'


@needs_mosquitto
async def test_mosquitto_takes_turns_in_a_share_group(door, mosquitto):
    members = [await mosquitto.subscribe("-t", "$share/team/millmark/gw/#", "-q", "1") for _ in range(2)]
    for number in range(4):
        await mosquitto.publish("-t", TOPIC, "-q", "1", "-m", f'{{"n": {number}}}')
    shares = [await mosquitto.messages(member, 2) for member in members]
    assert sorted(shares[0] + shares[1]) == [b'{"n": %d}' % number for number in range(4)]


@needs_mosquitto
async def test_mosquitto_is_refused_with_a_reason(door, mosquitto, version):
    mosquitto._sign_in[mosquitto._sign_in.index("-P") + 1] = "wrong"
    process = await mosquitto._start("mosquitto_pub", "-t", TOPIC, "-m", "1")
    output, _ = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode != 0
    assert b"authori" in output.lower() or b"bad user" in output.lower()
    assert door.intake.stats().points_stored == 0


async def test_a_connect_that_never_ends_is_not_waited_for(open_door):
    door = await open_door(limits=MqttLimits(connect_within_s=0.4))
    stopped = threading.Event()

    def drip() -> bool:
        with socket.create_connection(("127.0.0.1", door.listener.port), 5) as slow:
            for byte in b"\x10\x7f\x00\x04MQTT\x05\x02" + b"\x00" * 100:
                try:
                    slow.sendall(bytes((byte,)))
                    slow.settimeout(0.05)
                    if slow.recv(1) == b"":
                        return True
                except TimeoutError:
                    continue
                except ConnectionError:
                    return True
        return stopped.is_set()

    assert await asyncio.to_thread(drip)
