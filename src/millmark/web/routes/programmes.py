"""Programmes, their calls, and what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.model.period import utc_datetime
from millmark.programmes.packs import ClaimCondition
from millmark.web.access import Permission, Principal, Scope, requires
from millmark.web.audit import audit_result
from millmark.web.naming import Naming
from millmark.web.services import Platform, Services
from millmark.web.shapes.programmes import (
    ApplicationView,
    CallView,
    DecisionView,
    NewApplication,
    ProgrammeList,
    ProgrammeView,
    RuleView,
)
from millmark.web.shapes.shape import Id

if TYPE_CHECKING:
    from millmark.programmes import Application, Call, Decision, Programme

router = APIRouter(prefix="/programmes", tags=["programmes"])


@router.get("")
def programmes(
    who: Annotated[Principal, Depends(requires(Permission.READ_PROGRAMMES))], platform: Platform
) -> ProgrammeList:
    """Every programme with its calls, and those applications and decisions that one may see."""
    return ProgrammeList(
        programmes=[_programme(platform, who.scope, programme) for programme in platform.programmes.programmes()]
    )


@router.post("/calls/{call_id}/applications", status_code=status.HTTP_201_CREATED)
def apply(
    who: Annotated[Principal, Depends(requires(Permission.APPLY, action="programmes.apply"))],
    call_id: Id,
    form: NewApplication,
    request: Request,
    platform: Platform,
) -> ApplicationView:
    """Enters an enterprise in a call and decides at once: the claim is verified, then judged by the call's rules."""
    who.scope.demand(form.enterprise_id, where=f"enterprise {form.enterprise_id}")
    application = platform.programmes.submit(call_id, form.enterprise_id, form.claim_id, submitted_by=who.name)
    platform.arrivals.receive(form.claim_id, form.enterprise_id, application.id, checked_by=who.name, demands={})
    decision = platform.programmes.decide(application.id, decided_by=who.name)
    audit_result(request, f"application:{application.id} {decision.ref} {decision.verdict.outcome}")
    return _application(platform, application)


def _programme(platform: Services, scope: Scope, programme: Programme) -> ProgrammeView:
    return ProgrammeView(
        id=programme.id,
        slug=programme.slug,
        name_zh=programme.name_zh,
        name_en=programme.name_en,
        level=programme.level,
        is_demonstration=programme.is_demonstration,
        calls=[_call(platform, scope, call) for call in platform.programmes.calls(programme.id)],
    )


def _call(platform: Services, scope: Scope, call: Call) -> CallView:
    applications = platform.programmes.applications(call.id)
    pack_zh, pack_en = Naming(platform).pack(call.pack, call.pack_edition)
    return CallView(
        id=call.id,
        title_zh=call.title_zh,
        title_en=call.title_en,
        opens_on=call.opens_on,
        closes_on=call.closes_on,
        pack=call.pack,
        pack_zh=pack_zh,
        pack_en=pack_en,
        pack_edition=call.pack_edition,
        rules=_rules(platform, call),
        applications=[_application(platform, one) for one in applications if scope.admits(one.enterprise_id)],
    )


def _rules(platform: Services, call: Call) -> list[RuleView]:
    """What claims must show; a threshold that the pack leaves empty decides nothing and is not among them."""
    if call.pack_edition is None:
        pack = platform.programmes.pack(call.pack)
    else:
        pack = platform.policy_packs.pack(call.pack, call.pack_edition)
    rules = [one for one in pack.conditions if isinstance(one, ClaimCondition)]
    return [
        RuleView(
            id=rule.id,
            kind=rule.kind,
            text_zh=rule.text_zh,
            text_en=rule.text_en,
            measure=rule.measure,
            comparator=rule.comparator,
            threshold=rule.threshold,
            source=rule.source or "",
        )
        for rule in rules
        if rule.threshold is not None
    ]


def _application(platform: Services, application: Application) -> ApplicationView:
    enterprise = platform.registry.enterprise(application.enterprise_id)
    decision = platform.programmes.latest_decision(application.id)
    return ApplicationView(
        id=application.id,
        enterprise_id=application.enterprise_id,
        enterprise_zh=enterprise.name_zh,
        enterprise_en=enterprise.name_en,
        submitted_on=utc_datetime(application.submitted_at_us).astimezone(platform.zone).date(),
        claim_ids=list(application.claim_ids),
        decision=None if decision is None else _decision(platform, decision),
    )


def _decision(platform: Services, decision: Decision) -> DecisionView:
    verdict = decision.verdict
    return DecisionView(
        outcome=verdict.outcome.value,
        grade=verdict.grade.value,
        reasons_zh=[reason.zh for reason in verdict.reasons],
        reasons_en=[reason.en for reason in verdict.reasons],
        claim_ids=list(verdict.claim_ids),
        claims=Naming(platform).claims(verdict.claim_ids),
        demonstration=verdict.demonstration,
        decided_at_us=decision.decided_at_us,
    )
