"""Challenges, audits, consents, nodes and witnessed seals as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from millmark.model.period import utc_datetime
from millmark.programmes.proof.machine import CHALLENGE, UNANSWERED
from millmark.web.acting import actor_of
from millmark.web.shapes.claims import CheckView
from millmark.web.shapes.proof import (
    ArrivalCheckView,
    ArrivalView,
    AuditView,
    ChallengeAnswerView,
    ChallengeRowView,
    ChallengeView,
    ClaimStandingView,
    ConsentView,
    DifferenceView,
    KeyEventView,
    NodeKeyView,
    SiteChainView,
    TicketView,
    WitnessAlarmView,
)
from millmark.web.shapes.steps import AllowedView, StepView

if TYPE_CHECKING:
    from millmark.evidence.nodes import EnrolledKey, SiteChain, WitnessAlarm
    from millmark.programmes.proof import Answer, Arrival, Audit, Challenge, Consent
    from millmark.web.access import Principal
    from millmark.web.services import Services


def arrival_view(arrival: Arrival) -> ArrivalView:
    return ArrivalView(
        claim_id=arrival.claim_id,
        applicant_id=arrival.applicant_id,
        application_id=arrival.application_id,
        grade=arrival.grade,
        checks=[
            ArrivalCheckView(name=one.name, ok=one.ok, severity=one.severity, zh=one.zh, en=one.en)
            for one in arrival.checks
        ],
        checked_at_us=arrival.checked_at_us,
        checked_by=arrival.checked_by,
    )


def standing_view(platform: Services, claim_id: str) -> ClaimStandingView:
    standing = platform.standings.standing(claim_id)
    return ClaimStandingView(
        claim_id=claim_id,
        limit=standing.limit,
        reasons_zh=list(standing.zh),
        reasons_en=list(standing.en),
        arrivals=[arrival_view(one) for one in platform.arrivals.of_claim(claim_id)],
        challenges=[one.id for one in platform.challenges.challenges(claim_id=claim_id)],
    )


def challenge_row(platform: Services, who: Principal, one: Challenge) -> ChallengeRowView:
    claim = platform.claims.claim(one.claim_id)
    enterprise = platform.registry.enterprise(one.enterprise_id)
    awaited = one.state in UNANSWERED
    name_zh, name_en = CHALLENGE.states[one.state]
    return ChallengeRowView(
        id=one.id,
        state=one.state,
        state_zh=name_zh,
        state_en=name_en,
        version=one.version,
        claim_id=one.claim_id,
        measure=claim.measure,
        unit=claim.unit,
        subject=str(claim.subject),
        enterprise_id=one.enterprise_id,
        enterprise_zh=enterprise.name_zh,
        enterprise_en=enterprise.name_en,
        area_code=enterprise.area_code,
        application_id=one.application_id,
        audit_id=one.audit_id,
        reason=one.reason,
        opened_at_us=one.opened_at_us,
        opened_by=one.opened_by,
        deadline_us=one.deadline_us,
        deadline=utc_datetime(one.deadline_us).astimezone(platform.zone).date() if awaited else None,
        # What became of the rows is found out, not chosen: those steps are taken by answering.
        allowed=[
            AllowedView.of(offer)
            for offer in CHALLENGE.offers(
                one.state, actor_of(who), without=("uphold", "refute", "reveal_partly", "lapse")
            )
        ],
    )


def challenge_view(platform: Services, who: Principal, one: Challenge) -> ChallengeView:
    return ChallengeView(
        challenge=challenge_row(platform, who, one),
        node_answers=platform.claims.is_own(platform.claims.claim(one.claim_id)),
        answers=[answer_view(answer) for answer in one.answers],
        steps=[StepView.of(step) for step in platform.challenges.steps(one.id)],
    )


def answer_view(answer: Answer) -> ChallengeAnswerView:
    return ChallengeAnswerView(
        outcome=answer.outcome,
        rows_sha256=answer.rows_sha256,
        rows_bytes=answer.rows_bytes,
        claimed_value=answer.claimed_value,
        recomputed_value=answer.recomputed_value,
        checks=[CheckView(**one) for one in answer.checks],
        differences=[DifferenceView(kind=one.kind, zh=one.zh, en=one.en) for one in answer.differences],
        answered_at_us=answer.answered_at_us,
        answered_by=answer.answered_by,
    )


def audit_view(platform: Services, who: Principal, audit: Audit) -> AuditView:
    """Of the pool one sees the claims of one's own scope; the digests of all others stand without their ids."""
    done = audit.draw
    today = utc_datetime(platform.now_us()).astimezone(platform.zone).date()
    opened = [one for one in platform.challenges.challenges() if one.audit_id == audit.id]
    claims = {} if done is None else {one.id: one.enterprise_id for one in platform.claims.claims()}

    def shown(claim_id: str) -> str:
        owner = claims.get(claim_id)
        return claim_id if owner is not None and who.scope.admits(owner) else ""

    return AuditView(
        id=audit.id,
        name=audit.name,
        commitment=audit.commitment,
        share_permille=audit.share_permille,
        answer_days=audit.answer_days,
        draw_on=audit.draw_on,
        overdue=done is None and audit.draw_on < today,
        committed_at_us=audit.committed_at_us,
        committed_by=audit.committed_by,
        seed=None if done is None else done.seed,
        pool=[]
        if done is None
        else [
            TicketView(
                claim_id=shown(one.claim_id),
                document_sha256=one.document_sha256,
                ticket=one.ticket,
                drawn=one.drawn,
            )
            for one in done.pool
        ],
        drawn_at_us=None if done is None else done.drawn_at_us,
        drawn_by=None if done is None else done.drawn_by,
        challenges=[one.id for one in opened if who.scope.admits(one.enterprise_id)],
    )


def consent_view(platform: Services, consent: Consent) -> ConsentView:
    enterprise = platform.registry.enterprise(consent.enterprise_id)
    return ConsentView(
        id=consent.id,
        enterprise_id=consent.enterprise_id,
        enterprise_zh=enterprise.name_zh,
        enterprise_en=enterprise.name_en,
        recipient=consent.recipient,
        recipient_zh=consent.recipient.names[0],
        recipient_en=consent.recipient.names[1],
        purpose=consent.purpose,
        purpose_zh=consent.purpose.names[0],
        purpose_en=consent.purpose.names[1],
        detail=consent.detail,
        detail_zh=consent.detail.names[0],
        detail_en=consent.detail.names[1],
        measures=sorted(consent.measures),
        claim_id=consent.claim_id,
        application_id=consent.application_id,
        from_us=consent.from_us,
        until_us=consent.until_us,
        given_at_us=consent.given_at_us,
        given_by=consent.given_by,
        state=consent.state(platform.now_us()),
        withdrawn_at_us=consent.withdrawn_at_us,
        withdrawn_by=consent.withdrawn_by,
        withdrawal_reason=consent.withdrawal_reason,
    )


def key_view(platform: Services, key: EnrolledKey) -> NodeKeyView:
    enterprise = platform.registry.enterprise(key.enterprise_id)
    return NodeKeyView(
        key_id=key.id,
        enterprise_id=key.enterprise_id,
        enterprise_zh=enterprise.name_zh,
        enterprise_en=enterprise.name_en,
        state=key.state,
        in_force=key.in_force(platform.now_us()),
        events=[
            KeyEventView(action=one.action, at_us=one.at_us, since_us=one.since_us, actor=one.actor, reason=one.reason)
            for one in key.events
        ],
    )


def alarm_view(alarm: WitnessAlarm) -> WitnessAlarmView:
    return WitnessAlarmView(
        id=alarm.id,
        enterprise_id=alarm.enterprise_id,
        kind=alarm.kind,
        site=alarm.seal.statement.site,
        date=alarm.seal.date,
        sequence=alarm.seal.sequence,
        standing_hash=alarm.standing_hash,
        told_hash=alarm.seal.hash,
        sealed_at_us=alarm.seal.sealed_at_us,
        received_at_us=alarm.received_at_us,
        token=alarm.seal.token,
    )


def chain_view(chain: SiteChain) -> SiteChainView:
    return SiteChainView(
        enterprise_id=chain.enterprise_id,
        site=chain.site,
        sequence=chain.sequence,
        last_date=chain.last_date,
        last_received_us=chain.last_received_us,
        missing=chain.missing,
    )
