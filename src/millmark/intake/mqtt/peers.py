"""Who stands behind a connection, and whose messages it may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from millmark.wire.json_telemetry import PREFIX
from millmark.wire.mqtt import ReasonCode, shared_filter
from millmark.wire.sparkplug import NAMESPACE, MessageType

ACCOUNT_PREFIX = "account:"
"""What a user name begins with when a person's account signs in; a gateway's id never holds a colon."""

_STATE = "STATE"


@dataclass(frozen=True, slots=True)
class Peer:
    """A gateway, which brings readings and sees what itself sends, or an account, which only reads.

    `enterprise` is the slug of the enterprise the gateway stands in or the account belongs to; an account without one
    sees every enterprise.
    """

    name: str
    enterprise: str | None
    is_gateway: bool = True

    def may_subscribe(self, topic_filter: str) -> bool:
        """Whether a filter is within the platform's topics, `spBv1.0/…`, `millmark/…` and `STATE/…`.

        This is no fence: what reaches a subscriber is decided by whose message it is, so that a wildcard brings a
        gateway its own messages, the commands to it and the host's state, and never another's.
        """
        shared = shared_filter(topic_filter)
        levels = (shared.topic_filter if shared else topic_filter).split("/")
        if levels[0] in (NAMESPACE, _STATE):
            return len(levels) > 1
        if levels[0] != PREFIX or len(levels) < 2:
            return False
        return not self.is_gateway or levels[1] == self.name


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody may not connect."""

    code: ReasonCode
    reason: str


@dataclass(frozen=True, slots=True)
class AccountScope:
    """What an account may see: one enterprise, or with None every one."""

    enterprise: str | None


AccountCheck: TypeAlias = Callable[[str, str], AccountScope | None]
"""(account's name, password) -> what it may see, None when it may not sign in. Called in a thread."""


def is_data_topic(topic: str, gateway: str) -> bool:
    """Whether a gateway's message to this topic is data that live consumers may want, and in its own name."""
    levels = topic.split("/", 3)
    if levels[0] == PREFIX:
        return len(levels) > 1 and levels[1] == gateway
    if levels[0] != NAMESPACE or len(levels) < 3 or levels[1] == _STATE:
        return False
    return levels[2] not in (MessageType.NCMD, MessageType.DCMD)


def wants_data(topic_filter: str) -> bool:
    """Whether a filter can match data at all, and not only commands or the host's state."""
    levels = topic_filter.split("/")
    if levels[0] != NAMESPACE or len(levels) < 3:
        return levels[0] != _STATE
    return levels[1] != _STATE and levels[2] not in (MessageType.NCMD, MessageType.DCMD)
