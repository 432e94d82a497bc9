"""The city's figures and the records behind each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform
from millmark.web.shapes.figures import DayRange, FigureDetail, FigureList, FigureView, RecordView

if TYPE_CHECKING:
    from millmark.region import Figure, RecordRef

router = APIRouter(prefix="/figures", tags=["figures"])


@router.get("")
def figures(
    _who: Annotated[Principal, Depends(requires(Permission.READ_FIGURES))],
    platform: Platform,
    as_of: date | None = None,
) -> FigureList:
    """Every figure, computed now from the records that hold on `as_of` (today, if not given)."""
    day = as_of or platform.figures.today()
    return FigureList(as_of=day, figures=[_view(one) for one in platform.figures.compute(day)])


@router.get("/{figure_id}")
def figure(
    _who: Annotated[Principal, Depends(requires(Permission.READ_FIGURE_RECORDS))],
    figure_id: str,
    platform: Platform,
    as_of: date | None = None,
) -> FigureDetail:
    """One figure with its definition and all the records it was made from."""
    found = platform.figures.figure(figure_id, as_of)
    return FigureDetail(
        **dict(_view(found)),
        definition_zh=found.definition_zh,
        definition_en=found.definition_en,
        records=[_record(one) for one in found.records],
    )


def _view(figure: Figure) -> FigureView:
    return FigureView(
        id=figure.id,
        section=figure.section,
        subject_zh=figure.subject_zh,
        subject_en=figure.subject_en,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        unit=figure.unit,
        unit_zh=figure.unit_zh,
        qualifier=figure.qualifier.value,
        as_of=figure.as_of,
        period=None if figure.period is None else DayRange(first=figure.period.first, last=figure.period.last),
        latest=figure.latest,
        grade=None if figure.grade is None else figure.grade.value,
        demonstration=figure.demonstration,
        notes_zh=list(figure.notes_zh),
        notes_en=list(figure.notes_en),
        record_count=len(figure.records),
        record_ids=[one.ref for one in figure.records],
    )


def _record(record: RecordRef) -> RecordView:
    return RecordView(
        ref=record.ref,
        kind=record.kind,
        title_zh=record.title_zh,
        title_en=record.title_en,
        quantity=record.quantity,
        unit=record.unit,
        numerator=record.numerator,
        denominator=record.denominator,
        area=record.area,
        date=record.date,
        source=record.source,
        grade=record.grade.value,
        counting=record.counting.value,
        placeholder=record.placeholder,
        demonstration=record.demonstration,
        claim_id=record.claim_id,
    )
