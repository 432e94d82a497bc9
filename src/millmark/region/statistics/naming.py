"""What the codes of a table are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from millmark.region.geography import Area
from millmark.region.statistics.definition import Dimension
from millmark.region.statistics.table import TOTAL, UNKNOWN
from millmark.region.watch.industries import Industries
from millmark.region.watch.profiles import SIZES
from millmark.registry import area_prefix

_TOTAL: Final = ("合计", "Total")
_UNKNOWN: Final = ("未分类", "Not classified")


@dataclass(frozen=True, slots=True)
class Names:
    """Counties of the city in their order, and the industries of the standard."""

    areas: Mapping[str, Area]
    industries: Industries

    @classmethod
    def over(cls, areas: Sequence[Area], industries: Industries) -> Names:
        return cls({one.adcode: one for one in areas}, industries)

    def of(self, dimension: Dimension, code: str) -> tuple[str, str]:
        """Chinese and English."""
        if code in (TOTAL, UNKNOWN):
            return _TOTAL if code == TOTAL else _UNKNOWN
        if dimension is Dimension.AREA:
            area = self.areas.get(code)
            return (code, code) if area is None else (area.name_zh, area.name_en)
        if dimension is Dimension.SIZE:
            return SIZES.get(code, (code, code))
        found = self.industries.by_code.get(code)
        return (code, code) if found is None else (found.name_zh, found.name_en)

    def area_codes(self, within: str | None = None) -> list[str]:
        prefix = "" if within is None else area_prefix(within)
        return [code for code in self.areas if code.startswith(prefix)]

    def section_of(self, division: str) -> str:
        found = self.industries.section(division)
        return "" if found is None else found.code
