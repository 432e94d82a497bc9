"""Enterprises, what stands in them, and their values as they come in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.sse import EventSourceResponse, ServerSentEvent

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform
from millmark.web.shapes.enterprises import EnterpriseDetail, EnterpriseList, LivePoints, SiteList

router = APIRouter(tags=["enterprises"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_ENTERPRISES))]


@router.get("/enterprises")
def enterprises(who: Reader, platform: Platform) -> EnterpriseList:
    """The enterprises that one may see."""
    raise NotImplementedError


@router.get("/enterprises/{enterprise_id}")
def enterprise(who: Reader, enterprise_id: int, platform: Platform) -> EnterpriseDetail:
    """One enterprise with its sites, assets and series."""
    raise NotImplementedError


@router.get("/sites")
def sites(who: Reader, platform: Platform) -> SiteList:
    """The sites that one may see."""
    raise NotImplementedError


@router.get(
    "/enterprises/{enterprise_id}/live",
    response_class=EventSourceResponse,
    responses={200: {"model": LivePoints, "description": "Events `snapshot`, then `update`; data is a LivePoints."}},
)
async def live(
    who: Annotated[Principal, Depends(requires(Permission.READ_POINTS))], enterprise_id: int, platform: Platform
) -> AsyncIterator[ServerSentEvent]:
    """All latest values of the enterprise (`snapshot`), then each change as it is stored (`update`)."""
    yield ServerSentEvent(event="snapshot")
