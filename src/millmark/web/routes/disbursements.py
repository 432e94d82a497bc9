"""Payments of awards, and what must come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.programmes.money import NewDisbursement
from millmark.programmes.projects import Grounds
from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.money_views import MoneyViews, found_within
from millmark.web.services import Platform, Services
from millmark.web.shapes.grounds import GroundsList, GroundsView
from millmark.web.shapes.money import (
    ClawbackDetail,
    ClawbackList,
    ClawbackStep,
    DisbursementDetail,
    DisbursementList,
    DisbursementStep,
    NewClawback,
    NewDisbursementForm,
    NewReceipt,
)
from millmark.web.shapes.shape import Id

if TYPE_CHECKING:
    from millmark.programmes.money import Disbursement
    from millmark.programmes.projects import Clawback

router = APIRouter(tags=["money"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_MONEY))]


@router.get("/disbursements")
def disbursements(
    who: Reader, platform: Platform, award_id: Id | None = None, state: str | None = None
) -> DisbursementList:
    """Payments that one may see."""
    views = MoneyViews(platform, who)
    found = platform.disbursements.disbursements(award_id=award_id, state=state)
    return DisbursementList(disbursements=[views.disbursement(one) for one in found if views.sees(one.enterprise_id)])


@router.post("/disbursements", status_code=status.HTTP_201_CREATED)
def propose_disbursement(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_PAYMENTS, action="disbursements.propose"))],
    form: NewDisbursementForm,
    request: Request,
    platform: Platform,
) -> DisbursementDetail:
    """Asks for a payment of a part of a committed award, once its instalment is due."""
    found_within(who.scope, lambda: platform.awards.award(form.award_id), f"award {form.award_id}")
    views = MoneyViews(platform, who)
    new = NewDisbursement(
        award_id=form.award_id, line_id=form.line_id, instalment=form.instalment, amount_fen=form.amount_fen
    )
    proposed = platform.disbursements.propose(new, actor=views.actor, reason=form.reason)
    audit_result(request, f"disbursement:{proposed.id} {proposed.amount_fen} fen")
    return views.disbursement_detail(proposed)


@router.get("/disbursements/{disbursement_id}")
def disbursement(who: Reader, disbursement_id: Id, request: Request, platform: Platform) -> DisbursementDetail:
    """One payment with everything that happened to it."""
    return MoneyViews(platform, who).disbursement_detail(_payment(platform, who, disbursement_id, request))


@router.post("/disbursements/{disbursement_id}/steps")
def act_on_disbursement(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_PAYMENTS, action="disbursements.act"))],
    disbursement_id: Id,
    form: DisbursementStep,
    request: Request,
    platform: Platform,
) -> DisbursementDetail:
    """Approves, rejects, cancels, books or takes back a payment; who proposed it neither approves nor books it."""
    _payment(platform, who, disbursement_id, request)
    views = MoneyViews(platform, who)
    done = platform.disbursements.act(
        disbursement_id,
        form.action,
        actor=views.actor,
        reason=form.reason,
        receipt=form.receipt,
        paid_on=form.paid_on,
        version=form.version,
    )
    audit_result(request, f"disbursement:{disbursement_id} {form.action} {done.state}")
    return views.disbursement_detail(done)


@router.get("/clawbacks")
def clawbacks(who: Reader, platform: Platform, award_id: Id | None = None, state: str | None = None) -> ClawbackList:
    """Clawbacks that one may see."""
    views = MoneyViews(platform, who)
    found = platform.clawbacks.clawbacks(award_id=award_id, state=state)
    return ClawbackList(clawbacks=[views.clawback(one) for one in found if views.sees(one.enterprise_id)])


@router.get("/awards/{award_id}/clawback-grounds")
def clawback_grounds(who: Reader, award_id: Id, request: Request, platform: Platform) -> GroundsList:
    """Challenges that ended against the claims an award rests on: possible grounds for a clawback."""
    found_within(who.scope, lambda: platform.awards.award(award_id), request.url.path)
    return GroundsList(
        grounds=[
            GroundsView(
                grounds=one.grounds.value,
                challenge_id=one.challenge_id,
                claim_id=one.claim_id,
                state=one.state,
                text_zh=one.zh,
                text_en=one.en,
            )
            for one in platform.clawbacks.possible_grounds(award_id)
        ]
    )


@router.post("/clawbacks", status_code=status.HTTP_201_CREATED)
def open_clawback(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_CLAWBACKS, action="clawbacks.open"))],
    form: NewClawback,
    request: Request,
    platform: Platform,
) -> ClawbackDetail:
    """Says what must come back of an award, and why."""
    found_within(who.scope, lambda: platform.awards.award(form.award_id), f"award {form.award_id}")
    views = MoneyViews(platform, who)
    opened = platform.clawbacks.open(
        form.award_id, form.amount_fen, Grounds(form.grounds), reason=form.reason, actor=views.actor
    )
    audit_result(request, f"clawback:{opened.id} {opened.amount_fen} fen")
    return views.clawback_detail(opened)


@router.get("/clawbacks/{clawback_id}")
def clawback(who: Reader, clawback_id: Id, request: Request, platform: Platform) -> ClawbackDetail:
    """One clawback with its receipts and everything that happened to it."""
    return MoneyViews(platform, who).clawback_detail(_clawback(platform, who, clawback_id, request))


@router.post("/clawbacks/{clawback_id}/steps")
def act_on_clawback(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_CLAWBACKS, action="clawbacks.act"))],
    clawback_id: Id,
    form: ClawbackStep,
    request: Request,
    platform: Platform,
) -> ClawbackDetail:
    """Decides a clawback (somebody else than who opened it), drops it, or waives what is outstanding."""
    _clawback(platform, who, clawback_id, request)
    views = MoneyViews(platform, who)
    done = platform.clawbacks.act(
        clawback_id,
        form.action,
        actor=views.actor,
        reason=form.reason,
        document=form.document,
        version=form.version,
    )
    audit_result(request, f"clawback:{clawback_id} {form.action} {done.state}")
    return views.clawback_detail(done)


@router.post("/clawbacks/{clawback_id}/receipts", status_code=status.HTTP_201_CREATED)
def book_clawback_receipt(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_CLAWBACKS, action="clawbacks.receive"))],
    clawback_id: Id,
    form: NewReceipt,
    request: Request,
    platform: Platform,
) -> ClawbackDetail:
    """Books money that came back; the last fen closes the clawback."""
    _clawback(platform, who, clawback_id, request)
    views = MoneyViews(platform, who)
    done = platform.clawbacks.receive(
        clawback_id, form.line_id, form.amount_fen, receipt=form.receipt, actor=views.actor
    )
    audit_result(request, f"clawback:{clawback_id} received {form.amount_fen} fen")
    return views.clawback_detail(done)


def _payment(platform: Services, who: Principal, disbursement_id: int, request: Request) -> Disbursement:
    return found_within(who.scope, lambda: platform.disbursements.disbursement(disbursement_id), request.url.path)


def _clawback(platform: Services, who: Principal, clawback_id: int, request: Request) -> Clawback:
    return found_within(who.scope, lambda: platform.clawbacks.clawback(clawback_id), request.url.path)
