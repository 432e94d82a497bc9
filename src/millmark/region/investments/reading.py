"""Projects read from their tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from millmark.programmes import Grade
from millmark.region.dispatch.tables import DispatchStepRow
from millmark.region.entry import NewLedgerEntry
from millmark.region.investments.content import InvestmentContent, PlannedMilestone
from millmark.region.investments.facts import fact_from_json
from millmark.region.investments.machine import INVESTMENT
from millmark.region.investments.project import Investment, Milestone, Payment, Problem, StageSince
from millmark.region.investments.tables import (
    InvestmentRow,
    InvestmentVersionRow,
    MilestoneReportRow,
    PaymentRow,
    ProblemRow,
    TrackingRow,
)
from millmark.registry import Base

# More ids than this in one condition are slower than reading all rows, and databases limit their number.
_MOST_NAMED = 500
_RowT = TypeVar("_RowT", bound=Base)


def projects_of(session: Session, rows: Sequence[InvestmentRow]) -> list[Investment]:
    """Rows with all that hangs on them, in a handful of queries however many there are."""
    session.flush()
    ids = [row.id for row in rows]
    contents = _contents(session, ids)
    trackings = _by_project(session, TrackingRow, TrackingRow.investment_id, ids)
    reports = _by_project(session, MilestoneReportRow, MilestoneReportRow.investment_id, ids)
    payments = _by_project(session, PaymentRow, PaymentRow.investment_id, ids)
    problems = _by_project(session, ProblemRow, ProblemRow.investment_id, ids)
    stages = _stages(session, ids)
    return [
        _project(
            row,
            contents[row.id],
            trackings[row.id],
            reports.get(row.id, []),
            payments.get(row.id, []),
            problems.get(row.id, []),
            stages.get(row.id, []),
        )
        for row in rows
    ]


def problem_of(row: ProblemRow) -> Problem:
    return Problem(
        id=row.id,
        investment_id=row.investment_id,
        text=row.text,
        department=row.department,
        due_on=row.due_on,
        state=row.state,
        version=row.version,
        level=row.level,
        raised_by=row.raised_by,
        raised_at_us=row.raised_at_us,
        ended_on=row.ended_on,
    )


def _contents(session: Session, ids: Sequence[int]) -> dict[int, InvestmentContent]:
    latest = (
        select(InvestmentVersionRow.investment_id, func.max(InvestmentVersionRow.version).label("version"))
        .group_by(InvestmentVersionRow.investment_id)
        .subquery()
    )
    query = select(InvestmentVersionRow).join(
        latest,
        (InvestmentVersionRow.investment_id == latest.c.investment_id)
        & (InvestmentVersionRow.version == latest.c.version),
    )
    if len(ids) <= _MOST_NAMED:
        query = query.where(InvestmentVersionRow.investment_id.in_(ids))
    return {row.investment_id: InvestmentContent.from_json(row.content) for row in session.scalars(query)}


def _by_project(
    session: Session, table: type[_RowT], owner: InstrumentedAttribute[int], ids: Sequence[int]
) -> dict[int, list[_RowT]]:
    query = select(owner, table).order_by(table.__table__.c.id)
    if len(ids) <= _MOST_NAMED:
        query = query.where(owner.in_(ids))
    found: dict[int, list[_RowT]] = {}
    for project, row in session.execute(query):
        found.setdefault(project, []).append(row)
    return found


def _stages(session: Session, ids: Sequence[int]) -> dict[int, list[StageSince]]:
    query = select(DispatchStepRow).where(
        DispatchStepRow.object_kind == INVESTMENT.kind, DispatchStepRow.action == "stage"
    )
    if len(ids) <= _MOST_NAMED:
        query = query.where(DispatchStepRow.object_id.in_(ids))
    found: dict[int, list[StageSince]] = {}
    for step in session.scalars(query.order_by(DispatchStepRow.id)):
        since = StageSince(step.detail["stage"], date.fromisoformat(step.detail["since"]))
        found.setdefault(step.object_id, []).append(since)
    return found


def _project(
    row: InvestmentRow,
    content: InvestmentContent,
    trackings: Sequence[TrackingRow],
    reports: Sequence[MilestoneReportRow],
    payments: Sequence[PaymentRow],
    problems: Sequence[ProblemRow],
    stages: Sequence[StageSince],
) -> Investment:
    tracking = trackings[-1]
    fact: NewLedgerEntry = fact_from_json(tracking.fact)
    return Investment(
        id=row.id,
        kind=tracking.kind,
        version=row.version,
        state=row.state,
        stage=row.stage,
        stages=tuple(stages),
        area=fact.area,
        area_code=row.area_code,
        enterprise_id=row.enterprise_id,
        count=1 if fact.subject is not None else int(fact.quantity or 1),
        tracked_from=tracking.holds_from,
        tracked_until=tracking.until,
        source=fact.source,
        grade=fact.grade,
        placeholder=fact.placeholder,
        recorded_at_us=row.recorded_at_us,
        recorded_by=row.recorded_by,
        content=content,
        milestones=tuple(_milestones(content.milestones, reports)),
        payments=tuple(_payments(payments)),
        problems=tuple(problem_of(one) for one in problems),
    )


def _milestones(planned: Iterable[PlannedMilestone], reports: Sequence[MilestoneReportRow]) -> Iterable[Milestone]:
    voided = {one.voids for one in reports if one.voids is not None}
    holding = {one.milestone: one for one in reports if one.voids is None and one.id not in voided}
    for plan in planned:
        report = holding.get(plan.key)
        yield Milestone(
            plan.key,
            plan.name_zh,
            plan.name_en,
            plan.stage,
            plan.planned_on,
            None if report is None else report.happened_on,
            "" if report is None else report.note,
            None if report is None else report.id,
        )


def _payments(rows: Sequence[PaymentRow]) -> Iterable[Payment]:
    voiding = {one.voids: one for one in rows if one.voids is not None}
    for row in rows:
        if row.voids is not None:
            continue
        by = voiding.get(row.id)
        yield Payment(
            row.id,
            row.paid_on,
            row.amount_fen,
            row.source,
            Grade(row.grade),
            row.recorded_by,
            row.recorded_at_us,
            None if by is None else by.id,
            None if by is None else by.source,
        )
