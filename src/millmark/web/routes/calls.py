"""Calls of programmes: drafted from a pack, published, extended, closed; and the start of an application in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request, status

from millmark.programmes.pack import Outcome
from millmark.web.access import Permission, Principal, requires
from millmark.web.acting import actor_of
from millmark.web.audit import audit_result
from millmark.web.errors import Unprocessable
from millmark.web.life_views import LifeViews, claims_view, conditions_view, terms_view
from millmark.web.naming import Naming
from millmark.web.services import Platform, Services
from millmark.web.shapes.advice import CallFit, FitList, FitView
from millmark.web.shapes.applications import ApplicationFileView, NewApplicationDraft
from millmark.web.shapes.calls import (
    CallFileView,
    CallList,
    CallRevision,
    CallStep,
    CallTermsView,
    CallVersions,
    NewCall,
)
from millmark.web.shapes.shape import Id

if TYPE_CHECKING:
    from millmark.programmes.life.calls import CallFile

router = APIRouter(prefix="/calls", tags=["calls"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_PROGRAMMES))]
_NOT_CONTENT = {"pack", "edition", "slug", "version"}


@router.get("")
def calls(who: Reader, platform: Platform, state: str | None = None) -> CallList:
    """Every call that one may see, the latest first; drafts are for offices."""
    views = LifeViews(platform, who)
    found = [one for one in platform.life.calls.calls(state=state) if views.sees_call(one)]
    counts = _counts(platform, who, found)
    return CallList(calls=[views.call_summary(one, counts[one.id]) for one in found])


@router.get("/proposal")
def call_proposal(
    _who: Annotated[Principal, Depends(requires(Permission.WRITE_CALLS))],
    platform: Platform,
    pack: Annotated[str, Query(max_length=64)],
    edition: Annotated[str, Query(max_length=32)],
) -> CallTermsView:
    """What a call drafted from a pack's edition says as long as the office changes nothing."""
    return terms_view(platform.life.calls.proposal(pack, edition))


@router.get("/fits")
def fits(
    who: Annotated[Principal, Depends(requires(Permission.APPLY))],
    enterprise_id: Annotated[Id, Query()],
    request: Request,
    platform: Platform,
) -> FitList:
    """How an enterprise stands to every call that takes applications today; nothing is kept, nothing begun."""
    who.scope.demand(enterprise_id, where=request.url.path)
    platform.registry.enterprise(enterprise_id)
    found = platform.life.applications.fits(enterprise_id)
    return FitList(
        fits=[
            CallFit(
                call_id=call_id,
                outcome=advice.verdict.outcome.value,
                grade=advice.verdict.grade.value,
                met=sum(one.verdict.outcome is Outcome.MET for one in advice.conditions),
                asked=len(advice.conditions),
                demonstration=advice.verdict.demonstration,
            )
            for call_id, advice in found.items()
        ]
    )


@router.post("", status_code=status.HTTP_201_CREATED)
def draft_call(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_CALLS, action="calls.draft"))],
    form: NewCall,
    request: Request,
    platform: Platform,
) -> CallFileView:
    """Drafts a call from a pack's edition; nobody but offices sees it before it is published."""
    changes = form.model_dump(exclude_unset=True, exclude=_NOT_CONTENT)
    drafted = platform.life.calls.draft(form.pack, form.edition, actor_of(who), slug=form.slug, changes=changes)
    audit_result(request, f"call:{drafted.id}")
    return _shown(platform, who, drafted)


@router.get("/{call_id}")
def call(who: Reader, call_id: Id, request: Request, platform: Platform) -> CallFileView:
    """One call with its terms and everything that happened to it."""
    found = platform.life.calls.call(call_id)
    LifeViews(platform, who).demand_call(found, request.url.path)
    return _shown(platform, who, found)


@router.get("/{call_id}/versions")
def call_versions(who: Reader, call_id: Id, request: Request, platform: Platform) -> CallVersions:
    """What a call said, version by version."""
    LifeViews(platform, who).demand_call(platform.life.calls.call(call_id), request.url.path)
    return CallVersions(versions=[terms_view(one) for one in platform.life.calls.versions(call_id)])


@router.put("/{call_id}")
def revise_call(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_CALLS, action="calls.revise"))],
    call_id: Id,
    form: CallRevision,
    request: Request,
    platform: Platform,
) -> CallFileView:
    """A new version of a draft; what is left out stays."""
    changes = form.model_dump(exclude_unset=True, exclude=_NOT_CONTENT)
    revised = platform.life.calls.revise(call_id, actor_of(who), version=form.version, changes=changes)
    audit_result(request, f"call:{call_id} version:{revised.version}")
    return _shown(platform, who, revised)


@router.post("/{call_id}/steps")
def call_step(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_CALLS, action="calls.step"))],
    call_id: Id,
    form: CallStep,
    request: Request,
    platform: Platform,
) -> CallFileView:
    """Publishes, extends, closes, cancels or discards a call."""
    book, actor = platform.life.calls, actor_of(who)
    match form.action:
        case "publish":
            done = book.publish(call_id, actor, version=form.version)
        case "extend":
            if form.closes_on is None:
                raise Unprocessable("An extension needs the new day.", where="closes_on", next_step="Give closes_on.")
            done = book.extend(call_id, actor, closes_on=form.closes_on, reason=form.reason or "")
        case action:
            done = book.act(call_id, action, actor, reason=form.reason)
    platform.public.cache.forget()
    audit_result(request, f"call:{call_id} {form.action} {done.state}")
    return _shown(platform, who, done)


@router.get("/{call_id}/fit")
def fit(
    who: Annotated[Principal, Depends(requires(Permission.APPLY))],
    call_id: Id,
    enterprise_id: Id,
    request: Request,
    platform: Platform,
) -> FitView:
    """How an enterprise stands to a call by its latest facts, levels and claims; nothing is kept, nothing begun."""
    who.scope.demand(enterprise_id, where=request.url.path)
    platform.registry.enterprise(enterprise_id)
    LifeViews(platform, who).demand_call(platform.life.calls.call(call_id), request.url.path)
    advice = platform.life.applications.fit(call_id, enterprise_id)
    naming = Naming(platform)
    conditions = conditions_view(naming, [one.to_json() for one in advice.conditions])
    reasons = [naming.told(reason) for reason in advice.verdict.reasons]
    return FitView(
        outcome=advice.verdict.outcome.value,
        grade=advice.verdict.grade.value,
        reasons_zh=[reason.zh for reason in reasons],
        reasons_en=[reason.en for reason in reasons],
        conditions=conditions,
        claim_ids=list(advice.verdict.claim_ids),
        claims=claims_view(naming, advice.verdict.claim_ids, conditions),
        demonstration=advice.verdict.demonstration,
    )


@router.post("/{call_id}/applications", status_code=status.HTTP_201_CREATED)
def start_application(
    who: Annotated[Principal, Depends(requires(Permission.APPLY, action="applications.start"))],
    call_id: Id,
    form: NewApplicationDraft,
    request: Request,
    platform: Platform,
) -> ApplicationFileView:
    """Starts an enterprise's application, as a draft that is filled in and saved until it is submitted."""
    who.scope.demand(form.enterprise_id, where=f"enterprise {form.enterprise_id}")
    views = LifeViews(platform, who)
    views.demand_call(platform.life.calls.call(call_id), request.url.path)
    started = platform.life.applications.start(call_id, form.enterprise_id, views.actor)
    audit_result(request, f"application:{started.id}")
    return views.application(started)


def _shown(platform: Services, who: Principal, found: CallFile) -> CallFileView:
    return LifeViews(platform, who).call(found, _counts(platform, who, [found])[found.id])


def _counts(platform: Services, who: Principal, found: list[CallFile]) -> dict[int, dict[str, int]]:
    """Applications by state: whoever sees one enterprise or area alone is told of those alone."""
    ids = [one.id for one in found]
    if Permission.READ_APPLICATIONS not in who.permissions:
        return {call_id: {} for call_id in ids}
    counted = platform.life.calls.counts(ids, None if who.scope.is_everybody else who.scope.admits)
    if who.scope.enterprise_id is not None:
        return counted
    return {call_id: {name: n for name, n in states.items() if name != "draft"} for call_id, states in counted.items()}
