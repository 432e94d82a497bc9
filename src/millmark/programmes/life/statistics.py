"""Statistics of blind scores: pure and exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from statistics import median
from typing import Any

_CENTS = Decimal("0.01")
_TO_SIGMA = Decimal("1.4826")
_FAR = 3
_LEAST_SPREAD = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class ScoreStatistics:
    """Of the totals of several reviewers: to two decimals. `outliers` are the reviewers far from the others."""

    count: int
    mean: Decimal
    median: Decimal
    spread: Decimal
    lowest: Decimal
    highest: Decimal
    outliers: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "count": self.count,
            "mean": str(self.mean),
            "median": str(self.median),
            "spread": str(self.spread),
            "lowest": str(self.lowest),
            "highest": str(self.highest),
            "outliers": list(self.outliers),
        }


def score_statistics(totals: Mapping[str, Decimal], full_marks: Decimal) -> ScoreStatistics | None:
    """Statistics of totals by reviewer; None of none.

    Spread is the sample standard deviation (0 of one). An outlier lies more than three robust standard deviations
    (1.4826 times the median absolute deviation) from the median, where a deviation below 5 % of full marks counts as
    5 %: reviewers who all but agree have no outliers among them. Fewer than three totals have none.
    """
    if not totals:
        return None
    values = sorted(totals.values())
    with localcontext() as exact:
        exact.prec = 40
        mean = sum(values, Decimal(0)) / len(values)
        middle = median(values)
        squares = sum(((value - mean) ** 2 for value in values), Decimal(0))
        spread = (squares / (len(values) - 1)).sqrt() if len(values) > 1 else Decimal(0)
        outliers = _outliers(totals, middle, full_marks) if len(values) > 2 else ()
    return ScoreStatistics(
        len(values), _two(mean), _two(middle), _two(spread), _two(values[0]), _two(values[-1]), tuple(outliers)
    )


def _outliers(totals: Mapping[str, Decimal], middle: Decimal, full_marks: Decimal) -> Sequence[str]:
    deviation = median(sorted(abs(value - middle) for value in totals.values())) * _TO_SIGMA
    deviation = max(deviation, full_marks * _LEAST_SPREAD)
    return tuple(sorted(name for name, value in totals.items() if abs(value - middle) > _FAR * deviation))


def _two(value: Decimal) -> Decimal:
    return value.quantize(_CENTS, ROUND_HALF_UP)
