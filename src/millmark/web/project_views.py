"""How projects, acceptances and effects are shown to whoever asks, and read from what they send."""

from __future__ import annotations

from millmark.programmes.projects import (
    Acceptance,
    Contract,
    Effect,
    Invoice,
    Milestone,
    MilestoneState,
    PlannedCost,
    Project,
    ProjectContent,
    Side,
)
from millmark.web.access import Principal
from millmark.web.money_views import MoneyViews
from millmark.web.services import Services
from millmark.web.shapes.projects import (
    AcceptanceDetail,
    AcceptanceView,
    ContractForm,
    EffectView,
    InvoiceFindingView,
    InvoiceView,
    MilestoneForm,
    MilestoneReportView,
    MilestoneView,
    PlannedCostForm,
    ProjectContentForm,
    ProjectDetail,
    ProjectView,
    SideView,
)
from millmark.web.shapes.steps import AllowedView, StepView

_FULL = 100
_AT_WORK = ("running", "change_requested")


class ProjectViews(MoneyViews):
    """Views of projects for one principal."""

    def __init__(self, platform: Services, who: Principal) -> None:
        super().__init__(platform, who)
        self._projects: dict[int, Project] = {}

    def project(self, project: Project) -> ProjectView:
        return ProjectView.model_validate(self._project(project))

    def project_detail(self, project: Project) -> ProjectDetail:
        return ProjectDetail.model_validate(
            self._project(project)
            | {
                "content": content_view(project.content),
                "requested": None if project.requested is None else content_view(project.requested),
                "milestones": [_milestone(one) for one in project.milestones],
                "steps": [StepView.of(step) for step in self._platform.projects.steps(project.id)],
            }
        )

    def acceptance(self, acceptance: Acceptance) -> AcceptanceView:
        return AcceptanceView.model_validate(self._acceptance(acceptance))

    def acceptance_detail(self, acceptance: Acceptance) -> AcceptanceDetail:
        return AcceptanceDetail.model_validate(
            self._acceptance(acceptance)
            | {
                "invoices": [_invoice(one) for one in acceptance.invoices],
                "steps": [StepView.of(step) for step in self._platform.acceptances.steps(acceptance.id)],
            }
        )

    def _project(self, project: Project) -> dict[str, object]:
        content = project.content
        to_do = [one.milestone.due_on for one in project.milestones if one.percent < _FULL]
        percents = [one.percent for one in project.milestones]
        return {
            **self.who(project.enterprise_id),
            "id": project.id,
            "recognition_id": project.recognition_id,
            "recognition_number": project.recognition_number,
            "call_id": project.call_id,
            "programme_id": project.programme_id,
            "title_zh": content.title_zh,
            "title_en": content.title_en,
            "starts_on": content.starts_on,
            "ends_on": content.ends_on,
            "deadline": min(to_do, default=content.ends_on) if project.state in _AT_WORK else None,
            "state": project.state,
            "version": project.version,
            "approved_version": project.approved_version,
            "percent": sum(percents) // max(1, len(percents)),
            "allowed": [AllowedView.of(offer) for offer in self._platform.projects.offers(project, self.actor)],
        }

    def _acceptance(self, acceptance: Acceptance) -> dict[str, object]:
        if acceptance.project_id not in self._projects:
            self._projects[acceptance.project_id] = self._platform.projects.project(acceptance.project_id)
        content, papers = self._projects[acceptance.project_id].content, acceptance.papers
        return {
            **self.who(acceptance.enterprise_id),
            "id": acceptance.id,
            "project_id": acceptance.project_id,
            "recognition_id": acceptance.recognition_id,
            "title_zh": content.title_zh,
            "title_en": content.title_en,
            "state": acceptance.state,
            "version": acceptance.version,
            "finished_on": papers.finished_on,
            "summary": papers.summary,
            "file_ids": list(papers.file_ids),
            "before_assessment_id": papers.before_assessment_id,
            "after_assessment_id": papers.after_assessment_id,
            "level_before": acceptance.level_before,
            "level_after": acceptance.level_after,
            "invoiced_fen": sum(one.amount_fen for one in acceptance.invoices if not one.is_void),
            "accepted_fen": acceptance.accepted_fen,
            "allowed": [AllowedView.of(offer) for offer in self._platform.acceptances.offers(acceptance, self.actor)],
        }


def content_of(form: ProjectContentForm) -> ProjectContent:
    return ProjectContent(
        title_zh=form.title_zh,
        title_en=form.title_en,
        starts_on=form.starts_on,
        ends_on=form.ends_on,
        contracts=tuple(
            Contract(one.number, one.supplier, one.signed_on, one.amount_fen, one.file_id) for one in form.contracts
        ),
        milestones=tuple(
            Milestone(one.key, one.name_zh, one.name_en, one.due_on, one.amount_fen, one.instalment)
            for one in form.milestones
        ),
        costs=tuple(PlannedCost(one.category, one.amount_fen) for one in form.costs),
        pledge=form.pledge,
    )


def content_view(content: ProjectContent) -> ProjectContentForm:
    return ProjectContentForm(
        title_zh=content.title_zh,
        title_en=content.title_en,
        starts_on=content.starts_on,
        ends_on=content.ends_on,
        contracts=[
            ContractForm(
                number=one.number,
                supplier=one.supplier,
                signed_on=one.signed_on,
                amount_fen=one.amount_fen,
                file_id=one.file_id,
            )
            for one in content.contracts
        ],
        milestones=[MilestoneForm.model_validate(_milestone_fields(one)) for one in content.milestones],
        costs=[PlannedCostForm(category=one.category, amount_fen=one.fen) for one in content.costs],
        pledge=content.pledge,
    )


def effect_view(effect: Effect) -> EffectView:
    return EffectView(
        id=effect.id,
        topic=effect.name.topic.value,
        name_zh=effect.name.name_zh,
        name_en=effect.name.name_en,
        unit=effect.name.unit,
        lower_is_better=effect.name.lower_is_better,
        measure=effect.measure,
        before=_side(effect.before),
        after=_side(effect.after),
        change=effect.change,
        change_percent=effect.change_percent,
        is_better=effect.is_better,
        grade=effect.grade.value,
        recorded_by=effect.recorded_by,
        recorded_at_us=effect.recorded_at_us,
    )


def _milestone_fields(one: Milestone) -> dict[str, object]:
    return {
        "key": one.key,
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "due_on": one.due_on,
        "amount_fen": one.amount_fen,
        "instalment": one.instalment,
    }


def _milestone(state: MilestoneState) -> MilestoneView:
    reports = [
        MilestoneReportView(
            percent=one.percent,
            confirmed=one.confirmed,
            note=one.note,
            file_ids=list(one.file_ids),
            reported_by=one.reported_by,
            reported_at_us=one.reported_at_us,
        )
        for one in state.reports
    ]
    return MilestoneView.model_validate(
        _milestone_fields(state.milestone)
        | {"percent": state.percent, "confirmed": state.is_confirmed, "reports": reports}
    )


def _invoice(one: Invoice) -> InvoiceView:
    return InvoiceView(
        id=one.id,
        code=one.code,
        number=one.number,
        seller=one.seller,
        issued_on=one.issued_on,
        category=one.category,
        amount_fen=one.amount_fen,
        tax_fen=one.tax_fen,
        file_id=one.file_id,
        added_by=one.added_by,
        added_at_us=one.added_at_us,
        accepted_fen=one.accepted_fen,
        countable_fen=one.countable_fen,
        checked_by=one.checked_by,
        check_note=one.check_note,
        void_reason=one.void_reason,
        voided_by=one.voided_by,
        findings=[
            InvoiceFindingView(code=found.code, zh=found.zh, en=found.en, refuses=found.refuses)
            for found in one.findings
        ],
    )


def _side(side: Side) -> SideView:
    return SideView(
        value=side.value, first=side.first, last=side.last, claim_id=side.claim_id, coverage_share=side.coverage
    )
