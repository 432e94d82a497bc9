"""Recognitions: granted, renewed, revoked; and the list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.errors import Unprocessable
from millmark.web.life_views import LifeViews
from millmark.web.services import Platform, Services
from millmark.web.shapes.recognitions import (
    NewRecognition,
    RecognitionDetail,
    RecognitionList,
    RecognitionStep,
    RecognitionView,
)
from millmark.web.shapes.shape import Id
from millmark.web.shapes.steps import StepView

if TYPE_CHECKING:
    from millmark.programmes.life.recognitions import Recognition

router = APIRouter(prefix="/recognitions", tags=["recognitions"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_PROGRAMMES))]


@router.get("")
def recognitions(
    who: Reader, platform: Platform, call_id: Id | None = None, enterprise_id: Id | None = None
) -> RecognitionList:
    """Recognitions of the enterprises that one sees, the latest first."""
    views = LifeViews(platform, who)
    views.load_enterprises()
    found = platform.life.recognitions.recognitions(call_id=call_id, enterprise_id=enterprise_id)
    seen = [one for one in found if who.scope.admits(one.enterprise_id)]
    return RecognitionList(recognitions=[RecognitionView(**views.recognition(one)) for one in seen])


@router.post("", status_code=status.HTTP_201_CREATED)
def recognise(
    who: Annotated[Principal, Depends(requires(Permission.RECOGNISE, action="recognitions.grant"))],
    form: NewRecognition,
    request: Request,
    platform: Platform,
) -> RecognitionDetail:
    """Recognises what an application came to, once its list was public and no objection is open; the city's figures
    count it from this moment."""
    views = LifeViews(platform, who)
    views.demand(platform.life.applications.application(form.application_id), request.url.path)
    granted = platform.life.recognitions.recognise(
        form.application_id,
        views.actor,
        level=form.level,
        document=form.document,
        valid_from=form.valid_from,
        number=form.number,
    )
    platform.public.cache.forget()
    audit_result(request, f"recognition:{granted.id} application:{form.application_id}")
    return _shown(platform, who, granted)


@router.get("/{recognition_id}")
def recognition(who: Reader, recognition_id: Id, request: Request, platform: Platform) -> RecognitionDetail:
    """One recognition with everything that happened to it."""
    found = platform.life.recognitions.recognition(recognition_id)
    who.scope.demand(found.enterprise_id, where=request.url.path)
    return _shown(platform, who, found)


@router.post("/{recognition_id}/steps")
def recognition_step(
    who: Annotated[Principal, Depends(requires(Permission.RECOGNISE, action="recognitions.step"))],
    recognition_id: Id,
    form: RecognitionStep,
    request: Request,
    platform: Platform,
) -> RecognitionDetail:
    """Revokes a recognition, or gives it a later end."""
    book, actor = platform.life.recognitions, LifeViews(platform, who).actor
    who.scope.demand(book.recognition(recognition_id).enterprise_id, where=request.url.path)
    if form.action == "revoke":
        done = book.revoke(recognition_id, actor, reason=form.reason)
    elif form.valid_until is None:
        raise Unprocessable("A renewal needs the new end.", where="valid_until", next_step="Give valid_until.")
    else:
        done = book.renew(recognition_id, actor, valid_until=form.valid_until, reason=form.reason)
    platform.public.cache.forget()
    audit_result(request, f"recognition:{recognition_id} {form.action} {done.state}")
    return _shown(platform, who, done)


def _shown(platform: Services, who: Principal, found: Recognition) -> RecognitionDetail:
    steps = [StepView.of(step) for step in platform.life.recognitions.steps(found.id)]
    return RecognitionDetail(**LifeViews(platform, who).recognition(found), steps=steps)
