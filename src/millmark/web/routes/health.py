"""Is the platform well? The one question that anybody may ask."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from millmark import __version__
from millmark.web.access import OpenToStrangers
from millmark.web.services import Platform
from millmark.web.shapes.session import Health

router = APIRouter(tags=["health"])


@router.get("/health", dependencies=[Depends(OpenToStrangers())])
def health(platform: Platform) -> Health:
    """`degraded` means that new points cannot be stored for now; devices keep them and send them again."""
    return Health(status="ok" if platform.intake.stats().degraded is None else "degraded", version=__version__)
