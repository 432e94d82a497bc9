"""History taken away as a Parquet file."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform

router = APIRouter(prefix="/export", tags=["export"])


@router.get(
    "",
    response_class=FileResponse,
    responses={
        200: {"content": {"application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}}}}
    },
)
def export(
    who: Annotated[Principal, Depends(requires(Permission.EXPORT_POINTS))],
    asset: str,
    start_us: int,
    end_us: int,
    platform: Platform,
) -> FileResponse:
    """All points of every series at or below `asset` in a span of time."""
    raise NotImplementedError
