"""The five classes of area that a 5G network is planned and reported by."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class AreaClass(StrEnum):
    """As the city's reports name them; the order is theirs."""

    URBAN = "urban"
    PARK = "park"
    SCENIC = "scenic"
    TOWN = "town"
    VILLAGE = "village"

    @property
    def name_zh(self) -> str:
        return _NAMES[self][0]

    @property
    def name_en(self) -> str:
        return _NAMES[self][1]

    @property
    def number(self) -> int:
        """Its place in the order, from 0: what columns hold."""
        return AREA_CLASSES.index(self)

    @classmethod
    def named(cls, name: str) -> AreaClass | None:
        """By id, Chinese or English name."""
        wanted = name.strip().casefold()
        return next((one for one in cls if wanted in (one.value, one.name_zh, one.name_en.casefold())), None)


_NAMES: Final = {
    AreaClass.URBAN: ("市县主城区", "City and county centres"),
    AreaClass.PARK: ("工业园区", "Industrial parks"),
    AreaClass.SCENIC: ("旅游景区", "Scenic areas"),
    AreaClass.TOWN: ("重点乡镇", "Key towns"),
    AreaClass.VILLAGE: ("行政村", "Administrative villages"),
}

AREA_CLASSES: Final = tuple(AreaClass)
RURAL: Final = (AreaClass.TOWN, AreaClass.VILLAGE)
"""The classes that rural obligations speak of."""
