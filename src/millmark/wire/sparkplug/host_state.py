"""The host's STATE: how edge nodes learn whether the platform is there (Sparkplug 3.0, clauses 4.2, 5.1 and 6.4.27).

    spBv1.0/STATE/<host id>   {"online": true, "timestamp": 1767225600000}      as 3.0 has it
    STATE/<host id>           ONLINE                                            as 2.2 had it

On an outside broker the host registers `will` at CONNECT, subscribes to `topic`, and then publishes `birth`, each at
QoS 1 and retained; it publishes `death` before it disconnects. The 2.2 topic is served to edge nodes of the platform's
own listener that ask for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from millmark.wire.sparkplug.topic import NAMESPACE

_STATE = "STATE"
LEGACY_PREFIX = f"{_STATE}/"
PREFIX = f"{NAMESPACE}/{_STATE}/"


class _Certificate(msgspec.Struct):
    online: bool
    timestamp: int


@dataclass(frozen=True, slots=True)
class HostState:
    """One session of the host. `since_ms` is when it began, the same in its will and its birth: an edge node that
    sees a death with an earlier time knows it for that of a session before."""

    host_id: str
    since_ms: int

    @property
    def topic(self) -> str:
        return state_topic(self.host_id)

    @property
    def legacy_topic(self) -> str:
        return LEGACY_PREFIX + self.host_id

    def will(self) -> bytes:
        return state_payload(online=False, timestamp_ms=self.since_ms)

    def birth(self) -> bytes:
        return state_payload(online=True, timestamp_ms=self.since_ms)

    def death(self, now_ms: int) -> bytes:
        """What is published before an intended disconnect."""
        return state_payload(online=False, timestamp_ms=now_ms)

    def answer(self, topic: str, payload: bytes, now_ms: int) -> bytes | None:
        """The birth to publish again when somebody else's word, mostly a late will, says that this host is offline;
        None for any other message."""
        if topic != self.topic:
            return None
        state = read_state(payload)
        return state_payload(online=True, timestamp_ms=now_ms) if state is False else None


def state_topic(host_id: str) -> str:
    return PREFIX + host_id


def is_state_topic(topic: str) -> bool:
    """Whether a topic, or a filter, is about hosts' states, in the form of 3.0 or of 2.2."""
    return topic.startswith((PREFIX, LEGACY_PREFIX))


def state_payload(*, online: bool, timestamp_ms: int) -> bytes:
    return msgspec.json.encode(_Certificate(online, timestamp_ms))


def legacy_state_payload(*, online: bool) -> bytes:
    return b"ONLINE" if online else b"OFFLINE"


def read_state(payload: bytes) -> bool | None:
    """Whether a host says that it is online, in either form; None for what is no state."""
    if payload in (b"ONLINE", b"OFFLINE"):
        return payload == b"ONLINE"
    try:
        return msgspec.json.decode(payload, type=_Certificate).online
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
