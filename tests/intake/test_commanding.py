"""Values on their way out, to an edge node made of paho and protobuf's own library."""

from __future__ import annotations

import asyncio
import contextlib
import threading

import pytest

from millmark.intake.commanding import CommandDesk, Delivery, NotReachable, NotWritable, PresentValue, UnfitValue
from millmark.wire.sparkplug import SparkplugType

INT64, DOUBLE, STRING = SparkplugType.INT64, SparkplugType.DOUBLE, SparkplugType.STRING


class Press:
    """Node `edge` with device `press`: a setpoint it obeys, when told to, and a recipe."""

    def __init__(self, door, device, sparkplug, *, qos=1, obeys=True, **options) -> None:
        self.door, self.schema, self.qos, self.obeys = door, sparkplug, qos, obeys
        self.device = device(door, **options)
        self.commands = []
        self.device.client.on_message = self._on_message
        self.seq = 0

    async def be_born(self) -> None:
        await asyncio.to_thread(self.device.connect)
        await asyncio.to_thread(
            self.device.subscribe, ("spBv1.0/plant/NCMD/edge/#", self.qos), ("spBv1.0/plant/DCMD/edge/#", self.qos)
        )
        await self._say("NBIRTH/edge", {"name": "bdSeq", "datatype": INT64, "long_value": 0})
        await self._say(
            "DBIRTH/edge/press",
            {"name": "setpoint", "alias": 2, "datatype": DOUBLE, "double_value": 20.0},
            {"name": "recipe", "datatype": STRING, "string_value": "A"},
        )

    async def _say(self, topic, *metrics) -> None:
        payload = self.schema.Payload(timestamp=self.door.plant.clock() // 1000, seq=self.seq)
        for metric in metrics:
            payload.metrics.add(**metric)
        self.seq += 1
        await asyncio.to_thread(self.device.publish, f"spBv1.0/plant/{topic}", payload.SerializeToString(), 1)

    def _on_message(self, client, _data, message) -> None:
        payload = self.schema.Payload.FromString(message.payload)
        self.commands.append((message.topic, payload))
        if self.obeys and "/DCMD/" in message.topic:
            answer = self.schema.Payload(timestamp=self.door.plant.clock() // 1000 + 1, seq=self.seq)
            answer.metrics.add(alias=2, double_value=payload.metrics[0].double_value)
            self.seq += 1
            client.publish("spBv1.0/plant/DDATA/edge/press", answer.SerializeToString(), 1)


@pytest.fixture
def desk(door):
    desk = CommandDesk(door.intake, door.plant.registry)
    desk.attach(door.listener)
    return desk


@pytest.fixture
def granted(plant):
    plant.registry.grant_writing("gw", granted_by="admin")


async def write(desk, value, *, metric="setpoint", within_s=5.0):
    present = await asyncio.to_thread(desk.present, "gw", "press", metric)
    return await desk.write("gw", "press", metric, value, present, within_s)


@pytest.mark.usefixtures("granted")
async def test_a_write_arrives_in_its_type_is_acknowledged_and_comes_back(door, device, sparkplug, desk):
    press = Press(door, device, sparkplug)
    await press.be_born()
    assert desk.present("gw", "press", "setpoint").value == 20.0
    outcome = await write(desk, 25)
    assert (outcome.delivery, outcome.connections, outcome.reported_back) == (Delivery.ACKNOWLEDGED, 1, True)
    ((topic, payload),) = press.commands
    assert topic == outcome.topic == "spBv1.0/plant/DCMD/edge/press"
    assert (payload.metrics[0].alias, payload.metrics[0].double_value) == (2, 25.0)
    assert not payload.HasField("seq")
    assert desk.present("gw", "press", "setpoint").value == 25.0


@pytest.mark.usefixtures("granted")
async def test_a_machine_that_does_not_obey_is_reported_as_such(door, device, sparkplug, desk):
    press = Press(door, device, sparkplug, obeys=False)
    await press.be_born()
    outcome = await write(desk, 25.0, within_s=0.3)
    assert (outcome.delivery, outcome.reported_back) == (Delivery.ACKNOWLEDGED, False)


@pytest.mark.usefixtures("granted")
async def test_a_node_that_listens_without_acknowledging_gets_the_command_and_says_nothing(
    door, device, sparkplug, desk
):
    press = Press(door, device, sparkplug, qos=0)
    await press.be_born()
    outcome = await write(desk, 25.0)
    assert (outcome.delivery, outcome.reported_back) == (Delivery.SENT, True)


@pytest.mark.usefixtures("granted")
async def test_a_node_that_takes_nothing_off_the_wire_has_not_acknowledged(door, device, sparkplug, desk):
    press = Press(door, device, sparkplug)
    await press.be_born()
    press.device.client.loop_stop()
    outcome = await desk.write("gw", "press", "setpoint", 25.0, PresentValue(), 0.3)
    assert outcome.delivery is Delivery.NOT_ACKNOWLEDGED
    assert outcome.reported_back is None
    with contextlib.suppress(OSError):
        press.device.client.socket().close()


@pytest.mark.usefixtures("granted")
async def test_a_command_that_was_not_taken_in_time_does_not_come_later(door, device, sparkplug, desk):
    press = Press(door, device, sparkplug, client_id="press", clean_session=False)
    await press.be_born()
    press.device.client.loop_stop()
    outcome = await desk.write("gw", "press", "setpoint", 25.0, PresentValue(), 0.3)
    assert outcome.delivery is Delivery.NOT_ACKNOWLEDGED
    press.device.client.socket().close()
    again = device(door, client_id="press", clean_session=False)
    await asyncio.to_thread(again.connect)
    # Its subscriptions are still there, so that only the age of the command holds it back.
    assert door.listener.deliver_to("gw", "spBv1.0/plant/DCMD/edge/press", b"later") == [1]
    await door.until(lambda: bool(again.received))
    assert [message.payload for message in again.received] == [b"later"]


async def test_nothing_is_written_that_nobody_granted(door, device, sparkplug, desk):
    press = Press(door, device, sparkplug)
    await press.be_born()
    with pytest.raises(NotWritable, match="'gw'"):
        await write(desk, 25.0)
    assert press.commands == []


@pytest.mark.usefixtures("granted")
async def test_what_cannot_be_written_is_refused_with_a_reason(door, device, sparkplug, desk):
    with pytest.raises(NotReachable, match="No Sparkplug edge node"):
        await write(desk, 25.0)
    press = Press(door, device, sparkplug)
    await press.be_born()
    with pytest.raises(UnfitValue):
        await write(desk, "hot")
    with pytest.raises(NotReachable, match="has declared 'press:speed'"):
        await write(desk, 1, metric="speed")
    gone = threading.Event()
    press.device.client.on_unsubscribe = lambda *_: gone.set()
    press.device.client.unsubscribe("spBv1.0/plant/DCMD/edge/#")
    assert await asyncio.to_thread(gone.wait, 10)
    with pytest.raises(NotReachable, match="does not listen"):
        await write(desk, 1.0)


async def test_a_rebirth_may_be_asked_for_without_a_grant_since_it_writes_nothing(door, device, sparkplug, desk):
    press = Press(door, device, sparkplug)
    await press.be_born()
    (outcome,) = await desk.ask_for_rebirth("gw", 5.0)
    assert (outcome.topic, outcome.delivery) == ("spBv1.0/plant/NCMD/edge", Delivery.ACKNOWLEDGED)
    ((_, payload),) = press.commands
    assert (payload.metrics[0].name, payload.metrics[0].boolean_value) == ("Node Control/Rebirth", True)
