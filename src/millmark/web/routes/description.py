"""The API's own description."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from millmark.web.access import Permission, Principal, requires
from millmark.web.description import api_description

router = APIRouter(tags=["description"])


@router.get("/openapi.json", include_in_schema=False)
def openapi(
    _who: Annotated[Principal, Depends(requires(Permission.READ_API_DESCRIPTION))], request: Request
) -> Response:
    """This API described by OpenAPI 3.1, for tools that generate clients."""
    cached: str | None = getattr(request.app.state, "api_description", None)
    if cached is None:
        cached = request.app.state.api_description = api_description(request.app)
    return Response(cached, media_type="application/json")
