"""The lists as data: each one's columns, in both languages, and the query that fills them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.programmes import RecordKind
from millmark.programmes.life.tables import RecognitionRow, ReviewRow, StepRow
from millmark.programmes.money.budget import FundSource
from millmark.programmes.money.tables import AwardRow, AwardVersionRow, BudgetLineRow, DisbursementRow, MoneyEntryRow
from millmark.programmes.projects.tables import AcceptanceRow, InvoiceRow, ProjectRow, ProjectVersionRow
from millmark.programmes.tables import ApplicationRow, CallRow, ProgrammeRecordRow, ProgrammeRow
from millmark.registry.tables import EnterpriseRow
from millmark.reports.sheets.columns import Column, ColumnType, Value

ENTERPRISE = "enterprise_id"
"""The key of a row that says whose it is; it is no column, and rows without it are the office's own."""

UNSENT = "unsent"
"""The key of a row that an enterprise has not sent yet: nobody else sees it."""

Rows: TypeAlias = Iterator[dict[str, Any]]
_TYPES = ColumnType
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class SheetList:
    """A list that an office keeps. `is_office_only` lists name several enterprises in a row's neighbourhood, or
    reviewers, and are for offices alone; `takes` are the columns of the way in, empty where there is none."""

    id: str
    name_zh: str
    name_en: str
    columns: tuple[Column, ...]
    read: Callable[[Session], Rows]
    is_office_only: bool = False
    takes: tuple[Column, ...] = ()

    def name(self, language: str) -> str:
        return self.name_zh if language == "zh" else self.name_en


def _column(key: str, zh: str, en: str, kind: ColumnType = _TYPES.TEXT, **more: Any) -> Column:
    return Column(key, zh, en, kind, **more)


_ID = _column("id", "编号", "Id", _TYPES.INTEGER, width=8)
_CALL = _column("call", "申报批次", "Call", width=30)
_NAMES = (
    _column("enterprise", "企业名称", "Enterprise", width=32),
    _column("credit_code", "统一社会信用代码", "Credit code", width=22),
    _column("area_code", "行政区划代码", "Area code", width=12),
)
_STATE = _column("state", "状态", "State")
_VERSION = _column("version", "版本", "Version", _TYPES.INTEGER, width=8)


def _application_rows(session: Session) -> Rows:
    query = (
        select(ApplicationRow, CallRow.title_zh, EnterpriseRow)
        .join(CallRow, CallRow.id == ApplicationRow.call_id)
        .join(EnterpriseRow, EnterpriseRow.id == ApplicationRow.enterprise_id)
        .order_by(ApplicationRow.id)
    )
    for row, call, enterprise in _streamed(session, query):
        yield _whose(enterprise) | {
            "id": row.id,
            "call": call,
            "state": row.state,
            "version": row.version,
            UNSENT: row.submitted_at_us is None,
            "submitted_at": _moment(row.submitted_at_us),
            "submitted_by": row.submitted_by,
            "due_on": row.due_on,
        }


def _recommendation_rows(session: Session) -> Rows:
    query = (
        select(StepRow, ApplicationRow.id, CallRow.title_zh, EnterpriseRow)
        .join(ApplicationRow, ApplicationRow.id == StepRow.object_id)
        .join(CallRow, CallRow.id == ApplicationRow.call_id)
        .join(EnterpriseRow, EnterpriseRow.id == ApplicationRow.enterprise_id)
        .where(StepRow.object_kind == "application", StepRow.action.startswith("recommend_"))
        .order_by(StepRow.id)
    )
    for step, application, call, enterprise in _streamed(session, query):
        yield _whose(enterprise) | {
            "id": step.id,
            "application": application,
            "call": call,
            "office": step.action.removeprefix("recommend_"),
            "at": _moment(step.at_us),
            "actor": step.actor,
            "reason": step.reason,
        }


def _review_rows(session: Session) -> Rows:
    query = (
        select(ReviewRow, CallRow.title_zh, EnterpriseRow)
        .join(ApplicationRow, ApplicationRow.id == ReviewRow.application_id)
        .join(CallRow, CallRow.id == ApplicationRow.call_id)
        .join(EnterpriseRow, EnterpriseRow.id == ApplicationRow.enterprise_id)
        .order_by(ReviewRow.application_id, ReviewRow.id)
    )
    for row, call, enterprise in _streamed(session, query):
        yield _whose(enterprise) | {
            "id": row.id,
            "application": row.application_id,
            "call": call,
            "reviewer": row.reviewer,
            "state": row.state,
            "total": row.total,
            "comment": row.comment,
            "due_on": row.due_on,
        }


def _recognition_rows(session: Session) -> Rows:
    query = (
        select(RecognitionRow, CallRow.title_zh, EnterpriseRow)
        .join(CallRow, CallRow.id == RecognitionRow.call_id)
        .join(EnterpriseRow, EnterpriseRow.id == RecognitionRow.enterprise_id)
        .order_by(RecognitionRow.id)
    )
    for row, call, enterprise in _streamed(session, query):
        yield _whose(enterprise) | {
            "id": row.id,
            "call": call,
            "number": row.number,
            "grade": row.grade_code,
            "state": row.state,
            "valid_from": row.valid_from,
            "valid_until": row.valid_until,
        }


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
    for row, fen, programme, recognition, enterprise in _streamed(session, query):
        yield _whose(enterprise) | {
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
    for row, line, enterprise in _streamed(session, query):
        yield _whose(enterprise) | {
            "id": row.id,
            "award": row.award_id,
            "line": line,
            "instalment": row.instalment,
            "amount": row.amount_fen,
            "state": row.state,
            "proposed_by": row.proposed_by,
            "approved_by": row.approved_by,
            "receipt": row.receipt,
        }


def _budget_rows(session: Session) -> Rows:
    query = select(BudgetLineRow, ProgrammeRow.slug).join(ProgrammeRow).order_by(BudgetLineRow.id)
    for row, programme in _streamed(session, query):
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
    for row, content, enterprise in _streamed(session, query):
        for milestone in content["milestones"]:
            yield _whose(enterprise) | {
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
    for row, enterprise in _streamed(session, query):
        yield _whose(enterprise) | {
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
    for row, programme in _streamed(session, query):
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


_MONEY, _DATE, _INTEGER = _TYPES.MONEY, _TYPES.DATE, _TYPES.INTEGER
_BUDGET_IN = (
    _column("code", "指标编号", "Code"),
    _column("name_zh", "名称", "Name (Chinese)", width=28),
    _column("name_en", "英文名称", "Name (English)", width=28),
    _column("source", "资金来源", "Source of funds", words=tuple(FundSource)),
    _column("year", "年度", "Year", _INTEGER, width=8),
    _column("programme", "项目标识", "Programme", width=28),
    _column("purpose", "用途", "Purpose"),
)
_INVOICE_IN = (
    _column("acceptance", "验收编号", "Acceptance", _INTEGER, width=10),
    _column("code", "发票代码", "Invoice code", needed=False),
    _column("number", "发票号码", "Invoice number", width=24),
    _column("seller", "销售方", "Seller", width=32),
    _column("issued_on", "开票日期", "Issued on", _DATE),
    _column("category", "费用类别", "Cost category"),
    _column("amount", "金额(元)", "Amount (yuan)", _MONEY),
    _column("tax", "税额(元)", "Tax (yuan)", _MONEY),
)
_RECORD_IN = (
    _column("kind", "类型", "Kind", words=tuple(RecordKind)),
    _column("programme", "项目标识", "Programme", width=28),
    _column("area", "地区", "Area"),
    _column("subject", "企业名称", "Enterprise", needed=False, width=32),
    _column("count", "数量", "Count", _INTEGER, width=8),
    _column("amount", "每家金额(元)", "Amount each (yuan)", _MONEY, needed=False),
    _column("first_date", "起始日期", "From", _DATE),
    _column("last_date", "截止日期", "To", _DATE),
    _column("source", "依据", "Source", width=40),
)

LISTS: Mapping[str, SheetList] = {
    one.id: one
    for one in (
        SheetList(
            "applications",
            "申报一览表",
            "Applications",
            (
                _ID,
                _CALL,
                *_NAMES,
                _STATE,
                _VERSION,
                _column("submitted_at", "提交时间", "Submitted at", _TYPES.MOMENT, width=20),
                _column("submitted_by", "提交人", "Submitted by"),
                _column("due_on", "应办日期", "Due on", _DATE),
            ),
            _application_rows,
        ),
        SheetList(
            "recommendations",
            "推荐一览表",
            "Recommendations",
            (
                _ID,
                _column("application", "申报编号", "Application", _INTEGER, width=10),
                _CALL,
                *_NAMES,
                _column("office", "推荐单位层级", "Office"),
                _column("at", "推荐时间", "At", _TYPES.MOMENT, width=20),
                _column("actor", "经办人", "Actor"),
                _column("reason", "意见", "Reason", width=40),
            ),
            _recommendation_rows,
            is_office_only=True,
        ),
        SheetList(
            "reviews",
            "评审得分表",
            "Review scores",
            (
                _ID,
                _column("application", "申报编号", "Application", _INTEGER, width=10),
                _CALL,
                *_NAMES,
                _column("reviewer", "评审专家", "Reviewer"),
                _STATE,
                _column("total", "总分", "Total", _TYPES.NUMBER, width=10),
                _column("comment", "评审意见", "Comment", width=40),
                _column("due_on", "截止日期", "Due on", _DATE),
            ),
            _review_rows,
            is_office_only=True,
        ),
        SheetList(
            "recognitions",
            "认定名单",
            "Recognitions",
            (
                _ID,
                _CALL,
                *_NAMES,
                _column("number", "认定编号", "Number", width=20),
                _column("grade", "认定类别", "Grade"),
                _STATE,
                _column("valid_from", "有效期起", "Valid from", _DATE),
                _column("valid_until", "有效期至", "Valid until", _DATE),
            ),
            _recognition_rows,
        ),
        SheetList(
            "awards",
            "奖补资金表",
            "Awards",
            (
                _ID,
                _column("programme", "项目名称", "Programme", width=28),
                *_NAMES,
                _column("recognition", "认定编号", "Recognition", width=20),
                _column("amount", "金额(元)", "Amount (yuan)", _MONEY),
                _STATE,
                _VERSION,
            ),
            _award_rows,
        ),
        SheetList(
            "disbursements",
            "资金拨付表",
            "Disbursements",
            (
                _ID,
                _column("award", "奖补编号", "Award", _INTEGER, width=10),
                *_NAMES,
                _column("line", "指标编号", "Budget line"),
                _column("instalment", "期次", "Instalment"),
                _column("amount", "金额(元)", "Amount (yuan)", _MONEY),
                _STATE,
                _column("proposed_by", "提请人", "Proposed by"),
                _column("approved_by", "审批人", "Approved by"),
                _column("receipt", "回单号", "Receipt", width=24),
            ),
            _disbursement_rows,
        ),
        SheetList(
            "budgets",
            "预算指标表",
            "Budget lines",
            (
                _ID,
                *_BUDGET_IN,
                _column("appropriated", "下达(元)", "Appropriated (yuan)", _MONEY),
                _column("available", "可用(元)", "Available (yuan)", _MONEY),
                _column("committed", "已承诺(元)", "Committed (yuan)", _MONEY),
                _column("paid", "已拨付(元)", "Paid (yuan)", _MONEY),
                _column("recovered", "已收回(元)", "Recovered (yuan)", _MONEY),
            ),
            _budget_rows,
            is_office_only=True,
            takes=(
                *_BUDGET_IN,
                _column("appropriated", "下达(元)", "Appropriated (yuan)", _MONEY),
                _column("document", "下达文号", "Document", width=24),
            ),
        ),
        SheetList(
            "milestones",
            "项目节点表",
            "Milestones",
            (
                _ID,
                _column("project", "项目名称", "Project", width=28),
                *_NAMES,
                _column("key", "节点编号", "Key"),
                _column("name_zh", "节点名称", "Milestone (Chinese)", width=28),
                _column("name_en", "节点英文名称", "Milestone (English)", width=28),
                _column("due_on", "计划日期", "Due on", _DATE),
                _column("amount", "金额(元)", "Amount (yuan)", _MONEY),
                _column("instalment", "对应期次", "Instalment"),
                _STATE,
            ),
            _milestone_rows,
        ),
        SheetList(
            "invoices",
            "发票清单",
            "Invoices",
            (
                _ID,
                *_NAMES,
                *_INVOICE_IN,
                _column("accepted", "认可金额(元)", "Accepted (yuan)", _MONEY),
                _column("is_void", "已作废", "Void", _TYPES.YES_NO, width=8),
                _column("note", "备注", "Note", width=30),
            ),
            _invoice_rows,
            takes=_INVOICE_IN,
        ),
        SheetList(
            "records",
            "项目成果记录表",
            "Programme records",
            (_ID, *_RECORD_IN, _column("voids", "作废记录", "Voids", _INTEGER, width=10)),
            _record_rows,
            is_office_only=True,
            takes=_RECORD_IN,
        ),
    )
}
"""All lists by their ids."""


def _whose(enterprise: EnterpriseRow) -> dict[str, Value]:
    return {
        ENTERPRISE: enterprise.id,
        "enterprise": enterprise.name_zh,
        "credit_code": enterprise.credit_code,
        "area_code": enterprise.area_code,
    }


def _streamed(session: Session, query: Any) -> Iterator[Any]:
    return iter(session.execute(query.execution_options(yield_per=_AT_ONCE)))


def _moment(at_us: int | None) -> Value:
    return None if at_us is None else utc_datetime(at_us)
