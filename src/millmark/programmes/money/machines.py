"""The lives of an award and of a payment, as tables."""

from __future__ import annotations

from millmark.programmes.life import OFFICES, Machine, Party, transition

_PAYS = frozenset({Party.TREASURER})
_APPROVES = frozenset({Party.CITY, Party.PROVINCE, Party.TREASURER})

AWARD = Machine(
    "award",
    (
        transition("calculate", "", "calculated", OFFICES, ("核算", "calculate")),
        transition("recalculate", "calculated", "calculated", OFFICES, ("重新核算", "calculate again")),
        transition("propose", "calculated", "proposed", OFFICES, ("提请审批", "propose")),
        transition("return", "proposed", "calculated", _APPROVES, ("退回", "return"), needs_reason=True),
        transition("approve", "proposed", "committed", _APPROVES, ("批准", "approve")),
        transition("reduce", "committed", "committed", _APPROVES, ("核减", "reduce"), needs_reason=True),
        transition("settle", "committed", "paid", _PAYS, ("拨付完毕", "paid in full")),
        transition("reopen", "paid", "committed", _PAYS, ("退票重开", "open again"), needs_reason=True),
        transition(
            "withdraw", "calculated proposed committed", "withdrawn", _APPROVES, ("撤销", "withdraw"), needs_reason=True
        ),
    ),
    {
        "calculated": ("已核算", "calculated"),
        "proposed": ("待审批", "proposed"),
        "committed": ("已批准", "committed"),
        "paid": ("已拨付", "paid"),
        "withdrawn": ("已撤销", "withdrawn"),
    },
)
"""`settle` and `reopen` follow from payments; nobody takes them by hand."""

DISBURSEMENT = Machine(
    "disbursement",
    (
        transition("propose", "", "proposed", OFFICES, ("提请拨付", "propose")),
        transition("approve", "proposed", "approved", _PAYS, ("批准拨付", "approve")),
        transition("reject", "proposed", "rejected", _PAYS, ("不予拨付", "reject"), needs_reason=True),
        transition("cancel", "proposed approved", "cancelled", OFFICES | _PAYS, ("取消", "cancel"), needs_reason=True),
        transition("pay", "approved", "paid", _PAYS, ("登记付款", "book the payment")),
        transition("return", "paid", "returned", _PAYS, ("登记退票", "book its return"), needs_reason=True),
    ),
    {
        "proposed": ("待审批", "proposed"),
        "approved": ("待付款", "approved"),
        "paid": ("已付款", "paid"),
        "rejected": ("不予拨付", "rejected"),
        "cancelled": ("已取消", "cancelled"),
        "returned": ("已退票", "returned"),
    },
)

LIVE_PAYMENTS = ("proposed", "approved", "paid")
"""States in which a payment holds a part of its award."""
