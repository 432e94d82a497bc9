"""What waits for whom after a recognition: awards, payments, projects, acceptances and clawbacks, with deadlines."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from millmark.model.period import utc_datetime
from millmark.programmes.life import Actor, ObjectKind, Offer, Party
from millmark.programmes.life.calls import CallBook, CallFile
from millmark.programmes.life.desk import Task, due_of
from millmark.programmes.money import AwardBook, DisbursementBook
from millmark.programmes.packs.shelf import PackShelf
from millmark.programmes.packs.stages import StageKind
from millmark.programmes.projects.acceptances import AcceptanceBook
from millmark.programmes.projects.clawbacks import ClawbackBook
from millmark.programmes.projects.projects import Project, ProjectBook

_FULL = 100
_NEXT = {
    "award": ("propose", "approve"),
    "disbursement": ("approve", "pay"),
    "project": ("confirm", "refile", "approve_change"),
    "acceptance": ("submit", "accept"),
    "clawback": ("decide", "receive"),
}
"""Of what may be done, the steps that somebody is expected to take."""
_TEXTS = {
    ("award", "propose"): ("提请审批奖补", "Propose the award"),
    ("award", "approve"): ("审批奖补", "Approve the award"),
    ("disbursement", "approve"): ("审批拨付", "Approve the payment"),
    ("disbursement", "pay"): ("登记付款", "Book the payment"),
    ("project", "confirm"): ("确认项目备案", "Confirm the project"),
    ("project", "refile"): ("补正项目备案", "Correct and file the project again"),
    ("project", "approve_change"): ("审批项目变更", "Decide on the project's change"),
    ("project", "report"): ("报告里程碑进度", "Report on the next milestone"),
    ("project", "prepare"): ("准备验收", "Prepare the acceptance"),
    ("acceptance", "submit"): ("提交验收材料", "Submit the acceptance"),
    ("acceptance", "accept"): ("组织验收", "Decide the acceptance"),
    ("clawback", "decide"): ("决定追回", "Decide the clawback"),
    ("clawback", "receive"): ("登记追回款", "Book what comes back"),
}


class MoneyDesk:
    """Computes tasks from what stands; nothing of it is stored, so nothing of it can be out of date."""

    def __init__(
        self,
        calls: CallBook,
        shelf: PackShelf,
        awards: AwardBook,
        disbursements: DisbursementBook,
        projects: ProjectBook,
        acceptances: AcceptanceBook,
        clawbacks: ClawbackBook,
        *,
        zone: ZoneInfo,
    ) -> None:
        self._calls = calls
        self._shelf = shelf
        self._awards = awards
        self._disbursements = disbursements
        self._projects = projects
        self._acceptances = acceptances
        self._clawbacks = clawbacks
        self._zone = zone

    def tasks(self, actor: Actor, admits: Callable[[int], bool]) -> list[Task]:
        """What `actor` should do next; `admits` says whose enterprises' things one sees."""
        round_ = _Round({one.id: one for one in self._calls.calls()}, self._calls.today())
        return [*self._of_money(round_, actor, admits), *self._of_work(round_, actor, admits)]

    def _of_money(self, round_: _Round, actor: Actor, admits: Callable[[int], bool]) -> Iterator[Task]:
        calls_of = {}
        for award in self._awards.awards():
            calls_of[award.id] = award.call_id
            # An award that comes to nothing, or that something is missing for, waits for nobody's signature.
            if admits(award.enterprise_id) and award.amount_fen and not award.calculation["unresolved"]:
                offers = self._awards.offers(award, actor)
                yield from round_.first(ObjectKind.AWARD, award, award.call_id, offers)
        for payment in self._disbursements.disbursements():
            if admits(payment.enterprise_id):
                offers = self._disbursements.offers(payment, actor)
                yield from round_.first(ObjectKind.DISBURSEMENT, payment, calls_of[payment.award_id], offers)
        for clawback in self._clawbacks.clawbacks():
            if admits(clawback.enterprise_id):
                offers = self._clawbacks.offers(clawback, actor)
                yield from round_.first(ObjectKind.CLAWBACK, clawback, calls_of[clawback.award_id], offers)

    def _of_work(self, round_: _Round, actor: Actor, admits: Callable[[int], bool]) -> Iterator[Task]:
        projects = {one.id: one for one in self._projects.projects() if admits(one.enterprise_id)}
        acceptances = [one for one in self._acceptances.acceptances() if one.project_id in projects]
        under_way = {one.project_id for one in acceptances if one.state not in ("refused", "given_up")}
        for project in projects.values():
            offers = self._projects.offers(project, actor)
            yield from round_.first(ObjectKind.PROJECT, project, project.call_id, offers)
            if "finish" in {offer.action for offer in offers}:
                yield round_.task(ObjectKind.PROJECT, project, project.call_id, "report", _next_milestone(project))
            elif project.state == "finished" and project.id not in under_way and actor.acts_for(Party.ENTERPRISE):
                deadline = self._acceptance_deadline(project, round_)
                yield round_.task(ObjectKind.PROJECT, project, project.call_id, "prepare", deadline)
        for acceptance in acceptances:
            project = projects[acceptance.project_id]
            waits = acceptance.state in ("draft", "returned")
            deadline = self._acceptance_deadline(project, round_) if waits else None
            offers = self._acceptances.offers(acceptance, actor)
            yield from round_.first(ObjectKind.ACCEPTANCE, acceptance, project.call_id, offers, deadline)

    def _acceptance_deadline(self, project: Project, round_: _Round) -> date | None:
        """The pack's time limit for the papers, counted from the day on which the work was reported as finished."""
        call = round_.calls[project.call_id]
        pack = self._shelf.packs.get((call.pack, call.pack_edition or ""))
        stage = next((one for one in pack.stages if one.kind is StageKind.ACCEPTANCE), None) if pack else None
        ends = [step.at_us for step in self._projects.steps(project.id) if step.action == "finish"]
        if stage is None or not ends:
            return None
        day = utc_datetime(ends[-1]).astimezone(self._zone).date()
        if stage.within_months is not None:
            return _months_later(day, stage.within_months)
        return None if stage.within_days is None else day + timedelta(days=stage.within_days)


class _Standing(Protocol):
    """An object that waits for somebody."""

    @property
    def id(self) -> int: ...
    @property
    def enterprise_id(self) -> int: ...
    @property
    def state(self) -> str: ...


class _Round:
    """One reading of the desk: the calls as they stand, and today."""

    def __init__(self, calls: dict[int, CallFile], today: date) -> None:
        self.calls = calls
        self._today = today

    def first(
        self,
        kind: ObjectKind,
        one: _Standing,
        call_id: int,
        offers: Collection[Offer],
        deadline: date | None = None,
    ) -> Iterator[Task]:
        """The step that is expected next of whoever was made `offers`, if it is among them."""
        offered = {offer.action for offer in offers}
        action = next((action for action in _NEXT[kind.value] if action in offered), None)
        if action is not None:
            yield self.task(kind, one, call_id, action, deadline)

    def task(self, kind: ObjectKind, one: _Standing, call_id: int, action: str, deadline: date | None) -> Task:
        text_zh, text_en = _TEXTS[kind.value, action]
        due, days_left = due_of(deadline, self._today)
        return Task(
            object_kind=kind,
            object_id=one.id,
            action=action,
            text_zh=text_zh,
            text_en=text_en,
            call=self.calls[call_id],
            enterprise_id=one.enterprise_id,
            state=one.state,
            deadline=deadline,
            due=due,
            days_left=days_left,
        )


def _next_milestone(project: Project) -> date:
    """The day of the first milestone that is not done, else the end of the project."""
    waiting = [one.milestone.due_on for one in project.milestones if one.percent < _FULL]
    return min(waiting, default=project.content.ends_on)


def _months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
