"""Measures of an enterprise over one local day."""

from __future__ import annotations

from datetime import date as calendar_date
from typing import Annotated

from fastapi import APIRouter, Depends

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform
from millmark.web.shapes.measures import MeasureList

router = APIRouter(tags=["measures"])


@router.get("/enterprises/{enterprise_id}/measures")
def measures(
    who: Annotated[Principal, Depends(requires(Permission.READ_MEASURES))],
    enterprise_id: int,
    platform: Platform,
    date: calendar_date,
) -> MeasureList:
    """Connection rate, OEE and energy of the enterprise's sites on a day of their own time zone."""
    raise NotImplementedError
