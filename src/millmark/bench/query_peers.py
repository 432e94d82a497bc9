"""The same month of one series, alone, asked of other stores over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from millmark.bench.figures import NOT_INSTALLED
from millmark.bench.messages import line_data
from millmark.bench.peers import Peer, influxdb, program, victoria_metrics
from millmark.bench.plan import LoadPlan
from millmark.bench.query import Timed, timed

_BUCKETS = 1_000
_LINES_A_BODY = 20_000


def in_victoria_metrics(plan: LoadPlan, points: int, folder: Path) -> Timed | str:
    """Least, greatest and mean of each bucket."""
    if (command := program("victoria-metrics")) is None:
        return NOT_INSTALLED
    start_s, step_s = plan.start_ms // 1000, points // _BUCKETS
    with victoria_metrics(command, folder) as store:
        _fill(store, plan, points, db="")
        store.get("/internal/force_flush")
        return timed(
            lambda: store.get(
                "/api/v1/query_range",
                query=f'rollup({{__name__="plant_sensor-00"}}[{step_s}s])',
                start=str(start_s),
                end=str(start_s + points),
                step=f"{step_s}s",
                nocache="1",
            )
        )


def in_influxdb(plan: LoadPlan, points: int, folder: Path) -> Timed | str:
    """Least, greatest, mean, first and last of each bucket."""
    if (command := program("influxd")) is None:
        return NOT_INSTALLED
    start_s, step_s = plan.start_ms // 1000, points // _BUCKETS
    columns = ", ".join(f'{name}("sensor-00")' for name in ("min", "max", "mean", "first", "last"))
    period = f"time >= {start_s}s AND time < {start_s + points}s"
    question = f"SELECT {columns} FROM plant WHERE {period} GROUP BY time({step_s}s)"  # noqa: S608 - numbers of ours
    with influxdb(command, folder) as store:
        _fill(store, plan, points, db="bench")
        return timed(lambda: store.get("/query", db="bench", q=question))


PEERS: dict[str, Callable[[LoadPlan, int, Path], Timed | str]] = {
    "victoriametrics": in_victoria_metrics,
    "influxdb": in_influxdb,
}


def _fill(store: Peer, plan: LoadPlan, points: int, db: str) -> None:
    lines = line_data(plan, 0)
    memory = bytearray(_LINES_A_BODY * lines.longest)
    while lines.made < points:
        size = lines.fill(np.frombuffer(memory, np.uint8), min(_LINES_A_BODY, points - lines.made))
        store.post("/write", bytes(memory[:size]), db=db)
