"""What comes in through the door for machine data, and what was set aside there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform
from millmark.web.shapes.intake import IntakeState, QuarantineList

router = APIRouter(prefix="/intake", tags=["intake"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_INTAKE))]


@router.get("")
def intake(who: Reader, platform: Platform) -> IntakeState:
    """Counts, the state of every driver, and how many readings were set aside for which reason."""
    raise NotImplementedError


@router.get("/quarantine")
def quarantine(
    who: Reader,
    platform: Platform,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    reason: str | None = None,
) -> QuarantineList:
    """The latest readings that were set aside, each with its reason."""
    raise NotImplementedError
