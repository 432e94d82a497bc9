"""What became of the rows of a sheet when they were held against the rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from millmark.region.entry import NewLedgerEntry
from millmark.reports.ledger_sheets.changes import RowChange

MOST_TOLD: Final = 5_000
"""Nobody reads more of what is wrong or would change; the sheet's program finds the rest when these are mended."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in a row: its number in the sheet, the heading to blame, and why in both languages."""

    row: int
    heading: str | None
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row that may come in; `corrects` is the number of the entry that it would stand in the place of."""

    number: int
    entry: NewLedgerEntry
    corrects: int | None = None


@dataclass
class Checked:
    """`known` rows were brought before and say the same: they are left alone. `changed` ones say something else than
    what stands: they come in only as corrections, if somebody wants that; `changes` tells the first of them."""

    good: list[CheckedRow] = field(default_factory=list)
    changed: list[CheckedRow] = field(default_factory=list)
    changes: list[RowChange] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    bad: int = 0
    known: int = 0

    @property
    def total(self) -> int:
        return len(self.good) + len(self.changed) + self.bad + self.known
