"""Checked rows on their way into the ledger: new ones, and corrections of what stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from millmark.region import EntryConflict, Ledger
from millmark.region.catalogue import KindText
from millmark.region.conflicts import counted
from millmark.region.ledger_corrections import correct_all_within
from millmark.reports.ledger_sheets.checked import CheckedRow
from millmark.reports.ledger_sheets.known import Known, known_within


def write_within(
    session: Session,
    ledger: Ledger,
    rows: Sequence[CheckedRow],
    *,
    source: str,
    recorded_at_us: int,
    recorded_by: str,
    batch: int,
    progress: Callable[[int], None],
) -> tuple[int, int]:
    """Keeps new rows, then corrections, for which `source` says why; how many of each."""
    new = [one.entry for one in rows if one.corrects is None]
    corrections = [(one.corrects, one.entry) for one in rows if one.corrects is not None]
    progress(0)
    ledger.add_all_within(session, new, recorded_by=recorded_by, batch=batch, progress=progress)
    correct_all_within(
        session,
        corrections,
        source=source,
        recorded_at_us=recorded_at_us,
        recorded_by=recorded_by,
        batch=batch,
        progress=lambda written: progress(len(new) + written),
    )
    return len(new), len(corrections)


def demand_no_contradiction(session: Session, ledger: Ledger, kind: KindText, rows: Sequence[CheckedRow]) -> None:
    """Holds checked rows against what stands now; raises `EntryConflict` where one no longer fits."""
    known, book = known_within(session, kind), ledger.book_within(session, kind)
    for row in rows:
        before = known.get(row.entry.import_key or "")
        if row.corrects is not None:
            book.let_go(row.corrects, None if before is None else before.part_of)
        one = counted(kind, row.entry, f"row:{row.number}")
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
