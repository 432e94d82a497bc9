"""Demands of enterprises: written, or proposed from an assessment; matched with solutions; answered by suppliers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.programmes.assessment.compiling import sheet_of
from millmark.programmes.assessment.kept import AssessedKind
from millmark.programmes.assessment.lift import plain_steps
from millmark.region.suppliers import gap_proposals
from millmark.region.suppliers.demands import Demand
from millmark.region.suppliers.scenarios import SCENARIO_PACK
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.errors import Conflict
from millmark.web.services import Platform, Services
from millmark.web.shapes.demands import (
    AnswerView,
    ChangedDemand,
    DemandDetail,
    DemandGap,
    DemandList,
    FromGaps,
    GapList,
    MatchList,
    NewAnswer,
    NewDemand,
)
from millmark.web.shapes.shape import Id
from millmark.web.shapes.suppliers import PoolStep
from millmark.web.supplier_views import SupplierViews, found, own_enterprise

if TYPE_CHECKING:
    from millmark.region.suppliers import Answer, Want

router = APIRouter(tags=["demands"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_DEMANDS))]
_WRITING = Permission.POST_DEMANDS


@router.get("/demands")
def demands(who: Reader, platform: Platform) -> DemandList:
    """An enterprise's own demands, those of the office's area, or for a supplier the open ones by how they fit it."""
    views, desk = SupplierViews(platform, who), platform.bureau.suppliers
    if views.is_supplier:
        return _for_supplier(platform, views)
    scope = who.scope
    chosen = desk.demands.demands(enterprise_id=scope.enterprise_id)
    counts = desk.answers.counts()
    return DemandList(
        demands=[
            views.demand(one, None, answers=counts.get(one.id, 0)) for one in chosen if views.sees_demand(one, None)
        ]
    )


def _for_supplier(platform: Services, views: SupplierViews) -> DemandList:
    desk, own = platform.bureau.suppliers, views.own_supplier()
    if own is None:
        return DemandList(demands=[])
    answered = {one.demand_id: one for one in desk.answers.answers(supplier_id=own.id)}
    seen = [one for one in desk.demands.demands() if views.sees_demand(one, answered.get(one.id))]
    ranked = desk.exchange.demands_for(own.id, seen)
    return DemandList(demands=[views.demand(one, answered.get(one.id), answers=None, fit=fit) for one, fit in ranked])


@router.post("/demands", status_code=status.HTTP_201_CREATED)
def write_demand(
    who: Annotated[Principal, Depends(requires(_WRITING, action="demands.write"))],
    form: NewDemand,
    request: Request,
    platform: Platform,
) -> DemandDetail:
    """A demand in the enterprise's own words, a draft that nobody else sees."""
    enterprise_id = own_enterprise(who, form.enterprise_id, request.url.path)
    views = SupplierViews(platform, who)
    written = platform.bureau.suppliers.demands.write(enterprise_id, form.content, views.actor)
    audit_result(request, f"demand:{written.id}")
    return views.demand_detail(written, None)


@router.get("/demands/gaps")
def demand_gaps(who: Reader, request: Request, platform: Platform, enterprise_id: Id | None = None) -> GapList:
    """What the latest submitted assessment leaves to be done, as demands that the enterprise may take up."""
    return _gaps(platform, own_enterprise(who, enterprise_id, request.url.path))


@router.post("/demands/from-gaps", status_code=status.HTTP_201_CREATED)
def take_up_gaps(
    who: Annotated[Principal, Depends(requires(_WRITING, action="demands.propose"))],
    form: FromGaps,
    request: Request,
    platform: Platform,
) -> GapList:
    """Makes demands of gaps, each still to be read, changed and confirmed by the enterprise before anybody sees it."""
    enterprise_id = own_enterprise(who, form.enterprise_id, request.url.path)
    views, gaps = SupplierViews(platform, who), _gaps(platform, enterprise_id)
    if gaps.assessment_id is None:
        raise Conflict("There is no submitted assessment.", where="assessment", next_step="Assess and submit first.")
    for gap in gaps.gaps:
        if gap.scenario in form.scenarios and gap.demand_id is None:
            platform.bureau.suppliers.demands.write(
                enterprise_id, gap.content, views.actor, assessment_id=gaps.assessment_id
            )
    audit_result(request, f"enterprise:{enterprise_id} {len(form.scenarios)} gaps")
    return _gaps(platform, enterprise_id)


@router.post("/demands/preview")
def preview_matches(
    who: Annotated[Principal, Depends(requires(_WRITING, action="demands.preview"))],
    form: NewDemand,
    platform: Platform,
) -> MatchList:
    """What would fit a demand that is not kept yet; nobody else learns of it."""
    content = form.content
    return _matches(platform, SupplierViews(platform, who), Demand(0, 0, None, "draft", 1, content, 0).as_want())


@router.get("/demands/{demand_id}")
def demand(who: Reader, demand_id: Id, request: Request, platform: Platform) -> DemandDetail:
    """One demand, with its answers, as whoever asks may see it."""
    views = SupplierViews(platform, who)
    one, answer = _seen(platform, views, demand_id, request)
    return views.demand_detail(one, answer)


@router.get("/demands/{demand_id}/matches")
def demand_matches(who: Reader, demand_id: Id, request: Request, platform: Platform) -> MatchList:
    """The solutions that fit a demand, with the reasons part by part; for the enterprise and the office."""
    views = SupplierViews(platform, who)
    one, _ = _seen(platform, views, demand_id, request)
    if views.is_supplier:
        raise unknown(request.url.path)
    return _matches(platform, views, one.as_want())


@router.put("/demands/{demand_id}")
def change_demand(
    who: Annotated[Principal, Depends(requires(_WRITING, action="demands.change"))],
    demand_id: Id,
    form: ChangedDemand,
    request: Request,
    platform: Platform,
) -> DemandDetail:
    """A new version; of an open demand suppliers see it at once."""
    _own(platform, who, demand_id, request)
    views = SupplierViews(platform, who)
    saved = platform.bureau.suppliers.demands.save(demand_id, form.content, views.actor, version=form.version)
    audit_result(request, f"demand:{demand_id} version {saved.version}")
    return views.demand_detail(saved, None)


@router.post("/demands/{demand_id}/steps")
def act_on_demand(
    who: Annotated[Principal, Depends(requires(_WRITING, action="demands.act"))],
    demand_id: Id,
    form: PoolStep,
    request: Request,
    platform: Platform,
) -> DemandDetail:
    """The enterprise confirms and publishes a demand, or withdraws it."""
    _own(platform, who, demand_id, request)
    views = SupplierViews(platform, who)
    done = platform.bureau.suppliers.demands.act(
        demand_id, form.action, views.actor, reason=form.reason, version=form.version
    )
    audit_result(request, f"demand:{demand_id} {form.action} {done.state}")
    return views.demand_detail(done, None)


@router.post("/demands/{demand_id}/close")
def close_demand(
    who: Annotated[Principal, Depends(requires(Permission.HANDLE_SUPPLIERS, action="demands.close"))],
    demand_id: Id,
    form: PoolStep,
    request: Request,
    platform: Platform,
) -> DemandDetail:
    """The office closes an open demand, with its reason."""
    _own(platform, who, demand_id, request)
    views = SupplierViews(platform, who)
    done = platform.bureau.suppliers.demands.act(
        demand_id, "close", views.actor, reason=form.reason, version=form.version
    )
    audit_result(request, f"demand:{demand_id} {done.state}")
    return views.demand_detail(done, None)


@router.post("/demands/{demand_id}/answers", status_code=status.HTTP_201_CREATED)
def answer_demand(
    who: Annotated[Principal, Depends(requires(Permission.OFFER_SOLUTIONS, action="demands.answer"))],
    demand_id: Id,
    form: NewAnswer,
    request: Request,
    platform: Platform,
) -> AnswerView:
    """A supplier answers an open demand, or changes the answer that it gave."""
    views = SupplierViews(platform, who)
    one, _ = _seen(platform, views, demand_id, request)
    own = views.own_supplier()
    if own is None:
        raise unknown(request.url.path)
    given = platform.bureau.suppliers.answers.answer(demand_id, own.id, form.content, views.actor)
    audit_result(request, f"answer:{given.id}")
    return views.answer(given, one)


@router.post("/answers/{answer_id}/steps")
def act_on_answer(
    who: Annotated[Principal, Depends(requires(_WRITING, action="answers.act"))],
    answer_id: Id,
    form: PoolStep,
    request: Request,
    platform: Platform,
) -> AnswerView:
    """The enterprise agrees to talk, chooses, declines, breaks off, or says that it is delivered."""
    answer = _answer(platform, answer_id, request)
    who.scope.demand(answer.enterprise_id, where=request.url.path)
    return _acted(platform, who, answer, form, request)


@router.post("/answers/{answer_id}/withdraw")
def withdraw_answer(
    who: Annotated[Principal, Depends(requires(Permission.OFFER_SOLUTIONS, action="answers.withdraw"))],
    answer_id: Id,
    request: Request,
    platform: Platform,
) -> AnswerView:
    """A supplier takes its answer back."""
    answer = _answer(platform, answer_id, request)
    who.scope.demand(answer.supplier_enterprise_id, where=request.url.path)
    return _acted(platform, who, answer, PoolStep(action="withdraw"), request)


def _acted(platform: Services, who: Principal, answer: Answer, form: PoolStep, request: Request) -> AnswerView:
    views = SupplierViews(platform, who)
    done = platform.bureau.suppliers.answers.act(
        answer.id, form.action, views.actor, reason=form.reason, version=form.version
    )
    audit_result(request, f"answer:{answer.id} {form.action} {done.state}")
    return views.answer(done, platform.bureau.suppliers.demands.demand(done.demand_id))


def _answer(platform: Services, answer_id: int, request: Request) -> Answer:
    return found(lambda: platform.bureau.suppliers.answers.one(answer_id), request.url.path)


def _seen(platform: Services, views: SupplierViews, demand_id: int, request: Request) -> tuple[Demand, Answer | None]:
    one = found(lambda: platform.bureau.suppliers.demands.demand(demand_id), request.url.path)
    answer = views.own_answer(demand_id)
    if not views.sees_demand(one, answer):
        raise unknown(request.url.path)
    if views.is_office:
        views.who.scope.opened(one.enterprise_id)
    return one, answer


def _own(platform: Services, who: Principal, demand_id: int, request: Request) -> Demand:
    one = found(lambda: platform.bureau.suppliers.demands.demand(demand_id), request.url.path)
    who.scope.demand(one.enterprise_id, where=request.url.path)
    return one


def _matches(platform: Services, views: SupplierViews, want: Want) -> MatchList:
    matched = platform.bureau.suppliers.exchange.solutions_for(want)
    unclear = not want.scenarios and not matched
    return MatchList(matches=[views.match(one) for one in matched], unclear=unclear)


def _gaps(platform: Services, enterprise_id: int) -> GapList:
    assessment = platform.assessments.latest(enterprise_id, *SCENARIO_PACK, AssessedKind.EXPERT, drafts=False)
    assessment = assessment or platform.assessments.latest(
        enterprise_id, *SCENARIO_PACK, AssessedKind.SELF, drafts=False
    )
    if assessment is None:
        return GapList(assessment_id=None, level=None, gaps=[])
    pack, enterprise = platform.assessments.pack_of(assessment), platform.registry.enterprise(enterprise_id)
    sheet = sheet_of(pack, assessment.variant)
    taken = {
        one.scenario: demand.id
        for demand in platform.bureau.suppliers.demands.demands(enterprise_id=enterprise_id)
        if demand.assessment_id == assessment.id and demand.state != "withdrawn"
        for one in demand.content.scenarios
    }
    return GapList(
        assessment_id=assessment.id,
        level=assessment.level,
        gaps=[
            DemandGap(
                scenario=one.scenario,
                name_zh=one.name_zh,
                name_en=one.name_en,
                level_from=one.level_from,
                level_to=one.level_to,
                in_plan=one.in_plan,
                constrained=one.constrained,
                title_zh=one.title_zh,
                title_en=one.title_en,
                text_zh=one.text_zh,
                text_en=one.text_en,
                content=one.as_content(
                    industry=enterprise.industry_code, area_code=enterprise.area_code, level=assessment.level
                ),
                demand_id=taken.get(one.scenario),
            )
            for one in gap_proposals(pack, sheet, assessment.answers, [plain_steps(sheet)])
        ],
    )
