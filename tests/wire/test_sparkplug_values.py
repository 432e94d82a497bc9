"""What becomes of values that are no single number: the text a reader of the history sees."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from millmark.model import DataType, Quality
from millmark.wire.readings import FaultReason, ReadingColumns, ReadingFault
from millmark.wire.sparkplug import (
    LONGEST_TEXT,
    DataSet,
    EdgeNodeSession,
    MessageType,
    Metric,
    SparkplugTopic,
    SparkplugType,
    TemplateValue,
    decode_payload,
    encode_payload,
)
from millmark.wire.sparkplug.datatypes import data_type_of
from millmark.wire.sparkplug.metrics import Metadata
from millmark.wire.sparkplug.texts import text_of_bytes

T = SparkplugType
T0 = 1_767_225_600_000_000
NBIRTH, NDATA = MessageType.NBIRTH, MessageType.NDATA


class Node:
    def __init__(self) -> None:
        self.session = EdgeNodeSession("plant", "edge")
        self.columns = ReadingColumns("gw")
        self.faults: list[ReadingFault] = []

    def say(self, kind: MessageType, *metrics: Metric) -> dict[str, Any]:
        """Metric -> value of what was read."""
        payload = decode_payload(encode_payload(metrics, timestamp_ms=T0 // 1000))
        self.session.receive(SparkplugTopic("plant", kind, "edge"), payload, self.columns, T0)
        batches, self.faults = self.columns.take()
        read: dict[str, Any] = {}
        for batch in batches:
            values = batch.value.tolist() if batch.text is None else batch.text.to_pylist()
            read |= {batch.tags[tag][1]: value for tag, value in zip(batch.tag.tolist(), values, strict=True)}
        return read


@pytest.fixture
def node() -> Node:
    return Node()


@pytest.mark.parametrize("datatype", [one for one in SparkplugType if T.INT8 <= one <= T.TEXT])
def test_every_basic_type_is_a_series(datatype: SparkplugType) -> None:
    assert data_type_of(datatype) is not None


@pytest.mark.parametrize(
    ("metric", "kept"),
    [
        (Metric(1_767_225_600_000, T.DATE_TIME, "m"), 1_767_225_600_000.0),
        (Metric("0b7e5c1a-2f3d-4e5f-8a9b-0c1d2e3f4a5b", T.UUID, "m"), "0b7e5c1a-2f3d-4e5f-8a9b-0c1d2e3f4a5b"),
        (Metric(b"\x00\xff", T.BYTES, "m"), "AP8="),
        (Metric([-1, 315338746], T.INT32_ARRAY, "m"), "[-1,315338746]"),
        (Metric([2**64 - 1], T.UINT64_ARRAY, "m"), "[18446744073709551615]"),
        (Metric([1.5, None], T.DOUBLE_ARRAY, "m"), "[1.5,null]"),
        (Metric([True, False], T.BOOLEAN_ARRAY, "m"), "[true,false]"),
        (Metric(["运行", ""], T.STRING_ARRAY, "m"), '["运行",""]'),
        (Metric([1_767_225_600_000], T.DATE_TIME_ARRAY, "m"), "[1767225600000]"),
        (Metric([], T.INT8_ARRAY, "m"), "[]"),
        (
            Metric(DataSet(("a", "b"), (T.INT32, T.STRING), ((-1, "x"), (None, "y"))), T.DATA_SET, "m"),
            '{"columns":["a","b"],"types":["Int32","String"],"rows":[[-1,"x"],[null,"y"]]}',
        ),
        (
            Metric(DataSet(("t",), (T.DATE_TIME,), ((5,),)), T.DATA_SET, "m"),
            '{"columns":["t"],"types":["DateTime"],"rows":[[5]]}',
        ),
    ],
    ids=lambda value: value.datatype.name if isinstance(value, Metric) else "",
)
def test_a_value_is_kept_as(node: Node, metric: Metric, kept: float | str) -> None:
    assert node.say(NBIRTH, metric) == {"m": kept}
    assert node.faults == []
    data_type = node.columns.traits["", "m"].data_type
    assert (data_type is DataType.TEXT) == isinstance(kept, str)


def test_of_a_file_name_length_and_digest_are_kept() -> None:
    content = b"%PDF-1.7"
    metadata = Metadata(
        file_name="报告.pdf", file_type="pdf", md5=hashlib.md5(content, usedforsecurity=False).hexdigest().upper()
    )
    assert json.loads(text_of_bytes(T.FILE, content, metadata)) == {
        "name": "报告.pdf",
        "type": "pdf",
        "bytes": 8,
        "sha256": hashlib.sha256(content).hexdigest(),
        "is_intact": True,
    }
    assert json.loads(text_of_bytes(T.FILE, content + b"x", metadata))["is_intact"] is False


def test_a_file_larger_than_any_text_is_kept_all_the_same(node: Node) -> None:
    read = node.say(NBIRTH, Metric(b"\0" * (LONGEST_TEXT + 1), T.FILE, "report"))
    assert json.loads(read["report"])["bytes"] == LONGEST_TEXT + 1


@pytest.mark.parametrize(
    "metric",
    [
        Metric(b"\0" * LONGEST_TEXT, T.BYTES, "m"),
        Metric([100] * (LONGEST_TEXT // 3), T.UINT8_ARRAY, "m"),
        Metric(DataSet(("a",), (T.STRING,), (("x" * LONGEST_TEXT,),)), T.DATA_SET, "m"),
    ],
    ids=lambda metric: metric.datatype.name,
)
def test_what_is_too_long_as_text_is_set_aside_by_name(node: Node, metric: Metric) -> None:
    assert node.say(NBIRTH, metric, Metric(1, T.INT8, "beside")) == {"beside": 1.0}
    assert [(fault.reason, fault.metric) for fault in node.faults] == [(FaultReason.TOO_LONG, "m")]


def test_bytes_that_are_not_base64_yet_come_back_from_it(node: Node) -> None:
    content = bytes(range(256))
    assert base64.b64decode(node.say(NBIRTH, Metric(content, T.BYTES, "m"))["m"]) == content


def test_a_null_of_every_kind_is_a_bad_point(node: Node) -> None:
    for kind in (T.DATA_SET, T.INT8_ARRAY, T.FILE, T.STRING):
        assert node.say(NBIRTH, Metric(None, kind, "m")) == {"m": None}


MOTOR = TemplateValue(
    [Metric(0, T.INT16, "speed"), Metric("off", T.STRING, "state")],
    version="2",
    parameters={"poles": (T.INT32, 4)},
)


def motor(*members: Metric, **parameters: tuple[SparkplugType, Any]) -> TemplateValue:
    return TemplateValue(members, "_types_/Motor", parameters=parameters)


@pytest.fixture
def born(node: Node) -> Node:
    read = node.say(
        NBIRTH,
        # The instance may stand before its definition.
        Metric(
            motor(Metric(-5, T.INT16, "speed", 11), Metric("run", T.STRING, "state"), poles=(T.INT32, 6)),
            T.TEMPLATE,
            "m1",
            7,
        ),
        Metric(MOTOR, T.TEMPLATE, "_types_/Motor"),
    )
    assert read == {"m1/speed": -5.0, "m1/state": "run", "m1/parameters/poles": 6.0}
    return node


def test_a_definition_is_no_data(born: Node) -> None:
    assert born.session.counts.skipped == {"template_definition": 1}
    assert {metric for _, metric in born.columns.traits} == {"m1/speed", "m1/state", "m1/parameters/poles"}


@pytest.mark.parametrize("name", ["m1", None], ids=["by name", "by alias"])
def test_data_of_an_instance_may_be_partial(born: Node, name: str | None) -> None:
    member = Metric(-6, T.INT16, "speed", sends_datatype=False)
    instance = Metric(motor(member), T.TEMPLATE, name, None if name else 7, sends_datatype=False)
    assert born.say(NDATA, instance) == {"m1/speed": -6.0}


def test_a_member_may_come_by_its_own_alias(born: Node) -> None:
    member = Metric(-7, T.INT16, None, 11, sends_datatype=False)
    assert born.say(NDATA, Metric(motor(member), T.TEMPLATE, None, 7)) == {"m1/speed": -7.0}
    assert born.say(NDATA, member) == {"m1/speed": -7.0}


def test_a_member_takes_its_type_from_the_definition_when_no_birth_of_the_instance_gave_it(born: Node) -> None:
    member = Metric(-8, T.INT16, "speed", sends_datatype=False)
    assert born.say(NDATA, Metric(motor(member), T.TEMPLATE, "m2")) == {"m2/speed": -8.0}


def test_an_instance_without_value_leaves_each_member_without(born: Node) -> None:
    read = born.say(NDATA, Metric(None, T.TEMPLATE, "m1"))
    assert set(read) == {"m1/speed", "m1/state", "m1/parameters/poles"}
    assert read["m1/state"] is None


def test_templates_stand_inside_templates(node: Node) -> None:
    axis = TemplateValue([Metric(1.5, T.DOUBLE, "position")], "Axis")
    machine = TemplateValue([Metric(axis, T.TEMPLATE, "x"), Metric(2, T.INT8, "tool")], "Machine")
    assert node.say(NBIRTH, Metric(machine, T.TEMPLATE, "mill")) == {"mill/x/position": 1.5, "mill/tool": 2.0}


def test_members_take_time_history_and_quality_from_their_instance(node: Node) -> None:
    node.say(NBIRTH, Metric(motor(Metric(1, T.INT16, "speed")), T.TEMPLATE, "m1"))
    instance = Metric(
        motor(Metric(2, T.INT16, "speed")), T.TEMPLATE, "m1", None, 5_000, True, properties={"Quality": 0}
    )
    payload = decode_payload(encode_payload([instance], timestamp_ms=T0 // 1000))
    node.session.receive(SparkplugTopic("plant", NDATA, "edge"), payload, node.columns, T0)
    ((batch,), _) = node.columns.take()
    assert batch.source_time_us.tolist() == [5_000_000]
    assert batch.quality.tolist() == [Quality.BAD]


def test_members_die_with_their_node(born: Node) -> None:
    read = born.say(MessageType.NDEATH)
    assert set(read) == {"m1/speed", "m1/state", "m1/parameters/poles"}
