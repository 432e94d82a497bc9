"""Blocks in the order of the tables, which the engine then need not make itself and which compresses best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic

import numpy as np

from millmark.history.lookup import Batch
from millmark.history.series_slots import SeriesSlots, Slots
from millmark.model import PointBatch
from millmark.model.batch import I32, I64


def row_order(slots: Slots, source_time_us: I64, known: SeriesSlots) -> I32 | None:
    """The rows in order of (series, source time); None when they stand so already."""
    from millmark.history.sifting_kernel import order_of

    order = np.empty(len(slots), np.int32)
    room = np.empty(len(known), np.int64)
    return None if order_of(slots, source_time_us, known.in_order, room, order) else order


@dataclass(frozen=True, slots=True, eq=False)
class InOrder(Generic[Batch]):
    """A batch in order of (series, source time), and the slots of its rows."""

    batch: Batch
    slots: Slots


def sorted_by_series(batch: Batch, slots: Slots, known: SeriesSlots) -> InOrder[Batch]:
    """The batch in order of (series, source time); all of its rows have one received time."""
    if isinstance(batch, PointBatch):
        placed = _placed(batch, slots, known)
        if placed is not None:
            return placed
    order = row_order(slots, batch.source_time_us, known)
    return InOrder(batch, slots) if order is None else InOrder(batch.take(order), slots[order])


def _placed(batch: PointBatch, slots: Slots, known: SeriesSlots) -> InOrder[PointBatch] | None:
    """Each row put where it belongs, in one pass; None when the times of a series do not ascend."""
    from millmark.history.sifting_kernel import place_in_order, scatter

    starts = np.empty(len(known), np.int64)
    place_in_order(slots, known.in_order, starts)
    into = PointBatch(
        np.empty_like(batch.series),
        np.empty_like(batch.source_time_us),
        batch.received_time_us,
        np.empty_like(batch.value),
        np.empty_like(batch.quality),
        np.empty_like(batch.code),
    )
    placed = np.empty_like(slots)
    ascends = scatter(
        slots,
        starts,
        batch.series,
        batch.source_time_us,
        batch.value,
        batch.quality,
        batch.code,
        placed,
        into.series,
        into.source_time_us,
        into.value,
        into.quality,
        into.code,
    )
    return InOrder(into, placed) if ascends else None
