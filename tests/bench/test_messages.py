"""What a benchmark sends is what it says: read by the platform's own codecs, the same points in every form."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import numpy as np
import pytest
from tests.bench.acknowledging_sink import Sink

from millmark.bench.messages import json_data, line_data, sparkplug_births, sparkplug_data
from millmark.bench.plan import LoadPlan, MessageSource, Sensors
from millmark.bench.publisher import Client, publish
from millmark.wire.mqtt import PacketStream, Publish
from millmark.wire.sparkplug import decode_payload

START_MS = 1_790_000_000_000


def plan(values_each: int) -> LoadPlan:
    return LoadPlan(series=120, gateways=2, values_each=values_each, start_ms=START_MS, period_ms=250)


def content(source: MessageSource, count: int) -> bytes:
    out = np.empty(count * source.longest, np.uint8)
    return out[: source.fill(out, count)].tobytes()


def published(source: MessageSource, count: int) -> list[Publish]:
    stream = PacketStream(max_packet_size=1 << 20)
    stream.feed(content(source, count))
    packets = [packet for packet in stream.packets() if isinstance(packet, Publish)]
    assert len(packets) == count
    return packets


def expected(gateway: int, steps: int) -> list[list[float]]:
    """The values of each of the gateway's sensors."""
    sensors = Sensors.of(plan(10), gateway)
    return [sensors.values(sensor, steps).tolist() for sensor in range(60)]


def by_sensor(values: list[float]) -> list[list[float]]:
    return np.array(values).reshape(-1, 60).T.tolist()


def test_sparkplug_messages_carry_the_walks_in_order() -> None:
    packets = published(sparkplug_data(plan(10), 1), 6 * 300)
    assert [packet.packet_id for packet in packets[:3]] == [1, 2, 3]
    values = []
    for number, packet in enumerate(packets):
        payload = decode_payload(packet.payload)
        assert packet.topic == f"spBv1.0/bench/DDATA/gateway-01/machine-{number % 6:05}"
        assert payload.seq == (number + 7) % 256
        assert payload.timestamp_ms == START_MS + number // 6 * 250
        assert payload.alias == list(range(number % 6 * 10, number % 6 * 10 + 10))
        assert set(payload.time_ms) == {payload.timestamp_ms}
        values += payload.value
    assert by_sensor(values) == expected(1, 300)


def test_births_go_before_with_the_sequence_numbers_before() -> None:
    stream = PacketStream(max_packet_size=1 << 20)
    for birth in sparkplug_births(plan(10), 0):
        stream.feed(birth)
    births = [packet for packet in stream.packets() if isinstance(packet, Publish)]
    assert [decode_payload(birth.payload).seq for birth in births] == list(range(7))
    assert {decode_payload(birth.payload).timestamp_ms for birth in births} == {START_MS - 250}


def test_json_messages_carry_the_same_points() -> None:
    packets = published(json_data(plan(3), 1), 20 * 50)
    documents = [json.loads(packet.payload) for packet in packets]
    assert packets[21].topic == "millmark/gateway-01/machine-00001"
    assert [document["ts"] for document in documents] == [START_MS + number // 20 * 250 for number in range(1000)]
    assert list(documents[0]["values"]) == ["sensor-00", "sensor-01", "sensor-02"]
    assert by_sensor([value for document in documents for value in document["values"].values()]) == expected(1, 50)


def test_lines_carry_the_same_points_one_value_each() -> None:
    lines = content(line_data(plan(10), 1), 6 * 50).decode().splitlines()
    assert lines[11].startswith("plant,asset=gateway-01/machine-00001 sensor-01=")
    assert lines[60].endswith(f" {START_MS + 250}000000")
    assert by_sensor([float(line.split(" ")[1].split("=")[1]) for line in lines]) == expected(1, 50)


def test_series_must_divide_evenly() -> None:
    with pytest.raises(ValueError, match="multiple of 20"):
        LoadPlan(series=130, gateways=2, values_each=10, start_ms=START_MS)


@pytest.mark.parametrize("source", [sparkplug_data, json_data])
def test_every_message_is_acknowledged_whatever_the_window(source: Callable[[LoadPlan, int], MessageSource]) -> None:
    sink = Sink()
    serving = threading.Thread(target=sink.serve, daemon=True)
    serving.start()
    clients = [Client(f"gateway-{number}", None, [], source(plan(10), number)) for number in range(2)]
    result = publish(clients, "127.0.0.1", sink.port, seconds=0.3, window=700)
    serving.join(5)
    assert sum(result.messages) == result.timed_messages + 12
    assert result.weights.sum() == result.timed_messages > 1000
    assert 0 < result.wait_ms(0.5) <= result.wait_ms(0.99) <= result.seconds * 1000
