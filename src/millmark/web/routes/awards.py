"""Awards, and all the money of one enterprise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.programmes.money import Asked, Funding, Lowered, Support
from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.money_views import MoneyViews, found_within
from millmark.web.services import Platform, Services
from millmark.web.shapes.money import (
    AskedFor,
    AwardDetail,
    AwardList,
    AwardStep,
    FitAwards,
    MyMoney,
    NewAward,
)
from millmark.web.shapes.shape import Id

if TYPE_CHECKING:
    from millmark.programmes.money import Award

router = APIRouter(tags=["money"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_MONEY))]


@router.get("/awards")
def awards(
    who: Reader,
    platform: Platform,
    programme_id: Id | None = None,
    enterprise_id: Id | None = None,
    state: str | None = None,
) -> AwardList:
    """Awards that one may see."""
    views = MoneyViews(platform, who)
    found = platform.awards.awards(programme_id=programme_id, enterprise_id=enterprise_id, state=state)
    return AwardList(awards=[views.award(one) for one in found if views.sees(one.enterprise_id)])


@router.post("/awards", status_code=status.HTTP_201_CREATED)
def calculate_award(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_AWARDS, action="awards.calculate"))],
    form: NewAward,
    request: Request,
    platform: Platform,
) -> AwardDetail:
    """Calculates the award of a recognition by its pack, every step of the sum told."""
    where = f"recognition {form.recognition_id}"
    found_within(who.scope, lambda: platform.life.recognitions.recognition(form.recognition_id), where)
    views = MoneyViews(platform, who)
    award = platform.awards.calculate(form.recognition_id, actor=views.actor, asked=_asked(form))
    audit_result(request, f"award:{award.id} {award.amount_fen} fen")
    return views.award_detail(award)


@router.post("/awards/fitting")
def fit_awards(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_AWARDS, action="awards.fit"))],
    form: FitAwards,
    request: Request,
    platform: Platform,
) -> AwardList:
    """Cuts the calculated awards of a call in proportion, where its pack says so and the budget does not suffice."""
    if not who.scope.is_everybody:
        for one in platform.awards.awards(state="calculated"):
            if one.call_id == form.call_id:
                who.scope.demand(one.enterprise_id, where=f"call {form.call_id}")
    views = MoneyViews(platform, who)
    found = platform.awards.fit(form.call_id, form.budget_fen, reason=form.reason, actor=views.actor)
    for one in found:
        who.scope.opened(one.enterprise_id)
    audit_result(request, f"call:{form.call_id} {len(found)} awards within {form.budget_fen} fen")
    return AwardList(awards=[views.award(one) for one in found])


@router.get("/awards/{award_id}")
def award(who: Reader, award_id: Id, request: Request, platform: Platform) -> AwardDetail:
    """One award with what it was calculated from, its payments and its entries."""
    return MoneyViews(platform, who).award_detail(_found(platform, who, award_id, request))


@router.post("/awards/{award_id}/steps")
def act_on_award(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_AWARDS, action="awards.act"))],
    award_id: Id,
    form: AwardStep,
    request: Request,
    platform: Platform,
) -> AwardDetail:
    """Takes a step; approving commits the money on its lines, all or nothing, and is never for who proposed it."""
    _found(platform, who, award_id, request)
    views = MoneyViews(platform, who)
    book, actor = platform.awards, views.actor
    match form.action:
        case "recalculate" | "reduce":
            done = book.recalculate(award_id, actor=actor, asked=_asked(form), reason=form.reason, version=form.version)
        case "propose":
            funding = [Funding(one.line_id, one.amount_fen) for one in form.funding]
            done = book.propose(award_id, funding, actor=actor, reason=form.reason, version=form.version)
        case "approve":
            done = book.approve(award_id, document=form.document, actor=actor, version=form.version)
        case "return":
            done = book.send_back(award_id, reason=form.reason, actor=actor, version=form.version)
        case "withdraw":
            done = book.withdraw(award_id, reason=form.reason, actor=actor, version=form.version)
    audit_result(request, f"award:{award_id} {form.action} {done.state} {done.amount_fen} fen")
    return views.award_detail(done)


@router.get("/enterprises/{enterprise_id}/money")
def enterprise_money(who: Reader, enterprise_id: Id, request: Request, platform: Platform) -> MyMoney:
    """All the money of one enterprise: what it is awarded, what was paid, what must come back."""
    who.scope.demand(enterprise_id, where=request.url.path)
    platform.registry.enterprise(enterprise_id)
    views = MoneyViews(platform, who)
    found = platform.awards.awards(enterprise_id=enterprise_id)
    clawbacks = platform.clawbacks.clawbacks(enterprise_id=enterprise_id)
    return MyMoney(
        awarded_fen=sum(one.amount_fen for one in found if one.state in ("committed", "paid")),
        paid_fen=sum(one.paid_fen + one.recovered_fen for one in found),
        recovered_fen=sum(one.recovered_fen for one in found),
        outstanding_fen=sum(one.outstanding_fen for one in clawbacks if one.state == "decided"),
        awards=[views.award(one) for one in found],
        disbursements=[
            views.disbursement(one) for one in platform.disbursements.disbursements(enterprise_id=enterprise_id)
        ],
        clawbacks=[views.clawback(one) for one in clawbacks],
    )


def _found(platform: Services, who: Principal, award_id: int, request: Request) -> Award:
    return found_within(who.scope, lambda: platform.awards.award(award_id), request.url.path)


def _asked(form: AskedFor) -> Asked:
    lowered = None if form.lowered_to_fen is None else Lowered(form.lowered_to_fen, form.lowered_because)
    support = [Support(one.programme, one.amount_fen, one.document) for one in form.other_support]
    return Asked(support, lowered)
