"""Plans of new sites: asked for, worked on beside the web, cancelled, and shown beside the greedy answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Depends, Request, status
from fastapi.responses import StreamingResponse

from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.coverage_views import area_of, demand_area, own_area, plan_detail, plan_view
from millmark.web.routes.coverage import XLSX, attached, county_names
from millmark.web.services import Platform, Services
from millmark.web.shapes.coverage import (
    CoveragePlanDetail,
    CoveragePlanList,
    CoveragePlanView,
    NewCoveragePlan,
    PlanMap,
    PlannedPlace,
)
from millmark.web.shapes.shape import Id

if TYPE_CHECKING:
    from millmark.region.coverage.entries import Candidate
    from millmark.region.coverage.plan_book import Plan

router = APIRouter(prefix="/coverage/plans", tags=["coverage"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_COVERAGE))]
_CSV = "text/csv; charset=utf-8"


@router.get("")
def coverage_plans(who: Reader, platform: Platform) -> CoveragePlanList:
    """Plans that one may see, the newest first."""
    found = platform.bureau.coverage.plans.plans(area_code=own_area(platform, who))
    return CoveragePlanList(plans=[plan_view(one) for one in found])


@router.post("", status_code=status.HTTP_202_ACCEPTED)
def ask_for_coverage_plan(
    who: Annotated[Principal, Depends(requires(Permission.PLAN_COVERAGE, action="coverage.plans.ask"))],
    form: NewCoveragePlan,
    request: Request,
    platform: Platform,
) -> CoveragePlanView:
    """Begins to look for the sites that cover the most weight within the budget; ask for the plan again to see how far
    it is."""
    from millmark.region.coverage.assembling import Duty, Order
    from millmark.region.coverage.solving import Limits

    order = Order(
        form.budget_fen,
        tuple(Duty(one.area_class, one.least_share, one.each_county) for one in form.duties),
        area_of(platform, who, form.area_code),
        Limits(float(form.seconds), form.gap),
    )
    plan = platform.bureau.coverage.plan(form.name, order, asked_by=who.name)
    audit_result(request, f"coverage_plan:{plan.id}")
    return plan_view(plan)


@router.get("/{plan_id}")
def coverage_plan(who: Reader, plan_id: Id, platform: Platform) -> CoveragePlanDetail:
    """A plan with what it was made from and what came of it."""
    plan = _seen(platform, who, plan_id)
    return plan_detail(plan, _candidates(platform, plan))


@router.get("/{plan_id}/map")
def coverage_plan_map(who: Reader, plan_id: Id, platform: Platform) -> PlanMap:
    """The places that nothing covered when the plan was made, and who would cover them."""
    from millmark.region.coverage.area_class import AreaClass

    plan = _seen(platform, who, plan_id)
    if plan.result is None:
        return PlanMap(places=[])
    best = set((plan.result["best"] or {}).get("place_ids", []))
    greedy = set(plan.result["greedy"]["place_ids"])
    names: dict[tuple[bool, bool], Literal["none", "best", "greedy", "both"]] = {
        (False, False): "none",
        (True, False): "best",
        (False, True): "greedy",
        (True, True): "both",
    }
    kept = platform.bureau.coverage.places.by_ids(plan.result["open_ids"])
    return PlanMap(
        places=[
            PlannedPlace(
                id=one.id,
                area_class=AreaClass(one.area_class),
                longitude=float(one.longitude),
                latitude=float(one.latitude),
                covered_by=names[one.id in best, one.id in greedy],
            )
            for one in kept.values()
        ]
    )


@router.post("/{plan_id}/cancel")
def cancel_coverage_plan(
    who: Annotated[Principal, Depends(requires(Permission.PLAN_COVERAGE, action="coverage.plans.cancel"))],
    plan_id: Id,
    request: Request,
    platform: Platform,
) -> CoveragePlanView:
    """Ends the work on a plan; what was found so far is dropped."""
    _seen(platform, who, plan_id)
    plan = platform.bureau.coverage.plans.cancel(plan_id, cancelled_by=who.name)
    audit_result(request, f"coverage_plan:{plan.id}")
    return plan_view(plan)


@router.get(
    "/{plan_id}/sheet",
    response_class=StreamingResponse,
    responses={
        200: {
            "content": {
                XLSX: {"schema": {"type": "string", "format": "binary"}},
                "text/csv": {"schema": {"type": "string"}},
            }
        }
    },
)
def coverage_plan_sheet(
    who: Reader,
    plan_id: Id,
    platform: Platform,
    form: Literal["xlsx", "csv"] = "xlsx",
    language: Literal["zh", "en"] = "zh",
) -> StreamingResponse:
    """The chosen sites as a sheet, what adds most first."""
    from millmark.reports.coverage_sheets import PLAN_COLUMNS, CountyNames, as_csv, plan_rows
    from millmark.reports.sheets.writing import written

    plan = _seen(platform, who, plan_id)
    names = CountyNames(county_names(platform))
    rows = plan_rows(plan.result, _candidates(platform, plan), names, language) if plan.result else iter(())
    if form == "csv":
        content: Iterator[bytes] = iter([as_csv(PLAN_COLUMNS, rows, language)])
        return attached(content, f"{plan.name}.csv", _CSV)
    content = written(
        PLAN_COLUMNS, rows, title=plan.name, language=language, zone=platform.zone, scratch=platform.scratch
    )
    return attached(content, f"{plan.name}.xlsx", XLSX)


def _seen(platform: Services, who: Principal, plan_id: int) -> Plan:
    plan = platform.bureau.coverage.plans.plan(plan_id)
    demand_area(platform, who, plan.area_code, where="plan_id")
    return plan


def _candidates(platform: Services, plan: Plan) -> dict[int, Candidate]:
    """Those that a plan chose, as they stood then: rows never change."""
    if plan.result is None:
        return {}
    chosen = [one["id"] for kept in (plan.result["best"], plan.result["greedy"]) if kept for one in kept["sites"]]
    return platform.bureau.coverage.candidates.by_ids(sorted(set(chosen)))
