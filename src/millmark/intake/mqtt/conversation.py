"""What an admitted client and the platform say to each other, packet by packet; no socket here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, Protocol

from millmark.intake.mqtt.peers import Peer
from millmark.intake.mqtt.session import Session
from millmark.intake.settings import MqttLimits
from millmark.wire.errors import ProtocolError
from millmark.wire.mqtt import (
    NO_PROPERTIES,
    SUBSCRIPTION_REFUSED,
    Auth,
    Connect,
    Disconnect,
    Packet,
    Pingreq,
    Pingresp,
    Properties,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    ReasonCode,
    Suback,
    Subscribe,
    Subscription,
    Unsuback,
    Unsubscribe,
    Version,
    Will,
    encode_packet,
)

_log = logging.getLogger(__name__)
_UNLIMITED = 0xFFFF


class Desk(Protocol):
    """What a conversation asks of the listener about its session."""

    def settle(self, session: Session) -> None:
        """The session's subscriptions have changed."""

    def send_retained(self, session: Session, subscription: Subscription) -> None: ...

    def forward(self, session: Session, publish: Publish) -> None:
        """A gateway's message goes on to live consumers, and is retained if it is to be."""


class Line(Protocol):
    """What a conversation asks of its connection."""

    @property
    def is_writable(self) -> bool: ...

    @property
    def unacknowledged(self) -> int:
        """Messages above QoS 0 that have come and whose acknowledgement is not written yet."""
        ...

    def write(self, data: bytes) -> None: ...

    def read_message(self, topic: str, payload: bytes) -> None:
        """Adds the message's readings to those that wait for a commit."""

    def pass_message(self) -> None:
        """A message without readings waits its turn all the same."""
        ...

    def owe_puback(self, packet_id: int) -> None: ...

    def owe_pubrec(self, packet_id: int) -> None: ...

    def close(self) -> None: ...

    def now(self) -> float:
        """The event loop's time, s."""
        ...


class Conversation:
    """One admitted client on one connection. Its session may have begun before and go on afterwards."""

    __slots__ = (
        "_aliases",
        "_aliases_out",
        "_desk",
        "_limits",
        "_line",
        "_most_aliases_out",
        "_most_bytes",
        "_wants_reasons",
        "has_taken_leave",
        "send_quota",
        "session",
        "version",
        "will",
    )

    def __init__(self, connect: Connect, session: Session, line: Line, desk: Desk, limits: MqttLimits) -> None:
        wishes = connect.properties
        self.session = session
        self.version = connect.version
        self.will: Will | None = connect.will
        self.send_quota = min(wishes.receive_maximum or _UNLIMITED, limits.outgoing_in_flight)
        self.has_taken_leave = False
        """Whether the client has said that it goes."""
        self._line = line
        self._desk = desk
        self._limits = limits
        self._most_bytes = wishes.maximum_packet_size
        self._most_aliases_out = min(wishes.topic_alias_maximum or 0, limits.topic_aliases)
        self._wants_reasons = wishes.request_problem_information != 0
        self._aliases: dict[int, str] | None = None
        self._aliases_out: dict[str, int] | None = None

    @property
    def peer(self) -> Peer:
        return self.session.peer

    # What the session sends through it

    @property
    def is_writable(self) -> bool:
        return self._line.is_writable

    def send(self, packet: Packet) -> None:
        self._line.write(encode_packet(packet, self.version))

    def send_message(self, publish: Publish) -> bool:
        """A topic that comes again is sent as its alias where the client takes aliases (clause 3.3.2.3.4)."""
        shortened = self._with_alias(publish) if self._most_aliases_out else publish
        data = encode_packet(shortened, self.version)
        if self._most_bytes is not None and len(data) > self._most_bytes:
            if self._aliases_out is not None and shortened.topic:
                # The client will not see the packet that would have told it of the alias.
                self._aliases_out.pop(publish.topic, None)
            return False
        self._line.write(data)
        return True

    def say_goodbye(self, code: ReasonCode, reason: str) -> None:
        """Tells an MQTT 5 client why the connection ends; an older one learns it from the end itself."""
        if self.version is Version.V5:
            self.send(Disconnect(code, self._reason(reason)))

    # What the client says

    def handle(self, packet: Packet) -> None:
        """Raises `ProtocolError` when the connection must end."""
        handler = self._handlers.get(type(packet))
        if handler is None:
            problem = "only a server sends this packet"
            raise _breach(type(packet).__name__.upper(), "4.8", problem)
        handler(self, packet)

    def check_receive_maximum(self) -> None:
        """Raises `ProtocolError` when more is unacknowledged than this side takes [MQTT-3.3.4-7]."""
        if self.version is not Version.V5:
            return
        if self._line.unacknowledged + self.session.committed > self._limits.receive_maximum:
            raise _breach(
                "PUBLISH",
                "MQTT-3.3.4-7",
                f"more than {self._limits.receive_maximum} messages are not acknowledged yet",
                ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
            )

    def _publish(self, packet: Publish) -> None:
        packet = self._with_topic(packet)
        if packet.properties is not NO_PROPERTIES and packet.properties.subscription_identifiers:
            raise _breach("PUBLISH", "MQTT-3.3.4-6", "only a server says which subscriptions a message matched")
        if not self.peer.is_gateway:
            self._refuse_publish(packet)
            return
        packet_id = packet.packet_id
        if packet_id is not None and packet.qos == 2 and self.session.knows(packet_id):
            self._repeated(packet_id)
            return
        # An empty retained message takes back the one before it; it is no reading.
        self._desk.forward(self.session, packet)
        if packet.payload or not packet.retain:
            self._line.read_message(packet.topic, packet.payload)
        else:
            self._line.pass_message()
        if packet_id is not None and packet.qos == 2:
            self.session.receive(packet_id)
            self._line.owe_pubrec(packet_id)
        elif packet_id is not None:
            self._line.owe_puback(packet_id)
        self.check_receive_maximum()

    def _repeated(self, packet_id: int) -> None:
        """A message at QoS 2 that was here already counts once. Is it stored, the answer comes in its turn again; if
        not, it comes with the commit that is under way."""
        if self.session.is_committed(packet_id):
            self.send(Pubrec(packet_id))

    def _refuse_publish(self, packet: Publish) -> None:
        """An account only reads. MQTT 3.1.1 cannot say so but by ending the connection [MQTT-3.3.5-2]."""
        problem = "an account only reads; publish with a gateway's id and key"
        if self.version is Version.V3_1_1 or packet.packet_id is None:
            raise _breach("PUBLISH", "3.3.5", problem, ReasonCode.NOT_AUTHORIZED)
        answer = Puback if packet.qos == 1 else Pubrec
        self.send(answer(packet.packet_id, ReasonCode.NOT_AUTHORIZED, self._reason(problem)))

    def _release(self, packet: Pubrel) -> None:
        is_known = self.session.release(packet.packet_id)
        missing = not is_known and self.version is Version.V5
        self.send(Pubcomp(packet.packet_id, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND if missing else 0))

    def _acknowledged(self, packet: Puback | Pubcomp) -> None:
        succeeded = packet.reason_code < ReasonCode.UNSPECIFIED_ERROR
        self.session.answered(packet.packet_id, self._line.now(), succeeded=succeeded)

    def _recorded(self, packet: Pubrec) -> None:
        if packet.reason_code >= ReasonCode.UNSPECIFIED_ERROR:
            self.session.answered(packet.packet_id, self._line.now(), succeeded=False)
            return
        missing = not self.session.received_at_client(packet.packet_id) and self.version is Version.V5
        self.send(Pubrel(packet.packet_id, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND if missing else 0))

    def _subscribe(self, packet: Subscribe) -> None:
        identifiers = packet.properties.subscription_identifiers
        identifier = identifiers[0] if identifiers else None
        codes: list[int] = []
        brings_retained: list[Subscription] = []
        for subscription in packet.filters:
            refusal = self._subscription_refused(subscription)
            if refusal is not None:
                codes.append(refusal if self.version is Version.V5 else SUBSCRIPTION_REFUSED)
                continue
            is_new = self.session.subscribe(subscription, identifier)
            codes.append(subscription.qos)
            handling = subscription.retain_handling
            if not subscription.topic_filter.startswith("$share/") and (
                handling == handling.SEND or (is_new and handling == handling.SEND_IF_NEW)
            ):
                brings_retained.append(subscription)
        self._desk.settle(self.session)
        self.send(Suback(packet.packet_id, tuple(codes)))
        for subscription in brings_retained:
            self._desk.send_retained(self.session, subscription)

    def _subscription_refused(self, subscription: Subscription) -> ReasonCode | None:
        if not self.peer.may_subscribe(subscription.topic_filter):
            _log.info("%r may not subscribe to %r", self.peer.name, subscription.topic_filter)
            return ReasonCode.NOT_AUTHORIZED
        if not self.session.has_room_for(subscription.topic_filter):
            return ReasonCode.QUOTA_EXCEEDED
        return None

    def _unsubscribe(self, packet: Unsubscribe) -> None:
        existed = [self.session.unsubscribe(topic_filter) for topic_filter in packet.filters]
        self._desk.settle(self.session)
        codes = tuple(0 if one else ReasonCode.NO_SUBSCRIPTION_EXISTED for one in existed)
        self.send(Unsuback(packet.packet_id, codes if self.version is Version.V5 else ()))

    def _disconnect(self, packet: Disconnect) -> None:
        expiry_s = packet.properties.session_expiry_s
        if expiry_s is not None:
            if expiry_s and not self.session.expires_s:
                problem = "a session that was to end with its connection cannot be kept now"
                raise _breach("DISCONNECT", "3.14.2.2.2", problem)
            self.session.expires_s = min(expiry_s, self._limits.session_expiry_s)
        if packet.reason_code != ReasonCode.DISCONNECT_WITH_WILL:
            self.will = None
        self.has_taken_leave = True
        self._line.close()

    def _ping(self, _: Pingreq) -> None:
        self.send(Pingresp())

    def _auth(self, _: Auth) -> None:
        raise _breach("AUTH", "MQTT-4.12.0-6", "no enhanced authentication was agreed on")

    # Topic aliases

    def _with_topic(self, packet: Publish) -> Publish:
        alias = packet.properties.topic_alias
        if alias is None:
            return packet
        if alias > self._limits.topic_aliases:
            problem = f"topic alias {alias} is above {self._limits.topic_aliases}"
            raise _breach("PUBLISH", "MQTT-3.3.2-9", problem, ReasonCode.TOPIC_ALIAS_INVALID)
        if self._aliases is None:
            self._aliases = {}
        if packet.topic:
            self._aliases[alias] = packet.topic
            return packet
        topic = self._aliases.get(alias)
        if topic is None:
            problem = f"topic alias {alias} stands for no topic yet"
            raise _breach("PUBLISH", "3.3.2.3.4", problem, ReasonCode.TOPIC_ALIAS_INVALID)
        return replace(packet, topic=topic)

    def _with_alias(self, publish: Publish) -> Publish:
        if self._aliases_out is None:
            self._aliases_out = {}
        alias = self._aliases_out.get(publish.topic)
        if alias is not None:
            return replace(publish, topic="", properties=replace(publish.properties, topic_alias=alias))
        if len(self._aliases_out) >= self._most_aliases_out:
            return publish
        alias = self._aliases_out[publish.topic] = len(self._aliases_out) + 1
        return replace(publish, properties=replace(publish.properties, topic_alias=alias))

    def _reason(self, text: str) -> Properties:
        """A reason for a person to read, where the client wants such."""
        return Properties(reason=text) if self._wants_reasons else NO_PROPERTIES

    _handlers: ClassVar[dict[type[Packet], Callable[..., None]]] = {
        Publish: _publish,
        Puback: _acknowledged,
        Pubcomp: _acknowledged,
        Pubrec: _recorded,
        Pubrel: _release,
        Subscribe: _subscribe,
        Unsubscribe: _unsubscribe,
        Pingreq: _ping,
        Disconnect: _disconnect,
        Auth: _auth,
    }


def _breach(packet: str, clause: str, problem: str, reason: ReasonCode = ReasonCode.PROTOCOL_ERROR) -> ProtocolError:
    return ProtocolError(packet, 0, clause, problem, reason)
