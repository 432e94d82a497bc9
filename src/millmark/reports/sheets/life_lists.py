"""Lists of a programme's life: calls, applications, recommendations, reviews and recognitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.programmes.assessment.tables import EnterpriseFactRow
from millmark.programmes.life.calls import terms_of
from millmark.programmes.life.ranks import Ranked, ranks_of
from millmark.programmes.life.tables import RecognitionRow, ReviewRow, StepRow
from millmark.programmes.life.terms import CallTerms
from millmark.programmes.tables import ApplicationRow, CallRow
from millmark.registry.tables import EnterpriseRow
from millmark.reports.sheets.columns import ColumnType
from millmark.reports.sheets.shape import (
    CALL,
    ID,
    NAMES,
    STATE,
    UNSENT,
    VERSION,
    Rows,
    SheetList,
    column,
    moment,
    streamed,
    whose,
)
from millmark.reports.sheets.step_columns import (
    APPLICATION_FILLS,
    APPLICATION_IN,
    ASSIGNMENT_FILLS,
    ASSIGNMENT_IN,
    OF_APPLICATION,
    RECOMMENDATION_FILLS,
    RECOMMENDATION_IN,
)


def _call_rows(session: Session) -> Rows:
    query = select(CallRow).where(CallRow.state != "discarded").order_by(CallRow.id)
    for (row,) in streamed(session, query):
        yield {
            "id": row.id,
            "slug": row.slug,
            "pack": row.pack,
            "edition": row.pack_edition,
            "title_zh": row.title_zh,
            "title_en": row.title_en,
            "state": row.state,
            "opens_on": row.opens_on,
            "closes_on": row.closes_on,
            "quota": row.quota,
            "budget_line": row.budget_line,
        }


def _fact_rows(session: Session) -> Rows:
    query = (
        select(EnterpriseFactRow, EnterpriseRow)
        .join(EnterpriseRow, EnterpriseRow.id == EnterpriseFactRow.enterprise_id)
        .order_by(
            EnterpriseFactRow.enterprise_id, EnterpriseFactRow.fact, EnterpriseFactRow.as_of, EnterpriseFactRow.id
        )
    )
    for row, enterprise in streamed(session, query):
        yield whose(enterprise) | {
            "id": row.id,
            "fact": row.fact,
            "value": _told(row.value),
            "unit": row.unit,
            "as_of": row.as_of,
            "grade": row.grade,
            "source": row.source,
        }


def _told(value: Any) -> str:
    """A fact as a person writes it: numbers plainly, several choices with commas, yes and no in words."""
    match value:
        case {"number": number}:
            return str(number)
        case bool():
            return "是" if value else "否"
        case list():
            return ",".join(map(str, value))
        case _:
            return str(value)


def _application_rows(session: Session) -> Rows:
    query = (
        select(ApplicationRow, CallRow.title_zh, EnterpriseRow)
        .join(CallRow, CallRow.id == ApplicationRow.call_id)
        .join(EnterpriseRow, EnterpriseRow.id == ApplicationRow.enterprise_id)
        .order_by(ApplicationRow.id)
    )
    for row, call, enterprise in streamed(session, query):
        yield whose(enterprise) | {
            "id": row.id,
            "call": call,
            "state": row.state,
            "version": row.version,
            UNSENT: row.submitted_at_us is None,
            "submitted_at": moment(row.submitted_at_us),
            "submitted_by": row.submitted_by,
            "due_on": row.due_on,
        }


def _to_recommend(session: Session) -> Rows:
    """Applications that wait for an office to recommend them, with the office whose turn it is."""
    query = (
        select(ApplicationRow, CallRow, EnterpriseRow)
        .join(CallRow, CallRow.id == ApplicationRow.call_id)
        .join(EnterpriseRow, EnterpriseRow.id == ApplicationRow.enterprise_id)
        .where(ApplicationRow.state.in_(("complete", "county_recommended", "city_recommended")))
        .order_by(ApplicationRow.id)
    )
    terms: dict[int, CallTerms] = {}
    ranks = ranks_of(session, select(ApplicationRow.id))
    for row, call, enterprise in streamed(session, query):
        if call.id not in terms:
            terms[call.id] = terms_of(session, call)
        office = terms[call.id].next_office(row.state)
        if office is not None:
            yield whose(enterprise) | {
                "application": row.id,
                "version": row.version,
                "call": call.title_zh,
                "state": row.state,
                "office": office.value,
                **_places(ranks.get(row.id, ())),
            }


def _recommendation_rows(session: Session) -> Rows:
    query = (
        select(StepRow, ApplicationRow, CallRow.title_zh, EnterpriseRow)
        .join(ApplicationRow, ApplicationRow.id == StepRow.object_id)
        .join(CallRow, CallRow.id == ApplicationRow.call_id)
        .join(EnterpriseRow, EnterpriseRow.id == ApplicationRow.enterprise_id)
        .where(StepRow.object_kind == "application", StepRow.action.startswith("recommend_"))
        .order_by(StepRow.id)
    )
    ranks = ranks_of(session, select(ApplicationRow.id))
    for step, application, call, enterprise in streamed(session, query):
        yield whose(enterprise) | {
            "id": step.id,
            "application": application.id,
            "version": application.version,
            "call": call,
            "state": application.state,
            "office": step.action.removeprefix("recommend_"),
            "at": moment(step.at_us),
            "actor": step.actor,
            "reason": step.reason,
            **_places(ranks.get(application.id, ())),
        }


def _places(ranks: Sequence[Ranked]) -> dict[str, int]:
    """The places of an application on the lists of those who recommend it, each in its office's column."""
    return {f"{one.office}_rank": one.rank for one in ranks}


def _to_assign(session: Session) -> Rows:
    """Applications under review that nobody reviews yet."""
    standing = select(ReviewRow.application_id).where(ReviewRow.state.not_in(("recused", "released")))
    query = (
        select(ApplicationRow.id, CallRow.title_zh, EnterpriseRow)
        .join(CallRow, CallRow.id == ApplicationRow.call_id)
        .join(EnterpriseRow, EnterpriseRow.id == ApplicationRow.enterprise_id)
        .where(ApplicationRow.state == "under_review", ApplicationRow.id.not_in(standing))
        .order_by(ApplicationRow.id)
    )
    for application, call, enterprise in streamed(session, query):
        yield whose(enterprise) | {"application": application, "call": call}


def _review_rows(session: Session) -> Rows:
    query = (
        select(ReviewRow, ApplicationRow.state, CallRow.title_zh, EnterpriseRow)
        .join(ApplicationRow, ApplicationRow.id == ReviewRow.application_id)
        .join(CallRow, CallRow.id == ApplicationRow.call_id)
        .join(EnterpriseRow, EnterpriseRow.id == ApplicationRow.enterprise_id)
        .order_by(ReviewRow.application_id, ReviewRow.id)
    )
    for row, state, call, enterprise in streamed(session, query):
        # Blind until the panel, for offices too.
        is_open = state != "under_review"
        yield whose(enterprise) | {
            "id": row.id,
            "application": row.application_id,
            "call": call,
            "reviewer": row.reviewer,
            "state": row.state,
            "total": row.total if is_open else None,
            "comment": row.comment if is_open else None,
            "due_on": row.due_on,
        }


def _recognition_rows(session: Session) -> Rows:
    query = (
        select(RecognitionRow, CallRow.title_zh, EnterpriseRow)
        .join(CallRow, CallRow.id == RecognitionRow.call_id)
        .join(EnterpriseRow, EnterpriseRow.id == RecognitionRow.enterprise_id)
        .order_by(RecognitionRow.id)
    )
    for row, call, enterprise in streamed(session, query):
        yield whose(enterprise) | {
            "id": row.id,
            "call": call,
            "number": row.number,
            "grade": row.grade_code,
            "state": row.state,
            "valid_from": row.valid_from,
            "valid_until": row.valid_until,
        }


_CALL_IN = (
    column("pack", "政策包", "Pack", width=28),
    column("edition", "版本年度", "Edition", width=10),
    column("slug", "批次标识", "Slug", needed=False, width=28),
    column("title_zh", "通知名称", "Title (Chinese)", needed=False, width=36),
    column("title_en", "通知英文名称", "Title (English)", needed=False, width=36),
    column("opens_on", "开始日期", "Opens", ColumnType.DATE),
    column("closes_on", "截止日期", "Closes", ColumnType.DATE),
    column("quota", "名额", "Quota", ColumnType.INTEGER, needed=False, width=8),
    column("budget_line", "预算指标", "Budget line", needed=False),
)
_FACT_IN = (
    column("credit_code", "统一社会信用代码", "Credit code", width=22),
    column("fact", "指标标识", "Fact", width=28),
    column("value", "数值", "Value", width=20),
    column("as_of", "截至日期", "As of", ColumnType.DATE),
    column("source", "依据", "Source", width=40),
)
_RECOGNITION_IN = (
    OF_APPLICATION,
    column("document", "认定文件", "Document", width=40),
    column("level", "等级", "Level", ColumnType.INTEGER, needed=False, width=8),
    column("number", "认定编号", "Number", needed=False, width=20),
    column("valid_from", "有效期起", "Valid from", ColumnType.DATE, needed=False),
)

LIFE_LISTS = (
    SheetList(
        "calls",
        "申报通知一览表",
        "Calls",
        (ID, STATE, *_CALL_IN),
        _call_rows,
        is_office_only=True,
        takes=_CALL_IN,
    ),
    SheetList(
        "facts",
        "企业指标数据表",
        "Facts of enterprises",
        (
            ID,
            NAMES[0],
            NAMES[2],
            *_FACT_IN,
            column("unit", "单位", "Unit"),
            column("grade", "证据等级", "Grade"),
        ),
        _fact_rows,
        takes=_FACT_IN,
    ),
    SheetList(
        "applications",
        "申报一览表",
        "Applications",
        (
            ID,
            CALL,
            *NAMES,
            STATE,
            VERSION,
            column("submitted_at", "提交时间", "Submitted at", ColumnType.MOMENT, width=20),
            column("submitted_by", "提交人", "Submitted by"),
            column("due_on", "应办日期", "Due on", ColumnType.DATE),
        ),
        _application_rows,
        takes=APPLICATION_IN,
        fills=APPLICATION_FILLS,
    ),
    SheetList(
        "recommendations",
        "推荐一览表",
        "Recommendations",
        (
            ID,
            OF_APPLICATION,
            VERSION,
            CALL,
            *NAMES,
            STATE,
            column("office", "推荐单位层级", "Office"),
            column("county_rank", "县级排序", "County rank", ColumnType.INTEGER, width=10),
            column("city_rank", "市级排序", "City rank", ColumnType.INTEGER, width=10),
            column("province_rank", "省级排序", "Provincial rank", ColumnType.INTEGER, width=10),
            column("at", "推荐时间", "At", ColumnType.MOMENT, width=20),
            column("actor", "经办人", "Actor"),
            column("reason", "意见", "Reason", width=40),
        ),
        _recommendation_rows,
        is_office_only=True,
        takes=RECOMMENDATION_IN,
        fills=RECOMMENDATION_FILLS,
        waiting=_to_recommend,
    ),
    SheetList(
        "reviews",
        "评审得分表",
        "Review scores",
        (
            ID,
            OF_APPLICATION,
            CALL,
            *NAMES,
            column("reviewer", "评审专家", "Reviewer"),
            STATE,
            column("total", "总分", "Total", ColumnType.NUMBER, width=10),
            column("comment", "评审意见", "Comment", width=40),
            column("due_on", "截止日期", "Due on", ColumnType.DATE),
        ),
        _review_rows,
        is_office_only=True,
        takes=ASSIGNMENT_IN,
        fills=ASSIGNMENT_FILLS,
        waiting=_to_assign,
    ),
    SheetList(
        "recognitions",
        "认定名单",
        "Recognitions",
        (
            ID,
            CALL,
            *NAMES,
            column("number", "认定编号", "Number", width=20),
            column("grade", "认定类别", "Grade"),
            STATE,
            column("valid_from", "有效期起", "Valid from", ColumnType.DATE),
            column("valid_until", "有效期至", "Valid until", ColumnType.DATE),
        ),
        _recognition_rows,
        takes=_RECOGNITION_IN,
    ),
)
