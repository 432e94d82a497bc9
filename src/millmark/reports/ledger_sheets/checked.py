"""What became of the rows of a sheet when they were held against the rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from millmark.reports.ledger_sheets.changes import RowChange
from millmark.reports.ledger_sheets.staging import CheckedRow, Staging

MOST_TOLD: Final = 5_000
"""Nobody reads more of what is wrong or would change; the sheet's program finds the rest when these are mended."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in a row: its number in the sheet, the heading to blame, and why in both languages."""

    row: int
    heading: str | None
    zh: str
    en: str


@dataclass
class Checked:
    """`known` rows were brought before and say the same: they are left alone. `changed` ones say something else than
    what stands: they come in only as corrections, if somebody wants that; `changes` tells the first of them. `staging`
    has the good and the changed rows, in the order of the sheet."""

    staging: Staging = field(default_factory=Staging)
    changes: list[RowChange] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    good: int = 0
    changed: int = 0
    bad: int = 0
    known: int = 0

    @property
    def total(self) -> int:
        return self.good + self.changed + self.bad + self.known

    def take(self, row: CheckedRow) -> None:
        if row.corrects is None:
            self.good += 1
        else:
            self.changed += 1
        self.staging.add(row)
