"""How fast points become durable, beside the plainest durable thing: the same Arrow table as a Parquet file, synced.

Both are measured in turn in the same run on the same disk, so that a slow disk slows both. Prints one JSON object:

    rows_per_s, parquet_rows_per_s      medians over commits of `block_rows` rows
    ratio_to_parquet                    the first over the second
    bytes_per_row, parquet_bytes_per_row  on disk, the history's after its parts were merged
    small_commit_ms                     median and 95th percentile of commits of 50 rows
    resend_rows_per_s                   a block delivered twice: every row is looked up and recognised
    query_ms                            a day of one series raw, and reduced to 500 buckets
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from millmark.history import CommitBlock, History, HistorySettings
from millmark.history.lookup import POINTS
from millmark.model import Period, PointBatch

START_US = 1_790_000_000_000_000
SERIES, SECONDS, BLOCKS = 1000, 100, 20
SECOND_US = 1_000_000


class Plant:
    """1000 sensors, once a second with the jitter of a poll; values drift and carry noise of three decimals."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(20_260_923)
        self._level = self._random.uniform(10, 90, SERIES)
        self._second = 0

    def block(self, seconds: int = SECONDS, series: int = SERIES) -> PointBatch:
        rows = seconds * series
        start = START_US + self._second * SECOND_US
        self._second += seconds
        ids = np.tile(np.arange(series, dtype=np.uint32), seconds)
        steps = np.repeat(np.arange(seconds, dtype=np.int64), series) * SECOND_US
        jitter = self._random.integers(0, 20, rows) * 1000
        value = np.round(self._level[ids] + self._random.normal(0, 0.5, rows), 3)
        zeros = np.zeros(rows, np.int64)
        return PointBatch(ids, start + steps + jitter, zeros, value, zeros.astype(np.uint8), zeros.astype(np.uint32))


def timed(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def write_parquet(batch: PointBatch, path: Path) -> None:
    pq.write_table(batch.to_arrow(), path, compression="zstd")
    for place in (path, path.parent):
        descriptor = os.open(place, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def bytes_on_disk(history: History) -> int:
    store = history._store  # noqa: SLF001 - the benchmark looks at what the room keeps to itself
    store.writer.command(f"OPTIMIZE TABLE millmark.{POINTS.table} FINAL")
    sql = "SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND table = {table:String}"
    return int(store.query(sql, {"table": POINTS.table}).column("bytes")[0].as_py())


def measure(folder: Path) -> dict[str, object]:
    plant = Plant()
    history = History.open(HistorySettings(path=folder / "history"), now_us=lambda: time.time_ns() // 1000)
    history.commit(CommitBlock(points=plant.block()))
    commits, files, file_bytes = [], [], 0
    for number in range(BLOCKS):
        batch, path = plant.block(), folder / f"{number}.parquet"
        commits.append(timed(lambda: history.commit(CommitBlock(points=batch))))  # noqa: B023 - called at once
        files.append(timed(lambda: write_parquet(batch, path)))  # noqa: B023 - called at once
        file_bytes += path.stat().st_size
    resend = timed(lambda: history.commit(CommitBlock(points=batch)))
    small = [timed(lambda: history.commit(CommitBlock(points=plant.block(1, 50)))) for _ in range(200)]
    rows, day = SERIES * SECONDS, Period(START_US, START_US + 86_400 * SECOND_US)
    assert history.point_count() == (BLOCKS + 1) * rows + 200 * 50
    raw = sorted(timed(lambda: history.raw([7], day)) for _ in range(9))
    reduced = sorted(timed(lambda: history.downsample(7, day, 500)) for _ in range(9))
    size = bytes_on_disk(history)
    stored = history.point_count()
    history.close()
    return {
        "block_rows": rows,
        "rows_per_s": round(rows / float(np.median(commits))),
        "parquet_rows_per_s": round(rows / float(np.median(files))),
        "ratio_to_parquet": round(float(np.median(files)) / float(np.median(commits)), 2),
        "bytes_per_row": round(size / stored, 2),
        "parquet_bytes_per_row": round(file_bytes / (BLOCKS * rows), 2),
        "small_commit_ms": {
            "median": round(float(np.median(small)) * 1e3, 2),
            "p95": round(float(np.quantile(small, 0.95)) * 1e3, 2),
        },
        "resend_rows_per_s": round(rows / resend),
        "query_ms": {"raw": round(raw[4] * 1e3, 2), "downsample_500": round(reduced[4] * 1e3, 2)},
    }


if __name__ == "__main__":
    parent = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(dir=parent) as place:
        print(json.dumps(measure(Path(place)), indent=2))
