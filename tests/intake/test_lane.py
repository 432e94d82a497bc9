"""The compiled pass against the codec: whatever a connection brings, cut anywhere, both read the same."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millmark.intake.mqtt.acknowledgements import Acknowledgements
from millmark.intake.mqtt.lane import DataLane
from millmark.intake.mqtt.messages import GatewayMessages
from millmark.intake.stats import IntakeCounters
from millmark.model import ReadingBatch
from millmark.wire import readings
from millmark.wire.errors import ProtocolError
from millmark.wire.mqtt import Pingreq, Publish, decode_packet, encode_packet, read_frame
from millmark.wire.protobuf import bytes_field, varint, varint_field
from millmark.wire.sparkplug import Metric, SparkplugTopic, SparkplugType, encode_payload

NOW_US = 1_790_000_000_000_000
EXAMPLES = int(os.environ.get("MILLMARK_LANE_EXAMPLES", "250"))
MOST = 1 << 16


@dataclass
class Reader:
    """One connection's messages, read with a lane or without."""

    has_lane: bool
    counters: IntakeCounters = field(default_factory=IntakeCounters)
    asked: list[str] = field(default_factory=list)
    acks: Acknowledgements = field(default_factory=Acknowledgements)
    passed: int = 0
    refused: str | None = None

    def __post_init__(self) -> None:
        self.messages = GatewayMessages("gw", self.counters, now_us=lambda: NOW_US, ask_for_rebirth=self._ask)
        self.lane = DataLane(self.messages, self.acks, level=4, packet_bytes=MOST) if self.has_lane else None
        self._kept = b""

    def _ask(self, topic: SparkplugTopic) -> None:
        self.asked.append(str(topic))

    def feed(self, data: bytes) -> None:
        if self.refused:
            return
        memory = np.frombuffer(bytearray(self._kept + data), np.uint8)
        try:
            start = self._read(memory)
        except ProtocolError as error:
            self.refused = str(error)
            return
        self._kept = bytes(memory[start:])

    def _read(self, memory: np.ndarray) -> int:
        start, end = 0, len(memory)
        while True:
            if self.lane is not None:
                before, start = start, self.lane.take(memory, start, end)
                self.passed += start - before
            frame = read_frame(memoryview(memory), start, end, max_packet_size=MOST)
            if frame is None or frame.end > end:
                return start
            packet = decode_packet(frame.first_byte, bytes(memory[frame.body : frame.end]), frame.body - frame.start)
            start = frame.end
            if isinstance(packet, Publish):
                self.messages.read(packet.topic, packet.payload)
                if packet.packet_id is not None:
                    self.acks.puback(packet.packet_id)

    def outcome(self) -> dict[str, object]:
        """All that can be seen of what was read."""
        self.messages.tables and self.messages.tables.settle_all()
        batches, faults = self.messages.columns.take()
        sessions = self.messages._sessions
        return {
            "numbers": [row for batch in batches if batch.text is None for row in rows_of(batch)],
            "texts": [row for batch in batches if batch.text is not None for row in rows_of(batch)],
            "transient": [row for batch in self.messages.take_transient() for row in rows_of(batch)],
            "faults": faults,
            "acks": self.acks.take().encode(),
            "asked": self.asked,
            "counters": (
                self.counters.repeated_sequences,
                self.counters.sequence_gaps,
                self.counters.rebirths_requested,
                self.counters.skipped_metrics,
            ),
            "sessions": {key: (each.is_alive, each.last_seq, str(each.counts)) for key, each in sessions.items()},
            "refused": self.refused,
        }


def rows_of(batch: ReadingBatch) -> list[tuple[object, ...]]:
    values = batch.value.tolist() if batch.text is None else batch.text.to_pylist()
    return [
        (
            *batch.tags[batch.tag[row]],
            int(batch.source_time_us[row]),
            "no number" if isinstance(value, float) and math.isnan(value) else (value, str(value)),
            int(batch.quality[row]),
            int(batch.code[row]),
        )
        for row, value in enumerate(values)
    ]


# What edge nodes send, and what they should not.

NAMES = st.sampled_from(
    ["t", "pressure/inlet", "a name of more than sixteen bytes", "状态", "bdSeq", "Node Control/Rebirth"]
)
ALIASES = st.sampled_from([0, 1, 2, 3, 127, 128, 1 << 40, (1 << 64) - 1])
PLAIN_TYPES = [kind for kind in SparkplugType if 1 <= kind <= 15]
TIMES_MS = st.one_of(
    st.sampled_from([0, 1, 1_790_000_000_000, 253_402_300_799_999]),
    st.sampled_from([253_402_300_800_000, (1 << 63) - 1, (1 << 64) - 1]),
)
BITS = st.one_of(
    st.integers(0, 200),
    st.sampled_from([(1 << width) - back for width in (7, 8, 15, 16, 31, 32, 63, 64) for back in (0, 1, 2)]).map(
        lambda bits: bits & (1 << 64) - 1
    ),
    st.integers(0, (1 << 64) - 1),
    st.integers(-130, -1).map(lambda number: number & 0xFFFF_FFFF),
    st.integers(-130, -1).map(lambda number: number & 0xFFFF_FFFF_FFFF_FFFF),
)
TEXTS = st.one_of(
    st.sampled_from(
        [b"", b"run", "运行中".encode(), "😀".encode(), b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"x" * 17_000]
    ),
    st.binary(max_size=6),
)
VALUES = st.one_of(
    st.builds(lambda key, bits: varint(key << 3) + varint(bits), st.sampled_from([10, 11, 14]), BITS),
    st.binary(min_size=8, max_size=8).map(lambda raw: varint(13 << 3 | 1) + raw),
    st.binary(min_size=4, max_size=4).map(lambda raw: varint(12 << 3 | 5) + raw),
    TEXTS.map(lambda raw: bytes_field(15, raw)),
    st.binary(max_size=4).map(lambda raw: bytes_field(16, raw)),
)
INTEGERS = st.builds(lambda key, bits: varint(key << 3) + varint(bits), st.sampled_from([10, 11]), BITS)
SUITABLE = {
    **dict.fromkeys(range(1, 9), INTEGERS),
    9: st.binary(min_size=4, max_size=4).map(lambda raw: varint(12 << 3 | 5) + raw),
    10: st.binary(min_size=8, max_size=8).map(lambda raw: varint(13 << 3 | 1) + raw),
    11: st.sampled_from([0, 1, 2, 128]).map(lambda bits: varint(14 << 3) + varint(bits)),
}  # fmt: skip
ODDITIES = st.one_of(
    TIMES_MS.map(lambda time: varint_field(3, time)),
    st.integers(0, 40).map(lambda kind: varint_field(4, kind)),
    st.builds(varint_field, st.sampled_from([5, 6, 7]), st.integers(0, 2)),
    st.just(bytes_field(9, bytes_field(1, b"Quality") + bytes_field(2, varint_field(1, 3) + varint_field(3, 500)))),
    NAMES.map(lambda name: bytes_field(1, name.encode())),
    ALIASES.map(lambda alias: varint_field(2, alias)),
    VALUES,
    st.sampled_from([b"\x0a\x00", b"\x0a\x01\xff", b"\x00", b"\x15\x00\x00\x00\x00", b"\x11", b"\x50" + b"\xff" * 11]),
    st.binary(max_size=3),
)


@dataclass(frozen=True)
class Declared:
    name: str
    alias: int | None
    kind: SparkplugType


DECLARED = st.lists(
    st.builds(Declared, NAMES, st.one_of(st.none(), ALIASES), st.sampled_from([*PLAIN_TYPES, SparkplugType.BYTES])),
    max_size=6,
)


@st.composite
def data_metric(draw: st.DrawFn, declared: Sequence[Declared]) -> bytes:
    """Mostly a metric as its birth declared it, sometimes anything."""
    fields: list[bytes] = []
    if declared and draw(st.integers(0, 9)):
        one = draw(st.sampled_from(declared))
        if one.alias is None or draw(st.integers(0, 3)) == 0:
            fields.append(bytes_field(1, one.name.encode()))
        if one.alias is not None and draw(st.integers(0, 9)):
            fields.append(varint_field(2, one.alias))
        if draw(st.booleans()):
            fields.append(varint_field(4, one.kind))
        fields.append(draw(SUITABLE.get(int(one.kind), TEXTS.map(lambda raw: bytes_field(15, raw)))))
        if draw(st.booleans()):
            fields.append(varint_field(3, 1_790_000_000_000 + draw(st.integers(0, 5))))
    if draw(st.integers(0, 9)) == 0:
        fields.extend(draw(st.lists(ODDITIES, max_size=3)))
    if draw(st.booleans()):
        fields = list(draw(st.permutations(fields)))
    return b"".join(fields)


class Sender:
    """Two edge nodes on one connection, each with a device, doing what hypothesis makes of them."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.sent: list[bytes] = []
        self._born: dict[tuple[str, str], list[Declared]] = {}
        self._seq: dict[str, int] = {}

    def birth(self, node: str, device: str) -> None:
        declared = self._born[node, device] = self.draw(DECLARED)
        metrics = [
            bytes_field(1, one.name.encode())
            + (b"" if one.alias is None else varint_field(2, one.alias))
            + varint_field(4, one.kind)
            + varint_field(7, 1)
            for one in declared
        ]
        payload = varint_field(1, 1_790_000_000_000) + b"".join(bytes_field(2, metric) for metric in metrics)
        self._publish("BIRTH", node, device, payload + self._counted(node))

    def death(self, node: str, device: str) -> None:
        self._publish("DEATH", node, device, b"")

    def data(self, node: str, device: str) -> None:
        draw, declared = self.draw, self._born.get((node, device), [])
        parts = [bytes_field(2, metric) for metric in draw(st.lists(data_metric(declared), max_size=4))]
        if draw(st.integers(0, 9)):
            time_ms = draw(TIMES_MS) if draw(st.integers(0, 9)) == 0 else 1_790_000_000_000
            parts.insert(draw(st.integers(0, len(parts))), varint_field(1, time_ms))
        parts.insert(draw(st.integers(0, len(parts))), self._counted(node))
        if draw(st.integers(0, 15)) == 0:
            ends = st.sampled_from([b"\x12", b"\x12\x05", b"\x12\x80", b"\x08", b"\x18\x80", b"\x18" + b"\xff" * 10])
            parts.append(draw(st.one_of(st.binary(max_size=4), ends)))
        self._publish("DATA", node, device, b"".join(parts))

    def something_else(self) -> None:
        telemetry = encode_packet(Publish("millmark/gw/press", b'{"n": 1, "s": "x"}', 0))
        broken = [b"\x32\x05\x00\x01a\x00\x00", b"\x30\x80\x80\x80\x80\x01", b"\x38\x03\x00\x01a"]
        self.sent.append(self.draw(st.sampled_from([encode_packet(Pingreq()), telemetry] * 3 + broken)))

    def _counted(self, node: str) -> bytes:
        """The field of the sequence number, mostly the right one."""
        step = self.draw(st.sampled_from([1, 1, 1, 1, 1, 1, 1, 1, 0, 2, 255, None]))
        if step is None:
            return b""
        self._seq[node] = (self._seq.get(node, 0) + step) % self.draw(st.sampled_from([256, 256, 256, 300]))
        return varint_field(3, self._seq[node])

    def _publish(self, kind: str, node: str, device: str, payload: bytes) -> None:
        plain, odd = [(1, False, False)] * 6, [(0, False, False), (1, True, False), (1, False, True)]
        qos, retain, dup = self.draw(st.sampled_from(plain + odd))
        packet_id = self.draw(st.integers(1, 65_535)) if qos else None
        topic = f"spBv1.0/g/{'D' if device else 'N'}{kind}/{node}{device}"
        self.sent.append(encode_packet(Publish(topic, payload, qos, packet_id, retain, dup)))


@st.composite
def connections(draw: st.DrawFn) -> tuple[bytes, list[int]]:
    """(everything one connection sends, where it is cut)."""
    sender = Sender(draw)
    for node in ("n", "other-node"):
        if draw(st.integers(0, 9)):
            sender.birth(node, "")
            sender.birth(node, "/press")
    for _ in range(draw(st.integers(1, 30))):
        node, device = draw(st.sampled_from(["n", "n", "n", "other-node"])), draw(st.sampled_from(["", "/press"]))
        match draw(st.integers(0, 39)):
            case 0:
                sender.birth(node, device)
            case 1:
                sender.death(node, device)
            case 2 | 3:
                sender.something_else()
            case _:
                sender.data(node, device)
    stream = b"".join(sender.sent)
    return stream, sorted(draw(st.lists(st.integers(0, len(stream)), max_size=6)))


@given(connections())
@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_the_pass_reads_as_the_codec_does_whatever_is_sent_and_however_it_is_cut(
    connection: tuple[bytes, list[int]],
) -> None:
    stream, cuts = connection
    short, long = Reader(has_lane=True), Reader(has_lane=False)
    for reader in (short, long):
        for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            reader.feed(stream[start:end])
    assert short.outcome() == long.outcome()


TOPIC = "spBv1.0/plant/DDATA/edge/press"


@pytest.fixture
def reader() -> Reader:
    """An edge node with a device of ten metrics, its first data message read."""
    reader = Reader(has_lane=True)
    kinds = [SparkplugType.DOUBLE] * 8 + [SparkplugType.INT8, SparkplugType.STRING]
    declared = [Metric(None, kind, f"signal-{number}", number) for number, kind in enumerate(kinds)]
    reader.messages.read("spBv1.0/plant/NBIRTH/edge", encode_payload([], timestamp_ms=1, seq=0))
    reader.messages.read("spBv1.0/plant/DBIRTH/edge/press", encode_payload(declared, timestamp_ms=1, seq=1))
    reader.feed(message(2, Metric(1.0, SparkplugType.DOUBLE, alias=0)))
    reader.outcome()
    reader.passed = 0
    return reader


def message(seq: int, *metrics: Metric) -> bytes:
    return encode_packet(Publish(TOPIC, encode_payload(metrics, timestamp_ms=5000, seq=seq % 256), 1, seq + 1))


def test_plain_data_never_go_the_long_way(reader: Reader) -> None:
    by_alias = Metric(2.5, SparkplugType.DOUBLE, alias=7, time_ms=6000, sends_datatype=False)
    by_name = Metric(-3, SparkplugType.INT8, "signal-8")
    text, null = Metric("运行", SparkplugType.STRING, alias=9), Metric(None, SparkplugType.DOUBLE, alias=1)
    stream = b"".join(message(seq, by_alias, by_name, text, null) for seq in range(3, 500))
    reader.feed(stream)
    assert reader.passed == len(stream)
    outcome = reader.outcome()
    assert outcome["numbers"][:3] == [
        ("press", "signal-7", 6_000_000, (2.5, "2.5"), 0, 0),
        ("press", "signal-8", 5_000_000, (-3.0, "-3.0"), 0, 0),
        ("press", "signal-1", 5_000_000, "no number", 2, 0x809B0000),
    ]
    assert outcome["texts"] == [("press", "signal-9", 5_000_000, ("运行", "运行"), 0, 0)] * 497
    assert len(outcome["acks"]) == 4 * 497
    assert outcome["counters"] == (0, 0, 0, 0)


def test_numbers_left_out_are_counted_and_ask_for_one_rebirth(reader: Reader) -> None:
    stream = b"".join(message(seq, Metric(1.0, SparkplugType.DOUBLE, alias=0)) for seq in range(10, 100, 5))
    reader.feed(stream)
    assert reader.passed == len(stream)
    outcome = reader.outcome()
    assert outcome["counters"] == (0, 18, 1, 0)
    assert outcome["asked"] == ["spBv1.0/plant/NCMD/edge"]


def test_a_birth_replaces_what_its_aliases_meant(reader: Reader) -> None:
    other = [Metric(None, SparkplugType.FLOAT, "another", 0)]
    birth = encode_packet(Publish("spBv1.0/plant/DBIRTH/edge/press", encode_payload(other, timestamp_ms=1, seq=3), 0))
    reader.feed(birth + b"".join(message(seq, Metric(7.0, SparkplugType.FLOAT, alias=0)) for seq in (4, 5, 6)))
    assert {row[1] for row in reader.outcome()["numbers"]} == {"another"}
    assert reader.passed > 0


def test_aliases_made_to_meet_in_one_slot_go_the_long_way(reader: Reader) -> None:
    # Multiples of 2**63 and their like fall into few slots; whoever sends them slows down himself alone.
    inverse = pow(0x9E3779B97F4A7C15, -1, 1 << 64)
    aliases = [(number * inverse) & (1 << 64) - 1 for number in range(64)]
    declared = [Metric(None, SparkplugType.DOUBLE, f"m{alias}", alias) for alias in aliases]
    reader.messages.read("spBv1.0/plant/DBIRTH/edge/press", encode_payload(declared, timestamp_ms=1, seq=3))
    reader.feed(b"".join(message(seq, Metric(1.0, SparkplugType.DOUBLE, alias=aliases[5])) for seq in (4, 5, 6)))
    assert reader.passed == 0
    assert len([row for row in reader.outcome()["numbers"] if row[3] != "no number"]) == 3


def test_tags_that_get_new_numbers_are_learnt_again(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "_MOST_TAGS", 3)
    for seq in range(3, 9):
        reader.feed(message(seq, Metric(float(seq), SparkplugType.DOUBLE, alias=seq % 8)))
        ((_, metric, _, value, _, _),) = reader.outcome()["numbers"]
        assert (metric, value[0]) == (f"signal-{seq % 8}", float(seq))
