"""The tables of transitions: call, application, review, publicity, objection, recognition."""

from __future__ import annotations

from typing import Final

from millmark.programmes.life.machine import Machine, transition
from millmark.programmes.life.parties import OFFICES, Party

_ENTERPRISE: Final = frozenset({Party.ENTERPRISE})
_REVIEWER: Final = frozenset({Party.REVIEWER})

CALL: Final = Machine(
    "call",
    (
        transition("draft", "", "draft", OFFICES, ("起草", "Draft")),
        transition("revise", "draft", "draft", OFFICES, ("修改", "Revise")),
        transition("discard", "draft", "discarded", OFFICES, ("放弃", "Discard")),
        transition("publish", "draft", "published", OFFICES, ("发布", "Publish")),
        transition("extend", "published", "published", OFFICES, ("延期", "Extend"), needs_reason=True),
        transition("close", "published", "closed", OFFICES, ("关闭", "Close")),
        transition("cancel", "published", "cancelled", OFFICES, ("撤销", "Cancel"), needs_reason=True),
    ),
    {
        "draft": ("草稿", "draft"),
        "published": ("已发布", "published"),
        "closed": ("已关闭", "closed"),
        "cancelled": ("已撤销", "cancelled"),
        "discarded": ("已放弃", "discarded"),
    },
)

_RECOMMENDED: Final = "county_recommended city_recommended province_recommended"

APPLICATION: Final = Machine(
    "application",
    (
        transition("start", "", "draft", _ENTERPRISE, ("开始申报", "Start")),
        transition("save", "draft", "draft", _ENTERPRISE, ("保存", "Save")),
        transition("save", "returned", "returned", _ENTERPRISE, ("保存", "Save")),
        transition("submit", "draft returned", "submitted", _ENTERPRISE, ("签署并提交", "Sign and submit")),
        transition("supplement", "submitted", "submitted", _ENTERPRISE, ("补充凭证", "Add a claim")),
        transition("withdraw", "draft submitted returned", "withdrawn", _ENTERPRISE, ("撤回", "Withdraw")),
        transition("reopen", "withdrawn", "draft", _ENTERPRISE, ("重新申报", "Take up again")),
        transition("return", "submitted complete", "returned", OFFICES, ("退回补正", "Return"), needs_reason=True),
        transition("accept", "submitted", "complete", OFFICES, ("通过形式审查", "Accept as complete")),
        transition(
            "judge",
            f"submitted complete {_RECOMMENDED} under_review panel",
            "",
            OFFICES,
            ("填写人工判断", "Answer what people judge"),
            needs_reason=True,
        ),
        transition("recommend_county", "complete", "county_recommended", {Party.COUNTY}, ("县级推荐", "Recommend")),
        transition(
            "recommend_city",
            "complete county_recommended",
            "city_recommended",
            {Party.CITY},
            ("市级推荐", "Recommend"),
        ),
        transition(
            "recommend_province",
            "complete county_recommended city_recommended",
            "province_recommended",
            {Party.PROVINCE},
            ("省级推荐", "Recommend"),
        ),
        transition("rank", _RECOMMENDED, "", OFFICES, ("调整推荐排序", "Rank the recommendation")),
        transition("open_review", f"complete {_RECOMMENDED}", "under_review", OFFICES, ("送专家评审", "Open review")),
        transition("close_scoring", "under_review", "panel", OFFICES, ("结束评分", "Close scoring")),
        transition("rescore", "panel", "under_review", OFFICES, ("重新评分", "Score again"), needs_reason=True),
        transition("pass", f"panel complete {_RECOMMENDED}", "passed", OFFICES, ("评审通过", "Pass")),
        transition("fail", "panel", "rejected", OFFICES, ("评审不通过", "Do not pass"), needs_reason=True),
        transition("publicise", "passed", "publicised", OFFICES, ("公示", "Make public")),
        transition(
            "recognise",
            f"publicised passed complete {_RECOMMENDED}",
            "recognised",
            OFFICES,
            ("认定", "Recognise"),
        ),
        transition(
            "reject",
            f"submitted complete {_RECOMMENDED} passed publicised",
            "rejected",
            OFFICES,
            ("不予通过", "Reject"),
            needs_reason=True,
        ),
        transition("revoke", "recognised", "revoked", OFFICES, ("撤销认定", "Revoke"), needs_reason=True),
        transition(
            "end",
            f"draft submitted returned complete {_RECOMMENDED} under_review panel passed publicised",
            "ended",
            OFFICES,
            ("随通知撤销而终止", "End with its call"),
            needs_reason=True,
        ),
    ),
    {
        "draft": ("草稿", "draft"),
        "submitted": ("已提交", "submitted"),
        "returned": ("退回补正", "returned for correction"),
        "complete": ("材料齐全", "complete"),
        "county_recommended": ("县级已推荐", "recommended by the county"),
        "city_recommended": ("市级已推荐", "recommended by the city"),
        "province_recommended": ("省级已推荐", "recommended by the province"),
        "under_review": ("专家评审中", "under review"),
        "panel": ("待会议评审", "before the panel"),
        "passed": ("评审通过", "passed"),
        "publicised": ("公示中", "made public"),
        "recognised": ("已认定", "recognised"),
        "rejected": ("未通过", "rejected"),
        "withdrawn": ("已撤回", "withdrawn"),
        "revoked": ("认定已撤销", "revoked"),
        "ended": ("已终止(通知撤销)", "ended with its call"),
    },
)
"""`end` follows from cancelling the call; nobody takes it by hand."""

REVIEW: Final = Machine(
    "review",
    (
        transition("assign", "", "assigned", OFFICES, ("指派", "Assign")),
        transition("declare_none", "assigned", "accepted", _REVIEWER, ("声明无利益冲突", "Declare no conflict")),
        transition(
            "declare_conflict",
            "assigned accepted",
            "recused",
            _REVIEWER,
            ("声明利益冲突并回避", "Declare a conflict"),
            needs_reason=True,
        ),
        transition("score", "accepted", "scored", _REVIEWER, ("评分", "Score")),
        transition("ask_again", "scored", "accepted", OFFICES, ("退回重评", "Ask again"), needs_reason=True),
        transition("release", "assigned accepted", "released", OFFICES, ("解除指派", "Release"), needs_reason=True),
    ),
    {
        "assigned": ("待声明", "assigned"),
        "accepted": ("评审中", "accepted"),
        "scored": ("已评分", "scored"),
        "recused": ("已回避", "recused"),
        "released": ("已解除", "released"),
    },
)

PUBLICITY: Final = Machine(
    "publicity",
    (
        transition("open", "", "open", OFFICES, ("开始公示", "Make public")),
        transition("extend", "open", "open", OFFICES, ("延长公示", "Extend"), needs_reason=True),
        transition("close", "open", "closed", OFFICES, ("结束公示", "Close")),
    ),
    {"open": ("公示中", "open"), "closed": ("公示结束", "closed")},
)

OBJECTION: Final = Machine(
    "objection",
    (
        transition("raise", "", "open", {Party.PUBLIC, *OFFICES}, ("提出异议", "Object")),
        transition("uphold", "open", "upheld", OFFICES, ("异议成立", "Uphold"), needs_reason=True),
        transition("dismiss", "open", "dismissed", OFFICES, ("异议不成立", "Dismiss"), needs_reason=True),
    ),
    {"open": ("待处理", "open"), "upheld": ("成立", "upheld"), "dismissed": ("不成立", "dismissed")},
)

RECOGNITION: Final = Machine(
    "recognition",
    (
        transition("grant", "", "valid", OFFICES, ("认定", "Grant")),
        transition("renew", "valid", "valid", OFFICES, ("延续有效期", "Renew"), needs_reason=True),
        transition("revoke", "valid", "revoked", OFFICES, ("撤销", "Revoke"), needs_reason=True),
    ),
    {"valid": ("有效", "valid"), "revoked": ("已撤销", "revoked")},
)

MACHINES: Final = (CALL, APPLICATION, REVIEW, PUBLICITY, OBJECTION, RECOGNITION)
