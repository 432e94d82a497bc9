"""The last message of a topic that was published with RETAIN set, for those who subscribe later (clause 3.3.1.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from millmark.intake.settings import MqttLimits
from millmark.wire.mqtt import NO_PROPERTIES, Publish


class _Kept(NamedTuple):
    publish: Publish
    since: float
    enterprise: str | None


class RetainedMessages:
    """In memory, bounded in number and bytes: the platform keeps values in its history, this is for those who join.

    Each gateway has its own topics; the platform's own messages are everybody's.
    """

    __slots__ = ("_bytes", "_count", "_limits", "_of")

    def __init__(self, limits: MqttLimits) -> None:
        self._limits = limits
        self._of: dict[str | None, dict[str, _Kept]] = {}
        self._bytes = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def keep(self, owner: str | None, enterprise: str | None, publish: Publish, now: float) -> bool:
        """Replaces the topic's message, or with an empty payload forgets it; False when there is no room for it.

        `owner` is the gateway that published it, None for the platform.
        """
        self._forget(owner, publish.topic)
        if not publish.payload:
            return True
        size = _size(publish)
        if self._count >= self._limits.retained_messages or self._bytes + size > self._limits.retained_bytes:
            return False
        properties = publish.properties
        if properties is not NO_PROPERTIES:
            properties = replace(properties, topic_alias=None)
        kept = Publish(publish.topic, publish.payload, publish.qos, properties=properties)
        self._of.setdefault(owner, {})[publish.topic] = _Kept(kept, now, enterprise)
        self._bytes += size
        self._count += 1
        return True

    def visible_to(self, gateway: str | None, enterprise: str | None, now: float) -> Iterator[Publish]:
        """The messages of one gateway, or, without one, of an enterprise's or with None of all gateways; and the
        platform's."""
        owners = (gateway, None) if gateway is not None else tuple(self._of)
        for owner in owners:
            for kept in tuple(self._of.get(owner, {}).values()):
                if owner is None or gateway is not None or enterprise in (None, kept.enterprise):
                    publish = self._fresh(owner, kept, now)
                    if publish is not None:
                        yield publish

    def _fresh(self, owner: str | None, kept: _Kept, now: float) -> Publish | None:
        """None once its message expiry interval is over."""
        expiry_s = kept.publish.properties.message_expiry_s
        if expiry_s is None:
            return kept.publish
        remaining_s = expiry_s - int(now - kept.since)
        if remaining_s <= 0:
            self._forget(owner, kept.publish.topic)
            return None
        return replace(kept.publish, properties=replace(kept.publish.properties, message_expiry_s=remaining_s))

    def _forget(self, owner: str | None, topic: str) -> None:
        kept = self._of.get(owner, {}).pop(topic, None)
        if kept is not None:
            self._bytes -= _size(kept.publish)
            self._count -= 1
            if not self._of[owner]:
                del self._of[owner]


def _size(publish: Publish) -> int:
    return len(publish.topic.encode()) + len(publish.payload)
