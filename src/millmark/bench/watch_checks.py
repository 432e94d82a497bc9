"""How often the checks at entry ask about months in which nothing is wrong, and how many slips of a digit they find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypedDict

import numpy as np
import numpy.typing as npt

from millmark.demo.enterprise_months import MadeMonths
from millmark.region.watch.checks import EnteredMonths, check_months
from millmark.region.watch.measuring import AFTER
from millmark.region.watch.memory import ReportedMonths
from millmark.region.watch.rules import CheckRule, WatchRules

_YEAR: Final = 12
_OF_NUMBERS: Final = {"unit_slip", "jump", "level", "intensity", "share", "zero_against"}
"""The kinds that look at numbers: a month that is missing is missing, and no false alarm."""

_OF_ONE: Final = {"jump", "level"}


class CheckFigures(TypedDict):
    """A check at entry over generated months. `asked` counts questions about `reports` of enterprises with no trouble
    under way; `extra_digit` and `lost_digit` are the shares of values ten times too large or too small that it asks
    about, over its indicators, where it looks at one alone."""

    check: str
    reports: int
    asked: int
    asked_per_enterprise_year: float
    extra_digit: float | None
    lost_digit: float | None


def measure_checks(made: MadeMonths, rules: WatchRules) -> list[CheckFigures]:
    """Every check of numbers, over all months that have a year before them."""
    measured = [one for one in rules.checks if one.kind in _OF_NUMBERS]
    known = _as_reported(made)
    quiet = made.reported & ~_troubled(made)
    asked: Counter[str] = Counter()
    for at in range(_YEAR, made.reported.shape[1]):
        entered = _entered(known, np.flatnonzero(quiet[:, at]), at, rules)
        asked.update(one.check for one in check_months(measured, rules.indicators, entered))
    last = made.reported.shape[1] - 1
    entered = _entered(known, np.flatnonzero(quiet[:, last]), last, rules)
    reports = int(quiet[:, _YEAR:].sum())
    return [
        CheckFigures(
            check=one.id,
            reports=reports,
            asked=asked[one.id],
            asked_per_enterprise_year=round(asked[one.id] / reports * _YEAR, 4),
            extra_digit=_found(one, rules, entered, 10.0),
            lost_digit=_found(one, rules, entered, 0.1),
        )
        for one in measured
    ]


def _as_reported(made: MadeMonths) -> ReportedMonths:
    told = {**made.values, **made.levels}
    values = {name: np.where(made.reported, matrix, np.nan) for name, matrix in told.items()}
    return ReportedMonths(made.first_month, values, made.reported)


def _troubled(made: MadeMonths) -> npt.NDArray[np.bool_]:
    found = np.zeros(made.reported.shape, np.bool_)
    for one in made.troubles:
        first = one.first_month - made.first_month
        found[one.row, first : one.last_month - made.first_month + 1 + AFTER] = True
    return found


def _entered(known: ReportedMonths, rows: npt.NDArray[np.int64], at: int, rules: WatchRules) -> EnteredMonths:
    now = {name: matrix[rows, at] for name, matrix in known.values.items()}
    columns, section = np.full(len(rows), at), np.full(len(rows), "C")
    return known.beside(rows, columns, now, section, is_asked=rules.is_asked)


def _found(rule: CheckRule, rules: WatchRules, entered: EnteredMonths, times: float) -> float | None:
    """The share of one month's values, so many times as large as they are, that the rule asks about."""
    if rule.kind not in _OF_ONE:
        return None
    slipped = {name: entered.now[name] * times for name in rule.indicators}
    found = check_months([rule], rules.indicators, replace(entered, now={**entered.now, **slipped}))
    return round(len(found) / (len(entered) * len(rule.indicators)), 3)


def rows_for_a_table(checks: Sequence[CheckFigures]) -> list[tuple[str, ...]]:
    """In words, for a table."""
    return [
        (
            one["check"],
            f"{one['asked_per_enterprise_year']:.4f}",
            *("–" if share is None else f"{share:.3f}" for share in (one["extra_digit"], one["lost_digit"])),
        )
        for one in checks
    ]
