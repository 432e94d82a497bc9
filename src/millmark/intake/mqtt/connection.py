"""One device's connection: packets in, readings to the door, acknowledgements back in the order of arrival."""

from __future__ import annotations

import asyncio
import logging
from enum import Enum, auto
from functools import partial
from typing import Protocol, cast

from millmark.intake.contribution import Contribution, SubmitReceipt
from millmark.intake.errors import IntakeError
from millmark.intake.intake import Intake
from millmark.intake.mqtt.commands import Subscriptions, state_payload, state_topic
from millmark.intake.mqtt.messages import GatewayMessages
from millmark.intake.settings import MqttLimits
from millmark.wire.errors import ClientIdentifierRejected, ProtocolError, UnacceptableProtocolLevel
from millmark.wire.mqtt import (
    SUBSCRIPTION_REFUSED,
    Connack,
    Connect,
    ConnectReturnCode,
    Disconnect,
    Packet,
    PacketStream,
    Pingreq,
    Pingresp,
    Puback,
    Publish,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
    encode_packet,
)
from millmark.wire.sparkplug import SparkplugTopic

_log = logging.getLogger(__name__)
_KEEP_ALIVE_GRACE = 1.5


class State(Enum):
    """`AUTHENTICATING`: the CONNECT is being checked, what follows it waits unread."""

    AWAITING_CONNECT = auto()
    AUTHENTICATING = auto()
    OPEN = auto()
    CLOSED = auto()


class Host(Protocol):
    """What a connection needs of its listener."""

    @property
    def since_us(self) -> int: ...

    def enter(self, connection: Connection) -> bool: ...

    def leave(self, connection: Connection) -> None: ...

    async def admit(self, connect: Connect) -> ConnectReturnCode: ...

    def take_seat(self, connection: Connection) -> None: ...

    def ask_for_rebirth(self, gateway: str, topic: SparkplugTopic) -> None: ...


class Connection(asyncio.Protocol):
    """Everything here runs on the event loop. Whatever one device sends touches this connection only."""

    def __init__(self, host: Host, intake: Intake, limits: MqttLimits) -> None:
        self._host = host
        self._intake = intake
        self._limits = limits
        self._stream = PacketStream(max_packet_size=limits.packet_bytes)
        self._subscriptions = Subscriptions(limits.subscriptions)
        self._state = State.AWAITING_CONNECT
        self._transport: asyncio.Transport = cast("asyncio.Transport", None)
        self._connect: Connect | None = None
        self._messages: GatewayMessages | None = None
        self._acks: list[int] = []
        self._gathered = 0
        self._announced = 0
        self._waiting = 0
        self._is_writable = True
        self._outgoing: set[int] = set()
        self._next_packet_id = 1
        self._timer: asyncio.TimerHandle | None = None
        self._heard_at = 0.0
        self._admission: asyncio.Task[None] | None = None
        self._ended_by_host = False
        self.seat: tuple[str, str] | None = None

    # The transport's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if not self._host.enter(self):
            self._state = State.CLOSED
            self._transport.abort()
            return
        self._wait_at_most(self._limits.connect_within_s)

    def data_received(self, data: bytes) -> None:
        if self._state is State.CLOSED:
            return
        self._heard_at = self._now()
        self._stream.feed(data)
        if self._state is not State.AUTHENTICATING:
            self._read_packets()

    def pause_writing(self) -> None:
        # A device that does not read its acknowledgements is not read either.
        self._is_writable = False
        self._regulate()

    def resume_writing(self) -> None:
        self._is_writable = True
        self._regulate()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's signature
        was_open = self._state is State.OPEN
        self._state = State.CLOSED
        if self._timer:
            self._timer.cancel()
        if self._admission:
            self._admission.cancel()
        if self._messages and not self._ended_by_host:
            will = self._connect.will if self._connect else None
            if was_open and will:
                # Only a DISCONNECT takes the will back [MQTT-3.1.2-8, MQTT-3.14.4-3].
                self._messages.read(will.topic, will.payload)
            self._messages.end()
            self._announce()
        self._host.leave(self)

    # The door's side

    def contribute(self) -> Contribution:
        """All that has gathered since the last block, as one batch of numbers and one of texts."""
        messages = self._open_messages()
        batches, faults = messages.columns.take()
        acks, self._acks = self._acks, []
        share, self._gathered = self._gathered, 0
        self._announced = 0
        done = partial(self._committed, acks, share)
        return Contribution(messages.columns.gateway, batches, done, faults, messages.columns.traits)

    def _committed(self, acks: list[int], share: int, outcome: SubmitReceipt | IntakeError) -> None:
        self._waiting -= share
        if self._state is not State.OPEN:
            return
        if isinstance(outcome, IntakeError):
            # Not acknowledged: the device keeps its messages and sends them again on its next connection.
            self.hang_up()
            return
        if acks:
            self._transport.write(b"".join(encode_packet(Puback(packet_id)) for packet_id in acks))
        self._regulate()

    # The listener's side

    @property
    def gateway(self) -> str | None:
        return self._connect.user_name if self._state is State.OPEN and self._connect else None

    @property
    def is_settled(self) -> bool:
        """Whether everything it brought is acknowledged."""
        return not self._waiting

    def deliver(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Sends a message if the device subscribed to its topic; returns whether it did."""
        qos = self._subscriptions.qos_for(topic) if self._state is State.OPEN else None
        if qos is None or not self._is_writable or len(self._outgoing) >= self._limits.outgoing_in_flight:
            return False
        packet_id = self._take_packet_id() if qos else None
        self._send(Publish(topic, payload, qos, packet_id, retain))
        return True

    def be_taken_over(self) -> None:
        """Another connection came with this client id [MQTT-3.1.4-2]; this one ends as if it had broken."""
        _log.info("client %r of gateway %r connected again; its earlier connection is closed", *self._names())
        self._transport.abort()
        self.connection_lost(None)

    def stop_reading(self) -> None:
        self._ended_by_host = True
        self._transport.pause_reading()

    def hang_up(self) -> None:
        """The platform's own reasons: says nothing about the device, so nothing is marked as no longer known."""
        self._ended_by_host = True
        self._close()

    def abort(self) -> None:
        self._ended_by_host = True
        self._transport.abort()

    # Packets

    def _read_packets(self) -> None:
        try:
            for packet in self._stream.packets():
                self._handle(packet)
                if self._state in (State.AUTHENTICATING, State.CLOSED):
                    break
        except ProtocolError as error:
            self._refuse(error)
        self._announce()
        self._regulate()

    def _handle(self, packet: Packet) -> None:
        is_connect = isinstance(packet, Connect)
        name = type(packet).__name__.upper()
        if self._state is State.AWAITING_CONNECT and not is_connect:
            raise ProtocolError(name, 0, "MQTT-3.1.0-1", "the first packet must be a CONNECT")
        if self._state is State.OPEN and is_connect:
            raise ProtocolError(name, 0, "MQTT-3.1.0-2", "a second CONNECT on one connection")
        match packet:
            case Publish():
                self._publish(packet)
            case Pingreq():
                self._send(Pingresp())
            case Puback(packet_id):
                self._outgoing.discard(packet_id)
            case Subscribe():
                self._subscribe(packet)
            case Unsubscribe():
                self._unsubscribe(packet)
            case Connect():
                self._begin(packet)
            case Disconnect():
                self._connect = None
                self._close()
            case _:
                raise ProtocolError(name, 0, "4.8", "only a server sends this packet")

    def _begin(self, connect: Connect) -> None:
        self._state = State.AUTHENTICATING
        self._connect = connect
        self._admission = asyncio.get_running_loop().create_task(self._admit(connect))

    async def _admit(self, connect: Connect) -> None:
        code = await self._host.admit(connect)
        if self._state is not State.AUTHENTICATING:
            return
        self._send(Connack(False, code))
        if code is not ConnectReturnCode.ACCEPTED:
            self._close()
            return
        gateway = str(connect.user_name)
        self._messages = GatewayMessages(
            gateway,
            self._intake.counters,
            now_us=self._intake.now_us,
            ask_for_rebirth=partial(self._host.ask_for_rebirth, gateway),
        )
        self._state = State.OPEN
        self.seat = (gateway, connect.client_id or f"\0{id(self)}")
        self._host.take_seat(self)
        self._wait_at_most(connect.keep_alive_s * _KEEP_ALIVE_GRACE)
        self._read_packets()

    def _publish(self, packet: Publish) -> None:
        messages = self._open_messages()
        before = len(messages.columns)
        messages.read(packet.topic, packet.payload)
        # A message counts even when it holds no reading: its acknowledgement waits its turn all the same.
        weight = max(len(messages.columns) - before, 1)
        self._gathered += weight
        self._waiting += weight
        if packet.packet_id is not None:
            self._acks.append(packet.packet_id)

    def _subscribe(self, packet: Subscribe) -> None:
        granted = [self._subscriptions.grant(topic_filter, qos) for topic_filter, qos in packet.filters]
        codes = tuple(SUBSCRIPTION_REFUSED if qos is None else qos for qos in granted)
        self._send(Suback(packet.packet_id, codes))
        for topic_filter, _ in packet.filters:
            if "/STATE/" in topic_filter:
                state = state_payload(online=True, since_us=self._host.since_us)
                self.deliver(state_topic(self._limits.host_id), state, retain=True)
                break

    def _unsubscribe(self, packet: Unsubscribe) -> None:
        for topic_filter in packet.filters:
            self._subscriptions.withdraw(topic_filter)
        self._send(Unsuback(packet.packet_id))

    def _refuse(self, error: ProtocolError) -> None:
        """A broken packet closes the connection it came on, and no other [MQTT-4.8.0-1]."""
        self._intake.counters.bad_packets += 1
        _log.warning("connection %r of gateway %r is closed: %s", *self._names(), error)
        if self._state is State.AWAITING_CONNECT:
            if isinstance(error, UnacceptableProtocolLevel):
                self._send(Connack(False, ConnectReturnCode.UNACCEPTABLE_PROTOCOL_LEVEL))
            elif isinstance(error, ClientIdentifierRejected):
                self._send(Connack(False, ConnectReturnCode.IDENTIFIER_REJECTED))
        # The state stays: a connection that ends in an error publishes its will.
        self._transport.close()

    # Small things

    def _announce(self) -> None:
        if self._messages is None:
            return
        readings = len(self._messages.columns)
        if readings != self._announced or self._acks:
            self._intake.announce(self, readings - self._announced)
            self._announced = readings

    def _regulate(self) -> None:
        """Reads on only while what came before is on its way into the store."""
        if self._state is State.CLOSED or self._transport.is_closing() or self._ended_by_host:
            return
        is_behind = self._waiting > 0 and (self._intake.is_full or self._waiting >= self._limits.unacknowledged)
        if is_behind or not self._is_writable or self._state is State.AUTHENTICATING:
            self._transport.pause_reading()
        elif not self._transport.is_reading():
            self._heard_at = self._now()
            self._transport.resume_reading()

    def _wait_at_most(self, seconds: float) -> None:
        """Closes the connection when nothing is heard for so long [MQTT-3.1.2-24]; 0 waits for ever."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._heard_at = self._now()
        if seconds:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._check_silence, seconds)

    def _check_silence(self, seconds: float) -> None:
        # Time in which the platform itself does not read is no silence of the device.
        silent_s = self._now() - self._heard_at if self._transport.is_reading() else 0.0
        if silent_s >= seconds:
            _log.info("connection %r of gateway %r is silent for %.1f s and closed", *self._names(), silent_s)
            self._transport.close()
            return
        self._timer = asyncio.get_running_loop().call_later(seconds - silent_s, self._check_silence, seconds)

    def _take_packet_id(self) -> int:
        while self._next_packet_id in self._outgoing:
            self._next_packet_id = self._next_packet_id % 0xFFFF + 1
        packet_id = self._next_packet_id
        self._next_packet_id = packet_id % 0xFFFF + 1
        self._outgoing.add(packet_id)
        return packet_id

    def _open_messages(self) -> GatewayMessages:
        if self._messages is None:
            raise RuntimeError("a connection that was not admitted brings no messages")
        return self._messages

    def _close(self) -> None:
        self._state = State.CLOSED
        self._transport.close()

    def _send(self, packet: Packet) -> None:
        if not self._transport.is_closing():
            self._transport.write(encode_packet(packet))

    def _names(self) -> tuple[str, str]:
        return (self._connect.client_id, self._connect.user_name or "?") if self._connect else ("?", "?")

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
