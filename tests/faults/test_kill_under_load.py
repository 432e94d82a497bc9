"""kill -9 under full load, several gateways at once: nothing acknowledged is lost or counted twice, nor in a rollup.

The short form kills a few times; the long one is `MILLMARK_KILLS=200 pytest tests/faults/test_kill_under_load.py`.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from tests.faults.running import RunningPlatform, register_factory
from tests.faults.sparkplug_load import METRICS, Load

from millmark.history import History, HistorySettings, Resolution
from millmark.model import Period
from millmark.registry import Database, Registry

KILLS = int(os.environ.get("MILLMARK_KILLS", "4"))
GATEWAYS = 4
DAY_US = 86_400_000_000

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(120 + 30 * KILLS)]


def register_gateways(platform: RunningPlatform) -> dict[str, str]:
    register_factory(platform)
    keys = {}
    for number in range(GATEWAYS):
        gateway = f"line-{number}"
        platform.put("/assets", {"path": f"acme/north/{gateway}", "level": "line"})
        platform.post("/gateways", {"id": gateway, "root": f"acme/north/{gateway}", "may_register": True})
        keys[gateway] = platform.post(f"/gateways/{gateway}/key", {})["key"]
    return keys


def test_nothing_acknowledged_is_lost_or_counted_twice_in_history_and_rollups(tmp_path: Path) -> None:
    platform = RunningPlatform(tmp_path / "data")
    platform.start()
    chance, acknowledged_between_kills, starts_s = random.Random(), [], []
    try:
        load = Load(platform.mqtt, register_gateways(platform))
        try:
            for number in range(KILLS):
                before = load.acknowledged_points
                deadline = time.monotonic() + 30
                while load.acknowledged_points == before:
                    assert time.monotonic() < deadline, f"nothing was acknowledged in 30 s:\n{platform.log[-3000:]}"
                    time.sleep(0.01)
                time.sleep(chance.uniform(0.0, 1.5))
                platform.kill()
                acknowledged_between_kills.append(load.acknowledged_points - before)
                began = time.monotonic()
                platform.start()
                starts_s.append(time.monotonic() - began)
                sys.stderr.write(
                    f"kill {number + 1}: {acknowledged_between_kills[-1]:,} points since the last, "
                    f"{load.acknowledged_points:,} in all; started in {starts_s[-1]:.1f} s\n"
                )
        finally:
            load.finish()
        assert platform.stop() == 0
    finally:
        if platform.process is not None and platform.process.poll() is None:
            platform.kill()

    began = time.monotonic()
    wrong = compare(tmp_path / "data", load)
    report = {
        "kills": KILLS,
        "acknowledged_points": load.acknowledged_points,
        "fewest_between_kills": min(acknowledged_between_kills, default=0),
        "sessions": sum(node.sessions for node in load.nodes),
        "slowest_start_s": round(max(starts_s, default=0.0), 1),
        "compared_series": GATEWAYS * METRICS,
        "comparing_s": round(time.monotonic() - began, 1),
        "wrong": wrong,
    }
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
    assert all(points > 0 for points in acknowledged_between_kills)
    assert wrong == []


def compare(folder: Path, load: Load) -> list[str]:
    """What the store holds against what the nodes were acknowledged; empty when both agree."""
    history = History.open(HistorySettings(path=folder / "history"), now_us=lambda: time.time_ns() // 1000)
    registry = Registry(Database(f"sqlite:///{folder / 'registry.sqlite'}"))
    wrong: list[str] = []
    try:
        conflicts, text_conflicts = history.conflicts()
        if len(conflicts) + len(text_conflicts):
            wrong.append(f"{len(conflicts)} conflicts")
        for node in load.nodes:
            period = Period(node.start_ms * 1000, node.start_ms * 1000 + node.acknowledged * 1000)
            for number in range(METRICS):
                name = f"acme/north/{node.gateway}/press:m{number}"
                series = registry.series_by_key(name).id
                wrong += [
                    f"{name}: {each}" for each in _compare_series(history, series, node.acknowledged, period, number)
                ]
    finally:
        history.close()
        registry.database.close()
    return wrong


def _compare_series(history: History, series: int, sent: int, period: Period, offset: int) -> list[str]:
    wrong: list[str] = []
    stored = history.raw([series], period)
    if len(stored) != sent:
        wrong.append(f"{len(stored)} points stored, {sent} acknowledged")
    elif not np.array_equal(stored.value, np.arange(sent) + offset):
        wrong.append("values are not those that were sent")
    elif not np.array_equal(stored.source_time_us, period.start_us + np.arange(sent) * 1000):
        wrong.append("times are not those that were sent")
    # Births add one point just before, and a connection that was cut adds bad ones a month later.
    around = Period(period.start_us - DAY_US, period.end_us + DAY_US)
    expected = float(np.sum(np.arange(sent, dtype=np.float64) + offset)) - 1.0
    for resolution in Resolution:
        name, rollup = resolution.name.lower(), history.rollup([series], around, resolution)
        count, total = int(rollup.count.sum()), float(rollup.sum.sum())
        if count != sent + 1:
            wrong.append(f"{count} points in the rollup by the {name}, {sent + 1} acknowledged")
        if not np.isclose(total, expected, rtol=1e-9):
            wrong.append(f"the sum by the {name} is {total}, {expected} was acknowledged")
    return wrong
