"""Gathers a driver's values tag by tag and hands them over in columns."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from millmark.drivers.config import TagDeclaration
from millmark.model import DataType, ReadingBatch, quality_of_status


class Readings:
    """Readings of one gateway in the order they came; tags are named by their position in the declaration."""

    def __init__(self, gateway: str, tags: Sequence[TagDeclaration]) -> None:
        self._gateway = gateway
        self._tags = tuple((tag.asset, tag.metric) for tag in tags)
        self._is_text = tuple(tag.data_type is DataType.TEXT for tag in tags)
        self._numbers: list[tuple[int, int, float, int]] = []
        self._texts: list[tuple[int, int, str | None, int]] = []

    def __len__(self) -> int:
        return len(self._numbers) + len(self._texts)

    def add(self, tag: int, source_time_us: int, value: float | str | None, code: int) -> None:
        """One value with its OPC UA status code; None is a value the source could not give."""
        if self._is_text[tag]:
            self._texts.append((tag, source_time_us, None if value is None else str(value), code))
        else:
            self._numbers.append((tag, source_time_us, math.nan if value is None else float(value), code))

    def take(self) -> list[ReadingBatch]:
        """What was gathered, as at most one numeric and one text batch; the gatherer is empty afterwards."""
        batches = []
        if self._numbers:
            tags, times, values, codes = zip(*self._numbers, strict=True)
            batches.append(self._batch(tags, times, np.array(values, np.float64), codes, None))
        if self._texts:
            tags, times, texts, codes = zip(*self._texts, strict=True)
            nothing = np.full(len(texts), np.nan)
            batches.append(self._batch(tags, times, nothing, codes, pa.array(texts, pa.string())))
        self._numbers, self._texts = [], []
        return batches

    def _batch(
        self,
        tags: tuple[int, ...],
        times: tuple[int, ...],
        values: np.ndarray[tuple[int], np.dtype[np.float64]],
        codes: tuple[int, ...],
        texts: pa.StringArray | None,
    ) -> ReadingBatch:
        code = np.array(codes, np.uint32)
        return ReadingBatch(
            gateway=self._gateway,
            tags=self._tags,
            tag=np.array(tags, np.int32),
            source_time_us=np.array(times, np.int64),
            value=values,
            quality=quality_of_status(code),
            code=code,
            text=texts,
        )
