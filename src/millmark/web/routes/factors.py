"""Production-factor requests: asked by enterprises, assigned by offices, answered by departments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request, status

from millmark.region.dispatch.errors import DispatchNotFound
from millmark.region.factors import FactorContent, Task
from millmark.region.factors.book import Act
from millmark.web.access import Permission, Principal, Role, requires, unknown
from millmark.web.audit import audit_result
from millmark.web.errors import NotAllowed, Unprocessable
from millmark.web.factor_views import FactorViews
from millmark.web.services import Platform, Services
from millmark.web.shapes.factors import (
    AmendedRequest,
    DispatchNameView,
    Escalated,
    EscalationView,
    FactorContentForm,
    FactorDeadlineView,
    FactorRequestDetail,
    FactorRequestList,
    FactorRules,
    FactorStatisticsView,
    FactorStep,
    FactorView,
    NewFactorRequest,
)
from millmark.web.shapes.shape import Id, TimeUs

if TYPE_CHECKING:
    from millmark.region.factors import FactorRequest

router = APIRouter(prefix="/factor-requests", tags=["factors"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_FACTORS))]


@router.get("")
def factor_requests(
    who: Reader,
    platform: Platform,
    enterprise_id: Id | None = None,
    state: Annotated[str | None, Query(max_length=32)] = None,
    factor: Annotated[str | None, Query(max_length=64)] = None,
    overdue: bool | None = None,
) -> FactorRequestList:
    """Requests that one may see, the latest first."""
    views = FactorViews(platform, who)
    views.load_enterprises()
    book, today = platform.bureau.factors, platform.bureau.factors.today()
    found = book.requests(enterprise_id=enterprise_id, state=state, factor=factor)
    return FactorRequestList(
        requests=[
            views.row(one) for one in found if views.sees(one) and (overdue is None or one.is_overdue(today) is overdue)
        ]
    )


@router.get("/rules")
def factor_rules(who: Reader, platform: Platform) -> FactorRules:
    """Factors, urgencies, deadlines and escalation as the rules have them."""
    rules, views = platform.bureau.factors.rules, FactorViews(platform, who)
    return FactorRules(
        pack=rules.pack,
        source=rules.source,
        factors=[
            FactorView(
                id=one.id, name_zh=one.name_zh, name_en=one.name_en, departments=views.suggested(one.departments)
            )
            for one in rules.factors.values()
        ],
        urgencies=[
            DispatchNameView(id=one.id, name_zh=one.name_zh, name_en=one.name_en) for one in rules.urgencies.values()
        ],
        deadlines=[
            FactorDeadlineView(factor=one.factor, urgency=one.urgency, assign=str(one.assign), answer=str(one.answer))
            for one in rules.deadlines
        ],
        escalation=[EscalationView(after=str(one.after), to_zh=one.to_zh, to_en=one.to_en) for one in rules.escalation],
        calendar_years=sorted(rules.calendar.covers),
    )


@router.get("/statistics")
def factor_statistics(
    who: Reader, platform: Platform, asked_from_us: TimeUs | None = None, asked_before_us: TimeUs | None = None
) -> FactorStatisticsView:
    """How requests went that one may see: time to answer and overdue share, by department and by factor."""
    views = FactorViews(platform, who)
    found = platform.bureau.factors.requests(asked_from_us=asked_from_us, asked_before_us=asked_before_us)
    reckoned = platform.bureau.factors.statistics([one for one in found if views.sees(one)])
    shown = views.statistics(reckoned)
    if who.role is not Role.DEPARTMENT:
        return shown
    # How others do is theirs to know.
    own = [one for one in shown.departments if one.department == who.scope.department]
    return shown.model_copy(update={"departments": own})


@router.post("", status_code=status.HTTP_201_CREATED)
def ask_for_factor(
    who: Annotated[Principal, Depends(requires(Permission.READ_FACTORS, action="factors.ask"))],
    form: NewFactorRequest,
    request: Request,
    platform: Platform,
) -> FactorRequestDetail:
    """Asks for a production factor: an enterprise for itself, or an office for an enterprise of its area."""
    _demand_writer(who, request, departments=False)
    enterprise_id = form.enterprise_id or who.scope.enterprise_id
    if enterprise_id is None:
        raise Unprocessable("The enterprise is missing.", where="enterprise_id", next_step="Name it by its id.")
    who.scope.demand(enterprise_id, where=f"enterprise {enterprise_id}")
    views = FactorViews(platform, who)
    asked = platform.bureau.factors.ask(enterprise_id, form.factor, form.urgency, _content(form), actor=views.actor)
    audit_result(request, f"factor-request:{asked.id}")
    return views.detail(asked)


@router.post("/escalation")
def escalate_overdue(
    _who: Annotated[Principal, Depends(requires(Permission.WRITE_WATCH, action="factors.escalate"))],
    request: Request,
    platform: Platform,
) -> Escalated:
    """Runs the rule over everything that is overdue, now; the platform does so by itself every hour."""
    steps = platform.bureau.factors.escalate_overdue()
    problems = platform.bureau.progress.escalate_overdue()
    audit_result(request, f"escalated {len(steps)} requests, {len(problems)} problems")
    return Escalated(requests=len(steps), problems=len(problems))


@router.get("/{request_id}")
def factor_request(who: Reader, request_id: Id, request: Request, platform: Platform) -> FactorRequestDetail:
    """One request with its assignments, what it said in each version, and everything that happened."""
    views, found = _found(platform, who, request_id, request)
    return views.detail(found)


@router.put("/{request_id}")
def amend_factor_request(
    who: Annotated[Principal, Depends(requires(Permission.READ_FACTORS, action="factors.amend"))],
    request_id: Id,
    form: AmendedRequest,
    request: Request,
    platform: Platform,
) -> FactorRequestDetail:
    """A new version of what is asked for, as long as nobody has it in hand."""
    _demand_writer(who, request, departments=False)
    views, _ = _found(platform, who, request_id, request)
    done = platform.bureau.factors.amend(request_id, _content(form), actor=views.actor, version=form.version)
    audit_result(request, f"factor-request:{request_id} version {done.version}")
    return views.detail(done)


@router.post("/{request_id}/steps")
def act_on_factor_request(
    who: Annotated[Principal, Depends(requires(Permission.READ_FACTORS, action="factors.act"))],
    request_id: Id,
    form: FactorStep,
    request: Request,
    platform: Platform,
) -> FactorRequestDetail:
    """Takes a step: assign, take up, return, answer, confirm, reopen and so on."""
    _demand_writer(who, request, departments=True)
    views, _ = _found(platform, who, request_id, request)
    act = Act(
        action=form.action,
        reason=form.reason,
        tasks=[Task(one.department, one.due_on) for one in form.tasks],
        due_on=form.due_on,
        version=form.version,
    )
    done = platform.bureau.factors.act(request_id, act, actor=views.actor, department=views.department)
    audit_result(request, f"factor-request:{request_id} {form.action} {done.state}")
    return views.detail(done)


def _demand_writer(who: Principal, request: Request, *, departments: bool) -> None:
    """Who may ask or handle; reading alone is not enough, and a department asks for nothing."""
    may = who.permissions & {Permission.REQUEST_FACTORS, Permission.HANDLE_FACTORS}
    if not may or (who.role is Role.DEPARTMENT and not departments):
        raise NotAllowed(
            "This account may look at factor requests, not write them.",
            where=request.url.path,
            next_step="Ask somebody of the enterprise, the office or the department whose turn it is.",
        )


def _found(platform: Services, who: Principal, request_id: int, request: Request) -> tuple[FactorViews, FactorRequest]:
    views = FactorViews(platform, who)
    try:
        found = platform.bureau.factors.request(request_id)
    except DispatchNotFound as error:
        raise unknown(request.url.path) from error
    views.demand(found, request.url.path)
    return views, found


def _content(form: FactorContentForm) -> FactorContent:
    return FactorContent(title=form.title, text=form.text, needed_by=form.needed_by, contact=form.contact)
