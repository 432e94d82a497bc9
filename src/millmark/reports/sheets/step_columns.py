"""The columns by which a sheet says which steps somebody takes: what each is taken on, and what is filled in by hand.

Ids of columns that are filled in are no headings of the lists that go out: a list that comes back is read by headings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from millmark.programmes.life import Machine
from millmark.programmes.life.machines import APPLICATION
from millmark.programmes.money import AWARD, DISBURSEMENT
from millmark.reports.sheets.columns import Choice, ColumnType
from millmark.reports.sheets.shape import ID, VERSION, column


def _steps(machine: Machine, actions: Sequence[str]) -> tuple[Choice, ...]:
    """Steps of a machine by their names in both languages, in the order asked for."""
    names = {one.action: (one.name_zh, one.name_en) for one in machine.transitions}
    return tuple(Choice(action, *names[action]) for action in actions)


OF_APPLICATION = column("application", "申报编号", "Application", ColumnType.INTEGER, width=10)
_GROUNDS = column("grounds", "办理理由", "Grounds", needed=False, width=40)

APPLICATION_IN = (
    ID,
    VERSION,
    column(
        "decision",
        "办理意见",
        "Decision",
        choices=_steps(
            APPLICATION,
            ("accept", "return", "open_review", "close_scoring", "rescore", "pass", "fail", "reject"),
        ),
    ),
    _GROUNDS,
    column("lacking", "需补正材料", "What is missing", needed=False, width=40),
    column("days_to_correct", "补正期限(天)", "Days to correct", ColumnType.INTEGER, needed=False, width=12),
)
APPLICATION_FILLS = ("decision", "grounds", "lacking", "days_to_correct")

RECOMMENDATION_IN = (
    OF_APPLICATION,
    VERSION,
    column(
        "decision",
        "推荐意见",
        "Decision",
        choices=(
            Choice("recommend", "推荐", "Recommend"),
            Choice("reject", "不予推荐", "Decline"),
            Choice("rank", "调整排序", "Rank again"),
        ),
    ),
    column("rank", "推荐排序", "Rank", ColumnType.INTEGER, needed=False, width=10),
    replace(_GROUNDS, name_zh="推荐理由"),
)
RECOMMENDATION_FILLS = ("decision", "rank", "grounds")

ASSIGNMENT_IN = (
    OF_APPLICATION,
    column("assign_to", "指派专家", "Assign to"),
    column("assign_until", "要求完成日期", "To be done by", ColumnType.DATE, needed=False),
)
ASSIGNMENT_FILLS = ("assign_to", "assign_until")

SCORE_IN = (ID, VERSION)
OPINION = column("opinion", "评审意见", "Opinion", width=40, longest=8_000)

AWARD_IN = (
    ID,
    VERSION,
    column(
        "decision",
        "审批意见",
        "Decision",
        choices=(
            *_steps(AWARD, ("propose", "approve")),
            Choice("lower", "核减", "Give less"),
            *_steps(AWARD, ("return", "withdraw")),
        ),
    ),
    replace(_GROUNDS, name_zh="审批理由"),
    column("lines", "资金来源指标", "Budget lines", needed=False, width=24),
    column("lowered_to", "核减后金额(元)", "Give only (yuan)", ColumnType.MONEY, needed=False),
    column("approval", "批准文号", "Approving document", needed=False, width=24, longest=400),
)
AWARD_FILLS = ("decision", "grounds", "lines", "lowered_to", "approval")

DISBURSEMENT_IN = (
    ID,
    VERSION,
    column(
        "decision",
        "办理意见",
        "Decision",
        needed=False,
        choices=_steps(DISBURSEMENT, ("approve", "reject", "cancel", "pay", "return")),
    ),
    column("bank_reference", "银行回单号", "Bank reference", needed=False, width=24, longest=100),
    column("day_paid", "付款日期", "Day paid", ColumnType.DATE, needed=False),
    _GROUNDS,
)
DISBURSEMENT_FILLS = ("decision", "bank_reference", "day_paid", "grounds")
