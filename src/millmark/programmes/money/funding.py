"""Which budget lines carry an award: each once, together exactly the award, all of its own programme."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.programmes.errors import InvalidRecord, RecordConflict
from millmark.programmes.money.amount import yuan
from millmark.programmes.money.award import Funding
from millmark.programmes.money.tables import AwardRow, BudgetLineRow


def check_funding(session: Session, row: AwardRow, amount_fen: int, funding: Sequence[Funding]) -> None:
    """Raises `RecordConflict` for an award of nothing, `InvalidRecord` when the lines do not carry exactly the award or
    belong to another programme."""
    if amount_fen < 1:
        raise RecordConflict(
            f"award {row.id} comes to nothing; there is nothing to approve", f"奖补 {row.id} 金额为零,无需审批"
        )
    ids = [one.line_id for one in funding]
    lines = session.scalars(select(BudgetLineRow).where(BudgetLineRow.id.in_(ids))).all()
    known = {line.id for line in lines if line.programme_id == row.programme_id}
    total = sum(one.fen for one in funding)
    problems = {
        ("funding: name each budget line once", "每条预算指标只填一次"): len(set(ids)) != len(ids),
        ("funding: each line carries 1 fen or more", "每条预算指标至少承担 0.01 元"): any(
            one.fen < 1 for one in funding
        ),
        (
            f"funding: the lines carry {yuan(total)} yuan, the award is {yuan(amount_fen)}",
            f"各指标合计 {yuan(total)} 元,奖补金额为 {yuan(amount_fen)} 元,须相等",
        ): total != amount_fen,
        (
            "funding: take budget lines of the award's own programme",
            "请选用本项目的预算指标",
        ): set(ids) - known != set(),
    }
    for (problem, zh), applies in problems.items():
        if applies:
            raise InvalidRecord(problem, zh)
