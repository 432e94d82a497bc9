"""Payloads made by protobuf's own library, read by the platform, and the other way round."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millmark.wire.errors import PayloadError
from millmark.wire.sparkplug import (
    DataSet,
    Metric,
    MistypedValue,
    SparkplugType,
    ValueField,
    decode_payload,
    encode_payload,
    typed_value,
)

_ALL_ONES_64 = 0xFFFF_FFFF_FFFF_FFFF

# (data type, field it was sent in, what was put there, what it means)
_SENT: list[tuple[SparkplugType, str, Any, Any]] = [
    # 8-bit two's complement, sign-extended to 32 bits, and sign-extended to 64 bits, in either field.
    (SparkplugType.INT8, "int_value", 12, 12),
    (SparkplugType.INT8, "int_value", 0xF4, -12),
    (SparkplugType.INT8, "int_value", 0xFFFF_FFF4, -12),
    (SparkplugType.INT8, "long_value", 0xFFFF_FFFF_FFFF_FFF4, -12),
    (SparkplugType.INT8, "int_value", 0x80, -128),
    (SparkplugType.INT8, "int_value", 0x7F, 127),
    (SparkplugType.INT16, "int_value", 0xFFF4, -12),
    (SparkplugType.INT16, "int_value", 0xFFFF_FFF4, -12),
    (SparkplugType.INT16, "long_value", 0xFFFF_FFFF_FFFF_8000, -32768),
    (SparkplugType.INT32, "int_value", 0xFFFF_FFF4, -12),
    (SparkplugType.INT32, "long_value", 0xFFFF_FFF4, -12),
    (SparkplugType.INT32, "long_value", 0xFFFF_FFFF_FFFF_FFF4, -12),
    (SparkplugType.INT32, "int_value", 0x8000_0000, -(2**31)),
    (SparkplugType.INT64, "long_value", 0xFFFF_FFFF_FFFF_FFF4, -12),
    (SparkplugType.INT64, "long_value", 0x8000_0000_0000_0000, -(2**63)),
    (SparkplugType.INT64, "int_value", 7, 7),
    (SparkplugType.UINT8, "int_value", 0xFF, 255),
    (SparkplugType.UINT16, "int_value", 0xFFFF, 65535),
    (SparkplugType.UINT32, "int_value", 0xFFFF_FFFF, 4_294_967_295),
    (SparkplugType.UINT32, "long_value", 0xFFFF_FFFF, 4_294_967_295),
    (SparkplugType.UINT64, "long_value", _ALL_ONES_64, _ALL_ONES_64),
    (SparkplugType.FLOAT, "float_value", 0.5, 0.5),
    (SparkplugType.FLOAT, "double_value", 0.1, 0.1),
    (SparkplugType.DOUBLE, "double_value", -1e300, -1e300),
    (SparkplugType.DOUBLE, "float_value", 2.0, 2.0),
    (SparkplugType.BOOLEAN, "boolean_value", True, True),
    (SparkplugType.BOOLEAN, "boolean_value", False, False),
    (SparkplugType.STRING, "string_value", "运行", "运行"),
    (SparkplugType.TEXT, "string_value", "", ""),
    (SparkplugType.UUID, "string_value", "0b7e…", "0b7e…"),
    (SparkplugType.DATE_TIME, "long_value", 1_767_225_600_000, 1_767_225_600_000),
    (SparkplugType.BYTES, "bytes_value", b"\x00\xff", b"\x00\xff"),
]

_MISTYPED: list[tuple[SparkplugType, str, Any]] = [
    (SparkplugType.INT8, "int_value", 0x1F4),
    (SparkplugType.INT8, "int_value", 0xFFFF_FF74),
    (SparkplugType.INT16, "int_value", 0x1_0000),
    (SparkplugType.INT32, "long_value", 0x1_0000_0000),
    (SparkplugType.UINT8, "int_value", 256),
    (SparkplugType.UINT32, "long_value", 0x1_0000_0000),
    (SparkplugType.INT32, "float_value", 1.0),
    (SparkplugType.DOUBLE, "int_value", 1),
    (SparkplugType.BOOLEAN, "int_value", 1),
    (SparkplugType.STRING, "bytes_value", b"x"),
    (SparkplugType.BYTES, "string_value", "x"),
    (SparkplugType.DATA_SET, "string_value", "x"),
]


@pytest.mark.parametrize(("datatype", "field", "sent", "meant"), _SENT)
def test_every_scalar_means_what_its_type_says(
    sparkplug: ModuleType, datatype: SparkplugType, field: str, sent: object, meant: object
) -> None:
    message = sparkplug.Payload()
    message.metrics.add(name="m", datatype=datatype, **{field: sent})
    payload = decode_payload(message.SerializeToString())
    value = payload.value[0]
    assert value is not None
    read = typed_value(datatype, payload.value_field[0], value)
    assert read == meant
    assert type(read) is type(meant)


@pytest.mark.parametrize(("datatype", "field", "sent"), _MISTYPED)
def test_a_value_that_does_not_fit_its_type_is_refused(
    sparkplug: ModuleType, datatype: SparkplugType, field: str, sent: object
) -> None:
    message = sparkplug.Payload()
    message.metrics.add(name="m", datatype=datatype, **{field: sent})
    payload = decode_payload(message.SerializeToString())
    value = payload.value[0]
    assert value is not None
    with pytest.raises(MistypedValue):
        typed_value(datatype, payload.value_field[0], value)


def test_a_full_birth_is_read_into_columns(sparkplug: ModuleType) -> None:
    message = sparkplug.Payload(timestamp=1_767_225_600_000, seq=7, uuid="schema", body=b"beside the point")
    message.metrics.add(name="bdSeq", datatype=SparkplugType.UINT64, long_value=3)
    full = message.metrics.add(
        name="温度", alias=5, timestamp=1_767_225_599_000, datatype=SparkplugType.DOUBLE, double_value=21.5
    )
    full.metadata.description = "skipped"
    full.properties.keys.extend(["engUnit", "scale", "Quality"])
    full.properties.values.add(type=SparkplugType.STRING, string_value="Cel")
    full.properties.values.add(type=SparkplugType.FLOAT, float_value=0.5)
    full.properties.values.add(type=SparkplugType.INT32, int_value=192)
    message.metrics.add(name="old", alias=6, datatype=SparkplugType.INT32, is_historical=True, is_null=True)
    table = message.metrics.add(name="table", datatype=SparkplugType.DATA_SET)
    table.dataset_value.num_of_columns = 1
    table.dataset_value.columns.append("c")
    table.dataset_value.types.append(SparkplugType.INT8)
    table.dataset_value.rows.add().elements.add(int_value=1)
    message.metrics.add(name="kind", datatype=SparkplugType.TEMPLATE).template_value.version = "1"

    payload = decode_payload(message.SerializeToString())

    assert (payload.timestamp_ms, payload.seq, len(payload)) == (1_767_225_600_000, 7, 5)
    assert payload.name == ["bdSeq", "温度", "old", "table", "kind"]
    assert payload.alias == [None, 5, 6, None, None]
    assert payload.time_ms == [None, 1_767_225_599_000, None, None, None]
    assert payload.is_null == [False, False, True, False, False]
    assert payload.is_historical == [False, False, True, False, False]
    assert payload.value_field == [
        ValueField.LONG,
        ValueField.DOUBLE,
        ValueField.NONE,
        ValueField.DATA_SET,
        ValueField.TEMPLATE,
    ]
    assert payload.properties == {1: {"engUnit": "Cel", "scale": 0.5, "Quality": 192}}
    assert payload.data_sets == {3: DataSet(("c",), (SparkplugType.INT8,), ((1,),))}
    assert payload.templates[4].version == "1"
    assert payload.flaws == {}


def test_a_metric_with_a_broken_inside_leaves_its_neighbours_readable(sparkplug: ModuleType) -> None:
    message = sparkplug.Payload(seq=1)
    message.metrics.add(alias=1, int_value=10)
    message.metrics.add(name="xx", alias=2)
    message.metrics.add(alias=3, int_value=30)
    data = message.SerializeToString().replace(b"xx", b"\xff\xfe")
    payload = decode_payload(data)
    assert payload.value == [10, None, 30]
    assert list(payload.flaws) == [1]
    assert "not UTF-8" in payload.flaws[1]


def test_a_text_in_another_encoding_spoils_only_itself(sparkplug: ModuleType) -> None:
    message = sparkplug.Payload()
    message.metrics.add(name="state", datatype=SparkplugType.STRING, string_value="xxxx")
    payload = decode_payload(message.SerializeToString().replace(b"xxxx", "运行".encode("gbk")))
    assert payload.flaws == {}
    assert payload.value == ["运行".encode("gbk")]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\x12\x05\x0a", "5 bytes stands where only 1 bytes are left"),
        (b"\x08", "ends? inside a varint|end inside a varint"),
        (b"\x08" + b"\xff" * 11, "more than ten bytes"),
        (b"\x0d\x00\x00\x00\x00", "field 1 comes as wire type 5"),
        (b"\x33", "deprecated group"),
        (b"\x37", "wire type 7"),
        (b"\x00\x00", "field 0"),
    ],
)
def test_a_broken_frame_refuses_the_payload_and_says_where(data: bytes, problem: str) -> None:
    with pytest.raises(PayloadError, match=problem):
        decode_payload(data)


@given(st.binary(max_size=80))
def test_no_bytes_raise_anything_but_a_payload_error(data: bytes) -> None:
    try:
        payload = decode_payload(data)
    except PayloadError:
        return
    assert len(payload.value) == len(payload)


def _scalars() -> st.SearchStrategy[tuple[SparkplugType, Any]]:
    bounds = {
        SparkplugType.INT8: (-(2**7), 2**7 - 1),
        SparkplugType.INT16: (-(2**15), 2**15 - 1),
        SparkplugType.INT32: (-(2**31), 2**31 - 1),
        SparkplugType.INT64: (-(2**63), 2**63 - 1),
        SparkplugType.UINT8: (0, 2**8 - 1),
        SparkplugType.UINT16: (0, 2**16 - 1),
        SparkplugType.UINT32: (0, 2**32 - 1),
        SparkplugType.UINT64: (0, 2**64 - 1),
        SparkplugType.DATE_TIME: (0, 2**64 - 1),
    }
    kinds: list[st.SearchStrategy[tuple[SparkplugType, Any]]] = [
        st.tuples(st.just(kind), st.integers(low, high)) for kind, (low, high) in bounds.items()
    ]
    text = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
    return st.one_of(
        *kinds,
        st.tuples(st.just(SparkplugType.FLOAT), st.floats(width=32, allow_nan=False)),
        st.tuples(st.just(SparkplugType.DOUBLE), st.floats(allow_nan=False)),
        st.tuples(st.just(SparkplugType.BOOLEAN), st.booleans()),
        st.tuples(st.sampled_from([SparkplugType.STRING, SparkplugType.TEXT, SparkplugType.UUID]), text),
        st.tuples(st.just(SparkplugType.BYTES), st.binary(max_size=20)),
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(_scalars(), st.integers(0, 2**64 - 1), st.booleans()), max_size=6), st.integers(0, 255))
def test_what_the_platform_writes_protobuf_reads_and_so_does_the_platform(
    sparkplug: ModuleType, rows: list[tuple[tuple[SparkplugType, Any], int, bool]], seq: int
) -> None:
    metrics = [
        Metric(value, kind, f"m{position}", alias, position * 1000, historical, properties={"engUnit": "1", "n": 5})
        for position, ((kind, value), alias, historical) in enumerate(rows)
    ]
    data = encode_payload(metrics, timestamp_ms=12, seq=seq)

    theirs = sparkplug.Payload.FromString(data)
    assert theirs.SerializeToString(deterministic=True) == data
    assert (theirs.timestamp, theirs.seq) == (12, seq)

    ours = decode_payload(data)
    assert (ours.timestamp_ms, ours.seq) == (12, seq)
    assert ours.alias == [metric.alias for metric in metrics]
    for position, metric in enumerate(metrics):
        raw = ours.value[position]
        assert raw is not None
        assert typed_value(metric.datatype, ours.value_field[position], raw) == metric.value
        assert ours.is_historical[position] == metric.is_historical
        assert ours.properties[position] == {"engUnit": "1", "n": 5}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (SparkplugType.INT8, 128),
        (SparkplugType.UINT16, -1),
        (SparkplugType.FLOAT, "1"),
        (SparkplugType.FLOAT, 1e39),
        (SparkplugType.BOOLEAN, 1),
        (SparkplugType.DATA_SET, 1),
    ],
)
def test_a_value_that_cannot_be_sent_as_its_type_is_refused(kind: SparkplugType, value: Any) -> None:
    with pytest.raises(MistypedValue):
        encode_payload([Metric(value, kind, "m")])
