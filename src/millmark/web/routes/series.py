"""The history of one series."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform
from millmark.web.shapes.enterprises import SeriesView
from millmark.web.shapes.series import Downsampled, Extent, PointList

router = APIRouter(prefix="/series/{series_id}", tags=["series"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_POINTS))]


@router.get("")
def one_series(who: Reader, series_id: int, platform: Platform) -> SeriesView:
    """What the series is."""
    raise NotImplementedError


@router.get("/downsample")
def downsample(
    who: Reader,
    series_id: int,
    platform: Platform,
    start_us: int,
    end_us: int,
    buckets: Annotated[int, Query(ge=1, le=5_000)] = 500,
) -> Downsampled:
    """The span cut into equal buckets with min, max, mean, first and last: what a chart of that width can show."""
    raise NotImplementedError


@router.get("/points")
def points(
    who: Reader,
    series_id: int,
    platform: Platform,
    start_us: int,
    end_us: int,
    limit: Annotated[int, Query(ge=1, le=50_000)] = 5_000,
) -> PointList:
    """The points themselves, in order of source time."""
    raise NotImplementedError


@router.get("/extent")
def extent(who: Reader, series_id: int, platform: Platform) -> Extent:
    """From when until when there are points."""
    raise NotImplementedError
