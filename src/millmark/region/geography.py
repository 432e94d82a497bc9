"""The city's map: areas with their codes, schematic by default, or from a boundaries file that the operator adds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, starmap
from pathlib import Path
from typing import Literal, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from millmark.region.errors import InvalidBoundaries
from millmark.region.field import Fault

SCHEMATIC = Path(__file__).with_name("data") / "xianning-schematic.geojson"
USER_FILE = "boundaries.geojson"

_ADCODE = re.compile(r"\d{6}")
_LARGEST_FILE = 32 * 1024 * 1024

Position = tuple[float, float]
Ring = tuple[Position, ...]
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Area:
    """A county-level unit. `polygons` are rings of (longitude, latitude) in degrees, the outer one first."""

    adcode: str
    name_zh: str
    name_en: str
    polygons: tuple[tuple[Ring, ...], ...]

    def feature(self) -> dict[str, object]:
        """As a GeoJSON feature (RFC 7946, section 3.2)."""
        one = len(self.polygons) == 1
        coordinates = [[[list(position) for position in ring] for ring in polygon] for polygon in self.polygons]
        return {
            "type": "Feature",
            "id": self.adcode,
            "properties": {"adcode": self.adcode, "name_zh": self.name_zh, "name_en": self.name_en},
            "geometry": {
                "type": "Polygon" if one else "MultiPolygon",
                "coordinates": coordinates[0] if one else coordinates,
            },
        }


@dataclass(frozen=True, slots=True)
class CityMap:
    """`problem` says why the operator's file was left aside, if it was."""

    boundaries: Literal["schematic", "user"]
    areas: tuple[Area, ...]
    problem: str | None = None

    def geojson(self) -> dict[str, object]:
        """A GeoJSON FeatureCollection with the further member `boundaries`."""
        return {
            "type": "FeatureCollection",
            "boundaries": self.boundaries,
            "features": [area.feature() for area in self.areas],
        }


def city_map(state_folder: Path) -> CityMap:
    """The map of `boundaries.geojson` in the state folder, or the schematic one.

    A file that cannot be used does not stop the city: the schematic map is shown, and `problem` says what is wrong.
    """
    path = state_folder / USER_FILE
    if not path.exists():
        return CityMap("schematic", read_areas(SCHEMATIC))
    try:
        return CityMap("user", read_areas(path))
    except InvalidBoundaries as error:
        return CityMap("schematic", read_areas(SCHEMATIC), problem=str(error))


def read_areas(path: Path) -> tuple[Area, ...]:
    """The areas of a GeoJSON file in degrees; raises `InvalidBoundaries`, naming file, feature and what is wrong.

    Each feature needs the properties `adcode` (six digits, GB/T 2260), `name` or `name_zh`, and may have `name_en`.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise InvalidBoundaries(f"{path}: is larger than 32 MB; simplify the outlines first")
        document = json.loads(path.read_text("utf-8"), parse_constant=_no_number)
    except OSError as error:
        raise InvalidBoundaries(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise InvalidBoundaries(f"{path}: is not JSON: {error}") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features or document.get("type") != "FeatureCollection":
        raise InvalidBoundaries(f"{path}: must be a GeoJSON FeatureCollection with one feature or more")
    areas = tuple(starmap(_Feature(path).read, enumerate(features)))
    codes = [area.adcode for area in areas]
    if doubled := sorted({code for code in codes if codes.count(code) > 1}):
        raise InvalidBoundaries(f"{path}: adcode {', '.join(doubled)} stands more than once")
    return areas


def user_areas(state_folder: Path) -> tuple[Area, ...]:
    """The counties' outlines where the operator added real ones; none otherwise, for a schema decides nothing."""
    found = city_map(state_folder)
    return found.areas if found.boundaries == "user" else ()


def counties_at(
    areas: Sequence[Area], longitudes: NDArray[np.float64], latitudes: NDArray[np.float64]
) -> list[str | None]:
    """The county that each place lies in, None for a place in none of them (even-odd rule, holes included)."""
    found: list[str | None] = [None] * len(longitudes)
    for area in areas:
        inside = np.zeros(len(longitudes), dtype=bool)
        for polygon in area.polygons:
            for ring in polygon:
                inside ^= _inside(ring, longitudes, latitudes)
        for at in np.flatnonzero(inside):
            found[int(at)] = area.adcode
    return found


def county_fault(areas: Sequence[Area], area_code: str | None, longitude: float, latitude: float) -> Fault | None:
    """A place that lies in another county than its entry says, by real outlines."""
    (there,) = counties_at(areas, np.array([longitude]), np.array([latitude]))
    return misplaced(areas, area_code, there)


def misplaced(areas: Sequence[Area], area_code: str | None, there: str | None) -> Fault | None:
    """What to say of a place found in the county `there`."""
    if there is None:
        return Fault("longitude", "坐标不在任何区县边界内", "the place lies in none of the counties' outlines")
    named = next((one for one in areas if area_code is not None and area_code.startswith(one.adcode)), None)
    if named is None or named.adcode == there:
        return None
    other = next(one for one in areas if one.adcode == there)
    return Fault(
        "longitude",
        f"坐标在{other.name_zh}境内,不在{named.name_zh}",
        f"the place lies in {other.name_en}, not in {named.name_en}",
    )


def _inside(ring: Ring, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    inside = np.zeros(len(x), dtype=bool)
    for (x0, y0), (x1, y1) in pairwise(ring):
        if y0 != y1:
            inside ^= ((y0 > y) != (y1 > y)) & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    return inside


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON number")


@dataclass(frozen=True, slots=True)
class _Feature:
    """Reads features; `where` in messages counts from 0, as the file's array does."""

    path: Path

    def read(self, number: int, feature: object) -> Area:
        where = f"features[{number}]"
        properties = _member(feature, "properties")
        geometry = _member(feature, "geometry")
        if not isinstance(properties, dict) or not isinstance(geometry, dict):
            self._refuse(where, "needs properties and a geometry")
        adcode = properties.get("adcode")
        if not isinstance(adcode, str) or not _ADCODE.fullmatch(adcode):
            self._refuse(f"{where}.properties.adcode", f"must be a text of six digits, found {adcode!r}")
        name_zh = properties.get("name_zh") or properties.get("name")
        if not isinstance(name_zh, str):
            self._refuse(f"{where}.properties.name_zh", "must name the area")
        name_en = properties.get("name_en", name_zh)
        if not isinstance(name_en, str):
            self._refuse(f"{where}.properties.name_en", "must be a text")
        return Area(adcode, name_zh, name_en, self._polygons(geometry, f"{where}.geometry"))

    def _polygons(self, geometry: Mapping[str, object], where: str) -> tuple[tuple[Ring, ...], ...]:
        coordinates = geometry.get("coordinates")
        match geometry.get("type"):
            case "Polygon":
                return (self._polygon(coordinates, f"{where}.coordinates"),)
            case "MultiPolygon":
                return self._list(coordinates, f"{where}.coordinates", self._polygon)
            case other:
                return self._refuse(f"{where}.type", f"must be Polygon or MultiPolygon, found {other!r}")

    def _polygon(self, rings: object, where: str) -> tuple[Ring, ...]:
        return self._list(rings, where, self._ring)

    def _ring(self, positions: object, where: str) -> Ring:
        ring = self._list(positions, where, self._position)
        if len(ring) < 4 or ring[0] != ring[-1]:
            self._refuse(where, "a ring has four positions or more and ends where it starts (RFC 7946, 3.1.6)")
        return ring

    def _position(self, position: object, where: str) -> Position:
        numbers = position[:2] if isinstance(position, list) and len(position) in (2, 3) else []
        if len(numbers) != 2 or not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
            self._refuse(where, f"must be [longitude, latitude], found {position!r}")
        longitude, latitude = float(numbers[0]), float(numbers[1])
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            self._refuse(where, f"[{longitude}, {latitude}] is no longitude and latitude in degrees")
        return longitude, latitude

    def _list(self, items: object, where: str, read: Callable[[object, str], _Item]) -> tuple[_Item, ...]:
        if not isinstance(items, list) or not items:
            self._refuse(where, "must be a list that is not empty")
        return tuple(read(item, f"{where}[{number}]") for number, item in enumerate(items))

    def _refuse(self, where: str, problem: str) -> NoReturn:
        raise InvalidBoundaries(f"{self.path}: {where}: {problem}")


def _member(holder: object, name: str) -> object:
    return holder.get(name) if isinstance(holder, dict) else None
