"""Commands over the API: who may send them, what is recorded before they go, what is answered."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import httpx
import paho.mqtt.client as mqtt
import pytest
from tests.web.conftest import World, cookie

from millmark.intake import MqttListener
from millmark.web.access import Role
from millmark.wire.sparkplug import Metric, SparkplugType, decode_payload, encode_payload

GATEWAY = "north-mill-gateway"
COMMANDS = f"/api/gateways/{GATEWAY}/commands"
BODY = {"asset": "press", "metric": "setpoint", "value": 25.5, "reason": "trial run"}


@pytest.fixture(scope="module")
def key(world: World) -> str:
    return world.platform.registry.set_gateway_key(GATEWAY)


class Machine:
    """An edge node with a setpoint that it takes over when it is written to."""

    def __init__(self, port: int, key: str) -> None:
        self.received: list[mqtt.MQTTMessage] = []
        self._subscribed = threading.Event()
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="machine")
        self.client.username_pw_set(GATEWAY, key)
        self.client.on_message = self._on_message
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self.client.subscribe([("spBv1.0/plant/NCMD/edge/#", 1), ("spBv1.0/plant/DCMD/edge/#", 1)])
        assert self._subscribed.wait(10)
        self._say("NBIRTH/edge", Metric(0, SparkplugType.INT64, "bdSeq"), seq=0)
        self._say("DBIRTH/edge/press", Metric(20.0, SparkplugType.DOUBLE, "setpoint"), seq=1)

    def _say(self, topic: str, *metrics: Metric, seq: int) -> None:
        payload = encode_payload(metrics, seq=seq)
        self.client.publish(f"spBv1.0/plant/{topic}", payload, 1).wait_for_publish(10)

    def _on_message(self, client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self.received.append(message)
        written = decode_payload(message.payload).value[0]
        if isinstance(written, float):
            answer = encode_payload([Metric(written, SparkplugType.DOUBLE, "setpoint")], seq=2)
            client.publish("spBv1.0/plant/DDATA/edge/press", answer, 1)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
async def listener(world: World) -> AsyncIterator[MqttListener]:
    platform = world.platform
    await platform.intake.start()
    listener = MqttListener(platform.intake, platform.registry, "127.0.0.1")
    await listener.start()
    platform.commands.attach(listener)
    yield listener
    platform.commands.detach(listener)
    await listener.stop(within_s=1.0)
    await platform.intake.stop()


@pytest.fixture
async def machine(listener: MqttListener, key: str) -> AsyncIterator[Machine]:
    machine = await asyncio.to_thread(Machine, listener.port, key)
    yield machine
    machine.close()


@pytest.fixture
def engineer(world: World) -> dict[str, str]:
    return cookie(world.tokens[Role.ENGINEER])


@pytest.fixture
def admin(world: World) -> dict[str, str]:
    return cookie(world.tokens[Role.ADMIN])


@pytest.fixture
async def granted(client: httpx.AsyncClient, admin: dict[str, str]) -> AsyncIterator[None]:
    response = await client.put(f"/api/gateways/{GATEWAY}/writing", headers=admin)
    assert response.json()["may_be_written"] is True
    yield
    await client.delete(f"/api/gateways/{GATEWAY}/writing", headers=admin)


def last_entry(world: World) -> tuple[str, str, str, int | None]:
    (entry,) = world.platform.audit.entries(limit=1)
    return entry.action, entry.what, entry.result, entry.outcome


@pytest.mark.usefixtures("granted")
async def test_a_write_goes_out_comes_back_and_is_recorded_with_the_value_before(
    client: httpx.AsyncClient, world: World, engineer: dict[str, str], machine: Machine
) -> None:
    response = await client.post(COMMANDS, json=BODY, headers=engineer)
    assert response.status_code == 200, response.text
    answer = response.json()
    assert (answer["delivery"], answer["reported_back"], answer["old_value"]) == ("acknowledged", True, 20.0)
    assert [message.topic for message in machine.received] == ["spBv1.0/plant/DCMD/edge/press"]
    action, what, result, outcome = last_entry(world)
    assert (action, outcome) == ("commands.write", 200)
    assert what.startswith(f"POST {COMMANDS}: 'press:setpoint' = 25.5, was 20.0 at 20")
    assert what.endswith("because 'trial run'")
    assert result == "spBv1.0/plant/DCMD/edge/press: acknowledged, reported back"


async def test_without_a_grant_nothing_goes_out_and_the_attempt_is_recorded(
    client: httpx.AsyncClient, world: World, engineer: dict[str, str], machine: Machine
) -> None:
    response = await client.post(COMMANDS, json=BODY, headers=engineer)
    assert (response.status_code, response.json()["error"]["code"]) == (403, "not_allowed")
    assert "allow-writing" in response.json()["error"]["next_step"]
    assert machine.received == []
    _, what, _, outcome = last_entry(world)
    assert "'press:setpoint' = 25.5" in what
    assert outcome == 403


async def test_an_engineer_cannot_grant_it(client: httpx.AsyncClient, engineer: dict[str, str]) -> None:
    for method in ("PUT", "DELETE"):
        response = await client.request(method, f"/api/gateways/{GATEWAY}/writing", headers=engineer)
        assert response.status_code == 403


async def test_another_enterprise_s_gateway_is_not_there(client: httpx.AsyncClient, engineer: dict[str, str]) -> None:
    for path in ("commands", "rebirth"):
        response = await client.post(f"/api/gateways/south-mill-gateway/{path}", json=BODY, headers=engineer)
        assert response.status_code in (404, 422)
    response = await client.post("/api/gateways/south-mill-gateway/commands", json=BODY, headers=engineer)
    assert "nothing here by this name" in response.json()["error"]["message"]


@pytest.mark.usefixtures("granted", "machine")
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"value": "hot"}, 422),
        ({"value": None}, 422),
        ({"value": {"a": 1}}, 422),
        ({"metric": "speed"}, 409),
        ({"asset": "lathe"}, 409),
        ({"reason": ""}, 422),
        ({"within_s": 31}, 422),
    ],
)
async def test_what_cannot_be_written_is_refused_in_a_sentence(
    client: httpx.AsyncClient, engineer: dict[str, str], change: dict[str, object], status: int
) -> None:
    response = await client.post(COMMANDS, json=BODY | change, headers=engineer)
    assert response.status_code == status, response.text
    assert response.json()["error"]["next_step"]


@pytest.mark.usefixtures("granted", "listener")
async def test_no_edge_node_no_command(client: httpx.AsyncClient, engineer: dict[str, str]) -> None:
    response = await client.post(COMMANDS, json=BODY, headers=engineer)
    assert response.status_code == 409
    assert "No Sparkplug edge node" in response.json()["error"]["message"]


async def test_a_rebirth_is_asked_for_and_recorded(
    client: httpx.AsyncClient, world: World, engineer: dict[str, str], machine: Machine
) -> None:
    body = {"reason": "new metrics"}
    response = await client.post(f"/api/gateways/{GATEWAY}/rebirth", json=body, headers=engineer)
    assert [one["topic"] for one in response.json()["commands"]] == ["spBv1.0/plant/NCMD/edge"]
    action, what, _, _ = last_entry(world)
    assert action == "commands.rebirth"
    assert what.endswith("because 'new metrics'")
    assert len(machine.received) == 1
