"""The lives of an investment project and of a problem of one, as data. The stages of a project are the rules' own."""

from __future__ import annotations

from typing import Final

from millmark.programmes.life import OFFICES, Machine, Party, transition

_LIVE: Final = "active paused"
_ANY: Final = "active paused ended"
_SOLVERS: Final = OFFICES | {Party.DEPARTMENT}

INVESTMENT: Final = Machine(
    "investment",
    (
        transition("register", "", "active", OFFICES, ("登记", "Register")),
        transition("revise", _LIVE, "", OFFICES, ("修改", "Revise")),
        transition("stage", "active", "", OFFICES, ("推进阶段", "Set the stage")),
        transition("milestone", _LIVE, "", OFFICES, ("填报节点", "Report a milestone")),
        transition("void_milestone", _LIVE, "", OFFICES, ("作废节点填报", "Void a milestone"), needs_reason=True),
        transition("payment", _ANY, "", OFFICES, ("填报投资", "Record money")),
        transition("void_payment", _ANY, "", OFFICES, ("作废投资填报", "Void money"), needs_reason=True),
        transition("pause", "active", "paused", OFFICES, ("停滞", "Pause"), needs_reason=True),
        transition("resume", "paused ended", "active", OFFICES, ("恢复", "Resume"), needs_reason=True),
        transition("end", _LIVE, "ended", OFFICES, ("终止", "End"), needs_reason=True),
        transition("track", _ANY, "", OFFICES, ("纳入跟踪服务", "Track"), needs_reason=True),
        transition("untrack", _ANY, "", OFFICES, ("不再跟踪服务", "Track no longer"), needs_reason=True),
        transition("void", _ANY, "void", OFFICES, ("作废", "Void"), needs_reason=True),
    ),
    {
        "active": ("推进中", "going on"),
        "paused": ("停滞", "paused"),
        "ended": ("已终止", "ended"),
        "void": ("已作废", "void"),
    },
)

PROBLEM: Final = Machine(
    "investment_problem",
    (
        transition("raise", "", "open", OFFICES, ("提出问题", "Raise")),
        transition("assign", "open in_hand", "open", OFFICES, ("指定责任单位", "Assign")),
        transition("take_up", "open", "in_hand", _SOLVERS, ("受理", "Take up")),
        transition("solve", "open in_hand", "solved", _SOLVERS, ("解决", "Solve"), needs_reason=True),
        transition("reopen", "solved dropped", "open", OFFICES, ("重新办理", "Reopen"), needs_reason=True),
        transition("drop", "open in_hand", "dropped", OFFICES, ("不再办理", "Drop"), needs_reason=True),
        transition("escalate", "open in_hand", "", {Party.RULE}, ("逾期升级", "Escalate")),
    ),
    {
        "open": ("待解决", "to be solved"),
        "in_hand": ("办理中", "in hand"),
        "solved": ("已解决", "solved"),
        "dropped": ("不再办理", "dropped"),
    },
)

PROBLEM_OPEN: Final = frozenset({"open", "in_hand"})
