"""Many messages read together are what each of them is read alone."""

from __future__ import annotations

import json
import struct
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from millmark.wire.errors import PayloadError
from millmark.wire.json_batches import TelemetryBatches
from millmark.wire.json_telemetry import read_telemetry
from millmark.wire.readings import FaultReason, ReadingColumns

NOW_US = 1_700_000_000_000_000

Outcome = tuple[list[Any], list[Any], Any]


def refuse_in(columns: ReadingColumns) -> Any:
    def refuse(asset: str, payload: bytes, error: PayloadError) -> None:
        columns.add_fault(FaultReason.UNPARSABLE, "", asset, None, payload, str(error))

    return refuse


def one_by_one(assets: list[str], payloads: list[bytes]) -> Outcome:
    columns = ReadingColumns("gw")
    for place, (asset, payload) in enumerate(zip(assets, payloads, strict=True)):
        try:
            read_telemetry(asset, payload, columns, NOW_US + place)
        except PayloadError as error:
            refuse_in(columns)(asset, payload, error)
    return outcome(columns)


def together(assets: list[str], payloads: list[bytes]) -> Outcome:
    columns = ReadingColumns("gw")
    reader = TelemetryBatches(columns, refuse_in(columns))
    reader.read(assets, payloads, NOW_US)
    return outcome(columns)


def outcome(columns: ReadingColumns) -> Outcome:
    traits = dict(columns.traits)
    batches, faults = columns.take()
    rows = []
    for batch in batches:
        values = (
            [struct.pack("<d", value) for value in batch.value.tolist()]
            if batch.text is None
            else batch.text.to_pylist()
        )
        tags = [batch.tags[tag] for tag in batch.tag.tolist()]
        columns_of = (tags, batch.source_time_us.tolist(), values, batch.quality.tolist(), batch.code.tolist())
        rows.append(list(zip(*columns_of, strict=True)))
    return rows, faults, traits


name = st.sampled_from(["a", "b", "ts", "values", "温度", 'x"y'])
scalar = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**70), 2**70),
    st.booleans(),
    st.none(),
)
stamp = st.one_of(
    st.integers(-5, 2**64), st.integers(1_600_000_000_000, 1_800_000_000_000), st.floats(-1, 1e13), st.booleans()
)
flat = st.dictionaries(name, scalar | st.text(max_size=3) | st.just([1]), max_size=3)
timed = st.fixed_dictionaries({"ts": stamp, "values": st.dictionaries(name, scalar, max_size=3)})
plain_flat = st.dictionaries(st.sampled_from("ab"), scalar, max_size=3)
plain_timed = st.fixed_dictionaries(
    {"ts": st.integers(1_600_000_000_000, 1_800_000_000_000), "values": st.dictionaries(name, scalar, max_size=3)}
)
payload = (flat | timed | st.lists(timed | flat, max_size=2) | scalar).map(lambda value: json.dumps(value).encode())
messages = st.one_of(
    st.lists(plain_flat.map(lambda value: json.dumps(value).encode()), max_size=5),
    st.lists(plain_timed.map(lambda value: json.dumps(value).encode()), max_size=5),
    st.lists(payload, max_size=4),
    st.lists(st.text(st.sampled_from('{}[],":1a \n')).map(str.encode), max_size=4),
)


@settings(max_examples=800, deadline=None)
@given(messages, st.lists(st.sampled_from(["", "press", "line/press"]), min_size=5, max_size=5))
@example([b'{"a":1', b'"b":2}', b"{},{}"], [""] * 5)
@example([b'{"a":"}', b'{","b":2}', b"{},{}"], [""] * 5)
@example([b'{"a":[{}', b'{"b":2}', b'{"c":3}]}', b"{},{},{}"], [""] * 5)
@example([b'{"ts":1,"values":{"a":1}', b'{"b":2}}', b"{},{}"], [""] * 5)
@example([b'{"a":1}', b'{"a":1e400}'], [""] * 5)
@example([b'{"a":1}', b'{"a":-1e400, "b": NaN}'], [""] * 5)
@example([b'{"a":9007199254740993}', b'{"a":123456789012345678901234567890}'], [""] * 5)
@example([b'{"a":1,"a":2}', b' {"a":1}'], [""] * 5)
@example([b'{"a":1}', b'\xff{"a":"\xff"}'], [""] * 5)
def test_messages_read_together_are_what_each_is_alone(payloads: list[bytes], assets: list[str]) -> None:
    assets = assets[: len(payloads)]
    assert together(assets, payloads) == one_by_one(assets, payloads)
