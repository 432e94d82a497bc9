"""The city and its map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends

from millmark.web.access import Permission, Principal, Scope, requires
from millmark.web.fleet import EnterpriseCounts, count_enterprises
from millmark.web.services import Platform
from millmark.web.shapes.city import City, CityMap, County

if TYPE_CHECKING:
    from millmark.region import CountyOverview

router = APIRouter(prefix="/city", tags=["city"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_CITY))]


@router.get("")
def city(_who: Reader, platform: Platform) -> City:
    """The city with its counties and what is connected in each."""
    from millmark.region import city_map, city_overview

    # Sums of a county are everybody's to see; the scope bounds what bears an enterprise's name.
    counted = {one.enterprise.id: one for one in count_enterprises(platform, Scope())}
    overview = city_overview(
        platform.city_pack, city_map(platform.folder), [one.enterprise for one in counted.values()]
    )
    return City(
        area_code=overview.area_code,
        name_zh=overview.name_zh,
        name_en=overview.name_en,
        time_zone=overview.time_zone,
        counties=[_county(one, counted) for one in overview.counties],
        enterprises_elsewhere=len(overview.elsewhere),
    )


@router.get("/map")
def outlines(_who: Reader, platform: Platform) -> CityMap:
    """The counties' outlines as GeoJSON; `boundaries` says whether they are schematic."""
    from millmark.region import city_map

    found = city_map(platform.folder)
    return CityMap.model_validate({**found.geojson(), "problem": found.problem})


def _county(county: CountyOverview, counted: Mapping[int, EnterpriseCounts]) -> County:
    there = [counted[one] for one in county.enterprise_ids]
    return County(
        area_code=county.area_code,
        name_zh=county.name_zh,
        name_en=county.name_en,
        enterprises=county.enterprises,
        equipment=sum(one.equipment for one in there),
        connected_now=sum(one.connected_now for one in there),
        claims=sum(one.claims for one in there),
    )
