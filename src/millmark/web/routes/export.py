"""History taken away as a file."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from millmark.history import ExportFormat
from millmark.model import AssetPath
from millmark.web.access import Permission, Principal, requires
from millmark.web.errors import NotFound
from millmark.web.services import Platform
from millmark.web.times import period

router = APIRouter(prefix="/export", tags=["export"])

MEDIA_TYPES = {
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
    ExportFormat.ARROW: "application/vnd.apache.arrow.file",
    ExportFormat.ARROWS: "application/vnd.apache.arrow.stream",
    ExportFormat.CSV: "text/csv; charset=utf-8",
}
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "",
    response_class=StreamingResponse,
    responses={200: {"content": {media.partition(";")[0]: _BINARY for media in MEDIA_TYPES.values()}}},
)
def export(
    who: Annotated[Principal, Depends(requires(Permission.EXPORT_POINTS))],
    asset: str,
    start_us: int,
    end_us: int,
    request: Request,
    platform: Platform,
    form: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.PARQUET,
) -> StreamingResponse:
    """All points of every series at or below `asset` in a span of time, as Parquet, Arrow IPC or CSV."""
    path = AssetPath.parse(asset)
    who.scope.demand_path(path, where=request.url.path)
    wanted = platform.registry.series_ids_under(path)
    span = period(start_us, end_us)
    if not platform.history.has_points(wanted, span):
        raise NotFound(
            f"There is no point at or below '{asset}' in this span.",
            where="asset, start_us, end_us",
            next_step="GET /api/series/{id}/extent tells from when until when a series has points.",
        )
    disposition = f"attachment; filename*=UTF-8''{quote(path.name)}.{form}"
    content = platform.history.export(wanted, span, form)
    return StreamingResponse(content, media_type=MEDIA_TYPES[form], headers={"Content-Disposition": disposition})
