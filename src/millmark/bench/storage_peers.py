"""What the same recordings take in other stores, after they have merged what they hold."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypedDict

import numpy as np

from millmark.bench.figures import NOT_INSTALLED
from millmark.bench.peers import Peer, influxdb, program, victoria_metrics
from millmark.bench.recordings import Recording

_LINES_A_BODY = 20_000
_SETTLED_AFTER_S = 5.0
_WAITS_AT_MOST_S = 120.0


class PeerStorage(TypedDict):
    """Numbers alone: one of the peers does not store texts."""

    points: int
    bytes: int
    bytes_per_point: float


def in_victoria_metrics(recordings: Sequence[Recording], folder: Path) -> PeerStorage | str:
    if (command := program("victoria-metrics")) is None:
        return NOT_INSTALLED
    with victoria_metrics(command, folder) as store:
        points = _written(store, recordings, db="")
        store.get("/internal/force_flush")
        store.get("/internal/force_merge")
        return _weighed(points, (folder / "data" / "data", folder / "data" / "indexdb"))


def in_influxdb(recordings: Sequence[Recording], folder: Path) -> PeerStorage | str:
    if (command := program("influxd")) is None:
        return NOT_INSTALLED
    with influxdb(command, folder, compacts_after_s=1) as store:
        points = _written(store, recordings, db="bench")
        # Beside them stands a file of series names, set up at 32 MiB however few there are.
        return _weighed(points, (folder / "data" / "bench" / "autogen", folder / "wal" / "bench"))


def _written(store: Peer, recordings: Sequence[Recording], db: str) -> int:
    points = 0
    for recording in recordings:
        for count, body in _bodies(recording):
            store.post("/write", body, db=db)
            points += count
    return points


def _bodies(recording: Recording) -> Iterator[tuple[int, bytes]]:
    points = recording.points.take(np.isfinite(recording.points.value))
    name = f"plant,recording={recording.name},series="
    for start in range(0, len(points), _LINES_A_BODY):
        rows = slice(start, start + _LINES_A_BODY)
        columns = (points.series[rows].tolist(), points.value[rows].tolist(), points.source_time_us[rows].tolist())
        lines = [
            f"{name}{series} value={value!r} {time_us}000" for series, value, time_us in zip(*columns, strict=True)
        ]
        yield len(lines), "\n".join(lines).encode()


def _weighed(points: int, folders: Sequence[Path]) -> PeerStorage:
    """When the size has not changed for some seconds, or at last."""
    size, since, deadline = -1, time.monotonic(), time.monotonic() + _WAITS_AT_MOST_S
    while time.monotonic() < deadline and time.monotonic() - since < _SETTLED_AFTER_S:
        if (now := sum(map(_size, folders))) != size:
            size, since = now, time.monotonic()
        time.sleep(0.2)
    return PeerStorage(points=points, bytes=size, bytes_per_point=round(size / points, 3))


def _size(folder: Path) -> int:
    """Bytes of all files; one that is merged away meanwhile does not count."""
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_size if file.is_file() else 0
        except FileNotFoundError:
            continue
    return total
