"""Steps of money by sheet: awards proposed, approved, lowered and given up; payments approved and booked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import select

from millmark.programmes.errors import (
    IllegalStep,
    InvalidRecord,
    Overspent,
    ReasonMissing,
    RecordConflict,
    SamePerson,
    StaleVersion,
    StepForbidden,
)
from millmark.programmes.money import Asked, Funding, Lowered, Support
from millmark.programmes.money.amount import yuan
from millmark.programmes.money.tables import AwardRow, AwardVersionRow, BudgetLineRow, DisbursementRow
from millmark.reports.sheets.columns import BadCell, Column, ColumnType, read_cell
from millmark.reports.sheets.importing import Importer, Row, RowRefused, RowSteps, Taken
from millmark.reports.sheets.stepping import blaming, demand_alone, gathered, lock, seen

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from millmark.programmes.life.parties import Actor
    from millmark.programmes.money import Award, AwardBook, BudgetBook, DisbursementBook
    from millmark.registry import Database

_BLAMED: Final = {
    IllegalStep: "decision",
    StepForbidden: "decision",
    SamePerson: "decision",
    Overspent: "decision",
    RecordConflict: "decision",
    ReasonMissing: "grounds",
    StaleVersion: "version",
}
_AWARD_TAKES: Final = {
    "lines": ("Propose", "提请审批"),
    "lowered_to": ("Give less", "核减"),
    "approval": ("Approve", "批准"),
}
_BOOKING: Final = ("Book the payment", "登记付款")
_PAYMENT_TAKES: Final = {"bank_reference": _BOOKING, "day_paid": _BOOKING}
_PART: Final = re.compile(r"[;；\n]+")
_AMOUNT: Final = Column("amount", "金额", "Amount", ColumnType.MONEY)


def awards_importer(
    open_awards: Callable[[Database], AwardBook], open_budget: Callable[[Database], BudgetBook]
) -> Importer:
    """What is decided on awards; money moves as by the single step, each row seeing what the rows above have left."""

    def importer(database: Database, actor: Actor, demand: Callable[[int], None]) -> RowSteps:
        book, budget = open_awards(database), open_budget(database)

        def keep(row: Row) -> Taken:
            found = seen(cast("int", row["id"]), "id", book.award, demand)
            decision, reason = str(row["decision"]), cast("str | None", row.get("grounds")) or ""
            version = cast("int", row["version"])
            taken_by = {"propose": ("lines",), "lower": ("lowered_to",), "approve": ("approval",)}
            demand_alone(row, decision, _AWARD_TAKES, taken_by.get(decision, ()))
            step = decision
            match decision:
                case "propose":
                    funding = _funding(database, found, row)
                    with blaming(_BLAMED | {InvalidRecord: "lines"}):
                        done = book.propose(found.id, funding, actor=actor, reason=reason, version=version)
                case "approve":
                    document = cast("str | None", row.get("approval")) or ""
                    with blaming(_BLAMED | {InvalidRecord: "approval"}):
                        done = book.approve(found.id, document=document, actor=actor, version=version)
                case "lower":
                    step = "reduce" if found.state == "committed" else "recalculate"
                    asked = _lowered(found, row, reason)
                    with blaming(_BLAMED | {InvalidRecord: "lowered_to"}):
                        done = book.recalculate(found.id, actor=actor, asked=asked, reason=reason, version=version)
                case "return":
                    with blaming(_BLAMED):
                        done = book.send_back(found.id, reason=reason, actor=actor, version=version)
                case _:
                    with blaming(_BLAMED):
                        done = book.withdraw(found.id, reason=reason, actor=actor, version=version)
            result = f"award:{found.id} {step} {done.state} {done.amount_fen} fen"
            return Taken(f"award:{found.id}", "awards.act", result)

        def hold(session: Session, rows: Sequence[Row]) -> None:
            """Awards first, then the lines that carry them: as every step of an award."""
            ids = [cast("int", row["id"]) for row in rows]
            lock(session, ids, AwardRow.id, key_share=True)
            versions = gathered(session, AwardVersionRow.funding, AwardVersionRow.award_id, ids)
            budget.hold(session, {one["line_id"] for funding in versions for one in funding})

        return RowSteps(keep, lambda row: row["id"], hold)

    return importer


def disbursements_importer(
    open_book: Callable[[Database], DisbursementBook], open_budget: Callable[[Database], BudgetBook]
) -> Importer:
    """What becomes of payments; a bank reference without a decision books the payment."""

    def importer(database: Database, actor: Actor, demand: Callable[[int], None]) -> RowSteps:
        book, budget = open_book(database), open_budget(database)

        def keep(row: Row) -> Taken:
            found = seen(cast("int", row["id"]), "id", book.disbursement, demand)
            receipt = cast("str | None", row.get("bank_reference")) or ""
            action = cast("str | None", row.get("decision")) or ("pay" if receipt else None)
            if action is None:
                raise RowRefused(
                    "say what is decided, or give the bank's reference", "请填写办理意见,或填写银行回单号", "decision"
                )
            demand_alone(row, action, _PAYMENT_TAKES, ("bank_reference", "day_paid") if action == "pay" else ())
            day = cast("date | None", row.get("day_paid"))
            wrong = "day_paid" if receipt and day is not None else "bank_reference"
            with blaming(_BLAMED | {InvalidRecord: wrong, RecordConflict: "bank_reference"}):
                done = book.act(
                    found.id,
                    action,
                    actor=actor,
                    reason=cast("str | None", row.get("grounds")) or "",
                    receipt=receipt,
                    paid_on=day,
                    version=cast("int", row["version"]),
                )
            result = f"disbursement:{found.id} {action} {done.state}"
            return Taken(f"disbursement:{found.id}", "disbursements.act", result)

        def hold(session: Session, rows: Sequence[Row]) -> None:
            """Awards, then payments, then lines: as every step of a payment."""
            ids = [cast("int", row["id"]) for row in rows]
            awards = gathered(session, DisbursementRow.award_id, DisbursementRow.id, ids)
            lock(session, awards, AwardRow.id, key_share=True)
            lock(session, ids, DisbursementRow.id, key_share=True)
            budget.hold(session, gathered(session, DisbursementRow.line_id, DisbursementRow.id, ids))

        return RowSteps(keep, lambda row: row["id"], hold)

    return importer


def _lowered(found: Award, row: Row, reason: str) -> Asked:
    """Less than now, with the other support that stands: an office lowers an award, it does not calculate it anew."""
    fen = cast("int | None", row.get("lowered_to"))
    if fen is None or not 0 <= fen < found.amount_fen:
        raise RowRefused(
            f"give less than the {yuan(found.amount_fen)} yuan that stand, and not less than nothing",
            f"核减后金额应小于现金额 {yuan(found.amount_fen)} 元,且不小于零",
            "lowered_to",
        )
    if not reason.strip():
        raise RowRefused("giving less needs its reason in words", "核减须写明理由,请补充", "grounds")
    return Asked([Support(**one) for one in found.inputs["other_support"]], Lowered(fen, reason))


def _funding(database: Database, found: Award, row: Row) -> list[Funding]:
    """`B1` carries the whole award; `B1=500000;B2=300000` says what each line carries, in yuan."""
    written = cast("str | None", row.get("lines")) or ""
    parts = [part.strip() for part in _PART.split(written) if part.strip()]
    if not parts:
        raise RowRefused(
            "say which budget line carries the award, by its code; several as B1=500000;B2=300000",
            "请填写承担资金的预算指标编号;多条指标写成 B1=500000;B2=300000",
            "lines",
        )
    if len(parts) == 1 and "=" not in parts[0].replace("＝", "="):
        return [Funding(_line(database, parts[0]), found.amount_fen)]
    return [_carried(database, part.replace("＝", "=")) for part in parts]


def _carried(database: Database, part: str) -> Funding:
    code, equals, amount = part.rpartition("=")
    try:
        fen = read_cell(_AMOUNT, amount) if equals else None
    except BadCell as error:
        raise RowRefused(str(error), error.zh, "lines") from error
    if not isinstance(fen, int):
        raise RowRefused(f"{part!r} does not say how many yuan it carries", f"“{part}”未写明承担金额", "lines")
    return Funding(_line(database, code.strip()), fen)


def _line(database: Database, code: str) -> int:
    with database.reading() as session:
        found = session.scalar(select(BudgetLineRow.id).where(BudgetLineRow.code == code))
    if found is None:
        raise RowRefused(
            f"there is no budget line {code!r}; look it up in the list of budget lines",
            f"没有编号为 {code} 的预算指标,请在预算指标表中核对",
            "lines",
        )
    return found
