"""Nouns of the platform as the API shows them."""

from __future__ import annotations

from millmark.model import Series
from millmark.web.shapes.enterprises import SeriesView


def series_view(series: Series) -> SeriesView:
    return SeriesView(
        id=series.id,
        key=series.key,
        asset=str(series.asset),
        metric=series.metric,
        unit=series.unit,
        data_type=series.data_type,
        role=series.role,
        origin=series.origin,
    )
