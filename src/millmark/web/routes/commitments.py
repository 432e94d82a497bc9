"""Commitments: what signed replies promised, followed to the end."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.errors import Unprocessable
from millmark.web.proposal_views import ProposalViews
from millmark.web.services import Platform
from millmark.web.shapes.proposals import CommitmentList, CommitmentStepForm, CommitmentView
from millmark.web.shapes.shape import Id

router = APIRouter(prefix="/commitments", tags=["proposals"])


@router.get("")
def commitments(
    who: Annotated[Principal, Depends(requires(Permission.READ_PROPOSALS))], platform: Platform
) -> CommitmentList:
    """What was promised, by the day it is due; a department sees what it answers for."""
    return CommitmentList(commitments=ProposalViews(platform, who).commitments())


@router.post("/{commitment_id}/steps")
def commitment_step(
    who: Annotated[Principal, Depends(requires(Permission.GIVE_OPINIONS, action="commitments.step"))],
    commitment_id: Id,
    form: CommitmentStepForm,
    request: Request,
    platform: Platform,
) -> CommitmentView:
    """Reports progress, completes with evidence; the bureau also extends, hands over, drops and takes up again."""
    views = ProposalViews(platform, who)
    views.visible_commitment(commitment_id)
    book = platform.bureau.proposals.commitments
    match form.action:
        case "progress":
            if form.percent is None:
                raise Unprocessable("percent is missing.", where="percent", next_step="Say how far it is, 0 to 99.")
            done = book.report(commitment_id, form.percent, form.words, views.actor, evidence=form.evidence)
        case "complete":
            done = book.complete(commitment_id, form.evidence or "", form.words, views.actor)
        case _:
            if form.department is not None:
                platform.bureau.departments.department(form.department)
            done = book.act(
                commitment_id,
                form.action,
                views.actor,
                reason=form.words,
                until=form.until,
                owner=form.owner,
                department=form.department,
            )
    audit_result(request, f"commitment:{commitment_id} {form.action} {done.state}")
    return views.commitment(done)
