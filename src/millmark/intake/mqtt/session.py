"""What the platform keeps of a client from one connection to the next (clause 4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple, Protocol

from millmark.intake.mqtt.outgoing import Acknowledged, Outgoing
from millmark.intake.mqtt.peers import Peer, wants_data
from millmark.intake.settings import MqttLimits
from millmark.wire.mqtt import (
    NO_PROPERTIES,
    Packet,
    Properties,
    Publish,
    SharedFilter,
    Subscription,
    Version,
    Will,
    shared_filter,
    topic_matches,
)


class Wire(Protocol):
    """The connection a session has just now."""

    @property
    def version(self) -> Version: ...

    @property
    def is_writable(self) -> bool: ...

    @property
    def send_quota(self) -> int:
        """How many messages above QoS 0 may be under way to the client (receive maximum)."""
        ...

    def send(self, packet: Packet) -> None: ...

    def send_message(self, publish: Publish) -> bool:
        """False when the client does not take packets of this size."""
        ...


class Granted(NamedTuple):
    """A subscription of a session; `identifier` is the client's own number for it (MQTT 5)."""

    subscription: Subscription
    shared: SharedFilter | None
    identifier: int | None

    def matches(self, topic: str) -> bool:
        wanted = self.shared.topic_filter if self.shared else self.subscription.topic_filter
        return topic_matches(wanted, topic)


class Session:
    """One client's. Everything that is rarely used is made when it is used."""

    __slots__ = (
        "_limits",
        "_outgoing",
        "_received",
        "_subscriptions",
        "client_id",
        "committed",
        "ends_at",
        "expires_s",
        "peer",
        "slot",
        "will",
        "will_at",
        "wire",
    )

    def __init__(self, peer: Peer, client_id: str, limits: MqttLimits) -> None:
        self.peer = peer
        self.client_id = client_id
        self.wire: Wire | None = None
        self.expires_s = 0.0
        self.ends_at: float | None = None
        """When it ends unless its client comes back (the clock of the event loop, s); None while it is connected."""
        self.will: Will | None = None
        self.will_at = 0.0
        self.slot: int | None = None
        self.committed = 0
        """Messages at QoS 2 that are stored and not released yet."""
        self._limits = limits
        self._outgoing: Outgoing | None = None
        self._received: dict[int, bool] | None = None
        self._subscriptions: dict[str, Granted] | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.peer.name, self.client_id

    # What the client sends at QoS 2

    def knows(self, packet_id: int) -> bool:
        """Whether a message with this identifier has come and was not released."""
        return self._received is not None and packet_id in self._received

    def is_committed(self, packet_id: int) -> bool:
        return self._received is not None and self._received.get(packet_id, False)

    def receive(self, packet_id: int) -> None:
        """A message has come; until its release the same identifier means the same message [MQTT-4.3.3-10]."""
        if self._received is None:
            self._received = {}
        self._received[packet_id] = False

    def commit(self, packet_ids: Iterable[int]) -> None:
        received = self._received or {}
        for packet_id in packet_ids:
            if received.get(packet_id) is False:
                received[packet_id] = True
                self.committed += 1

    def forget(self, packet_ids: Iterable[int]) -> None:
        """These were not stored: when they come again they are new."""
        received = self._received or {}
        for packet_id in packet_ids:
            if received.get(packet_id) is False:
                del received[packet_id]

    def release(self, packet_id: int) -> bool:
        """A PUBREL came; False when the identifier was not known."""
        if self._received is None or packet_id not in self._received:
            return False
        self.committed -= self._received.pop(packet_id)
        return True

    # What the client wants to receive

    @property
    def subscriptions(self) -> Iterable[Granted]:
        return () if self._subscriptions is None else self._subscriptions.values()

    @property
    def wants_data(self) -> bool:
        return any(
            wants_data(granted.shared.topic_filter if granted.shared else granted.subscription.topic_filter)
            for granted in self.subscriptions
        )

    def has_room_for(self, topic_filter: str) -> bool:
        known = self._subscriptions or {}
        return topic_filter in known or len(known) < self._limits.subscriptions

    def subscribe(self, subscription: Subscription, identifier: int | None) -> bool:
        """Returns whether the filter is new; an earlier subscription to it is replaced [MQTT-3.8.4-3]."""
        if self._subscriptions is None:
            self._subscriptions = {}
        is_new = subscription.topic_filter not in self._subscriptions
        granted = Granted(subscription, shared_filter(subscription.topic_filter), identifier)
        self._subscriptions[subscription.topic_filter] = granted
        return is_new

    def unsubscribe(self, topic_filter: str) -> bool:
        return self._subscriptions is not None and self._subscriptions.pop(topic_filter, None) is not None

    def matching(self, topic: str) -> Iterator[Granted]:
        return (granted for granted in self.subscriptions if granted.matches(topic))

    # What it is sent

    def deliver(
        self,
        publish: Publish,
        granted: Iterable[Granted],
        now: float,
        *,
        acknowledged: Acknowledged | None = None,
        within_s: float | None = None,
    ) -> int | None:
        """Sends a message under the subscriptions that it matches, or keeps it for later above QoS 0.

        One copy goes out, at the highest QoS granted but no higher than its own [MQTT-3.3.5-1]. Returns that QoS, or
        None when it was dropped because there is nobody to take it, or too much waits already.
        """
        subscriptions = [one.subscription for one in granted]
        qos = min(publish.qos, max(one.qos for one in subscriptions))
        identifiers = tuple(one.identifier for one in granted if one.identifier is not None)
        message = Publish(
            publish.topic,
            publish.payload,
            qos,
            retain=publish.retain and any(one.retain_as_published for one in subscriptions),
            properties=_forwarded(publish.properties, identifiers),
        )
        return self._send(message, now, acknowledged, within_s)

    def deliver_retained(self, publish: Publish, granted: Granted, now: float) -> None:
        """A retained message for a new subscription carries the retain flag [MQTT-3.3.1-8]."""
        qos = min(publish.qos, granted.subscription.qos)
        identifiers = () if granted.identifier is None else (granted.identifier,)
        properties = _forwarded(publish.properties, identifiers)
        self._send(Publish(publish.topic, publish.payload, qos, retain=True, properties=properties), now, None, None)

    def resume(self, now: float) -> None:
        """Sends what was under way when the last connection ended, then what has waited since."""
        if self._outgoing is not None and self.wire is not None:
            for packet in self._outgoing.again(now):
                self._send_again(packet)
            self.flush(now)

    def flush(self, now: float) -> None:
        """Sends what may be sent by now."""
        wire, outgoing = self.wire, self._outgoing
        if wire is None or outgoing is None:
            return
        for publish in outgoing.due(now, wire.send_quota):
            if not wire.send_message(_in_version(publish, wire.version)):
                # Treated as if it had arrived [MQTT-3.1.2-25].
                outgoing.finish(publish.packet_id or 0, succeeded=False)
            if not wire.is_writable:
                return

    def answered(self, packet_id: int, now: float, *, succeeded: bool = True) -> None:
        """The client has a message, or refuses it: there is room for the next one."""
        if self._outgoing is not None:
            self._outgoing.finish(packet_id, succeeded=succeeded)
            self.flush(now)

    def received_at_client(self, packet_id: int) -> bool:
        """The client has a message at QoS 2 and waits for its release; False when it was not known."""
        return self._outgoing is not None and self._outgoing.received(packet_id)

    def _send(
        self, message: Publish, now: float, acknowledged: Acknowledged | None, within_s: float | None
    ) -> int | None:
        wire = self.wire
        if message.qos == 0:
            if wire is None or not wire.is_writable:
                return None
            return 0 if wire.send_message(_in_version(message, wire.version)) else None
        if self._outgoing is None:
            self._outgoing = Outgoing(most=self._limits.queued_messages, longest_s=self._limits.queued_s)
        if not self._outgoing.add(message, now, acknowledged=acknowledged, within_s=within_s):
            return None
        self.flush(now)
        return message.qos

    def _send_again(self, packet: Packet) -> None:
        if self.wire is None:
            return
        if isinstance(packet, Publish):
            self.wire.send_message(_in_version(packet, self.wire.version))
        else:
            self.wire.send(packet)


def _forwarded(properties: Properties, identifiers: tuple[int, ...]) -> Properties:
    """What goes on to a subscriber: the publisher's alias does not, its own subscription identifiers do."""
    if properties is NO_PROPERTIES and not identifiers:
        return NO_PROPERTIES
    return replace(properties, topic_alias=None, subscription_identifiers=identifiers)


def _in_version(publish: Publish, version: Version) -> Publish:
    if version is Version.V5 or publish.properties is NO_PROPERTIES:
        return publish
    return replace(publish, properties=NO_PROPERTIES)
