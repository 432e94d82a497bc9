"""What a device may subscribe to: the commands to its own edge nodes and the host's state, nothing else.

Devices do not talk to each other here; a topic that carries another's data is never granted.
"""

from __future__ import annotations

import json

from millmark.wire.mqtt import topic_matches
from millmark.wire.sparkplug import NAMESPACE, MessageType

_STATE = "STATE"


def is_own_command(topic_filter: str) -> bool:
    """Whether a filter asks for commands of one edge node: `spBv1.0/<group>/NCMD|DCMD/<node>[/…]`, no wildcard before
    the node's name. Commands go to the gateway that speaks for the node only, so naming another's node gains nothing.
    """
    levels = topic_filter.split("/")
    if len(levels) < 4 or levels[0] != NAMESPACE or levels[2] not in (MessageType.NCMD, MessageType.DCMD):
        return False
    return all(level and level not in ("+", "#") for level in (levels[1], levels[3]))


def is_host_state(topic_filter: str) -> bool:
    """`spBv1.0/STATE/<host id>` (Sparkplug 3.0, clause 5.4)."""
    return topic_filter.startswith(f"{NAMESPACE}/{_STATE}/")


def state_topic(host_id: str) -> str:
    return f"{NAMESPACE}/{_STATE}/{host_id}"


def state_payload(*, online: bool, since_us: int) -> bytes:
    return json.dumps({"online": online, "timestamp": since_us // 1000}).encode("ascii")


class Subscriptions:
    """A connection's granted filters with their QoS."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._granted: dict[str, int] = {}

    def grant(self, topic_filter: str, qos: int) -> int | None:
        """The granted QoS, at most 1 (clause 3.8.4 lets a server grant less than was asked), or None."""
        if not (is_own_command(topic_filter) or is_host_state(topic_filter)):
            return None
        if topic_filter not in self._granted and len(self._granted) >= self._limit:
            return None
        self._granted[topic_filter] = min(qos, 1)
        return self._granted[topic_filter]

    def withdraw(self, topic_filter: str) -> None:
        self._granted.pop(topic_filter, None)

    def qos_for(self, topic: str) -> int | None:
        """The highest QoS granted for a topic, or None when it was not subscribed to [MQTT-3.3.5-1]."""
        return max((qos for wanted, qos in self._granted.items() if topic_matches(wanted, topic)), default=None)
