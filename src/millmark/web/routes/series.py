"""The history of one series."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from millmark.model import DataType, Series
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.columns import point_views, text_views
from millmark.web.services import Platform
from millmark.web.shapes.enterprises import SeriesDetail
from millmark.web.shapes.series import Downsampled, Extent, PointList
from millmark.web.shapes.shape import Id
from millmark.web.times import period
from millmark.web.views import series_view

router = APIRouter(prefix="/series/{series_id}", tags=["series"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_POINTS))]


def visible_series(who: Reader, series_id: Id, request: Request, platform: Platform) -> Series:
    """The series of the address, if there is one and one may see it."""
    found = platform.registry.series([series_id])
    if not found:
        raise unknown(request.url.path)
    who.scope.demand_path(found[0].asset, where=request.url.path)
    return found[0]


Wanted = Annotated[Series, Depends(visible_series)]


@router.get("")
def one_series(series: Wanted, platform: Platform) -> SeriesDetail:
    """What the series is, and what its device says of it."""
    declared = platform.registry.declared_properties(series.id)
    return SeriesDetail(**series_view(series).model_dump(), declared=dict(declared))


@router.get("/downsample")
def downsample(
    series: Wanted,
    platform: Platform,
    start_us: int,
    end_us: int,
    buckets: Annotated[int, Query(ge=1, le=5_000)] = 500,
) -> Downsampled:
    """The span cut into equal buckets with min, max, means, first and last: what a chart of that width can show."""
    columns = platform.history.downsample(series.id, period(start_us, end_us), buckets)
    rows = zip(
        columns.start_us.tolist(),
        columns.count.tolist(),
        columns.min.tolist(),
        columns.max.tolist(),
        columns.mean.tolist(),
        columns.first.tolist(),
        columns.last.tolist(),
        columns.good_count.tolist(),
        columns.time_mean.tolist(),
        columns.first_us.tolist(),
        columns.last_us.tolist(),
        columns.min_us.tolist(),
        columns.max_us.tolist(),
        strict=True,
    )
    return Downsampled(
        series=series.id,
        start_us=start_us,
        end_us=end_us,
        width_us=columns.width_us,
        resolution_us=columns.resolution_us,
        buckets=list(rows),
    )


@router.get("/points")
def points(
    series: Wanted,
    platform: Platform,
    start_us: int,
    end_us: int,
    limit: Annotated[int, Query(ge=1, le=50_000)] = 5_000,
) -> PointList:
    """The points themselves, in order of source time."""
    span = period(start_us, end_us)
    # One more than asked for tells whether there are more.
    if series.data_type is DataType.TEXT:
        found = text_views(platform.history.raw_text([series.id], span, limit=limit + 1))
    else:
        found = point_views(platform.history.raw([series.id], span, limit=limit + 1))
    return PointList(series=series.id, points=found[:limit], truncated=len(found) > limit)


@router.get("/extent")
def extent(series: Wanted, platform: Platform) -> Extent:
    """From when until when there are points."""
    span = platform.history.extent(series.id)
    if span is None:
        return Extent(series=series.id, first_us=None, last_us=None)
    # A period ends just after its last moment.
    return Extent(series=series.id, first_us=span.start_us, last_us=span.end_us - 1)
