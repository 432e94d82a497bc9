"""Data centres: egress and racks of the ledger against scenarios of demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.routes.coverage import demand_city
from millmark.web.services import Platform
from millmark.web.shapes.coverage import (
    CentreOutlook,
    CentreOverview,
    CentreRecordView,
    CentreScenario,
    CentreView,
    CentreYear,
    GrowthCaseView,
    NewCentreScenario,
)

if TYPE_CHECKING:
    from millmark.region.coverage.centres import Centre, KeptScenario

router = APIRouter(prefix="/data-centres", tags=["coverage"])


@router.get("")
def data_centres(
    _who: Annotated[Principal, Depends(requires(Permission.READ_COVERAGE))], platform: Platform
) -> CentreOverview:
    """What the ledger says of the city's data centres, and when each scenario fills them."""
    desk = platform.bureau.coverage
    centres = {one.name: one for one in desk.centres.centres(desk.today())}
    return CentreOverview(
        centres=[_centre(one) for one in centres.values()],
        scenarios=[_scenario(one, centres.get(one.scenario.centre)) for one in desk.centres.scenarios()],
    )


@router.post("/scenarios", status_code=status.HTTP_201_CREATED)
def save_data_centre_scenario(
    who: Annotated[Principal, Depends(requires(Permission.PLAN_COVERAGE, action="data_centres.scenario"))],
    form: NewCentreScenario,
    request: Request,
    platform: Platform,
) -> CentreScenario:
    """A scenario, or a new version of the one of that name."""
    from millmark.region.coverage.centres import Case, Scenario

    demand_city(platform, who)
    desk = platform.bureau.coverage
    scenario = Scenario(
        centre=form.centre,
        resource=form.resource,
        first_year=form.first_year,
        demand=form.demand,
        fill_share=form.fill_share,
        years=form.years,
        cases=tuple(Case(**one.model_dump()) for one in form.cases),
        source=form.source,
    )
    kept = desk.centres.save(form.name, scenario, reason=form.reason, saved_by=who.name)
    audit_result(request, f"data_centre_scenario:{kept.id}")
    centres = {one.name: one for one in desk.centres.centres(desk.today())}
    return _scenario(kept, centres.get(form.centre))


def _centre(one: Centre) -> CentreView:
    return CentreView(
        name=one.name,
        records=[
            CentreRecordView(
                ref=record.ref, resource=record.resource, on=record.on, added=record.added, source=record.source
            )
            for record in one.records
        ],
        racks_used=one.racks_used,
    )


def _scenario(kept: KeptScenario, centre: Centre | None) -> CentreScenario:
    from millmark.region.coverage.centres import UNITS, outlooks

    one = kept.scenario
    return CentreScenario(
        id=kept.id,
        name=kept.name,
        centre=one.centre,
        resource=one.resource,
        unit=UNITS[one.resource],
        first_year=one.first_year,
        demand=one.demand,
        fill_share=one.fill_share,
        years=one.years,
        cases=[
            GrowthCaseView(id=case.id, name_zh=case.name_zh, name_en=case.name_en, growth=case.growth)
            for case in one.cases
        ],
        source=one.source,
        placeholder=one.placeholder,
        reason=kept.reason,
        saved_by=kept.saved_by,
        saved_at_us=kept.saved_at_us,
        outlooks=[
            CentreOutlook(
                case_id=found.case.id,
                rows=[
                    CentreYear(year=row.year, demand=row.demand, capacity=row.capacity, usable=row.usable, use=row.use)
                    for row in found.rows
                ],
                full_in=found.full_in,
                years_left=found.years_left,
            )
            for found in outlooks(one, centre)
        ],
    )
