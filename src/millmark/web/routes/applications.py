"""Applications: filled in, signed and submitted by an enterprise; checked, recommended and decided by offices."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from millmark.programmes.life.content import Content
from millmark.programmes.life.office import OfficeStep
from millmark.registry import area_prefix
from millmark.web.access import Permission, Principal, requires
from millmark.web.acting import actor_of
from millmark.web.audit import audit_result
from millmark.web.life_views import LifeViews, version_view
from millmark.web.services import Platform, Services
from millmark.web.shapes.applications import (
    ApplicationFileView,
    ApplicationQueue,
    ContentForm,
    OfficeStepForm,
    OwnStep,
    SupplementForm,
    VersionList,
)
from millmark.web.shapes.shape import Id

router = APIRouter(prefix="/applications", tags=["applications"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_APPLICATIONS))]


@router.get("")
def applications(
    who: Reader,
    platform: Platform,
    call_id: Id | None = None,
    enterprise_id: Id | None = None,
    state: Annotated[str | None, Query(max_length=32)] = None,
    area: Annotated[str | None, Query(pattern=r"^[1-8][0-9]{5}$")] = None,
    grade: Annotated[str | None, Query(max_length=16)] = None,
) -> ApplicationQueue:
    """Applications that one may see, the latest first; `area` takes a division's code with all within it."""
    views = LifeViews(platform, who)
    views.load_enterprises()
    found = platform.life.applications.applications(call_id=call_id, enterprise_id=enterprise_id, state=state)
    rows = [views.summary(one) for one in found if views.admits(one)]
    prefix = "" if area is None else area_prefix(area)
    return ApplicationQueue(
        applications=[row for row in rows if row.area_code.startswith(prefix) and (grade is None or row.grade == grade)]
    )


@router.get("/{application_id}")
def application(who: Reader, application_id: Id, request: Request, platform: Platform) -> ApplicationFileView:
    """One application with what it says, what the machine says of it, and everything that happened."""
    views = _visible(platform, who, application_id, request)
    return views.application(platform.life.applications.application(application_id))


@router.get("/{application_id}/versions")
def application_versions(who: Reader, application_id: Id, request: Request, platform: Platform) -> VersionList:
    """What an application said, version by version; offices see those that were signed."""
    _visible(platform, who, application_id, request)
    found = platform.life.applications.versions(application_id)
    own = who.scope.enterprise_id is not None
    return VersionList(versions=[version_view(one) for one in found if own or one.signed_at_us is not None])


@router.put("/{application_id}/content")
def save_application(
    who: Annotated[Principal, Depends(requires(Permission.APPLY, action="applications.save"))],
    application_id: Id,
    form: ContentForm,
    request: Request,
    platform: Platform,
) -> ApplicationFileView:
    """Keeps what is filled in so far as a new version; nothing has to be whole before it is submitted."""
    views = _visible(platform, who, application_id, request)
    content = Content(
        facts=form.facts,
        documents=form.documents,
        claim_ids=tuple(form.claim_ids),
        level=form.level,
        pledge=form.pledge,
    )
    saved = platform.life.applications.save(application_id, views.actor, content, version=form.version)
    audit_result(request, f"application:{application_id} version:{saved.version}")
    return views.application(saved)


@router.post("/{application_id}/submit")
def submit_application(
    who: Annotated[Principal, Depends(requires(Permission.APPLY, action="applications.submit"))],
    application_id: Id,
    form: OwnStep,
    request: Request,
    platform: Platform,
) -> ApplicationFileView:
    """Signs the current version with the account that asks, and submits it; its claims are checked on arrival."""
    views = _visible(platform, who, application_id, request)
    done = platform.life.applications.submit(application_id, views.actor, version=form.version)
    audit_result(request, f"application:{application_id} digest:{done.current.digest}")
    return views.application(done)


@router.post("/{application_id}/supplement")
def supplement_application(
    who: Annotated[Principal, Depends(requires(Permission.APPLY, action="applications.supplement"))],
    application_id: Id,
    form: SupplementForm,
    request: Request,
    platform: Platform,
) -> ApplicationFileView:
    """Adds claims to a submitted application while its call is open and no office has checked it; signed anew."""
    views = _visible(platform, who, application_id, request)
    done = platform.life.applications.supplement(application_id, views.actor, form.claim_ids, version=form.version)
    audit_result(request, f"application:{application_id} digest:{done.current.digest}")
    return views.application(done)


@router.post("/{application_id}/withdraw")
def withdraw_application(
    who: Annotated[Principal, Depends(requires(Permission.APPLY, action="applications.withdraw"))],
    application_id: Id,
    form: OwnStep,
    request: Request,
    platform: Platform,
) -> ApplicationFileView:
    """Takes an application back, as long as no office has accepted it."""
    views = _visible(platform, who, application_id, request)
    done = platform.life.applications.withdraw(application_id, views.actor, reason=form.reason)
    audit_result(request, f"application:{application_id} {done.state}")
    return views.application(done)


@router.post("/{application_id}/reopen")
def reopen_application(
    who: Annotated[Principal, Depends(requires(Permission.APPLY, action="applications.reopen"))],
    application_id: Id,
    request: Request,
    platform: Platform,
) -> ApplicationFileView:
    """Takes a withdrawn application up again while its call is open."""
    views = _visible(platform, who, application_id, request)
    done = platform.life.applications.reopen(application_id, views.actor)
    audit_result(request, f"application:{application_id} {done.state}")
    return views.application(done)


@router.post("/{application_id}/steps")
def application_step(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_APPLICATIONS, action="applications.step"))],
    application_id: Id,
    form: OfficeStepForm,
    request: Request,
    platform: Platform,
) -> ApplicationFileView:
    """A step of the office whose turn it is: return, accept, judge, recommend, open and close the review, decide."""
    views = _visible(platform, who, application_id, request)
    step = OfficeStep(
        action=form.action,
        reason=form.reason,
        version=form.version,
        due_in_days=form.due_in_days,
        judgements=form.judgements,
        rank=form.rank,
    )
    done = platform.life.office.act(application_id, step, actor_of(who))
    told = "" if form.rank is None else f" rank:{form.rank}"
    audit_result(request, f"application:{application_id} {form.action} {done.state}{told}")
    return views.application(done)


def _visible(platform: Services, who: Principal, application_id: int, request: Request) -> LifeViews:
    """Views for whoever asks, after making sure that they may see the application."""
    views = LifeViews(platform, who)
    views.demand(platform.life.applications.application(application_id), request.url.path)
    return views
