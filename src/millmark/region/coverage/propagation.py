"""Path loss between a base station and a terminal, by 3GPP TR 38.901.

Source: 3GPP TR 38.901 V16.1.0 (ETSI TR 138 901, 2020-11), "Study on channel model for frequencies from 0.5 to 100 GHz":
table 7.4.1-1 (path loss and shadow fading of RMa, UMa and UMi - Street Canyon) and table 7.4.2-1 (line-of-sight
probability). All functions take and give numpy arrays that broadcast; distances are horizontal, in metres.

Terminals stand outdoors at up to 13 m, so the effective environment height is 1 m (note 1 of table 7.4.1-1).
Distances below 10 m are taken as 10 m, where the tables begin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from millmark.region.coverage.errors import InvalidParameters

Floats: TypeAlias = NDArray[np.float64]

LIGHT_M_S: Final = 299_792_458.0
NEAREST_M: Final = 10.0
_ENVIRONMENT_HEIGHT_M: Final = 1.0
_ERF: Final = np.vectorize(math.erf, otypes=[np.float64])


class Scenario(StrEnum):
    """Rural macro, urban macro, urban micro in a street canyon."""

    RMA = "rma"
    UMA = "uma"
    UMI = "umi"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around: `station_m` and `terminal_m` are antenna heights over ground; `building_m` the average height
    of buildings and `street_m` the width of streets, which only the rural scenario asks for."""

    station_m: float
    terminal_m: float = 1.5
    building_m: float = 5.0
    street_m: float = 20.0


@dataclass(frozen=True, slots=True)
class Validity:
    """Where a scenario's formulas hold: (least, most) of each, both included."""

    distance_m: tuple[float, float]
    distance_without_sight_m: tuple[float, float]
    frequency_ghz: tuple[float, float]
    station_m: tuple[float, float]
    terminal_m: tuple[float, float]


VALIDITY: Final = {
    Scenario.RMA: Validity((10, 10_000), (10, 5_000), (0.5, 30), (10, 150), (1, 10)),
    # The tables fix the station at 25 m and 10 m; planning keeps near it, so a band around it is admitted.
    Scenario.UMA: Validity((10, 5_000), (10, 5_000), (0.5, 100), (15, 60), (1.5, 13)),
    Scenario.UMI: Validity((10, 5_000), (10, 5_000), (0.5, 100), (5, 15), (1.5, 13)),
}

SHADOW_DB: Final = {Scenario.UMA: (4.0, 6.0), Scenario.UMI: (4.0, 7.82), Scenario.RMA: (4.0, 8.0)}
"""Standard deviations of shadow fading (with sight, without), in dB; rural sight has 6 dB behind its breakpoint."""

RURAL_FAR_SHADOW_DB: Final = 6.0


def check_validity(scenario: Scenario, frequency_ghz: float, around: Surroundings) -> None:
    """Raises `InvalidParameters` for what the formulas were not made for."""
    holds = VALIDITY[scenario]
    for name, value, (least, most) in (
        ("frequency_ghz", frequency_ghz, holds.frequency_ghz),
        ("station_m", around.station_m, holds.station_m),
        ("terminal_m", around.terminal_m, holds.terminal_m),
        ("building_m", around.building_m, (5.0, 50.0)),
        ("street_m", around.street_m, (5.0, 50.0)),
    ):
        if not least <= value <= most:
            raise InvalidParameters(
                f"{name}: {value:g} lies outside of what TR 38.901 gives for {scenario.value}: {least:g} to {most:g}"
            )


def sight_probability(scenario: Scenario, distance_m: ArrayLike) -> Floats:
    """How likely the station is seen from there: table 7.4.2-1, for terminals up to 13 m."""
    distance = _at_least(distance_m)
    if scenario is Scenario.RMA:
        return np.asarray(np.exp(-(distance - 10) / 1_000))
    reach = 63.0 if scenario is Scenario.UMA else 36.0
    near = np.minimum(1.0, 18.0 / distance)
    return np.asarray(near + np.exp(-distance / reach) * (1 - near))


def loss_with_sight(
    scenario: Scenario, distance_m: ArrayLike, frequency_ghz: ArrayLike, around: Surroundings
) -> Floats:
    """Mean path loss in dB where the station is seen: PL_LOS of table 7.4.1-1, both sides of the breakpoint."""
    distance = _at_least(distance_m)
    frequency = np.asarray(frequency_ghz, np.float64)
    slant = _slant(distance, around)
    breakpoint_m = breakpoint_distance(scenario, frequency, around)
    if scenario is Scenario.RMA:
        near = _rural_near(slant, frequency, around)
        far = _rural_near(breakpoint_m, frequency, around) + 40 * np.log10(slant / breakpoint_m)
    else:
        base, slope, bend = (28.0, 22.0, 9.0) if scenario is Scenario.UMA else (32.4, 21.0, 9.5)
        drop = around.station_m - around.terminal_m
        near = base + slope * np.log10(slant) + 20 * np.log10(frequency)
        far = base + 40 * np.log10(slant) + 20 * np.log10(frequency) - bend * np.log10(breakpoint_m**2 + drop**2)
    return np.asarray(np.where(distance <= breakpoint_m, near, far))


def loss_without_sight(
    scenario: Scenario, distance_m: ArrayLike, frequency_ghz: ArrayLike, around: Surroundings
) -> Floats:
    """Mean path loss in dB where the station is not seen: PL_NLOS of table 7.4.1-1, never below the one with sight."""
    distance = _at_least(distance_m)
    frequency = np.asarray(frequency_ghz, np.float64)
    slant = _slant(distance, around)
    terminal = around.terminal_m
    if scenario is Scenario.RMA:
        station, building = around.station_m, around.building_m
        loss = (
            161.04
            - 7.1 * math.log10(around.street_m)
            + 7.5 * math.log10(building)
            - (24.37 - 3.7 * (building / station) ** 2) * math.log10(station)
            + (43.42 - 3.1 * math.log10(station)) * (np.log10(slant) - 3)
            + 20 * np.log10(frequency)
            - (3.2 * math.log10(11.75 * terminal) ** 2 - 4.97)
        )
    elif scenario is Scenario.UMA:
        loss = 13.54 + 39.08 * np.log10(slant) + 20 * np.log10(frequency) - 0.6 * (terminal - 1.5)
    else:
        loss = 35.3 * np.log10(slant) + 22.4 + 21.3 * np.log10(frequency) - 0.3 * (terminal - 1.5)
    return np.asarray(np.maximum(loss, loss_with_sight(scenario, distance, frequency, around)))


def breakpoint_distance(scenario: Scenario, frequency_ghz: ArrayLike, around: Surroundings) -> Floats:
    """Where the ground's reflection bends the loss with sight: d_BP of note 5, d'_BP of note 1, in metres."""
    per_metre = np.asarray(frequency_ghz, np.float64) * 1e9 / LIGHT_M_S
    if scenario is Scenario.RMA:
        return np.asarray(2 * math.pi * around.station_m * around.terminal_m * per_metre)
    over = (around.station_m - _ENVIRONMENT_HEIGHT_M) * (around.terminal_m - _ENVIRONMENT_HEIGHT_M)
    return np.asarray(4 * over * per_metre)


def location_probability(
    scenario: Scenario, distance_m: ArrayLike, frequency_ghz: float, around: Surroundings, allowed_db: ArrayLike
) -> Floats:
    """How likely the loss, with its log-normal shadow fading, stays within `allowed_db` at a place at that distance.

    P = P_LOS·Φ((allowed − PL_LOS)/σ_LOS) + (1 − P_LOS)·Φ((allowed − PL_NLOS)/σ_NLOS). Where it is a half or more it
    only falls with distance, so "at least p" is a circle for every p from 0.5.
    """
    distance = _at_least(distance_m)
    allowed = np.asarray(allowed_db, np.float64)
    seen = sight_probability(scenario, distance)
    sigma_seen, sigma_hidden = SHADOW_DB[scenario]
    spread: Floats = np.asarray(sigma_seen)
    if scenario is Scenario.RMA:
        near = distance <= breakpoint_distance(scenario, frequency_ghz, around)
        spread = np.where(near, sigma_seen, RURAL_FAR_SHADOW_DB)
    with_sight = _normal((allowed - loss_with_sight(scenario, distance, frequency_ghz, around)) / spread)
    without = _normal((allowed - loss_without_sight(scenario, distance, frequency_ghz, around)) / sigma_hidden)
    return np.asarray(seen * with_sight + (1 - seen) * without)


def radius_m(
    scenario: Scenario, frequency_ghz: float, around: Surroundings, allowed_db: float, reliability: float
) -> float:
    """The farthest distance at which the loss stays within `allowed_db` with the probability `reliability`, in metres.

    It ends where the scenario's tables end; 0 where not even the nearest place is reached. Raises `InvalidParameters`.
    """
    if not 0.5 <= reliability <= 0.99:
        raise InvalidParameters(f"reliability: {reliability:g} must lie between 0.5 and 0.99")
    check_validity(scenario, frequency_ghz, around)
    near, far = VALIDITY[scenario].distance_without_sight_m

    def reaches(distance: float) -> bool:
        found = location_probability(scenario, distance, frequency_ghz, around, allowed_db)
        return bool(float(found) >= reliability)

    if reaches(far):
        return far
    if not reaches(near):
        return 0.0
    # Half a metre is finer than any place's coordinates.
    while far - near > 0.5:
        middle = (near + far) / 2
        near, far = (middle, far) if reaches(middle) else (near, middle)
    return near


def _rural_near(slant: Floats, frequency: Floats, around: Surroundings) -> Floats:
    h = around.building_m
    return np.asarray(
        20 * np.log10(40 * math.pi * slant * frequency / 3)
        + min(0.03 * h**1.72, 10) * np.log10(slant)
        - min(0.044 * h**1.72, 14.77)
        + 0.002 * math.log10(h) * slant
    )


def _slant(distance: Floats, around: Surroundings) -> Floats:
    return np.asarray(np.hypot(distance, around.station_m - around.terminal_m))


def _at_least(distance_m: ArrayLike) -> Floats:
    return np.maximum(np.asarray(distance_m, np.float64), NEAREST_M)


def _normal(z: ArrayLike) -> Floats:
    """The standard normal distribution's Φ."""
    return np.asarray(0.5 * (1 + _ERF(np.asarray(z, np.float64) / math.sqrt(2))))
