"""The life of a dispatch brief, as data."""

from __future__ import annotations

from typing import Final

from millmark.programmes.life import OFFICES, Machine, transition

BRIEF: Final = Machine(
    "dispatch_brief",
    (
        transition("begin", "", "draft", OFFICES, ("起草", "Begin")),
        transition("save", "draft", "", OFFICES, ("保存", "Save")),
        transition("issue", "draft", "issued", OFFICES, ("印发", "Issue")),
        transition("discard", "draft", "discarded", OFFICES, ("放弃", "Discard")),
        transition("replace", "issued", "replaced", OFFICES, ("以新版替代", "Replace")),
    ),
    {
        "draft": ("草稿", "draft"),
        "issued": ("已印发", "issued"),
        "discarded": ("已放弃", "discarded"),
        "replaced": ("已被替代", "replaced"),
    },
)
