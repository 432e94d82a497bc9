"""An edge node's life as its host sees it, told in messages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from millmark.model import DataType, Quality, ReadingBatch
from millmark.wire.readings import FaultReason, ReadingColumns, ReadingFault
from millmark.wire.sparkplug import (
    BDSEQ_METRIC,
    NO_COMMUNICATION_CODE,
    EdgeNodeSession,
    MessageType,
    Metric,
    SparkplugTopic,
    SparkplugType,
    decode_payload,
    encode_payload,
)

S = 1_000_000
T0 = 1_767_225_600 * S
Reading = tuple[str, str, int, float | str | None, int, int]


@dataclass
class Host:
    """A session with a clock of its own; what it read is taken after every message."""

    session: EdgeNodeSession = field(default_factory=lambda: EdgeNodeSession("plant", "edge"))
    columns: ReadingColumns = field(default_factory=lambda: ReadingColumns("gw"))
    now_us: int = T0
    transients: ReadingColumns = field(default_factory=lambda: ReadingColumns("gw"))
    faults: list[ReadingFault] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    shown: list[Reading] = field(default_factory=list)
    """Transient ones: shown, not stored."""

    def hear(
        self,
        kind: MessageType,
        metrics: Sequence[Metric],
        *,
        seq: int | None,
        device: str | None = None,
        timestamp_ms: int | None = None,
    ) -> bool:
        topic = SparkplugTopic("plant", kind, "edge", device)
        payload = decode_payload(encode_payload(metrics, timestamp_ms=timestamp_ms, seq=seq))
        asks = self.session.receive(topic, payload, self.columns, self.now_us)
        self.collect()
        return asks

    def __post_init__(self) -> None:
        self.session.transient = lambda: self.transients

    def collect(self) -> None:
        batches, self.faults = self.columns.take()
        self.readings = _rows(batches)
        self.shown = _rows(self.transients.take()[0])

    def born(self, *, seq: int = 0, bdseq: int = 1) -> None:
        self.hear(
            MessageType.NBIRTH,
            [
                Metric(bdseq, SparkplugType.INT64, BDSEQ_METRIC),
                Metric(False, SparkplugType.BOOLEAN, "Node Control/Rebirth"),
                Metric(-3, SparkplugType.INT8, "offset", alias=1),
            ],
            seq=seq,
        )
        self.hear(
            MessageType.DBIRTH,
            [
                Metric(20.0, SparkplugType.DOUBLE, "temperature", alias=2, properties={"engUnit": "Cel"}),
                Metric("idle", SparkplugType.STRING, "state", alias=3),
            ],
            seq=(seq + 1) % 256,
            device="press",
        )


def _rows(batches: Sequence[ReadingBatch]) -> list[Reading]:
    rows: list[Reading] = []
    for batch in batches:
        values = batch.value.tolist() if batch.text is None else batch.text.to_pylist()
        for row, value in enumerate(values):
            tag = batch.tags[batch.tag[row]]
            rows.append((*tag, int(batch.source_time_us[row]), value, int(batch.quality[row]), int(batch.code[row])))
    return rows


def data(value: float | str | None, alias: int, kind: SparkplugType = SparkplugType.DOUBLE, **more: object) -> Metric:
    return Metric(value, kind, alias=alias, sends_datatype=False, **more)  # type: ignore[arg-type]  # test shorthand


@pytest.fixture
def host() -> Host:
    host = Host()
    host.born()
    return host


def test_a_birth_is_data_and_declares_what_follows() -> None:
    host = Host()
    host.born()
    assert host.readings == [
        ("press", "temperature", T0, 20.0, 0, 0),
        ("press", "state", T0, "idle", 0, 0),
    ]
    traits = host.columns.traits
    assert traits["press", "temperature"].data_type is DataType.FLOAT
    assert traits["press", "temperature"].engineering_unit == "Cel"
    assert traits["", "offset"].data_type is DataType.INTEGER
    assert ("", BDSEQ_METRIC) not in traits
    assert ("", "Node Control/Rebirth") not in traits


def test_data_by_alias_keep_the_type_of_the_birth(host: Host) -> None:
    # -12 as Int8 without its type would be 244 or 4294967284.
    assert not host.hear(MessageType.NDATA, [data(-12, 1, SparkplugType.INT8)], seq=2)
    assert host.readings == [("", "offset", T0, -12.0, 0, 0)]


def test_a_metric_with_name_and_alias_keeps_the_type_of_the_birth(host: Host) -> None:
    host.hear(MessageType.NDATA, [Metric(-12, SparkplugType.INT8, "offset", 1, sends_datatype=False)], seq=2)
    assert host.readings == [("", "offset", T0, -12.0, 0, 0)]


def test_a_value_has_its_own_time_else_the_message_s_else_that_of_arrival(host: Host) -> None:
    host.hear(
        MessageType.DDATA,
        [data(1.0, 2, time_ms=5000, is_historical=True), data(2.0, 2)],
        seq=2,
        device="press",
        timestamp_ms=7000,
    )
    assert [(time, value) for _, _, time, value, _, _ in host.readings] == [(5 * S, 1.0), (7 * S, 2.0)]


def test_a_null_is_a_bad_point_without_a_value(host: Host) -> None:
    host.hear(MessageType.DDATA, [data(None, 2), data(None, 3)], seq=2, device="press")
    (_, metric, _, number, quality, code), (_, _, _, text, _, _) = host.readings
    assert metric == "temperature"
    assert isinstance(number, float)
    assert math.isnan(number)
    assert text is None
    assert (quality, code) == (Quality.BAD, 0x809B0000)


@pytest.mark.parametrize(
    ("number", "quality", "code"),
    [(192, Quality.GOOD, 0), (0, Quality.BAD, 0x80000000), (500, Quality.UNCERTAIN, 0x40900000), (64, 1, 0x40000000)],
)
def test_a_value_s_quality_property_is_kept(host: Host, number: int, quality: int, code: int) -> None:
    host.hear(MessageType.DDATA, [data(1.0, 2, properties={"Quality": number})], seq=2, device="press")
    assert host.readings == [("press", "temperature", T0, 1.0, quality, code)]


def test_the_sequence_counts_node_and_devices_together_and_wraps(host: Host) -> None:
    for seq in range(2, 600):
        kind, device = ((MessageType.NDATA, None), (MessageType.DDATA, "press"))[seq % 2]
        metric = data(1, 1, SparkplugType.INT8) if device is None else data(1.0, 2)
        assert not host.hear(kind, [metric], seq=seq % 256, device=device)
    assert (host.session.counts.gaps, host.session.counts.repeated_seq) == (0, 0)


def test_a_gap_asks_for_a_rebirth_and_still_reads_the_values(host: Host) -> None:
    assert host.hear(MessageType.DDATA, [data(21.0, 2)], seq=5, device="press")
    assert host.readings[0][3] == 21.0
    assert host.session.counts.gaps == 1
    assert not host.hear(MessageType.DDATA, [data(22.0, 2)], seq=6, device="press")


def test_a_repeated_sequence_number_is_counted_not_punished(host: Host) -> None:
    host.hear(MessageType.DDATA, [data(21.0, 2)], seq=2, device="press")
    assert not host.hear(MessageType.DDATA, [data(21.0, 2)], seq=2, device="press")
    assert host.session.counts.repeated_seq == 1
    assert host.session.counts.gaps == 0
    assert len(host.readings) == 1


def test_an_unknown_alias_is_set_aside_and_its_neighbours_are_read(host: Host) -> None:
    assert host.hear(MessageType.DDATA, [data(1.0, 99), data(21.0, 2)], seq=2, device="press")
    assert [reading[1] for reading in host.readings] == ["temperature"]
    (fault,) = host.faults
    assert (fault.reason, fault.asset, fault.metric) == (FaultReason.BAD_ALIAS, "press", "alias 99")


def test_rebirths_are_asked_for_at_growing_intervals_until_one_comes(host: Host) -> None:
    asked = []
    for second in range(60):
        host.now_us = T0 + second * S
        if host.hear(MessageType.DDATA, [data(1.0, 99)], seq=None, device="press"):
            asked.append(second)
    assert asked == [0, 5, 15, 35]
    host.born()
    assert host.hear(MessageType.DDATA, [data(1.0, 99)], seq=2, device="press")


def test_data_before_a_birth_ask_for_one() -> None:
    host = Host()
    assert host.hear(MessageType.NDATA, [data(1.0, 1), Metric(5, SparkplugType.INT32, "named")], seq=3)
    # What names itself and its type needs no birth to be understood.
    assert [(metric, value) for _, metric, _, value, _, _ in host.readings] == [("named", 5.0)]
    assert [fault.reason for fault in host.faults] == [FaultReason.BAD_ALIAS]
    assert host.session.counts.before_birth == 1


def test_data_of_a_device_that_was_not_born_ask_for_a_rebirth(host: Host) -> None:
    assert host.hear(MessageType.DDATA, [data(1.0, 2)], seq=2, device="lathe")


def test_a_node_s_rebirth_ends_its_devices_until_they_are_born_again(host: Host) -> None:
    host.hear(MessageType.NBIRTH, [Metric(1, SparkplugType.INT8, "offset", alias=7)], seq=0)
    assert host.hear(MessageType.DDATA, [data(1.0, 2)], seq=1, device="press")
    assert not host.hear(MessageType.NDATA, [data(1, 7, SparkplugType.INT8)], seq=2)


def test_a_death_marks_every_value_of_the_node_as_no_longer_known(host: Host) -> None:
    host.now_us = T0 + 10 * S
    host.hear(MessageType.NDEATH, [Metric(1, SparkplugType.INT64, BDSEQ_METRIC)], seq=None, timestamp_ms=0)
    assert {(asset, metric) for asset, metric, *_ in host.readings} == {
        ("", "offset"),
        ("press", "temperature"),
        ("press", "state"),
    }
    for _, metric, time_us, value, quality, code in host.readings:
        assert (time_us, quality, code) == (T0 + 10 * S, Quality.BAD, NO_COMMUNICATION_CODE)
        assert value is None if metric == "state" else isinstance(value, float) and math.isnan(value)
    assert not host.session.is_alive


def test_a_lost_connection_is_a_death_but_only_once(host: Host) -> None:
    host.session.lose_connection(host.columns, T0 + S)
    host.collect()
    assert len(host.readings) == 3
    host.session.lose_connection(host.columns, T0 + 2 * S)
    host.collect()
    assert host.readings == []


def test_a_device_s_death_leaves_the_node_alive(host: Host) -> None:
    host.hear(MessageType.DDEATH, [], seq=2, device="press", timestamp_ms=T0 // 1000 + 1000)
    assert {(asset, time_us) for asset, _, time_us, *_ in host.readings} == {("press", T0 + S)}
    assert not host.hear(MessageType.NDATA, [data(1, 1, SparkplugType.INT8)], seq=3)


def test_a_late_will_of_an_earlier_connection_kills_nobody() -> None:
    host = Host()
    host.born(bdseq=8)
    host.hear(MessageType.NDEATH, [Metric(7, SparkplugType.INT64, BDSEQ_METRIC)], seq=None)
    assert host.session.is_alive
    assert host.session.counts.stale_deaths == 1


@pytest.mark.parametrize("after_rebirth", [4, 5])
@pytest.mark.parametrize("kind", [SparkplugType.INT64, SparkplugType.UINT64])
def test_the_bdseq_of_a_rebirth_may_repeat_or_grow(after_rebirth: int, kind: SparkplugType) -> None:
    # The will was given at CONNECT with 4; whether the rebirth says 4 or 5, the node's death must be believed.
    host = Host()
    host.born(bdseq=4)
    host.born(bdseq=after_rebirth)
    host.hear(MessageType.NDEATH, [Metric(4, kind, BDSEQ_METRIC)], seq=None)
    assert not host.session.is_alive


@pytest.mark.parametrize(
    ("datatype", "kind"),
    [(SparkplugType.TEMPLATE, "empty_template"), (SparkplugType.PROPERTY_SET, "property_set"), (99, "unknown_type")],
)
def test_what_holds_nothing_to_store_is_counted_by_its_kind(host: Host, datatype: int, kind: str) -> None:
    payload = b"\x12\x06\x0a\x02tp\x20" + bytes([datatype])
    topic = SparkplugTopic("plant", MessageType.NDATA, "edge")
    host.session.receive(topic, decode_payload(payload), host.columns, T0)
    host.collect()
    assert host.session.counts.skipped[kind] == 1
    assert host.readings == []
    assert host.faults == []


def test_one_wrong_value_is_set_aside_and_its_neighbours_are_read(host: Host) -> None:
    host.hear(MessageType.DDATA, [data("hot", 2, SparkplugType.STRING), data("run", 3, SparkplugType.STRING)], seq=2,
              device="press")  # fmt: skip
    assert [reading[3] for reading in host.readings] == ["run"]
    assert [(fault.reason, fault.metric, fault.value) for fault in host.faults] == [
        (FaultReason.WRONG_TYPE, "temperature", "hot")
    ]


def test_a_time_beyond_all_clocks_is_set_aside(host: Host) -> None:
    host.hear(MessageType.DDATA, [data(1.0, 2, time_ms=2**63), data(2.0, 2)], seq=2, device="press")
    assert [reading[3] for reading in host.readings] == [2.0]
    assert [fault.reason for fault in host.faults] == [FaultReason.UNPARSABLE]


def test_a_transient_value_is_shown_and_not_stored(host: Host) -> None:
    host.hear(MessageType.DDATA, [data(21.0, 2, is_transient=True), data(22.0, 2)], seq=2, device="press")
    assert [(metric, value) for _, metric, _, value, *_ in host.shown] == [("temperature", 21.0)]
    assert [(metric, value) for _, metric, _, value, *_ in host.readings] == [("temperature", 22.0)]
    assert host.session.counts.transient == 1


def test_a_metric_born_transient_leaves_nothing_in_the_history_not_even_at_its_death(host: Host) -> None:
    cursor = Metric(3.0, SparkplugType.DOUBLE, "cursor", 9, is_transient=True)
    host.hear(MessageType.DBIRTH, [cursor], seq=2, device="panel")
    assert [value for _, _, _, value, *_ in host.shown] == [3.0]
    host.hear(MessageType.DDATA, [data(4.0, 9)], seq=3, device="panel")
    assert [value for _, _, _, value, *_ in host.shown] == [4.0]
    host.hear(MessageType.DDEATH, [], seq=4, device="panel")
    assert [(value is not None and math.isnan(float(value)), quality) for _, _, _, value, quality, _ in host.shown] == [
        (True, Quality.BAD)
    ]
    assert host.readings == []


def test_a_historical_value_without_its_own_time_is_set_aside(host: Host) -> None:
    # At the message's time it would be taken for the latest.
    host.hear(MessageType.DDATA, [data(1.0, 2, is_historical=True)], seq=2, device="press", timestamp_ms=7000)
    assert host.readings == []
    assert [(fault.reason, fault.metric) for fault in host.faults] == [(FaultReason.UNPARSABLE, "temperature")]
    assert host.session.counts.historical_without_time == 1


def test_a_text_beyond_the_limit_is_set_aside_with_its_beginning(host: Host) -> None:
    host.hear(MessageType.DDATA, [data("运" * 21_846, 3, SparkplugType.STRING), data("运" * 21_845, 3,
              SparkplugType.STRING)], seq=2, device="press")  # fmt: skip
    assert [len(str(value)) for _, _, _, value, *_ in host.readings] == [21_845]
    assert [fault.reason for fault in host.faults] == [FaultReason.TOO_LONG]
    assert host.faults[0].value.startswith("运运运")


def test_a_value_whose_properties_cannot_be_read_is_uncertain(host: Host) -> None:
    # One name, no value: its quality may have been among what was lost.
    metric = b"\x10\x02\x4a\x03\x0a\x01q\x69" + b"\0" * 8
    payload = decode_payload(b"\x12" + bytes([len(metric)]) + metric + b"\x18\x02")
    host.session.receive(SparkplugTopic("plant", MessageType.DDATA, "edge", "press"), payload, host.columns, T0)
    host.collect()
    assert host.readings == [("press", "temperature", T0, 0.0, Quality.UNCERTAIN, 0x40000000)]


def test_a_message_that_was_overtaken_is_waited_for(host: Host) -> None:
    host.session.reorder_us = 2 * S
    assert not host.hear(MessageType.DDATA, [data(3.0, 2)], seq=3, device="press")
    assert not host.hear(MessageType.DDATA, [data(2.0, 2)], seq=2, device="press")
    host.now_us += 5 * S
    assert not host.hear(MessageType.DDATA, [data(4.0, 2)], seq=4, device="press")
    assert (host.session.counts.reordered, host.session.counts.gaps) == (1, 0)


def test_a_message_that_does_not_come_in_time_asks_for_a_rebirth(host: Host) -> None:
    host.session.reorder_us = 2 * S
    assert not host.hear(MessageType.DDATA, [data(4.0, 2)], seq=4, device="press")
    host.now_us += S
    assert not host.hear(MessageType.DDATA, [data(2.0, 2)], seq=2, device="press")
    host.now_us += S
    # 3 is still missing.
    assert host.hear(MessageType.DDATA, [data(5.0, 2)], seq=5, device="press")
    assert (host.session.counts.reordered, host.session.counts.gaps) == (1, 1)


def test_a_birth_ends_the_wait_for_what_was_missing(host: Host) -> None:
    host.session.reorder_us = 2 * S
    host.hear(MessageType.DDATA, [data(4.0, 2)], seq=4, device="press")
    host.born()
    host.now_us += 5 * S
    assert not host.hear(MessageType.DDATA, [data(4.0, 2)], seq=2, device="press")
    assert host.session.counts.gaps == 0


def test_a_metric_that_no_birth_declared_but_that_says_what_it_is_is_read_and_counted(host: Host) -> None:
    assert not host.hear(MessageType.DDATA, [Metric(5, SparkplugType.INT32, "extra")], seq=2, device="press")
    assert [value for _, _, _, value, *_ in host.readings] == [5.0]
    assert host.session.counts.undeclared == 1


def test_a_name_instead_of_the_declared_alias_is_read_like_the_alias(host: Host) -> None:
    named = Metric(-12, SparkplugType.INT8, "offset", sends_datatype=False)
    assert not host.hear(MessageType.NDATA, [named], seq=2)
    assert host.readings == [("", "offset", T0, -12.0, 0, 0)]


def test_an_alias_belongs_to_the_device_that_declared_it(host: Host) -> None:
    # The specification wants an alias once in a node; nodes that count from 1 in every device are understood as well.
    host.hear(MessageType.DBIRTH, [Metric(1.0, SparkplugType.DOUBLE, "speed", alias=2)], seq=2, device="lathe")
    host.hear(MessageType.DDATA, [data(5.0, 2)], seq=3, device="press")
    assert [(asset, metric) for asset, metric, *_ in host.readings] == [("press", "temperature")]
    host.hear(MessageType.DDATA, [data(6.0, 2)], seq=4, device="lathe")
    assert [(asset, metric) for asset, metric, *_ in host.readings] == [("lathe", "speed")]


def test_a_death_without_its_number_is_believed_and_counted(host: Host) -> None:
    host.hear(MessageType.NDEATH, [], seq=None)
    assert not host.session.is_alive
    assert host.session.counts.missing_bdseq == 1


@pytest.mark.parametrize("name", ["engUnit", "Engineering Units", "unit"])
def test_the_unit_is_read_under_the_names_edge_nodes_use(name: str) -> None:
    host = Host()
    told: dict[tuple[str, str], object] = {}
    host.session.declare = lambda asset, metric, properties: told.update({(asset, metric): properties})
    weight = Metric(1.0, SparkplugType.DOUBLE, "weight", properties={name: "kg", "engLow": 0.0, "engHigh": 500.0})
    host.hear(MessageType.NBIRTH, [weight], seq=0)
    assert host.columns.traits["", "weight"].engineering_unit == "kg"
    assert told == {("", "weight"): {"engLow": 0.0, "engHigh": 500.0}}


def test_properties_that_json_cannot_carry_or_that_have_no_end_do_not_stand_in_the_way() -> None:
    host = Host()
    told: dict[tuple[str, str], object] = {}
    host.session.declare = lambda asset, metric, properties: told.update({(asset, metric): properties})
    strange = Metric(
        1.0, SparkplugType.DOUBLE, "strange", properties={"low": math.nan, "in": {"high": [{"x": math.inf}]}}
    )
    endless = Metric(2.0, SparkplugType.DOUBLE, "endless", properties={"text": "x" * 9_000})
    host.hear(MessageType.NBIRTH, [strange, endless], seq=0)
    assert told == {("", "strange"): {"low": None, "in": {"high": [{"x": None}]}}}
    assert host.session.counts.skipped == {"long_properties": 1}
    assert [value for _, _, _, value, *_ in host.readings] == [1.0, 2.0]
