"""How fast questions are answered: a month of one series, with and without much of others; the latest of many."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

import numpy as np

from millmark.history.block import CommitBlock
from millmark.history.history import History
from millmark.history.settings import HistorySettings
from millmark.intake.latest import LatestValues
from millmark.model import Period, PointBatch, TextBatch
from millmark.web.columns import live_json

_START_US = 1_790_000_000_000_000
_SECOND_US = 1_000_000
_BLOCK_ROWS = 500_000
_ASKED = 1
_REPEATS = 100


class Timed(TypedDict):
    """Milliseconds of a question that was asked again and again, after once that does not count."""

    median_ms: float
    p99_ms: float


class QueryFigures(TypedDict):
    """`month` is one series of `points` at 1 Hz in 1,000 buckets while it is alone in a store opened anew,
    `month_crowded` while the store holds `other_points` of `other_series` more; `ratio` is of their medians. `day_raw`
    reads 86,400 points as they are. `latest` looks up the newest values of `latest_series` series, `latest_json` makes
    the API's answer of them.
    """

    points: int
    other_points: int
    other_series: int
    month: Timed
    month_crowded: Timed
    ratio: float
    day_raw: Timed
    day_raw_crowded: Timed
    latest_series: int
    latest: Timed
    latest_json: Timed


def measure_query(
    scratch: Path | None = None, *, days: int = 30, others: int = 10, latest_series: int = 100_000
) -> QueryFigures:
    """`others` times as many points of other series are added for the second half; 100 take some minutes.

    Nothing else may have a history open in this process.
    """
    seconds = days * 86_400
    with tempfile.TemporaryDirectory(dir=scratch, prefix="bench-query-") as folder:
        settings = HistorySettings(path=Path(folder))
        _fill(settings, [_ASKED], seconds)
        month, day = _asked(settings, seconds)
        _fill(settings, list(range(_ASKED + 1, _ASKED + 1 + others)), seconds)
        month_crowded, day_crowded = _asked(settings, seconds)
    latest, latest_json = _latest(latest_series)
    return QueryFigures(
        points=seconds,
        other_points=seconds * others,
        other_series=others,
        month=month,
        month_crowded=month_crowded,
        ratio=round(month_crowded["median_ms"] / month["median_ms"], 2),
        day_raw=day,
        day_raw_crowded=day_crowded,
        latest_series=latest_series,
        latest=latest,
        latest_json=latest_json,
    )


def timed(question: Callable[[], object]) -> Timed:
    question()
    took = []
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        question()
        took.append((time.perf_counter() - begin) * 1e3)
    median, p99 = np.percentile(np.array(took), [50, 99]).tolist()
    return Timed(median_ms=round(median, 2), p99_ms=round(p99, 2))


def _fill(settings: HistorySettings, series: list[int], seconds: int) -> None:
    """Points once a second with noise of three decimals, in order of time as they would arrive, then merged."""
    random = np.random.default_rng(len(series))
    history = History.open(settings, now_us=lambda: time.time_ns() // 1_000)
    step = max(1, _BLOCK_ROWS // len(series))
    for start in range(0, seconds, step):
        count = min(step, seconds - start)
        rows = count * len(series)
        times = _START_US + np.repeat(np.arange(start, start + count), len(series)) * _SECOND_US
        zeros = np.zeros(rows, np.int64)
        values = np.round(random.normal(20, 0.5, rows), 3)
        ids = np.tile(np.array(series, np.uint32), count)
        batch = PointBatch(ids, times, zeros, values, zeros.astype(np.uint8), zeros.astype(np.uint32))
        history.commit(CommitBlock(points=batch))
    history.close()


def _asked(settings: HistorySettings, seconds: int) -> tuple[Timed, Timed]:
    history = History.open(settings, now_us=lambda: time.time_ns() // 1_000)
    try:
        month = Period(_START_US, _START_US + seconds * _SECOND_US)
        middle = _START_US + seconds // 2 * _SECOND_US
        day = Period(middle, middle + 86_400 * _SECOND_US)
        return (
            timed(lambda: history.downsample(_ASKED, month, 1_000)),
            timed(lambda: history.raw([_ASKED], day)),
        )
    finally:
        history.close()


def _latest(series: int) -> tuple[Timed, Timed]:
    ids = np.arange(1, series + 1)
    zeros = np.zeros(series, np.int64)
    values = np.round(np.random.default_rng(1).normal(20, 1, series), 3)
    newest = LatestValues()
    newest.update(
        PointBatch(
            ids.astype(np.uint32),
            zeros + _START_US,
            zeros,
            values,
            zeros.astype(np.uint8),
            zeros.astype(np.uint32),
        ),
        TextBatch.empty(),
    )
    wanted = ids.tolist()
    points, texts = newest.of(wanted)
    return timed(lambda: newest.of(wanted)), timed(lambda: live_json(points, texts))
