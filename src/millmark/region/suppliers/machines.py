"""The lives of suppliers, solutions, demands and answers, as tables of transitions."""

from __future__ import annotations

from typing import Final

from millmark.programmes.life import OFFICES, Machine, Party, transition

_BUREAU: Final = frozenset({Party.CITY, Party.PROVINCE})
_SUPPLIER: Final = frozenset({Party.SUPPLIER})
_ENTERPRISE: Final = frozenset({Party.ENTERPRISE})

SUPPLIER: Final = Machine(
    "supplier",
    (
        transition("apply", "", "applied", _SUPPLIER, ("申请入库", "Apply")),
        transition("apply", "refused withdrawn", "applied", _SUPPLIER, ("重新申请", "Apply again")),
        transition("resubmit", "returned", "applied", _SUPPLIER, ("补正后提交", "Submit again")),
        transition("revise", "applied", "applied", _SUPPLIER, ("修改资料", "Revise")),
        transition("revise", "admitted", "admitted", _SUPPLIER, ("更新资料", "Revise")),
        transition("return", "applied", "returned", _BUREAU, ("退回补正", "Return"), needs_reason=True),
        transition("admit", "applied", "admitted", _BUREAU, ("准予入库", "Admit")),
        transition("refuse", "applied", "refused", _BUREAU, ("不予入库", "Refuse"), needs_reason=True),
        transition("evaluate", "admitted suspended", "", _BUREAU, ("年度评价", "Evaluate")),
        transition("suspend", "admitted", "suspended", _BUREAU, ("暂停服务", "Suspend"), needs_reason=True),
        transition("reinstate", "suspended", "admitted", _BUREAU, ("恢复服务", "Reinstate"), needs_reason=True),
        transition("remove", "admitted suspended", "removed", _BUREAU, ("移出资源池", "Remove"), needs_reason=True),
        transition("withdraw", "applied returned admitted", "withdrawn", _SUPPLIER, ("退出", "Withdraw")),
    ),
    {
        "applied": ("待审核", "to be examined"),
        "returned": ("退回补正", "returned for correction"),
        "admitted": ("在库", "in the pool"),
        "refused": ("未入库", "refused"),
        "suspended": ("暂停", "suspended"),
        "removed": ("已移出", "removed"),
        "withdrawn": ("已退出", "withdrawn"),
    },
)

SOLUTION: Final = Machine(
    "solution",
    (
        transition("draft", "", "draft", _SUPPLIER, ("起草", "Draft")),
        transition("save", "draft", "draft", _SUPPLIER, ("保存", "Save")),
        transition("save", "published", "published", _SUPPLIER, ("更新", "Save")),
        transition("publish", "draft withdrawn", "published", _SUPPLIER, ("发布", "Publish")),
        transition("withdraw", "published", "withdrawn", _SUPPLIER, ("下架", "Take down")),
        transition("block", "published", "blocked", _BUREAU, ("责令下架", "Block"), needs_reason=True),
        transition("unblock", "blocked", "draft", _BUREAU, ("解除下架", "Unblock"), needs_reason=True),
    ),
    {
        "draft": ("草稿", "draft"),
        "published": ("已发布", "published"),
        "withdrawn": ("已下架", "taken down"),
        "blocked": ("责令下架", "blocked"),
    },
)

DEMAND: Final = Machine(
    "demand",
    (
        transition("write", "", "draft", _ENTERPRISE, ("起草需求", "Write")),
        transition("propose", "", "proposed", _ENTERPRISE | OFFICES, ("由评测差距提出", "Propose from gaps")),
        transition("save", "draft", "draft", _ENTERPRISE, ("保存", "Save")),
        transition("save", "proposed", "proposed", _ENTERPRISE, ("保存", "Save")),
        transition("save", "open", "open", _ENTERPRISE, ("更新", "Save")),
        transition("publish", "draft proposed", "open", _ENTERPRISE, ("确认并发布", "Confirm and publish")),
        transition("agree", "open", "agreed", _ENTERPRISE, ("选定服务商", "Choose a supplier")),
        transition("reopen", "agreed", "open", _ENTERPRISE, ("重新征集", "Open again"), needs_reason=True),
        transition("finish", "agreed", "done", _ENTERPRISE, ("已完成", "Finish")),
        transition("withdraw", "draft proposed open", "withdrawn", _ENTERPRISE, ("撤回", "Withdraw")),
        transition("close", "open", "closed", OFFICES, ("关闭", "Close"), needs_reason=True),
    ),
    {
        "draft": ("草稿", "draft"),
        "proposed": ("待企业确认", "to be confirmed"),
        "open": ("征集中", "open"),
        "agreed": ("已选定", "supplier chosen"),
        "done": ("已完成", "done"),
        "withdrawn": ("已撤回", "withdrawn"),
        "closed": ("已关闭", "closed"),
    },
)

ANSWER: Final = Machine(
    "answer",
    (
        transition("offer", "", "offered", _SUPPLIER, ("应答", "Answer")),
        transition("revise", "offered", "offered", _SUPPLIER, ("修改应答", "Revise")),
        transition("revise", "talking", "talking", _SUPPLIER, ("修改报价", "Revise")),
        transition("offer", "withdrawn", "offered", _SUPPLIER, ("再次应答", "Answer again")),
        transition("withdraw", "offered talking", "withdrawn", _SUPPLIER, ("撤回应答", "Withdraw")),
        transition("talk", "offered", "talking", _ENTERPRISE, ("同意洽谈并公开企业名称", "Talk, and show our name")),
        transition("agree", "talking", "agreed", _ENTERPRISE, ("选定", "Choose")),
        transition("decline", "offered talking", "declined", _ENTERPRISE, ("谢绝", "Decline"), needs_reason=True),
        transition("break", "agreed", "broken", _ENTERPRISE, ("终止合作", "Break off"), needs_reason=True),
        transition("finish", "agreed", "done", _ENTERPRISE, ("已交付", "Delivered")),
    ),
    {
        "offered": ("已应答", "answered"),
        "talking": ("洽谈中", "in talks"),
        "agreed": ("已选定", "chosen"),
        "declined": ("已谢绝", "declined"),
        "withdrawn": ("已撤回", "withdrawn"),
        "broken": ("已终止", "broken off"),
        "done": ("已交付", "delivered"),
    },
)

NAME_SHOWN: Final = frozenset({"talking", "agreed", "done", "broken"})
"""States of an answer in which its supplier knows whose demand it is."""

SERVED: Final = frozenset({"agreed", "done", "broken"})
"""States of an answer that make its enterprise one that was served, and may give marks."""
