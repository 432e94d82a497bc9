"""Arrays, data sets, templates, properties and files, between protobuf's own library and the platform."""

from __future__ import annotations

import math
import struct
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
    TemplateValue,
    decode_payload,
    encode_payload,
)
from millmark.wire.sparkplug.arrays import array_bytes, read_array
from millmark.wire.sparkplug.datatypes import ValueField, typed_value

T = SparkplugType

# The examples of the specification (clause 6.4.17). Those of FloatArray and DoubleArray stand there in big-endian
# order, against the rule they illustrate, -23 as EF and not E9, and the DateTimes without their two highest bytes: the
# rule holds.
_PUBLISHED: list[tuple[SparkplugType, list[Any], str]] = [
    (T.INT8_ARRAY, [-23, 123], "E9 7B"),
    (T.INT16_ARRAY, [-30000, 30000], "D0 8A 30 75"),
    (T.INT32_ARRAY, [-1, 315338746], "FF FF FF FF FA AF CB 12"),
    (T.INT64_ARRAY, [-4270929666821191986, -3601064768563266876], "CE 06 72 AC 18 9C BA C4 C4 BA 9C 18 AC 72 06 CE"),
    (T.UINT8_ARRAY, [23, 250], "17 FA"),
    (T.UINT16_ARRAY, [30, 52360], "1E 00 88 CC"),
    (T.UINT32_ARRAY, [52, 3293969225], "34 00 00 00 49 FB 55 C4"),
    (T.UINT64_ARRAY, [52, 16444743074749521625], "34 00 00 00 00 00 00 00 D9 9E 02 D1 B2 76 37 E4"),
    (T.BOOLEAN_ARRAY, [bool(int(bit)) for bit in "001101001101"], "0C 00 00 00 34 D0"),
    (T.STRING_ARRAY, ["ABC", "hello"], "41 42 43 00 68 65 6c 6c 6f 00"),
    (T.DATE_TIME_ARRAY, [1256102875335, 1656107875000], "C7 D0 90 75 24 01 00 00 B8 BA B8 97 81 01 00 00"),
]


@pytest.mark.parametrize(("datatype", "elements", "published"), _PUBLISHED, ids=[one[0].name for one in _PUBLISHED])
def test_the_specification_s_arrays_read_and_write_as_published(
    datatype: SparkplugType, elements: list[Any], published: str
) -> None:
    assert array_bytes(datatype, elements) == bytes.fromhex(published)
    assert read_array(datatype, bytes.fromhex(published)) == elements


def test_the_bits_behind_the_last_boolean_mean_nothing() -> None:
    assert read_array(T.BOOLEAN_ARRAY, bytes.fromhex("03 00 00 00 BF")) == [True, False, True]


@pytest.mark.parametrize(
    ("datatype", "data"),
    [
        (T.INT32_ARRAY, b"\0\0\0"),
        (T.BOOLEAN_ARRAY, b"\x09\0\0\0\xff"),
        (T.BOOLEAN_ARRAY, b"\x01\0"),
        (T.BOOLEAN_ARRAY, b"\xff\xff\xff\xff\xff"),
        (T.STRING_ARRAY, b"\xff\xfe\0"),
        (T.DATE_TIME_ARRAY, b"\0" * 12),
    ],
)
def test_an_array_of_another_length_than_its_elements_need_is_refused(datatype: SparkplugType, data: bytes) -> None:
    with pytest.raises(MistypedValue):
        read_array(datatype, data)


_WIDTHS = {8: "b", 16: "h", 32: "i", 64: "q"}


def _arrays() -> st.SearchStrategy[tuple[SparkplugType, list[Any]]]:
    kinds: list[st.SearchStrategy[tuple[SparkplugType, list[Any]]]] = []
    for width in _WIDTHS:
        low, high = -(1 << width - 1), (1 << width - 1) - 1
        kinds.append(st.tuples(st.just(T[f"INT{width}_ARRAY"]), st.lists(st.integers(low, high), max_size=20)))
        top = (1 << width) - 1
        kinds.append(st.tuples(st.just(T[f"UINT{width}_ARRAY"]), st.lists(st.integers(0, top), max_size=20)))
    kinds += [
        st.tuples(st.just(T.FLOAT_ARRAY), st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False))),
        st.tuples(st.just(T.DOUBLE_ARRAY), st.lists(st.floats(allow_nan=False, allow_infinity=False))),
        st.tuples(st.just(T.BOOLEAN_ARRAY), st.lists(st.booleans(), max_size=40)),
        st.tuples(st.just(T.STRING_ARRAY), st.lists(_texts().filter(lambda text: "\0" not in text), max_size=5)),
        st.tuples(st.just(T.DATE_TIME_ARRAY), st.lists(st.integers(0, (1 << 64) - 1), max_size=8)),
    ]
    return st.one_of(*kinds)


def _texts() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=("Cs",)), max_size=10)


@given(_arrays())
def test_every_array_comes_back_as_it_went(array: tuple[SparkplugType, list[Any]]) -> None:
    datatype, elements = array
    data = array_bytes(datatype, elements)
    assert read_array(datatype, data) == elements
    letter = {T.FLOAT_ARRAY: "f", T.DOUBLE_ARRAY: "d", T.DATE_TIME_ARRAY: "Q"}.get(datatype)
    width = next((width for width in _WIDTHS if datatype.name in (f"INT{width}_ARRAY", f"UINT{width}_ARRAY")), None)
    if width is not None:
        letter = _WIDTHS[width].upper() if datatype.name.startswith("U") else _WIDTHS[width]
    if letter is not None:
        assert data == struct.pack(f"<{len(elements)}{letter}", *elements)


def test_a_number_that_is_none_stands_as_nothing() -> None:
    data = array_bytes(T.DOUBLE_ARRAY, [1.0, None, math.inf])
    assert read_array(T.DOUBLE_ARRAY, data) == [1.0, None, None]


_CELLS: dict[SparkplugType, tuple[str, st.SearchStrategy[Any]]] = {
    T.INT8: ("int_value", st.integers(-128, 127)),
    T.INT32: ("int_value", st.integers(-(2**31), 2**31 - 1)),
    T.INT64: ("long_value", st.integers(-(2**63), 2**63 - 1)),
    T.UINT32: ("int_value", st.integers(0, 2**32 - 1)),
    T.FLOAT: ("float_value", st.floats(width=32, allow_nan=False)),
    T.DOUBLE: ("double_value", st.floats(allow_nan=False)),
    T.BOOLEAN: ("boolean_value", st.booleans()),
    T.STRING: ("string_value", _texts()),
    T.DATE_TIME: ("long_value", st.integers(0, 2**63)),
}


@st.composite
def _data_sets(draw: st.DrawFn) -> DataSet:
    types = draw(st.lists(st.sampled_from(list(_CELLS)), max_size=4))
    names = tuple(f"{draw(_texts())}{place}" for place in range(len(types)))
    rows = draw(st.lists(st.tuples(*(st.none() | _CELLS[kind][1] for kind in types)), max_size=4))
    return DataSet(names, tuple(types), tuple(rows))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_data_sets())
def test_data_sets_are_the_same_to_both(sparkplug: ModuleType, table: DataSet) -> None:
    theirs = sparkplug.Payload()
    sent = theirs.metrics.add(name="t", datatype=T.DATA_SET).dataset_value
    sent.num_of_columns = len(table.columns)
    sent.columns.extend(table.columns)
    sent.types.extend(table.types)
    for row in table.rows:
        added = sent.rows.add()
        for kind, cell in zip(table.types, row, strict=True):
            element = added.elements.add()
            if cell is not None:
                field = _CELLS[SparkplugType(kind)][0]
                bits = (
                    cell & (0xFFFF_FFFF if field == "int_value" else 0xFFFF_FFFF_FFFF_FFFF)
                    if field in ("int_value", "long_value")
                    else cell
                )
                setattr(element, field, bits)
    data = theirs.SerializeToString(deterministic=True)
    assert decode_payload(data).data_sets == {0: table}
    assert encode_payload([Metric(table, T.DATA_SET, "t")]) == data


@pytest.mark.parametrize(
    ("columns", "types", "cells"),
    [(["a"], [], []), (["a"], [T.INT8], [(1,), (1, 2)]), (["a"], [T.INT8], [(0x1F4,)]), (["a"], [T.DATA_SET], [(1,)])],
)
def test_a_data_set_that_does_not_fit_together_spoils_only_its_own_metric(
    sparkplug: ModuleType, columns: list[str], types: list[int], cells: list[tuple[int, ...]]
) -> None:
    theirs = sparkplug.Payload()
    sent = theirs.metrics.add(name="t", datatype=T.DATA_SET).dataset_value
    sent.columns.extend(columns)
    sent.types.extend(types)
    for row in cells:
        added = sent.rows.add()
        for cell in row:
            added.elements.add(int_value=cell)
    theirs.metrics.add(name="beside", datatype=T.INT8, int_value=5)
    payload = decode_payload(theirs.SerializeToString())
    assert list(payload.flaws) == [0]
    assert payload.value[1] == 5


def _members(depth: int) -> st.SearchStrategy[list[Metric]]:
    plain = st.builds(Metric, st.integers(-128, 127), st.just(T.INT8), _texts(), st.none() | st.integers(0, 2**40))
    nested = (
        st.builds(lambda template, name: Metric(template, T.TEMPLATE, name), _templates(depth - 1), _texts())
        if depth
        else st.nothing()
    )
    return st.lists(plain | nested, max_size=3)


def _templates(depth: int) -> st.SearchStrategy[TemplateValue]:
    parameters = st.dictionaries(_texts(), st.tuples(st.just(T.INT32), st.integers(-9, 9)), max_size=2)
    return st.builds(TemplateValue, _members(depth), _texts(), _texts(), parameters)


def _fill(theirs: Any, template: TemplateValue) -> None:
    if template.version:
        theirs.version = template.version
    for member in template.members:
        added = theirs.metrics.add(name=member.name, datatype=member.datatype)
        if member.alias is not None:
            added.alias = member.alias
        if isinstance(member.value, TemplateValue):
            _fill(added.template_value, member.value)
        else:
            added.int_value = member.value & 0xFFFF_FFFF  # type: ignore[operator]  # a number, else it were a template
    for name, (kind, value) in template.parameters.items():
        theirs.parameters.add(name=name, type=kind, int_value=value & 0xFFFF_FFFF)  # type: ignore[operator]
    if template.reference:
        theirs.template_ref = template.reference
    theirs.is_definition = template.is_definition


def _same(ours: Any, template: TemplateValue) -> None:
    assert (ours.version, ours.reference, ours.is_definition) == (
        template.version,
        template.reference,
        template.is_definition,
    )
    assert [member.name for member in ours.members] == [member.name for member in template.members]
    for read, member in zip(ours.members, template.members, strict=True):
        if isinstance(member.value, TemplateValue):
            _same(read.template, member.value)
        else:
            assert typed_value(T.INT8, read.value_field, read.value) == member.value
    read_parameters = {one.name: typed_value(one.datatype, one.value_field, one.value) for one in ours.parameters}
    assert read_parameters == {name: value for name, (_, value) in template.parameters.items()}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(_templates(2))
def test_templates_are_the_same_to_both(sparkplug: ModuleType, template: TemplateValue) -> None:
    theirs = sparkplug.Payload()
    _fill(theirs.metrics.add(name="motor", datatype=T.TEMPLATE).template_value, template)
    data = theirs.SerializeToString(deterministic=True)
    assert encode_payload([Metric(template, T.TEMPLATE, "motor")]) == data
    payload = decode_payload(data)
    assert payload.value_field == [ValueField.TEMPLATE]
    _same(payload.templates[0], template)


def test_templates_without_end_are_refused_not_followed(sparkplug: ModuleType) -> None:
    theirs = sparkplug.Payload()
    inner = theirs.metrics.add(name="t", datatype=T.TEMPLATE)
    for _ in range(40):
        inner.template_value.is_definition = False
        inner = inner.template_value.metrics.add(name="t", datatype=T.TEMPLATE)
    payload = decode_payload(theirs.SerializeToString())
    assert payload.flaws == {}
    deepest = payload.templates[0]
    while deepest.members and deepest.members[0].template is not None:
        deepest = deepest.members[0].template
    assert "deep" in (deepest.members[0].flaw or "")


def _properties(depth: int = 2) -> st.SearchStrategy[dict[str, Any]]:
    scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | _texts()
    values = scalars
    if depth:
        values = scalars | _properties(depth - 1) | st.lists(_properties(depth - 1), max_size=2)
    return st.dictionaries(_texts(), values, max_size=3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(_properties())
def test_properties_come_back_as_they_went_and_protobuf_reads_them(
    sparkplug: ModuleType, properties: dict[str, Any]
) -> None:
    data = encode_payload([Metric(1, T.INT8, "m", properties=properties)])
    theirs = sparkplug.Payload.FromString(data)
    assert list(theirs.metrics[0].properties.keys) == list(properties)
    assert decode_payload(data).properties.get(0, {}) == properties


def test_names_without_values_spoil_the_properties_and_not_the_value(sparkplug: ModuleType) -> None:
    theirs = sparkplug.Payload()
    metric = theirs.metrics.add(name="m", datatype=T.INT8, int_value=5)
    metric.properties.keys.extend(["Quality", "engUnit"])
    metric.properties.values.add(type=T.STRING, string_value="Cel")
    payload = decode_payload(theirs.SerializeToString())
    assert (payload.flaws, payload.value, payload.properties) == ({}, [5], {})
    assert "2 names stand with 1 values" in payload.spoilt[0]


def test_what_is_said_of_a_file_is_read(sparkplug: ModuleType) -> None:
    theirs = sparkplug.Payload()
    metric = theirs.metrics.add(name="m", datatype=T.FILE, bytes_value=b"x", is_transient=True)
    metric.metadata.file_name, metric.metadata.file_type, metric.metadata.md5 = "报告.pdf", "pdf", "00"
    metric.metadata.is_multi_part, metric.metadata.seq, metric.metadata.size = True, 3, 900
    payload = decode_payload(theirs.SerializeToString())
    metadata = payload.metadata[0]
    assert (metadata.file_name, metadata.file_type, metadata.md5) == ("报告.pdf", "pdf", "00")
    assert (metadata.is_multi_part, metadata.seq, metadata.size) == (True, 3, 900)
    assert payload.is_transient == [True]


@given(st.binary(max_size=60), st.sampled_from([0x8A, 0x92, 0x4A, 0x42]))
def test_no_inside_of_a_metric_raises_anything_but_a_payload_error(inside: bytes, field: int) -> None:
    key = bytes([field, 1]) if field in (0x8A, 0x92) else bytes([field])
    metric = key + bytes([len(inside)]) + inside
    try:
        decode_payload(b"\x12" + bytes([len(metric)]) + metric)
    except PayloadError:
        pytest.fail("damage inside a metric must not refuse the payload")
