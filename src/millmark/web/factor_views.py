"""How factor requests are shown to whoever asks, and whose they are to see."""

from __future__ import annotations

from collections.abc import Iterable

from millmark.region.departments import Department
from millmark.region.dispatch.steps import DispatchStep
from millmark.region.factors import Assignment, FactorContent, FactorRequest, FactorStatistics
from millmark.registry import Enterprise
from millmark.web.access import Permission, Principal, Role, unknown
from millmark.web.acting import actor_of
from millmark.web.services import Services
from millmark.web.shapes.factors import (
    AssignmentView,
    DepartmentFigures,
    FactorContentView,
    FactorFigures,
    FactorRequestDetail,
    FactorRequestView,
    FactorStatisticsView,
)
from millmark.web.shapes.steps import AllowedView, StepView

_WRITES = {Permission.REQUEST_FACTORS, Permission.HANDLE_FACTORS}


class FactorViews:
    """Views for one principal; enterprises and departments are looked up once a request."""

    def __init__(self, platform: Services, who: Principal) -> None:
        self._book = platform.bureau.factors
        self._registry = platform.registry
        self._who = who
        self.actor = actor_of(who)
        self.department = who.scope.department
        self._departments = {one.id: one for one in platform.bureau.departments.departments()}
        self._enterprises: dict[int, Enterprise] = {}

    def sees(self, request: FactorRequest) -> bool:
        """A department sees what is or was assigned to it; an enterprise its own; an office its area's."""
        if self._who.role is Role.DEPARTMENT:
            return request.concerns(self.department)
        return self._who.scope.admits(request.enterprise_id)

    def demand(self, request: FactorRequest, where: str) -> None:
        """Raises `NotFound` for what one does not see, and notes that the enterprise's detail is shown."""
        if not self.sees(request):
            raise unknown(where)
        self._who.scope.opened(request.enterprise_id)

    def load_enterprises(self) -> None:
        """All of them at once, before a list is shown."""
        self._enterprises = {one.id: one for one in self._registry.enterprises()}

    def row(self, request: FactorRequest) -> FactorRequestView:
        if self._who.role is Role.DEPARTMENT:
            self._who.scope.opened(request.enterprise_id)
        return FactorRequestView.model_validate(self._row(request))

    def detail(self, request: FactorRequest) -> FactorRequestDetail:
        versions = [_content(*one) for one in self._book.versions(request.id)]
        own = self._who.role is Role.DEPARTMENT
        writes = bool(self._who.permissions & _WRITES)
        offers = self._book.offers(request, self.actor, self.department) if writes else []
        return FactorRequestDetail.model_validate(
            self._row(request)
            | {
                "content": versions[-1],
                "versions": versions,
                "asked_by": request.asked_by,
                "assign_by": request.assign_by,
                "answer_by": request.answer_by,
                "assignments": [self._assignment(one) for one in request.assignments],
                "allowed": [AllowedView.of(one) for one in offers],
                "steps": [step_view(one) for one in self._book.steps(request.id) if not own or _is_told(one)],
            }
        )

    def statistics(self, found: FactorStatistics) -> FactorStatisticsView:
        return FactorStatisticsView(
            asked=found.asked,
            solved=found.solved,
            unsolved=found.unsolved,
            open=found.open,
            overdue_open=found.overdue_open,
            departments=[
                DepartmentFigures(
                    **self._named(one.department),
                    assigned=one.assigned,
                    answered=one.answered,
                    returned=one.returned,
                    open=one.open,
                    overdue_open=one.overdue_open,
                    answered_late=one.answered_late,
                    overdue_share=None if one.overdue_share is None else round(float(one.overdue_share), 4),
                    median_hours=one.median_hours,
                )
                for one in found.departments
            ],
            factors=[
                FactorFigures(
                    factor=one.factor,
                    asked=one.asked,
                    open=one.open,
                    answered=one.answered,
                    solved=one.solved,
                    unsolved=one.unsolved,
                    overdue_open=one.overdue_open,
                    median_hours=one.median_hours,
                )
                for one in found.factors
            ],
        )

    def suggested(self, names_zh: Iterable[str]) -> list[str]:
        """The ids of departments by their Chinese names; those that are not on the list are left out."""
        by_name = {one.name_zh: one.id for one in self._departments.values()}
        return [by_name[name] for name in names_zh if name in by_name]

    def _named(self, department: str) -> dict[str, str]:
        found = self._departments.get(department) or Department(department, department, department)
        return {"department": found.id, "department_zh": found.name_zh, "department_en": found.name_en}

    def _enterprise(self, enterprise_id: int) -> Enterprise:
        if enterprise_id not in self._enterprises:
            self._enterprises[enterprise_id] = self._registry.enterprise(enterprise_id)
        return self._enterprises[enterprise_id]

    def _row(self, request: FactorRequest) -> dict[str, object]:
        enterprise, today = self._enterprise(request.enterprise_id), self._book.today()
        return {
            "id": request.id,
            "enterprise_id": request.enterprise_id,
            "enterprise_zh": enterprise.name_zh,
            "enterprise_en": enterprise.name_en,
            "area_code": request.area_code,
            "factor": request.factor,
            "urgency": request.urgency,
            "state": request.state,
            "version": request.version,
            "round": request.round,
            "level": request.level,
            "title": request.content.title,
            "due_on": request.due_on,
            "overdue": request.is_overdue(today),
            "asked_at_us": request.asked_at_us,
            "asked_by_office": request.asked_by_office,
            "answered_at_us": request.answered_at_us,
            "settled_at_us": request.settled_at_us,
            "departments": [
                one.department
                for one in request.assignments
                if one.round == request.round and one.ended_as != "withdrawn"
            ],
        }

    def _assignment(self, one: Assignment) -> AssignmentView:
        ended_on = None if one.ended_at_us is None else self._book.day_of(one.ended_at_us)
        late = ended_on > one.due_on if ended_on is not None else one.is_open and self._book.today() > one.due_on
        return AssignmentView(
            **self._named(one.department),
            round=one.round,
            lead=one.lead,
            due_on=one.due_on,
            assigned_at_us=one.assigned_at_us,
            assigned_by=one.assigned_by,
            taken_up_at_us=one.taken_up_at_us,
            ended_at_us=one.ended_at_us,
            ended_as=one.ended_as,
            answer=one.answer,
            overdue=late and one.ended_as not in ("withdrawn", "returned"),
        )


def step_view(step: DispatchStep) -> StepView:
    return StepView(
        version=step.version,
        state_from=step.state_from,
        state_to=step.state_to,
        action=step.action,
        actor=step.actor,
        role=step.role,
        at_us=step.at_us,
        reason=step.reason,
        detail=dict(step.detail),
    )


def _content(version: int, content: FactorContent, saved_by: str, saved_at_us: int) -> FactorContentView:
    return FactorContentView(
        version=version,
        title=content.title,
        text=content.text,
        needed_by=content.needed_by,
        contact=content.contact,
        saved_by=saved_by,
        saved_at_us=saved_at_us,
    )


def _is_told(step: DispatchStep) -> bool:
    """A department is told everything of a request but to whom in the office its own delay was brought."""
    return step.action != "escalate"
