"""Checks of monthly reports at entry: pure functions over columns, one pass a rule for any number of reports.

Every column is float64 with NaN where nothing was reported. Sums of money stay below 2^53 fen (90 trillion yuan), so
that float64 holds them exactly; what is kept are the whole numbers themselves, never these columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from millmark.region.watch.rules import CheckRule, Indicator, Severity

Column = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EnteredMonths:
    """Reports about to be kept, with what their enterprises reported before; all columns have one row a report.

    `now`, `last` (the month before), `recent` (mean of the up to three months before that were reported), `year_ago`
    and `stood` (what the last report of the year before had, so many months `ago`) are columns by indicator. `missing`
    counts the months asked for and not reported between the report before and this
    one; `section` is the letter of the enterprise's industry, "" where it is not known.
    """

    now: Mapping[str, Column]
    last: Mapping[str, Column]
    recent: Mapping[str, Column]
    year_ago: Mapping[str, Column]
    stood: Mapping[str, Column]
    ago: Mapping[str, Column]
    missing: npt.NDArray[np.int64]
    section: npt.NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.missing)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found in a report. `row` is the report's place in the columns; `indicator` None when the check is
    about the report as a whole. `key` names it for an explanation."""

    row: int
    check: str
    indicator: str | None
    severity: Severity
    values: Mapping[str, float]
    can_be_explained: bool

    @property
    def key(self) -> str:
        return self.check if self.indicator is None else f"{self.check}:{self.indicator}"


def check_months(
    rules: Sequence[CheckRule], indicators: Sequence[Indicator], entered: EnteredMonths
) -> tuple[Finding, ...]:
    """What the rules find in the reports, by report, then in the order of the rules."""
    found: list[Finding] = []
    for rule in rules:
        found += _CHECKS[rule.kind](rule, indicators, entered)
    return tuple(sorted(found, key=lambda one: one.row))


def _negative(rule: CheckRule, indicators: Sequence[Indicator], entered: EnteredMonths) -> list[Finding]:
    found = []
    for one in indicators:
        if not one.may_be_negative and one.id in entered.now:
            found += _found(rule, one.id, entered.now[one.id] < 0, now=entered.now[one.id])
    return found


def _required(rule: CheckRule, indicators: Sequence[Indicator], entered: EnteredMonths) -> list[Finding]:
    found = []
    for one in indicators:
        if one.required and one.id in entered.now:
            asked = np.isin(entered.section, one.required_of) if one.required_of else np.ones(len(entered), np.bool_)
            found += _found(rule, one.id, asked & np.isnan(entered.now[one.id]))
    return found


def _unit_slip(rule: CheckRule, _indicators: Sequence[Indicator], entered: EnteredMonths) -> list[Finding]:
    """A value that is about 1,000 or 10,000 times what was reported lately, or that part of it."""
    found = []
    for name in _asked(rule, entered):
        ratio = _ratio(entered.now[name], entered.recent[name])
        distance = np.abs(np.log10(np.where(ratio > 0, ratio, 1.0)))
        near = np.zeros(len(entered), np.bool_)
        for factor in rule.factors:
            near |= np.abs(distance - np.log10(factor)) < rule.tolerance
        found += _found(rule, name, near, now=entered.now[name], before=entered.recent[name], ratio=ratio)
    return found


def _missing_months(rule: CheckRule, _indicators: Sequence[Indicator], entered: EnteredMonths) -> list[Finding]:
    return _found(rule, None, entered.missing > 0, months=entered.missing.astype(np.float64))


def _jump(rule: CheckRule, _indicators: Sequence[Indicator], entered: EnteredMonths) -> list[Finding]:
    found = []
    reference = {"last": entered.last, "recent": entered.recent, "year_ago": entered.year_ago}[rule.against]
    for name in _asked(rule, entered):
        now, before = entered.now[name], reference[name]
        ratio = _ratio(now, before)
        hit = ((ratio > rule.up) | (ratio < rule.down)) & (np.abs(now - before) >= rule.at_least)
        found += _found(rule, name, hit, now=now, before=before, ratio=ratio)
    return found


def _level(rule: CheckRule, _indicators: Sequence[Indicator], entered: EnteredMonths) -> list[Finding]:
    """What stood at the end of the last month that was reported, whichever that was: a level does not end with it."""
    found = []
    for name in _asked(rule, entered):
        now, before, ago = entered.now[name], entered.stood[name], entered.ago[name]
        ratio = _ratio(now, before)
        moved = (ratio > rule.up) | (ratio < rule.down) | (before == 0)
        hit = moved & (np.abs(now - before) >= rule.at_least) & (ago <= rule.within)
        found += _found(rule, name, hit, now=now, before=before, ratio=ratio, ago=ago)
    return found


def _intensity(rule: CheckRule, _indicators: Sequence[Indicator], entered: EnteredMonths) -> list[Finding]:
    """The first indicator by the second, against the same of recent months."""
    of, by = rule.indicators
    now = _ratio(entered.now[of], entered.now[by])
    before = _ratio(entered.recent[of], entered.recent[by])
    ratio = _ratio(now, before)
    return _found(rule, None, (ratio > rule.up) | (ratio < rule.down), now=now, before=before, ratio=ratio)


def _share(rule: CheckRule, _indicators: Sequence[Indicator], entered: EnteredMonths) -> list[Finding]:
    of, by = rule.indicators
    share = _ratio(entered.now[of], entered.now[by])
    limit = np.where(share > rule.high, rule.high, rule.low)
    hit = (share > rule.high) | (share < rule.low)
    return _found(rule, None, hit, now=entered.now[of], ratio=share, limit=limit)


def _zero_against(rule: CheckRule, _indicators: Sequence[Indicator], entered: EnteredMonths) -> list[Finding]:
    of, by = rule.indicators
    return _found(rule, None, (entered.now[of] == 0) & (entered.now[by] > 0), now=entered.now[by])


_Check = Callable[[CheckRule, Sequence[Indicator], EnteredMonths], list[Finding]]
_CHECKS: Mapping[str, _Check] = {
    "negative": _negative,
    "required": _required,
    "unit_slip": _unit_slip,
    "missing_months": _missing_months,
    "jump": _jump,
    "level": _level,
    "intensity": _intensity,
    "share": _share,
    "zero_against": _zero_against,
}


def _asked(rule: CheckRule, entered: EnteredMonths) -> list[str]:
    return [name for name in rule.indicators if name in entered.now]


def _ratio(of: Column, by: Column) -> Column:
    """NaN where there is nothing to divide, or nothing to divide by."""
    quotient: Column = np.divide(of, by, out=np.full(len(of), np.nan), where=(by > 0) & ~np.isnan(of))
    return quotient


def _found(rule: CheckRule, indicator: str | None, hit: npt.NDArray[np.bool_], **values: Column) -> list[Finding]:
    explained = rule.severity == "confirm" or rule.override
    return [
        Finding(
            int(row),
            rule.id,
            indicator,
            rule.severity,
            {name: float(column[row]) for name, column in values.items() if not np.isnan(column[row])},
            explained,
        )
        for row in np.flatnonzero(hit)
    ]
