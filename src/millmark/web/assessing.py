"""Whose assessments somebody sees, and what machines and facts say to a questionnaire."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from millmark.programmes.assessment.answers import Answers
from millmark.programmes.assessment.deriving import derived_answers
from millmark.programmes.assessment.grades import points_band
from millmark.programmes.assessment.kept import AnswerSource, AssessedKind, Assessment
from millmark.programmes.assessment.machines import MachineFinding, machine_findings
from millmark.programmes.packs import PolicyPack
from millmark.programmes.proof import Detail
from millmark.web.access import Role, unknown
from millmark.web.consent_gate import consented, needs_consent

if TYPE_CHECKING:
    from millmark.programmes.assessment.sheet import Sheet
    from millmark.web.access import Principal
    from millmark.web.services import Services


def demand_enterprise(platform: Services, who: Principal, enterprise_id: int, *, where: str) -> None:
    """Raises `NotFound` for an enterprise outside one's scope; a reviewer sees those whose applications they review."""
    who.scope.demand(enterprise_id, where=where)
    if who.role is Role.REVIEWER and enterprise_id not in reviewed_enterprises(platform, who):
        raise unknown(where)


def reviewed_enterprises(platform: Services, who: Principal) -> frozenset[int]:
    """The enterprises of the applications that a reviewer has accepted to review."""
    life = platform.life
    return frozenset(
        life.applications.application(review.application_id).enterprise_id
        for review in life.reviews.reviews(reviewer=who.name)
        if life.reviews.assigned(who.name, review.application_id)
    )


def may_read(who: Principal, assessment: Assessment) -> bool:
    """A draft is read by the side that fills it in: an enterprise's is its own, an expert's the office's."""
    if assessment.state != "draft" or who.role is Role.ADMIN:
        return True
    fills_in_own = who.scope.enterprise_id is not None
    return fills_in_own == (assessment.kind is AssessedKind.SELF)


def enterprises_seen(platform: Services, who: Principal) -> Collection[int] | None:
    """The enterprises whose assessments somebody may see; None for all."""
    if who.role is Role.REVIEWER:
        return reviewed_enterprises(platform, who)
    if who.scope.area is not None:
        return who.scope.area.slugs.keys()
    return None if who.scope.enterprise_id is None else (who.scope.enterprise_id,)


def visible_findings(platform: Services, who: Principal, pack: PolicyPack, enterprise_id: int) -> list[MachineFinding]:
    """What the enterprise's claims come to, as far as it consents that whoever asks sees their values."""
    found = machine_findings(pack, platform.verified_claims, enterprise_id)
    if not needs_consent(who):
        return found
    claims = {claim_id: platform.claims.claim(claim_id) for one in found for claim_id in one.claim_ids}
    allowed = {claim.id for claim in consented(platform, who, list(claims.values()), Detail.VALUE)}
    return [one for one in found if set(one.claim_ids) <= allowed]


def known_answers(
    platform: Services, sheet: Sheet, pack: PolicyPack, enterprise_id: int, findings: Sequence[MachineFinding]
) -> dict[str, tuple[Answers, AnswerSource]]:
    """Answers that machines prove, then those that follow from facts told of the enterprise, by item."""
    items = {item.id: item for item in sheet.items}
    given: dict[str, tuple[Answers, AnswerSource]] = {}
    for item_id, derived in derived_answers(pack, platform.enterprise_facts.latest(enterprise_id)).items():
        if item_id in items:
            refs = tuple(f"fact:{record.id}" for record in derived.facts)
            given[item_id] = (Answers({item_id: derived.answer}), AnswerSource(derived.grade, refs))
    for finding in findings:
        item = items.get(finding.binding.item or "")
        if item is not None and finding.ratio is not None and points_band(item, finding.ratio):
            source = AnswerSource(finding.grade, finding.claim_ids, finding.demonstration)
            given[item.id] = (Answers({item.id: finding.ratio}), source)
    return given
