"""Acceptances with their invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.programmes.projects import NewInvoice, Papers
from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.money_views import found_within
from millmark.web.project_views import ProjectViews
from millmark.web.services import Platform, Services
from millmark.web.shapes.projects import (
    AcceptanceDetail,
    AcceptanceList,
    AcceptancePapers,
    AcceptanceStep,
    InvoiceCheck,
    InvoiceForm,
    NewAcceptance,
    VoidInvoice,
)
from millmark.web.shapes.shape import Id

if TYPE_CHECKING:
    from millmark.programmes.projects import Acceptance

router = APIRouter(prefix="/acceptances", tags=["projects"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_MONEY))]


@router.get("")
def acceptances(
    who: Reader, platform: Platform, project_id: Id | None = None, state: str | None = None
) -> AcceptanceList:
    """Acceptances that one may see."""
    views = ProjectViews(platform, who)
    found = platform.acceptances.acceptances(project_id=project_id, state=state)
    return AcceptanceList(acceptances=[views.acceptance(one) for one in found if views.sees(one.enterprise_id)])


@router.post("", status_code=status.HTTP_201_CREATED)
def prepare_acceptance(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_PROJECTS, action="acceptances.prepare"))],
    form: NewAcceptance,
    request: Request,
    platform: Platform,
) -> AcceptanceDetail:
    """Opens the acceptance of a finished project, for the enterprise to fill."""
    found_within(who.scope, lambda: platform.projects.project(form.project_id), f"project {form.project_id}")
    views = ProjectViews(platform, who)
    opened = platform.acceptances.prepare(form.project_id, actor=views.actor)
    audit_result(request, f"acceptance:{opened.id}")
    return views.acceptance_detail(opened)


@router.get("/{acceptance_id}")
def acceptance(who: Reader, acceptance_id: Id, request: Request, platform: Platform) -> AcceptanceDetail:
    """One acceptance with its invoices, what the rules say of each, and everything that happened to it."""
    return ProjectViews(platform, who).acceptance_detail(_found(platform, who, acceptance_id, request))


@router.post("/{acceptance_id}/invoices", status_code=status.HTTP_201_CREATED)
def add_invoice(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_PROJECTS, action="acceptances.invoice"))],
    acceptance_id: Id,
    form: InvoiceForm,
    request: Request,
    platform: Platform,
) -> AcceptanceDetail:
    """Adds an invoice; one that was handed in before, here or by anybody else, is refused."""
    _found(platform, who, acceptance_id, request)
    views = ProjectViews(platform, who)
    done = platform.acceptances.add_invoice(acceptance_id, NewInvoice(**form.model_dump()), actor=views.actor)
    audit_result(request, f"acceptance:{acceptance_id} invoice:{done.invoices[-1].id}")
    return views.acceptance_detail(done)


@router.post("/{acceptance_id}/invoices/{invoice_id}/void")
def void_invoice(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_PROJECTS, action="acceptances.void_invoice"))],
    acceptance_id: Id,
    invoice_id: Id,
    form: VoidInvoice,
    request: Request,
    platform: Platform,
) -> AcceptanceDetail:
    """Takes an invoice out again; it stays in sight with the reason."""
    _found(platform, who, acceptance_id, request)
    views = ProjectViews(platform, who)
    done = platform.acceptances.void_invoice(acceptance_id, invoice_id, reason=form.reason, actor=views.actor)
    return views.acceptance_detail(done)


@router.post("/{acceptance_id}/invoices/{invoice_id}/check")
def check_invoice(
    who: Annotated[Principal, Depends(requires(Permission.CHECK_INVOICES, action="acceptances.check_invoice"))],
    acceptance_id: Id,
    invoice_id: Id,
    form: InvoiceCheck,
    request: Request,
    platform: Platform,
) -> AcceptanceDetail:
    """An office says how much of an invoice counts."""
    _found(platform, who, acceptance_id, request)
    views = ProjectViews(platform, who)
    done = platform.acceptances.check_invoice(
        acceptance_id, invoice_id, accepted_fen=form.accepted_fen, note=form.note, actor=views.actor
    )
    audit_result(request, f"invoice:{invoice_id} {form.accepted_fen} fen")
    return views.acceptance_detail(done)


@router.post("/{acceptance_id}/submission")
def submit_acceptance(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_PROJECTS, action="acceptances.submit"))],
    acceptance_id: Id,
    form: AcceptancePapers,
    request: Request,
    platform: Platform,
) -> AcceptanceDetail:
    """Lays invoices and papers before the office, with the assessments before and after."""
    _found(platform, who, acceptance_id, request)
    views = ProjectViews(platform, who)
    papers = Papers(
        finished_on=form.finished_on,
        summary=form.summary,
        file_ids=form.file_ids,
        before_assessment_id=form.before_assessment_id,
        after_assessment_id=form.after_assessment_id,
    )
    done = platform.acceptances.submit(
        acceptance_id, papers, actor=views.actor, reason=form.reason, version=form.version
    )
    return views.acceptance_detail(done)


@router.post("/{acceptance_id}/steps")
def act_on_acceptance(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_PROJECTS, action="acceptances.act"))],
    acceptance_id: Id,
    form: AcceptanceStep,
    request: Request,
    platform: Platform,
) -> AcceptanceDetail:
    """Returns, accepts, refuses or gives up an acceptance."""
    _found(platform, who, acceptance_id, request)
    views = ProjectViews(platform, who)
    done = platform.acceptances.act(
        acceptance_id, form.action, actor=views.actor, reason=form.reason, version=form.version
    )
    audit_result(request, f"acceptance:{acceptance_id} {form.action} {done.state}")
    return views.acceptance_detail(done)


def _found(platform: Services, who: Principal, acceptance_id: int, request: Request) -> Acceptance:
    return found_within(who.scope, lambda: platform.acceptances.acceptance(acceptance_id), request.url.path)
