"""Investment projects: the board, each project with milestones, money and problems, and what is late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Path, Request, status

from millmark.region.dispatch.errors import DispatchNotFound
from millmark.region.investments import InvestmentContent, PlannedMilestone, ProblemAct
from millmark.registry import area_prefix
from millmark.web.access import Permission, Principal, Role, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.errors import NotAllowed, Unprocessable
from millmark.web.investment_views import InvestmentViews
from millmark.web.services import Platform, Services
from millmark.web.shapes.factors import DispatchNameView
from millmark.web.shapes.investments import (
    InvestmentBoard,
    InvestmentDetail,
    InvestmentForm,
    InvestmentMilestoneForm,
    InvestmentStep,
    NewInvestment,
    OverdueList,
    PaymentForm,
    ProblemForm,
    ProblemStep,
    ProblemView,
    RevisedInvestment,
    VoidForm,
)
from millmark.web.shapes.shape import Id

if TYPE_CHECKING:
    from millmark.region.investments import Investment

router = APIRouter(prefix="/investments", tags=["investments"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_INVESTMENTS))]
MilestoneKey = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,64}$")]


@router.get("")
def investments(who: Reader, platform: Platform) -> InvestmentBoard:
    """Every project that one may see, with the stages in their order."""
    views = InvestmentViews(platform, who)
    rows = [views.row(one) for one in platform.bureau.investments.projects() if views.sees(one)]
    return InvestmentBoard(
        today=views.today,
        stages=[
            DispatchNameView(id=one.id, name_zh=one.name_zh, name_en=one.name_en)
            for one in platform.bureau.investments.rules.investments.stages
        ],
        projects=rows,
        planned_fen=sum(one.planned_fen or 0 for one in rows),
        paid_fen=sum(one.paid_fen for one in rows),
    )


@router.get("/overdue")
def overdue_investments(who: Reader, platform: Platform) -> OverdueList:
    """Milestones and problems that are late, the latest first."""
    views = InvestmentViews(platform, who)
    projects = [one for one in platform.bureau.investments.projects() if views.sees(one)]
    items = [item for one in projects for item in views.overdue(one)]
    return OverdueList(items=sorted(items, key=lambda item: -item.days))


@router.post("", status_code=status.HTTP_201_CREATED)
def register_investment(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_INVESTMENTS, action="investments.register"))],
    form: NewInvestment,
    request: Request,
    platform: Platform,
) -> InvestmentDetail:
    """Registers a project and tracks it from today on; the city's figures count it from then."""
    own = who.scope.area_code
    if own is not None and not form.area_code.startswith(area_prefix(own)):
        raise NotAllowed(
            f"The area {form.area_code} lies outside of your own, {own}.",
            where="area_code",
            next_step="Register projects of your own area.",
        )
    _demand_enterprise(who, form.enterprise_id)
    views = InvestmentViews(platform, who)
    made = platform.bureau.investments.register(
        _content(form),
        area_code=form.area_code,
        source=form.source,
        actor=views.actor,
        enterprise_id=form.enterprise_id,
        stage=form.stage,
        tracked=form.tracked,
    )
    audit_result(request, made.ref)
    return views.detail(made)


@router.get("/{investment_id}")
def investment(who: Reader, investment_id: Id, request: Request, platform: Platform) -> InvestmentDetail:
    """One project with its plan, money, problems, versions and everything that happened to it."""
    views, found = _found(platform, who, investment_id, request)
    return views.detail(found)


@router.put("/{investment_id}")
def revise_investment(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_INVESTMENTS, action="investments.revise"))],
    investment_id: Id,
    form: RevisedInvestment,
    request: Request,
    platform: Platform,
) -> InvestmentDetail:
    """A new version of the plan; the one before stays readable."""
    views, _ = _found(platform, who, investment_id, request)
    _demand_enterprise(who, form.enterprise_id)
    done = platform.bureau.investments.revise(
        investment_id,
        _content(form),
        actor=views.actor,
        enterprise_id=form.enterprise_id,
        reason=form.reason,
        version=form.version,
    )
    audit_result(request, f"{done.ref} version {done.version}")
    return views.detail(done)


@router.post("/{investment_id}/steps")
def act_on_investment(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_INVESTMENTS, action="investments.act"))],
    investment_id: Id,
    form: InvestmentStep,
    request: Request,
    platform: Platform,
) -> InvestmentDetail:
    """Sets the stage, pauses, resumes, ends, tracks or voids a project."""
    views, _ = _found(platform, who, investment_id, request)
    book = platform.bureau.investments
    if form.action == "stage":
        if form.stage is None:
            raise Unprocessable("The stage is missing.", where="stage", next_step="Name a stage of the board.")
        since = form.since or views.today
        done = book.set_stage(investment_id, form.stage, since, actor=views.actor, reason=form.reason)
    else:
        done = book.act(investment_id, form.action, actor=views.actor, reason=form.reason, version=form.version)
    audit_result(request, f"{done.ref} {form.action} {form.stage or done.state}")
    return views.detail(done)


@router.post("/{investment_id}/milestones/{milestone}", status_code=status.HTTP_201_CREATED)
def reach_milestone(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_INVESTMENTS, action="investments.milestone"))],
    investment_id: Id,
    milestone: MilestoneKey,
    form: InvestmentMilestoneForm,
    request: Request,
    platform: Platform,
) -> InvestmentDetail:
    """Reports the day on which a milestone was reached."""
    views, _ = _found(platform, who, investment_id, request)
    done = platform.bureau.progress.reach(investment_id, milestone, form.happened_on, actor=views.actor, note=form.note)
    audit_result(request, f"{done.ref} {milestone} {form.happened_on}")
    return views.detail(done)


@router.post("/{investment_id}/milestone-reports/{report_id}/void")
def void_milestone_report(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_INVESTMENTS, action="investments.void_milestone"))],
    investment_id: Id,
    report_id: Id,
    form: VoidForm,
    request: Request,
    platform: Platform,
) -> InvestmentDetail:
    """Says that a report of a milestone does not hold; it stays in sight among the steps."""
    views, _ = _found(platform, who, investment_id, request)
    return views.detail(
        platform.bureau.progress.void_report(investment_id, report_id, actor=views.actor, reason=form.reason)
    )


@router.post("/{investment_id}/payments", status_code=status.HTTP_201_CREATED)
def record_investment_payment(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_INVESTMENTS, action="investments.payment"))],
    investment_id: Id,
    form: PaymentForm,
    request: Request,
    platform: Platform,
) -> InvestmentDetail:
    """Records money put into the project, with the document that says so."""
    views, _ = _found(platform, who, investment_id, request)
    done = platform.bureau.progress.pay(
        investment_id, form.amount_fen, form.paid_on, source=form.source, actor=views.actor
    )
    audit_result(request, f"{done.ref} {form.amount_fen} fen")
    return views.detail(done)


@router.post("/{investment_id}/payments/{payment_id}/void")
def void_investment_payment(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_INVESTMENTS, action="investments.void_payment"))],
    investment_id: Id,
    payment_id: Id,
    form: VoidForm,
    request: Request,
    platform: Platform,
) -> InvestmentDetail:
    """Says that a record of money does not hold; it stays in sight with the reason."""
    views, _ = _found(platform, who, investment_id, request)
    return views.detail(
        platform.bureau.progress.void_payment(investment_id, payment_id, actor=views.actor, reason=form.reason)
    )


@router.post("/{investment_id}/problems", status_code=status.HTTP_201_CREATED)
def raise_problem(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_INVESTMENTS, action="investments.problem"))],
    investment_id: Id,
    form: ProblemForm,
    request: Request,
    platform: Platform,
) -> ProblemView:
    """Raises a problem, for a department or the office itself to solve by a day."""
    views, found = _found(platform, who, investment_id, request)
    made = platform.bureau.progress.raise_problem(
        investment_id, form.text, actor=views.actor, department=form.department, due_on=form.due_on
    )
    audit_result(request, f"{found.ref} problem:{made.id}")
    return views.problem(made, found)


@router.post("/{investment_id}/problems/{problem_id}/steps")
def act_on_problem(
    who: Annotated[Principal, Depends(requires(Permission.READ_INVESTMENTS, action="investments.solve"))],
    investment_id: Id,
    problem_id: Id,
    form: ProblemStep,
    request: Request,
    platform: Platform,
) -> ProblemView:
    """Takes a step of a problem: assign, take up, solve, reopen, drop."""
    views, found = _found(platform, who, investment_id, request)
    problem = next((one for one in found.problems if one.id == problem_id), None)
    # A department is not told of problems that are not its own.
    if problem is None or (who.role is Role.DEPARTMENT and problem.department != who.scope.department):
        raise unknown(request.url.path)
    if Permission.WRITE_INVESTMENTS not in who.permissions and who.role is not Role.DEPARTMENT:
        raise NotAllowed(
            "This account may look at projects, not write them.",
            where=request.url.path,
            next_step="Ask the office, or the department whose problem it is.",
        )
    act = ProblemAct(
        action=form.action,
        reason=form.reason,
        department=form.department,
        due_on=form.due_on,
        version=form.version,
    )
    done = platform.bureau.progress.act_on_problem(problem_id, act, actor=views.actor, department=views.department)
    audit_result(request, f"{found.ref} problem:{problem_id} {form.action} {done.state}")
    return views.problem(done, found)


def _found(
    platform: Services, who: Principal, investment_id: int, request: Request
) -> tuple[InvestmentViews, Investment]:
    views = InvestmentViews(platform, who)
    try:
        found = platform.bureau.investments.project(investment_id)
    except DispatchNotFound as error:
        raise unknown(request.url.path) from error
    views.demand(found, request.url.path)
    return views, found


def _demand_enterprise(who: Principal, enterprise_id: int | None) -> None:
    if enterprise_id is not None:
        who.scope.demand(enterprise_id, where=f"enterprise {enterprise_id}")


def _content(form: InvestmentForm) -> InvestmentContent:
    return InvestmentContent(
        name_zh=form.name_zh,
        name_en=form.name_en,
        investor=form.investor,
        summary=form.summary,
        site=form.site,
        owner=form.owner,
        planned_fen=form.planned_fen,
        milestones=tuple(PlannedMilestone(**one.model_dump()) for one in form.milestones),
    )
