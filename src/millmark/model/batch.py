"""Points in columns. A batch is a set of equally long arrays; nothing in the platform holds a point as an object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self, TypeAlias, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

U8: TypeAlias = NDArray[np.uint8]
U32: TypeAlias = NDArray[np.uint32]
I32: TypeAlias = NDArray[np.int32]
I64: TypeAlias = NDArray[np.int64]
F64: TypeAlias = NDArray[np.float64]

TIME_TYPE = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True, eq=False)
class PointBatch:
    """Numeric points: series id, times in UTC microseconds, value, quality class and the original status code.

    A value that the source could not give (quality bad, no value) is NaN.
    """

    series: U32
    source_time_us: I64
    received_time_us: I64
    value: F64
    quality: U8
    code: U32

    def __post_init__(self) -> None:
        _check_lengths(self.series, self.source_time_us, self.received_time_us, self.value, self.quality, self.code)

    def __len__(self) -> int:
        return len(self.series)

    @classmethod
    def empty(cls) -> Self:
        return cls.from_arrow(_NUMERIC_SCHEMA.empty_table())

    def take(self, rows: NDArray[Any]) -> PointBatch:
        """The rows named by a boolean mask or by positions."""
        return PointBatch(
            self.series[rows],
            self.source_time_us[rows],
            self.received_time_us[rows],
            self.value[rows],
            self.quality[rows],
            self.code[rows],
        )

    def to_arrow(self) -> pa.Table:
        """The same memory as an Arrow table."""
        return pa.table(
            [
                arrow_array(self.series, pa.uint32()),
                arrow_array(self.source_time_us, TIME_TYPE),
                arrow_array(self.received_time_us, TIME_TYPE),
                arrow_array(self.value, pa.float64()),
                arrow_array(self.quality, pa.uint8()),
                arrow_array(self.code, pa.uint32()),
            ],
            schema=_NUMERIC_SCHEMA,
        )

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Self:
        """The batch over a table with the columns of `to_arrow`; one chunk is taken without a copy."""
        columns = table.select(_NUMERIC_SCHEMA.names).cast(_NUMERIC_SCHEMA)
        series, source, received, value, quality, code = (
            numpy_column(columns, name, kind) for name, kind in _NUMPY_TYPES.items()
        )
        return cls(series, source, received, value, quality, code)


@dataclass(frozen=True, slots=True, eq=False)
class TextBatch:
    """Text-valued points; the sibling of `PointBatch`, its `value` an Arrow string array (null: none was given)."""

    series: U32
    source_time_us: I64
    received_time_us: I64
    value: pa.StringArray
    quality: U8
    code: U32

    def __post_init__(self) -> None:
        _check_lengths(self.series, self.source_time_us, self.received_time_us, self.value, self.quality, self.code)

    def __len__(self) -> int:
        return len(self.series)

    @classmethod
    def empty(cls) -> Self:
        return cls.from_arrow(_TEXT_SCHEMA.empty_table())

    def take(self, rows: NDArray[Any]) -> TextBatch:
        return TextBatch(
            self.series[rows],
            self.source_time_us[rows],
            self.received_time_us[rows],
            self.value.take(arrow_array(np.arange(len(self))[rows], pa.int64())),
            self.quality[rows],
            self.code[rows],
        )

    def to_arrow(self) -> pa.Table:
        return pa.table(
            [
                arrow_array(self.series, pa.uint32()),
                arrow_array(self.source_time_us, TIME_TYPE),
                arrow_array(self.received_time_us, TIME_TYPE),
                self.value,
                arrow_array(self.quality, pa.uint8()),
                arrow_array(self.code, pa.uint32()),
            ],
            schema=_TEXT_SCHEMA,
        )

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Self:
        columns = table.select(_TEXT_SCHEMA.names).cast(_TEXT_SCHEMA)
        series, source, received, quality, code = (
            numpy_column(columns, name, kind) for name, kind in _NUMPY_TYPES.items() if name != "value"
        )
        return cls(series, source, received, cast("pa.StringArray", _combined(columns, "value")), quality, code)


@dataclass(frozen=True, slots=True, eq=False)
class ReadingBatch:
    """What a driver or a device brought, before its names are resolved to series.

    `tags` are the distinct (asset path relative to the gateway's root, metric) pairs and `tag` points into them. A
    batch is numeric (`text` is None) or text-valued (`value` is then all NaN).
    """

    gateway: str
    tags: tuple[tuple[str, str], ...]
    tag: I32
    source_time_us: I64
    value: F64
    quality: U8
    code: U32
    text: pa.StringArray | None = None

    def __post_init__(self) -> None:
        _check_lengths(self.tag, self.source_time_us, self.value, self.quality, self.code)
        if self.text is not None and len(self.text) != len(self.tag):
            raise ValueError(f"a batch of {len(self.tag)} readings came with {len(self.text)} texts")
        if len(self.tag) and not (int(self.tag.min()) >= 0 and int(self.tag.max()) < len(self.tags)):
            raise ValueError(f"a reading points outside the batch's {len(self.tags)} tags")

    def __len__(self) -> int:
        return len(self.tag)


_FIELDS: list[pa.Field[Any]] = [
    pa.field("series", pa.uint32(), nullable=False),
    pa.field("source_time", TIME_TYPE, nullable=False),
    pa.field("received_time", TIME_TYPE, nullable=False),
    pa.field("value", pa.float64(), nullable=False),
    pa.field("quality", pa.uint8(), nullable=False),
    pa.field("code", pa.uint32(), nullable=False),
]
_NUMERIC_SCHEMA = pa.schema(_FIELDS)
_NUMPY_TYPES: dict[str, type[np.generic]] = {
    "series": np.uint32,
    "source_time": np.int64,
    "received_time": np.int64,
    "value": np.float64,
    "quality": np.uint8,
    "code": np.uint32,
}
_TEXT_SCHEMA = _NUMERIC_SCHEMA.set(3, pa.field("value", pa.string()))


def arrow_array(values: NDArray[Any], kind: pa.DataType) -> pa.Array[Any]:
    """An array over the memory of `values`, whose items have the width of `kind`; copied only when they lie scattered.

    `pa.array` would load pandas, 50 MB that nothing here needs.
    """
    buffer = pa.py_buffer(np.ascontiguousarray(values).data.cast("B") if len(values) else b"")
    return pa.Array.from_buffers(kind, len(values), [None, buffer])


def numpy_array(values: pa.Array[Any], kind: type[np.generic]) -> NDArray[Any]:
    """The memory of a fixed-width array without nulls; read-only."""
    buffer = values.buffers()[1]
    if buffer is None or not len(values):
        return np.zeros(0, kind)
    whole: NDArray[Any] = np.frombuffer(memoryview(buffer), np.dtype(kind))
    return whole[values.offset : values.offset + len(values)]


def numpy_column(table: pa.Table, name: str, kind: type[np.generic]) -> NDArray[Any]:
    """A column of fixed width without nulls as one array."""
    return numpy_array(_combined(table, name), kind)


def _combined(table: pa.Table, name: str) -> pa.Array[Any]:
    column: pa.ChunkedArray[Any] = table.column(name)
    if column.num_chunks == 1:
        return column.chunks[0]
    # A column without chunks would leave concat_arrays without a type, so an empty array leads.
    chunks: list[pa.Array[Any]] = [pa.array([], column.type), *column.chunks]
    return pa.concat_arrays(chunks)


def _check_lengths(*columns: Any) -> None:
    lengths = {len(column) for column in columns}
    if len(lengths) > 1:
        raise ValueError(f"columns of a batch differ in length: {sorted(lengths)}")
