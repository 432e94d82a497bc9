"""Lists made public before a recognition, and objections to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.web.access import Permission, Principal, Role, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.errors import Unprocessable
from millmark.web.life_views import LifeViews
from millmark.web.services import Platform
from millmark.web.shapes.publicity import (
    NewObjection,
    NewPublicity,
    ObjectionList,
    ObjectionView,
    PublicityList,
    PublicityStep,
    PublicityView,
    Resolution,
)
from millmark.web.shapes.shape import Id

if TYPE_CHECKING:
    from millmark.programmes.life.publicity import Objection

router = APIRouter(tags=["publicity"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_PUBLICITY))]


@router.get("/publicity")
def publicities(who: Reader, platform: Platform, call_id: Id | None = None) -> PublicityList:
    """Every list made public, the latest first; whoever is signed in may read them."""
    views = LifeViews(platform, who)
    views.load_enterprises()
    found = platform.life.publicity.publicities(call_id=call_id)
    return PublicityList(publicities=[views.publicity(one) for one in found])


@router.post("/publicity", status_code=status.HTTP_201_CREATED)
def open_publicity(
    who: Annotated[Principal, Depends(requires(Permission.PUBLICISE, action="publicity.open"))],
    form: NewPublicity,
    request: Request,
    platform: Platform,
) -> PublicityView:
    """Makes applications that passed public: all of them, or none."""
    views = LifeViews(platform, who)
    for application_id in form.application_ids:
        views.demand(platform.life.applications.application(application_id), request.url.path)
    opened = platform.life.publicity.open(form.call_id, form.application_ids, views.actor, days=form.days)
    platform.public.cache.forget()
    audit_result(request, f"publicity:{opened.id} applications:{len(opened.entries)}")
    return views.publicity(opened)


@router.get("/publicity/{publicity_id}")
def publicity(who: Reader, publicity_id: Id, platform: Platform) -> PublicityView:
    """One list."""
    return LifeViews(platform, who).publicity(platform.life.publicity.publicity(publicity_id))


@router.post("/publicity/{publicity_id}/steps")
def publicity_step(
    who: Annotated[Principal, Depends(requires(Permission.PUBLICISE, action="publicity.step"))],
    publicity_id: Id,
    form: PublicityStep,
    request: Request,
    platform: Platform,
) -> PublicityView:
    """Extends a list, or closes it once its days are over and every objection is answered."""
    views = LifeViews(platform, who)
    if form.action == "close":
        done = platform.life.publicity.close(publicity_id, views.actor)
    elif form.closes_on is None:
        raise Unprocessable("An extension needs the new day.", where="closes_on", next_step="Give closes_on.")
    else:
        done = platform.life.publicity.extend(
            publicity_id, views.actor, closes_on=form.closes_on, reason=form.reason or ""
        )
    platform.public.cache.forget()
    audit_result(request, f"publicity:{publicity_id} {form.action} {done.closes_on}")
    return views.publicity(done)


@router.post("/publicity/{publicity_id}/objections", status_code=status.HTTP_201_CREATED)
def raise_objection(
    who: Annotated[Principal, Depends(requires(Permission.OBJECT))],
    publicity_id: Id,
    form: NewObjection,
    request: Request,
    platform: Platform,
) -> ObjectionView:
    """Objects to an entry while its list is public; an officer may take down what somebody else says, by name."""
    views = LifeViews(platform, who)
    raised = platform.life.publicity.object(
        publicity_id, form.application_id, views.actor, text=form.text, objector=form.objector
    )
    audit_result(request, f"objection:{raised.id} application:{form.application_id}")
    return views.objection(raised)


@router.get("/objections")
def objections(
    who: Reader,
    platform: Platform,
    publicity_id: Id | None = None,
    application_id: Id | None = None,
    state: str | None = None,
) -> ObjectionList:
    """Objections that one raised, and for offices and auditors those of their area."""
    views = LifeViews(platform, who)
    found = platform.life.publicity.objections(publicity_id=publicity_id, application_id=application_id, state=state)
    return ObjectionList(objections=[views.objection(one) for one in found if _sees(who, one)])


@router.post("/objections/{objection_id}/resolution")
def resolve_objection(
    who: Annotated[Principal, Depends(requires(Permission.PUBLICISE, action="publicity.resolve"))],
    objection_id: Id,
    form: Resolution,
    request: Request,
    platform: Platform,
) -> ObjectionView:
    """Answers an objection with a reason; one that is upheld rejects the application at once."""
    found = platform.life.publicity.objection(objection_id)
    if not _sees(who, found):
        raise unknown(request.url.path)
    who.scope.opened(found.enterprise_id)
    views = LifeViews(platform, who)
    done = platform.life.publicity.resolve(objection_id, views.actor, upheld=form.upheld, reason=form.reason)
    audit_result(request, f"objection:{objection_id} {done.state}")
    return views.objection(done)


def _sees(who: Principal, objection: Objection) -> bool:
    """Who objected is not told to the enterprise concerned."""
    if objection.raised_by == who.name:
        return True
    looks_after = who.role in (Role.ADMIN, Role.OFFICER, Role.AUDITOR)
    return looks_after and who.scope.admits(objection.enterprise_id)
