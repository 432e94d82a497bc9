"""Rows of readings in plain arrays with room at their end, for whoever adds many at once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from millmark.model.batch import F64, I32, I64, U8, U32
from millmark.wire.growth import grown


class NumberRows:
    """The first `count` rows of each column are in use; whoever writes behind them says so in `count`."""

    __slots__ = ("code", "count", "quality", "tag", "time_us", "value")

    def __init__(self) -> None:
        self.count = 0
        self.tag: I32 = np.empty(0, np.int32)
        self.time_us: I64 = np.empty(0, np.int64)
        self.value: F64 = np.empty(0, np.float64)
        self.quality: U8 = np.empty(0, np.uint8)
        self.code: U32 = np.empty(0, np.uint32)

    def reserve(self, more: int) -> None:
        """Makes room for so many more rows."""
        size = self.count + more
        self.tag = grown(self.tag, size)
        self.time_us = grown(self.time_us, size)
        self.value = grown(self.value, size)
        self.quality = grown(self.quality, size)
        self.code = grown(self.code, size)

    def extend(self, tag: I32, time_us: I64, value: F64, quality: U8, code: U32) -> None:
        """Adds rows; the arrays are copied, or become the columns when there were none."""
        if not self.count and len(tag) >= len(self.tag):
            self.tag, self.time_us, self.value, self.quality, self.code = tag, time_us, value, quality, code
        else:
            self.reserve(len(tag))
            rows = slice(self.count, self.count + len(tag))
            self.tag[rows], self.time_us[rows], self.value[rows] = tag, time_us, value
            self.quality[rows], self.code[rows] = quality, code
        self.count += len(tag)


class TextRows:
    """As `NumberRows`, each text the bytes in `content` from the end of the one before it to its own `end`; one of
    quality bad is none at all."""

    __slots__ = ("code", "content", "content_count", "count", "end", "quality", "tag", "time_us")

    def __init__(self) -> None:
        self.count = 0
        self.content_count = 0
        self.tag: I32 = np.empty(0, np.int32)
        self.time_us: I64 = np.empty(0, np.int64)
        self.end: I32 = np.empty(0, np.int32)
        self.quality: U8 = np.empty(0, np.uint8)
        self.code: U32 = np.empty(0, np.uint32)
        self.content: U8 = np.empty(0, np.uint8)

    def reserve(self, more: int, more_content: int) -> None:
        """Makes room for so many more rows and bytes of text."""
        size = self.count + more
        self.tag = grown(self.tag, size)
        self.time_us = grown(self.time_us, size)
        self.end = grown(self.end, size)
        self.quality = grown(self.quality, size)
        self.code = grown(self.code, size)
        self.content = grown(self.content, self.content_count + more_content)

    def strings(self, is_none: NDArray[np.bool_]) -> pa.StringArray:
        """The texts as an Arrow array; `is_none` where there is no text."""
        offsets = np.concatenate([np.zeros(1, np.int32), self.end[: self.count]]).tobytes()
        content = self.content[: self.content_count].tobytes()
        validity = np.packbits(~is_none, bitorder="little").tobytes()
        return pa.StringArray.from_buffers(
            self.count, pa.py_buffer(offsets), pa.py_buffer(content), pa.py_buffer(validity)
        )
