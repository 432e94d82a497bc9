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
_REPEATS = 15


class QueryReport(TypedDict):
    """Milliseconds, median of repeated questions, each of a store that was opened anew and asked once before.

    `month_ms` is one series of `points` at 1 Hz in 1,000 buckets while it is alone, `month_crowded_ms` while the store
    holds `other_points` of `other_series` more; `ratio` the second over the first. `day_raw_ms` reads 86,400 points as
    they are. `latest_ms` looks up the newest values of `latest_series` series, `latest_json_ms` makes the API's answer.
    """

    points: int
    other_points: int
    other_series: int
    month_ms: float
    month_crowded_ms: float
    ratio: float
    day_raw_ms: float
    day_raw_crowded_ms: float
    latest_series: int
    latest_ms: float
    latest_json_ms: float


def measure_query(
    scratch: Path | None = None, *, days: int = 30, others: int = 10, latest_series: int = 100_000
) -> QueryReport:
    """`others` times as many points of other series are added for the second half; 100 take about ten minutes."""
    seconds = days * 86_400
    with tempfile.TemporaryDirectory(dir=scratch, prefix="bench-query-") as folder:
        settings = HistorySettings(path=Path(folder))
        _fill(settings, [_ASKED], seconds)
        month, day = _asked(settings, seconds)
        _fill(settings, list(range(_ASKED + 1, _ASKED + 1 + others)), seconds)
        month_crowded, day_crowded = _asked(settings, seconds)
    latest, latest_json = _latest(latest_series)
    return QueryReport(
        points=seconds,
        other_points=seconds * others,
        other_series=others,
        month_ms=month,
        month_crowded_ms=month_crowded,
        ratio=round(month_crowded / month, 2),
        day_raw_ms=day,
        day_raw_crowded_ms=day_crowded,
        latest_series=latest_series,
        latest_ms=latest,
        latest_json_ms=latest_json,
    )


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


def _asked(settings: HistorySettings, seconds: int) -> tuple[float, float]:
    history = History.open(settings, now_us=lambda: time.time_ns() // 1_000)
    try:
        month = Period(_START_US, _START_US + seconds * _SECOND_US)
        middle = _START_US + seconds // 2 * _SECOND_US
        day = Period(middle, middle + 86_400 * _SECOND_US)
        return (
            _median_ms(lambda: history.downsample(_ASKED, month, 1_000)),
            _median_ms(lambda: history.raw([_ASKED], day)),
        )
    finally:
        history.close()


def _latest(series: int) -> tuple[float, float]:
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
    return _median_ms(lambda: newest.of(wanted)), _median_ms(lambda: live_json(points, texts))


def _median_ms(question: Callable[[], object]) -> float:
    question()
    took = []
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        question()
        took.append(time.perf_counter() - begin)
    return round(float(np.median(took)) * 1e3, 2)
