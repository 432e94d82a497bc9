"""The areas that a city's records speak of, by six-digit code (GB/T 2260) or by name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import Field

from millmark.programmes.toml_file import Frozen
from millmark.region.field import BadValue
from millmark.registry.divisions import COUNTY_DIGITS, area_prefix

_CODE = re.compile(r"\d{6}|\d{9}|\d{12}")


class AreaText(Frozen):
    """An administrative division: a county of the city, or what lies around it."""

    code: str = Field(pattern=r"^\d{6}$")
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    also: tuple[str, ...] = ()


class BoundsText(Frozen):
    """The box around the region, in degrees (WGS 84)."""

    west: float = Field(ge=-180, le=180)
    south: float = Field(ge=-90, le=90)
    east: float = Field(ge=-180, le=180)
    north: float = Field(ge=-90, le=90)

    def contains(self, longitude: float, latitude: float) -> bool:
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


def lies_within(code: str | None, area_code: str) -> bool:
    """Whether an area is another one or lies within it; what has no code lies nowhere."""
    return code is not None and code.startswith(area_prefix(area_code))


@dataclass(frozen=True, slots=True)
class Place:
    """An area as it is kept: by the name that figures ask for, and by its code; `code` is None for a name without."""

    name: str
    code: str | None


class Areas:
    """Finds areas by code or name. `city` comes first of its counties."""

    def __init__(self, city: AreaText, others: Iterable[AreaText]) -> None:
        self.city = city
        self.others = tuple(others)
        self.counties = tuple(one for one in self.others if lies_within(one.code, city.code))
        self._by_code: Mapping[str, AreaText] = {one.code: one for one in (city, *self.others)}
        self._by_name: Mapping[str, AreaText] = {
            name.casefold(): one for one in (*self.others, city) for name in (one.name_zh, one.name_en, *one.also)
        }

    def place(self, text: str, *, only_known: bool) -> Place:
        """Where an entry belongs; a name that is not known stands as it is, unless `only_known`. Raises `BadValue`."""
        text = text.strip()
        if not text:
            raise BadValue("不能为空", "must not be empty")
        if text.isdecimal():
            return self._by_digits(text, only_known=only_known)
        found = self._by_name.get(text.casefold())
        if found is None and only_known:
            near = self._near(text)
            raise BadValue(
                f"“{text}”不是本市的区县,可填:{'、'.join(one.name_zh for one in near)}",
                f"{text!r} is no area here; choose {', '.join(one.name_en for one in near)}",
            )
        if found is not None and only_known and not lies_within(found.code, self.city.code):
            raise self._elsewhere(text)
        return Place(text, None) if found is None else Place(found.name_zh, found.code)

    def code_of(self, name: str) -> str | None:
        """The code of an area by its name, if it has one."""
        found = self._by_name.get(name.casefold())
        return None if found is None else found.code

    def names_within(self, code: str) -> tuple[str, ...]:
        """The names by which entries may call an area or what lies within it."""
        return tuple(
            name
            for one in (self.city, *self.others)
            if lies_within(one.code, code)
            for name in (one.name_zh, one.name_en, one.code, *one.also)
        )

    def _by_digits(self, text: str, *, only_known: bool) -> Place:
        county = self._by_code.get(text[:COUNTY_DIGITS])
        if _CODE.fullmatch(text) is None or county is None or (len(text) > COUNTY_DIGITS and county == self.city):
            known = (self.city, *self.counties)
            raise BadValue(
                f"行政区划代码{text}不存在;可用:{'、'.join(f'{one.code} {one.name_zh}' for one in known)}",
                f"there is no area {text} here; codes are {', '.join(f'{one.code} {one.name_en}' for one in known)}",
            )
        if only_known and not lies_within(county.code, self.city.code):
            raise self._elsewhere(text)
        return Place(county.name_zh, text)

    def _elsewhere(self, text: str) -> BadValue:
        return BadValue(
            f"“{text}”不在{self.city.name_zh}范围内",
            f"{text!r} lies outside {self.city.name_en}; name one of its areas",
        )

    def _near(self, text: str) -> list[AreaText]:
        """The areas whose names are like a text in either language, or all."""
        known = (self.city, *self.counties)
        close = {name: one for one in known for name in (one.name_zh, one.name_en)}
        alike = [close[name] for name in difflib.get_close_matches(text, close, n=3, cutoff=0.3)]
        return list(dict.fromkeys(alike)) or list(known)
