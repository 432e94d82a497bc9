"""Who read an enterprise's detail: for the enterprise itself, and for auditors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from millmark.web.access import Permission, Principal, Role, requires
from millmark.web.reading.book import KeptRead, Reader
from millmark.web.services import Platform, Services
from millmark.web.shapes.reads import EnterpriseReads, ReaderView, ReadList, ReadView
from millmark.web.shapes.shape import Id

router = APIRouter(tags=["reads"])

Knower = Annotated[Principal, Depends(requires(Permission.READ_ACCESS))]
Limit = Annotated[int, Query(ge=1, le=500)]
YEAR_US = 365 * 86_400_000_000


@router.get("/enterprises/{enterprise_id}/reads")
def enterprise_reads(
    who: Knower,
    enterprise_id: Id,
    request: Request,
    platform: Platform,
    before: Id | None = None,
    limit: Limit = 100,
) -> EnterpriseReads:
    """Who was shown the enterprise's detail, alone or in a list: each read, and the readers of the last year."""
    who.scope.demand(enterprise_id, where=request.url.path)
    of = platform.registry.enterprise(enterprise_id)
    found = platform.reads.reads(of, limit=limit, before=before)
    readers = platform.reads.readers(of, platform.now_us() - YEAR_US)
    return EnterpriseReads(
        reads=_views(platform, who, found),
        older=found[-1].id if len(found) == limit else None,
        readers=[_reader(who, one) for one in readers],
    )


@router.get("/reads")
def reads(
    who: Knower,
    platform: Platform,
    actor: Annotated[str | None, Query(max_length=64)] = None,
    before: Id | None = None,
    limit: Limit = 100,
) -> ReadList:
    """Reads of every enterprise, for auditors; an enterprise is told of its own alone."""
    # Whom an enterprise asks for by name, it must not learn an expert's reads by.
    own = None if who.scope.enterprise_id is None else platform.registry.enterprise(who.scope.enterprise_id)
    found = platform.reads.reads(own, limit=limit, before=before, actor=actor if own is None else None)
    return ReadList(reads=_views(platform, who, found), older=found[-1].id if len(found) == limit else None)


def _views(platform: Services, who: Principal, found: list[KeptRead]) -> list[ReadView]:
    shown = {one.read.enterprise_id for one in found if one.read.enterprise_id is not None}
    names = {one.id: one for one in platform.registry.enterprises_of(shown)}
    found_of = [(one, names.get(one.read.enterprise_id or 0)) for one in found]
    return [
        ReadView(
            id=one.id,
            at_us=one.at_us,
            enterprise_id=one.read.enterprise_id,
            enterprise_zh=None if of is None else of.name_zh,
            enterprise_en=None if of is None else of.name_en,
            actor=_told(who, one.read.actor, one.read.role),
            role=one.read.role,
            office=one.read.office,
            means=one.read.means,
            action=one.read.action,
            path=one.read.path,
            reason=one.read.reason,
        )
        for one, of in found_of
    ]


def _reader(who: Principal, one: Reader) -> ReaderView:
    return ReaderView(
        actor=_told(who, one.actor, one.role), role=one.role, office=one.office, reads=one.reads, last_us=one.last_us
    )


def _told(who: Principal, actor: str, role: str) -> str | None:
    """An expert's name is not told to those whose application they may be reviewing."""
    return None if role == Role.REVIEWER and who.scope.enterprise_id is not None else actor
