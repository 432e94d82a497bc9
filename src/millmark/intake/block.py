"""Contributions -> one block for the history, each reading either in it or set aside with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from millmark.history import CommitBlock, OriginalReading, QuarantinedReading
from millmark.intake.bindings import Bindings, ResolvedTags, TagsInUse
from millmark.intake.contribution import Contribution, QuarantineReason
from millmark.intake.settings import IntakeSettings
from millmark.model import PointBatch, Quality, ReadingBatch, TextBatch
from millmark.model.batch import F64, I64, U8, U32
from millmark.wire.readings import MetricTraits, shown

Mask: TypeAlias = NDArray[np.bool_]
Traits: TypeAlias = Mapping[tuple[str, str], MetricTraits]


@dataclass(frozen=True, slots=True, eq=False)
class GatheredBlock:
    """`accepted` and `quarantined` count per contribution, in their order. What `transient` holds is not stored."""

    block: CommitBlock
    accepted: tuple[int, ...]
    quarantined: tuple[int, ...]
    transient: tuple[PointBatch, TextBatch] | None = None


class _Rows:
    """A block in the making. Numbers go straight into the columns that are committed, `count` of them so far."""

    def __init__(self, most: int) -> None:
        self.count = 0
        self.series: U32 = np.empty(most, np.uint32)
        self.time_us: I64 = np.empty(most, np.int64)
        self.value: F64 = np.empty(most, np.float64)
        self.quality: U8 = np.empty(most, np.uint8)
        self.code: U32 = np.empty(most, np.uint32)
        self.textual: list[TextBatch] = []
        self.quarantine: list[QuarantinedReading] = []

    def points(self, received_us: int = 0) -> PointBatch:
        end = self.count
        return PointBatch(
            self.series[:end],
            self.time_us[:end],
            # The history stamps what it takes; zeros that nobody touches cost nothing.
            np.full(end, received_us, np.int64) if received_us else np.zeros(end, np.int64),
            self.value[:end],
            self.quality[:end],
            self.code[:end],
        )


class BlockBuilder:
    """Belongs to the committer's thread. Works on columns; only what is set aside becomes objects."""

    def __init__(self, bindings: Bindings, settings: IntakeSettings, now_us: Callable[[], int]) -> None:
        self._bindings = bindings
        self._settings = settings
        self._ancient_before_us = settings.ancient_before_us
        self._now_us = now_us

    def build(self, contributions: Sequence[Contribution]) -> GatheredBlock:
        """Raises `DatabaseUnavailable` when the registry does not answer; nothing is changed then."""
        rows, now_us = _Rows(sum(len(batch) for each in contributions for batch in each.batches)), self._now_us()
        shown = _Rows(sum(len(batch) for each in contributions for batch in each.transient))
        # What cannot be shown is set aside like what cannot be stored.
        shown.quarantine = rows.quarantine
        accepted, quarantined = [], []
        for contribution in contributions:
            before = len(rows.quarantine)
            for batch in contribution.batches:
                if len(batch) and not self._place(rows, batch, now_us):
                    self._add(rows, contribution, batch, now_us)
            if contribution.declared:
                self._bindings.declare(contribution.gateway, contribution.declared)
            rows.quarantine.extend(_faults(contribution, now_us))
            stored = len(contribution) - sum(map(len, contribution.transient)) - (len(rows.quarantine) - before)
            for batch in contribution.transient:
                self._add(shown, contribution, batch, now_us)
            quarantined.append(len(rows.quarantine) - before)
            accepted.append(stored)
        block = CommitBlock(rows.points(), _joined_texts(rows.textual), tuple(rows.quarantine))
        transient = shown.points(now_us), _joined_texts(shown.textual)
        return GatheredBlock(
            block, tuple(accepted), tuple(quarantined), transient if any(len(each) for each in transient) else None
        )

    def keep_from(self, time_us: int) -> None:
        """Sets readings from before this moment aside as ancient, besides those that the settings call so."""
        self._ancient_before_us = max(self._settings.ancient_before_us, time_us)

    def _place(self, rows: _Rows, batch: ReadingBatch, now_us: int) -> bool:
        """Adds a batch of numbers in which nothing is new and nothing is odd; False when it must be looked at."""
        from millmark.intake.block_kernel import place
        from millmark.model.compiled import kernel_array

        tags = self._bindings.known(batch.gateway, batch.tags)
        if tags is None or batch.text is not None:
            return False
        end = place(
            kernel_array(batch.tag),
            kernel_array(batch.source_time_us),
            kernel_array(batch.value),
            kernel_array(batch.quality),
            kernel_array(batch.code),
            tags.series,
            tags.is_text,
            self._ancient_before_us,
            now_us + self._settings.future_limit_us,
            rows.series,
            rows.time_us,
            rows.value,
            rows.quality,
            rows.code,
            rows.count,
        )
        if end < 0:
            return False
        rows.count = end
        return True

    def _add(self, rows: _Rows, contribution: Contribution, batch: ReadingBatch, now_us: int) -> None:
        has_value = ~_is_empty(batch)
        used, valued = np.zeros(len(batch.tags), np.bool_), np.zeros(len(batch.tags), np.bool_)
        used[batch.tag] = True
        valued[batch.tag[has_value]] = True
        in_use = TagsInUse(batch.tags, used, valued, batch.text is not None)
        tags = self._bindings.resolve(batch.gateway, in_use, contribution.traits)
        sound = self._set_aside(rows, batch, contribution.traits, tags, has_value, now_us)
        series, goes_to_text = tags.series[batch.tag], tags.is_text[batch.tag]
        _append_numeric(rows, batch, series, np.flatnonzero(sound & ~goes_to_text))
        _append_textual(rows, batch, series, np.flatnonzero(sound & goes_to_text))

    def _set_aside(
        self, rows: _Rows, batch: ReadingBatch, traits: Traits, tags: ResolvedTags, has_value: Mask, now_us: int
    ) -> Mask:
        """Quarantines what may not go on, each row for its first reason; returns which rows may."""
        sound = np.ones(len(batch), np.bool_)

        def refuse(broken: Mask, reason: QuarantineReason, detail: Callable[[int], str]) -> None:
            for row in np.flatnonzero(broken & sound).tolist():
                rows.quarantine.append(_quarantined(batch, traits, row, now_us, reason, detail(row)))
            sound[broken] = False

        unresolved = tags.series[batch.tag] < 0
        for reason in {reason for reason, _ in tags.refusals.values()}:
            of_reason = np.zeros(len(batch.tags), np.bool_)
            of_reason[[tag for tag, refusal in tags.refusals.items() if refusal[0] is reason]] = True
            refuse(unresolved & of_reason[batch.tag], reason, lambda row: tags.refusals[int(batch.tag[row])][1])
        time_us = batch.source_time_us
        refuse(
            time_us > now_us + self._settings.future_limit_us,
            QuarantineReason.FUTURE,
            lambda row: f"{(int(time_us[row]) - now_us) / 1e6:.0f} s ahead of the platform's clock; check the device's",
        )
        refuse(
            time_us < self._ancient_before_us,
            QuarantineReason.ANCIENT,
            lambda _: "before the time the platform keeps; check the device's clock",
        )
        # A reading without a value says the same of a number as of a text.
        mistyped = has_value & (tags.is_text[batch.tag] != (batch.text is not None))
        wanted = "a number" if batch.text is not None else "a text"
        refuse(mistyped, QuarantineReason.WRONG_TYPE, lambda _: f"its series holds {wanted}")
        return sound


def _is_empty(batch: ReadingBatch) -> Mask:
    """Readings by which the source says that it has no value."""
    if batch.text is None:
        return np.asarray(np.isnan(batch.value) & (batch.quality == Quality.BAD), np.bool_)
    return np.asarray(batch.text.is_null().to_numpy(zero_copy_only=False), np.bool_)


def _append_numeric(rows: _Rows, batch: ReadingBatch, series: NDArray[np.int64], chosen: NDArray[np.int64]) -> None:
    into = slice(rows.count, rows.count + len(chosen))
    rows.series[into] = series[chosen]
    rows.time_us[into] = batch.source_time_us[chosen]
    rows.value[into] = batch.value[chosen]
    rows.quality[into] = batch.quality[chosen]
    rows.code[into] = batch.code[chosen]
    rows.count += len(chosen)


def _append_textual(rows: _Rows, batch: ReadingBatch, series: NDArray[np.int64], chosen: NDArray[np.int64]) -> None:
    if not len(chosen):
        return
    time_us = batch.source_time_us[chosen]
    text = pa.nulls(len(chosen), pa.string()) if batch.text is None else batch.text.take(chosen)
    ids = series[chosen].astype(np.uint32)
    rows.textual.append(
        TextBatch(ids, time_us, np.zeros_like(time_us), text, batch.quality[chosen], batch.code[chosen])
    )


def _joined_texts(batches: Sequence[TextBatch]) -> TextBatch:
    if not batches:
        return TextBatch.empty()
    return TextBatch.from_arrow(pa.concat_tables([batch.to_arrow() for batch in batches]).combine_chunks())


def _faults(contribution: Contribution, now_us: int) -> list[QuarantinedReading]:
    return [
        QuarantinedReading(
            now_us,
            contribution.gateway,
            fault.asset,
            fault.metric,
            fault.source_time_us,
            fault.value,
            QuarantineReason(fault.reason).value,
            fault.detail,
        )
        for fault in contribution.faults
    ]


def _quarantined(
    batch: ReadingBatch, traits: Traits, row: int, now_us: int, reason: QuarantineReason, detail: str
) -> QuarantinedReading:
    asset, metric = tag = batch.tags[int(batch.tag[row])]
    value: float | str | None = float(batch.value[row]) if batch.text is None else batch.text[row].as_py()
    time_us = int(batch.source_time_us[row])
    trait = traits.get(tag)
    data_type, unit = ("", "") if trait is None else (trait.data_type.value, trait.engineering_unit or "")
    original = OriginalReading(value, int(batch.quality[row]), int(batch.code[row]), data_type, unit)
    return QuarantinedReading(
        now_us, batch.gateway, asset, metric, time_us, shown(value), reason.value, detail, original
    )
