"""An MQTT client without sockets: bytes in, events out; calls in, bytes out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from millmark.wire.errors import ProtocolError
from millmark.wire.mqtt.client_events import (
    Connected,
    Disconnected,
    Event,
    Message,
    Published,
    Refused,
    Subscribed,
    Unsubscribed,
)
from millmark.wire.mqtt.encoding import encode_packet
from millmark.wire.mqtt.packet_type import Version
from millmark.wire.mqtt.packets import (
    Connack,
    Connect,
    Disconnect,
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    Subscription,
    Unsuback,
    Unsubscribe,
)
from millmark.wire.mqtt.properties import NO_PROPERTIES, Properties
from millmark.wire.mqtt.reason_codes import ReasonCode
from millmark.wire.mqtt.stream import PacketStream

_MOST_PACKET_IDS = 65_535


@dataclass(slots=True)
class _Incoming:
    """A message above QoS 0 on its way to being acknowledged."""

    packet_id: int
    qos: int
    is_acknowledged: bool = False


class MqttClient:
    """Speaks MQTT 3.1.1 or 5, as its CONNECT says, over one network connection after the other.

    The shell around it opens a socket, calls `start`, writes what `take_output` gives after every call, feeds what it
    reads to `receive`, and calls `tick` now and then. After a `ProtocolError`, `Refused` or `Disconnected` it writes
    what is left of the output and closes. Times are seconds of any clock that never goes back.

    A message above QoS 0 is acknowledged when the shell says so (`acknowledge`), in the order of arrival whatever the
    order of the calls [MQTT-4.6.0-2]: until then it is the server's, which sends it again on the next connection. So a
    shell that acknowledges after its commit loses nothing. Messages of its own are kept until the server has them and
    are sent again on the next connection.
    """

    def __init__(self, connect: Connect, *, max_packet_size: int = 1 << 20) -> None:
        self._connect = connect
        self._max_packet_size = max_packet_size
        self._stream = self._new_stream()
        self._output = bytearray()
        self._connection = 0
        self._is_connected = False
        self._incoming: deque[_Incoming] = deque()
        self._received: dict[int, _Incoming] = {}
        self._outgoing: dict[int, Publish | Pubrel] = {}
        self._waiting: deque[Publish] = deque()
        self._asked: set[int] = set()
        self._in_use: set[int] = set()
        self._next_packet_id = 1
        self._send_quota = _MOST_PACKET_IDS
        self._aliases: dict[int, str] = {}
        self._sent_at = 0.0
        self._ping_at: float | None = None
        self.keep_alive_s = connect.keep_alive_s

    @property
    def version(self) -> Version:
        return self._connect.version

    @property
    def is_connected(self) -> bool:
        """Whether the server has taken this client on the current network connection."""
        return self._is_connected

    @property
    def unacknowledged(self) -> int:
        """Messages received above QoS 0 and not acknowledged yet."""
        return sum(not message.is_acknowledged for message in self._incoming)

    # The network connection

    def start(self, now: float) -> None:
        """A new network connection is open; the CONNECT goes out first."""
        self._connection += 1
        self._is_connected = False
        self._stream = self._new_stream()
        self._output.clear()
        self._incoming.clear()
        self._in_use -= self._asked
        self._asked.clear()
        self._aliases = {}
        self._ping_at = None
        self._sent_at = now
        self._send(self._connect)

    def receive(self, data: bytes) -> list[Event]:
        """Raises `ProtocolError` at a packet that breaks the standard; events before it are lost with it, which no
        message above QoS 0 minds, for none was acknowledged."""
        events: list[Event] = []
        self._stream.feed(data)
        try:
            for packet in self._stream.packets():
                if isinstance(packet, Pingresp):
                    self._ping_at = None
                elif (event := self._heard(packet)) is not None:
                    events.append(event)
        except ProtocolError as error:
            if self._is_connected and self.version is Version.V5:
                self._send(Disconnect(error.reason))
            raise
        if self._is_connected:
            self._send_waiting()
        return events

    def take_output(self, now: float) -> bytes:
        """What is to be written, in order; there is nothing left afterwards."""
        if not self._output:
            return b""
        output = bytes(self._output)
        self._output.clear()
        self._sent_at = now
        return output

    def tick(self, now: float) -> bool:
        """Pings when nothing was sent for the keep-alive; False when the server has not answered for as long: close."""
        if not self.keep_alive_s or not self._is_connected:
            return True
        if self._ping_at is not None:
            return now - self._ping_at < self.keep_alive_s
        if now - self._sent_at >= self.keep_alive_s * 0.75:
            self._send(Pingreq())
            self._ping_at = now
        return True

    def disconnect(self, reason_code: int = 0, properties: Properties = NO_PROPERTIES) -> None:
        """Ends the connection in peace; MQTT 3.1.1 has no reason to give."""
        self._send(Disconnect(reason_code, properties) if self.version is Version.V5 else Disconnect())
        self._is_connected = False

    # Messages

    def subscribe(self, filters: Sequence[Subscription], properties: Properties = NO_PROPERTIES) -> int:
        """Returns the packet identifier that `Subscribed` will carry; a filter may be `$share/<group>/<filter>`."""
        packet_id = self._take_packet_id()
        self._asked.add(packet_id)
        self._send(Subscribe(packet_id, tuple(filters), properties))
        return packet_id

    def unsubscribe(self, filters: Sequence[str], properties: Properties = NO_PROPERTIES) -> int:
        packet_id = self._take_packet_id()
        self._asked.add(packet_id)
        self._send(Unsubscribe(packet_id, tuple(filters), properties))
        return packet_id

    def publish(
        self,
        topic: str,
        payload: bytes,
        qos: int = 0,
        *,
        retain: bool = False,
        properties: Properties = NO_PROPERTIES,
    ) -> int | None:
        """Returns the packet identifier that `Published` will carry, None at QoS 0, which is sent or lost.

        A message above QoS 0 waits while the server has as many as it wants (receive maximum), or is not there.
        """
        if qos == 0:
            if self._is_connected:
                self._send(Publish(topic, payload, 0, None, retain, properties=properties))
            return None
        packet_id = self._take_packet_id()
        self._waiting.append(Publish(topic, payload, qos, packet_id, retain, properties=properties))
        if self._is_connected:
            self._send_waiting()
        return packet_id

    def acknowledge(self, message: Message) -> None:
        """The message is this client's now.

        One that came over an earlier connection is the server's again at QoS 1 and will be told once more. At QoS 2 it
        is told once in all: its acknowledgement goes out when the server sends it again.
        """
        packet_id = message.publish.packet_id
        if packet_id is None:
            return
        if message.connection == self._connection:
            waiting = next((one for one in self._incoming if one.packet_id == packet_id), None)
            if waiting is not None:
                waiting.is_acknowledged = True
            self._acknowledge_in_order()
        elif (kept := self._received.get(packet_id)) is not None:
            kept.is_acknowledged = True
            self._acknowledge_in_order()

    def _acknowledge_in_order(self) -> None:
        while self._incoming and self._incoming[0].is_acknowledged:
            first = self._incoming.popleft()
            self._send(Puback(first.packet_id) if first.qos == 1 else Pubrec(first.packet_id))

    # What the server says

    def _heard(self, packet: Packet) -> Event | None:
        if isinstance(packet, Connack):
            return self._opened(packet)
        if not self._is_connected:
            raise ProtocolError(_name(packet), 0, "MQTT-3.2.0-1", "the server's first packet must be a CONNACK", 0x82)
        handler = self._handlers.get(type(packet))
        if handler is None:
            raise ProtocolError(_name(packet), 0, "4.8", "only a client sends this packet", 0x82)
        return handler(self, packet)

    def _opened(self, packet: Connack) -> Event:
        if self._is_connected:
            raise ProtocolError("CONNACK", 0, "MQTT-3.2.0-2", "a second CONNACK on one connection", 0x82)
        if packet.return_code:
            return Refused(packet.return_code, packet.properties.reason)
        self._is_connected = True
        properties = packet.properties
        if properties.server_keep_alive_s is not None:
            self.keep_alive_s = properties.server_keep_alive_s
        self._send_quota = properties.receive_maximum or _MOST_PACKET_IDS
        if not packet.session_present:
            # The server knows nothing of what was under way [MQTT-3.2.2-5]; what it may not have is sent anew.
            self._received.clear()
            unsent = [one for one in self._outgoing.values() if isinstance(one, Publish)]
            self._in_use -= {one.packet_id for one in self._outgoing.values() if isinstance(one, Pubrel)}
            self._outgoing.clear()
            self._waiting.extendleft(reversed(unsent))
        for kept in tuple(self._outgoing.values()):
            # In the order they were sent, with their identifiers [MQTT-4.4.0-1].
            self._send(replace(kept, dup=True) if isinstance(kept, Publish) else kept)
        return Connected(packet.session_present, packet)

    def _publish(self, packet: Publish) -> Event | None:
        packet = self._with_topic(packet)
        if packet.packet_id is None:
            return Message(packet, self._connection)
        known = self._received.get(packet.packet_id) if packet.qos == 2 else None
        if known is not None:
            if known not in self._incoming:
                # From an earlier connection, and told then: acknowledged in its turn.
                self._incoming.append(known)
                self._acknowledge_in_order()
            return None
        incoming = _Incoming(packet.packet_id, packet.qos)
        if len(self._incoming) >= (self._connect.properties.receive_maximum or _MOST_PACKET_IDS):
            raise ProtocolError(
                "PUBLISH",
                0,
                "MQTT-3.3.4-9",
                "more messages are under way than this client takes",
                ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
            )
        self._incoming.append(incoming)
        if packet.qos == 2:
            self._received[packet.packet_id] = incoming
        return Message(packet, self._connection)

    def _with_topic(self, packet: Publish) -> Publish:
        """Clause 3.3.2.3.4: an alias is set together with its topic, and stands for it afterwards."""
        alias = packet.properties.topic_alias
        if alias is None:
            return packet
        if alias > (self._connect.properties.topic_alias_maximum or 0):
            raise _bad_alias("MQTT-3.3.2-11", f"topic alias {alias} is above what this client takes")
        if packet.topic:
            self._aliases[alias] = packet.topic
            return packet
        topic = self._aliases.get(alias)
        if topic is None:
            raise _bad_alias("3.3.2.3.4", f"topic alias {alias} stands for no topic yet")
        return replace(packet, topic=topic)

    def _released(self, packet: Pubrel) -> None:
        known = self._received.pop(packet.packet_id, None)
        is_v5 = self.version is Version.V5
        missing = ReasonCode.PACKET_IDENTIFIER_NOT_FOUND if known is None and is_v5 else ReasonCode.SUCCESS
        self._send(Pubcomp(packet.packet_id, missing))

    def _taken(self, packet: Puback | Pubcomp) -> Event | None:
        if self._outgoing.pop(packet.packet_id, None) is None:
            return None
        self._in_use.discard(packet.packet_id)
        return Published(packet.packet_id, packet.reason_code, packet.properties.reason)

    def _recorded(self, packet: Pubrec) -> Event | None:
        if packet.packet_id not in self._outgoing:
            if self.version is Version.V5:
                self._send(Pubrel(packet.packet_id, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND))
            return None
        if packet.reason_code >= ReasonCode.UNSPECIFIED_ERROR:
            del self._outgoing[packet.packet_id]
            self._in_use.discard(packet.packet_id)
            return Published(packet.packet_id, packet.reason_code, packet.properties.reason)
        release = Pubrel(packet.packet_id)
        self._outgoing[packet.packet_id] = release
        self._send(release)
        return None

    def _subscribed(self, packet: Suback) -> Event:
        self._answered(packet.packet_id)
        return Subscribed(packet.packet_id, packet.return_codes)

    def _unsubscribed(self, packet: Unsuback) -> Event:
        self._answered(packet.packet_id)
        return Unsubscribed(packet.packet_id, packet.reason_codes)

    def _disconnected(self, packet: Disconnect) -> Event:
        if self.version is Version.V3_1_1:
            raise ProtocolError("DISCONNECT", 0, "3.14", "only a client sends this packet", 0x82)
        self._is_connected = False
        return Disconnected(packet.reason_code, packet.properties)

    _handlers: dict[type[Packet], Callable[..., Event | None]] = {  # noqa: RUF012  # read only
        Publish: _publish,
        Puback: _taken,
        Pubcomp: _taken,
        Pubrec: _recorded,
        Pubrel: _released,
        Suback: _subscribed,
        Unsuback: _unsubscribed,
        Disconnect: _disconnected,
    }

    # Small things

    def _send_waiting(self) -> None:
        while self._waiting and len(self._outgoing) < self._send_quota:
            publish = self._waiting.popleft()
            self._outgoing[publish.packet_id or 0] = publish
            self._send(publish)

    def _take_packet_id(self) -> int:
        if len(self._in_use) >= _MOST_PACKET_IDS:
            raise RuntimeError("all 65,535 packet identifiers are in use; wait for the server's answers")
        while self._next_packet_id in self._in_use:
            self._next_packet_id = self._next_packet_id % _MOST_PACKET_IDS + 1
        self._in_use.add(self._next_packet_id)
        return self._next_packet_id

    def _answered(self, packet_id: int) -> None:
        if packet_id in self._asked:
            self._asked.discard(packet_id)
            self._in_use.discard(packet_id)

    def _send(self, packet: Packet) -> None:
        self._output += encode_packet(packet, self.version)

    def _new_stream(self) -> PacketStream:
        return PacketStream(max_packet_size=self._max_packet_size, version=self._connect.version)


def _name(packet: Packet) -> str:
    return type(packet).__name__.upper()


def _bad_alias(clause: str, problem: str) -> ProtocolError:
    return ProtocolError("PUBLISH", 0, clause, problem, ReasonCode.TOPIC_ALIAS_INVALID)
