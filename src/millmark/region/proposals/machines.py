"""The lives of a proposal, of a consultation and of a commitment, as tables."""

from __future__ import annotations

from typing import Final

from millmark.programmes.life import OFFICES, Machine, Party, transition

_DEPARTMENT: Final = frozenset({Party.DEPARTMENT})
_RULE: Final = frozenset({Party.RULE})
_BOTH: Final = OFFICES | _DEPARTMENT

PROPOSAL: Final = Machine(
    "proposal",
    (
        transition("register", "", "registered", OFFICES, ("登记", "Register")),
        transition("correct", "registered filed assigned handling", "", OFFICES, ("更正登记", "Correct")),
        transition("file", "registered", "filed", OFFICES, ("审查立案", "File")),
        transition(
            "keep_as_letter",
            "registered",
            "letter",
            OFFICES,
            ("转为来信处理", "Keep as a letter"),
            needs_reason=True,
        ),
        transition("assign", "filed", "assigned", OFFICES, ("交办", "Assign")),
        transition("sign_for", "assigned", "handling", OFFICES, ("签收", "Sign for it")),
        transition("return", "assigned", "returned", OFFICES, ("退回", "Return"), needs_reason=True),
        transition("reassign", "returned", "assigned", OFFICES, ("重新交办", "Assign again")),
        transition("contact", "handling", "", OFFICES, ("与提案者沟通", "Speak with the proposer")),
        transition("draft", "handling", "", OFFICES, ("拟文", "Draft")),
        transition("submit", "handling", "in_review", OFFICES, ("送核", "Submit for review")),
        transition("rework", "in_review cleared", "handling", OFFICES, ("退回修改", "Send back"), needs_reason=True),
        transition("clear", "in_review", "cleared", OFFICES, ("核稿通过", "Clear")),
        transition("sign", "cleared", "signed", OFFICES, ("签发", "Sign")),
        transition("publish", "signed", "replied", OFFICES, ("答复并公开", "Reply and publish")),
        transition("deliver", "signed", "replied", OFFICES, ("答复(不公开)", "Reply, not public")),
        transition("extend", "handling in_review cleared", "", OFFICES, ("延期", "Extend"), needs_reason=True),
        transition("accept", "replied", "concluded", OFFICES, ("反馈满意", "The proposer is satisfied")),
        transition(
            "reopen", "replied", "handling", OFFICES, ("反馈不满意,重新办理", "Handle again"), needs_reason=True
        ),
        transition("archive", "concluded", "archived", OFFICES, ("立卷归档", "Archive")),
        # What the rule on contact does by itself with a draft that came too early.
        transition("bounce", "in_review", "handling", _RULE, ("按规定退回", "Returned by rule"), needs_reason=True),
    ),
    {
        "registered": ("已登记", "registered"),
        "letter": ("来信处理", "kept as a letter"),
        "filed": ("已立案", "filed"),
        "assigned": ("待签收", "assigned"),
        "returned": ("已退回", "returned"),
        "handling": ("办理中", "being handled"),
        "in_review": ("核稿中", "in review"),
        "cleared": ("待签发", "to be signed"),
        "signed": ("已签发", "signed"),
        "replied": ("已答复", "replied"),
        "concluded": ("已办结", "concluded"),
        "archived": ("已归档", "archived"),
    },
)

CONSULTATION: Final = Machine(
    "consultation",
    (
        transition("ask", "", "asked", OFFICES, ("征求会办意见", "Ask")),
        transition("ask_again", "returned recalled", "asked", OFFICES, ("再次征求意见", "Ask again")),
        transition("sign_for", "asked", "received", _BOTH, ("签收", "Sign for it")),
        transition("return", "asked received", "returned", _BOTH, ("退回", "Return"), needs_reason=True),
        transition("opine", "asked received", "answered", _BOTH, ("提交会办意见", "Give the opinion")),
        transition("revise", "answered", "answered", _BOTH, ("修改会办意见", "Revise the opinion")),
        transition("recall", "asked received", "recalled", OFFICES, ("撤回征求", "Recall"), needs_reason=True),
        transition("take_over", "", "answered", OFFICES, ("登记既往会商", "Record a past consultation")),
    ),
    {
        "asked": ("待签收", "asked"),
        "received": ("已签收", "signed for"),
        "answered": ("已反馈意见", "opinion given"),
        "returned": ("已退回", "returned"),
        "recalled": ("已撤回", "recalled"),
    },
)

COMMITMENT: Final = Machine(
    "commitment",
    (
        transition("promise", "", "open", OFFICES, ("承诺", "Promise")),
        transition("progress", "open under_way", "under_way", _BOTH, ("报告进展", "Report progress")),
        transition("complete", "open under_way", "done", _BOTH, ("完成", "Complete")),
        transition("extend", "open under_way", "", OFFICES, ("延期", "Extend"), needs_reason=True),
        transition("hand_over", "open under_way", "", OFFICES, ("变更责任单位", "Hand over"), needs_reason=True),
        transition("drop", "open under_way", "dropped", OFFICES, ("终止", "Drop"), needs_reason=True),
        transition("take_up", "done dropped", "under_way", OFFICES, ("重新办理", "Take up again"), needs_reason=True),
    ),
    {
        "open": ("未开始", "open"),
        "under_way": ("推进中", "under way"),
        "done": ("已完成", "done"),
        "dropped": ("已终止", "dropped"),
    },
)

WITH_US: Final = frozenset({"assigned", "handling", "in_review", "cleared", "signed"})
"""States in which the clock of the reply runs."""

REPLIED: Final = frozenset({"replied", "concluded", "archived"})
OPEN_CONSULTATIONS: Final = frozenset({"asked", "received"})
LIVE_COMMITMENTS: Final = frozenset({"open", "under_way"})
