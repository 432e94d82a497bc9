"""The history as a Parquet file that any tool opens."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from millmark.history.mixed_rows import SCHEMA, number_rows, text_rows
from millmark.history.reader import NUMBERS, WORDS, Reader
from millmark.model import Period
from millmark.model.period import HOUR_US

# One series over this long is read at a time, so that a year of many series needs no more memory than a month of one.
_PAGE_US = 31 * 24 * HOUR_US


def export_parquet(reader: Reader, series: Sequence[int], period: Period, path: Path) -> int:
    """Write the canonical points of `series` in `period`, ordered by series and source time; returns their number.

    Numeric points have a `value` (NaN where the source had none) and no `text_value`, text points the other way round.
    The file appears under its name only when it is whole and on the disk.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    rows = 0
    try:
        with pq.ParquetWriter(partial, SCHEMA, compression="zstd") as writer:
            for page in _pages(reader, series, period):
                if page.num_rows:
                    writer.write_table(page)
                    rows += page.num_rows
        _sync(partial)
        partial.replace(path)
        _sync(path.parent)
    finally:
        partial.unlink(missing_ok=True)
    return rows


def _pages(reader: Reader, series: Sequence[int], period: Period) -> Iterator[pa.Table]:
    for one in sorted({int(each) for each in series}):
        for start in range(period.start_us, period.end_us, _PAGE_US):
            page = Period(start, min(start + _PAGE_US, period.end_us))
            yield number_rows(reader.raw(NUMBERS, [one], page, None, None))
            yield text_rows(reader.raw(WORDS, [one], page, None, None))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
