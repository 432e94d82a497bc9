"""Writes to metrics, as the edge node that gets them reads them."""

from __future__ import annotations

from typing import Any

import pytest

from millmark.wire.readings import ReadingColumns
from millmark.wire.sparkplug import (
    DataSet,
    EdgeNodeSession,
    MessageType,
    Metric,
    MistypedValue,
    SparkplugTopic,
    SparkplugType,
    TemplateValue,
    decode_payload,
    encode_payload,
    typed_value,
)
from millmark.wire.sparkplug.arrays import is_array, read_array

T = SparkplugType
NOW_MS = 1_767_225_600_000


@pytest.fixture
def session() -> EdgeNodeSession:
    session = EdgeNodeSession("plant", "edge")
    columns = ReadingColumns("gw")
    axis = TemplateValue([Metric(1.5, T.DOUBLE, "target")], "Axis")
    machine = TemplateValue([Metric(axis, T.TEMPLATE, "x"), Metric(2, T.INT8, "tool")], "Machine",
                            parameters={"serial": (T.STRING, "7")})  # fmt: skip
    births = [
        (MessageType.NBIRTH, None, [Metric(3000, T.INT64, "Node Control/Scan Rate"), Metric(0, T.UINT8, "mode", 4)]),
        (
            MessageType.DBIRTH,
            "press",
            [
                Metric(20.0, T.FLOAT, "setpoint", 9),
                Metric(-1, T.INT16, "offset"),
                Metric("a", T.STRING, "recipe"),
                Metric(b"", T.BYTES, "blob"),
                Metric([1], T.INT8_ARRAY, "steps"),
                Metric(0, T.DATE_TIME, "due"),
                Metric(True, T.BOOLEAN, "enable"),
                Metric(DataSet((), (), ()), T.DATA_SET, "table"),
                Metric(machine, T.TEMPLATE, "mill", 12),
            ],
        ),
    ]
    for kind, device, metrics in births:
        payload = decode_payload(encode_payload(metrics, timestamp_ms=NOW_MS))
        session.receive(SparkplugTopic("plant", kind, "edge", device), payload, columns, NOW_MS * 1000)
    return session


@pytest.mark.parametrize(
    ("metric", "value", "arrives"),
    [
        ("setpoint", 25, 25.0),
        ("setpoint", 25.5, 25.5),
        ("offset", -30_000, -30_000),
        ("offset", 7.0, 7),
        ("recipe", "配方 B", "配方 B"),
        ("blob", "AP8=", b"\x00\xff"),
        ("steps", [-1, 2], [-1, 2]),
        ("due", 1_767_225_600_000, 1_767_225_600_000),
        ("enable", False, False),
    ],
)
def test_a_value_arrives_in_the_type_that_the_birth_declared(
    session: EdgeNodeSession, metric: str, value: Any, arrives: Any
) -> None:
    command = session.command("press", metric, value, NOW_MS)
    assert command is not None
    topic, data = command
    assert str(topic) == "spBv1.0/plant/DCMD/edge/press"
    payload = decode_payload(data)
    assert (payload.timestamp_ms, payload.seq, len(payload)) == (NOW_MS, None, 1)
    datatype, raw = payload.datatype[0], payload.value[0]
    assert datatype is not None
    assert raw is not None
    read = typed_value(datatype, payload.value_field[0], raw)
    assert (read_array(datatype, read) if is_array(datatype) and isinstance(read, bytes) else read) == arrives


def test_a_metric_with_an_alias_is_named_by_it_alone(session: EdgeNodeSession) -> None:
    command = session.command("press", "setpoint", 1.0, NOW_MS)
    assert command is not None
    payload = decode_payload(command[1])
    assert (payload.name, payload.alias) == ([None], [9])
    command = session.command("press", "offset", 1, NOW_MS)
    assert command is not None
    payload = decode_payload(command[1])
    assert (payload.name, payload.alias) == (["offset"], [None])


def test_the_node_s_own_metrics_are_written_by_ncmd_its_controls_among_them(session: EdgeNodeSession) -> None:
    command = session.command("", "Node Control/Scan Rate", 1000, NOW_MS)
    assert command is not None
    assert str(command[0]) == "spBv1.0/plant/NCMD/edge"


def test_a_member_is_written_inside_its_instances(session: EdgeNodeSession) -> None:
    command = session.command("press", "mill/x/target", 2.5, NOW_MS)
    assert command is not None
    payload = decode_payload(command[1])
    assert (payload.alias, payload.datatype) == ([12], [T.TEMPLATE])
    machine = payload.templates[0]
    assert (machine.reference, machine.is_definition, [one.name for one in machine.members]) == (
        "Machine",
        False,
        ["x"],
    )
    axis = machine.members[0].template
    assert axis is not None
    assert (axis.reference, [(one.name, one.value) for one in axis.members]) == ("Axis", [("target", 2.5)])


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("setpoint", "hot"),
        ("setpoint", True),
        ("setpoint", 1e39),
        ("offset", 40_000),
        ("offset", 1.5),
        ("recipe", 5),
        ("blob", "no base64!"),
        ("steps", 5),
        ("steps", [300]),
        ("enable", 1),
        ("due", -1),
        ("table", "x"),
        ("mill", 5),
        ("mill/parameters/serial", "8"),
        ("setpoint", [1.0]),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_sent(
    session: EdgeNodeSession, metric: str, value: Any
) -> None:
    with pytest.raises(MistypedValue):
        session.command("press", metric, value, NOW_MS)


@pytest.mark.parametrize(("asset", "metric"), [("press", "unknown"), ("lathe", "setpoint"), ("", "setpoint")])
def test_what_no_live_birth_declared_cannot_be_written(session: EdgeNodeSession, asset: str, metric: str) -> None:
    assert session.command(asset, metric, 1, NOW_MS) is None


def test_a_dead_node_is_not_written_to(session: EdgeNodeSession) -> None:
    session.lose_connection(ReadingColumns("gw"), NOW_MS * 1000)
    assert session.command("press", "setpoint", 1.0, NOW_MS) is None
