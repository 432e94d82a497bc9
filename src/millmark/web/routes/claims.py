"""Signed claims: issuing, reading, checking, and taking them away as files."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, status

from millmark.evidence import Claim, UnknownClaim
from millmark.model import AssetPath
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.proof import claim_view, seal_view, verification_view
from millmark.web.routes.measures import input_view
from millmark.web.services import Platform
from millmark.web.shapes.claims import ClaimDetail, ClaimList, ClaimView, NewClaim, Verification
from millmark.web.shapes.shape import Id

router = APIRouter(prefix="/claims", tags=["claims"])

PARQUET = "application/vnd.apache.parquet"

Reader = Annotated[Principal, Depends(requires(Permission.READ_CLAIMS))]


@router.get("")
def claims(who: Reader, request: Request, platform: Platform, enterprise_id: Id | None = None) -> ClaimList:
    """Claims that one may see, latest first, those of one enterprise if `enterprise_id` is given."""
    if enterprise_id is not None:
        who.scope.demand(enterprise_id, where=request.url.path)
    visible = [one for one in platform.claims.claims(enterprise_id) if who.scope.admits(one.enterprise_id)]
    visible.sort(key=lambda one: one.issued_at_us, reverse=True)
    return ClaimList(claims=[claim_view(one) for one in visible])


@router.post("", status_code=status.HTTP_201_CREATED)
def issue_claim(
    who: Annotated[Principal, Depends(requires(Permission.ISSUE_CLAIMS))],
    form: NewClaim,
    request: Request,
    platform: Platform,
) -> ClaimView:
    """Signs a statement of a measure over whole, sealed days."""
    subject = AssetPath.parse(form.subject)
    who.scope.demand_path(subject, where=request.url.path)
    issued = platform.claims.issue(form.measure, subject, form.first_date, form.last_date)
    audit_result(request, f"claim:{issued.id}")
    return claim_view(issued)


def _visible(who: Principal, claim_id: UUID, request: Request, platform: Platform) -> Claim:
    try:
        found = platform.claims.claim(str(claim_id))
    except UnknownClaim as error:
        raise unknown(request.url.path) from error
    who.scope.demand(found.enterprise_id, where=request.url.path)
    return found


@router.get("/{claim_id}")
def claim(who: Reader, claim_id: UUID, request: Request, platform: Platform) -> ClaimDetail:
    """One claim with the sealed days it rests on and the series it was computed from."""
    found = _visible(who, claim_id, request, platform)
    wanted = {one.hash for one in found.seals}
    chains = [platform.seals.seals(site.id) for site in platform.registry.sites(found.enterprise_id)]
    return ClaimDetail(
        claim=claim_view(found),
        seals=[seal_view(one) for chain in chains for one in chain if one.hash in wanted],
        inputs=[input_view(one) for one in found.inputs],
    )


@router.post("/{claim_id}/verify")
def verify_claim(
    who: Annotated[Principal, Depends(requires(Permission.VERIFY_CLAIMS))],
    claim_id: UUID,
    request: Request,
    platform: Platform,
) -> Verification:
    """Checks signature, chain and leaves, and computes the value again from the rows."""
    found = _visible(who, claim_id, request, platform)
    verification = verification_view(platform.claims.verify(found.id))
    audit_result(request, "verified" if verification.verified else "not verified")
    return verification


@router.get(
    "/{claim_id}/document",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "string", "format": "binary"}}}}},
)
def claim_document(who: Reader, claim_id: UUID, request: Request, platform: Platform) -> Response:
    """The claim as a file that anybody can verify without this platform."""
    found = _visible(who, claim_id, request, platform)
    return _file(found.document, "application/json", f"claim-{found.id}.json")


@router.get(
    "/{claim_id}/rows",
    response_class=Response,
    responses={200: {"content": {PARQUET: {"schema": {"type": "string", "format": "binary"}}}}},
)
def claim_rows(
    who: Annotated[Principal, Depends(requires(Permission.EXPORT_POINTS))],
    claim_id: UUID,
    request: Request,
    platform: Platform,
) -> Response:
    """The rows behind the claim (Parquet), from which its value can be computed again."""
    found = _visible(who, claim_id, request, platform)
    return _file(platform.claims.rows(found.id), PARQUET, f"claim-{found.id}.parquet")


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
