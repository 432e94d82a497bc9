"""Topic names and topic filters (clause 4.7 of either standard), shared subscriptions (MQTT 5, clause 4.8.2)."""

from __future__ import annotations

from typing import NamedTuple

from millmark.wire.mqtt.packet_type import Version

SHARE = "$share"


class SharedFilter(NamedTuple):
    """`$share/<group>/<topic filter>`: of all sessions that subscribe to it, one gets each message."""

    group: str
    topic_filter: str


def topic_fault(name: str) -> tuple[str, str] | None:
    """(clause, problem) of a topic name that may not be published to, or None."""
    if not name:
        return "MQTT-4.7.3-1", "a topic name needs at least one character"
    if "+" in name or "#" in name:
        return "MQTT-3.3.2-2", f"a topic name must not hold wildcards: {name!r}"
    return None


def filter_fault(topic_filter: str, version: Version = Version.V3_1_1) -> tuple[str, str] | None:
    """(clause, problem) of a topic filter that may not be subscribed to, or None."""
    if not topic_filter:
        return "MQTT-4.7.3-1", "a topic filter needs at least one character"
    if is_shared(topic_filter):
        return _shared_fault(topic_filter, version)
    levels = topic_filter.split("/")
    is_v5 = version is Version.V5
    for position, level in enumerate(levels):
        if "#" in level and (level != "#" or position != len(levels) - 1):
            clause = "MQTT-4.7.1-1" if is_v5 else "MQTT-4.7.1-2"
            return clause, f"'#' must be the whole last level: {topic_filter!r}"
        if "+" in level and level != "+":
            clause = "MQTT-4.7.1-2" if is_v5 else "MQTT-4.7.1-3"
            return clause, f"'+' must be a whole level: {topic_filter!r}"
    return None


def is_shared(topic_filter: str) -> bool:
    return topic_filter.startswith(f"{SHARE}/") or topic_filter == SHARE


def shared_filter(topic_filter: str) -> SharedFilter | None:
    """The parts of a sound shared subscription; None for any other filter."""
    if not is_shared(topic_filter):
        return None
    _, group, wanted = topic_filter.split("/", 2)
    return SharedFilter(group, wanted)


def topic_matches(topic_filter: str, name: str) -> bool:
    """Whether a message to `name` goes to a subscriber of `topic_filter`, both valid (clauses 4.7.1 and 4.7.2)."""
    wanted, given = topic_filter.split("/"), name.split("/")
    if given[0].startswith("$") and wanted[0] in {"+", "#"}:
        return False
    for position, level in enumerate(wanted):
        if level == "#":
            # 'sport/#' also matches 'sport' itself (clause 4.7.1.2).
            return True
        if position >= len(given) or level not in {"+", given[position]}:
            return False
    return len(wanted) == len(given)


def _shared_fault(topic_filter: str, version: Version) -> tuple[str, str] | None:
    parts = topic_filter.split("/", 2)
    if len(parts) < 3 or not parts[1]:
        return "MQTT-4.8.2-1", f"a shared subscription is '{SHARE}/<group>/<topic filter>': {topic_filter!r}"
    if "+" in parts[1] or "#" in parts[1]:
        return "MQTT-4.8.2-2", f"the group of a shared subscription must not hold wildcards: {topic_filter!r}"
    return filter_fault(parts[2], version)
