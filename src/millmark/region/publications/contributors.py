"""Whose parts a figure is the sum of: of every figure that adds up what enterprises measured, reported or were told.

Recognitions, recommendations and awards are not among them: whose they are is public by law, one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

from millmark.region.figure import Figure, RecordRef
from millmark.region.publications.measured import enterprise_of, sums_of
from millmark.region.statistics import FigureSum

Parts: TypeAlias = Mapping[str, Mapping[int, int]]
"""Of each sum of a figure what every holding adds, in thousandths of the records' unit."""

_EXACT: Final = 1_000
COUNTED: Final = frozenset({"met", "decided"})
"""Sums that count enterprises: their size is nobody's secret, only who is in them."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a figure was made of on a day; `sums` are those of its sums that tables of statistics can have, too."""

    as_of: date
    parts: Parts
    sums: Sequence[FigureSum] = ()


class Contributors:
    """Finds the parts of a figure, those of one holding together."""

    def __init__(
        self,
        *,
        holdings: Callable[[], Mapping[int, int]],
        reported: Callable[[RecordRef], Mapping[int, int]],
        indicator: Callable[[RecordRef], str | None],
    ) -> None:
        """`holdings` gives the holding of each enterprise; `reported` what each enterprise reported of a record that is
        a sum of reports, nothing for any other record, and `indicator` which column of the reports that is."""
        self._holdings = holdings
        self._reported = reported
        self._indicator = indicator

    def told(self, figure: Figure) -> Told:
        """What the figure is made of; without parts where nothing in it is an enterprise's own."""
        amounts: dict[str, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for record in figure.records:
            for name, enterprise, amount in self._of(record):
                amounts[name][enterprise] += amount
        if not amounts:
            return Told(figure.as_of, {})
        sums = sums_of(figure, reported=self._reported, indicator=self._indicator)
        return Told(figure.as_of, self._by_holding(amounts), sums)

    def _of(self, record: RecordRef) -> list[tuple[str, int, Decimal]]:
        match record.kind:
            case "claim":
                who = enterprise_of(record)
                return [
                    ("numerator", who, record.numerator or Decimal(0)),
                    ("denominator", who, record.denominator or Decimal(0)),
                ]
            case "decision":
                who = enterprise_of(record)
                return [("met", who, record.count), ("decided", who, Decimal(1))]
            case "watch":
                return [("reported", who, Decimal(amount)) for who, amount in self._reported(record).items()]
            case _:
                return []

    def _by_holding(self, amounts: Mapping[str, Mapping[int, Decimal]]) -> Parts:
        holdings = self._holdings()
        found: dict[str, dict[int, int]] = {}
        for name, by_enterprise in amounts.items():
            into = found.setdefault(name, {})
            for who, amount in by_enterprise.items():
                # Who belongs to nobody is a holding of its own, by a number that no holding has.
                holding = holdings.get(who, -who)
                into[holding] = into.get(holding, 0) + round(amount * _EXACT)
        return found
