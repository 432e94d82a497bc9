"""Random bursts, late points, repeats, contradictions, cut wires and restarts: points and rollups agree with a dict."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.history.plain_points import PlainPoints, told

from millmark.history import CommitBlock, History, HistorySettings, Resolution, StoreUnavailable
from millmark.history.store import Connection
from millmark.model import Period, PointBatch, TextBatch

START_US = 1_790_000_000_000_000
ALL_TIME = Period(0, 2**52)
NUMBERS, WORDS = (1, 2, 4_000_000_000), 77
EXAMPLES = int(os.environ.get("MILLMARK_MODEL_EXAMPLES", "4"))

# From several points a second to one in half a day, so that dense and sparse buckets of every resolution appear.
STEPS = st.sampled_from([700_000, 3_000_000, 61_000_000, 300_000_000, 3_600_000_000, 43_000_000_000])
VALUES = st.lists(st.integers(-9, 9).map(float) | st.just(float("nan")), min_size=1, max_size=40)
QUALITIES = st.lists(st.sampled_from([0, 0, 0, 1, 2]), min_size=1, max_size=7)


def points(rows: list[tuple[int, int, float, int]]) -> PointBatch:
    series, time_us, value, quality = zip(*rows, strict=True) if rows else ((), (), (), ())
    return PointBatch(
        np.array(series, np.uint32),
        np.array(time_us, np.int64),
        np.zeros(len(rows), np.int64),
        np.array(value, np.float64),
        np.array(quality, np.uint8),
        np.zeros(len(rows), np.uint32),
    )


class RollupsAgainstDict(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock_us = START_US
        self.plain = PlainPoints()
        self.newest_us = dict.fromkeys((*NUMBERS, WORDS), START_US)
        self.sent: list[list[tuple[int, int, float, int]]] = []
        self.handed_over: tuple[int, int, int] | None = None
        self.to_cut: tuple[bool, bool] | None = None

    @initialize()
    def start(self) -> None:
        self.history = History.open(HistorySettings(path=Path(self.folder.name)), now_us=lambda: self.clock_us)

    def teardown(self) -> None:
        self.history.close()
        self.folder.cleanup()

    @rule(series=st.sampled_from(NUMBERS), step_us=STEPS, values=VALUES, qualities=QUALITIES, shuffled=st.booleans())
    def burst(self, series: int, step_us: int, values: list[float], qualities: list[int], shuffled: bool) -> None:
        """A machine goes on speaking, in order or not."""
        times = [self.newest_us[series] + step_us * (place + 1) for place in range(len(values))]
        self.newest_us[series] = times[-1]
        rows = [
            (series, time_us, value, qualities[place % len(qualities)])
            for place, (time_us, value) in enumerate(zip(times, values, strict=True))
        ]
        self.commit(rows[::-1] if shuffled else rows)

    @rule(series=st.sampled_from(NUMBERS), back=st.floats(0, 1), step_us=STEPS, values=VALUES)
    def late(self, series: int, back: float, step_us: int, values: list[float]) -> None:
        """Points of the past, between others or on top of them."""
        since_us = self.newest_us[series] - int((self.newest_us[series] - START_US) * back)
        times = [since_us - step_us * place for place in range(len(values))]
        self.commit([(series, max(time_us, 0), value, 0) for time_us, value in zip(times, values, strict=True)])

    @rule(series=st.sampled_from(NUMBERS), back=st.floats(0, 1), step_us=STEPS, values=VALUES)
    def hand_over(self, series: int, back: float, step_us: int, values: list[float]) -> None:
        """A machine that was away begins with what it kept, in order of time."""
        since_us = self.newest_us[series] - int((self.newest_us[series] - START_US) * back)
        self.handed_over = series, since_us - 86_400_000_000, step_us
        self.go_on(values)

    @rule(values=VALUES)
    def go_on(self, values: list[float]) -> None:
        """It goes on, into a span without points or over some that are stored."""
        if self.handed_over is not None:
            series, at_us, step_us = self.handed_over
            times = [at_us + step_us * (place + 1) for place in range(len(values))]
            self.newest_us[series] = max(self.newest_us[series], times[-1])
            self.handed_over = series, times[-1], step_us
            self.commit([(series, time_us, value, 0) for time_us, value in zip(times, values, strict=True)])

    @rule(which=st.integers(0, 20), changed=st.booleans())
    def again(self, which: int, changed: bool) -> None:
        """A block delivered twice, or contradicted: neither may count."""
        if self.sent:
            rows = self.sent[which % len(self.sent)]
            self.commit([(series, time_us, value + changed, quality) for series, time_us, value, quality in rows])

    @rule(words=st.lists(st.sampled_from(["RUN", None]), min_size=1, max_size=20), step_us=STEPS)
    def speak(self, words: list[str | None], step_us: int) -> None:
        times = [self.newest_us[WORDS] + step_us * (place + 1) for place in range(len(words))]
        self.newest_us[WORDS] = times[-1]
        for time_us in times:
            self.plain.offer(WORDS, time_us, None, 0)
        numbers = points([(WORDS, time_us, 0.0, 0) for time_us in times])
        batch = TextBatch(
            numbers.series,
            numbers.source_time_us,
            numbers.received_time_us,
            pa.array(words, pa.string()),
            numbers.quality,
            numbers.code,
        )
        assert self.history.commit(CommitBlock(texts=batch)).stored == len(words)

    @rule(step_us=st.sampled_from([-5_000_000, 1000, 90_000_000]))
    def clock_steps(self, step_us: int) -> None:
        self.clock_us += step_us

    @rule()
    def write_it_down(self) -> None:
        self.history._rollups.checkpoint()

    @rule(reached=st.booleans(), given_up=st.booleans())
    def cut_the_next_commit(self, reached: bool, given_up: bool) -> None:
        self.to_cut = reached, given_up

    @rule(killed=st.booleans())
    def restart(self, killed: bool) -> None:
        if killed:
            # Nothing is written any more, as after kill -9; the process itself is killed in test_rollup_kills.
            self.history._rollups._is_closed = True
        self.history.close()
        self.start()

    @invariant()
    def points_agree(self) -> None:
        raw = self.history.raw(NUMBERS, ALL_TIME)
        kept = dict.fromkeys(zip(raw.series.tolist(), raw.source_time_us.tolist(), strict=True))
        assert list(kept) == sorted(key for key in self.plain.points if key[0] != WORDS)
        assert len(kept) == len(raw)

    @invariant()
    def rollups_agree(self) -> None:
        for resolution in Resolution:
            rows = self.history.rollup((*NUMBERS, WORDS), ALL_TIME, resolution)
            assert told(rows) == self.plain.buckets(resolution)

    def commit(self, rows: list[tuple[int, int, float, int]]) -> None:
        self.sent.append(rows)
        block = CommitBlock(points=points(rows))
        reached, given_up = False, False
        if self.to_cut is not None:
            reached, given_up = self.to_cut
            self.to_cut = None
            self.commit_over_a_cut_wire(block, reached)
            if given_up and not reached:
                return
        new = sum(self.plain.offer(series, time_us, value, quality) for series, time_us, value, quality in rows)
        if given_up:
            # Nobody brings it again; the next commit makes up for what is in the store without anybody knowing.
            self.history.commit(CommitBlock())
            return
        receipt = self.history.commit(block)
        assert receipt.stored == (0 if reached else new)
        assert receipt.stored + receipt.duplicates + receipt.conflicts == len(rows)

    def commit_over_a_cut_wire(self, block: CommitBlock, reached: bool) -> None:
        writer = self.history._writer
        whole = writer._connection
        writer._connection = CutWire(whole, reached)
        try:
            self.history.commit(block)
        except StoreUnavailable:
            pass
        finally:
            writer._connection = whole


class CutWire(Connection):
    """Fails every insert: before it reaches the store, or just after."""

    def __init__(self, whole: Connection, reached: bool) -> None:
        super().__init__(whole._client, whole._open_insertion)
        self.reached = reached

    def insert(self, table: str, rows: pa.Table) -> None:
        if self.reached:
            super().insert(table, rows)
            self._insertion.close()
        raise StoreUnavailable("the wire was cut")


TestRollupsAgainstDict = RollupsAgainstDict.TestCase
TestRollupsAgainstDict.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
)
