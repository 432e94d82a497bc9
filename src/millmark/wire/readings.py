"""Readings gathered in columns: every message of a commit window adds to the same lists, one batch is made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import pyarrow as pa

from millmark.model import DataType, Quality, ReadingBatch

MAX_TIME_US = 253_402_300_799_999_999
"""The end of the year 9999; whatever lies outside 1970 to here is no time a device can mean."""

NO_DATA_CODE = 0x809B0000
"""OPC UA Bad_NoData (OPC 10000-11): the source says there is no value."""

_MOST_TAGS = 100_000
"""Tags kept from window to window; a device that names ever new ones must not fill the memory."""


class FaultReason(StrEnum):
    """Why one value could not be read; its neighbours in the message are not touched by it."""

    UNPARSABLE = "unparsable"
    WRONG_TYPE = "wrong_type"
    BAD_ALIAS = "bad_alias"
    UNKNOWN_GATEWAY = "unknown_gateway"


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
class _Columns:
    tag: list[int] = field(default_factory=list)
    time_us: list[int] = field(default_factory=list)
    quality: list[int] = field(default_factory=list)
    code: list[int] = field(default_factory=list)


class ReadingColumns:
    """A gateway's readings of one commit window.

    Tags keep their number until the columns are taken, and mostly beyond; `traits` holds what was declared about
    them.
    """

    def __init__(self, gateway: str) -> None:
        self.gateway = gateway
        self.traits: dict[tuple[str, str], MetricTraits] = {}
        self.faults: list[ReadingFault] = []
        self._tags: list[tuple[str, str]] = []
        self._number_of_tag: dict[tuple[str, str], int] = {}
        self._tag_tuple: tuple[tuple[str, str], ...] = ()
        self._numeric = _Columns()
        self._values: list[float] = []
        self._textual = _Columns()
        self._texts: list[str | None] = []

    def __len__(self) -> int:
        """Readings and faults not yet taken."""
        return len(self._values) + len(self._texts) + len(self.faults)

    def tag(self, asset: str, metric: str) -> int:
        """The number of (relative asset, metric)."""
        name = (asset, metric)
        number = self._number_of_tag.get(name)
        if number is None:
            number = self._number_of_tag[name] = len(self._tags)
            self._tags.append(name)
        return number

    def add_number(self, tag: int, time_us: int, value: float, quality: int = int(Quality.GOOD), code: int = 0) -> None:
        if not self._has_time(tag, time_us, value):
            return
        columns = self._numeric
        columns.tag.append(tag)
        columns.time_us.append(time_us)
        columns.quality.append(quality)
        columns.code.append(code)
        self._values.append(value)

    def add_text(
        self, tag: int, time_us: int, text: str | None, quality: int = int(Quality.GOOD), code: int = 0
    ) -> None:
        if not self._has_time(tag, time_us, text):
            return
        columns = self._textual
        columns.tag.append(tag)
        columns.time_us.append(time_us)
        columns.quality.append(quality)
        columns.code.append(code)
        self._texts.append(text)

    def add_fault(
        self, reason: FaultReason, asset: str, metric: str, time_us: int | None, value: object, detail: str
    ) -> None:
        known_time = time_us if time_us is not None and 0 <= time_us <= MAX_TIME_US else None
        self.faults.append(ReadingFault(reason, asset, metric, known_time, shown(value), detail))

    def take(self) -> tuple[list[ReadingBatch], list[ReadingFault]]:
        """What has gathered, as at most one numeric and one text batch; the columns are empty afterwards."""
        if len(self._tag_tuple) != len(self._tags):
            self._tag_tuple = tuple(self._tags)
        batches: list[ReadingBatch] = []
        if self._values:
            batches.append(self._batch(self._numeric, np.array(self._values, np.float64), None))
            self._numeric, self._values = _Columns(), []
        if self._texts:
            texts = pa.array(self._texts, pa.string())
            batches.append(self._batch(self._textual, np.full(len(self._texts), np.nan), texts))
            self._textual, self._texts = _Columns(), []
        faults, self.faults = self.faults, []
        if len(self._tags) > _MOST_TAGS:
            self._tags, self._number_of_tag, self._tag_tuple = [], {}, ()
            self.traits = {}
        return batches, faults

    def _batch(self, columns: _Columns, value: np.ndarray, text: pa.StringArray | None) -> ReadingBatch:
        return ReadingBatch(
            self.gateway,
            self._tag_tuple,
            np.array(columns.tag, np.int32),
            np.array(columns.time_us, np.int64),
            value,
            np.array(columns.quality, np.uint8),
            np.array(columns.code, np.uint32),
            text,
        )

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
