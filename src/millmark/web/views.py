"""Nouns of the platform as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from millmark.model import Series
from millmark.web.shapes.enterprises import AssetView, EnterpriseView, SeriesView, SiteView

if TYPE_CHECKING:
    from millmark.registry import Asset, Enterprise, Site


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


def enterprise_view(enterprise: Enterprise, *, equipment: int, connected_now: int, claims: int) -> EnterpriseView:
    return EnterpriseView(
        id=enterprise.id,
        slug=enterprise.slug,
        name_zh=enterprise.name_zh,
        name_en=enterprise.name_en,
        area_code=enterprise.area_code,
        is_demonstration=enterprise.is_demonstration,
        is_placeholder=enterprise.is_placeholder,
        equipment=equipment,
        connected_now=connected_now,
        claims=claims,
    )


def asset_view(asset: Asset) -> AssetView:
    return AssetView(
        path=str(asset.path),
        level=asset.level,
        name_zh=asset.name_zh,
        name_en=asset.name_en,
        parent=None if asset.path.parent is None else str(asset.path.parent),
        counts_as_equipment=asset.counts_as_equipment,
    )
