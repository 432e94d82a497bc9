"""Which measure of the statistics a figure adds up, of which months, over whom. This is the one place that says so.

A table can measure what enterprises report each month and what their claims say; figures made of these are laid beside
the tables. All else that figures count (stations of the ledger, recognitions, events, decisions) no table measures, or
it is public one by one: there is nothing to compare.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

from millmark.region.figure import Figure, RecordRef
from millmark.region.statistics import FigureSum
from millmark.region.watch.months import month_of

_OF_CLAIMS: Final = {"equipment_connection_rate": (("connected_equipment", "numerator"), ("equipment", "denominator"))}
"""Of each claim that tables add up the measures and which of its two numbers each one is (`statistics.sources`)."""


def sums_of(
    figure: Figure,
    *,
    reported: Callable[[RecordRef], Mapping[int, int]],
    indicator: Callable[[RecordRef], str | None],
) -> list[FigureSum]:
    """The sums of a figure that tables of statistics can have, too; none where no table measures what it counts.

    `reported` gives what each enterprise reported of a record that is a sum of a month's reports, `indicator` which
    column of the reports that is. A figure over several months is taken for one that tells each of them: more than it
    does, so that nothing is missed. What claims say on a day is laid beside the table of its month, and of the month
    before where that day is not its last.
    """
    told: dict[tuple[str, int], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    months = _months_of_claims(figure)
    for record in figure.records:
        for measure, name in _OF_CLAIMS.get(record.topic, ()) if record.kind == "claim" else ():
            for month in months:
                told[measure, month][enterprise_of(record)] += int(getattr(record, name) or Decimal(0))
        column = indicator(record) if record.kind == "watch" else None
        if column is not None:
            month = month_of(record.span.last)
            for who, amount in reported(record).items():
                told[column, month][who] += amount
                # How many reported stands in the source of the record, which is public.
                told["reporting", month][who] = 1
    return [FigureSum(figure.id, measure, month, dict(parts)) for (measure, month), parts in told.items()]


def enterprise_of(record: RecordRef) -> int:
    return int((record.identity or "").removeprefix("enterprise:"))


def _months_of_claims(figure: Figure) -> Iterable[int]:
    month = month_of(figure.as_of)
    is_last = month_of(figure.as_of + timedelta(days=1)) != month
    return (month,) if is_last else (month - 1, month)
