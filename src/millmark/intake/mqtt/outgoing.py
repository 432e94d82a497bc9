"""Messages above QoS 0 for one session: what waits, what is under way, what comes again (clauses 4.3 and 4.4)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from millmark.wire.mqtt import NO_PROPERTIES, Publish, Pubrel

Acknowledged: TypeAlias = Callable[[], None]
_MOST_PACKET_IDS = 65_535


@dataclass(slots=True)
class _Message:
    publish: Publish
    since: float
    until: float
    """When it is of no use any more (the clock of the event loop, s)."""
    acknowledged: Acknowledged | None
    is_released: bool = False
    """At QoS 2: the receiver has it and is told that the sender knows."""


class Outgoing:
    """Bounded in number and age: a subscriber that does not come back must not fill the memory."""

    __slots__ = ("_in_flight", "_longest_s", "_most", "_next_packet_id", "_waiting")

    def __init__(self, *, most: int, longest_s: float) -> None:
        self._most = most
        self._longest_s = longest_s
        self._waiting: deque[_Message] = deque()
        self._in_flight: dict[int, _Message] = {}
        self._next_packet_id = 1

    def __len__(self) -> int:
        return len(self._waiting) + len(self._in_flight)

    def add(
        self, publish: Publish, now: float, *, acknowledged: Acknowledged | None = None, within_s: float | None = None
    ) -> bool:
        """Puts a message at the end; False when there are as many as may be. Without `within_s` it may wait for the
        longest time that any message may."""
        if len(self._waiting) + len(self._in_flight) >= self._most:
            self._drop_old(now)
        if len(self) >= self._most:
            return False
        lasts_s = self._longest_s if within_s is None else within_s
        if publish.properties is not NO_PROPERTIES and publish.properties.message_expiry_s is not None:
            lasts_s = min(lasts_s, publish.properties.message_expiry_s)
        self._waiting.append(_Message(publish, now, now + lasts_s, acknowledged))
        return True

    def due(self, now: float, quota: int) -> Iterator[Publish]:
        """What may be sent while at most `quota` messages are under way, each with its packet identifier."""
        while self._waiting and len(self._in_flight) < quota:
            message = self._waiting.popleft()
            if message.until <= now:
                continue
            packet_id = self._take_packet_id()
            message.publish = replace(_aged(message.publish, now - message.since), packet_id=packet_id)
            self._in_flight[packet_id] = message
            yield message.publish

    def again(self, now: float) -> list[Publish | Pubrel]:
        """What was under way when the connection ended, in its order, for the next one [MQTT-4.4.0-1]. What has become
        too old is given up instead: a command an hour late is worse than none."""
        for packet_id in [packet_id for packet_id, message in self._in_flight.items() if message.until <= now]:
            del self._in_flight[packet_id]
        return [
            Pubrel(packet_id) if message.is_released else replace(message.publish, dup=True)
            for packet_id, message in self._in_flight.items()
        ]

    def received(self, packet_id: int) -> bool:
        """A PUBREC came; True when there is something to release."""
        message = self._in_flight.get(packet_id)
        if message is None or message.publish.qos != 2:
            return False
        message.is_released = True
        return True

    def finish(self, packet_id: int, *, succeeded: bool = True) -> None:
        """A PUBACK or PUBCOMP came, or an answer that refuses the message; an unknown identifier is passed over."""
        message = self._in_flight.pop(packet_id, None)
        if message is not None and succeeded and message.acknowledged is not None:
            message.acknowledged()

    def _drop_old(self, now: float) -> None:
        self._waiting = deque(message for message in self._waiting if message.until > now)

    def _take_packet_id(self) -> int:
        while self._next_packet_id in self._in_flight:
            self._next_packet_id = self._next_packet_id % _MOST_PACKET_IDS + 1
        packet_id = self._next_packet_id
        self._next_packet_id = packet_id % _MOST_PACKET_IDS + 1
        return packet_id


def _aged(publish: Publish, waited_s: float) -> Publish:
    """The expiry interval goes on less the time the message has waited here [MQTT-3.3.2-6]."""
    expiry_s = publish.properties.message_expiry_s
    if publish.properties is NO_PROPERTIES or expiry_s is None or waited_s < 1:
        return publish
    return replace(publish, properties=replace(publish.properties, message_expiry_s=expiry_s - int(waited_s)))
