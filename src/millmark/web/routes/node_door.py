"""The door for enrolled nodes: their seals, their claims, the challenges that wait for them; all requests signed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, status
from starlette.concurrency import run_in_threadpool

from millmark.evidence.nodes import EnrolledKey
from millmark.programmes.proof.machine import UNANSWERED, node_actor
from millmark.registry import LARGEST_ID
from millmark.web.access import ForNodes, unknown
from millmark.web.audit import audit_result
from millmark.web.node_letters import node_of
from millmark.web.proof_views import alarm_view, answer_view, arrival_view, key_view
from millmark.web.routes.challenges import ROWS_BODY
from millmark.web.services import Platform
from millmark.web.shapes.proof import (
    ArrivalView,
    ChallengeAnswerView,
    NewNodeKey,
    NodeChallenge,
    NodeChallenges,
    NodeKeyView,
    SealTokens,
    WitnessReceiptView,
)

router = APIRouter(prefix="/node", tags=["nodes"])

CLAIMS = "/api/node/claims"
ANSWERS = "/api/node/answers"

DOCUMENT_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "string", "format": "binary"}}},
    }
}

Node = Annotated[EnrolledKey, Depends(ForNodes(node_of))]


@router.post("/seals")
def tell_seals(node: Node, form: SealTokens, request: Request, platform: Platform) -> WitnessReceiptView:
    """Takes note of a node's seals; what contradicts an earlier one is kept as an alarm for ever."""
    if form.key_id != node.id:
        raise unknown(request.url.path)
    receipt = platform.witness.receive(form.seals, node.id)
    audit_result(request, f"seals new:{receipt.new} known:{receipt.known} alarms:{len(receipt.alarms)}")
    return WitnessReceiptView(new=receipt.new, known=receipt.known, alarms=[alarm_view(one) for one in receipt.alarms])


@router.post("/claims", status_code=status.HTTP_201_CREATED, openapi_extra=DOCUMENT_BODY)
async def bring_claim(node: Node, request: Request, platform: Platform) -> ArrivalView:
    """Takes in a claim document of this node's enterprise and says what its checks found."""
    document = await request.body()

    def taken_in() -> ArrivalView:
        claim = platform.claim_imports.take_in(document, received_by=f"node:{node.id}")
        arrival = platform.arrivals.check_and_record(claim.id, claim.enterprise_id, checked_by=f"node:{node.id}")
        audit_result(request, f"claim:{claim.id} {arrival.grade}")
        return arrival_view(arrival)

    return await run_in_threadpool(taken_in)


@router.get("/challenges")
def waiting_challenges(node: Node, platform: Platform) -> NodeChallenges:
    """The challenges of this node's claims that wait for an answer."""
    platform.challenges.lapse_overdue()
    waiting = [
        one
        for one in platform.challenges.challenges(enterprise_id=node.enterprise_id)
        if one.state in UNANSWERED and platform.claims.claim(one.claim_id).issuer == node.id
    ]
    return NodeChallenges(
        challenges=[
            NodeChallenge(id=one.id, claim_id=one.claim_id, reason=one.reason, deadline_us=one.deadline_us)
            for one in waiting
        ]
    )


@router.post("/answers", openapi_extra=ROWS_BODY)
async def reveal_rows(
    node: Node,
    challenge_id: Annotated[int, Query(ge=1, le=LARGEST_ID)],
    request: Request,
    platform: Platform,
) -> ChallengeAnswerView:
    """Holds the node's rows file against the challenged claim; the file is not kept."""
    rows = await request.body()

    def answered() -> ChallengeAnswerView:
        found = platform.challenges.challenge(challenge_id)
        if found.enterprise_id != node.enterprise_id:
            raise unknown(request.url.path)
        done = platform.challenges.answer(challenge_id, rows, node_actor(node.id))
        audit_result(request, f"challenge:{done.id} {done.state}")
        return answer_view(done.answers[-1])

    return await run_in_threadpool(answered)


@router.post("/key")
def name_successor(node: Node, form: NewNodeKey, request: Request, platform: Platform) -> NodeKeyView:
    """Replaces the node's key by the one that the letter names; both have signed it."""
    key = platform.nodes.succeed(node.id, form.letter)
    audit_result(request, f"key:{key.id} {key.state}")
    return key_view(platform, key)
