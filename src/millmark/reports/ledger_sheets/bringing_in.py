"""Checked rows on their way into the ledger, held against what stands now once more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from sqlalchemy.orm import Session

from millmark.region import EntryConflict, Ledger
from millmark.region.catalogue import KindText
from millmark.region.conflicts import counted
from millmark.region.ledger_bulk import BulkEntries
from millmark.region.tables import LedgerImportRow
from millmark.registry import Database
from millmark.reports.ledger_sheets.known import Known, known_within
from millmark.reports.ledger_sheets.staging import CheckedRow, unstaged


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows of a check that fit what stood at `version` of their kind."""

    kind: KindText
    staged: bytes
    checked_at_us: int | None
    with_changes: bool
    version: tuple[int, int]

    @classmethod
    def within(
        cls, session: Session, ledger: Ledger, row: LedgerImportRow, kind: KindText, *, with_changes: bool
    ) -> Self:
        """Raises `EntryConflict` where what stands contradicts the rows by now."""
        version = ledger.version_within(session, kind)
        prepared = cls(kind, row.staged or b"", row.checked_at_us, with_changes, version)
        # What came in since the check may contradict the rows, and so may what they would have corrected.
        if tuple(row.defaults.get("version", ())) != version or (row.changed and not with_changes):
            prepared._demand_no_contradiction(session, ledger)
        return prepared

    def rows(self) -> Iterator[CheckedRow]:
        for one in unstaged(self.staged, self.kind.id, self.kind.unit):
            if self.with_changes or one.corrects is None:
                yield one

    def entries(self, database: Database, *, recorded_by: str) -> BulkEntries:
        return BulkEntries.of(database, ((one.entry, one.corrects) for one in self.rows()), recorded_by=recorded_by)

    def demand_still_fits(self, session: Session, ledger: Ledger) -> None:
        """Once nobody else can write: raises `EntryConflict` where what came in meanwhile contradicts the rows."""
        if ledger.version_within(session, self.kind) != self.version:
            self._demand_no_contradiction(session, ledger)

    def _demand_no_contradiction(self, session: Session, ledger: Ledger) -> None:
        known, book = known_within(session, self.kind), ledger.book_within(session, self.kind)
        for row in self.rows():
            before = known.get(row.entry.import_key or "")
            if row.corrects is not None:
                book.let_go(row.corrects, None if before is None else before.part_of)
            one = counted(self.kind, row.entry, f"row:{row.number}")
            if not _is_as_it_was(row, before) or book.fault(one) is not None:
                raise EntryConflict(
                    "entries that came in since these rows were checked, or are left uncorrected, contradict some; "
                    "check them again",
                    "核对之后新增的记录,或此次未更正的记录,与其中的行相矛盾,请重新核对",
                )
            book.take(one)


def _is_as_it_was(row: CheckedRow, before: Known | None) -> bool:
    if row.corrects is None:
        return before is None
    return before is not None and before.stands and before.number == row.corrects
