"""Line protocol: the compiled reader agrees with the plain one, and both with what an Influx client writes."""

from __future__ import annotations

import importlib
import math
import struct
import warnings
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from millmark.model import DataType
from millmark.wire.line_protocol import BadLine, Line, LineNaming, Precision, read_lines
from millmark.wire.line_protocol_kernel import write_float
from millmark.wire.line_protocol_reader import LineProtocolReader, LineReadings

NAMING = LineNaming(asset_tags=("asset", "cell"), ignored_tags=("host",))
ARRIVED_US = 1_700_000_000_000_000
NS = Precision.NANOSECONDS

Row = tuple[int, str, str, int, Any]


def plainly(body: bytes, precision: Precision = NS) -> tuple[list[Row], list[Row], list[BadLine]]:
    """(place, asset, metric, time, value) of numbers and of texts, and the bad lines, by the plain reader alone."""
    numbers: list[Row] = []
    texts: list[Row] = []
    bad = []
    for line in read_lines(body, precision):
        if isinstance(line, BadLine):
            bad.append(line)
            continue
        for name, value in line.fields:
            rows = texts if isinstance(value, str) else numbers
            time_us = ARRIVED_US + line.number - 1 if line.time_us is None else line.time_us
            kept = value if isinstance(value, str) else bits(value)
            rows.append((len(rows), *NAMING.name(line.measurement, line.tags, name), time_us, kept))
    return numbers, texts, bad


def rows_of(found: LineReadings) -> tuple[list[Row], list[Row], list[BadLine]]:
    numbers: list[Row] = []
    texts: list[Row] = []
    for batch in found.batches:
        values = batch.value.tolist() if batch.text is None else batch.text.to_pylist()
        rows = numbers if batch.text is None else texts
        for place, (tag, time_us, value) in enumerate(
            zip(batch.tag.tolist(), batch.source_time_us.tolist(), values, strict=True)
        ):
            rows.append((place, *batch.tags[tag], time_us, value if batch.text is not None else bits(value)))
    return numbers, texts, sorted(found.bad_lines, key=lambda bad: bad.number)


def bits(value: float) -> bytes:
    return struct.pack("<d", float(value))


name = st.text(st.sampled_from('ab=,\\ "{}.é压'), min_size=1, max_size=4)
plain_name = st.sampled_from(["temp", "asset", "cell", "host", "a", "b"])
number = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**19), 10**19).map(lambda value: f"{value}i"),
    st.integers(0, 2**64).map(lambda value: f"{value}u"),
    st.from_regex(r"[-+]?[0-9]{0,22}\.?[0-9]{0,22}([eE][-+]?[0-9]{1,4})?", fullmatch=True),
    st.sampled_from(
        ["t", "T", "true", "True", "TRUE", "f", "F", "false", "False", "FALSE", "tRue", "nan", "x", "1e", ""]
    ),
)
text = st.text(st.sampled_from('ab"\\ ,=\né压'), max_size=8)
field_value = st.one_of(
    number, text.map(lambda value: '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'), text
)


@st.composite
def line(draw: st.DrawFn) -> str:
    key = ",".join(
        [draw(plain_name | name)]
        + [f"{draw(plain_name)}={draw(name | plain_name)}" for _ in range(draw(st.integers(0, 2)))]
    )
    fields = ",".join(f"{draw(plain_name | name)}={draw(field_value)}" for _ in range(draw(st.integers(1, 3))))
    time = draw(st.one_of(st.just(""), st.integers(-5, 2**64).map(lambda value: f" {value}"), st.just(" 17000")))
    return (
        draw(st.sampled_from(["", "", "", " ", "#", "\t"]))
        + key
        + draw(st.sampled_from([" ", " ", "  ", ""]))
        + fields
        + time
    )


body = st.lists(line(), max_size=6).flatmap(
    lambda lines: st.sampled_from(["\n", "\n", "\r\n", "\n\n"]).map(lambda feed: feed.join(lines))
)


@settings(max_examples=600, deadline=None)
@given(text=body | st.text(st.sampled_from('am,= "\\\n\r#1.e-i+t0'), max_size=40), precision=st.sampled_from(Precision))
@example(text='m,a=1,a=2 f=1\nm f="x\ny" 5\nm f=1', precision=NS)
@example(text="m f=1 99999999999999999999", precision=NS)
@example(text="m f=1 9223372036854775808\nm f=1 9999999999999999999", precision=NS)
@example(text="m f=1 1\\", precision=NS)
@example(text='m f="a\\', precision=NS)
@example(text="m f=-0i,g=-0.0,h=+5,i=5.,j=.5,k=1e400,l=1u,m=-1u 5", precision=NS)
def test_the_compiled_reader_reads_what_the_plain_one_reads(text: str, precision: Precision) -> None:
    encoded = text.encode()
    reader = LineProtocolReader("gw", NAMING)
    for _ in range(2):  # once with keys that are new, once with keys it knows
        assert rows_of(reader.read(encoded, precision, ARRIVED_US)) == plainly(encoded, precision)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_break_it(body: bytes) -> None:
    assert rows_of(LineProtocolReader("gw", NAMING).read(body, NS, ARRIVED_US)) == plainly(body)


client_name = st.text(
    st.characters(codec="utf-8", exclude_characters="\\\n\r\t", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8
).filter(lambda value: value.strip() == value and not value.startswith(("#", '"')) and value[-1] != "\\")
client_value = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12),
)


@settings(max_examples=200, deadline=None)
@given(
    measurement=client_name,
    tags=st.dictionaries(client_name, client_name, max_size=3),
    fields=st.dictionaries(client_name, client_value, min_size=1, max_size=3),
    time_ns=st.integers(0, 2**63 - 1),
)
def test_what_an_influx_client_writes_is_read_as_it_was_meant(
    measurement: str, tags: dict[str, str], fields: dict[str, Any], time_ns: int
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        influx: Any = importlib.import_module("influxdb_client")
    point = influx.Point(measurement)
    for key, value in tags.items():
        point = point.tag(key, value)
    for key, value in fields.items():
        point = point.field(key, value)
    written = point.time(time_ns).to_line_protocol()
    [read] = read_lines(written.encode(), NS)
    assert isinstance(read, Line), read
    assert (read.measurement, dict(read.tags), read.time_us) == (measurement, tags, time_ns // 1000)
    assert {key: (type(value), value) for key, value in read.fields} == {
        key: (type(value), value) for key, value in fields.items()
    }
    assert rows_of(LineProtocolReader("gw", NAMING).read(written.encode(), NS, 0)) == plainly(written.encode())


@settings(max_examples=2000, deadline=None)
@given(st.integers(0, 10**19 - 1), st.integers(-400, 400), st.booleans())
@example(9007199254740993, 0, False)
@example(0, 400, True)
def test_decimals_become_the_nearest_float(digits: int, power: int, is_negative: bool) -> None:
    value = np.zeros(1)
    if write_float(np.uint64(digits), power, is_negative, value, value.view(np.uint64), 0):
        assert bits(value[0]) == bits(float(f"{'-' if is_negative else ''}{digits}e{power}"))
    else:
        exact = abs(float(f"{digits}e{power}"))
        assert math.isinf(exact) or exact < 2.3e-308


def test_decimals_of_machines_are_always_decided() -> None:
    value = np.zeros(1)
    for digits, power in product((1, 215, 123456789, 2**63, 10**19 - 1), range(-40, 40)):
        assert write_float(np.uint64(digits), power, False, value, value.view(np.uint64), 0)


@settings(max_examples=300, deadline=None)
@given(*[st.tuples(name, st.lists(st.tuples(name, name), unique_by=lambda tag: tag[0], max_size=2), name)] * 2)
def test_two_fields_share_a_name_only_if_they_are_the_same(one: Any, other: Any) -> None:
    naming = LineNaming(asset_tags=())
    same = (one[0], sorted(one[1]), one[2]) == (other[0], sorted(other[1]), other[2])
    assert (naming.name(*one) == naming.name(*other)) == same


def test_a_line_of_telegraf() -> None:
    body = (
        b'modbus,asset=line-1/press-1,host=edge,slave_id=1 temp=21.5,count=7i,on=true,state="run" 1700000000123456789\n'
    )
    found = LineProtocolReader("gw", NAMING).read(body, NS, 0)
    numbers, texts, bad = rows_of(found)
    metric = "modbus.{}{{slave_id=1}}".format
    assert [(asset, name, time, struct.unpack("<d", value)[0]) for _, asset, name, time, value in numbers] == [
        ("line-1/press-1", metric("temp"), 1700000000123456, 21.5),
        ("line-1/press-1", metric("count"), 1700000000123456, 7.0),
        ("line-1/press-1", metric("on"), 1700000000123456, 1.0),
    ]
    assert [(name, value) for _, _, name, _, value in texts] == [(metric("state"), "run")]
    assert bad == []
    assert {name: trait.data_type for (_, name), trait in found.traits.items()} == {
        metric("count"): DataType.INTEGER,
        metric("on"): DataType.BOOLEAN,
    }


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("m", "the fields are missing"),
        ("m ", "the fields are missing"),
        ("m,a f=1", "followed by ' '"),
        ("m,a= f=1", "the value of tag 'a' is missing"),
        ("m f", "the field has no value"),
        ("m f=", "is no number, text, true or false"),
        ("m f=abc", "is no number, text, true or false"),
        ('m f="abc', "does not end"),
        ("m f=9223372036854775808i", "out of the range"),
        ("m f=1e400", "out of the range"),
        ("m f=1 soon", "the time is no whole number"),
        ("m f=1 -1", "outside of 1970 to 9999"),
        ("m,a=1,a=2 f=1", "given twice"),
    ],
)
def test_a_bad_line_says_what_is_wrong_and_its_neighbours_are_read(line: str, says: str) -> None:
    found = LineProtocolReader("gw", NAMING).read(f"ok v=1 1\n{line}\nok v=2 2000".encode(), NS, 0)
    [bad] = found.bad_lines
    assert bad.number == 2
    assert says in bad.problem
    assert len(found) == (1 if "does not end" in says else 2)


def test_many_series_and_long_names_find_room() -> None:
    lines = [f"m{index},asset={'x' * (index % 300)}a v={index} 1" for index in range(3000)]
    numbers, _, bad = rows_of(LineProtocolReader("gw", NAMING).read("\n".join(lines).encode(), NS, 0))
    assert not bad
    assert len({(asset, metric) for _, asset, metric, _, _ in numbers}) == 3000
