"""Readings gathered in columns: every message of a commit window adds to the same ones, one batch is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import numpy as np
import pyarrow as pa

from millmark.model import DataType, Quality, ReadingBatch
from millmark.model.batch import F64, I32, I64, U8, U32
from millmark.wire.reading_rows import NumberRows, TextRows

MAX_TIME_US = 253_402_300_799_999_999
"""The end of the year 9999; whatever lies outside 1970 to here is no time a device can mean."""

NO_DATA_CODE = 0x809B0000
"""OPC UA Bad_NoData (OPC 10000-11): the source says there is no value."""

_KEPT: tuple[Literal["C"], Literal["W"]] = ("C", "W")
"""Arrays that are kept stand in one piece and may be written, which is what kernels are compiled for."""

_MOST_TAGS = 100_000
"""Tags kept from window to window; a device that names ever new ones must not fill the memory."""


class FaultReason(StrEnum):
    """Why one value could not be read; its neighbours in the message are not touched by it."""

    UNPARSABLE = "unparsable"
    WRONG_TYPE = "wrong_type"
    BAD_ALIAS = "bad_alias"
    UNKNOWN_GATEWAY = "unknown_gateway"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class ReadingFault:
    """A value set aside; `value` is as much of it as can be shown."""

    reason: FaultReason
    asset: str
    metric: str
    source_time_us: int | None
    value: str
    detail: str


@dataclass(frozen=True, slots=True)
class MetricTraits:
    """What a device declares about a metric: its data type and, if it gave one, its engineering unit as written."""

    data_type: DataType
    engineering_unit: str | None = None


@dataclass(slots=True)
class _Lists:
    """Readings that came one by one; appending to a list is what Python does fastest."""

    tag: list[int] = field(default_factory=list)
    time_us: list[int] = field(default_factory=list)
    quality: list[int] = field(default_factory=list)
    code: list[int] = field(default_factory=list)

    def columns(self) -> tuple[I32, I64, U8, U32]:
        return (
            np.array(self.tag, np.int32),
            np.array(self.time_us, np.int64),
            np.array(self.quality, np.uint8),
            np.array(self.code, np.uint32),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _TextChunk:
    tag: I32
    time_us: I64
    quality: U8
    code: U32
    text: pa.StringArray


class ReadingColumns:
    """A gateway's readings of one commit window, in the order they were added.

    They come one by one (`add_number`, `add_text`), many at once (`add_numbers`), or are written into the arrays by a
    compiled pass (`number_rows`, `text_rows`). Tags keep their number until the columns are taken, and mostly beyond:
    as long as `epoch` stays. `traits` holds what was declared about them.
    """

    def __init__(self, gateway: str) -> None:
        self.gateway = gateway
        self.traits: dict[tuple[str, str], MetricTraits] = {}
        self.faults: list[ReadingFault] = []
        self.epoch = 0
        self._tags: list[tuple[str, str]] = []
        self._number_of_tag: dict[tuple[str, str], int] = {}
        self._tag_tuple: tuple[tuple[str, str], ...] = ()
        self._numbers = NumberRows()
        self._numeric = _Lists()
        self._values: list[float] = []
        self._texts = TextRows()
        self._chunks: list[_TextChunk] = []
        self._chunk_rows = 0
        self._textual = _Lists()
        self._strings: list[str | None] = []

    def __len__(self) -> int:
        """Readings and faults not yet taken."""
        numbers = self._numbers.count + len(self._values)
        return numbers + self._chunk_rows + self._texts.count + len(self._strings) + len(self.faults)

    def tag(self, asset: str, metric: str) -> int:
        """The number of (relative asset, metric)."""
        name = (asset, metric)
        number = self._number_of_tag.get(name)
        if number is None:
            number = self._number_of_tag[name] = len(self._tags)
            self._tags.append(name)
        return number

    def name_of(self, tag: int) -> tuple[str, str]:
        """(relative asset, metric) of a tag's number."""
        return self._tags[tag]

    def add_number(self, tag: int, time_us: int, value: float, quality: int = int(Quality.GOOD), code: int = 0) -> None:
        if not self._has_time(tag, time_us, value):
            return
        columns = self._numeric
        columns.tag.append(tag)
        columns.time_us.append(time_us)
        columns.quality.append(quality)
        columns.code.append(code)
        self._values.append(value)

    def add_numbers(
        self,
        tags: Sequence[int] | I32,
        times_us: Sequence[int] | I64,
        values: Sequence[float] | F64,
        qualities: Sequence[int] | U8 | None = None,
        codes: Sequence[int] | U32 | None = None,
    ) -> None:
        """Many at once, each as `add_number` does it; all columns are equally long. Without `qualities` all are good.

        Arrays of the right type may be kept as they are: do not write to them afterwards.
        """
        tag, time_us = np.require(tags, np.int32, _KEPT), np.require(times_us, np.int64, _KEPT)
        value = np.require(values, np.float64, _KEPT)
        quality = np.zeros(len(tag), np.uint8) if qualities is None else np.require(qualities, np.uint8, _KEPT)
        code = np.zeros(len(tag), np.uint32) if codes is None else np.require(codes, np.uint32, _KEPT)
        if len({len(tag), len(time_us), len(value), len(quality), len(code)}) > 1:
            raise ValueError(f"columns of readings differ in length: {len(tag)} tags came with {len(value)} values")
        outside = (time_us < 0) | (time_us > MAX_TIME_US)
        if outside.any():
            for row in np.flatnonzero(outside).tolist():
                self._has_time(int(tag[row]), int(time_us[row]), float(value[row]))
            inside = ~outside
            tag, time_us, value = tag[inside], time_us[inside], value[inside]
            quality, code = quality[inside], code[inside]
        self.number_rows().extend(tag, time_us, value, quality, code)

    def add_text(
        self, tag: int, time_us: int, text: str | None, quality: int = int(Quality.GOOD), code: int = 0
    ) -> None:
        if not self._has_time(tag, time_us, text):
            return
        if self._texts.count:
            self._close_text_rows()
        columns = self._textual
        columns.tag.append(tag)
        columns.time_us.append(time_us)
        columns.quality.append(quality)
        columns.code.append(code)
        self._strings.append(text)

    def add_fault(
        self, reason: FaultReason, asset: str, metric: str, time_us: int | None, value: object, detail: str
    ) -> None:
        known_time = time_us if time_us is not None and 0 <= time_us <= MAX_TIME_US else None
        self.faults.append(ReadingFault(reason, asset, metric, known_time, shown(value), detail))

    def number_rows(self) -> NumberRows:
        """The numbers so far, for rows to be written behind them until anything else is done with the columns."""
        if self._values:
            tag, time_us, quality, code = self._numeric.columns()
            self._numbers.extend(tag, time_us, np.array(self._values, np.float64), quality, code)
            self._numeric, self._values = _Lists(), []
        return self._numbers

    def text_rows(self) -> TextRows:
        """As `number_rows`."""
        self._close_strings()
        return self._texts

    def take(self) -> tuple[list[ReadingBatch], list[ReadingFault]]:
        """What has gathered, as at most one numeric and one text batch; the columns are empty afterwards."""
        if len(self._tag_tuple) != len(self._tags):
            self._tag_tuple = tuple(self._tags)
        batches = [batch for batch in (self._take_numbers(), self._take_texts()) if batch is not None]
        faults, self.faults = self.faults, []
        if len(self._tags) > _MOST_TAGS:
            self._tags, self._number_of_tag, self._tag_tuple = [], {}, ()
            self.traits = {}
            self.epoch += 1
        return batches, faults

    def _take_numbers(self) -> ReadingBatch | None:
        rows = self.number_rows()
        count = rows.count
        if not count:
            return None
        self._numbers = NumberRows()
        return ReadingBatch(
            self.gateway,
            self._tag_tuple,
            rows.tag[:count],
            rows.time_us[:count],
            rows.value[:count],
            rows.quality[:count],
            rows.code[:count],
        )

    def _take_texts(self) -> ReadingBatch | None:
        self._close_text_rows()
        self._close_strings()
        if not self._chunks:
            return None
        chunks, self._chunks, self._chunk_rows = self._chunks, [], 0
        return ReadingBatch(
            self.gateway,
            self._tag_tuple,
            np.concatenate([chunk.tag for chunk in chunks]),
            np.concatenate([chunk.time_us for chunk in chunks]),
            np.full(sum(len(chunk.tag) for chunk in chunks), np.nan),
            np.concatenate([chunk.quality for chunk in chunks]),
            np.concatenate([chunk.code for chunk in chunks]),
            pa.concat_arrays([chunk.text for chunk in chunks]),
        )

    def _close_text_rows(self) -> None:
        rows = self._texts
        count = rows.count
        if count:
            quality = rows.quality[:count]
            text = rows.strings(quality == np.uint8(Quality.BAD))
            self._add_chunk(_TextChunk(rows.tag[:count], rows.time_us[:count], quality, rows.code[:count], text))
            self._texts = TextRows()

    def _close_strings(self) -> None:
        if self._strings:
            tag, time_us, quality, code = self._textual.columns()
            self._add_chunk(_TextChunk(tag, time_us, quality, code, pa.array(self._strings, pa.string())))
            self._textual, self._strings = _Lists(), []

    def _add_chunk(self, chunk: _TextChunk) -> None:
        self._chunks.append(chunk)
        self._chunk_rows += len(chunk.tag)

    def _has_time(self, tag: int, time_us: int, value: object) -> bool:
        if 0 <= time_us <= MAX_TIME_US:
            return True
        asset, metric = self._tags[tag]
        self.add_fault(
            FaultReason.UNPARSABLE, asset, metric, None, value, f"{time_us} us since 1970 is no time of this era"
        )
        return False


def shown(value: object, limit: int = 200) -> str:
    """A value as text short enough to keep beside the reason it was set aside for."""
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= limit else f"{text[:limit]}…"
