"""Measures of an enterprise over one local day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date as calendar_date
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform, Services
from millmark.web.shapes.measures import InputView, MeasureList, MeasurePart, MeasureView
from millmark.web.shapes.shape import Id

if TYPE_CHECKING:
    from millmark.measures import InputRef, MeasureResult

router = APIRouter(tags=["measures"])


@router.get("/enterprises/{enterprise_id}/measures")
def measures(
    who: Annotated[Principal, Depends(requires(Permission.READ_MEASURES))],
    enterprise_id: Id,
    request: Request,
    platform: Platform,
    date: calendar_date,
) -> MeasureList:
    """Connection rate, OEE and energy of the enterprise's sites on a day of their own time zone.

    A measure that a site does not have what it takes for is left out; a day that is not over counts up to now.
    """
    who.scope.demand(enterprise_id, where=request.url.path)
    platform.registry.enterprise(enterprise_id)
    return MeasureList(date=date, measures=[_view(one) for one in _measured(platform, enterprise_id, date)])


def _measured(platform: Services, enterprise_id: Id, day: calendar_date) -> Iterator[MeasureResult]:
    from millmark.measures import MEASURES, NotMeasurable

    for site in platform.registry.sites(enterprise_id):
        for measure in MEASURES:
            try:
                yield platform.measures.on(measure, site.path, day)
            except NotMeasurable:
                continue


def _view(result: MeasureResult) -> MeasureView:
    return MeasureView(
        measure=result.measure,
        formula_version=result.formula_version,
        subject=str(result.subject),
        value=result.value,
        numerator=result.numerator,
        denominator=result.denominator,
        unit=result.unit,
        coverage_share=result.coverage.share,
        flags=list(result.flags),
        parts=[
            MeasurePart(
                measure=part.measure,
                subject=str(part.subject),
                value=part.value,
                numerator=part.numerator,
                denominator=part.denominator,
                unit=part.unit,
                flags=list(part.flags),
            )
            for part in result.parts
        ],
        inputs=[input_view(one) for one in result.inputs],
    )


def input_view(one: InputRef) -> InputView:
    return InputView(
        series=one.series,
        role=one.role,
        unit=one.unit,
        origin=one.origin,
        rows=one.rows,
        first_us=one.first_us,
        last_us=one.last_us,
    )
