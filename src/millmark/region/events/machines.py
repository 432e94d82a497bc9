"""The lives of events and registrations, as tables of transitions."""

from __future__ import annotations

from typing import Final

from millmark.programmes.life import OFFICES, Machine, Party, transition

_GUESTS: Final = frozenset({Party.ENTERPRISE, Party.SUPPLIER})

EVENT: Final = Machine(
    "event",
    (
        transition("plan", "", "draft", OFFICES, ("起草活动", "Plan")),
        transition("record", "", "held", OFFICES, ("补录已办活动", "Record one that was held")),
        transition("revise", "draft", "draft", OFFICES, ("修改", "Revise")),
        transition("revise", "called", "called", OFFICES, ("修改通知", "Revise")),
        transition("revise", "held", "held", OFFICES, ("修改", "Revise")),
        transition("call", "draft", "called", OFFICES, ("发布通知", "Call")),
        transition("hold", "called", "held", OFFICES, ("已举办", "Held")),
        transition("attend", "called held", "", OFFICES, ("记录到场", "Record attendance")),
        transition("void", "called held closed", "", OFFICES, ("作废到场记录", "Void attendance"), needs_reason=True),
        transition("coach", "called held", "", OFFICES, ("记录辅导", "Write a coaching note")),
        transition("close", "held", "closed", OFFICES, ("跟进完成,归档", "Close")),
        transition("reopen", "closed", "held", OFFICES, ("重新打开", "Reopen"), needs_reason=True),
        transition("cancel", "draft called", "cancelled", OFFICES, ("取消", "Cancel"), needs_reason=True),
    ),
    {
        "draft": ("草稿", "draft"),
        "called": ("报名中", "open for registration"),
        "held": ("已举办", "held"),
        "closed": ("已归档", "closed"),
        "cancelled": ("已取消", "cancelled"),
    },
)

REGISTRATION: Final = Machine(
    "registration",
    (
        transition("register", "", "registered", _GUESTS | OFFICES, ("报名", "Register")),
        transition("register", "cancelled", "registered", _GUESTS | OFFICES, ("重新报名", "Register again")),
        transition("revise", "registered", "registered", _GUESTS | OFFICES, ("修改报名", "Revise")),
        transition("cancel", "registered", "cancelled", _GUESTS | OFFICES, ("取消报名", "Cancel")),
        transition("attend", "registered absent", "attended", OFFICES, ("到场", "Attended")),
        transition("miss", "registered", "absent", OFFICES, ("未到场", "Did not come")),
        transition("unattend", "attended", "registered", OFFICES, ("更正到场", "Take back"), needs_reason=True),
    ),
    {
        "registered": ("已报名", "registered"),
        "cancelled": ("已取消", "cancelled"),
        "attended": ("已到场", "attended"),
        "absent": ("未到场", "absent"),
    },
)
