"""The thresholds of above-scale enterprises, read from their pack: by industry, year and how well each is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from millmark.programmes.toml_file import Frozen, read_toml
from millmark.region.watch.industries import is_within


class ScalePackHeader(Frozen):
    id: str
    edition: str
    name_zh: str
    name_en: str
    source: str


class Threshold(Frozen):
    """Yearly main business revenue from which on a unit is above scale, for the years `from` to `until`, both included.

    `label` says how well it is known: A a government page, B a third-party copy, U unverified.
    """

    id: str
    name_zh: str
    name_en: str
    codes: tuple[str, ...] = Field(min_length=1)
    from_year: int = Field(alias="from")
    until_year: int | None = Field(default=None, alias="until")
    revenue_yuan: int = Field(gt=0)
    label: Literal["A", "B", "U"]
    source: str

    @property
    def revenue_fen(self) -> int:
        return self.revenue_yuan * 100

    def holds_in(self, year: int) -> bool:
        return self.from_year <= year and (self.until_year is None or year <= self.until_year)


class Sector(Frozen):
    """Which kinds of the city's pack the roster's moves of an industry are facts of; no codes stand for the rest."""

    id: str
    name_zh: str
    name_en: str
    codes: tuple[str, ...]
    opening: str
    joined: str
    left: str


class SumRule(Frozen):
    """A kind that a document states while reports are missing; `per_unit` of the indicator are one of the kind's."""

    kind: str
    codes: tuple[str, ...] = Field(min_length=1)
    indicator: str
    per_unit: int = Field(gt=0)


class _ScaleFile(Frozen):
    pack: ScalePackHeader
    thresholds: tuple[Threshold, ...] = Field(min_length=1)
    sectors: tuple[Sector, ...] = Field(min_length=1)
    sums: tuple[SumRule, ...] = ()

    @model_validator(mode="after")
    def _one_rest(self) -> Self:
        if sum(not sector.codes for sector in self.sectors) != 1:
            raise ValueError("exactly one sector has no codes: it takes all other industries")
        return self


@dataclass(frozen=True, slots=True)
class ScalePack:
    header: ScalePackHeader
    thresholds: tuple[Threshold, ...]
    sectors: tuple[Sector, ...]
    sums: tuple[SumRule, ...]

    def threshold(self, digits: str, year: int) -> Threshold | None:
        """The threshold of an industry in a year: that of the longest code it begins with; None where none is known."""
        fitting = [
            (max(len(code) for code in one.codes if digits.startswith(code)), one)
            for one in self.thresholds
            if one.holds_in(year) and is_within(digits, one.codes)
        ]
        return max(fitting, key=lambda pair: pair[0])[1] if fitting else None

    def sector(self, digits: str) -> Sector:
        rest = next(one for one in self.sectors if not one.codes)
        return next((one for one in self.sectors if one.codes and is_within(digits, one.codes)), rest)

    def sector_of_kind(self, kind: str) -> Sector | None:
        """The sector that a kind of the pack belongs to; None for a kind that is no move of the roster."""
        return next((one for one in self.sectors if kind in (one.opening, one.joined, one.left)), None)


def read_scale_pack(folder: Path) -> ScalePack:
    """Reads `thresholds.toml`; raises `InvalidPack`, naming file, table and key."""
    file = read_toml(folder / "thresholds.toml", _ScaleFile)
    return ScalePack(file.pack, file.thresholds, file.sectors, file.sums)
