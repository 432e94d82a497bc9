"""The reply to a proposal, from live figures."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform
from millmark.web.shapes.reply import Reply

router = APIRouter(prefix="/reply", tags=["reply"])


@router.get("")
def reply(
    _who: Annotated[Principal, Depends(requires(Permission.READ_REPLY))],
    platform: Platform,
    language: Literal["zh", "en"] = "zh",
    as_of: date | None = None,
) -> Reply:
    """The report on the work, written now; every number is bound to its figure."""
    raise NotImplementedError
