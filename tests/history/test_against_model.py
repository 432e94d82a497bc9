"""Random commits, repeats, late rows, contradictions and restarts, compared with a plain dict after every step."""

from __future__ import annotations

import os
import struct
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from millmark.history import CommitBlock, History, HistorySettings, QuarantinedReading
from millmark.model import Period, PointBatch, TextBatch

START_US = 1_790_000_000_000_000
EXAMPLES = int(os.environ.get("MILLMARK_MODEL_EXAMPLES", "8"))
TWO_MONTHS_US = 60 * 86_400_000_000
ALL_TIME = Period(0, 2**52)

SERIES = st.integers(1, 3) | st.just(4_000_000_000)
TIMES = st.integers(0, 5) | st.integers(0, 3).map(lambda month: month * TWO_MONTHS_US)
NUMBERS = st.sampled_from([0.0, -0.0, 1.5, float("nan"), float("inf")])
TEXTS = st.sampled_from(["RUN", "", "停机", None])
STATUS = st.sampled_from([(0, 0), (0, 7), (1, 0x40000000), (2, 0x80000000)])


def rows_of(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.tuples(SERIES, TIMES, values, STATUS), max_size=12)


READINGS = st.lists(
    st.builds(
        QuarantinedReading,
        received_time_us=st.just(0),
        gateway=st.sampled_from(["g1", "g2"]),
        asset=st.just("line-1"),
        metric=st.sampled_from(["a", "b"]),
        source_time_us=st.none() | st.just(START_US),
        value=st.sampled_from(["", "x"]),
        reason=st.sampled_from(["future", "unparsable"]),
        detail=st.just(""),
    ),
    max_size=4,
)


def content(value: float | str | None) -> object:
    """A value as it compares: numbers by their bits, all NaN alike."""
    if isinstance(value, float):
        return "nan" if value != value else struct.pack("<d", value)
    return value


@dataclass
class Kind:
    """The reference for one kind of points."""

    canonical: dict[tuple[int, int], tuple[object, int, int]] = field(default_factory=dict)
    conflicts: set[tuple[object, ...]] = field(default_factory=set)

    def commit(self, rows: list[Any]) -> tuple[int, int, int]:
        stored = duplicates = conflicts = 0
        for series, time, value, (quality, code) in rows:
            said = (content(value), quality, code)
            first = self.canonical.setdefault((series, time), said)
            if first is said:
                stored += 1
            elif first == said or (series, time, *said) in self.conflicts:
                duplicates += 1
            else:
                conflicts += 1
                self.conflicts.add((series, time, *said))
        return stored, duplicates, conflicts


def columns(rows: list[Any]) -> tuple[Any, ...]:
    return (
        np.array([row[0] for row in rows], np.uint32),
        np.array([row[1] for row in rows], np.int64) + START_US,
        np.zeros(len(rows), np.int64),
        [row[2] for row in rows],
        np.array([row[3][0] for row in rows], np.uint8),
        np.array([row[3][1] for row in rows], np.uint32),
    )


def number_batch(rows: list[Any]) -> PointBatch:
    series, time, received, value, quality, code = columns(rows)
    return PointBatch(series, time, received, np.array(value, np.float64), quality, code)


def text_batch(rows: list[Any]) -> TextBatch:
    series, time, received, value, quality, code = columns(rows)
    return TextBatch(series, time, received, pa.array(value, pa.string()), quality, code)


def told(batch: PointBatch | TextBatch) -> list[tuple[object, ...]]:
    values = batch.value.tolist() if isinstance(batch, PointBatch) else batch.value.to_pylist()
    times = (batch.source_time_us - START_US).tolist()
    said = zip(batch.series.tolist(), times, values, batch.quality.tolist(), batch.code.tolist(), strict=True)
    return [(series, time, content(value), quality, code) for series, time, value, quality, code in said]


class HistoryAgainstDict(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock_us = START_US
        self.numbers, self.texts = Kind(), Kind()
        self.quarantined: set[tuple[object, ...]] = set()
        self.known: list[tuple[int, list[tuple[object, ...]], list[tuple[object, ...]]]] = []
        self.last_us = 0

    @initialize()
    def start(self) -> None:
        self.history = History.open(HistorySettings(path=Path(self.folder.name)), now_us=lambda: self.clock_us)

    def teardown(self) -> None:
        self.history.close()
        self.folder.cleanup()

    @rule(numbers=rows_of(NUMBERS), texts=rows_of(TEXTS), readings=READINGS, again=st.booleans())
    def commit(self, numbers: list[Any], texts: list[Any], readings: list[QuarantinedReading], again: bool) -> None:
        for _ in range(1 + again):
            self.commit_once(numbers, texts, readings)

    def commit_once(self, numbers: list[Any], texts: list[Any], readings: list[QuarantinedReading]) -> None:
        before = set(self.numbers.canonical), set(self.texts.canonical)
        of_numbers, of_texts = self.numbers.commit(numbers), self.texts.commit(texts)
        new_readings = {(r.gateway, r.metric, r.source_time_us, r.value, r.reason) for r in readings} - self.quarantined
        self.quarantined |= new_readings
        receipt = self.history.commit(CommitBlock(number_batch(numbers), text_batch(texts), tuple(readings)))

        assert receipt.stored == of_numbers[0] + of_texts[0]
        assert receipt.duplicates == of_numbers[1] + of_texts[1] + len(readings) - len(new_readings)
        assert receipt.conflicts == of_numbers[2] + of_texts[2]
        assert receipt.quarantined == len(new_readings)
        assert {row[:2] for row in told(receipt.fresh)} == set(self.numbers.canonical) - before[0]
        assert {row[:2] for row in told(receipt.fresh_texts)} == set(self.texts.canonical) - before[1]
        assert receipt.received_time_us > self.last_us
        self.last_us = receipt.received_time_us
        self.known.append((self.history.barrier_us(), self.rows(self.numbers), self.rows(self.texts)))

    @rule(step_us=st.integers(-10_000_000, 10_000_000))
    def clock_steps(self, step_us: int) -> None:
        self.clock_us += step_us

    @rule()
    def restart(self) -> None:
        self.history.close()
        self.start()
        self.last_us = self.history.barrier_us()

    @invariant()
    def store_agrees(self) -> None:
        ids = [1, 2, 3, 4_000_000_000]
        assert told(self.history.raw(ids, ALL_TIME)) == self.rows(self.numbers)
        assert told(self.history.raw_text(ids, ALL_TIME)) == self.rows(self.texts)
        conflicts, text_conflicts = self.history.conflicts()
        assert sorted(told(conflicts), key=repr) == sorted(self.numbers.conflicts, key=repr)
        assert sorted(told(text_conflicts), key=repr) == sorted(self.texts.conflicts, key=repr)
        kept = self.history.quarantine(1000)
        assert {(r.gateway, r.metric, r.source_time_us, r.value, r.reason) for r in kept} == self.quarantined
        assert len(kept) == len(self.quarantined)

    @invariant()
    def latest_agrees(self) -> None:
        latest, latest_texts = self.history.latest()
        assert told(latest) == self.newest(self.numbers)
        assert told(latest_texts) == self.newest(self.texts)
        before, texts_before = self.history.last_before([1, 2, 3, 4_000_000_000], START_US + 3)
        assert told(before) == self.newest(self.numbers, before=3)
        assert told(texts_before) == self.newest(self.texts, before=3)

    @invariant()
    def the_past_stays_as_it_was_known(self) -> None:
        for known_at_us, numbers, texts in self.known[-3:]:
            ids = [1, 2, 3, 4_000_000_000]
            assert told(self.history.raw(ids, ALL_TIME, known_at_us=known_at_us)) == numbers
            assert told(self.history.raw_text(ids, ALL_TIME, known_at_us=known_at_us)) == texts

    @staticmethod
    def rows(kind: Kind) -> list[tuple[object, ...]]:
        return [(*identity, *said) for identity, said in sorted(kind.canonical.items())]

    def newest(self, kind: Kind, before: int = 2**62) -> list[tuple[object, ...]]:
        newest: dict[object, tuple[object, ...]] = {}
        for row in self.rows(kind):
            if isinstance(row[1], int) and row[1] < before:
                newest[row[0]] = row
        return list(newest.values())


TestHistoryAgainstDict = HistoryAgainstDict.TestCase
TestHistoryAgainstDict.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
)
