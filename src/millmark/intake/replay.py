"""Bringing readings out of the quarantine to the door again, once what kept them out is mended."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from millmark.history import (
    History,
    OriginalReading,
    QuarantinedReading,
    QuarantineFilter,
    ReplayOutcome,
    SetAside,
)
from millmark.intake.intake import Intake
from millmark.model import DataType, ReadingBatch
from millmark.wire.readings import MetricTraits

Identity: TypeAlias = tuple[str, str, str, int | None, OriginalReading | None]

_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class ReplaySummary:
    """`stored` readings are in the history now, or were there already. `refused` ones stay as they are, by reason;
    `moved` ones were set aside for another reason than before, by the new one."""

    stored: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    moved: Mapping[str, int] = field(default_factory=dict)


class QuarantineReplay:
    """A replayed reading goes the way of any other: to the registry, through every check, into one commit.

    It may be repeated, and cut short at any moment: points know their identity, so what was stored already counts as
    it did. The quarantine keeps the reading and notes what became of it.
    """

    def __init__(self, history: History, intake: Intake, now_us: Callable[[], int]) -> None:
        self._history = history
        self._intake = intake
        self._now_us = now_us
        self._turn = asyncio.Lock()

    async def replay(self, wanted: QuarantineFilter, limit: int) -> ReplaySummary:
        """Replays up to `limit` of the readings meant, those first that were received last; ones that were replayed
        before, or never were readings, are passed over. Raises what `Intake.submit` raises, and `StoreUnavailable`."""
        wanted = replace(wanted, waiting=True, replayable=True)
        async with self._turn:
            rows = await asyncio.to_thread(self._history.set_aside, wanted, min(limit, _AT_ONCE))
            self._intake.read_registry_again()
            stored, refused, moved = 0, Counter[str](), Counter[str]()
            outcomes: list[tuple[str, ReplayOutcome]] = []
            for gateway, own in _by_gateway(rows).items():
                batches, traits = _readings(gateway, own)
                receipt = await self._intake.submit_all(gateway, batches, traits=traits)
                reasons = {_identity(reading): reading.reason for reading in receipt.set_aside}
                for row in own:
                    reason = reasons.get(_identity(row.reading))
                    if reason is None:
                        stored += 1
                        outcomes.append((row.id, ReplayOutcome.STORED))
                    elif reason == row.reading.reason:
                        refused[reason] += 1
                    else:
                        moved[reason] += 1
                        outcomes.append((row.id, ReplayOutcome.SET_ASIDE_AGAIN))
            if outcomes:
                await asyncio.to_thread(self._history.note_replays, outcomes, self._now_us())
        return ReplaySummary(stored, refused, moved)


def _by_gateway(rows: Sequence[SetAside]) -> dict[str, list[SetAside]]:
    """In the order in which they were received: the first value is the one that counts."""
    found: dict[str, list[SetAside]] = defaultdict(list)
    for row in reversed(rows):
        found[row.reading.gateway].append(row)
    return found


def _readings(gateway: str, rows: Sequence[SetAside]) -> tuple[list[ReadingBatch], dict[tuple[str, str], MetricTraits]]:
    tags: dict[tuple[str, str], int] = {}
    traits: dict[tuple[str, str], MetricTraits] = {}
    numeric: list[tuple[int, int, OriginalReading]] = []
    textual: list[tuple[int, int, OriginalReading]] = []
    for row in rows:
        reading, original = row.reading, row.reading.original
        if original is None or reading.source_time_us is None:
            continue
        tag = (reading.asset, reading.metric)
        if original.data_type:
            traits.setdefault(tag, MetricTraits(DataType(original.data_type), original.unit or None))
        number = tags.setdefault(tag, len(tags))
        (numeric if isinstance(original.value, float) else textual).append((number, reading.source_time_us, original))
    named = tuple(tags)
    return [_batch(gateway, named, some) for some in (numeric, textual) if some], traits


def _batch(
    gateway: str, tags: tuple[tuple[str, str], ...], rows: Sequence[tuple[int, int, OriginalReading]]
) -> ReadingBatch:
    values = [original.value for _, _, original in rows]
    is_numeric = isinstance(values[0], float)
    return ReadingBatch(
        gateway,
        tags,
        np.array([tag for tag, _, _ in rows], np.int32),
        np.array([time_us for _, time_us, _ in rows], np.int64),
        np.array(values, np.float64) if is_numeric else np.full(len(rows), np.nan),
        np.array([original.quality for _, _, original in rows], np.uint8),
        np.array([original.code for _, _, original in rows], np.uint32),
        None if is_numeric else pa.array(values, pa.string()),
    )


def _identity(reading: QuarantinedReading) -> Identity:
    """What a reading is, whatever it was set aside for; NaN is shown as a text, so that it equals itself."""
    original = reading.original
    if original is not None and isinstance(original.value, float):
        original = replace(original, value=reading.value)
    return reading.gateway, reading.asset, reading.metric, reading.source_time_us, original
