"""Coverage in the shapes of the API, and whose area somebody may see of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from millmark.region.areas import lies_within
from millmark.region.coverage.area_class import AREA_CLASSES, AreaClass
from millmark.web.access import Principal, unknown
from millmark.web.shapes.coverage import (
    BandReach,
    CandidateView,
    ChosenSite,
    ClassTally,
    CountyBelow,
    CountyTally,
    CoveragePlanDetail,
    CoveragePlanView,
    DemandPlaceView,
    DutyForm,
    DutyOutcome,
    LinkBudgetLine,
    PlanProgress,
    SiteChoiceView,
    StatementView,
    TallyView,
    UnmetDuty,
)

if TYPE_CHECKING:
    from millmark.region.coverage.budget import Reach
    from millmark.region.coverage.coverage import Report, Statement, Tally
    from millmark.region.coverage.entries import Candidate, Place
    from millmark.region.coverage.plan_book import Plan
    from millmark.web.services import Services


def own_area(platform: Services, who: Principal) -> str | None:
    """The part of the city that somebody is bound to; None for an office of the whole city, or of what holds it."""
    own = who.scope.area_code
    city = platform.bureau.coverage.region.city_code
    return None if own is None or lies_within(city, own) else own


def area_of(platform: Services, who: Principal, area_code: str | None) -> str | None:
    """The area that is asked for, or one's own; 404 for one that lies outside of it."""
    own = own_area(platform, who)
    if own is None:
        return area_code
    if area_code is None:
        return own
    if not lies_within(area_code, own):
        raise unknown("area_code")
    return area_code


def demand_area(platform: Services, who: Principal, area_code: str | None, *, where: str) -> None:
    """Raises `NotFound` for what lies in another area than one's own; what is the whole city's is nobody's county's."""
    own = own_area(platform, who)
    if own is not None and not lies_within(area_code, own):
        raise unknown(where)


def tally_view(tally: Tally) -> TallyView:
    return TallyView(
        places=tally.places,
        covered_places=tally.covered_places,
        weight=tally.weight,
        covered_weight=tally.covered_weight,
        place_share=tally.place_share,
        weight_share=tally.weight_share,
    )


def class_tallies(report: Report) -> list[ClassTally]:
    return [ClassTally(area_class=one, tally=tally_view(report.by_class[one])) for one in AREA_CLASSES]


def county_tallies(report: Report) -> list[CountyTally]:
    return [
        CountyTally(area_class=area_class, county=str(county), tally=tally_view(tally))
        for (area_class, county), tally in report.by_county.items()
    ]


def statement_view(one: Statement) -> StatementView:
    return StatementView(
        area_class=one.rule.area_class,
        of=one.rule.of,
        least_share=one.rule.least_share,
        least_county_share=one.rule.least_county_share,
        holds=one.holds,
        share=one.share,
        missing=one.missing,
        below=[CountyBelow(county=str(below.county), share=below.share, missing=below.missing) for below in one.below],
    )


def reach_views(reaches: Iterable[Reach]) -> list[BandReach]:
    return [
        BandReach(
            area_class=one.area_class,
            band=one.band,
            lines=[LinkBudgetLine(name=line.name, value_db=round(line.value_db, 2)) for line in one.lines],
            allowed_db=round(one.allowed_db, 2),
            radius_m=round(one.radius_m),
        )
        for one in reaches
    ]


def place_view(one: Place) -> DemandPlaceView:
    return DemandPlaceView(
        id=one.id,
        number=one.number,
        name=one.name,
        area_class=AreaClass(one.area_class),
        area=one.area,
        weight=one.weight,
        longitude=one.longitude,
        latitude=one.latitude,
        source=one.source,
        placeholder=one.placeholder,
        recorded_by=one.recorded_by,
        recorded_at_us=one.recorded_at_us,
        ended_by=one.ended_by,
        ended_at_us=one.ended_at_us,
        end_reason=one.end_reason,
    )


def candidate_view(one: Candidate) -> CandidateView:
    return CandidateView(
        id=one.id,
        number=one.number,
        name=one.name,
        area=one.area,
        cost_fen=one.cost_fen,
        bands=list(one.band_ids),
        height_m=one.height_m,
        longitude=one.longitude,
        latitude=one.latitude,
        source=one.source,
        placeholder=one.placeholder,
        recorded_by=one.recorded_by,
        recorded_at_us=one.recorded_at_us,
        ended_by=one.ended_by,
        ended_at_us=one.ended_at_us,
        end_reason=one.end_reason,
    )


def plan_view(plan: Plan) -> CoveragePlanView:
    order, progress, result = plan.order, plan.progress, plan.result
    best = None if result is None else result["best"]
    as_of = order.get("as_of")
    return CoveragePlanView(
        id=plan.id,
        name=plan.name,
        state=plan.state,
        area_code=plan.area_code,
        budget_fen=order["budget_fen"],
        duties=[DutyForm(**one) for one in order["duties"]],
        seconds=order["limits"]["seconds"],
        gap=order["limits"]["gap"],
        as_of=None if as_of is None else dt.date.fromisoformat(as_of),
        parameters_id=plan.parameters_id,
        stations=plan.inputs["stations"],
        candidates=plan.inputs["candidates"],
        places=plan.inputs["places"],
        uncovered_places=plan.inputs["uncovered_places"],
        inputs_digest=plan.inputs_digest,
        progress=PlanProgress(
            stage=progress.get("stage"),
            seconds=progress.get("seconds"),
            weight=progress.get("weight"),
            bound=progress.get("bound"),
        ),
        asked_by=plan.asked_by,
        asked_at_us=plan.asked_at_us,
        started_at_us=plan.started_at_us,
        finished_at_us=plan.finished_at_us,
        cancelled_by=plan.cancelled_by,
        weight=None if best is None else best["weight"],
        cost_fen=None if best is None else best["cost_fen"],
        sites=None if best is None else len(best["sites"]),
        gap_reached=None if result is None else result["gap"],
    )


def plan_detail(plan: Plan, candidates: Mapping[int, Candidate]) -> CoveragePlanDetail:
    result = plan.result or {}
    best, greedy = result.get("best"), result.get("greedy")
    before = result.get("before")
    return CoveragePlanDetail(
        plan=plan_view(plan),
        status=result.get("status"),
        solved_in_s=result.get("seconds"),
        sites_left=result.get("sites_left"),
        groups_left=result.get("groups_left"),
        bound=result.get("bound"),
        gap=result.get("gap"),
        greedy_gap=result.get("greedy_gap"),
        before_total=None if before is None else _kept_tally(before["total"]),
        before_by_class=[] if before is None else _kept_classes(before),
        best=None if best is None else _choice(best, greedy, candidates),
        greedy=None if greedy is None else _choice(greedy, best, candidates),
        duties=[DutyOutcome(**one) for one in result.get("duties", [])],
        unmet=[UnmetDuty(**one) for one in result.get("unmet", [])],
        greedy_unmet=[] if greedy is None else [UnmetDuty(**one) for one in greedy["unmet"]],
        beyond_any_budget=result.get("beyond_any_budget", False),
        needed_at_least_fen=result.get("needed_at_least_fen"),
        needed_enough_fen=result.get("needed_enough_fen"),
    )


def _choice(kept: dict[str, Any], other: dict[str, Any] | None, candidates: Mapping[int, Candidate]) -> SiteChoiceView:
    others = set() if other is None else {one["id"] for one in other["sites"]}
    return SiteChoiceView(
        cost_fen=kept["cost_fen"],
        weight=kept["weight"],
        places=kept["places"],
        sites=[
            ChosenSite(
                candidate=candidate_view(candidates[one["id"]]),
                cost_fen=one["cost_fen"],
                weight=one["weight"],
                places=one["places"],
                in_other=one["id"] in others,
            )
            for one in kept["sites"]
        ],
        total=_kept_tally(kept["tallies"]["total"]),
        by_class=_kept_classes(kept["tallies"]),
    )


def _kept_classes(kept: Mapping[str, Mapping[str, int]]) -> list[ClassTally]:
    return [ClassTally(area_class=one, tally=_kept_tally(kept[one.value])) for one in AREA_CLASSES]


def _kept_tally(kept: Mapping[str, int]) -> TallyView:
    from millmark.region.coverage.coverage import Tally

    return tally_view(Tally(**kept))
