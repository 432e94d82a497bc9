"""Lists of money and work: awards, payments, budget lines, milestones, invoices, and records of earlier years."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.programmes import RecordKind
from millmark.programmes.life.tables import RecognitionRow, StepRow
from millmark.programmes.money.budget import FundSource
from millmark.programmes.money.tables import AwardRow, AwardVersionRow, BudgetLineRow, DisbursementRow, MoneyEntryRow
from millmark.programmes.projects.tables import AcceptanceRow, InvoiceRow, ProjectRow, ProjectVersionRow
from millmark.programmes.tables import ProgrammeRecordRow, ProgrammeRow
from millmark.registry.tables import EnterpriseRow
from millmark.reports.sheets.columns import ColumnType
from millmark.reports.sheets.shape import (
    ENTERPRISE,
    ID,
    NAMES,
    STATE,
    VERSION,
    Rows,
    SheetList,
    column,
    moment,
    streamed,
    whose,
)
from millmark.reports.sheets.step_columns import AWARD_FILLS, AWARD_IN, DISBURSEMENT_FILLS, DISBURSEMENT_IN


def _award_rows(session: Session) -> Rows:
    query = (
        select(AwardRow, AwardVersionRow.amount_fen, ProgrammeRow.name_zh, RecognitionRow.number, EnterpriseRow)
        .join(
            AwardVersionRow,
            (AwardVersionRow.award_id == AwardRow.id) & (AwardVersionRow.version == AwardRow.version),
        )
        .join(ProgrammeRow, ProgrammeRow.id == AwardRow.programme_id)
        .join(RecognitionRow, RecognitionRow.id == AwardRow.recognition_id)
        .join(EnterpriseRow, EnterpriseRow.id == AwardRow.enterprise_id)
        .order_by(AwardRow.id)
    )
    for row, fen, programme, recognition, enterprise in streamed(session, query):
        yield whose(enterprise) | {
            "id": row.id,
            "programme": programme,
            "recognition": recognition,
            "amount": fen,
            "state": row.state,
            "version": row.version,
        }


def _disbursement_rows(session: Session) -> Rows:
    query = (
        select(DisbursementRow, BudgetLineRow.code, EnterpriseRow)
        .join(AwardRow, AwardRow.id == DisbursementRow.award_id)
        .join(BudgetLineRow, BudgetLineRow.id == DisbursementRow.line_id)
        .join(EnterpriseRow, EnterpriseRow.id == AwardRow.enterprise_id)
        .order_by(DisbursementRow.id)
    )
    booked = _bookings(session)
    for row, line, enterprise in streamed(session, query):
        at_us, day = booked[row.id] if row.state == "paid" and row.id in booked else (None, None)
        yield whose(enterprise) | {
            "id": row.id,
            "award": row.award_id,
            "line": line,
            "instalment": row.instalment,
            "amount": row.amount_fen,
            "state": row.state,
            "version": row.version,
            "proposed_by": row.proposed_by,
            "approved_by": row.approved_by,
            "receipt": row.receipt,
            "paid_on": day,
            "booked_at": moment(at_us),
        }


def _bookings(session: Session) -> dict[int, tuple[int, date | None]]:
    """When each payment was booked last, and on which day the bank paid, where that was said."""
    query = (
        select(StepRow.object_id, StepRow.at_us, StepRow.detail)
        .where(StepRow.object_kind == "disbursement", StepRow.action == "pay")
        .order_by(StepRow.id)
    )
    return {
        object_id: (at_us, date.fromisoformat(detail["paid_on"]) if "paid_on" in detail else None)
        for object_id, at_us, detail in session.execute(query)
    }


def _budget_rows(session: Session) -> Rows:
    query = select(BudgetLineRow, ProgrammeRow.slug).join(ProgrammeRow).order_by(BudgetLineRow.id)
    for row, programme in streamed(session, query):
        last = session.scalars(
            select(MoneyEntryRow).where(MoneyEntryRow.line_id == row.id).order_by(MoneyEntryRow.number.desc()).limit(1)
        ).one()
        yield {
            "id": row.id,
            "code": row.code,
            "name_zh": row.name_zh,
            "name_en": row.name_en,
            "source": row.source,
            "year": row.year,
            "programme": programme,
            "purpose": row.purpose,
            "appropriated": last.appropriated_fen,
            "available": last.available_fen,
            "committed": last.committed_fen,
            "paid": last.paid_fen,
            "recovered": last.recovered_fen,
        }


def _milestone_rows(session: Session) -> Rows:
    query = (
        select(ProjectRow, ProjectVersionRow.content, EnterpriseRow)
        .join(
            ProjectVersionRow,
            (ProjectVersionRow.project_id == ProjectRow.id) & (ProjectVersionRow.version == ProjectRow.version),
        )
        .join(EnterpriseRow, EnterpriseRow.id == ProjectRow.enterprise_id)
        .order_by(ProjectRow.id)
    )
    for row, content, enterprise in streamed(session, query):
        for milestone in content["milestones"]:
            yield whose(enterprise) | {
                "id": row.id,
                "project": content["title_zh"],
                "key": milestone["key"],
                "name_zh": milestone["name_zh"],
                "name_en": milestone["name_en"],
                "due_on": date.fromisoformat(milestone["due_on"]),
                "amount": milestone["amount_fen"],
                "instalment": milestone["instalment"],
                "state": row.state,
            }


def _invoice_rows(session: Session) -> Rows:
    query = (
        select(InvoiceRow, EnterpriseRow)
        .join(AcceptanceRow, AcceptanceRow.id == InvoiceRow.acceptance_id)
        .join(EnterpriseRow, EnterpriseRow.id == AcceptanceRow.enterprise_id)
        .order_by(InvoiceRow.id)
    )
    for row, enterprise in streamed(session, query):
        yield whose(enterprise) | {
            "id": row.id,
            "acceptance": row.acceptance_id,
            "code": row.code,
            "number": row.number,
            "seller": row.seller,
            "issued_on": row.issued_on,
            "category": row.category,
            "amount": row.amount_fen,
            "tax": row.tax_fen,
            "accepted": row.accepted_fen,
            "is_void": row.holds is None,
            "note": row.void_reason or row.check_note,
        }


def _record_rows(session: Session) -> Rows:
    query = (
        select(ProgrammeRecordRow, ProgrammeRow.slug)
        .join(ProgrammeRow, ProgrammeRow.id == ProgrammeRecordRow.programme_id)
        .order_by(ProgrammeRecordRow.id)
    )
    for row, programme in streamed(session, query):
        yield {
            ENTERPRISE: row.enterprise_id,
            "id": row.id,
            "kind": row.kind,
            "programme": programme,
            "area": row.area,
            "subject": row.subject,
            "count": row.count,
            "amount": row.amount_fen,
            "first_date": row.first_date,
            "last_date": row.last_date,
            "source": row.source,
            "voids": row.voids,
        }


_BUDGET_IN = (
    column("code", "指标编号", "Code"),
    column("name_zh", "名称", "Name (Chinese)", width=28),
    column("name_en", "英文名称", "Name (English)", width=28),
    column("source", "资金来源", "Source of funds", words=tuple(FundSource)),
    column("year", "年度", "Year", ColumnType.INTEGER, width=8),
    column("programme", "项目标识", "Programme", width=28),
    column("purpose", "用途", "Purpose"),
)
_INVOICE_IN = (
    column("acceptance", "验收编号", "Acceptance", ColumnType.INTEGER, width=10),
    column("code", "发票代码", "Invoice code", needed=False),
    column("number", "发票号码", "Invoice number", width=24),
    column("seller", "销售方", "Seller", width=32),
    column("issued_on", "开票日期", "Issued on", ColumnType.DATE),
    column("category", "费用类别", "Cost category"),
    column("amount", "金额(元)", "Amount (yuan)", ColumnType.MONEY),
    column("tax", "税额(元)", "Tax (yuan)", ColumnType.MONEY),
)
_RECORD_IN = (
    column("kind", "类型", "Kind", words=tuple(RecordKind)),
    column("programme", "项目标识", "Programme", width=28),
    column("area", "地区", "Area"),
    column("subject", "企业名称", "Enterprise", needed=False, width=32),
    column("count", "数量", "Count", ColumnType.INTEGER, width=8),
    column("amount", "每家金额(元)", "Amount each (yuan)", ColumnType.MONEY, needed=False),
    column("first_date", "起始日期", "From", ColumnType.DATE),
    column("last_date", "截止日期", "To", ColumnType.DATE),
    column("source", "依据", "Source", width=40),
)
_MILESTONE_IN = (
    column("project", "项目编号", "Project", ColumnType.INTEGER, width=10),
    column("key", "节点编号", "Key"),
    column("percent", "完成比例(%)", "Done (%)", ColumnType.INTEGER, width=12),
    column("note", "说明", "Note", needed=False, width=40),
)

MONEY_LISTS = (
    SheetList(
        "awards",
        "奖补资金表",
        "Awards",
        (
            ID,
            column("programme", "项目名称", "Programme", width=28),
            *NAMES,
            column("recognition", "认定编号", "Recognition", width=20),
            column("amount", "金额(元)", "Amount (yuan)", ColumnType.MONEY),
            STATE,
            VERSION,
        ),
        _award_rows,
        takes=AWARD_IN,
        fills=AWARD_FILLS,
    ),
    SheetList(
        "disbursements",
        "资金拨付表",
        "Disbursements",
        (
            ID,
            column("award", "奖补编号", "Award", ColumnType.INTEGER, width=10),
            *NAMES,
            column("line", "指标编号", "Budget line"),
            column("instalment", "期次", "Instalment"),
            column("amount", "金额(元)", "Amount (yuan)", ColumnType.MONEY),
            STATE,
            VERSION,
            column("proposed_by", "提请人", "Proposed by"),
            column("approved_by", "审批人", "Approved by"),
            column("receipt", "回单号", "Receipt", width=24),
            column("paid_on", "银行付款日", "Paid by the bank on", ColumnType.DATE),
            column("booked_at", "登记付款时间", "Booked at", ColumnType.MOMENT, width=20),
        ),
        _disbursement_rows,
        takes=DISBURSEMENT_IN,
        fills=DISBURSEMENT_FILLS,
    ),
    SheetList(
        "budgets",
        "预算指标表",
        "Budget lines",
        (
            ID,
            *_BUDGET_IN,
            column("appropriated", "下达(元)", "Appropriated (yuan)", ColumnType.MONEY),
            column("available", "可用(元)", "Available (yuan)", ColumnType.MONEY),
            column("committed", "已承诺(元)", "Committed (yuan)", ColumnType.MONEY),
            column("paid", "已拨付(元)", "Paid (yuan)", ColumnType.MONEY),
            column("recovered", "已收回(元)", "Recovered (yuan)", ColumnType.MONEY),
        ),
        _budget_rows,
        is_office_only=True,
        takes=(
            *_BUDGET_IN,
            column("appropriated", "下达(元)", "Appropriated (yuan)", ColumnType.MONEY),
            column("document", "下达文号", "Document", width=24),
        ),
    ),
    SheetList(
        "milestones",
        "项目节点表",
        "Milestones",
        (
            ID,
            column("project", "项目名称", "Project", width=28),
            *NAMES,
            column("key", "节点编号", "Key"),
            column("name_zh", "节点名称", "Milestone (Chinese)", width=28),
            column("name_en", "节点英文名称", "Milestone (English)", width=28),
            column("due_on", "计划日期", "Due on", ColumnType.DATE),
            column("amount", "金额(元)", "Amount (yuan)", ColumnType.MONEY),
            column("instalment", "对应期次", "Instalment"),
            STATE,
        ),
        _milestone_rows,
        takes=_MILESTONE_IN,
    ),
    SheetList(
        "invoices",
        "发票清单",
        "Invoices",
        (
            ID,
            *NAMES,
            *_INVOICE_IN,
            column("accepted", "认可金额(元)", "Accepted (yuan)", ColumnType.MONEY),
            column("is_void", "已作废", "Void", ColumnType.YES_NO, width=8),
            column("note", "备注", "Note", width=30),
        ),
        _invoice_rows,
        takes=_INVOICE_IN,
    ),
    SheetList(
        "records",
        "项目成果记录表",
        "Programme records",
        (ID, *_RECORD_IN, column("voids", "作废记录", "Voids", ColumnType.INTEGER, width=10)),
        _record_rows,
        is_office_only=True,
        takes=_RECORD_IN,
    ),
)
