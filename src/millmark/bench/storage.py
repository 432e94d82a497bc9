"""How many bytes a point takes on disk, all in, on recordings of real plants."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict

from millmark.bench.recordings import Recording
from millmark.history.history import History
from millmark.history.schema import migrate
from millmark.history.settings import HistorySettings
from millmark.history.store import Store

_TABLES = ("points", "text_points")
_BYTES = """
SELECT sum(bytes_on_disk) AS bytes, sum(rows) AS rows FROM system.parts
WHERE active AND database = 'millmark' AND table IN ({tables})
"""


@dataclass(frozen=True, slots=True)
class StorageFigures:
    """`bytes_per_point` is all of a recording's files after merging, marks and index included.

    `insert_rows_per_s` and `read_rows_per_s` are of one thread, synced, the whole recording at once.
    """

    recording: str
    points: int
    bytes: int
    bytes_per_point: float
    insert_rows_per_s: int
    read_rows_per_s: int


class StorageTotal(TypedDict):
    """Per recording and over all of them."""

    points: int
    bytes_per_point: float
    rollup_bytes_per_point: float
    recordings: list[dict[str, str | int | float]]


def measure_storage(found: Sequence[Recording], scratch: Path | None = None) -> StorageTotal:
    """Stores each recording as if it had come live and weighs it.

    `rollup_bytes_per_point` is what the rollups of the same recordings take besides, measured by committing them.
    Nothing else may have a history open in this process.
    """
    with tempfile.TemporaryDirectory(dir=scratch, prefix="bench-storage-") as folder:
        store = Store(HistorySettings(path=Path(folder) / "live"))
        try:
            migrate(store.writer, time.time_ns() // 1_000)
            figures = [_weighed(store, recording) for recording in found]
        finally:
            store.close()
        rollups = _rollup_bytes(Path(folder) / "committed", found)
    points = sum(one.points for one in figures)
    return StorageTotal(
        points=points,
        bytes_per_point=round(sum(one.bytes for one in figures) / points, 3),
        rollup_bytes_per_point=round(rollups / points, 3),
        recordings=[asdict(one) for one in figures],
    )


def _weighed(store: Store, recording: Recording) -> StorageFigures:
    for table in _TABLES:
        store.writer.command(f"TRUNCATE TABLE millmark.{table}")
    begin = time.perf_counter()
    store.writer.insert("points", recording.points.to_arrow())
    if len(recording.texts):
        store.writer.insert("text_points", recording.texts.to_arrow())
    inserted = time.perf_counter()
    for table in _TABLES:
        store.writer.command(f"OPTIMIZE TABLE millmark.{table} FINAL")
    merged = time.perf_counter()
    store.writer.query("SELECT sum(value), max(source_time), max(received_time), max(code) FROM millmark.points")
    read = time.perf_counter() - merged
    weight = _weight(store, _TABLES)
    return StorageFigures(
        recording=recording.name,
        points=len(recording),
        bytes=weight,
        bytes_per_point=round(weight / len(recording), 3),
        insert_rows_per_s=round(len(recording) / (inserted - begin)),
        read_rows_per_s=round(len(recording.points) / read),
    )


def _rollup_bytes(folder: Path, recordings: Sequence[Recording]) -> int:
    """What the tables besides points, texts and the bookkeeping take after all recordings were committed."""
    from millmark.history.block import CommitBlock

    history = History.open(HistorySettings(path=folder), now_us=lambda: time.time_ns() // 1_000)
    try:
        for recording in recordings:
            history.commit(CommitBlock(points=recording.points, texts=recording.texts))
    finally:
        history.close()
    store = Store(HistorySettings(path=folder))
    try:
        names = "SELECT name FROM system.tables WHERE database = 'millmark' AND name LIKE 'rollup_%'"
        rollups = [row["name"] for row in store.query(names).to_pylist()]
        for name in rollups:
            store.writer.command(f"OPTIMIZE TABLE millmark.{name} FINAL")
        return _weight(store, rollups) if rollups else 0
    finally:
        store.close()


def _weight(store: Store, tables: Sequence[str]) -> int:
    names = ", ".join(f"'{name}'" for name in tables)
    return int(store.query(_BYTES.format(tables=names)).column("bytes")[0].as_py())
