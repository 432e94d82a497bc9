"""The city's figures and the records behind each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query

from millmark.region import city_map
from millmark.web.access import Permission, Principal, Scope, requires
from millmark.web.ledger_scope import KnownAt, known_at_us
from millmark.web.services import Platform, Services
from millmark.web.shapes.figures import DayRange, FigureDetail, FigureList, FigureView, RecordView

if TYPE_CHECKING:
    from millmark.region import Figure, RecordRef

router = APIRouter(prefix="/figures", tags=["figures"])

_HIDDEN = ("其他地区的记录", "A record of another area")


@router.get("")
def figures(
    _who: Annotated[Principal, Depends(requires(Permission.READ_FIGURES))],
    platform: Platform,
    as_of: date | None = None,
    known_at: KnownAt = None,
    with_ids: Annotated[bool, Query(description="Name the records behind each figure.")] = False,
) -> FigureList:
    """Every figure, computed now from the records that hold on `as_of` (today, if not given), whatever was added or
    voided after `known_at`."""
    day, known = as_of or platform.figures.today(), known_at_us(platform, known_at)
    return FigureList(
        as_of=day,
        known_at_us=known,
        figures=[_view(one, with_ids=with_ids) for one in platform.figures.compute(day, known)],
    )


@router.get("/{figure_id}")
def figure(
    who: Annotated[Principal, Depends(requires(Permission.READ_FIGURE_RECORDS))],
    figure_id: str,
    platform: Platform,
    as_of: date | None = None,
    known_at: KnownAt = None,
    offset: Annotated[int, Query(ge=0, le=10_000_000, description="How many records to leave out: the next page.")] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 200,
) -> FigureDetail:
    """One figure with its definition and the records it was made from, a page of them at a time; those of other areas
    without names."""
    known = known_at_us(platform, known_at)
    found = platform.figures.figure(figure_id, as_of, known)
    hides = _hiding(who.scope, platform)
    return FigureDetail(
        **dict(_view(found)),
        definition_zh=found.definition_zh,
        definition_en=found.definition_en,
        known_at_us=known,
        ledger_kinds=_ledger_kinds(platform, figure_id),
        offset=offset,
        records=[_record(one, hidden=hides(one)) for one in found.records[offset : offset + limit]],
    )


def _ledger_kinds(platform: Services, figure_id: str) -> list[str]:
    query = next(one.query for one in platform.city_pack.figures if one.id == figure_id)
    return list(query.topics) if query.records == "ledger" else []


def _hiding(scope: Scope, platform: Services) -> Callable[[RecordRef], bool]:
    """Whether a record names somebody of another area than that of whoever asks."""
    if scope.area_code is None:
        return lambda _record: False
    # Records of the city's own books say their area by its name, those of programmes by its code; an operator's map may
    # know areas that the city's pack does not.
    codes = {one.name_zh: one.adcode for one in city_map(platform.folder).areas}
    named = platform.city_pack.areas.code_of

    def hides(record: RecordRef) -> bool:
        if record.subject is None:
            return False
        return not scope.admits_area(named(record.area) or codes.get(record.area, record.area))

    return hides


def _view(figure: Figure, *, with_ids: bool = False) -> FigureView:
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
        record_ids=[one.ref for one in figure.records] if with_ids else None,
    )


def _record(record: RecordRef, *, hidden: bool) -> RecordView:
    return RecordView(
        ref=record.ref,
        kind=record.kind,
        title_zh=_HIDDEN[0] if hidden else record.title_zh,
        title_en=_HIDDEN[1] if hidden else record.title_en,
        quantity=record.quantity,
        unit=record.unit,
        numerator=record.numerator,
        denominator=record.denominator,
        area=record.area,
        date=record.date,
        source="" if hidden else record.source,
        grade=record.grade.value,
        counting=record.counting.value,
        placeholder=record.placeholder,
        demonstration=record.demonstration,
        claim_id=None if hidden else record.claim_id,
        recovered=record.recovered,
        hidden=hidden,
    )
