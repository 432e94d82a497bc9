"""Corrections in bulk: each entry is voided and another stands in its place, both in sight, as by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from millmark.region.entry import NewLedgerEntry
from millmark.region.ledger_rows import values_of, voiding_values
from millmark.region.tables import LedgerEntryRow

_CHUNK = 2_000


def correct_all_within(
    session: Session,
    corrections: Sequence[tuple[int, NewLedgerEntry]],
    *,
    source: str,
    recorded_at_us: int,
    recorded_by: str,
    batch: int,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Voids entries and keeps checked rows of the import `batch` in their places, telling how many are done.

    `source` says why. Whoever voided one of them meanwhile makes this fail with an `IntegrityError`.
    """
    for start in range(0, len(corrections), _CHUNK):
        chunk = dict(corrections[start : start + _CHUNK])
        voided = session.scalars(select(LedgerEntryRow).where(LedgerEntryRow.id.in_(chunk))).all()
        session.execute(
            insert(LedgerEntryRow),
            [
                voiding_values(one, source=source, recorded_at_us=recorded_at_us, recorded_by=recorded_by)
                for one in voided
            ],
        )
        replacing = []
        for number, entry in chunk.items():
            # The key stays with the entry that came first: by it the row is known again.
            values = values_of(replace(entry, import_key=None), recorded_at_us=recorded_at_us, recorded_by=recorded_by)
            replacing.append(values | {"batch_id": batch, "replaces": number})
        session.execute(insert(LedgerEntryRow), replacing)
        progress(start + len(chunk))
