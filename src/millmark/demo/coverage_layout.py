"""A made-up layout of a region: towns, villages, parks, stations and where more could stand. Nothing in it is real.

The same numbers come out for the same areas and sizes, so that a demonstration and a benchmark can be repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from millmark.region import Area
from millmark.region.coverage.area_class import AREA_CLASSES, AreaClass
from millmark.region.coverage.entries import NewCandidate, NewPlace

SOURCE: Final = "演示数据:位置、人口和造价均为示例,不对应任何真实地点"

_SEED: Final = 38_901
_SHARES: Final = {
    AreaClass.URBAN: 0.03,
    AreaClass.PARK: 0.025,
    AreaClass.SCENIC: 0.025,
    AreaClass.TOWN: 0.08,
    AreaClass.VILLAGE: 0.84,
}
_PERSONS: Final = {
    AreaClass.URBAN: (9_000, 0.5),
    AreaClass.PARK: (2_500, 0.6),
    AreaClass.SCENIC: (900, 0.6),
    AreaClass.TOWN: (4_000, 0.5),
    AreaClass.VILLAGE: (700, 0.6),
}
_NEAR_TOWN: Final = {
    AreaClass.URBAN: 0.008,
    AreaClass.PARK: 0.02,
    AreaClass.SCENIC: 0.08,
    AreaClass.TOWN: 0.07,
    AreaClass.VILLAGE: 0.09,
}
"""How far, in degrees, places of a class lie around their county's centres."""

_CENTRES_EACH: Final = 5
_BANDS: Final = (("n41",), ("n78",), ("n28", "n41"), ("n28",))
_WAN_YUAN_FEN: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class MadeStation:
    """A station of the demonstration, as a ledger would tell it."""

    number: str
    area: str
    area_class: AreaClass
    operator: str
    longitude: Decimal
    latitude: Decimal
    bands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    places: tuple[NewPlace, ...]
    candidates: tuple[NewCandidate, ...]
    stations: tuple[MadeStation, ...]


def layout_of(areas: Sequence[Area], *, places: int, candidates: int, stations: int) -> Layout:
    """Places, candidates and stations within the outlines of the areas, about so many of each."""
    random = np.random.default_rng(_SEED)
    grounds = [_Ground(area, random) for area in areas]
    made_places = _places(grounds, places, random)
    return Layout(
        made_places,
        _candidates(grounds, made_places, candidates, random),
        _stations(made_places, stations, random),
    )


class _Ground:
    """An area with its centres: the first one is where the county town stands."""

    def __init__(self, area: Area, random: np.random.Generator) -> None:
        self.code = area.adcode
        self.name = area.name_zh
        self._ring = np.array(area.polygons[0][0], np.float64)
        self.centres = np.array([self._anywhere(random, inner=0.5) for _ in range(_CENTRES_EACH)])

    def near(self, centre: int, spread: float, random: np.random.Generator) -> tuple[float, float]:
        """A point around a centre that still lies within the outline."""
        for _ in range(50):
            point = self.centres[centre] + random.normal(0, spread, 2)
            if self._holds(point):
                return float(point[0]), float(point[1])
        return float(self.centres[centre][0]), float(self.centres[centre][1])

    def _anywhere(self, random: np.random.Generator, inner: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        low, high = self._ring.min(axis=0), self._ring.max(axis=0)
        middle, half = (low + high) / 2, (high - low) / 2 * inner
        while True:
            point = middle + random.uniform(-1, 1, 2) * half
            if self._holds(point):
                return np.asarray(point)

    def _holds(self, point: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bool:
        """Whether a ray to the east crosses the outline an odd number of times."""
        x, y = self._ring[:-1, 0], self._ring[:-1, 1]
        next_x, next_y = self._ring[1:, 0], self._ring[1:, 1]
        between = (y > point[1]) != (next_y > point[1])
        with np.errstate(divide="ignore", invalid="ignore"):
            at = x + (point[1] - y) * (next_x - x) / (next_y - y)
        return bool(np.count_nonzero(between & (point[0] < at)) % 2)


def _places(grounds: Sequence[_Ground], count: int, random: np.random.Generator) -> tuple[NewPlace, ...]:
    found = []
    for area_class in AREA_CLASSES:
        typical, spread = _PERSONS[area_class]
        for number in range(1, max(len(grounds), round(count * _SHARES[area_class])) + 1):
            ground = grounds[number % len(grounds)]
            centre = 0 if area_class is AreaClass.URBAN else int(random.integers(_CENTRES_EACH))
            longitude, latitude = ground.near(centre, _NEAR_TOWN[area_class], random)
            weight = max(30, int(typical * random.lognormal(0, spread)))
            found.append(
                NewPlace(
                    number=f"DEMO-{area_class.value.upper()}-{number:05}",
                    name=f"示例{area_class.name_zh} {number:03}",
                    area_class=area_class.value,
                    area=ground.code,
                    weight=weight,
                    longitude=_degrees(longitude),
                    latitude=_degrees(latitude),
                    source=SOURCE,
                    placeholder=True,
                )
            )
    return tuple(found)


def _candidates(
    grounds: Sequence[_Ground], places: Sequence[NewPlace], count: int, random: np.random.Generator
) -> tuple[NewCandidate, ...]:
    """Most near a place, as owners of towers would offer them; the farther from a centre, the dearer the power line."""
    codes = [ground.code for ground in grounds]
    found = []
    for number in range(1, count + 1):
        place = places[int(random.integers(len(places)))]
        ground = grounds[codes.index(place.area)]
        longitude, latitude = _beside(place, 0.012, random)
        apart = float(np.abs(ground.centres - [longitude, latitude]).sum(axis=1).min())
        wan_yuan = 14 + int(random.integers(0, 12)) + int(apart * 220)
        found.append(
            NewCandidate(
                number=f"DEMO-C-{number:05}",
                name=f"示例候选站址 {number:04}",
                area=ground.code,
                cost_fen=wan_yuan * _WAN_YUAN_FEN,
                bands=",".join(_BANDS[int(random.integers(len(_BANDS)))]),
                longitude=_degrees(longitude),
                latitude=_degrees(latitude),
                source=SOURCE,
                placeholder=True,
            )
        )
    return tuple(found)


def _stations(places: Sequence[NewPlace], count: int, random: np.random.Generator) -> tuple[MadeStation, ...]:
    """Where people are: most at the places with the greatest weight, the fewest at far villages."""
    weights = np.array([place.weight for place in places], np.float64)
    town = np.array([place.area_class != AreaClass.VILLAGE.value for place in places])
    likely = weights * np.where(town, 3.0, 0.55)
    chosen = random.choice(len(places), count, p=likely / likely.sum())
    operators = ("mobile", "telecom", "unicom", "broadnet")
    found = []
    for number, at in enumerate(chosen.tolist(), 1):
        place = places[at]
        longitude, latitude = _beside(place, 0.006, random)
        found.append(
            MadeStation(
                f"DEMO-S-{number:05}",
                place.area,
                AreaClass(place.area_class),
                operators[min(int(random.integers(0, 7)) // 2, 3)],
                _degrees(longitude),
                _degrees(latitude),
                _BANDS[int(random.integers(len(_BANDS)))],
            )
        )
    return tuple(found)


def _beside(place: NewPlace, spread: float, random: np.random.Generator) -> tuple[float, float]:
    step = np.clip(random.normal(0, spread, 2), -2 * spread, 2 * spread)
    return float(place.longitude) + float(step[0]), float(place.latitude) + float(step[1])


def _degrees(value: float) -> Decimal:
    return Decimal(round(value * 1_000_000)) / 1_000_000
