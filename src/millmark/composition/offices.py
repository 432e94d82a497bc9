"""Who issues documents and where: names of the city, its counties and their offices."""

from __future__ import annotations

from pathlib import Path

from millmark.region import CityPack, city_map
from millmark.reports.official.desk import Office
from millmark.settings import Settings


class Offices:
    """Names by area code; `folder` may hold a map of the operator's own, which goes before the one shipped."""

    def __init__(self, settings: Settings, pack: CityPack) -> None:
        self._folder: Path = settings.data
        self._city = pack.city
        named = settings.tables.office
        self.own = Office(
            named.name_zh or f"{pack.city.name_zh}经济和信息化局",
            named.name_en or f"{pack.city.name_en} Bureau of Economy and Information Technology",
        )
        """The city's own office, by the settings where they name one."""

    def area_names(self) -> dict[str, tuple[str, str]]:
        """Chinese and English names of the counties by their codes, and of the city itself."""
        names = {self._city.area_code: (self._city.name_zh, self._city.name_en)}
        return names | {area.adcode: (area.name_zh, area.name_en) for area in city_map(self._folder).areas}

    def of(self, area_code: str) -> Office:
        """The city's own office, or that of a county by its name."""
        names = self.area_names()
        if area_code == self._city.area_code or area_code not in names:
            return self.own
        zh, en = names[area_code]
        return Office(f"{zh}工业运行主管部门", f"Industry office of {en}")
