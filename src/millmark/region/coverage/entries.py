"""Demand places and candidate sites as they are entered and kept, with their checks."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from millmark.region.areas import Areas, BoundsText
from millmark.region.coverage.area_class import AREA_CLASSES, AreaClass
from millmark.region.coverage.columns import MICRODEGREES
from millmark.region.coverage.errors import InvalidPlace
from millmark.region.field import BadValue

MOST_WEIGHT: Final = 10_000_000
MOST_COST_FEN: Final = 10_000_000_000_00
_NUMBER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_BAND: Final = re.compile(r"[a-z0-9-]{1,16}")
_BETWEEN_BANDS: Final = re.compile(r"[、,，;；|/\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """A place that needs coverage. `number` is its own, such as a village's statistical code; `area` a county by code
    or name; `weight` how many persons it stands for, or another whole number; degrees are WGS84."""

    number: str
    name: str
    area_class: str
    area: str
    weight: int
    longitude: Decimal
    latitude: Decimal
    source: str
    placeholder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(NewPlace):
    """A place as it is kept; `area` is its county's code."""

    id: int
    recorded_by: str
    recorded_at_us: int
    ended_by: str | None = None
    ended_at_us: int | None = None
    end_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCandidate:
    """Where a station could stand: `cost_fen` is what building it there costs, `bands` are separated by commas, and
    `height_m` is its antenna's height (None: as the parameters say for the area class)."""

    number: str
    name: str
    area: str
    cost_fen: int
    bands: str
    longitude: Decimal
    latitude: Decimal
    source: str
    height_m: Decimal | None = None
    placeholder: bool = False

    @property
    def band_ids(self) -> tuple[str, ...]:
        return tuple(self.bands.split(",")) if self.bands else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate(NewCandidate):
    id: int
    recorded_by: str
    recorded_at_us: int
    ended_by: str | None = None
    ended_at_us: int | None = None
    end_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """Where places may lie: the city's areas and the box around it (None: anywhere)."""

    areas: Areas
    bounds: BoundsText | None

    @property
    def city_code(self) -> str:
        return self.areas.city.code

    def county(self, text: str) -> str:
        """The county's code; raises `InvalidPlace`."""
        try:
            code = self.areas.place(text, only_known=True).code
        except BadValue as error:
            raise InvalidPlace(f"area: {error.en}") from error
        if code is None or code[:6] == self.city_code:
            known = ", ".join(f"{one.code} {one.name_zh}" for one in self.areas.counties)
            raise InvalidPlace(f"area: name a county of the city; counties are {known}")
        return code[:6]

    def located(self, longitude: Decimal, latitude: Decimal) -> tuple[Decimal, Decimal]:
        """Rounded to a millionth of a degree (0.1 m); raises `InvalidPlace` for what lies elsewhere or is swapped."""
        if not longitude.is_finite() or not latitude.is_finite():
            raise InvalidPlace("longitude: must be a number of degrees")
        if not (abs(longitude) <= 180 and abs(latitude) <= 90):
            swapped = abs(latitude) <= 180 and abs(longitude) <= 90
            hint = "; longitude and latitude look swapped" if swapped else ""
            raise InvalidPlace(f"longitude: ({longitude}, {latitude}) is no longitude and latitude in degrees{hint}")
        if self.bounds is not None and not self.bounds.contains(float(longitude), float(latitude)):
            if self.bounds.contains(float(latitude), float(longitude)):
                raise InvalidPlace(f"longitude: longitude and latitude are swapped ({longitude}, {latitude})")
            box = f"{self.bounds.west} to {self.bounds.east}, {self.bounds.south} to {self.bounds.north}"
            raise InvalidPlace(f"longitude: ({longitude}, {latitude}) lies outside of the region ({box})")
        return round(longitude, 6), round(latitude, 6)


def checked_place(place: NewPlace, region: Region) -> NewPlace:
    """As it is kept; raises `InvalidPlace`, naming the field."""
    area_class = AreaClass.named(place.area_class)
    if area_class is None:
        known = ", ".join(f"{one.value} ({one.name_zh})" for one in AREA_CLASSES)
        raise InvalidPlace(f"area_class: {place.area_class!r} is none of {known}")
    if not 0 < place.weight <= MOST_WEIGHT:
        raise InvalidPlace(f"weight: must be a whole number from 1 to {MOST_WEIGHT}, not {place.weight}")
    longitude, latitude = region.located(place.longitude, place.latitude)
    return replace(
        place,
        number=_number(place.number),
        name=_text("name", place.name),
        area_class=area_class.value,
        area=region.county(place.area),
        longitude=longitude,
        latitude=latitude,
        source=_text("source", place.source, most=2_000),
    )


def checked_candidate(candidate: NewCandidate, region: Region) -> NewCandidate:
    """As it is kept; raises `InvalidPlace`, naming the field."""
    if not 0 <= candidate.cost_fen <= MOST_COST_FEN:
        raise InvalidPlace(f"cost: must lie between 0 and {MOST_COST_FEN // 100} yuan")
    if candidate.height_m is not None and not 1 <= candidate.height_m <= 200:
        raise InvalidPlace(f"height_m: must lie between 1 and 200 m, not {candidate.height_m}")
    bands = [band for band in _BETWEEN_BANDS.split(candidate.bands.strip().lower()) if band]
    if not bands:
        raise InvalidPlace("bands: say which bands the station would have, such as n41")
    if wrong := [band for band in bands if not _BAND.fullmatch(band)]:
        raise InvalidPlace(f"bands: {', '.join(wrong)} is no band such as n41")
    longitude, latitude = region.located(candidate.longitude, candidate.latitude)
    return replace(
        candidate,
        number=_number(candidate.number),
        name=_text("name", candidate.name),
        area=region.county(candidate.area),
        bands=",".join(dict.fromkeys(bands)),
        height_m=None if candidate.height_m is None else round(candidate.height_m, 1),
        longitude=longitude,
        latitude=latitude,
        source=_text("source", candidate.source, most=2_000),
    )


def microdegrees(degrees: Decimal) -> int:
    return int(degrees * MICRODEGREES)


def degrees(microdegrees_: int) -> Decimal:
    return Decimal(microdegrees_) / MICRODEGREES


def _number(text: str) -> str:
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        raise InvalidPlace(f"number: {text!r} must be 1 to 64 letters, digits, points, hyphens or underscores")
    return text


def _text(field: str, text: str, most: int = 200) -> str:
    text = text.strip()
    if not text or len(text) > most:
        raise InvalidPlace(f"{field}: must be a text of 1 to {most} characters")
    return text
