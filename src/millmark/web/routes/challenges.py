"""Challenges of claims: their rows are asked for, and the measure is computed again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, status
from starlette.concurrency import run_in_threadpool

from millmark.evidence import UnknownClaim
from millmark.programmes.proof import Challenge, Detail, ProofNotFound
from millmark.registry import LARGEST_ID
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.acting import actor_of
from millmark.web.audit import audit_detail, audit_result
from millmark.web.consent_gate import demand_consent
from millmark.web.proof_views import challenge_row, challenge_view
from millmark.web.services import Platform
from millmark.web.shapes.proof import ChallengeList, ChallengeReason, ChallengeView, NewChallenge
from millmark.web.shapes.shape import Id

router = APIRouter(prefix="/challenges", tags=["challenges"])

ANSWERS = "/api/challenges/answers"
"""The address whose bodies have a limit of their own."""

ROWS_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}}},
    }
}

Reader = Annotated[Principal, Depends(requires(Permission.READ_PROOF))]
Asker = Annotated[Principal, Depends(requires(Permission.CHALLENGE_CLAIMS))]


@router.get("")
def challenges(
    who: Reader,
    platform: Platform,
    enterprise_id: Id | None = None,
    claim_id: Annotated[str | None, Query(max_length=64)] = None,
    application_id: Id | None = None,
    state: Annotated[str | None, Query(max_length=24)] = None,
) -> ChallengeList:
    """Challenges that one may see, latest first."""
    platform.challenges.lapse_overdue()
    found = platform.challenges.challenges(
        enterprise_id=enterprise_id, claim_id=claim_id, application_id=application_id, state=state
    )
    visible = [one for one in found if who.scope.admits(one.enterprise_id)]
    return ChallengeList(challenges=[challenge_row(platform, who, one) for one in visible])


@router.post("", status_code=status.HTTP_201_CREATED)
def challenge_claim(who: Asker, form: NewChallenge, request: Request, platform: Platform) -> ChallengeView:
    """Asks for the rows of a claim until a deadline; a claim that this platform issued is answered at once."""
    try:
        claim = platform.claims.claim(form.claim_id)
    except UnknownClaim as error:
        raise unknown(request.url.path) from error
    who.scope.demand(claim.enterprise_id, where=request.url.path)
    demand_consent(platform, who, claim, Detail.VALUE)
    opened = platform.challenges.open(
        claim.id,
        actor_of(who),
        reason=form.reason,
        answer_days=form.answer_days,
        application_id=form.application_id,
    )
    audit_result(request, f"challenge:{opened.id} {opened.state}")
    return challenge_view(platform, who, opened)


@router.post("/answers", openapi_extra=ROWS_BODY)
async def answer_challenge(
    who: Annotated[Principal, Depends(requires(Permission.ANSWER_CHALLENGES))],
    challenge_id: Annotated[int, Query(ge=1, le=LARGEST_ID)],
    request: Request,
    platform: Platform,
) -> ChallengeView:
    """Holds a rows file (as `millmark claim export` writes it) against the challenged claim; the file is not kept."""
    rows = await request.body()

    def answered() -> ChallengeView:
        found = _visible(platform, who, challenge_id, request)
        audit_detail(request, f"challenge:{challenge_id} {len(rows)} bytes")
        done = platform.challenges.answer(found.id, rows, actor_of(who))
        audit_result(request, f"challenge:{done.id} {done.state}")
        return challenge_view(platform, who, done)

    return await run_in_threadpool(answered)


@router.get("/{challenge_id}")
def challenge(who: Reader, challenge_id: Id, request: Request, platform: Platform) -> ChallengeView:
    """One challenge with its answers and everything that was done."""
    platform.challenges.lapse_overdue()
    return challenge_view(platform, who, _visible(platform, who, challenge_id, request))


@router.post("/{challenge_id}/reopen")
def reopen_challenge(
    who: Asker, challenge_id: Id, form: ChallengeReason, request: Request, platform: Platform
) -> ChallengeView:
    """Gives another deadline to who did not answer, or answered in part."""
    _visible(platform, who, challenge_id, request)
    done = platform.challenges.reopen(
        challenge_id, actor_of(who), reason=form.reason, answer_days=form.answer_days, version=form.version
    )
    audit_result(request, f"challenge:{done.id} {done.state}")
    return challenge_view(platform, who, done)


@router.post("/{challenge_id}/withdraw")
def withdraw_challenge(
    who: Asker, challenge_id: Id, form: ChallengeReason, request: Request, platform: Platform
) -> ChallengeView:
    """Takes a challenge back that is not answered."""
    _visible(platform, who, challenge_id, request)
    done = platform.challenges.withdraw(challenge_id, actor_of(who), reason=form.reason, version=form.version)
    audit_result(request, f"challenge:{done.id} {done.state}")
    return challenge_view(platform, who, done)


def _visible(platform: Platform, who: Principal, challenge_id: int, request: Request) -> Challenge:
    try:
        found = platform.challenges.challenge(challenge_id)
    except ProofNotFound as error:
        raise unknown(request.url.path) from error
    who.scope.demand(found.enterprise_id, where=request.url.path)
    return found
