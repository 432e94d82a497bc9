"""Programmes, their calls, and what was decided."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform
from millmark.web.shapes.programmes import ProgrammeList

router = APIRouter(prefix="/programmes", tags=["programmes"])


@router.get("")
def programmes(
    who: Annotated[Principal, Depends(requires(Permission.READ_PROGRAMMES))], platform: Platform
) -> ProgrammeList:
    """Every programme with its calls, and those applications and decisions that one may see."""
    raise NotImplementedError
