"""Signed claims: issuing, reading, checking, and taking them away as files."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, status
from starlette.concurrency import run_in_threadpool

from millmark.evidence import Claim, UnknownClaim
from millmark.model import AssetPath
from millmark.programmes.proof import Detail
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.consent_gate import consented, demand_consent
from millmark.web.proof import claim_view, seal_view, verification_view
from millmark.web.proof_views import arrival_view, standing_view
from millmark.web.routes.measures import input_view
from millmark.web.services import Platform
from millmark.web.shapes.claims import ClaimDetail, ClaimList, ClaimView, NewClaim, Verification
from millmark.web.shapes.proof import ArrivalView, ClaimStandingView
from millmark.web.shapes.shape import Id

router = APIRouter(prefix="/claims", tags=["claims"])

IMPORTS = "/api/claims/imports"
"""The address whose bodies have a limit of their own."""

PARQUET = "application/vnd.apache.parquet"

Reader = Annotated[Principal, Depends(requires(Permission.READ_CLAIMS))]


@router.get("")
def claims(who: Reader, request: Request, platform: Platform, enterprise_id: Id | None = None) -> ClaimList:
    """Claims that one may see, latest first, those of one enterprise if `enterprise_id` is given."""
    if enterprise_id is not None:
        who.scope.demand(enterprise_id, where=request.url.path)
    own = [one for one in platform.claims.claims(enterprise_id) if who.scope.admits(one.enterprise_id)]
    visible = consented(platform, who, own, Detail.VALUE)
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


@router.post(
    "/imports",
    status_code=status.HTTP_201_CREATED,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def import_claim(
    who: Annotated[Principal, Depends(requires(Permission.SPEAK_FOR_NODES, action="claims.import"))],
    request: Request,
    platform: Platform,
) -> ArrivalView:
    """Takes in a claim document that another node issued, and says what its checks found."""
    document = await request.body()

    def taken_in() -> ArrivalView:
        owner = platform.claim_imports.owner_of(document)
        who.scope.demand(owner, where=request.url.path)
        claim = platform.claim_imports.take_in(document, received_by=who.name)
        arrival = platform.arrivals.check_and_record(claim.id, claim.enterprise_id, checked_by=who.name)
        audit_result(request, f"claim:{claim.id} {arrival.grade}")
        return arrival_view(arrival)

    return await run_in_threadpool(taken_in)


def _visible(
    who: Principal, claim_id: UUID, request: Request, platform: Platform, detail: Detail = Detail.VALUE
) -> Claim:
    try:
        found = platform.claims.claim(str(claim_id))
    except UnknownClaim as error:
        raise unknown(request.url.path) from error
    who.scope.demand(found.enterprise_id, where=request.url.path)
    demand_consent(platform, who, found, detail)
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


@router.get("/{claim_id}/standing")
def claim_standing(who: Reader, claim_id: UUID, request: Request, platform: Platform) -> ClaimStandingView:
    """What the claim is worth now, and why: every finding of its arrivals, and the challenges of it."""
    platform.challenges.lapse_overdue()
    return standing_view(platform, _visible(who, claim_id, request, platform).id)


@router.get(
    "/{claim_id}/document",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "string", "format": "binary"}}}}},
)
def claim_document(who: Reader, claim_id: UUID, request: Request, platform: Platform) -> Response:
    """The claim as a file that anybody can verify without this platform."""
    found = _visible(who, claim_id, request, platform, Detail.DOCUMENT)
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
    found = _visible(who, claim_id, request, platform, Detail.ROWS)
    return _file(platform.claims.rows(found.id), PARQUET, f"claim-{found.id}.parquet")


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
