"""A Sparkplug edge node at the listener, made of paho and the payloads of protobuf's own library."""

from __future__ import annotations

import asyncio
import math

import pytest

from millmark.model import DataType, Quality
from millmark.wire.sparkplug import REBIRTH_METRIC, SparkplugType, decode_payload

S = 1_000_000
INT8, DOUBLE, STRING, INT64 = SparkplugType.INT8, SparkplugType.DOUBLE, SparkplugType.STRING, SparkplugType.INT64


class EdgeNode:
    """Group `plant`, node `edge`, device `press`; counts its messages as the specification asks."""

    def __init__(self, door, device, sparkplug) -> None:
        self.device = device(door)
        self.clock = door.plant.clock
        self.schema = sparkplug
        self.seq = 0
        death = self.schema.Payload(timestamp=1)
        death.metrics.add(name="bdSeq", datatype=INT64, long_value=0)
        self.device.client.will_set("spBv1.0/plant/NDEATH/edge", death.SerializeToString(), qos=1)

    async def connect(self) -> None:
        await asyncio.to_thread(self.device.connect)
        await asyncio.to_thread(self.device.subscribe, ("spBv1.0/plant/NCMD/edge/#", 1))

    async def say(self, topic: str, *metrics: dict[str, object], qos: int = 1) -> None:
        """Sparkplug sends at QoS 0; QoS 1 here tells the test when the message is stored."""
        payload = self.schema.Payload(timestamp=self.clock() // 1000, seq=self.seq)
        for metric in metrics:
            properties = metric.pop("properties", {})
            added = payload.metrics.add(**metric)
            for key, value in properties.items():
                added.properties.keys.append(key)
                added.properties.values.add(type=STRING, string_value=value)
        self.seq = (self.seq + 1) % 256
        await asyncio.to_thread(self.device.publish, f"spBv1.0/plant/{topic}", payload.SerializeToString(), qos)

    async def be_born(self) -> None:
        self.seq = 0
        await self.say(
            "NBIRTH/edge",
            {"name": "bdSeq", "datatype": INT64, "long_value": 0},
            {"name": REBIRTH_METRIC, "datatype": SparkplugType.BOOLEAN, "boolean_value": False},
            {"name": "offset", "alias": 1, "datatype": INT8, "int_value": 0xFFFF_FFF4},
        )
        await self.say(
            "DBIRTH/edge/press",
            {"name": "temperature", "alias": 2, "datatype": DOUBLE, "double_value": 20.0,
             "properties": {"engUnit": "°C"}},
            {"name": "state", "alias": 3, "datatype": STRING, "string_value": "IDLE"},
        )  # fmt: skip


@pytest.fixture
async def node(door, device, sparkplug):
    node = EdgeNode(door, device, sparkplug)
    await node.connect()
    return node


async def test_a_birth_registers_series_with_type_and_unit_and_stores_its_values(door, node):
    await node.be_born()
    plant = door.plant
    assert [value for _, value in plant.numbers("", "offset")] == [-12.0]
    assert [value for _, value in plant.numbers("press", "temperature")] == [20.0]
    assert [value for _, value in plant.texts("press", "state")] == ["IDLE"]
    temperature, offset = plant.series("press", "temperature"), plant.series("", "offset")
    assert (temperature.unit, temperature.data_type) == ("Cel", DataType.FLOAT)
    assert (offset.unit, offset.data_type) == ("1", DataType.INTEGER)
    assert len(plant.registry.series()) == 3


async def test_data_by_alias_reach_the_history_with_their_own_times(door, node):
    await node.be_born()
    then_ms = door.plant.clock() // 1000 - 3_600_000
    await node.say("DDATA/edge/press", {"alias": 2, "timestamp": then_ms, "double_value": 7.5, "is_historical": True})
    await node.say("NDATA/edge", {"alias": 1, "int_value": 0xF4})
    assert (then_ms * 1000, 7.5) in door.plant.numbers("press", "temperature")
    assert [value for _, value in door.plant.numbers("", "offset")] == [-12.0, -12.0]
    # The value of an hour ago is history, not the latest.
    points, _ = door.intake.latest_of([door.plant.series("press", "temperature").id])
    assert points.value.tolist() == [20.0]


async def test_an_unknown_alias_asks_the_node_for_its_birth_once(door, node):
    await node.be_born()
    for _ in range(3):
        await node.say("DDATA/edge/press", {"alias": 99, "double_value": 1.0})
    await door.until(lambda: bool(node.device.received))
    (command,) = node.device.received
    assert command.topic == "spBv1.0/plant/NCMD/edge"
    payload = decode_payload(command.payload)
    assert (payload.name, payload.value) == ([REBIRTH_METRIC], [True])
    assert door.plant.history.quarantine_counts()["bad_alias"] == 3
    assert door.intake.stats().rebirths_requested == 1


async def test_a_node_that_speaks_before_its_birth_is_asked_for_it(door, node):
    await node.say("NDATA/edge", {"alias": 1, "int_value": 3})
    await door.until(lambda: bool(node.device.received))
    await node.be_born()
    await node.say("NDATA/edge", {"alias": 1, "int_value": 3})
    assert [value for _, value in door.plant.numbers("", "offset")] == [-12.0, 3.0]


async def test_captured_traffic_with_every_number_twice_loses_nothing(door, node):
    await node.be_born()
    for number in range(30):
        node.seq = (2 + number // 2) % 256
        await node.say("DDATA/edge/press", {"alias": 2, "double_value": float(number)}, qos=0)
    await node.say("DDATA/edge/press", {"alias": 2, "double_value": 99.0})
    values = [value for _, value in door.plant.numbers("press", "temperature")]
    conflicts = door.intake.stats().conflicts
    assert len(values) + conflicts == 32
    assert door.intake.stats().repeated_sequences == 15
    assert door.intake.stats().sequence_gaps == 0


async def test_a_broken_wire_marks_the_node_s_values_as_no_longer_known(door, node):
    await node.be_born()
    before = door.plant.clock()
    node.device.break_off()
    await door.until(lambda: door.intake.stats().points_stored == 6)
    ids = [door.plant.series("press", "temperature").id, door.plant.series("press", "state").id]
    points, texts = door.intake.latest_of(ids)
    assert math.isnan(points.value[0])
    assert texts.value.to_pylist() == [None]
    for latest in (points, texts):
        assert latest.quality.tolist() == [Quality.BAD]
        assert latest.code.tolist() == [0x80310000]
        assert before <= latest.source_time_us[0] <= door.plant.clock()
    # What was known stays in the history as it was.
    assert door.plant.numbers("press", "temperature")[0][1] == 20.0


async def test_a_node_that_comes_back_goes_on(door, node, device, sparkplug):
    await node.be_born()
    node.device.break_off()
    await door.until(lambda: door.intake.stats().points_stored == 6)
    again = EdgeNode(door, device, sparkplug)
    await again.connect()
    await again.be_born()
    points, _ = door.intake.latest_of([door.plant.series("press", "temperature").id])
    assert points.value.tolist() == [20.0]
    assert points.quality.tolist() == [Quality.GOOD]


async def test_a_stop_of_the_platform_marks_nothing(door, node):
    await node.be_born()
    await door.listener.stop()
    await door.intake.stop()
    assert [value for _, value in door.plant.numbers("press", "temperature")] == [20.0]


async def test_what_is_no_number_is_stored_as_text(door, node):
    await node.be_born()
    table = {"name": "table", "datatype": SparkplugType.DATA_SET}
    table["dataset_value"] = node.schema.Payload.DataSet(
        columns=["a"], types=[INT8], rows=[{"elements": [{"int_value": 5}]}]
    )
    curve = {"name": "curve", "datatype": SparkplugType.INT8_ARRAY, "bytes_value": b"\xff\x02"}
    await node.say("NDATA/edge", table, curve)
    assert [text for _, text in door.plant.texts("", "table")] == ['{"columns":["a"],"types":["Int8"],"rows":[[5]]}']
    assert [text for _, text in door.plant.texts("", "curve")] == ["[-1,2]"]
    assert door.plant.series("", "curve").data_type is DataType.TEXT


async def test_what_holds_nothing_to_store_is_counted(door, node):
    await node.be_born()
    controls = door.intake.stats().sparkplug["skipped_session_control"]
    await node.say("NDATA/edge", {"name": "kind", "datatype": SparkplugType.TEMPLATE})
    assert door.intake.stats().sparkplug["skipped_empty_template"] == 1
    assert door.intake.stats().skipped_metrics == controls + 1
    assert door.plant.history.quarantine_counts() == {}


async def test_a_transient_value_is_the_latest_is_seen_by_who_watches_and_never_stored(door, node):
    await node.be_born()
    temperature = door.plant.series("press", "temperature")
    async with door.intake.subscribe([temperature.id]) as updates:
        await node.say("DDATA/edge/press", {"alias": 2, "double_value": 66.0, "is_transient": True})
        update = await anext(aiter(updates))
    assert update.points.value.tolist() == [66.0]
    assert update.points.received_time_us[0] > 0
    points, _ = door.intake.latest_of([temperature.id])
    assert points.value.tolist() == [66.0]
    assert [value for _, value in door.plant.numbers("press", "temperature")] == [20.0]
    # The next value that is stored follows it.
    await node.say("DDATA/edge/press", {"alias": 2, "double_value": 21.0})
    points, _ = door.intake.latest_of([temperature.id])
    assert points.value.tolist() == [21.0]


async def test_a_transient_value_out_of_time_is_set_aside_like_any(door, node):
    await node.be_born()
    await node.say("DDATA/edge/press", {"alias": 2, "double_value": 1.0, "is_transient": True, "timestamp": 5})
    assert door.plant.history.quarantine_counts() == {"ancient": 1}
    assert [value for _, value in door.plant.numbers("press", "temperature")] == [20.0]


async def test_ranges_and_descriptions_of_a_birth_are_kept_with_the_series(door, node):
    level = {"name": "level", "datatype": DOUBLE, "double_value": 1.0}
    await node.say("NBIRTH/edge", level | {"properties": {"engUnit": "m", "documentation": "tank 7"}})
    series = door.plant.series("", "level")
    assert series.unit == "m"
    assert door.plant.registry.declared_properties(series.id) == {"documentation": "tank 7"}
    await node.say("NBIRTH/edge", level | {"properties": {"engUnit": "m", "documentation": "tank 8"}})
    assert door.plant.registry.declared_properties(series.id) == {"documentation": "tank 8"}
