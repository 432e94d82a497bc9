"""How good warning rules are, where the truth is known: precision, recall and false alarms per enterprise and year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from millmark.region.watch.rules import WarningRule
from millmark.region.watch.warning_rules import Episode, Watched, episodes

AFTER = 3
"""Months after a trouble's end in which a warning still speaks of it: sums of three months hold on for that long."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What really happened: to the enterprise in `row`, from one month to another, and the rules that should say so."""

    row: int
    kind: str
    first_month: int
    last_month: int
    told_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleScore:
    """A rule against the truth. A warning is true when any trouble of its enterprise is under way or just over; a
    trouble is caught when a warning of the rule begins before it ends. `delay_months` is the median from onset to the
    warning."""

    rule: str
    warnings: int
    true_warnings: int
    troubles: int
    caught: int
    delay_months: float | None
    false_per_enterprise_year: float

    @property
    def precision(self) -> float | None:
        return self.true_warnings / self.warnings if self.warnings else None

    @property
    def recall(self) -> float | None:
        return self.caught / self.troubles if self.troubles else None


def score(
    rules: Sequence[WarningRule], watched: Watched, troubles: Sequence[Trouble], *, from_month: int
) -> list[RuleScore]:
    """Each rule by itself; what begins before `from_month` is left out, since rules need a year to compare with."""
    enterprises, columns = watched.overdue.shape
    years = enterprises * (watched.first_month + columns - from_month) / 12
    by_row: dict[int, list[Trouble]] = {}
    for one in troubles:
        by_row.setdefault(one.row, []).append(one)
    found: dict[str, list[Episode]] = {rule.id: [] for rule in rules}
    for episode in episodes(rules, watched):
        if episode.first_month >= from_month:
            found[episode.rule].append(episode)
    return [_score(rule.id, found[rule.id], troubles, by_row, years, from_month) for rule in rules]


def _score(
    rule: str,
    found: Sequence[Episode],
    troubles: Sequence[Trouble],
    by_row: Mapping[int, Sequence[Trouble]],
    years: float,
    from_month: int,
) -> RuleScore:
    true = [one for one in found if any(_speaks_of(one, trouble) for trouble in by_row.get(one.row, ()))]
    own = [one for one in troubles if rule in one.told_by and one.first_month >= from_month]
    delays = [delay for one in own if (delay := _delay(one, found)) is not None]
    return RuleScore(
        rule=rule,
        warnings=len(found),
        true_warnings=len(true),
        troubles=len(own),
        caught=len(delays),
        delay_months=float(np.median(delays)) if delays else None,
        false_per_enterprise_year=(len(found) - len(true)) / years if years > 0 else 0.0,
    )


def _speaks_of(episode: Episode, trouble: Trouble) -> bool:
    return episode.first_month <= trouble.last_month + AFTER and episode.last_month >= trouble.first_month


def _delay(trouble: Trouble, found: Sequence[Episode]) -> int | None:
    """Months from the onset to the first warning that speaks of it; None when none does in time."""
    speaking = [
        max(one.first_month, trouble.first_month) - trouble.first_month
        for one in found
        if one.row == trouble.row and one.last_month >= trouble.first_month and one.first_month <= trouble.last_month
    ]
    return min(speaking, default=None)
