"""How fast points come in by each path, beside other stores and brokers, on the same points in the same run."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, TypedDict, cast

from millmark.bench import own_paths, peer_paths
from millmark.bench.figures import PathFigures
from millmark.bench.load import JSON_VALUES, IntakeLoad, Task
from millmark.bench.machine import Machine, this_machine, versions

_PEERS = ("victoriametrics", "influxdb", "mosquitto")
_PATHS: Final[Mapping[str, Callable[[Task], PathFigures | str]]] = {
    "sparkplug_qos1": own_paths.sparkplug_qos1,
    "sparkplug_late": own_paths.sparkplug_late,
    "json_qos1": own_paths.json_qos1,
    "line_protocol": own_paths.line_protocol,
    "victoriametrics": peer_paths.into_victoria_metrics,
    "influxdb": peer_paths.into_influxdb,
    "mosquitto": peer_paths.through_mosquitto,
    "raw_insert": own_paths.raw_insert,
}
PATHS = tuple(_PATHS)


class IntakeReport(TypedDict, total=False):
    """An object for each path that was measured; `"not installed"` for a peer that is not there."""

    machine: Machine
    versions: Mapping[str, str]
    load: Mapping[str, float]
    sparkplug_qos1: PathFigures
    sparkplug_late: PathFigures
    json_qos1: PathFigures
    line_protocol: PathFigures
    victoriametrics: PathFigures | str
    influxdb: PathFigures | str
    mosquitto: PathFigures | str
    raw_insert: PathFigures


def measure_intake(
    load: IntakeLoad,
    paths: Collection[str] = PATHS,
    *,
    scratch: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> IntakeReport:
    """Each path in turn, into an empty store; `tell` hears which one is next.

    Raises `ValueError` when the series cannot be spread evenly, `PublishingFailed` and `ServerFailed`.
    """
    now_ms = time.time_ns() // 1_000_000
    plan, json_plan = load.plan(now_ms), load.plan(now_ms, JSON_VALUES)
    measured: dict[str, PathFigures | str] = {}
    with tempfile.TemporaryDirectory(dir=scratch, prefix="bench-intake-") as place:
        machine = this_machine(Path(place))
        for name, measure in _PATHS.items():
            if name in paths:
                tell(name)
                # What the path before wrote is not to be this one's burden.
                os.sync()
                task = Task(load, plan, Path(place) / name)
                measured[name] = measure(replace(task, plan=json_plan) if name == "json_qos1" else task)
    _add_shares(measured)
    amount = {"seconds": load.seconds, "series": load.series, "connections": load.connections}
    report = {"machine": machine, "versions": versions(_PEERS), "load": amount, **measured}
    return cast("IntakeReport", report)


def _add_shares(measured: Mapping[str, PathFigures | str]) -> None:
    limit, live, late = (measured.get(name) for name in ("raw_insert", "sparkplug_qos1", "sparkplug_late"))
    if isinstance(live, dict) and isinstance(late, dict):
        late["share_of_live"] = _share(late, live)
    if not isinstance(limit, dict):
        return
    for name in ("sparkplug_qos1", "sparkplug_late", "json_qos1", "line_protocol"):
        figures = measured.get(name)
        if isinstance(figures, dict):
            figures["share_of_raw_insert"] = _share(figures, limit)


def _share(figures: PathFigures, of: PathFigures) -> float:
    return round(figures["points_per_s"] / of["points_per_s"], 3)
