"""The projects as money sees them."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from millmark.programmes.money.calculation import Cost
from millmark.programmes.money.work import AcceptedWork, Progress
from millmark.programmes.packs.stages import StageKind
from millmark.programmes.projects.projects import project_of
from millmark.programmes.projects.tables import AcceptanceRow, EffectRow, InvoiceRow, ProjectRow


class ProjectWork:
    """Reads what was accepted and how far a recognition's project has come, within the caller's transaction."""

    def accepted(self, session: Session, recognition_id: int) -> AcceptedWork | None:
        query = (
            select(AcceptanceRow)
            .join(ProjectRow, ProjectRow.id == AcceptanceRow.project_id)
            .where(ProjectRow.recognition_id == recognition_id, AcceptanceRow.state == "accepted")
            .order_by(AcceptanceRow.id.desc())
        )
        row = session.scalars(query).first()
        if row is None:
            return None
        invoices = session.scalars(
            select(InvoiceRow)
            .where(InvoiceRow.acceptance_id == row.id, InvoiceRow.void_reason.is_(None))
            .order_by(InvoiceRow.id)
        )
        costs = [Cost(f"invoice:{one.id}", one.category, one.accepted_fen) for one in invoices if one.accepted_fen]
        level_ref = "" if row.after_assessment_id is None else f"assessment:{row.after_assessment_id}"
        return AcceptedWork(row.level_after, level_ref or f"acceptance:{row.id}", costs)

    def progress(self, session: Session, recognition_id: int) -> Progress:
        query = select(ProjectRow).where(ProjectRow.recognition_id == recognition_id, ProjectRow.state != "terminated")
        row = session.scalars(query.order_by(ProjectRow.id.desc())).first()
        if row is None:
            return Progress(frozenset())
        project = project_of(session, row)
        finished = set()
        if row.state in ("finished", "accepted"):
            finished.add(StageKind.EXECUTION)
        if row.state == "accepted":
            finished.add(StageKind.ACCEPTANCE)
        if session.scalar(select(exists().where(EffectRow.project_id == row.id))):
            finished.add(StageKind.FOLLOW_UP)
        awaited: dict[str, list[str]] = {}
        for one in project.milestones:
            if one.milestone.instalment is not None and not one.is_confirmed:
                awaited.setdefault(one.milestone.instalment, []).append(one.milestone.key)
        return Progress(frozenset(finished), awaited)
