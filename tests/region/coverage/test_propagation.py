"""Path loss by 3GPP TR 38.901: against published values, a plain implementation, and what must hold of any."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millmark.region.coverage.errors import InvalidParameters
from millmark.region.coverage.propagation import (
    VALIDITY,
    Scenario,
    Surroundings,
    breakpoint_distance,
    location_probability,
    loss_with_sight,
    loss_without_sight,
    radius_m,
    sight_probability,
)

RMA, UMA, UMI = Surroundings(35.0), Surroundings(25.0), Surroundings(10.0)

# Losses in dB at 5 GHz, terminal at 1.5 m, as the test suite of the network simulator ns-3 publishes them for table
# 7.4.1-1 (three-gpp-propagation-loss-model-test-suite). It takes light for 3e8 m/s, hence the hundredth of a decibel.
PUBLISHED = [
    (Scenario.RMA, RMA, True, 10, 77.3784),
    (Scenario.RMA, RMA, True, 1_000, 108.5577),
    (Scenario.RMA, RMA, True, 10_000, 140.3896),
    (Scenario.RMA, RMA, False, 100, 95.7718),
    (Scenario.RMA, RMA, False, 5_000, 160.5169),
    (Scenario.UMA, UMA, True, 100, 86.2362),
    (Scenario.UMA, UMA, True, 5_000, 137.6794),
    (Scenario.UMA, UMA, False, 1_000, 144.7641),
    (Scenario.UMI, UMI, True, 1_000, 119.3114),
    (Scenario.UMI, UMI, False, 100, 107.9432),
    (Scenario.UMI, UMI, False, 5_000, 167.8617),
]

scenarios = st.sampled_from(list(Scenario))
distances = st.floats(10, 5_000)
frequencies = st.floats(0.5, 7.0)


def around(scenario: Scenario) -> Surroundings:
    return {Scenario.RMA: RMA, Scenario.UMA: UMA, Scenario.UMI: UMI}[scenario]


@pytest.mark.parametrize(("scenario", "surroundings", "is_seen", "distance", "loss"), PUBLISHED)
def test_losses_are_the_published_ones(
    scenario: Scenario, surroundings: Surroundings, is_seen: bool, distance: float, loss: float
) -> None:
    of = loss_with_sight if is_seen else loss_without_sight
    assert float(of(scenario, distance, 5.0, surroundings)) == pytest.approx(loss, abs=0.01)


def plain_loss(scenario: Scenario, d2: float, f: float, s: Surroundings, *, is_seen: bool) -> float:
    """Table 7.4.1-1 once more, one number at a time, written from the table."""
    light, d3 = 299_792_458.0, math.sqrt(d2**2 + (s.station_m - s.terminal_m) ** 2)
    if scenario is Scenario.RMA:
        d_bp = 2 * math.pi * s.station_m * s.terminal_m * f * 1e9 / light

        def pl1(d: float) -> float:
            return (
                20 * math.log10(40 * math.pi * d * f / 3)
                + min(0.03 * s.building_m**1.72, 10) * math.log10(d)
                - min(0.044 * s.building_m**1.72, 14.77)
                + 0.002 * math.log10(s.building_m) * d
            )

        los = pl1(d3) if d2 <= d_bp else pl1(d_bp) + 40 * math.log10(d3 / d_bp)
        nlos = (
            161.04
            - 7.1 * math.log10(s.street_m)
            + 7.5 * math.log10(s.building_m)
            - (24.37 - 3.7 * (s.building_m / s.station_m) ** 2) * math.log10(s.station_m)
            + (43.42 - 3.1 * math.log10(s.station_m)) * (math.log10(d3) - 3)
            + 20 * math.log10(f)
            - (3.2 * math.log10(11.75 * s.terminal_m) ** 2 - 4.97)
        )
        return los if is_seen else max(los, nlos)
    d_bp = 4 * (s.station_m - 1) * (s.terminal_m - 1) * f * 1e9 / light
    rise = (s.station_m - s.terminal_m) ** 2
    if scenario is Scenario.UMA:
        near = 28.0 + 22 * math.log10(d3) + 20 * math.log10(f)
        far = 28.0 + 40 * math.log10(d3) + 20 * math.log10(f) - 9 * math.log10(d_bp**2 + rise)
        nlos = 13.54 + 39.08 * math.log10(d3) + 20 * math.log10(f) - 0.6 * (s.terminal_m - 1.5)
    else:
        near = 32.4 + 21 * math.log10(d3) + 20 * math.log10(f)
        far = 32.4 + 40 * math.log10(d3) + 20 * math.log10(f) - 9.5 * math.log10(d_bp**2 + rise)
        nlos = 35.3 * math.log10(d3) + 22.4 + 21.3 * math.log10(f) - 0.3 * (s.terminal_m - 1.5)
    los = near if d2 <= d_bp else far
    return los if is_seen else max(los, nlos)


@settings(deadline=None, max_examples=50)
@given(scenarios, distances, frequencies, st.floats(1.5, 10), st.booleans())
def test_columns_say_what_the_table_says_one_by_one(
    scenario: Scenario, distance: float, frequency: float, terminal: float, is_seen: bool
) -> None:
    surroundings = Surroundings(around(scenario).station_m, terminal)
    of = loss_with_sight if is_seen else loss_without_sight
    found = float(of(scenario, distance, frequency, surroundings))
    assert found == pytest.approx(plain_loss(scenario, distance, frequency, surroundings, is_seen=is_seen), abs=1e-9)


@settings(deadline=None, max_examples=50)
@given(scenarios, distances, distances, frequencies)
def test_loss_never_falls_with_distance(scenario: Scenario, one: float, other: float, frequency: float) -> None:
    near, far = sorted((one, other))
    for of in (loss_with_sight, loss_without_sight):
        losses = of(scenario, np.array([near, far]), frequency, around(scenario))
        assert losses[0] <= losses[1] + 1e-9


@settings(deadline=None, max_examples=50)
@given(scenarios, distances, frequencies, frequencies)
def test_loss_never_falls_with_frequency(scenario: Scenario, distance: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    for of in (loss_with_sight, loss_without_sight):
        losses = of(scenario, distance, np.array([low, high]), around(scenario))
        assert losses[0] <= losses[1] + 1e-9


@settings(deadline=None, max_examples=50)
@given(scenarios, distances, frequencies)
def test_who_is_not_seen_hears_no_more(scenario: Scenario, distance: float, frequency: float) -> None:
    hidden = loss_without_sight(scenario, distance, frequency, around(scenario))
    assert hidden >= loss_with_sight(scenario, distance, frequency, around(scenario))


@settings(deadline=None, max_examples=50)
@given(scenarios, frequencies)
def test_the_loss_does_not_jump_at_the_breakpoint(scenario: Scenario, frequency: float) -> None:
    at = float(breakpoint_distance(scenario, frequency, around(scenario)))
    below, above = loss_with_sight(scenario, np.array([at * 0.9999, at * 1.0001]), frequency, around(scenario))
    assert above - below < 0.5


@settings(deadline=None, max_examples=50)
@given(scenarios, distances, distances)
def test_sight_is_a_probability_that_falls(scenario: Scenario, one: float, other: float) -> None:
    near, far = sight_probability(scenario, np.array(sorted((one, other))))
    assert 0 <= far <= near <= 1


@pytest.mark.parametrize(
    ("scenario", "distance", "probability"),
    [(Scenario.RMA, 10, 1.0), (Scenario.RMA, 1_010, math.exp(-1)), (Scenario.UMA, 18, 1.0), (Scenario.UMI, 18, 1.0)],
)
def test_sight_is_as_in_table_7_4_2(scenario: Scenario, distance: float, probability: float) -> None:
    assert float(sight_probability(scenario, distance)) == pytest.approx(probability)


@settings(deadline=None, max_examples=50)
@given(scenarios, frequencies, st.floats(90, 150), st.floats(0.5, 0.95))
def test_within_the_radius_and_only_there_the_threshold_is_reached(
    scenario: Scenario, frequency: float, allowed: float, reliability: float
) -> None:
    radius = radius_m(scenario, frequency, around(scenario), allowed, reliability)
    farthest = VALIDITY[scenario].distance_without_sight_m[1]
    inside, outside = np.linspace(10, max(radius, 10), 40), np.linspace(radius + 0.6, farthest, 40)
    likely = location_probability(scenario, inside, frequency, around(scenario), allowed)
    unlikely = location_probability(scenario, outside, frequency, around(scenario), allowed)
    assert radius == 0 or (likely >= reliability - 1e-9).all()
    assert radius >= farthest - 0.6 or (unlikely < reliability).all()


@settings(deadline=None, max_examples=50)
@given(scenarios, frequencies, st.floats(90, 150), st.floats(0, 20))
def test_a_better_link_reaches_farther(scenario: Scenario, frequency: float, allowed: float, more: float) -> None:
    surroundings = around(scenario)
    less_far = radius_m(scenario, frequency, surroundings, allowed, 0.9)
    assert radius_m(scenario, frequency, surroundings, allowed + more, 0.9) >= less_far - 0.5


@pytest.mark.parametrize(
    ("scenario", "frequency", "surroundings", "reliability", "named"),
    [
        (Scenario.RMA, 0.4, RMA, 0.9, "frequency_ghz"),
        (Scenario.RMA, 31.0, RMA, 0.9, "frequency_ghz"),
        (Scenario.UMI, 3.5, Surroundings(30.0), 0.9, "station_m"),
        (Scenario.UMA, 3.5, Surroundings(25.0, 14.0), 0.9, "terminal_m"),
        (Scenario.RMA, 0.7, Surroundings(35.0, 1.5, 60.0), 0.9, "building_m"),
        (Scenario.RMA, 0.7, RMA, 0.3, "reliability"),
    ],
)
def test_what_the_tables_were_not_made_for_is_refused(
    scenario: Scenario, frequency: float, surroundings: Surroundings, reliability: float, named: str
) -> None:
    with pytest.raises(InvalidParameters, match=named):
        radius_m(scenario, frequency, surroundings, 130.0, reliability)
