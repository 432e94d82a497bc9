"""How investment projects are shown to whoever asks, and whose they are to see."""

from __future__ import annotations

from datetime import date
from typing import Any

from millmark.region.departments import Department
from millmark.region.investments import Investment, Milestone, Payment, Problem
from millmark.registry import Enterprise, area_prefix
from millmark.web.access import Permission, Principal, Role, unknown
from millmark.web.acting import actor_of
from millmark.web.factor_views import step_view
from millmark.web.services import Services
from millmark.web.shapes.investments import (
    InvestmentDetail,
    InvestmentMilestoneView,
    InvestmentVersionView,
    InvestmentView,
    OverdueItem,
    PaymentView,
    ProblemView,
    StageSinceView,
)
from millmark.web.shapes.steps import AllowedView


class InvestmentViews:
    """Views for one principal; departments are looked up once a request."""

    def __init__(self, platform: Services, who: Principal) -> None:
        self._platform = platform
        self._book = platform.bureau.investments
        self._progress = platform.bureau.progress
        self._who = who
        self.actor = actor_of(who)
        self.department = who.scope.department
        self.today = self._book.today()
        self._departments = {one.id: one for one in platform.bureau.departments.departments()}
        self._stages = {one.id: one for one in self._book.rules.investments.stages}
        self._enterprises: dict[int, Enterprise] = {}

    def sees(self, project: Investment) -> bool:
        """A department sees projects with a problem of its own; an office those of its area."""
        if self._who.role is Role.DEPARTMENT:
            return project.concerns(self.department)
        area = self._who.scope.area_code
        return area is None or (project.area_code or "").startswith(area_prefix(area))

    def demand(self, project: Investment, where: str) -> None:
        """Raises `NotFound` for what one does not see, and notes that an enterprise's detail is shown."""
        if not self.sees(project):
            raise unknown(where)
        if project.enterprise_id is not None:
            self._who.scope.opened(project.enterprise_id)

    def row(self, project: Investment) -> InvestmentView:
        if self._who.role is Role.DEPARTMENT and project.enterprise_id is not None:
            self._who.scope.opened(project.enterprise_id)
        return InvestmentView.model_validate(self._row(project))

    def detail(self, project: Investment) -> InvestmentDetail:
        writes = Permission.WRITE_INVESTMENTS in self._who.permissions
        content = project.content
        return InvestmentDetail.model_validate(
            self._row(project)
            | {
                "version": project.version,
                "investor": content.investor,
                "summary": content.summary,
                "site": content.site,
                "owner": content.owner,
                "source": project.source,
                "grade": project.grade.value,
                "tracked_from": project.tracked_from,
                "tracked_until": project.tracked_until,
                "recorded_by": project.recorded_by,
                "recorded_at_us": project.recorded_at_us,
                "payments": [_payment(one) for one in project.payments],
                "problems": [self.problem(one, project) for one in project.problems if self._sees_problem(one)],
                "versions": [
                    InvestmentVersionView(
                        version=version,
                        planned_fen=said.planned_fen,
                        milestones=len(said.milestones),
                        saved_by=saved_by,
                        saved_at_us=saved_at_us,
                        reason=reason,
                    )
                    for version, said, saved_by, saved_at_us, reason in self._book.versions(project.id)
                ],
                "allowed": [AllowedView.of(one) for one in self._book.offers(project, self.actor)] if writes else [],
                "steps": [step_view(one) for one in self._book.steps(project.id)],
            }
        )

    def problem(self, problem: Problem, project: Investment) -> ProblemView:
        solves = problem.department is not None and problem.department == self.department
        may = Permission.WRITE_INVESTMENTS in self._who.permissions or solves
        offers = self._progress.problem_offers(problem, self.actor) if may else []
        return ProblemView(
            id=problem.id,
            investment_id=problem.investment_id,
            text=problem.text,
            **self._named(problem.department),
            due_on=problem.due_on,
            state=problem.state,
            version=problem.version,
            level=problem.level,
            overdue=project.is_live and problem.is_overdue(self.today),
            raised_by=problem.raised_by,
            raised_at_us=problem.raised_at_us,
            ended_on=problem.ended_on,
            allowed=[AllowedView.of(one) for one in offers],
            steps=[step_view(one) for one in self._progress.problem_steps(problem.id)],
        )

    def overdue(self, project: Investment) -> list[OverdueItem]:
        """What of a project is late, milestones first."""
        named = {"investment_id": project.id, "project_zh": project.content.name_zh}
        named["project_en"] = project.content.name_en
        return [
            *(
                OverdueItem(
                    kind="milestone",
                    **named,
                    name_zh=one.name_zh,
                    name_en=one.name_en,
                    **self._named(None),
                    due_on=one.planned_on,
                    days=_days(one.planned_on, self.today),
                    level=0,
                )
                for one in project.overdue_milestones(self.today)
            ),
            *(
                OverdueItem(
                    kind="problem",
                    **named,
                    name_zh=one.text,
                    name_en=one.text,
                    **self._named(one.department),
                    due_on=one.due_on,
                    days=_days(one.due_on, self.today),
                    level=one.level,
                )
                for one in project.overdue_problems(self.today)
                if self._sees_problem(one)
            ),
        ]

    def _sees_problem(self, problem: Problem) -> bool:
        return self._who.role is not Role.DEPARTMENT or problem.department == self.department

    def _named(self, department: str | None) -> dict[str, Any]:
        if department is None:
            return {"department": None, "department_zh": "", "department_en": ""}
        found = self._departments.get(department) or Department(department, department, department)
        return {"department": found.id, "department_zh": found.name_zh, "department_en": found.name_en}

    def _enterprise(self, enterprise_id: int) -> Enterprise:
        if enterprise_id not in self._enterprises:
            self._enterprises[enterprise_id] = self._platform.registry.enterprise(enterprise_id)
        return self._enterprises[enterprise_id]

    def _row(self, project: Investment) -> dict[str, Any]:
        enterprise = None if project.enterprise_id is None else self._enterprise(project.enterprise_id)
        stage = self._stages.get(project.stage or "")
        seen = [one for one in project.problems if self._sees_problem(one)]
        return {
            "id": project.id,
            "ref": project.ref,
            "name_zh": project.content.name_zh,
            "name_en": project.content.name_en,
            "area": project.area,
            "area_code": project.area_code,
            "enterprise_id": project.enterprise_id,
            "enterprise_zh": None if enterprise is None else enterprise.name_zh,
            "enterprise_en": None if enterprise is None else enterprise.name_en,
            "state": project.state,
            "stage": project.stage,
            "stage_zh": None if stage is None else stage.name_zh,
            "stage_en": None if stage is None else stage.name_en,
            "stages": [StageSinceView(stage=one.stage, since=one.since) for one in project.stages],
            "tracked": project.is_tracked(self.today),
            "unnamed": project.count if project.count > 1 else None,
            "placeholder": project.placeholder,
            "planned_fen": project.content.planned_fen,
            "paid_fen": project.paid_fen,
            "milestones": [self._milestone(one, project) for one in project.milestones],
            "open_problems": sum(one.is_open for one in seen),
            "overdue_milestones": len(project.overdue_milestones(self.today)),
            "overdue_problems": sum(one.is_overdue(self.today) for one in seen) if project.is_live else 0,
        }

    def _milestone(self, one: Milestone, project: Investment) -> InvestmentMilestoneView:
        return InvestmentMilestoneView(
            key=one.key,
            name_zh=one.name_zh,
            name_en=one.name_en,
            stage=one.stage,
            planned_on=one.planned_on,
            actual_on=one.actual_on,
            note=one.note,
            report_id=one.report_id,
            overdue=project.is_live and one.is_overdue(self.today),
            late=one.is_late(),
        )


def _payment(one: Payment) -> PaymentView:
    return PaymentView(
        id=one.id,
        paid_on=one.paid_on,
        amount_fen=one.amount_fen,
        source=one.source,
        grade=one.grade.value,
        recorded_by=one.recorded_by,
        recorded_at_us=one.recorded_at_us,
        voided=one.voided_by is not None,
        void_reason=one.void_reason,
    )


def _days(due_on: date, today: date) -> int:
    return (today - due_on).days
