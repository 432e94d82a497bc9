"""Sealed days of sites."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.registry import NotRegistered, Site
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.proof import seal_view
from millmark.web.services import Platform
from millmark.web.shapes.claims import SealDay, SealList, SealView
from millmark.web.shapes.shape import Id

router = APIRouter(prefix="/sites/{site_id}/seals", tags=["seals"])


@router.get("")
def seals(
    who: Annotated[Principal, Depends(requires(Permission.READ_CLAIMS))],
    site_id: Id,
    request: Request,
    platform: Platform,
) -> SealList:
    """The chain of a site's sealed days and amendments, in its order."""
    site = _visible(who, site_id, request, platform)
    return SealList(seals=[seal_view(one) for one in platform.seals.seals(site.id)])


@router.post("", status_code=status.HTTP_201_CREATED)
def seal_day(
    who: Annotated[Principal, Depends(requires(Permission.SEAL_DAYS, action="seals.seal"))],
    site_id: Id,
    form: SealDay,
    request: Request,
    platform: Platform,
) -> SealView:
    """Seals a day that is over; the platform does this by itself soon after each midnight."""
    site = _visible(who, site_id, request, platform)
    sealed = seal_view(platform.seals.seal_day(site.id, form.date))
    platform.witness.see_own(platform.seals.seals(site.id))
    audit_result(request, f"seal:{sealed.site}:{sealed.sequence}")
    return sealed


def _visible(who: Principal, site_id: Id, request: Request, platform: Platform) -> Site:
    try:
        site = platform.registry.site(site_id)
    except NotRegistered as error:
        raise unknown(request.url.path) from error
    who.scope.demand(site.enterprise_id, where=request.url.path)
    return site
