"""Signed claims: issuing, reading, checking, and taking them away as files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform
from millmark.web.shapes.claims import ClaimDetail, ClaimList, ClaimView, NewClaim, Verification

router = APIRouter(prefix="/claims", tags=["claims"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_CLAIMS))]


@router.get("")
def claims(who: Reader, platform: Platform, enterprise_id: int | None = None) -> ClaimList:
    """Claims that one may see, latest first, those of one enterprise if `enterprise_id` is given."""
    raise NotImplementedError


@router.post("", status_code=status.HTTP_201_CREATED)
def issue_claim(
    who: Annotated[Principal, Depends(requires(Permission.ISSUE_CLAIMS))],
    form: NewClaim,
    request: Request,
    platform: Platform,
) -> ClaimView:
    """Signs a statement of a measure over whole, sealed days."""
    raise NotImplementedError


@router.get("/{claim_id}")
def claim(who: Reader, claim_id: str, platform: Platform) -> ClaimDetail:
    """One claim with the sealed days it rests on and the series it was computed from."""
    raise NotImplementedError


@router.post("/{claim_id}/verify")
def verify_claim(
    who: Annotated[Principal, Depends(requires(Permission.VERIFY_CLAIMS))],
    claim_id: str,
    request: Request,
    platform: Platform,
) -> Verification:
    """Checks signature, chain and leaves, and computes the value again from the rows."""
    raise NotImplementedError


@router.get(
    "/{claim_id}/document",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "string", "format": "binary"}}}}},
)
def claim_document(who: Reader, claim_id: str, platform: Platform) -> Response:
    """The claim as a file that anybody can verify without this platform."""
    raise NotImplementedError


@router.get(
    "/{claim_id}/rows",
    response_class=Response,
    responses={
        200: {"content": {"application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}}}}
    },
)
def claim_rows(
    who: Annotated[Principal, Depends(requires(Permission.EXPORT_POINTS))], claim_id: str, platform: Platform
) -> Response:
    """The rows behind the claim (Parquet), from which its value can be computed again."""
    raise NotImplementedError
