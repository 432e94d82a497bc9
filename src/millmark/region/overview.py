"""The city at a glance: its counties, and which enterprises stand in each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from millmark.region.catalogue import CityPack
from millmark.region.geography import CityMap
from millmark.registry import Enterprise


@dataclass(frozen=True, slots=True)
class CountyOverview:
    area_code: str
    name_zh: str
    name_en: str
    enterprise_ids: tuple[int, ...]

    @property
    def enterprises(self) -> int:
        return len(self.enterprise_ids)


@dataclass(frozen=True, slots=True)
class CityOverview:
    """`elsewhere` are enterprises of the registry whose area is none of the map's."""

    area_code: str
    name_zh: str
    name_en: str
    time_zone: str
    counties: tuple[CountyOverview, ...]
    elsewhere: tuple[int, ...]


def city_overview(pack: CityPack, city_map: CityMap, enterprises: Iterable[Enterprise]) -> CityOverview:
    """Counts every enterprise once: in its county, or elsewhere."""
    ids_by_area: dict[str, list[int]] = {area.adcode: [] for area in city_map.areas}
    elsewhere: list[int] = []
    for enterprise in enterprises:
        ids_by_area.get(enterprise.area_code, elsewhere).append(enterprise.id)
    return CityOverview(
        area_code=pack.city.area_code,
        name_zh=pack.city.name_zh,
        name_en=pack.city.name_en,
        time_zone=pack.city.time_zone,
        counties=tuple(
            CountyOverview(area.adcode, area.name_zh, area.name_en, tuple(ids_by_area[area.adcode]))
            for area in city_map.areas
        ),
        elsewhere=tuple(elsewhere),
    )
