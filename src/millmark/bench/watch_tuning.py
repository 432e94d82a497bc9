"""Which numbers the warning rules should have, looked for on generated months: never on those they are measured on.

Of the values tried for a rule, those with the best F2 are chosen, a mean of precision and recall in which a missed
trouble weighs more than a false alarm (van Rijsbergen, Information Retrieval, 1979, with beta = 2); of equal ones those
nearest the middle of what was tried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Final

from millmark.demo.enterprise_months import made_months
from millmark.programmes.shelf import shipped_packs
from millmark.region.watch.measuring import RuleScore, score
from millmark.region.watch.months import month_of
from millmark.region.watch.rules import WarningRule, read_watch_rules
from millmark.region.watch.watch import RULES_PACK

TUNED_ON: Final = 7
"""The seed of the months that the shipped numbers were looked for on."""

WARMING_UP: Final = 18
"""Months at the beginning that are left out, since rules need a year to compare with."""

_END: Final = date(2026, 1, 1)
_COLLAPSE: Final[Mapping[str, tuple[float, ...]]] = {"below": (0.4, 0.5, 0.6), "and_year_below": (0.5, 0.6, 0.7)}
TRIED: Final[Mapping[str, Mapping[str, tuple[float, ...]]]] = {
    "revenue-falling": {
        "decline": (0.15, 0.2, 0.25),
        "mean_decline": (0.26, 0.29, 0.32, 0.35, 0.38),
        "months": (2, 3, 4),
    },
    "electricity-collapse": _COLLAPSE,
    "staff-loss": {"below": (0.7, 0.75, 0.8, 0.85, 0.9)},
    "orders-down": {"decline": (0.2, 0.3, 0.4), "mean_decline": (0.4, 0.45, 0.5, 0.55, 0.6), "months": (2, 3, 4)},
    "machines-standing": _COLLAPSE,
    "report-missing": {"months": (1, 2, 3)},
}


@dataclass(frozen=True, slots=True)
class Tuned:
    """The numbers that a rule has as it is shipped, the best of those tried, and how these do on the months tried."""

    rule: str
    shipped: Mapping[str, float]
    chosen: Mapping[str, float]
    score: RuleScore


def tune(*, enterprises: int = 10_000, months: int = 60, seed: int = TUNED_ON) -> list[Tuned]:
    """Tries every combination for each rule of the shipped pack."""
    first = month_of(_END) - months
    made = made_months(enterprises, months, first_month=first, seed=seed)
    watched = made.watched()

    def scored(rule: WarningRule) -> RuleScore:
        [found] = score([rule], watched, made.troubles, from_month=first + WARMING_UP)
        return found

    return [_tuned(rule, scored) for rule in read_watch_rules(shipped_packs() / RULES_PACK).warnings]


def numbers(values: Mapping[str, float]) -> str:
    """In words for a table."""
    return ", ".join(f"{name} {value:g}" for name, value in values.items())


def _tuned(rule: WarningRule, scored: Callable[[WarningRule], RuleScore]) -> Tuned:
    tried = TRIED[rule.id]
    options = [dict(zip(tried, values, strict=True)) for values in product(*tried.values())]
    scores = [scored(rule.model_copy(update=_typed(one))) for one in options]
    best = max(range(len(options)), key=lambda at: _worth(options[at], scores[at], tried))
    shipped = {name: float(getattr(rule, name) or 0) for name in tried}
    return Tuned(rule.id, shipped, options[best], scores[best])


def _typed(option: Mapping[str, float]) -> dict[str, float | int]:
    """As a rule has them: months are whole."""
    return {name: int(value) if name == "months" else value for name, value in option.items()}


def _worth(option: Mapping[str, float], found: RuleScore, tried: Mapping[str, Sequence[float]]) -> tuple[float, float]:
    off = sum(abs(list(tried[name]).index(value) - (len(tried[name]) - 1) / 2) for name, value in option.items())
    return f2(found), -off


def f2(found: RuleScore) -> float:
    """Between 0 and 1; rounded, so that a difference nobody would notice decides nothing."""
    precision, recall = found.precision or 0.0, found.recall or 0.0
    return round(5 * precision * recall / (4 * precision + recall), 3) if precision and recall else 0.0
