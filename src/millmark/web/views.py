"""Nouns of the platform as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from millmark.model import Series
from millmark.web.shapes.enterprises import SeriesView, SiteView

if TYPE_CHECKING:
    from millmark.registry import Site


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


def site_view(site: Site) -> SiteView:
    return SiteView(
        id=site.id,
        slug=site.slug,
        name_zh=site.name_zh,
        name_en=site.name_en,
        area_code=site.area_code,
        time_zone=site.time_zone,
        path=str(site.path),
    )
