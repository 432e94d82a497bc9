"""Random audits of claims: announced, drawn, and open to be checked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.web.access import Permission, Principal, requires
from millmark.web.acting import actor_of
from millmark.web.audit import audit_result
from millmark.web.proof_views import audit_view
from millmark.web.services import Platform
from millmark.web.shapes.proof import AuditList, AuditView, NewAudit
from millmark.web.shapes.shape import Id

router = APIRouter(prefix="/audits", tags=["challenges"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_PROOF))]
Office = Annotated[Principal, Depends(requires(Permission.DRAW_AUDITS))]


@router.get("")
def random_audits(who: Reader, platform: Platform) -> AuditList:
    """Every audit that was announced, latest first; an overdue one was never drawn."""
    return AuditList(audits=[audit_view(platform, who, one) for one in platform.claim_audits.audits()])


@router.post("", status_code=status.HTTP_201_CREATED)
def announce_audit(who: Office, form: NewAudit, request: Request, platform: Platform) -> AuditView:
    """Binds the office to a seed that nobody can see, before the claims come that it will be drawn from."""
    audit = platform.claim_audits.commit(
        form.name,
        share_permille=form.share_permille,
        answer_days=form.answer_days,
        draw_on=form.draw_on,
        actor=actor_of(who),
    )
    audit_result(request, f"audit:{audit.id} {audit.commitment}")
    return audit_view(platform, who, audit)


@router.get("/{audit_id}")
def random_audit(who: Reader, audit_id: Id, platform: Platform) -> AuditView:
    """One audit; once drawn, with the seed and every ticket, so that anybody can draw again and compare."""
    return audit_view(platform, who, platform.claim_audits.audit(audit_id))


@router.post("/{audit_id}/draw")
def draw_audit(who: Office, audit_id: Id, request: Request, platform: Platform) -> AuditView:
    """Draws from the claims that came since the announcement, makes the seed public, and challenges what was drawn."""
    audit, opened = platform.claim_audits.draw(audit_id, actor_of(who))
    audit_result(request, f"audit:{audit.id} challenges:{','.join(str(one.id) for one in opened)}")
    return audit_view(platform, who, audit)
