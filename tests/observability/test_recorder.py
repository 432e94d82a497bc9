"""What the platform remembers of its own last hour and day."""

from __future__ import annotations

import numpy as np
import pytest

from millmark.intake import GatewayCounters, IntakeCounters
from millmark.observability import IntakeRecorder, Span
from millmark.observability.recorder import COARSE_ROWS, FINE_ROWS, GATEWAYS_RECORDED

S = 1_000_000
BEGIN = 1_750_000_000 * S


class Door:
    """A door's counts and a clock, five seconds a step."""

    def __init__(self) -> None:
        self.counters = IntakeCounters()
        self.recorder = IntakeRecorder()
        self.now = BEGIN
        self.step(seconds=0)

    def step(self, seconds: float = 5, pending: int = 0) -> None:
        self.now += round(seconds * S)
        stats = self.counters.snapshot(pending_points=pending)
        self.recorder.record(self.now, stats, self.counters.gateways, memory_bytes=500_000_000)

    def brings(self, gateway: str, points: int, *, behind_s: float = 0.0, latency_us: int = 40_000) -> None:
        counters = self.counters.gateway(gateway)
        counters.points += points
        counters.bytes_in += points * 20
        counters.last_heard_us = self.now
        counters.newest_source_us = self.now - round(behind_s * S)
        counters.longest_us = max(counters.longest_us, latency_us)
        self.counters.points_stored += points


def test_a_step_tells_the_rate_and_the_latency_of_its_own_seconds() -> None:
    door = Door()
    door.counters.committed(30_000_000, 10)  # long before
    door.step()
    door.brings("gw-1", 1000, behind_s=2)
    for _ in range(100):
        door.counters.committed(40_000, 10)
    door.step(pending=7)
    row = {name: column[-1] for name, column in door.recorder.platform(Span.HOUR).columns.items()}
    assert row["points_per_s"] == 200
    assert row["blocks_per_s"] == 0
    assert 0.035 <= row["latency_p50_s"] <= 0.05
    assert 0.035 <= row["latency_p99_s"] <= 0.05
    assert row["pending_points"] == 7
    # It was measured two seconds before it came, five seconds ago.
    assert row["lag_s"] == 7
    assert row["memory_bytes"] == 500_000_000
    assert row["rollup_lag_s"] == 0


def test_a_step_without_a_commit_has_no_latency() -> None:
    door = Door()
    door.step()
    assert np.isnan(door.recorder.platform(Span.HOUR).columns["latency_p99_s"][-1])


def test_a_late_step_counts_its_real_length() -> None:
    door = Door()
    door.brings("gw-1", 1000)
    door.step(seconds=20)
    assert door.recorder.platform(Span.HOUR).columns["points_per_s"][-1] == 50


def test_a_clock_set_back_makes_no_row_and_no_negative_rate() -> None:
    door = Door()
    door.step()
    door.brings("gw-1", 1000)
    door.step(seconds=-3600)
    assert len(door.recorder.platform(Span.HOUR)) == 1
    door.step()
    rates = door.recorder.platform(Span.HOUR).columns["points_per_s"]
    assert len(rates) == 2
    assert (rates >= 0).all()


def test_an_hour_and_a_day_are_kept_and_no_more() -> None:
    door = Door()
    for _ in range(FINE_ROWS + 12):
        door.brings("gw-1", 50)
        door.step()
    hour, day = door.recorder.platform(Span.HOUR), door.recorder.platform(Span.DAY)
    assert len(hour) == FINE_ROWS
    assert len(day) == (FINE_ROWS + 12) // 12 < COARSE_ROWS
    assert hour.times_us[-1] == door.now
    assert (np.diff(hour.times_us) == 5 * S).all()
    assert (np.diff(day.times_us) == 60 * S).all()
    assert day.columns["points_per_s"] == pytest.approx(np.full(len(day), 10.0))


def test_a_minute_keeps_the_worst_of_its_latencies() -> None:
    door = Door()
    for step in range(12):
        door.counters.committed(9_000_000 if step == 3 else 40_000, 10)
        door.step()
    assert door.recorder.platform(Span.DAY).columns["latency_p99_s"][0] > 5


def test_a_gateway_has_rows_of_its_own() -> None:
    door = Door()
    door.brings("quick", 500)
    door.brings("slow", 5, behind_s=300, latency_us=800_000)
    door.step()
    slow = door.recorder.gateway("slow", Span.HOUR)
    assert slow.columns["points_per_s"][-1] == 1
    assert slow.columns["lag_s"][-1] == 305
    assert slow.columns["latency_s"][-1] == pytest.approx(0.8)
    assert len(door.recorder.gateway("never heard of", Span.HOUR)) == 0
    assert door.recorder.activity()["quick"].points_per_s == 100
    # The platform is as late as the gateway that is furthest behind.
    assert door.recorder.platform(Span.HOUR).columns["lag_s"][-1] == 305


def test_a_gateway_that_is_off_does_not_make_the_platform_late() -> None:
    door = Door()
    door.brings("off", 5)
    door.step()
    for _ in range(80):
        door.brings("on", 5)
        door.step()
    assert door.recorder.platform(Span.HOUR).columns["lag_s"][-1] == 5
    assert (door.recorder.activity()["off"].lag_us or 0) > 300 * S


def test_of_many_gateways_those_that_are_heard_are_recorded() -> None:
    door = Door()
    names = [f"gw-{number}" for number in range(GATEWAYS_RECORDED)]
    for name in names:
        door.brings(name, 1)
    door.step()
    door.brings("newcomer", 1)
    door.step()
    # Nobody is given up for another as long as all are heard.
    assert not door.recorder.is_recorded("newcomer")
    assert door.recorder.activity()["newcomer"].points == 1
    for _ in range(70):
        door.brings("newcomer", 1)
        for name in names[1:]:
            door.brings(name, 1)
        door.step()
    assert door.recorder.is_recorded("newcomer")
    assert [name for name in names if not door.recorder.is_recorded(name)] == ["gw-0"]
    # One that is registered and was never heard takes no place.
    door.counters.gateways["silent"] = GatewayCounters()
    door.step()
    assert not door.recorder.is_recorded("silent")
