"""Topic names and topic filters (OASIS MQTT 3.1.1, clause 4.7)."""

from __future__ import annotations


def topic_fault(name: str) -> tuple[str, str] | None:
    """(clause, problem) of a topic name that may not be published to, or None."""
    if not name:
        return "MQTT-4.7.3-1", "a topic name needs at least one character"
    if "+" in name or "#" in name:
        return "MQTT-3.3.2-2", f"a topic name must not hold wildcards: {name!r}"
    return None


def filter_fault(topic_filter: str) -> tuple[str, str] | None:
    """(clause, problem) of a topic filter that may not be subscribed to, or None."""
    if not topic_filter:
        return "MQTT-4.7.3-1", "a topic filter needs at least one character"
    levels = topic_filter.split("/")
    for position, level in enumerate(levels):
        if "#" in level and (level != "#" or position != len(levels) - 1):
            return "MQTT-4.7.1-2", f"'#' must be the whole last level: {topic_filter!r}"
        if "+" in level and level != "+":
            return "MQTT-4.7.1-3", f"'+' must be a whole level: {topic_filter!r}"
    return None


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
