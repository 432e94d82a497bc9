from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millmark.model import DataType
from millmark.wire.errors import InvalidTopic, PayloadError
from millmark.wire.json_telemetry import TelemetryTopic, parse_telemetry_topic, read_telemetry
from millmark.wire.readings import FaultReason, ReadingColumns

NOW = 1_767_225_600_000_000


def read(payload: str | bytes) -> tuple[list[tuple[str, str, int, object]], list[FaultReason], ReadingColumns]:
    columns = ReadingColumns("gw")
    read_telemetry("line-1", payload.encode() if isinstance(payload, str) else payload, columns, NOW)
    batches, faults = columns.take()
    rows = []
    for batch in batches:
        values = batch.value.tolist() if batch.text is None else batch.text.to_pylist()
        for row, value in enumerate(values):
            rows.append((*batch.tags[batch.tag[row]], int(batch.source_time_us[row]), value))
    return rows, [fault.reason for fault in faults], columns


@pytest.mark.parametrize(
    ("payload", "rows"),
    [
        ('{"t": 21.5, "n": 3}', [("t", NOW, 21.5), ("n", NOW, 3.0)]),
        ('{"on": true, "off": false}', [("on", NOW, 1.0), ("off", NOW, 0.0)]),
        ('{"状态": "运行"}', [("状态", NOW, "运行")]),
        ('{"ts": 1000, "values": {"t": 1}}', [("t", 1_000_000, 1.0)]),
        ('{"ts": 1000.5, "values": {"t": 1}}', [("t", 1_000_500, 1.0)]),
        ('[{"ts": 1, "values": {"t": 1}}, {"t": 2}]', [("t", 1000, 1.0), ("t", NOW, 2.0)]),
        ("{}", []),
        ("[]", []),
    ],
)
def test_each_form_is_read(payload: str, rows: list[tuple[str, int, object]]) -> None:
    found, faults, _ = read(payload)
    assert found == [("line-1", *row) for row in rows]
    assert faults == []


def test_a_null_is_a_bad_point() -> None:
    ((_, _, _, value),), faults, _ = read('{"t": null}')
    assert isinstance(value, float)
    assert math.isnan(value)
    assert faults == []


def test_true_and_false_declare_a_boolean() -> None:
    assert read('{"on": true}')[2].traits["line-1", "on"].data_type is DataType.BOOLEAN


@pytest.mark.parametrize(
    ("payload", "rows", "reasons"),
    [
        ('{"t": [1], "n": 3}', 1, [FaultReason.WRONG_TYPE]),
        ('{"t": {"a": 1}, "n": 3}', 1, [FaultReason.WRONG_TYPE]),
        ('[5, {"n": 3}]', 1, [FaultReason.UNPARSABLE]),
        ('{"ts": "noon", "values": {"t": 1}}', 0, [FaultReason.UNPARSABLE]),
        # Read as plain values this would be stored at the wrong time without a word.
        ('{"ts": 1000, "t": 1}', 0, [FaultReason.UNPARSABLE]),
        ('{"ts": -5, "values": {"t": 1}}', 0, [FaultReason.UNPARSABLE]),
        ('{"ts": 1e40, "values": {"t": 1, "u": "x"}}', 0, [FaultReason.UNPARSABLE, FaultReason.UNPARSABLE]),
        ('"hello"', 0, [FaultReason.UNPARSABLE]),
    ],
)
def test_a_bad_value_is_set_aside_alone(payload: str, rows: int, reasons: list[FaultReason]) -> None:
    found, faults, _ = read(payload)
    assert len(found) == rows
    assert faults == reasons


@pytest.mark.parametrize("payload", ["", "{", "nonsense", b"\xff\xfe", '{"t": NaN}'])
def test_what_is_no_json_is_refused(payload: str | bytes) -> None:
    with pytest.raises(PayloadError, match="JSON telemetry"):
        read(payload)


@given(st.binary(max_size=40) | st.text().map(str.encode))
def test_no_bytes_raise_anything_but_a_payload_error(payload: bytes) -> None:
    try:
        rows, _, _ = read(payload)
    except PayloadError:
        return
    assert all(time_us >= 0 for _, _, time_us, _ in rows)


@pytest.mark.parametrize(
    ("topic", "parsed"),
    [("millmark/gw/line-1/press", TelemetryTopic("gw", "line-1/press")), ("millmark/gw", TelemetryTopic("gw", ""))],
)
def test_topics_name_gateway_and_asset(topic: str, parsed: TelemetryTopic) -> None:
    assert parse_telemetry_topic(topic) == parsed


@pytest.mark.parametrize("topic", ["millmark", "millmark/", "other/gw", "millmarks/gw"])
def test_other_topics_are_refused(topic: str) -> None:
    with pytest.raises(InvalidTopic):
        parse_telemetry_topic(topic)
