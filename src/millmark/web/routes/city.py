"""The city and its map."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform
from millmark.web.shapes.city import City, CityMap

router = APIRouter(prefix="/city", tags=["city"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_CITY))]


@router.get("")
def city(_who: Reader, platform: Platform) -> City:
    """The city with its counties and what is connected in each."""
    raise NotImplementedError


@router.get("/map")
def city_map(_who: Reader, platform: Platform) -> CityMap:
    """The counties' outlines as GeoJSON; `boundaries` says whether they are schematic."""
    raise NotImplementedError
