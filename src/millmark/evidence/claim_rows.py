"""The rows behind a claim, fetched from the history by what the claim's own document says it needs."""

from __future__ import annotations

from millmark.evidence.document import read_document
from millmark.evidence.errors import RowsMissing
from millmark.evidence.inspection import Inspection
from millmark.evidence.leaf import Leaf, leaves_of
from millmark.evidence.needed import SealedDay, Shown, rows_needed
from millmark.evidence.rows_file import Sealed
from millmark.evidence.sealed_rows import Received, rows_received
from millmark.history import History
from millmark.measures import SeriesRows, joined
from millmark.model import UnitSystem
from millmark.model.period import HOUR_US
from millmark.registry import NotRegistered, Registry


def rows_of_claim(
    history: History, registry: Registry, document: bytes, *, as_sealed: bool = True
) -> dict[Sealed, SeriesRows]:
    """The rows of the leaves a claim of this node depends on; raises `RowsMissing` if they are not as sealed.

    With `as_sealed` False they are given as the history has them now, whatever became of them: who is challenged shows
    what there is.
    """
    inspection = Inspection(document, None, None, UnitSystem())
    counts = {day.number: day.statement.leaf_count for day in inspection.used_days}
    shown = {
        (proof.site, proof.sequence): Shown(
            counts[proof.site, proof.sequence], {one.position: one.leaf for one in proof.leaves}
        )
        for proof in read_document(document).proofs
    }
    needed = rows_needed(shown, inspection.used_days, inspection.demands)
    return {
        Sealed(*day.number, series): rows
        for day in inspection.used_days
        for series, rows in _rows_of(history, registry, day, needed.get(day.number, []), as_sealed=as_sealed).items()
    }


def _rows_of(
    history: History, registry: Registry, day: SealedDay, leaves: list[Leaf], *, as_sealed: bool
) -> dict[str, SeriesRows]:
    received = Received(day.statement.received_after_us, day.statement.received_until_us)
    span = day.statement.span.period
    hours: dict[str, list[int]] = {}
    for leaf in leaves:
        hours.setdefault(leaf.series, []).append(leaf.hour_us)
    try:
        series = [registry.series_by_key(key) for key in sorted(hours)]
    except NotRegistered as error:
        raise RowsMissing(f"a series of the claim is not registered any more: {error}") from error
    found: dict[str, SeriesRows] = {}
    for rows in rows_received(history, series, span, received):
        for key, all_day in rows.items():
            cuts = [all_day.between(hour, min(hour + HOUR_US, span.end_us)) for hour in hours[key]]
            found[key] = joined(cuts)
    if as_sealed and sorted(leaves_of(found, span), key=_place) != sorted(leaves, key=_place):
        raise RowsMissing(
            f"the history does not give the rows that were sealed for {day.statement.date} of {day.statement.site} "
            "any more; restore it from a copy to prove the claim again"
        )
    return found


def _place(leaf: Leaf) -> tuple[bytes, int]:
    return leaf.place
