"""The life of a factor request, as data."""

from __future__ import annotations

from typing import Final

from millmark.programmes.life import OFFICES, Machine, Party, transition

_ENTERPRISE: Final = frozenset({Party.ENTERPRISE})
_DEPARTMENT: Final = frozenset({Party.DEPARTMENT})
_RULE: Final = frozenset({Party.RULE})

WITH_OFFICE: Final = frozenset({"filed", "returned", "reopened"})
"""The office's turn: to assign."""

WITH_DEPARTMENT: Final = frozenset({"assigned", "in_hand"})
"""The departments' turn: to answer."""

OPEN: Final = WITH_OFFICE | WITH_DEPARTMENT | {"answered"}

_OFFICE_STATES: Final = "filed returned reopened"
_DEPARTMENT_STATES: Final = "assigned in_hand"

FACTOR_REQUEST: Final = Machine(
    "factor_request",
    (
        transition("ask", "", "filed", _ENTERPRISE | OFFICES, ("提出", "Ask")),
        transition("amend", "filed reopened", "", _ENTERPRISE | OFFICES, ("修改", "Amend")),
        transition("assign", _OFFICE_STATES, "assigned", OFFICES, ("派单", "Assign")),
        transition("reassign", _DEPARTMENT_STATES, "assigned", OFFICES, ("改派", "Reassign"), needs_reason=True),
        transition("extend", _DEPARTMENT_STATES, "", OFFICES, ("延期", "Extend"), needs_reason=True),
        transition("take_up", "assigned", "in_hand", _DEPARTMENT, ("受理", "Take up")),
        transition("return", _DEPARTMENT_STATES, "returned", _DEPARTMENT, ("退回", "Return"), needs_reason=True),
        transition("contribute", _DEPARTMENT_STATES, "", _DEPARTMENT, ("会办意见", "Contribute"), needs_reason=True),
        transition(
            "answer", _DEPARTMENT_STATES, "answered", _DEPARTMENT | OFFICES, ("答复", "Answer"), needs_reason=True
        ),
        transition("solved", "answered", "solved", _ENTERPRISE, ("确认已解决", "Confirm that it is solved")),
        transition("not_solved", "answered", "unsolved", _ENTERPRISE, ("未解决", "Not solved"), needs_reason=True),
        transition("close", "answered", "closed", OFFICES, ("办结", "Close"), needs_reason=True),
        transition(
            "reopen",
            "solved unsolved closed",
            "reopened",
            _ENTERPRISE | OFFICES,
            ("重新办理", "Reopen"),
            needs_reason=True,
        ),
        transition(
            "withdraw",
            f"{_OFFICE_STATES} {_DEPARTMENT_STATES}",
            "withdrawn",
            _ENTERPRISE,
            ("撤回", "Withdraw"),
            needs_reason=True,
        ),
        transition("escalate", f"{_OFFICE_STATES} {_DEPARTMENT_STATES}", "", _RULE, ("逾期升级", "Escalate")),
    ),
    {
        "filed": ("待派单", "to be assigned"),
        "assigned": ("已派单", "assigned"),
        "in_hand": ("办理中", "in hand"),
        "returned": ("部门退回", "returned by the department"),
        "answered": ("已答复,待企业确认", "answered, to be confirmed"),
        "solved": ("已解决", "solved"),
        "unsolved": ("未解决", "not solved"),
        "closed": ("已办结", "closed"),
        "reopened": ("重新办理", "reopened"),
        "withdrawn": ("已撤回", "withdrawn"),
    },
)
