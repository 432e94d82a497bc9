"""The platform's own numbers for a Prometheus server."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform

router = APIRouter(tags=["metrics"])


@router.get("/metrics", include_in_schema=False)
def metrics(
    _who: Annotated[Principal, Depends(requires(Permission.READ_METRICS))], request: Request, platform: Platform
) -> Response:
    """Every metric in the Prometheus text format, or in OpenMetrics for who asks for that."""
    body, media_type = platform.metrics.exposition(request.headers.get("accept", ""))
    return Response(body, media_type=media_type)
