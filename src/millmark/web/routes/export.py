"""History taken away as a Parquet file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from millmark.model import AssetPath, Period
from millmark.web.access import Permission, Principal, requires
from millmark.web.errors import NotFound
from millmark.web.services import Platform, Services
from millmark.web.times import period

router = APIRouter(prefix="/export", tags=["export"])

PARQUET = "application/vnd.apache.parquet"


@router.get(
    "",
    response_class=FileResponse,
    responses={200: {"content": {PARQUET: {"schema": {"type": "string", "format": "binary"}}}}},
)
def export(
    who: Annotated[Principal, Depends(requires(Permission.EXPORT_POINTS))],
    asset: str,
    start_us: int,
    end_us: int,
    request: Request,
    platform: Platform,
) -> FileResponse:
    """All points of every series at or below `asset` in a span of time."""
    path = AssetPath.parse(asset)
    who.scope.demand_path(path, where=request.url.path)
    wanted = [series.id for series in platform.registry.series_under(path)]
    span = _with_points(platform, wanted, period(start_us, end_us))
    if span is None:
        raise NotFound(
            f"There is no point at or below '{asset}' in this span.",
            where="asset, start_us, end_us",
            next_step="GET /api/series/{id}/extent tells from when until when a series has points.",
        )
    with tempfile.NamedTemporaryFile(prefix="export-", suffix=".parquet", dir=platform.scratch, delete=False) as file:
        target = Path(file.name)
    platform.history.export_parquet(wanted, span, target)
    name = f"{path.name}.parquet"
    return FileResponse(target, media_type=PARQUET, filename=name, background=BackgroundTask(target.unlink))


def _with_points(platform: Services, series: list[int], span: Period) -> Period | None:
    """The span cut to where there are points: a reader that asks for all times must not read centuries of nothing."""
    extents = [extent for one in series if (extent := platform.history.extent(one)) is not None]
    if not extents:
        return None
    return span.intersection(Period(min(one.start_us for one in extents), max(one.end_us for one in extents)))
