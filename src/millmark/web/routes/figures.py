"""The city's figures and the records behind each."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform
from millmark.web.shapes.figures import FigureDetail, FigureList

router = APIRouter(prefix="/figures", tags=["figures"])


@router.get("")
def figures(
    _who: Annotated[Principal, Depends(requires(Permission.READ_FIGURES))],
    platform: Platform,
    as_of: date | None = None,
) -> FigureList:
    """Every figure, computed now from the records that hold on `as_of` (today, if not given)."""
    raise NotImplementedError


@router.get("/{figure_id}")
def figure(
    _who: Annotated[Principal, Depends(requires(Permission.READ_FIGURE_RECORDS))],
    figure_id: str,
    platform: Platform,
    as_of: date | None = None,
) -> FigureDetail:
    """One figure with its definition and all the records it was made from."""
    raise NotImplementedError
