"""What a measure answers, and the question it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from millmark.model import AssetPath, Origin, Period, SeriesRole

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"
Parameters: TypeAlias = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Day:
    """A local calendar day of the subject's time zone, or the part of it that is asked about."""

    date: date
    period: Period


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a value depends on beside rows: who holds both can compute it again.

    `days` are consecutive and without gaps; `parameters` is plain JSON.
    """

    measure: str
    formula_version: str
    subject: AssetPath
    days: tuple[Day, ...]
    parameters: Parameters

    def __post_init__(self) -> None:
        if not self.days:
            raise ValueError("a question needs at least one day")
        for before, after in zip(self.days, self.days[1:], strict=False):
            if before.period.end_us != after.period.start_us or before.date >= after.date:
                raise ValueError(f"day {after.date} does not follow {before.date} without a gap")

    @property
    def period(self) -> Period:
        return Period(self.days[0].period.start_us, self.days[-1].period.end_us)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the time that should have been observed was observed."""

    covered_us: int
    expected_us: int

    @property
    def share(self) -> float:
        return self.covered_us / self.expected_us if self.expected_us else 0.0

    def __add__(self, other: Coverage) -> Coverage:
        return Coverage(self.covered_us + other.covered_us, self.expected_us + other.expected_us)


@dataclass(frozen=True, slots=True)
class InputRef:
    """A series that entered a measure and the rows it brought, those that tell the state at the start included."""

    series: str
    role: SeriesRole
    unit: str
    origin: Origin
    rows: int
    first_us: int | None
    last_us: int | None


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """A value with what it was made of.

    `value` is numerator / denominator, and None when the denominator is 0 or nothing was observed. Sums over subjects
    or periods add numerators and denominators; ratios are never averaged. `flags` names what a reader should know,
    such as `effectiveness_over_one`, each as `name` or `name:detail`.
    """

    measure: str
    formula_version: str
    subject: AssetPath
    period: Period
    value: float | None
    numerator: float
    denominator: float
    unit: str
    coverage: Coverage
    inputs: tuple[InputRef, ...]
    parts: tuple[MeasureResult, ...]
    parameters: Parameters
    flags: tuple[str, ...] = ()


def ratio(numerator: float, denominator: float) -> float | None:
    return numerator / denominator if denominator else None
