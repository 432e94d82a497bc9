"""Consents of enterprises: to whom their claims may go, for what, how much of them, and until when."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.evidence import UnknownClaim
from millmark.model import Period
from millmark.programmes.proof import NewConsent, ProofNotFound
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.proof_views import consent_view
from millmark.web.services import Platform
from millmark.web.shapes.proof import ConsentList, ConsentView, NewConsentForm, Withdrawal
from millmark.web.shapes.shape import Id

router = APIRouter(prefix="/consents", tags=["consents"])

Giver = Annotated[Principal, Depends(requires(Permission.GIVE_CONSENTS))]


@router.get("")
def consents(
    who: Annotated[Principal, Depends(requires(Permission.READ_PROOF))],
    request: Request,
    platform: Platform,
    enterprise_id: Id | None = None,
) -> ConsentList:
    """Every consent that was given and that one may see, withdrawn and expired ones too, latest first."""
    if enterprise_id is not None:
        who.scope.demand(enterprise_id, where=request.url.path)
    found = platform.consents.consents(enterprise_id)
    return ConsentList(consents=[consent_view(platform, one) for one in found if who.scope.admits(one.enterprise_id)])


@router.post("", status_code=status.HTTP_201_CREATED)
def give_consent(who: Giver, form: NewConsentForm, request: Request, platform: Platform) -> ConsentView:
    """Lets claims go to a recipient, for a purpose, up to a detail, until the end of a day."""
    who.scope.demand(form.enterprise_id, where=request.url.path)
    if form.claim_id is not None:
        try:
            claim = platform.claims.claim(form.claim_id)
        except UnknownClaim as error:
            raise unknown(request.url.path) from error
        if claim.enterprise_id != form.enterprise_id:
            raise unknown(request.url.path)
    given = platform.consents.give(
        NewConsent(
            form.enterprise_id,
            form.recipient,
            form.purpose,
            form.detail,
            Period.of_day(form.until, platform.zone).end_us,
            measures=frozenset(form.measures),
            claim_id=form.claim_id,
        ),
        given_by=who.name,
    )
    audit_result(request, f"consent:{given.id}")
    return consent_view(platform, given)


@router.post("/{consent_id}/withdraw")
def withdraw_consent(who: Giver, consent_id: Id, form: Withdrawal, request: Request, platform: Platform) -> ConsentView:
    """Hides from now on what the consent let go; what was seen before stays recorded."""
    try:
        found = platform.consents.consent(consent_id)
    except ProofNotFound as error:
        raise unknown(request.url.path) from error
    who.scope.demand(found.enterprise_id, where=request.url.path)
    done = platform.consents.withdraw(consent_id, withdrawn_by=who.name, reason=form.reason)
    audit_result(request, f"consent:{done.id} withdrawn")
    return consent_view(platform, done)
