"""Enterprises, what stands in them, and their values as they come in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from millmark.web.access import Means, Permission, Principal, Scope, requires
from millmark.web.fleet import EnterpriseCounts, count_enterprises
from millmark.web.live import stream_live
from millmark.web.services import Platform
from millmark.web.sessions import COOKIE
from millmark.web.shapes.enterprises import (
    EnterpriseDetail,
    EnterpriseList,
    EnterpriseView,
    LivePoints,
    SiteList,
)
from millmark.web.shapes.shape import Id
from millmark.web.views import asset_view, enterprise_view, series_view, site_view

router = APIRouter(tags=["enterprises"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_ENTERPRISES))]
PointReader = Annotated[Principal, Depends(requires(Permission.READ_POINTS))]


@router.get("/enterprises")
def enterprises(who: Reader, platform: Platform) -> EnterpriseList:
    """The enterprises that one may see."""
    return EnterpriseList(enterprises=[_view(one) for one in count_enterprises(platform, who.scope)])


@router.get("/enterprises/{enterprise_id}")
def enterprise(who: Reader, enterprise_id: Id, request: Request, platform: Platform) -> EnterpriseDetail:
    """One enterprise with its sites, assets and series."""
    who.scope.demand(enterprise_id, where=request.url.path)
    found = platform.registry.enterprise(enterprise_id)
    only = Scope(found.id, found.slug)
    return EnterpriseDetail(
        enterprise=_view(count_enterprises(platform, only)[0]),
        sites=[site_view(one) for one in platform.registry.sites(enterprise_id)],
        assets=[asset_view(one) for one in platform.registry.assets_under(found.path)],
        series=[series_view(one) for one in platform.registry.series_under(found.path)],
    )


@router.get("/sites")
def sites(who: Reader, platform: Platform) -> SiteList:
    """The sites that one may see."""
    visible = [one for one in platform.registry.sites(None) if who.scope.admits(one.enterprise_id)]
    return SiteList(sites=[site_view(one) for one in visible])


def series_of_enterprise(who: PointReader, enterprise_id: Id, request: Request, platform: Platform) -> list[int]:
    """The ids of the enterprise's series, if one may see it."""
    who.scope.demand(enterprise_id, where=request.url.path)
    found = platform.registry.enterprise(enterprise_id)
    return platform.registry.series_ids_under(found.path)


@router.get(
    "/enterprises/{enterprise_id}/live",
    response_class=EventSourceResponse,
    responses={200: {"model": LivePoints, "description": "Events `snapshot`, then `update`; data is a LivePoints."}},
)
async def live(
    who: PointReader,
    series: Annotated[list[int], Depends(series_of_enterprise)],
    request: Request,
    platform: Platform,
) -> AsyncIterator[ServerSentEvent]:
    """All latest values of the enterprise (`snapshot`), then each change as it is stored (`update`)."""
    token = request.cookies.get(COOKIE)

    def may_go_on() -> bool:
        by_session = who.means is Means.SESSION
        return not by_session or platform.doorkeeper.by_cookie(token, counts_as_use=False) is not None

    async for event in stream_live(platform.intake, series, stopping=platform.stopping, may_go_on=may_go_on):
        yield event


def _view(counts: EnterpriseCounts) -> EnterpriseView:
    return enterprise_view(
        counts.enterprise, equipment=counts.equipment, connected_now=counts.connected_now, claims=counts.claims
    )
