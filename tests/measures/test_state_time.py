"""How long a machine was in which state."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.measures.stating import rows, seconds

from millmark.measures.demand import LEAD_US
from millmark.measures.state_time import state_times
from millmark.model.period import HOUR_US, SECOND_US
from millmark.registry import StateTime

MEANING = {
    "RUN": StateTime.APT,
    "SETUP": StateTime.AUST,
    "WAIT": StateTime.ADET,
    "DOWN": StateTime.ADOT,
    "BREAK": StateTime.PLANNED_DOWN,
    "3": StateTime.APT,
}


def in_seconds(points, start=0, end=100, quality=None, hold_us=LEAD_US):
    times = state_times(rows(points, quality), seconds(start, end), MEANING, hold_us)
    return {kind.value: spent / SECOND_US for kind, spent in times.times_us.items() if spent}, times


def test_a_shift_by_hand():
    spent, times = in_seconds([(0, "SETUP"), (10, "RUN"), (40, "WAIT"), (45, "RUN"), (70, "DOWN"), (90, "BREAK")])
    assert spent == {"APT": 55, "AUST": 10, "ADET": 5, "ADOT": 20, "PLANNED_DOWN": 10}
    assert times.busy_us == 90 * SECOND_US
    assert times.covered_us == 100 * SECOND_US


def test_the_state_before_the_period_tells_how_it_begins_and_intervals_are_cut_at_its_ends():
    spent, _ = in_seconds([(-50, "RUN"), (20.000_001, "DOWN"), (99.5, "RUN"), (100, "BREAK")])
    assert spent == {"APT": 20.500_001, "ADOT": 79.499_999}


def test_time_before_the_first_state_is_uncovered():
    spent, times = in_seconds([(30, "RUN")])
    assert spent == {"APT": 70}
    assert times.covered_us == 70 * SECOND_US


@pytest.mark.parametrize(
    ("points", "quality", "unmapped"),
    [
        ([(0, "RUN"), (40, "RUN"), (60, "RUN")], [0, 2, 0], ()),
        ([(0, "RUN"), (40, None), (60, "RUN")], [0, 0, 0], ()),
        ([(0, "RUN"), (40, "MAINT"), (60, "RUN")], [0, 0, 0], ("MAINT",)),
        ([(0, 3.0), (40, 3.5), (60, 3.0)], [0, 0, 0], ("3.5",)),
        ([(0, 3.0), (40, float("nan")), (60, 3.0)], [0, 0, 0], ()),
        ([(0, 3.0), (40, 7.0), (60, 3.0)], [0, 0, 0], ("7",)),
    ],
    ids=["bad quality", "no text", "state nobody explained", "no whole number", "no number", "unknown number"],
)
def test_a_state_that_is_bad_or_unknown_is_uncovered(points, quality, unmapped):
    spent, times = in_seconds(points, quality=quality)
    assert spent == {"APT": 80}
    assert times.covered_us == 80 * SECOND_US
    assert times.unmapped == unmapped


def test_an_uncertain_state_counts():
    spent, _ = in_seconds([(0, "RUN"), (50, "DOWN")], quality=[1, 1])
    assert spent == {"APT": 50, "ADOT": 50}


def test_a_state_that_nothing_confirms_is_not_believed_for_ever():
    spent, times = in_seconds([(-5, "DOWN"), (20, "RUN")], hold_us=30 * SECOND_US)
    assert spent == {"ADOT": 20, "APT": 30}
    assert times.covered_us == 50 * SECOND_US


def test_without_rows_nothing_is_covered():
    _, times = in_seconds([])
    assert (times.covered_us, times.busy_us) == (0, 0)


def test_a_day_of_a_million_changes_is_exact():
    changes = rows([])
    count = 1_000_000
    changes = type(changes)(
        np.arange(count, dtype=np.int64) * 86_400 + 7,
        np.tile([3.0, 4.0], count // 2),
        np.zeros(count, np.uint8),
        np.zeros(count, np.uint32),
    )
    meaning = {"3": StateTime.APT, "4": StateTime.ADOT}
    times = state_times(changes, seconds(0, 86_400), meaning, LEAD_US)
    assert times.times_us[StateTime.APT] == 86_400 * count // 2
    assert times.times_us[StateTime.ADOT] == 86_400 * count // 2 - 7


states = st.lists(
    st.tuples(
        st.integers(-30 * 3600, 60 * 3600), st.sampled_from([*MEANING, "MAINT"]), st.sampled_from([0, 0, 0, 1, 2])
    ),
    unique_by=lambda row: row[0],
    max_size=40,
)


@given(states, st.integers(1, 60 * 3600 - 1), st.integers(1, 24 * 3600))
def test_two_halves_add_up_to_the_whole(points, middle, hold):
    history = rows([(time, state) for time, state, _ in points], [quality for *_, quality in points])
    whole, first, second = (
        state_times(history, seconds(*ends), MEANING, hold * SECOND_US)
        for ends in ((0, 60 * 3600), (0, middle), (middle, 60 * 3600))
    )
    for kind in StateTime:
        assert first.of(kind) + second.of(kind) == whole.of(kind)
    assert first.covered_us + second.covered_us == whole.covered_us <= 60 * HOUR_US


@given(states, st.randoms(use_true_random=False))
def test_the_order_of_rows_means_nothing(points, random):
    shuffled = random.sample(points, len(points))
    one, other = (
        state_times(rows([(t, s) for t, s, _ in some], [q for *_, q in some]), seconds(0, 9999), MEANING, LEAD_US)
        for some in (points, shuffled)
    )
    assert one == other
