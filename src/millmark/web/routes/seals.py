"""Sealed days of sites."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform
from millmark.web.shapes.claims import SealDay, SealList, SealView

router = APIRouter(tags=["seals"])


@router.get("/sites/{site_id}/seals")
def seals(
    who: Annotated[Principal, Depends(requires(Permission.READ_CLAIMS))], site_id: int, platform: Platform
) -> SealList:
    """The chain of a site's sealed days and amendments, in its order."""
    raise NotImplementedError


@router.post("/sites/{site_id}/seals", status_code=status.HTTP_201_CREATED)
def seal_day(
    who: Annotated[Principal, Depends(requires(Permission.SEAL_DAYS, action="seals.seal"))],
    site_id: int,
    form: SealDay,
    request: Request,
    platform: Platform,
) -> SealView:
    """Seals a day that is over; the platform does this by itself soon after each midnight."""
    raise NotImplementedError
