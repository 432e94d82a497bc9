"""The commit: what is new becomes durable, once, whatever was sent before and however the last attempt ended.

Order of writing: points, text points, conflicts, quarantine. Each table is synced before the next is touched, and
nothing is acknowledged before the last. A process killed in between leaves a prefix of that order. Sending the block
again finds the prefix: points by their identity, conflicts by identity and content, quarantined readings by the digest
of their content. Points come first, so a conflict in the store always has the canonical point it contradicts.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Generic

import numpy as np
import pyarrow as pa

from millmark.history import quarantine
from millmark.history.block import CommitBlock, CommitReceipt, QuarantinedReading
from millmark.history.errors import InvalidBlock, StoreUnavailable
from millmark.history.gaps import Gaps, LateRows
from millmark.history.high_water import HighWater, repeated
from millmark.history.identity import content_of, judge
from millmark.history.lookup import NUMBER_CONFLICTS, POINTS, TEXT_CONFLICTS, TEXTS, Batch, Place, stored
from millmark.history.mixed_rows import number_rows, text_rows
from millmark.history.restore import newest_received_us
from millmark.history.rollups import FreshRows, Rollups
from millmark.history.series_slots import Slots
from millmark.history.sorting import InOrder, sorted_by_series
from millmark.history.stamp import next_received_us
from millmark.history.store import Connection
from millmark.history.time_span import EARLIEST_US, LATEST_US
from millmark.model import PointBatch, TextBatch
from millmark.model.batch import I64, U32

_log = logging.getLogger(__name__)

_NO_TIMES: I64 = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Sifted(Generic[Batch]):
    """A batch told apart: rows to become canonical, rows to be set beside them, and the number already known.

    `slots` are those of the fresh rows; `late` are the fresh ones that had to be looked up.
    """

    fresh: Batch
    slots: Slots
    conflicts: Batch
    duplicates: int
    late: LateRows


@dataclass(frozen=True, slots=True, eq=False)
class _Proofs:
    """What tells rows of one kind new without a look at the store."""

    water: HighWater
    gaps: Gaps


class Writer:
    """Commits blocks one after another; knows how far every series reaches and when the last commit was."""

    def __init__(self, connection: Connection, now_us: Callable[[], int], rollups: Rollups) -> None:
        self._connection = connection
        self._now_us = now_us
        self._lock = threading.Lock()
        self._rollups = rollups
        self._series = rollups.known
        # What the rollups know of a series is of its numbers and texts together: a bound that is high enough for both.
        self._numbers, self._texts = _Proofs(HighWater(), Gaps()), _Proofs(HighWater(), Gaps())
        for proofs in (self._numbers, self._texts):
            proofs.water.rise(*rollups.last_us())
        self._last_us = newest_received_us(connection, rollups.folded_us)
        # What the store is known to hold; None after a failed attempt, when only the store can tell.
        self._newest_stored_us: int | None = self._last_us

    def commit(self, block: CommitBlock) -> CommitReceipt:
        _check_times(block.points)
        _check_times(block.texts)
        with self._lock:
            self._connection.settle()
            self._rollups.ready()
            received_us = self._stamp()
            points = self._sift(block.points, self._numbers, POINTS, NUMBER_CONFLICTS, received_us)
            texts = self._sift(block.texts, self._texts, TEXTS, TEXT_CONFLICTS, received_us)
            set_aside = quarantine.not_yet_kept(self._connection, block.quarantine)
            self._write(points, texts, set_aside, received_us)
            self._open_gaps(self._numbers, POINTS, points.late)
            self._open_gaps(self._texts, TEXTS, texts.late)
        return CommitReceipt(
            received_time_us=received_us,
            stored=len(points.fresh) + len(texts.fresh),
            duplicates=points.duplicates + texts.duplicates + len(block.quarantine) - len(set_aside),
            conflicts=len(points.conflicts) + len(texts.conflicts),
            quarantined=len(set_aside),
            fresh=points.fresh,
            fresh_texts=texts.fresh,
        )

    def note_replays(self, rows: pa.Table) -> None:
        with self._lock:
            self._connection.settle()
            self._connection.insert("quarantine_replays", rows)

    def barrier_us(self) -> int:
        """The received time of the newest rows in the store: all that is committed later carries a greater one.

        It is read from what is stored, not from the clock, so the promise outlives a restart on a clock set back.
        """
        with self.paused() as barrier_us:
            return barrier_us

    @contextmanager
    def paused(self) -> Iterator[int]:
        """No commit runs while the block does; gives the barrier that holds as long."""
        with self._lock:
            if self._newest_stored_us is None:
                self._connection.settle()
                self._newest_stored_us = newest_received_us(self._connection, self._rollups.folded_us)
            yield self._newest_stored_us

    def _stamp(self) -> int:
        self._last_us = next_received_us(self._now_us(), self._last_us)
        return self._last_us

    def _open_gaps(self, proofs: _Proofs, home: Place, late: LateRows) -> None:
        try:
            proofs.gaps.open(self._connection, home.table, late, self._series.series, proofs.water.highest_us)
        except StoreUnavailable as error:
            # The rows are stored; what comes next is looked up as these were.
            _log.info("spans without points could not be asked for: %s", error)

    def _sift(self, batch: Batch, proofs: _Proofs, home: Place, beside: Place, received_us: int) -> Sifted[Batch]:
        batch = replace(batch, received_time_us=np.full(len(batch), received_us, dtype=np.int64))
        slots = self._series.of(batch.series)
        # Bounds rise before the first byte is written: an attempt that fails may have reached the disk all the same.
        doubtful, count = proofs.water.rise(slots, batch.source_time_us)
        if count:
            count -= proofs.gaps.prove(slots, batch.source_time_us, doubtful)
        if not count:
            return Sifted(batch, slots, batch.take(np.zeros(0, np.intp)), 0, LateRows(slots[:0], _NO_TIMES))
        known = stored(self._connection, home, batch.take(doubtful == 1))
        asked = np.flatnonzero(repeated(batch.series, batch.source_time_us, doubtful, count))
        in_question = batch.take(asked)
        everything: Batch = _joined(known, in_question)
        verdict = judge(_identity(everything), content_of(everything), len(known))
        contradicting = in_question.take(verdict.conflicting)
        news = self._not_yet_recorded(contradicting, beside)
        duplicates = verdict.duplicates + len(contradicting) - len(news)
        is_fresh = doubtful == 0
        looked_up = asked[verdict.fresh]
        is_fresh[looked_up] = True
        fresh = np.flatnonzero(is_fresh)
        late = LateRows(slots[looked_up], batch.source_time_us[looked_up])
        return Sifted(batch.take(fresh), slots[fresh], news, duplicates, late)

    def _not_yet_recorded(self, contradicting: Batch, beside: Place) -> Batch:
        """Conflicts that are news: a device that repeats its contradiction says nothing new."""
        if not len(contradicting):
            return contradicting
        recorded = stored(self._connection, beside, contradicting)
        everything: Batch = _joined(recorded, contradicting)
        verdict = judge((*_identity(everything), *content_of(everything)), (), len(recorded))
        return contradicting.take(verdict.fresh)

    def _write(
        self,
        points: Sifted[PointBatch],
        texts: Sifted[TextBatch],
        set_aside: dict[bytes, QuarantinedReading],
        received_us: int,
    ) -> None:
        numbers = sorted_by_series(points.fresh, points.slots, self._series)
        words = sorted_by_series(texts.fresh, texts.slots, self._series)
        filled: dict[str, pa.Table] = {}
        if len(numbers.batch):
            filled["points"] = numbers.batch.to_arrow()
        if len(words.batch):
            filled["text_points"] = words.batch.to_arrow()
        if len(points.conflicts) or len(texts.conflicts):
            filled["conflicts"] = _conflict_rows(points.conflicts, texts.conflicts)
        if set_aside:
            filled["quarantine"] = quarantine.to_arrow(set_aside, received_us)
        if not filled:
            return
        self._newest_stored_us = None
        try:
            for name, rows in filled.items():
                self._connection.insert(name, rows)
        except StoreUnavailable:
            self._rollups.uncertain(received_us)
            raise
        self._newest_stored_us = received_us
        self._roll_up(numbers, words, received_us)

    def _roll_up(self, numbers: InOrder[PointBatch], words: InOrder[TextBatch], received_us: int) -> None:
        rows, told = numbers.batch, words.batch
        self._rollups.take(
            (
                FreshRows(numbers.slots, rows.source_time_us, rows.value, rows.quality),
                FreshRows(words.slots, told.source_time_us, np.full(len(told), np.nan), told.quality),
            ),
            received_us,
        )


def _check_times(batch: PointBatch | TextBatch) -> None:
    times = batch.source_time_us
    outside = (times < EARLIEST_US) | (times >= LATEST_US)
    if outside.any():
        row = int(np.argmax(outside))
        raise InvalidBlock(
            f"row {row} of a block (series {batch.series[row]}) has source time {times[row]} us, outside the years "
            f"1900 to 2299 that the store can hold; {int(outside.sum())} rows are so, quarantine them before the commit"
        )


def _identity(batch: PointBatch | TextBatch) -> tuple[U32, I64]:
    return batch.series, batch.source_time_us


def _joined(first: Batch, second: Batch) -> Batch:
    if not len(first):
        return second
    return type(second).from_arrow(pa.concat_tables([first.to_arrow(), second.to_arrow()]))


def _conflict_rows(numbers: PointBatch, texts: TextBatch) -> pa.Table:
    rows = pa.concat_tables([number_rows(numbers), text_rows(texts)])
    is_text = np.repeat(np.array([0, 1], dtype=np.uint8), [len(numbers), len(texts)])
    return rows.append_column("is_text", pa.array(is_text))
