"""A table of statistics as data: which measure, by which classifications, for which months, told how."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, Self

from millmark.region.statistics.errors import InvalidDefinition
from millmark.region.statistics.measures import MEASURES, Measure

_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_FIRST_YEAR: Final = 1990
_LAST_YEAR: Final = 2099
_LONGEST_TITLE: Final = 200


class Dimension(StrEnum):
    """`industry` is by division of GB/T 4754 with its sections as subtotals, `section` by section alone."""

    AREA = "area"
    SECTION = "section"
    INDUSTRY = "industry"
    SIZE = "size"


class Cost(StrEnum):
    """What hiding a further cell costs: each the same, by its value, or by how many contribute to it."""

    NUMBER = "number"
    VALUE = "value"
    CONTRIBUTORS = "contributors"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDefinition:
    """`first_year` is where the table begins, in January; it goes on to the month that somebody asks or publishes for.

    `cumulative` adds the sums since January, `growth` the change against the same month a year before.
    """

    slug: str
    title_zh: str
    title_en: str
    measure: str
    dimensions: tuple[Dimension, ...]
    first_year: int
    cumulative: bool = True
    growth: bool = True
    cost: Cost = Cost.VALUE
    note_zh: str = ""
    note_en: str = ""

    def __post_init__(self) -> None:
        for wrong, message in self._faults():
            if wrong:
                raise InvalidDefinition(message)

    @property
    def told(self) -> Measure:
        return MEASURES[self.measure]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "dimensions": list(self.dimensions), "cost": str(self.cost)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        try:
            return cls(
                **{
                    **document,
                    "dimensions": tuple(Dimension(one) for one in document["dimensions"]),
                    "cost": Cost(document.get("cost", Cost.VALUE)),
                }
            )
        except (TypeError, ValueError, KeyError) as error:
            raise InvalidDefinition(f"the definition is incomplete or has an unknown word: {error}") from None

    def _faults(self) -> list[tuple[bool, str]]:
        both = {Dimension.SECTION, Dimension.INDUSTRY} <= set(self.dimensions)
        measure = MEASURES.get(self.measure)
        return [
            (not _SLUG.fullmatch(self.slug), "slug: use small letters, digits and dashes, at most 63"),
            (not self.title_zh.strip() or len(self.title_zh) > _LONGEST_TITLE, "title_zh: give 1 to 200 characters"),
            (not self.title_en.strip() or len(self.title_en) > _LONGEST_TITLE, "title_en: give 1 to 200 characters"),
            (measure is None, f"measure: there is none called {self.measure!r}; known are {', '.join(MEASURES)}"),
            (not self.dimensions, "dimensions: name at least one"),
            (len(set(self.dimensions)) != len(self.dimensions), "dimensions: name each one once"),
            (both, "dimensions: industry has the sections as subtotals already; name one of the two"),
            (not _FIRST_YEAR <= self.first_year <= _LAST_YEAR, f"first_year: {_FIRST_YEAR} to {_LAST_YEAR}"),
            (
                self.cumulative and measure is not None and not measure.adds_up_over_months,
                f"cumulative: {self.measure} is a level, its months do not add up",
            ),
        ]
