"""The history of a node: every point once, in two times, durable when acknowledged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from millmark.history import set_aside
from millmark.history.block import CommitBlock, CommitReceipt, QuarantinedReading
from millmark.history.downsample import downsample
from millmark.history.engine_state import EngineState, engine_state
from millmark.history.export import ExportFormat, encoded, export_file, export_pages
from millmark.history.fold import Buckets
from millmark.history.merging import let_merges_wait
from millmark.history.reader import NUMBERS, WORDS, Reader
from millmark.history.retention import ExpiredMonth, Kind, Retention, drop, expired, keep_hours, kept_from_us
from millmark.history.rollup_reader import RollupReader
from millmark.history.rollup_rows import Resolution, RollupRows
from millmark.history.rollup_upkeep import Upkeep
from millmark.history.rollups import Rollups, RollupState
from millmark.history.schema import migrate
from millmark.history.set_aside import QuarantineCount, QuarantineFilter, ReplayOutcome, SetAside
from millmark.history.settings import HistorySettings
from millmark.history.snapshot import Snapshot, freeze
from millmark.history.store import Store
from millmark.history.time_span import LATEST_US
from millmark.history.trace import Trace
from millmark.history.writer import Writer
from millmark.model import Period, PointBatch, TextBatch

_REST_S = 30.0
"""How long after opening late points wait to be made up for."""


class Pause:
    """A moment without commits; `barrier_us` is the received time of the newest row."""

    def __init__(self, barrier_us: int, store: Store, folder: Path | None) -> None:
        self.barrier_us = barrier_us
        self._store = store
        self._folder = folder

    def freeze(self) -> Snapshot | None:
        """Holds the files of this moment until they are discarded; None when the history is on a server.

        One snapshot at a time: another one takes the place of the one before.
        """
        return None if self._folder is None else freeze(self._store.writer, self._folder / "clickhouse")


class History:
    """Commits points and answers questions about them. Thread-safe and synchronous; asyncio calls it in threads.

    Every method may raise `StoreUnavailable`.
    """

    def __init__(self, store: Store, writer: Writer, rollups: Rollups, settings: HistorySettings) -> None:
        self._folder = settings.path
        self._cluster = settings.cluster
        self._kept = kept_from_us(store)
        self._store = store
        self._writer = writer
        self._rollups = rollups
        self._rollup_reader = RollupReader(store, rollups)
        self._upkeep = Upkeep(rollups)
        self._reader = Reader(store)
        self._trace = Trace(store)

    @classmethod
    def open(cls, settings: HistorySettings, *, now_us: Callable[[], int]) -> History:
        """Open or create the store and bring its tables up to date.

        Raises `HistoryBusy` when another process holds the folder, `SchemaTooNew` when a newer release wrote it.
        """
        store = Store(settings)
        try:
            migrate(store.writer, now_us(), settings.cluster)
            if settings.path is not None:
                let_merges_wait()
            rollups = Rollups(store.rollups, rest_s=_REST_S)
            rollups.keep_from(kept_from_us(store)[Kind.RAW])
            rollups.restore()
            return cls(store, Writer(store.writer, now_us, rollups), rollups, settings)
        except BaseException:
            store.close()
            raise

    def close(self) -> None:
        self._upkeep.stop()
        self._rollup_reader.close()
        self._rollups.close()
        self._store.close()

    def commit(self, block: CommitBlock) -> CommitReceipt:
        """Make a block durable; when this returns, what the receipt tells survives a power cut.

        The first value received for a (series, source time) is canonical. The same again is a duplicate, another one a
        conflict that is kept beside it. After `StoreUnavailable` the same block may be committed again at any time.
        """
        return self._writer.commit(block)

    def barrier_us(self) -> int:
        """A received time T: everything stored so far has `received_time_us` <= T, everything committed later > T."""
        return self._writer.barrier_us()

    @contextmanager
    def paused(self) -> Iterator[Pause]:
        """No commit runs while the block does; what calls `commit` meanwhile waits."""
        with self._writer.paused() as barrier_us, self._rollups.paused():
            yield Pause(barrier_us, self._store, self._folder)

    def latest(self) -> tuple[PointBatch, TextBatch]:
        """The newest point of each series by source time, ordered by series.

        Their times are in memory, so little more is read than these points, however much the store holds.
        """
        series, newest_us = self._rollups.newest()
        return (
            self._reader.last_before(NUMBERS, series, newest_us, LATEST_US, None),
            self._reader.last_before(WORDS, series, newest_us, LATEST_US, None),
        )

    def raw(
        self, series: Sequence[int], period: Period, *, known_at_us: int | None = None, limit: int | None = None
    ) -> PointBatch:
        """Numeric points ordered by series and source time; with `known_at_us`, as the history was known then."""
        return self._reader.raw(NUMBERS, series, period, known_at_us, limit)

    def raw_text(
        self, series: Sequence[int], period: Period, *, known_at_us: int | None = None, limit: int | None = None
    ) -> TextBatch:
        """Text points, as `raw`."""
        return self._reader.raw(WORDS, series, period, known_at_us, limit)

    def last_before(
        self, series: Sequence[int], time_us: int, *, known_at_us: int | None = None
    ) -> tuple[PointBatch, TextBatch]:
        """The newest point of each series strictly before `time_us`: the state a period begins in."""
        known, newest_us = self._rollups.newest(series)
        return (
            self._reader.last_before(NUMBERS, known, newest_us, time_us, known_at_us),
            self._reader.last_before(WORDS, known, newest_us, time_us, known_at_us),
        )

    def downsample(self, series: int, period: Period, buckets: int) -> Buckets:
        """Statistics over at most `buckets` equal spans of a period; see `Buckets`."""
        return downsample(
            self._trace, self._rollup_reader, series, period, buckets, points_from_us=self._kept[Kind.RAW]
        )

    def rollup(self, series: Sequence[int], period: Period, resolution: Resolution) -> RollupRows:
        """The buckets of series that begin in a period, ordered by series and start; exact at once after a commit.

        A bucket without a point is left out. See `RollupRows`.
        """
        return self._rollup_reader.rows(series, period, resolution)

    def kept_from_us(self) -> int:
        """Numbers and texts before this moment were dropped on purpose, or may be at any time."""
        return max(self._kept[Kind.RAW], self._kept[Kind.TEXT])

    def expired(self, retention: Retention, now_us: int) -> list[ExpiredMonth]:
        """Whole months that are past their time and still hold rows, the oldest first."""
        self._rollups.checkpoint()
        return expired(self._store, retention, now_us)

    def drop(self, months: Sequence[ExpiredMonth], decided_us: int) -> None:
        """Give up the rows of whole months, the oldest first, for good; what is received for them later is not kept.

        Before the points of a month go, what its hours came to is written down where it could be made from them so far.
        """
        for month in sorted(months):
            self._kept[month.kind] = max(self._kept[month.kind], month.period.end_us)
            if month.kind in (Kind.RAW, Kind.TEXT) and self._kept[Kind.HOUR] <= month.period.start_us:
                keep_hours(self._store, self._rollup_reader, self._rollups, month.period)
            with self.paused():
                # First: an hour that a late point has just touched must not be counted again without its points.
                if month.kind is Kind.RAW:
                    self._rollups.keep_from(self._kept[Kind.RAW])
                drop(self._store.writer, month, decided_us, self._cluster)

    def extent(self, series: int) -> Period | None:
        """From the first to just after the last source time of a series; None when it has no point."""
        return self._reader.extent(NUMBERS, series) or self._reader.extent(WORDS, series)

    def export(self, series: Sequence[int], period: Period, form: ExportFormat) -> Iterator[bytes]:
        """The points of a period as the bytes of a file, read and encoded as they are asked for.

        The memory needed does not grow with the number of points. What is stored meanwhile may be in it or not.
        """
        return encoded(export_pages(self._reader, series, period), form)

    def export_file(
        self, series: Sequence[int], period: Period, path: Path, form: ExportFormat = ExportFormat.PARQUET
    ) -> int:
        """Write the same to a file, whole or not at all; returns how many points.

        Raises `OSError` when the file cannot be written; a file of that name is then as it was.
        """
        return export_file(self._reader, series, period, path, form)

    def has_points(self, series: Sequence[int], period: Period) -> bool:
        """Whether any of these series has a point in a period."""
        return len(self.raw(series, period, limit=1)) + len(self.raw_text(series, period, limit=1)) > 0

    def point_count(self) -> int:
        """Canonical points in the store, numbers and texts."""
        return self._reader.count(NUMBERS) + self._reader.count(WORDS)

    def conflicts(self, period: Period | None = None, limit: int = 1000) -> tuple[PointBatch, TextBatch]:
        """Rows that contradicted a canonical point, the last received first; the canonical ones are in `raw`."""
        return self._reader.conflicts(NUMBERS, period, limit), self._reader.conflicts(WORDS, period, limit)

    def quarantine(self, limit: int, reason: str | None = None) -> list[QuarantinedReading]:
        """Readings set aside, the last received first."""
        return [one.reading for one in self.set_aside(QuarantineFilter(reason=reason), limit)]

    def quarantine_counts(self) -> dict[str, int]:
        """Distinct readings set aside, by reason."""
        counts: Counter[str] = Counter()
        for one in self.set_aside_counts():
            counts[one.reason] += one.readings
        return dict(sorted(counts.items()))

    def set_aside(self, wanted: QuarantineFilter, limit: int) -> list[SetAside]:
        """The readings in quarantine that are meant, the last received first, with what became of them since."""
        return set_aside.find(self._store, wanted, limit)

    def set_aside_counts(self, wanted: QuarantineFilter | None = None) -> list[QuarantineCount]:
        """Readings in quarantine by gateway and reason."""
        return set_aside.counts(self._store, wanted or QuarantineFilter())

    def note_replays(self, outcomes: Sequence[tuple[str, ReplayOutcome]], replayed_us: int) -> None:
        """Notes what became of readings, by their ids, that were brought again; they stay in the quarantine."""
        self._writer.note_replays(set_aside.replay_rows(outcomes, replayed_us))

    def engine_state(self) -> EngineState:
        """Parts, merges and disk of the engine, for those who watch it."""
        return engine_state(self._store)

    def rollup_state(self) -> RollupState:
        """How much of the rollups is in memory only; asks nobody and waits for nobody."""
        return self._rollups.state()
