"""Expert reviews: assigned by offices, declared and scored by reviewers, blind until the panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.web.access import Permission, Principal, Role, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.errors import Unprocessable
from millmark.web.life_views import LifeViews
from millmark.web.services import Platform, Services
from millmark.web.shapes.reviews import (
    Declaration,
    NewReview,
    ReviewDetail,
    ReviewerList,
    ReviewList,
    ReviewStep,
    ScoreForm,
)
from millmark.web.shapes.shape import Id

if TYPE_CHECKING:
    from millmark.programmes.life.reviews import Review

router = APIRouter(prefix="/reviews", tags=["reviews"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_REVIEWS))]


@router.get("")
def reviews(who: Reader, platform: Platform, application_id: Id | None = None) -> ReviewList:
    """A reviewer's own reviews, or for offices those of applications in their area; the latest first."""
    reviewer = who.name if who.role is Role.REVIEWER else None
    found = platform.life.reviews.reviews(application_id=application_id, reviewer=reviewer)
    views = LifeViews(platform, who)
    views.load_enterprises()
    return ReviewList(reviews=[views.review(one) for one in found if _sees(who, one)])


@router.get("/reviewers")
def reviewers(
    _who: Annotated[Principal, Depends(requires(Permission.ASSIGN_REVIEWS))], platform: Platform
) -> ReviewerList:
    """Who may be assigned."""
    return ReviewerList(reviewers=sorted(_reviewers(platform)))


@router.post("", status_code=status.HTTP_201_CREATED)
def assign_review(
    who: Annotated[Principal, Depends(requires(Permission.ASSIGN_REVIEWS))],
    form: NewReview,
    request: Request,
    platform: Platform,
) -> ReviewDetail:
    """Assigns a reviewer to an application under review."""
    views = LifeViews(platform, who)
    views.demand(platform.life.applications.application(form.application_id), request.url.path)
    if form.reviewer not in _reviewers(platform):
        raise Unprocessable(
            f"'{form.reviewer}' is no account of a reviewer that is in use.",
            where="reviewer",
            next_step="Take one of GET /api/reviews/reviewers.",
        )
    assigned = platform.life.reviews.assign(form.application_id, form.reviewer, views.actor, due_on=form.due_on)
    audit_result(request, f"review:{assigned.id} application:{form.application_id} reviewer:{form.reviewer}")
    return views.review_detail(assigned)


@router.get("/{review_id}")
def review(who: Reader, review_id: Id, request: Request, platform: Platform) -> ReviewDetail:
    """One review; the application is shown to its reviewer once they declared that they have no conflict."""
    return LifeViews(platform, who).review_detail(_visible(platform, who, review_id, request))


@router.post("/{review_id}/declaration")
def declare_conflict(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_REVIEWS, action="reviews.declare"))],
    review_id: Id,
    form: Declaration,
    request: Request,
    platform: Platform,
) -> ReviewDetail:
    """The reviewer's word on conflicts of interest, before anything of the application is shown."""
    _visible(platform, who, review_id, request)
    views = LifeViews(platform, who)
    done = platform.life.reviews.declare(review_id, views.actor, conflict=form.conflict, reason=form.reason)
    audit_result(request, f"review:{review_id} {done.state}")
    return views.review_detail(done)


@router.put("/{review_id}/scores")
def score_review(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_REVIEWS, action="reviews.score"))],
    review_id: Id,
    form: ScoreForm,
    request: Request,
    platform: Platform,
) -> ReviewDetail:
    """Points for every criterion; they stand until an office asks for them again."""
    _visible(platform, who, review_id, request)
    views = LifeViews(platform, who)
    done = platform.life.reviews.score(review_id, views.actor, form.scores, form.comment, version=form.version)
    audit_result(request, f"review:{review_id} {done.state}")
    return views.review_detail(done)


@router.post("/{review_id}/steps")
def review_step(
    who: Annotated[Principal, Depends(requires(Permission.ASSIGN_REVIEWS, action="reviews.step"))],
    review_id: Id,
    form: ReviewStep,
    request: Request,
    platform: Platform,
) -> ReviewDetail:
    """An office releases a reviewer, or asks for the scores again."""
    _visible(platform, who, review_id, request)
    views = LifeViews(platform, who)
    done = platform.life.reviews.act(review_id, form.action, views.actor, reason=form.reason)
    audit_result(request, f"review:{review_id} {form.action} {done.state}")
    return views.review_detail(done)


def _sees(who: Principal, found: Review) -> bool:
    if who.role is Role.REVIEWER:
        return found.reviewer == who.name
    return who.scope.admits(found.enterprise_id)


def _visible(platform: Services, who: Principal, review_id: int, request: Request) -> Review:
    found = platform.life.reviews.review(review_id)
    if not _sees(who, found):
        raise unknown(request.url.path)
    who.scope.opened(found.enterprise_id)
    return found


def _reviewers(platform: Services) -> set[str]:
    return {one.name for one in platform.accounts.accounts() if one.role is Role.REVIEWER and not one.disabled}
