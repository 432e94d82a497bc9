"""The lives of a project, of its acceptance, and of money clawed back, as tables."""

from __future__ import annotations

from millmark.programmes.life import OFFICES, Machine, Party, transition

_ENTERPRISE = frozenset({Party.ENTERPRISE})
_DECIDES = frozenset({Party.CITY, Party.PROVINCE})
_PAYS = frozenset({Party.TREASURER})

PROJECT = Machine(
    "project",
    (
        transition("file", "", "filed", _ENTERPRISE, ("备案", "File")),
        transition("return", "filed", "returned", OFFICES, ("退回补正", "Return"), needs_reason=True),
        transition("refile", "returned", "filed", _ENTERPRISE, ("重新备案", "File again")),
        transition("confirm", "filed", "running", OFFICES, ("确认备案", "Confirm")),
        transition(
            "request_change",
            "running",
            "change_requested",
            _ENTERPRISE,
            ("申请变更", "Request a change"),
            needs_reason=True,
        ),
        transition("approve_change", "change_requested", "running", OFFICES, ("同意变更", "Approve the change")),
        transition(
            "refuse_change",
            "change_requested",
            "running",
            OFFICES,
            ("不同意变更", "Refuse the change"),
            needs_reason=True,
        ),
        transition("finish", "running", "finished", _ENTERPRISE, ("报告完工", "Report as finished")),
        transition("resume", "finished", "running", OFFICES, ("退回施工", "Send back to work"), needs_reason=True),
        transition("accept", "finished", "accepted", _DECIDES, ("通过验收", "Accept")),
        transition(
            "terminate",
            "filed returned running change_requested finished",
            "terminated",
            OFFICES,
            ("终止", "Terminate"),
            needs_reason=True,
        ),
    ),
    {
        "filed": ("待确认", "filed"),
        "returned": ("退回补正", "returned"),
        "running": ("实施中", "running"),
        "change_requested": ("变更待批", "change requested"),
        "finished": ("已完工", "finished"),
        "accepted": ("已验收", "accepted"),
        "terminated": ("已终止", "terminated"),
    },
)
"""`accept` follows from the acceptance; nobody takes it by hand."""

ACCEPTANCE = Machine(
    "acceptance",
    (
        transition("prepare", "", "draft", _ENTERPRISE, ("准备验收", "Prepare")),
        transition("submit", "draft returned", "submitted", _ENTERPRISE, ("申请验收", "Submit")),
        transition("return", "submitted", "returned", OFFICES, ("退回整改", "Return"), needs_reason=True),
        transition("accept", "submitted", "accepted", _DECIDES, ("通过", "Accept")),
        transition("refuse", "submitted", "refused", _DECIDES, ("不通过", "Refuse"), needs_reason=True),
        transition("give_up", "draft returned", "given_up", _ENTERPRISE, ("放弃", "Give up"), needs_reason=True),
    ),
    {
        "draft": ("准备中", "draft"),
        "submitted": ("待验收", "submitted"),
        "returned": ("退回整改", "returned"),
        "accepted": ("验收通过", "accepted"),
        "refused": ("验收不通过", "refused"),
        "given_up": ("已放弃", "given up"),
    },
)

CLAWBACK = Machine(
    "clawback",
    (
        transition("open", "", "opened", OFFICES | _PAYS, ("发起追回", "Open"), needs_reason=True),
        transition("decide", "opened", "decided", _DECIDES | _PAYS, ("决定追回", "Decide")),
        transition("drop", "opened", "dropped", _DECIDES, ("不予追回", "Drop"), needs_reason=True),
        transition("receive", "decided", "decided", _PAYS, ("登记退款", "Book a receipt")),
        transition("close", "decided", "closed", _PAYS, ("追回完毕", "Recovered in full")),
        transition("waive", "decided", "closed", _DECIDES, ("核销余额", "Waive the rest"), needs_reason=True),
    ),
    {
        "opened": ("待决定", "opened"),
        "decided": ("追回中", "being recovered"),
        "dropped": ("不予追回", "dropped"),
        "closed": ("已结清", "closed"),
    },
)
"""`close` follows from the last receipt; nobody takes it by hand."""
