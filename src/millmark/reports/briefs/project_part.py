"""What a brief says of investment projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

from millmark.region.dispatch.rules import DispatchRules
from millmark.region.investments import Investment, Milestone
from millmark.reports.briefs import phrases
from millmark.reports.briefs.data import Mark, Pair, Row, Table, Timeline
from millmark.reports.briefs.factor_part import Part
from millmark.reports.briefs.period import BriefPeriod

_MOST_ROWS = 14
_AROUND = timedelta(days=30)


def project_part(
    projects: Sequence[Investment], period: BriefPeriod, rules: DispatchRules, departments: Mapping[str, Pair]
) -> Part:
    """Of the projects that are under way on the day the brief is read."""
    part, today, source = Part(), period.as_of, "investments"
    live = [one for one in projects if one.is_live]
    number = sum(one.count for one in live)
    refs = [one.ref for one in live]
    part.say(
        "projects", ("在推进项目", "projects under way"), phrases.count(number), source, exact=number, records=refs
    )
    tracked = [one for one in live if one.is_tracked(today)]
    number = sum(one.count for one in tracked)
    text, counted = ("跟踪服务项目", "projects tracked"), [one.ref for one in tracked]
    part.say("tracked", text, phrases.count(number), source, exact=number, records=counted)
    planned = sum(one.content.planned_fen or 0 for one in live)
    paid = sum(one.paid_fen for one in live)
    paid_month = sum(
        pay.amount_fen for one in live for pay in one.payments if pay.voided_by is None and period.holds(pay.paid_on)
    )
    for name, label, fen in (
        ("planned", ("计划总投资", "planned investment"), planned),
        ("paid", ("累计完成投资", "invested so far"), paid),
        ("paid_month", ("本月完成投资", "invested in the month"), paid_month),
    ):
        part.say(name, label, phrases.money(fen), source, exact=fen, records=refs)
    due = [(one, mark) for one in live for mark in one.milestones if period.holds(mark.planned_on)]
    part.counted("milestones_due", ("本月应完成节点", "milestones due"), source, _marks(due))
    reached = [(one, mark) for one, mark in due if mark.actual_on is not None]
    part.counted("milestones_reached", ("其中已完成", "of these reached"), source, _marks(reached))
    late = [(one, mark) for one in live for mark in one.overdue_milestones(today)]
    part.counted("milestones_overdue", ("逾期节点", "milestones overdue"), source, _marks(late))
    problems = [problem for one in live for problem in one.problems if problem.is_open]
    part.counted("problems_open", ("未解决问题", "open problems"), source, [f"problem:{one.id}" for one in problems])
    overdue = [one for one in problems if one.is_overdue(today)]
    part.counted("problems_overdue", ("逾期问题", "overdue problems"), source, [f"problem:{one.id}" for one in overdue])
    if live:
        part.has.append("projects")
        part.tables.append(_projects(live, rules))
    with_plan = [one for one in live if one.milestones]
    if with_plan:
        part.has.append("timeline")
        part.charts.append(_timeline(with_plan[:_MOST_ROWS], today))
    if late or overdue:
        part.has.append("overdue")
        part.tables.append(_overdue(live, today, departments))
    return part


def _marks(found: Sequence[tuple[Investment, Milestone]]) -> list[str]:
    return [f"{project.ref}#{mark.key}" for project, mark in found]


def _name(project: Investment) -> Pair:
    return project.content.name_zh, project.content.name_en


def _projects(projects: Sequence[Investment], rules: DispatchRules) -> Table:
    stages = {one.id: (one.name_zh, one.name_en) for one in rules.investments.stages}
    return Table(
        name="projects",
        title=("重点招商项目进展", "Investment projects"),
        columns=(
            ("项目", "Project"),
            ("阶段", "Stage"),
            ("计划投资", "Planned"),
            ("完成投资", "Invested"),
            ("节点", "Milestones"),
        ),
        rows=tuple(
            (
                _name(one),
                stages.get(one.stage or "", ("未填报", "not reported")),
                ("—", "—") if one.content.planned_fen is None else phrases.money(one.content.planned_fen),
                phrases.money(one.paid_fen) if one.payments else ("—", "—"),
                _reached(one),
            )
            for one in projects
        ),
    )


def _reached(project: Investment) -> Pair:
    done = sum(mark.actual_on is not None for mark in project.milestones)
    text = f"{done}/{len(project.milestones)}" if project.milestones else "—"
    return text, text


def _overdue(projects: Sequence[Investment], today: date, departments: Mapping[str, Pair]) -> Table:
    rows: list[tuple[Pair, ...]] = []
    for one in projects:
        for mark in one.overdue_milestones(today):
            owner = one.content.owner or "—"
            days = phrases.count((today - mark.planned_on).days)
            named = (f"节点:{mark.name_zh}", f"milestone: {mark.name_en}")
            rows.append((_name(one), named, (owner, owner), phrases.day(mark.planned_on), days))
        for problem in one.overdue_problems(today):
            whose = ("招商专班", "the office") if problem.department is None else (problem.department,) * 2
            whose = departments.get(problem.department or "", whose)
            days = phrases.count((today - problem.due_on).days)
            named = (f"问题:{problem.text[:60]}", f"problem: {problem.text[:60]}")
            rows.append((_name(one), named, whose, phrases.day(problem.due_on), days))
    return Table(
        name="overdue",
        title=("逾期清单", "Overdue"),
        columns=(
            ("项目", "Project"),
            ("事项", "What"),
            ("责任单位", "Whose"),
            ("应完成", "Due"),
            ("逾期天数", "Days late"),
        ),
        rows=tuple(rows),
    )


def _timeline(projects: Sequence[Investment], today: date) -> Timeline:
    days = [day for one in projects for mark in one.milestones for day in (mark.planned_on, mark.actual_on) if day]
    first, last = min([*days, today]) - _AROUND, max([*days, today]) + _AROUND
    return Timeline(
        name="timeline",
        title=("项目节点", "Milestones of projects"),
        first=first.isoformat(),
        days=(last - first).days,
        today=(today - first).days,
        rows=tuple(
            Row(
                label=_name(one),
                marks=tuple(
                    Mark(
                        at=((mark.actual_on or mark.planned_on) - first).days,
                        state=_state(mark, today),
                        label=(mark.name_zh, mark.name_en),
                    )
                    for mark in one.milestones
                ),
            )
            for one in projects
        ),
    )


def _state(mark: Milestone, today: date) -> Literal["done", "late", "overdue", "planned"]:
    if mark.actual_on is not None:
        return "late" if mark.is_late() else "done"
    return "overdue" if mark.is_overdue(today) else "planned"
