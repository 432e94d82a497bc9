"""The life of a case, as a table of transitions."""

from __future__ import annotations

from typing import Final

from millmark.programmes.life import OFFICES, Machine, Party, transition

_ENTERPRISE: Final = frozenset({Party.ENTERPRISE})

CASE: Final = Machine(
    "case",
    (
        transition("draft", "", "draft", _ENTERPRISE | OFFICES, ("起草案例", "Draft")),
        transition("revise", "draft consented published", "draft", _ENTERPRISE | OFFICES, ("修改", "Revise")),
        transition("record_effect", "draft", "draft", _ENTERPRISE | OFFICES, ("记录成效", "Record an effect")),
        transition("consent", "draft", "consented", _ENTERPRISE, ("企业同意公开", "Consent")),
        transition("publish", "consented", "published", OFFICES, ("发布", "Publish")),
        transition(
            "revoke_consent",
            "consented published",
            "draft",
            _ENTERPRISE,
            ("收回同意", "Take the consent back"),
            needs_reason=True,
        ),
        transition(
            "withdraw", "draft consented published", "withdrawn", OFFICES, ("撤下", "Withdraw"), needs_reason=True
        ),
    ),
    {
        "draft": ("草稿", "draft"),
        "consented": ("企业已同意", "consented"),
        "published": ("已发布", "published"),
        "withdrawn": ("已撤下", "withdrawn"),
    },
)
