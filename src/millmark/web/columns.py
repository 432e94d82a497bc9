"""Columns of the history as rows of the API."""

from __future__ import annotations

from itertools import repeat

import msgspec

from millmark.model import PointBatch, TextBatch
from millmark.web.shapes.series import PointView


def point_views(batch: PointBatch) -> list[PointView]:
    return [
        PointView(source_time_us=source, received_time_us=received, value=value, text=None, quality=quality, code=code)
        for source, received, value, quality, code in zip(
            batch.source_time_us.tolist(),
            batch.received_time_us.tolist(),
            batch.value.tolist(),
            batch.quality.tolist(),
            batch.code.tolist(),
            strict=True,
        )
    ]


def text_views(batch: TextBatch) -> list[PointView]:
    return [
        PointView(source_time_us=source, received_time_us=received, value=None, text=text, quality=quality, code=code)
        for source, received, text, quality, code in zip(
            batch.source_time_us.tolist(),
            batch.received_time_us.tolist(),
            batch.value.to_pylist(),
            batch.quality.tolist(),
            batch.code.tolist(),
            strict=True,
        )
    ]


class _Live(msgspec.Struct):
    """A `LivePoint` on its way out."""

    series: int
    source_time_us: int
    value: float | None
    text: str | None
    quality: int


def live_json(points: PointBatch, texts: TextBatch, *, dropped: int = 0) -> str:
    """A `LivePoints` as JSON, numbers that JSON cannot carry as null; 100 000 points take some 30 ms."""
    nothing = repeat(None)
    columns = (points.series.tolist(), points.source_time_us.tolist(), points.value.tolist(), nothing)
    numbers = map(_Live, *columns, points.quality.tolist())
    words = map(
        _Live,
        texts.series.tolist(),
        texts.source_time_us.tolist(),
        nothing,
        texts.value.to_pylist(),
        texts.quality.tolist(),
    )
    return msgspec.json.encode({"points": [*numbers, *words], "dropped": dropped}).decode()
