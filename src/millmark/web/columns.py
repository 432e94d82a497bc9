"""Columns of the history as rows of the API."""

from __future__ import annotations

from millmark.model import PointBatch, TextBatch
from millmark.web.shapes.enterprises import LivePoint
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


def live_points(points: PointBatch, texts: TextBatch) -> list[LivePoint]:
    numbers = zip(
        points.series.tolist(),
        points.source_time_us.tolist(),
        points.value.tolist(),
        points.quality.tolist(),
        strict=True,
    )
    words = zip(
        texts.series.tolist(),
        texts.source_time_us.tolist(),
        texts.value.to_pylist(),
        texts.quality.tolist(),
        strict=True,
    )
    return [
        *(LivePoint(series=s, source_time_us=t, value=value, text=None, quality=q) for s, t, value, q in numbers),
        *(LivePoint(series=s, source_time_us=t, value=None, text=text, quality=q) for s, t, text, q in words),
    ]
