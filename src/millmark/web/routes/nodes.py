"""Other nodes: the keys that speak for enterprises, and the seals that this platform witnessed."""

from __future__ import annotations

from datetime import date as calendar_date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, status

from millmark.evidence.nodes import EnrolledKey, UnknownKey, read_enrolment
from millmark.programmes.proof import OwnAnswers
from millmark.registry import NotRegistered
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.errors import NotFound
from millmark.web.proof_views import alarm_view, chain_view, key_view
from millmark.web.services import Platform
from millmark.web.shapes.proof import (
    KeyReason,
    KeyRevocation,
    NewNodeKey,
    NodeKeyList,
    NodeKeyView,
    OwnAnswerView,
    OwnChallenge,
    OwnChallenges,
    OwnSeals,
    SealTokens,
    WitnessReceiptView,
    WitnessState,
)
from millmark.web.shapes.shape import Id

MOST_SEALS = 1000

router = APIRouter(tags=["nodes"])

KeyId = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{43}$")]
Reader = Annotated[Principal, Depends(requires(Permission.READ_PROOF))]
Speaker = Annotated[Principal, Depends(requires(Permission.SPEAK_FOR_NODES))]


@router.get("/nodes")
def node_keys(who: Reader, platform: Platform) -> NodeKeyList:
    """Every key that one may see, with what became of it."""
    visible = [one for one in platform.nodes.enrolled() if who.scope.admits(one.enterprise_id)]
    return NodeKeyList(own_key_id=platform.own_key.id, keys=[key_view(platform, one) for one in visible])


@router.post("/nodes", status_code=status.HTTP_201_CREATED)
def add_node_key(who: Speaker, form: NewNodeKey, request: Request, platform: Platform) -> NodeKeyView:
    """Of an enterprise's account: asks that a key be heard. Of the office's: enrols it, its id having been compared."""
    said = read_enrolment(form.letter)
    try:
        owner = platform.registry.enterprise_by_slug(said.enterprise).id
    except NotRegistered as error:
        raise unknown(request.url.path) from error
    who.scope.demand(owner, where=request.url.path)
    may_enrol = Permission.ENROL_NODES in who.permissions
    book = platform.nodes
    key = book.enrol(form.letter, actor=who.name) if may_enrol else book.request(form.letter, actor=who.name)
    audit_result(request, f"key:{key.id} {key.state}")
    return key_view(platform, key)


@router.get("/nodes/own/letter")
def own_letter(who: Speaker, enterprise_id: Id, request: Request, platform: Platform) -> NewNodeKey:
    """This platform's own key with an enterprise's name, signed with itself: what a region enrols."""
    who.scope.demand(enterprise_id, where=request.url.path)
    return NewNodeKey(letter=platform.enrolment_letter(platform.registry.enterprise(enterprise_id).slug))


@router.get("/nodes/own/seals")
def own_seals(who: Speaker, enterprise_id: Id, first: calendar_date, request: Request, platform: Platform) -> OwnSeals:
    """An enterprise's seals from a day on, up to a thousand, as a region's `POST /api/witness` takes them."""
    who.scope.demand(enterprise_id, where=request.url.path)
    chains = [platform.seals.seals(site.id) for site in platform.registry.sites(enterprise_id)]
    tokens = [seal.token for chain in chains for seal in chain if seal.date >= first]
    return OwnSeals(key_id=platform.own_key.id, seals=tokens[:MOST_SEALS], more=len(tokens) > MOST_SEALS)


@router.get("/nodes/own/challenges")
def own_challenges(who: Speaker, platform: Platform) -> OwnChallenges:
    """Challenges of this node's claims that wait at its region, the most urgent first."""
    found = _answers(platform).waiting()
    return OwnChallenges(
        answers_by_itself=platform.answers_by_itself,
        challenges=[
            OwnChallenge(
                id=one.id,
                claim_id=one.claim_id,
                reason=one.reason,
                deadline_us=one.deadline_us,
                enterprise_id=claim.enterprise_id,
                measure=claim.measure,
                subject=str(claim.subject),
            )
            for one, claim in found
            if who.scope.admits(claim.enterprise_id)
        ],
    )


@router.post("/nodes/own/challenges/{challenge_id}/answer")
def answer_own_challenge(who: Speaker, challenge_id: Id, request: Request, platform: Platform) -> OwnAnswerView:
    """Shows the region the rows of the challenged claim now, as far as its enterprise consents that the office sees
    them."""
    answers = _answers(platform)
    for one, claim in answers.waiting():
        if one.id == challenge_id:
            who.scope.demand(claim.enterprise_id, where=request.url.path)
    done = answers.answer(challenge_id)
    audit_result(request, f"challenge:{challenge_id} {done.outcome or done.kept}")
    return OwnAnswerView(challenge_id=done.challenge_id, claim_id=done.claim_id, outcome=done.outcome, kept=done.kept)


@router.post("/nodes/{key_id}/confirm")
def confirm_node_key(
    who: Annotated[Principal, Depends(requires(Permission.ENROL_NODES))],
    key_id: KeyId,
    form: KeyReason,
    request: Request,
    platform: Platform,
) -> NodeKeyView:
    """Believes a key that was asked for; the office says how it made sure whose it is."""
    _visible(platform, who, key_id, request)
    key = platform.nodes.confirm(key_id, actor=who.name, reason=form.reason)
    audit_result(request, f"key:{key.id} {key.state}")
    return key_view(platform, key)


@router.post("/nodes/{key_id}/revoke")
def revoke_node_key(
    who: Speaker, key_id: KeyId, form: KeyRevocation, request: Request, platform: Platform
) -> NodeKeyView:
    """Stops believing a key at once, from a past moment on if it was stolen then."""
    _visible(platform, who, key_id, request)
    key = platform.nodes.revoke(key_id, actor=who.name, reason=form.reason, since_us=form.since_us)
    audit_result(request, f"key:{key.id} {key.state}")
    return key_view(platform, key)


@router.get("/witness")
def witness_state(who: Reader, platform: Platform) -> WitnessState:
    """How far each site's chain of seals was seen here, and every contradiction that was ever seen."""
    return WitnessState(
        chains=[chain_view(one) for one in platform.witness.chains() if who.scope.admits(one.enterprise_id)],
        alarms=[alarm_view(one) for one in platform.witness.alarms() if who.scope.admits(one.enterprise_id)],
    )


@router.post("/witness")
def witness_seals(who: Speaker, form: SealTokens, request: Request, platform: Platform) -> WitnessReceiptView:
    """Takes note of seals from a file, for nodes without a way to this platform; their signatures speak for them."""
    key = _visible(platform, who, form.key_id, request)
    receipt = platform.witness.receive(form.seals, key.id)
    audit_result(request, f"seals new:{receipt.new} known:{receipt.known} alarms:{len(receipt.alarms)}")
    return WitnessReceiptView(new=receipt.new, known=receipt.known, alarms=[alarm_view(one) for one in receipt.alarms])


def _visible(platform: Platform, who: Principal, key_id: str, request: Request) -> EnrolledKey:
    try:
        found = platform.nodes.key(key_id)
    except UnknownKey as error:
        raise unknown(request.url.path) from error
    who.scope.demand(found.enterprise_id, where=request.url.path)
    return found


def _answers(platform: Platform) -> OwnAnswers:
    if platform.own_answers is None:
        raise NotFound(
            "This platform has no region above it.",
            where="[witness] url",
            next_step="Name the region's address in the settings, and have it enrol this node's key.",
        )
    return platform.own_answers
