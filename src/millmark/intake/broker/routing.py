"""Whose message it is that a broker hands on: there, only the topic can tell."""

from __future__ import annotations

from millmark.wire.errors import InvalidTopic
from millmark.wire.json_telemetry import PREFIX, parse_telemetry_topic
from millmark.wire.sparkplug import NAMESPACE, MessageType, is_state_topic, parse_topic


def gateway_of(topic: str, sparkplug_gateway: str) -> str | None:
    """The gateway that a topic speaks of; None for what is the hosts' own (states and commands). Raises `InvalidTopic`.

    `millmark/GATEWAY/…` names it. Of `spBv1.0/GROUP/…/NODE` it is `sparkplug_gateway` with {group} and {node} filled
    in, in small letters and with dashes for blanks, as ids of gateways are written.
    """
    if is_state_topic(topic):
        return None
    if topic.startswith(f"{PREFIX}/"):
        return parse_telemetry_topic(topic).gateway
    if not topic.startswith(f"{NAMESPACE}/"):
        raise InvalidTopic(f"{topic!r} is neither {NAMESPACE}/… nor {PREFIX}/…")
    parsed = parse_topic(topic)
    if parsed.type in (MessageType.NCMD, MessageType.DCMD):
        return None
    filled = sparkplug_gateway.replace("{group}", parsed.group).replace("{node}", parsed.node)
    return filled.lower().replace(" ", "-")
