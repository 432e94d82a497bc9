"""The history as a file that any tool opens: Parquet, Arrow IPC or CSV, written a page at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from millmark.history.lookup import Batch
from millmark.history.mixed_rows import SCHEMA, number_rows, text_rows
from millmark.history.reader import NUMBERS, WORDS, Reader, Table
from millmark.model import Period

# Rows held in memory at a time, about 20 MB, whatever is exported.
PAGE_ROWS = 250_000


class ExportFormat(StrEnum):
    """The forms an export may take, each by the ending of its files. The columns are those of `mixed_rows.SCHEMA`.

    `ARROW` is the Arrow IPC file format, `ARROWS` its streaming format, CSV is RFC 4180 with a header, times in UTC as
    ISO 8601 and an empty field for what is missing.
    """

    PARQUET = "parquet"
    ARROW = "arrow"
    ARROWS = "arrows"
    CSV = "csv"


def export_pages(reader: Reader, series: Sequence[int], period: Period) -> Iterator[pa.Table]:
    """The canonical points of `series` in `period`, ordered by series and source time, in pages of `PAGE_ROWS`.

    Numeric points have a `value` (NaN where the source had none) and no `text_value`, text points the other way round.
    """
    for one in sorted({int(each) for each in series}):
        for points in _batches(reader, NUMBERS, one, period):
            yield number_rows(points)
        for texts in _batches(reader, WORDS, one, period):
            yield text_rows(texts)


def encoded(pages: Iterator[pa.Table], form: ExportFormat) -> Iterator[bytes]:
    """The bytes of one file of this form, as soon as they are known."""
    sink = BytesIO()
    with _writer(form, sink) as write:
        yield _taken(sink)
        for page in pages:
            write(page)
            yield _taken(sink)
    yield _taken(sink)


def export_file(reader: Reader, series: Sequence[int], period: Period, path: Path, form: ExportFormat) -> int:
    """Write an export; returns its rows. The file appears under its name only when it is whole and on the disk."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    rows = 0

    def counted() -> Iterator[pa.Table]:
        nonlocal rows
        for page in export_pages(reader, series, period):
            rows += page.num_rows
            yield page

    try:
        with partial.open("wb") as file:
            for piece in encoded(counted(), form):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        _sync(path.parent)
    finally:
        partial.unlink(missing_ok=True)
    return rows


def _batches(reader: Reader, table: Table[Batch], series: int, period: Period) -> Iterator[Batch]:
    start_us = period.start_us
    while start_us < period.end_us:
        page = reader.raw(table, [series], Period(start_us, period.end_us), None, PAGE_ROWS)
        if len(page):
            yield page
        if len(page) < PAGE_ROWS:
            return
        start_us = int(page.source_time_us[-1]) + 1


@contextmanager
def _writer(form: ExportFormat, sink: BytesIO) -> Iterator[Callable[[pa.Table], object]]:
    match form:
        case ExportFormat.PARQUET:
            with pq.ParquetWriter(sink, SCHEMA, compression="zstd") as parquet:
                yield parquet.write_table
        case ExportFormat.ARROW:
            with pa.ipc.new_file(sink, SCHEMA) as file:
                yield file.write_table
        case ExportFormat.ARROWS:
            with pa.ipc.new_stream(sink, SCHEMA) as stream:
                yield stream.write_table
        case ExportFormat.CSV:
            with pa_csv.CSVWriter(sink, SCHEMA) as csv:
                yield csv.write_table


def _taken(sink: BytesIO) -> bytes:
    """What was written since the last time; the writers count their position themselves."""
    piece = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return piece


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
