"""Early warnings: pure functions over a matrix of enterprises by months, NaN where a month was not reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from millmark.region.watch.rules import WarningRule

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Watched:
    """`values` by indicator, one row an enterprise and one column a month from `first_month` on.

    `overdue` marks months that were asked for, are past their deadline and have no report.
    """

    first_month: int
    values: Mapping[str, Matrix]
    overdue: Mask


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one rule says of every enterprise and month, with the numbers that its reason names."""

    rule: str
    speaks: Mask
    numbers: Mapping[str, Matrix]


@dataclass(frozen=True, slots=True)
class Episode:
    """A run of months in which a rule speaks of an enterprise; `row` is its place in the matrix.

    `numbers` are those of the last month of the run.
    """

    row: int
    rule: str
    first_month: int
    last_month: int
    numbers: Mapping[str, float]


def speak(rule: WarningRule, watched: Watched) -> Spoken:
    """What the rule says of every month."""
    if rule.kind == "missing":
        run = _run_length(watched.overdue)
        return Spoken(rule.id, run >= rule.months, {"months": run.astype(np.float64)})
    values = watched.values.get(rule.indicators[0])
    if values is None:
        return Spoken(rule.id, np.zeros(watched.overdue.shape, np.bool_), {})
    return _year_on_year(rule, values, watched) if rule.kind == "year_on_year" else _collapse(rule, values, watched)


def episodes(rules: Sequence[WarningRule], watched: Watched) -> list[Episode]:
    """Each run of months in which a rule speaks is one warning, however long it lasts.

    A month that nothing is known of does not end a run: a gap in the reports is no recovery.
    """
    found: list[Episode] = []
    for rule in rules:
        spoken, unknown = speak(rule, watched), _unknown(rule, watched)
        for row in np.flatnonzero(spoken.speaks.any(axis=1)):
            found += _runs(int(row), rule.id, spoken, unknown[row], watched.first_month)
    return found


def _runs(row: int, rule: str, spoken: Spoken, unknown: Mask, first_month: int) -> list[Episode]:
    found: list[Episode] = []
    start = last = -1
    for at in np.flatnonzero(spoken.speaks[row]):
        if start >= 0 and not unknown[last + 1 : at].all():
            found.append(_episode(row, rule, spoken, start, last, first_month))
            start = int(at)
        start, last = (int(at) if start < 0 else start), int(at)
    found.append(_episode(row, rule, spoken, start, last, first_month))
    return found


def _episode(row: int, rule: str, spoken: Spoken, start: int, last: int, first_month: int) -> Episode:
    numbers = {name: float(matrix[row, last]) for name, matrix in spoken.numbers.items()}
    kept = {name: value for name, value in numbers.items() if not np.isnan(value)}
    return Episode(row, rule, first_month + start, first_month + last, kept)


def _unknown(rule: WarningRule, watched: Watched) -> Mask:
    """Months of which the rule could say nothing."""
    values = watched.values.get(rule.indicators[0]) if rule.indicators else None
    if values is None:
        return np.zeros(watched.overdue.shape, np.bool_)
    unknown = np.isnan(values)
    if rule.kind == "year_on_year" or rule.and_year_below is not None:
        unknown |= np.isnan(year_on_year(values, watched.first_month))
    return np.asarray(unknown, np.bool_)


def year_on_year(values: Matrix, first_month: int) -> Matrix:
    """Change against the same month a year before as a share; February stands for January and February together."""
    months = _springs_together(values, first_month)
    change = np.full(values.shape, np.nan)
    if values.shape[1] > 12:
        before = months[:, :-12]
        change[:, 12:] = np.divide(months[:, 12:] - before, before, out=np.full(before.shape, np.nan), where=before > 0)
    return change


def _springs_together(values: Matrix, first_month: int) -> Matrix:
    """January unknown, February the sum of both: the Spring Festival falls in one or the other."""
    months = values.copy()
    calendar = (first_month + np.arange(values.shape[1])) % 12
    for at in np.flatnonzero(calendar == 1):
        months[:, at] = values[:, at] + values[:, at - 1] if at else np.nan
    months[:, calendar == 0] = np.nan
    return months


def _year_on_year(rule: WarningRule, values: Matrix, watched: Watched) -> Spoken:
    """The last `months` known changes all fall by `decline` at least, and by `mean_decline` on average."""
    change = year_on_year(values, watched.first_month)
    rows, columns = change.shape
    recent = np.full((rows, rule.months), np.nan)
    speaks, mean = np.zeros(change.shape, np.bool_), np.full(change.shape, np.nan)
    for at in range(columns):
        known = ~np.isnan(change[:, at])
        recent[known] = np.roll(recent[known], -1, axis=1)
        recent[known, -1] = change[known, at]
        all_fall = known & (recent <= -rule.decline).all(axis=1)
        mean[:, at] = -recent.sum(axis=1) / rule.months
        speaks[:, at] = all_fall & (mean[:, at] >= max(rule.mean_decline, rule.decline))
    return Spoken(rule.id, speaks, {"decline": mean, "months": np.full(change.shape, float(rule.months))})


def _collapse(rule: WarningRule, values: Matrix, watched: Watched) -> Spoken:
    """A month below a share of the median of the months before, and below a share of last year's where that is asked.

    Half of the window at least must be known.
    """
    ratio = np.full(values.shape, np.nan)
    for at in range(1, values.shape[1]):
        window = values[:, max(0, at - rule.window) : at]
        enough = (~np.isnan(window)).sum(axis=1) * 2 >= rule.window
        if enough.any():
            median = np.nanmedian(window[enough], axis=1)
            ratio[enough, at] = np.divide(
                values[enough, at], median, out=np.full(len(median), np.nan), where=median > 0
            )
    speaks = ratio < rule.below
    if rule.and_year_below is not None:
        change = year_on_year(values, watched.first_month)
        # Without a year before, the months before are all there is to compare with; January waits for February.
        no_year_yet = np.arange(values.shape[1]) < 12
        speaks &= (change < rule.and_year_below - 1) | no_year_yet[None, :]
    window = np.full(values.shape, float(rule.window))
    return Spoken(rule.id, speaks, {"ratio": ratio, "window": window})


def _run_length(mask: Mask) -> npt.NDArray[np.int64]:
    """How many months in a row are true up to and including each."""
    run = np.zeros(mask.shape, np.int64)
    for at in range(mask.shape[1]):
        run[:, at] = np.where(mask[:, at], (run[:, at - 1] if at else 0) + 1, 0)
    return run
