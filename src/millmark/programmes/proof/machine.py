"""The life of a challenge, as a table."""

from __future__ import annotations

from typing import Final

from millmark.programmes.life import OFFICES, Actor, Machine, Party, transition

UNANSWERED: Final = frozenset({"open", "partly_revealed"})
"""States in which rows may still be shown."""

AGAINST: Final = frozenset({"refuted", "partly_revealed", "not_answered"})
"""States that take a claim's proof away. Showing a part must not be worth more than showing nothing."""

CHALLENGE = Machine(
    "challenge",
    (
        transition("challenge", "", "open", OFFICES, ("提出质询", "challenge"), needs_reason=True),
        transition("uphold", "open partly_revealed", "upheld", {Party.ENTERPRISE}, ("数据核实一致", "uphold")),
        transition("refute", "open partly_revealed", "refuted", {Party.ENTERPRISE}, ("数据核实不符", "refute")),
        transition(
            "reveal_partly",
            "open partly_revealed",
            "partly_revealed",
            {Party.ENTERPRISE},
            ("仅出示部分数据", "reveal in part"),
        ),
        transition("lapse", "open", "not_answered", OFFICES, ("逾期未答", "let the deadline pass"), needs_reason=True),
        transition(
            "reopen", "not_answered partly_revealed", "open", OFFICES, ("重新开放", "reopen"), needs_reason=True
        ),
        transition(
            "withdraw", "open partly_revealed", "withdrawn", OFFICES, ("撤回质询", "withdraw"), needs_reason=True
        ),
    ),
    {
        "open": ("待答复", "open"),
        "upheld": ("属实", "upheld"),
        "refuted": ("不符", "refuted"),
        "partly_revealed": ("部分出示", "partly revealed"),
        "not_answered": ("逾期未答", "not answered in time"),
        "withdrawn": ("已撤回", "withdrawn"),
    },
)

ACTION_OF_OUTCOME: Final = {"upheld": "uphold", "refuted": "refute", "partly_revealed": "reveal_partly"}

DEADLINE: Final = Actor("deadline", "platform", frozenset({Party.CITY}))
"""Who lets a challenge lapse: the calendar, in the office's name."""


def node_actor(key_id: str) -> Actor:
    """A node that answers by itself, for its enterprise."""
    return Actor(f"node:{key_id}", "node", frozenset({Party.ENTERPRISE}))
