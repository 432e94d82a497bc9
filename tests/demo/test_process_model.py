"""The process model: a pure function of time, and a plausible shift."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millmark.demo.designs import BOTTLING, PRESSES
from millmark.demo.process_model import COUNTER_END, MachineModel, MachineState, ModelledMachine, draw_day
from millmark.model import Period, utc_us

HOUR_US = 3_600_000_000
BEGIN_US = utc_us(datetime(2025, 1, 10, tzinfo=UTC))
MODEL = MachineModel(seed=7)
MACHINE = ModelledMachine(MODEL)

instants = st.integers(BEGIN_US, BEGIN_US + 20 * 24 * HOUR_US)


@settings(deadline=None, max_examples=40)
@given(instants, instants, instants)
def test_a_span_in_two_parts_is_the_span(a: int, b: int, c: int) -> None:
    start, middle, end = sorted((a, b, c))
    whole = MACHINE.items_between(start, end)
    parts = [MACHINE.items_between(start, middle), MACHINE.items_between(middle, end)]
    assert np.concatenate([part.time_us for part in parts]).tolist() == whole.time_us.tolist()
    assert np.concatenate([part.total_count for part in parts]).tolist() == whole.total_count.tolist()
    changes = [MACHINE.states_between(start, middle), MACHINE.states_between(middle, end)]
    assert [*changes[0][1], *changes[1][1]] == MACHINE.states_between(start, end)[1]


@settings(deadline=None, max_examples=20)
@given(instants)
def test_a_machine_started_anew_tells_the_same(time_us: int) -> None:
    fresh = ModelledMachine(MODEL)
    assert fresh.state_at(time_us) is MACHINE.state_at(time_us)
    assert fresh.counts_at(time_us) == MACHINE.counts_at(time_us)


@settings(deadline=None, max_examples=40)
@given(instants)
def test_counters_agree_with_the_items(time_us: int) -> None:
    items = MACHINE.items_between(time_us - 30 * HOUR_US, time_us + 1)
    if len(items.time_us):
        assert MACHINE.counts_at(time_us) == (items.total_count[-1], items.good_count[-1])


@pytest.mark.parametrize("model", [design.model for design in (*PRESSES, *BOTTLING)], ids=lambda model: str(model.seed))
def test_items_leave_only_while_the_machine_runs_and_never_faster_than_planned(model: MachineModel) -> None:
    machine = ModelledMachine(model)
    items = machine.items_between(BEGIN_US, BEGIN_US + 72 * HOUR_US)
    assert len(items.time_us) > 1_000
    assert all(machine.state_at(int(time_us)) is MachineState.RUN for time_us in items.time_us)
    assert items.cycle_s.min() >= model.planned_run_time_per_item_s - 0.001
    totals, goods = np.diff(items.total_count) % COUNTER_END, np.diff(items.good_count) % COUNTER_END
    assert (totals == 1).all()
    assert set(goods.tolist()) == {0.0, 1.0}


def test_states_change_in_order_and_keep_to_the_shift() -> None:
    day = draw_day(MODEL, date(2026, 3, 2))
    assert all(earlier < later for earlier, later in pairwise(day.change_us.tolist()))
    local = [datetime.fromtimestamp(time_us / 1e6, tz=ZoneInfo("Asia/Shanghai")) for time_us in day.change_us]
    assert (local[0].hour, day.state[0]) == (0, MachineState.OFF)
    assert (local[-1].hour, local[-1].minute, day.state[-1]) == (23, 0, MachineState.OFF)
    assert [moment.strftime("%H:%M") for moment, state in zip(local, day.state, strict=True) if state == "BREAK"] == [
        "15:00"
    ]


def test_a_machine_that_runs_round_the_clock_never_rests_at_midnight() -> None:
    day = draw_day(MachineModel(seed=7, shift_start_h=0, shift_end_h=24), date(2026, 3, 2))
    assert MachineState.OFF not in day.state
    period = Period.of_day(date(2026, 3, 2), ZoneInfo("Asia/Shanghai"))
    assert day.change_us[0] == period.start_us
    assert period.end_us - int(day.item_us[-1]) < HOUR_US


def test_a_day_off_is_off() -> None:
    sunday = draw_day(MachineModel(seed=7, workdays=(1, 2, 3, 4, 5)), date(2026, 3, 1))
    assert sunday.state == (MachineState.OFF,)
    assert len(sunday.item_us) == 0


def test_shares_of_time_and_rejects_are_those_the_model_states() -> None:
    begin, days = BEGIN_US, 60
    items = MACHINE.items_between(begin, begin + days * 24 * HOUR_US)
    good = (items.good_count[-1] - items.good_count[0]) % COUNTER_END
    total = (items.total_count[-1] - items.total_count[0]) % COUNTER_END
    assert 1 - good / total == pytest.approx(MODEL.reject_rate, abs=0.002)
    change_us, states = MACHINE.states_between(begin, begin + days * 24 * HOUR_US)
    stops = [state for state in states if state in {MachineState.MINOR_STOP, MachineState.SETUP, MachineState.DOWN}]
    shares = {state: stops.count(state) / len(stops) for state in set(stops)}
    assert shares[MachineState.MINOR_STOP] == pytest.approx(0.62, abs=0.05)
    assert shares[MachineState.SETUP] == pytest.approx(0.22, abs=0.05)
    assert shares[MachineState.DOWN] == pytest.approx(0.16, abs=0.05)
    runs = [
        (later - earlier) / 1e6
        for (earlier, later), state in zip(pairwise(change_us.tolist()), states, strict=False)
        if state is MachineState.RUN
    ]
    # Runs cut short by the break and the end of the shift pull the mean down a little.
    assert np.mean(runs) == pytest.approx(MODEL.mean_run_s, rel=0.12)


def test_a_time_before_the_model_begins_says_so() -> None:
    with pytest.raises(ValueError, match="begins on 2025-01-01"):
        MACHINE.state_at(utc_us(datetime(2024, 6, 1, tzinfo=UTC)))
