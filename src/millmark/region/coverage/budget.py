"""The link budget: how much loss a link may have, line by line, and how far a station reaches for each area class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from millmark.region.coverage.area_class import AREA_CLASSES, AreaClass
from millmark.region.coverage.parameters import Band, ClassBudget, Parameters
from millmark.region.coverage.propagation import VALIDITY, radius_m

Radii: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a budget; the values add up, losses are negative."""

    name: str
    value_db: float


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a band reaches for an area class. `lines` add up to `allowed_db`, the most that the path may lose."""

    area_class: AreaClass
    band: str
    lines: tuple[Line, ...]
    allowed_db: float
    radius_m: float


def budget_lines(band: Band, budget: ClassBudget) -> tuple[Line, ...]:
    """From the carrier's power to the loss that a path may have.

    A reference signal has the power of one subcarrier: that of the carrier less 10·log10 of how many there are.
    """
    return (
        Line("transmit", band.transmit_dbm),
        Line("subcarriers", -10 * math.log10(band.subcarriers)),
        Line("antenna", band.antenna_dbi),
        Line("feeder", -band.feeder_db),
        Line("terminal", budget.terminal_dbi),
        Line("penetration", -budget.penetration_db),
        Line("body", -budget.body_db),
        Line("interference", -budget.interference_db),
        Line("threshold", -budget.rsrp_dbm),
    )


def reach(band: Band, budget: ClassBudget, height_m: float | None, *, measured: bool) -> Reach:
    """The radius within which a place of the class is covered by a station of the band."""
    lines = budget_lines(band, budget)
    allowed = math.fsum(line.value_db for line in lines)
    if measured:
        radius = budget.measured_m[band.id]
    else:
        around = budget.around(height_m)
        radius = radius_m(budget.scenario, band.frequency_ghz, around, allowed, budget.reliability)
    return Reach(budget.area_class, band.id, lines, allowed, radius)


def reaches(parameters: Parameters) -> tuple[Reach, ...]:
    """Of every band for every area class, at the heights that the parameters assume."""
    measured = parameters.method == "measured"
    return tuple(
        reach(band, budget, None, measured=measured) for budget in parameters.classes for band in parameters.bands
    )


def site_radii(parameters: Parameters, bands: Sequence[Sequence[str]], heights_m: Sequence[float | None]) -> Radii:
    """Metres, (sites, area classes): how far each site reaches for places of each class, by its farthest band.

    Bands that the parameters do not know are passed over; a site that is left with none has the default band. Heights
    beyond a scenario's range are taken as its nearest bound.
    """
    measured = parameters.method == "measured"

    @cache
    def of_kind(kind: tuple[tuple[str, ...], float | None]) -> tuple[float, ...]:
        names, height = kind
        known = [band for name in names if (band := parameters.band(name)) is not None]
        if not known and (default := parameters.band(parameters.default_band)) is not None:
            known = [default]
        row = []
        for area_class in AREA_CLASSES:
            budget = parameters.budget(area_class)
            fitting = _within(height, budget)
            row.append(max(reach(band, budget, fitting, measured=measured).radius_m for band in known))
        return tuple(row)

    rows = [of_kind((tuple(names), height)) for names, height in zip(bands, heights_m, strict=True)]
    return np.array(rows, np.float64).reshape(len(rows), len(AREA_CLASSES))


def _within(height_m: float | None, budget: ClassBudget) -> float | None:
    if height_m is None:
        return None
    least, most = VALIDITY[budget.scenario].station_m
    # Tenths of a metre are what a height is told in, and keep the kinds of sites few.
    return min(max(round(height_m, 1), least), most)
