"""What `bench query` and `bench storage` tell: the platform's figures, those of the peers, and where it was."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypedDict

from millmark.bench.machine import Machine, this_machine, versions
from millmark.bench.plan import LoadPlan
from millmark.bench.query import QueryFigures, Timed, measure_query
from millmark.bench.query_peers import in_influxdb as asked_of_influxdb
from millmark.bench.query_peers import in_victoria_metrics as asked_of_victoria_metrics
from millmark.bench.recordings import read_recordings, shipped_recordings
from millmark.bench.storage import StorageTotal, measure_storage
from millmark.bench.storage_peers import PeerStorage, in_influxdb, in_victoria_metrics

_STORES = ("victoriametrics", "influxdb")
_DAY_MS = 86_400_000


class QueryReport(TypedDict):
    """The peers answer the month of one series alone; `"not installed"` for one that is not there."""

    machine: Machine
    versions: Mapping[str, str]
    platform: QueryFigures
    victoriametrics: Timed | str
    influxdb: Timed | str


class StorageReport(TypedDict):
    """The peers hold the same points, texts left out; `"not installed"` for one that is not there."""

    machine: Machine
    versions: Mapping[str, str]
    platform: StorageTotal
    victoriametrics: PeerStorage | str
    influxdb: PeerStorage | str


def report_query(
    *,
    days: int = 30,
    others: int = 100,
    latest_series: int = 100_000,
    scratch: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> QueryReport:
    """Nothing else may have a history open in this process. Raises `ServerFailed`."""
    today_ms = time.time_ns() // 1_000_000 // _DAY_MS * _DAY_MS
    month = LoadPlan(series=1, gateways=1, values_each=1, start_ms=today_ms - days * _DAY_MS, period_ms=1_000)
    with tempfile.TemporaryDirectory(dir=scratch, prefix="bench-query-") as place:
        folder = Path(place)
        tell("the platform")
        ours = measure_query(folder, days=days, others=others, latest_series=latest_series)
        tell("victoriametrics")
        of_victoria_metrics = asked_of_victoria_metrics(month, days * 86_400, folder / "victoriametrics")
        tell("influxdb")
        of_influxdb = asked_of_influxdb(month, days * 86_400, folder / "influxdb")
        return QueryReport(
            machine=this_machine(folder),
            versions=versions(_STORES),
            platform=ours,
            victoriametrics=of_victoria_metrics,
            influxdb=of_influxdb,
        )


def report_storage(
    recordings: Path | None = None, *, scratch: Path | None = None, tell: Callable[[str], None] = lambda _: None
) -> StorageReport:
    """On the recordings of a folder, or on those that are shipped.

    Nothing else may have a history open in this process. Raises `FileNotFoundError` when the folder holds no recording,
    and `ServerFailed`.
    """
    found = shipped_recordings() if recordings is None else read_recordings(recordings)
    with tempfile.TemporaryDirectory(dir=scratch, prefix="bench-storage-") as place:
        folder = Path(place)
        tell("the platform")
        ours = measure_storage(found, folder)
        tell("victoriametrics")
        of_victoria_metrics = in_victoria_metrics(found, folder / "victoriametrics")
        tell("influxdb")
        of_influxdb = in_influxdb(found, folder / "influxdb")
        return StorageReport(
            machine=this_machine(folder),
            versions=versions(_STORES),
            platform=ours,
            victoriametrics=of_victoria_metrics,
            influxdb=of_influxdb,
        )
