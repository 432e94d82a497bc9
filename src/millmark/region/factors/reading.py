"""Requests read from their tables, with contents and assignments."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from millmark.region.factors.request import Assignment, FactorContent, FactorRequest
from millmark.region.factors.tables import FactorAssignmentRow, FactorRequestRow, FactorRequestVersionRow

# More ids than this in one condition are slower than reading all rows, and databases limit their number.
_MOST_NAMED = 500


def request_of(session: Session, row: FactorRequestRow) -> FactorRequest:
    """One request, with what its transaction has not written yet."""
    session.flush()
    return requests_of(session, [row])[0]


def requests_of(session: Session, rows: Sequence[FactorRequestRow]) -> list[FactorRequest]:
    """Rows with their contents and assignments, in two queries however many there are."""
    ids = [row.id for row in rows]
    latest = (
        select(FactorRequestVersionRow.request_id, func.max(FactorRequestVersionRow.version).label("version"))
        .group_by(FactorRequestVersionRow.request_id)
        .subquery()
    )
    contents = select(FactorRequestVersionRow).join(
        latest,
        (FactorRequestVersionRow.request_id == latest.c.request_id)
        & (FactorRequestVersionRow.version == latest.c.version),
    )
    parts = select(FactorAssignmentRow).order_by(FactorAssignmentRow.id)
    if len(ids) <= _MOST_NAMED:
        contents = contents.where(FactorRequestVersionRow.request_id.in_(ids))
        parts = parts.where(FactorAssignmentRow.request_id.in_(ids))
    by_request: dict[int, list[Assignment]] = {}
    for part in session.scalars(parts):
        by_request.setdefault(part.request_id, []).append(_assignment(part))
    content_of = {one.request_id: FactorContent.from_json(one.content) for one in session.scalars(contents)}
    return [
        FactorRequest(
            id=row.id,
            enterprise_id=row.enterprise_id,
            area_code=row.area_code,
            factor=row.factor,
            urgency=row.urgency,
            state=row.state,
            version=row.version,
            round=row.round,
            level=row.level,
            asked_at_us=row.asked_at_us,
            asked_by=row.asked_by,
            asked_by_office=row.asked_by_office,
            assign_by=row.assign_by,
            answer_by=row.answer_by,
            answered_at_us=row.answered_at_us,
            settled_at_us=row.settled_at_us,
            content=content_of[row.id],
            assignments=tuple(by_request.get(row.id, ())),
        )
        for row in rows
    ]


def _assignment(row: FactorAssignmentRow) -> Assignment:
    return Assignment(
        id=row.id,
        round=row.round,
        department=row.department,
        lead=row.lead,
        due_on=row.due_on,
        assigned_at_us=row.assigned_at_us,
        assigned_by=row.assigned_by,
        taken_up_at_us=row.taken_up_at_us,
        ended_at_us=row.ended_at_us,
        ended_as=row.ended_as,
        answer=row.answer,
    )
