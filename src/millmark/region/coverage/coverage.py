"""What stations cover: shares of places and weight by area class and county, gaps, and statements by their rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from millmark.region.coverage.area_class import AREA_CLASSES, AreaClass
from millmark.region.coverage.budget import Radii, site_radii
from millmark.region.coverage.columns import Ints, Places, Sites
from millmark.region.coverage.near import Pairs, distance_m, within_reach
from millmark.region.coverage.parameters import Parameters, StatementRule

Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which sites cover which places. `radii` is (sites, classes) in metres; `covered` says it of each place."""

    places: Places
    sites: Sites
    radii: Radii
    pairs: Pairs
    covered: Flags


@dataclass(frozen=True, slots=True)
class Tally:
    """Covered of all, in places and in weight. A share of nothing is None, not 100 %."""

    places: int
    covered_places: int
    weight: int
    covered_weight: int

    @property
    def place_share(self) -> float | None:
        return self.covered_places / self.places if self.places else None

    @property
    def weight_share(self) -> float | None:
        return self.covered_weight / self.weight if self.weight else None

    def share(self, of: str) -> float | None:
        return self.place_share if of == "places" else self.weight_share


@dataclass(frozen=True, slots=True)
class CountyShortfall:
    """A county below what the rule asks of each: what it has and how many places or how much weight is missing."""

    county: int
    share: float
    missing: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Whether an area class has continuous coverage, by its rule; None where the class has no places to judge by.

    `missing` is how many more places (or how much more weight) the whole city needs; `below` the counties under their
    own bound.
    """

    rule: StatementRule
    holds: bool | None
    share: float | None
    missing: int
    below: tuple[CountyShortfall, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """`by_county` is keyed by (area class, county)."""

    total: Tally
    by_class: Mapping[AreaClass, Tally]
    by_county: Mapping[tuple[AreaClass, int], Tally]
    statements: tuple[Statement, ...]


def coverage_of(places: Places, sites: Sites, parameters: Parameters) -> Coverage:
    """Every place against every site, by the parameters."""
    radii = site_radii(parameters, sites.bands, sites.heights_m)
    pairs = within_reach(places, sites.longitude, sites.latitude, radii)
    covered = np.zeros(len(places), np.bool_)
    covered[pairs.place] = True
    return Coverage(places, sites, radii, pairs, covered)


def report_on(places: Places, covered: Flags, parameters: Parameters) -> Report:
    """Shares and statements of a set of places."""
    by_class = {one: _tally(places, covered, places.classes == one.number) for one in AREA_CLASSES}
    counties = np.unique(places.counties).tolist()
    by_county = {}
    for one in AREA_CLASSES:
        for county in counties:
            tally = _tally(places, covered, (places.classes == one.number) & (places.counties == county))
            if tally.places:
                by_county[one, county] = tally
    statements = tuple(
        _stated(
            parameters.rule(one),
            by_class[one],
            {county: tally for (area_class, county), tally in by_county.items() if area_class is one},
        )
        for one in AREA_CLASSES
    )
    everything = np.ones(len(places), np.bool_)
    return Report(_tally(places, covered, everything), by_class, by_county, statements)


def gaps(places: Places, covered: Flags) -> Ints:
    """Rows of the places that nothing covers, the heaviest first."""
    rows = np.flatnonzero(~covered)
    return rows[np.lexsort((places.ids[rows], -places.weights[rows]))].astype(np.int64)


def nearest_sites(places: Places, rows: Ints, sites: Sites) -> tuple[Ints, NDArray[np.float64]]:
    """For each of the rows the nearest site (its row, -1 where there is none) and how far it is, in metres."""
    nearest = np.full(len(rows), -1, np.int64)
    apart = np.full(len(rows), np.inf)
    if len(sites):
        # In portions, so that ten thousand places against four thousand sites do not stand in memory at once.
        for start in range(0, len(rows), 512):
            part = rows[start : start + 512]
            found = distance_m(
                places.longitude[part][:, None],
                places.latitude[part][:, None],
                sites.longitude[None, :],
                sites.latitude[None, :],
            )
            nearest[start : start + 512] = found.argmin(axis=1)
            apart[start : start + 512] = found.min(axis=1)
    return nearest, apart


def _tally(places: Places, covered: Flags, of: Flags) -> Tally:
    both = covered & of
    return Tally(int(of.sum()), int(both.sum()), int(places.weights[of].sum()), int(places.weights[both].sum()))


def _stated(rule: StatementRule, whole: Tally, counties: Mapping[int, Tally]) -> Statement:
    share = whole.share(rule.of)
    if share is None:
        return Statement(rule, None, None, 0, ())
    below = tuple(
        CountyShortfall(county, own, _missing(tally, rule.of, rule.least_county_share))
        for county, tally in sorted(counties.items())
        if (own := tally.share(rule.of)) is not None and _missing(tally, rule.of, rule.least_county_share) > 0
    )
    missing = _missing(whole, rule.of, rule.least_share)
    return Statement(rule, missing == 0 and not below, share, missing, below)


def _missing(tally: Tally, of: str, least_share: float) -> int:
    """How many places, or how much weight, are missing: what is asked is rounded up to a whole."""
    all_of, covered = (tally.places, tally.covered_places) if of == "places" else (tally.weight, tally.covered_weight)
    # The share as it was written: 0.95 of 20 is 19, which floating numbers may miss by a hair.
    asked = -(-all_of * round(least_share * 1_000_000) // 1_000_000)
    return max(0, asked - covered)
