"""One device's connection: packets in, readings to the door, acknowledgements back in the order of arrival."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from enum import Enum, auto
from functools import partial
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from millmark.intake.contribution import Contribution, SubmitReceipt
from millmark.intake.errors import IntakeError
from millmark.intake.gateway_counters import GatewayCounters
from millmark.intake.intake import Intake
from millmark.intake.mqtt.acknowledgements import Acknowledgements, Owed
from millmark.intake.mqtt.commands import Subscriptions, state_payload, state_topic
from millmark.intake.mqtt.deadlines import Deadlines
from millmark.intake.mqtt.memory import ReceiveMemory
from millmark.intake.mqtt.messages import GatewayMessages
from millmark.intake.settings import MqttLimits
from millmark.wire.errors import ClientIdentifierRejected, ProtocolError, UnacceptableProtocolLevel
from millmark.wire.mqtt import (
    SUBSCRIPTION_REFUSED,
    Connack,
    Connect,
    ConnectReturnCode,
    Disconnect,
    Frame,
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Publish,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
    Version,
    decode_packet,
    encode_packet,
    read_frame,
)
from millmark.wire.sparkplug import SparkplugTopic, WrittenValue

_log = logging.getLogger(__name__)
_KEEP_ALIVE_GRACE = 1.5


class State(Enum):
    """`AUTHENTICATING`: the CONNECT is being checked, what follows it waits unread."""

    AWAITING_CONNECT = auto()
    AUTHENTICATING = auto()
    OPEN = auto()
    CLOSED = auto()


class PublishLane(Protocol):
    """A compiled pass over a connection's buffer; what it does not read itself, the codec does."""

    def take(self, memory: NDArray[np.uint8], start: int, end: int) -> int:
        """Reads as many whole PUBLISH packets at the front of `memory[start:end]` as it can, and returns where the
        next packet starts.

        It adds their readings to the connection's columns and the identifiers of those at QoS 1 to its
        acknowledgements. It stops before a packet that is not whole, is not a PUBLISH at QoS 0 or 1, has RETAIN set,
        carries properties or an empty topic (MQTT 5), or that it cannot read for whatever reason. It raises nothing.
        """
        ...


LaneFactory = Callable[[GatewayMessages, Acknowledgements, int], PublishLane | None]
"""Makes the lane of an admitted connection from its messages, its acknowledgements and its protocol level (4: MQTT
3.1.1, 5: MQTT 5); None when it is to go without."""


class Host(Protocol):
    """What a connection needs of its listener."""

    @property
    def since_us(self) -> int: ...

    @property
    def memory(self) -> ReceiveMemory: ...

    @property
    def deadlines(self) -> Deadlines: ...

    def lane(self, messages: GatewayMessages, acks: Acknowledgements, level: int) -> PublishLane | None: ...

    def enter(self, connection: Connection) -> bool: ...

    def leave(self, connection: Connection) -> None: ...

    async def admit(self, connect: Connect) -> ConnectReturnCode: ...

    def take_seat(self, connection: Connection) -> None: ...

    def ask_for_rebirth(self, gateway: str, topic: SparkplugTopic) -> None: ...


class Connection(asyncio.BufferedProtocol):
    """Everything here runs on the event loop. Whatever one device sends touches this connection only.

    Most connections of a plant are silent most of the time, so this holds what a silent one needs and no more: no
    buffer, no timer, and no columns before the first message.
    """

    __slots__ = (
        "_acks",
        "_admission",
        "_announced",
        "_connect",
        "_ended_by_host",
        "_gathered",
        "_heard_at",
        "_host",
        "_intake",
        "_is_writable",
        "_kept",
        "_lane",
        "_limits",
        "_memory",
        "_messages",
        "_next_packet_id",
        "_outgoing",
        "_patience_s",
        "_slot",
        "_state",
        "_subscriptions",
        "_traffic",
        "_transport",
        "_waiting",
        "seat",
    )

    def __init__(self, host: Host, intake: Intake, limits: MqttLimits) -> None:
        self._host = host
        self._intake = intake
        self._limits = limits
        self._subscriptions = Subscriptions(limits.subscriptions)
        self._state = State.AWAITING_CONNECT
        self._transport: asyncio.Transport = cast("asyncio.Transport", None)
        self._connect: Connect | None = None
        self._messages: GatewayMessages | None = None
        self._lane: PublishLane | None = None
        self._acks = Acknowledgements()
        self._memory: ReceiveMemory | None = None
        self._kept: bytes | int = b""
        self._gathered = 0
        self._announced = 0
        self._waiting = 0
        self._is_writable = True
        self._outgoing: dict[int, Callable[[], None] | None] = {}
        self._next_packet_id = 1
        self._patience_s = 0.0
        self._slot: int | None = None
        self._heard_at = 0.0
        self._admission: asyncio.Task[None] | None = None
        self._ended_by_host = False
        self._traffic: GatewayCounters | None = None
        self.seat: tuple[str, str] | None = None

    # The transport's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if not self._host.enter(self):
            self._state = State.CLOSED
            self._transport.abort()
            return
        self._wait_at_most(self._limits.connect_within_s)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  # asyncio's signature
        if isinstance(self._kept, int):
            # The rest of a packet too large for the shared memory goes behind its beginning.
            return self._own_memory().view[self._kept :]
        self._host.memory.view[: len(self._kept)] = self._kept
        return self._host.memory.view[len(self._kept) :]

    def buffer_updated(self, nbytes: int) -> None:
        if self._state is State.CLOSED:
            return
        if self._state is not State.AWAITING_CONNECT:
            # Whoever says who he is a byte at a time has the same time for it as everybody else.
            self._heard_at = self._now()
        self._intake.counters.bytes_in += nbytes
        if self._traffic is not None:
            self._traffic.heard(self._intake.now_us(), bytes_in=nbytes)
        if isinstance(self._kept, int):
            self._kept += nbytes
            self._read(self._own_memory(), self._kept)
        else:
            self._read(self._host.memory, len(self._kept) + nbytes)

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
        self._forget_deadline()
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
        transient = messages.take_transient()
        batches, faults = messages.columns.take()
        acks = self._acks.take()
        share, self._gathered = self._gathered, 0
        self._announced = 0
        done = partial(self._committed, acks, share)
        if not self._transport.is_reading():
            # While this block is written the next one may gather.
            asyncio.get_running_loop().call_soon(self._regulate)
        return Contribution(messages.columns.gateway, batches, done, faults, messages.columns.traits, transient)

    def _committed(self, acks: Owed, share: int, outcome: SubmitReceipt | IntakeError) -> None:
        self._waiting -= share
        if self._state is not State.OPEN:
            return
        if isinstance(outcome, IntakeError):
            # Not acknowledged: the device keeps its messages and sends them again on its next connection.
            self.hang_up()
            return
        if len(acks):
            self._transport.write(acks.encode())
        self._regulate()

    # The listener's side

    @property
    def gateway(self) -> str | None:
        return self._connect.user_name if self._state is State.OPEN and self._connect else None

    @property
    def protocol(self) -> str:
        """The protocol's name and version, as an operator reads it."""
        return "MQTT 3.1.1"

    @property
    def is_settled(self) -> bool:
        """Whether everything it brought is acknowledged."""
        return not self._waiting

    def deliver(
        self, topic: str, payload: bytes, *, retain: bool = False, acknowledged: Callable[[], None] | None = None
    ) -> int | None:
        """Sends a message if the device subscribed to its topic; returns the quality of service at which it went, or
        None. `acknowledged` is called when the device has said that it has it, which it does at 1 and not at 0."""
        qos = self._subscriptions.qos_for(topic) if self._state is State.OPEN else None
        if qos is None or not self._is_writable or len(self._outgoing) >= self._limits.outgoing_in_flight:
            return None
        packet_id = self._take_packet_id(acknowledged) if qos else None
        self._send(Publish(topic, payload, qos, packet_id, retain))
        return qos

    def command(self, asset: str, metric: str, value: WrittenValue, now_ms: int) -> tuple[SparkplugTopic, bytes] | None:
        """What writes to a metric of an edge node on this connection; raises `MistypedValue`."""
        return self._messages.command(asset, metric, value, now_ms) if self._messages else None

    @property
    def edge_nodes(self) -> Sequence[tuple[str, str]]:
        """(group, node) of each Sparkplug edge node that has spoken here."""
        return self._messages.edge_nodes if self._messages else ()

    def be_taken_over(self) -> None:
        """Another connection came with this client id [MQTT-3.1.4-2]; this one ends as if it had broken."""
        _log.info(
            "client %r of gateway %r connected again; its earlier connection is closed",
            *self._names(),
            extra=self._log_fields(),
        )
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

    def _read(self, memory: ReceiveMemory, end: int) -> None:
        """Reads what has arrived, and keeps what is not a whole packet yet."""
        start = 0
        if self._state is not State.AUTHENTICATING:
            try:
                start = self._read_packets(memory, end)
            except ProtocolError as error:
                self._refuse(error)
                start = end
        self._keep(memory, start, end)
        self._announce()
        self._regulate()

    def _read_packets(self, memory: ReceiveMemory, end: int) -> int:
        """Returns where the first packet starts that is not whole, or that has to wait."""
        start = 0
        while self._state in (State.AWAITING_CONNECT, State.OPEN):
            if self._lane is not None:
                start = self._take_lane(self._lane, memory, start, end)
            frame = read_frame(memory.view, start, end, max_packet_size=self._limits.packet_bytes)
            if frame is None or frame.end > end:
                return start
            body = bytes(memory.view[frame.body : frame.end])
            self._handle(decode_packet(frame.first_byte, body, frame.body - frame.start))
            self._intake.counters.packets_in += 1
            if self._traffic is not None:
                self._traffic.packets_in += 1
            start = frame.end
        return start

    def _take_lane(self, lane: PublishLane, memory: ReceiveMemory, start: int, end: int) -> int:
        readings, acks = len(self._open_messages().columns), len(self._acks)
        start = lane.take(memory.array, start, end)
        weight = max(len(self._open_messages().columns) - readings, len(self._acks) - acks)
        self._gathered += weight
        self._waiting += weight
        return start

    def _keep(self, memory: ReceiveMemory, start: int, end: int) -> None:
        if self._state is State.CLOSED:
            start = end
        frame = None if start == end else self._frame_kept(memory, start, end)
        if frame is not None and frame.end - frame.start > len(self._host.memory):
            if memory is self._memory:
                # It lies at the front of this connection's own memory already.
                self._kept = end
                return
            self._memory = ReceiveMemory(frame.end - frame.start)
            self._memory.view[: end - start] = memory.view[start:end]
            self._kept = end - start
            return
        self._kept = bytes(memory.view[start:end])
        self._memory = None

    def _frame_kept(self, memory: ReceiveMemory, start: int, end: int) -> Frame | None:
        if self._state is State.AUTHENTICATING:
            # Not looked at before its sender is known.
            return None
        return read_frame(memory.view, start, end, max_packet_size=self._limits.packet_bytes)

    def _own_memory(self) -> ReceiveMemory:
        if self._memory is None:
            raise RuntimeError("a packet larger than the shared memory is read into a memory of its own")
        return self._memory

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
                self._acknowledged(packet_id)
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
        if connect.version is not Version.V3_1_1:
            raise UnacceptableProtocolLevel("CONNECT", 8, "MQTT-3.1.2-2", "this listener speaks MQTT 3.1.1")
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
        self._traffic = self._intake.counters.gateway(gateway)
        self._messages = GatewayMessages(
            gateway,
            self._intake.counters,
            now_us=self._intake.now_us,
            ask_for_rebirth=partial(self._host.ask_for_rebirth, gateway),
        )
        self._lane = self._host.lane(self._messages, self._acks, 4)
        self._state = State.OPEN
        self.seat = (gateway, connect.client_id or f"\0{id(self)}")
        self._host.take_seat(self)
        self._wait_at_most(connect.keep_alive_s * _KEEP_ALIVE_GRACE)
        self._read_kept()

    def _read_kept(self) -> None:
        """What came with the CONNECT, now that its sender is known."""
        kept = self._kept
        if isinstance(kept, int):
            raise RuntimeError("nothing is read into a memory of its own before the CONNECT is answered")  # noqa: TRY004  # a fault of ours
        self._host.memory.view[: len(kept)] = kept
        self._read(self._host.memory, len(kept))

    def _publish(self, packet: Publish) -> None:
        if packet.qos == 2:
            raise ProtocolError("PUBLISH", 0, "3.3.1.2", "QoS 2 is not offered; publish at QoS 1")
        messages = self._open_messages()
        before = len(messages.columns)
        messages.read(packet.topic, packet.payload)
        # A message counts even when it holds no reading: its acknowledgement waits its turn all the same.
        weight = max(len(messages.columns) - before, 1)
        self._gathered += weight
        self._waiting += weight
        if packet.packet_id is not None:
            self._acks.puback(packet.packet_id)

    def _subscribe(self, packet: Subscribe) -> None:
        granted = [self._subscriptions.grant(entry.topic_filter, entry.qos) for entry in packet.filters]
        codes = tuple(SUBSCRIPTION_REFUSED if qos is None else qos for qos in granted)
        self._send(Suback(packet.packet_id, codes))
        for entry in packet.filters:
            if "/STATE/" in entry.topic_filter:
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
        _log.warning("connection %r of gateway %r is closed: %s", *self._names(), error, extra=self._log_fields())
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
        if readings != self._announced or len(self._acks):
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
        self._forget_deadline()
        self._heard_at = self._now()
        self._patience_s = seconds
        if seconds:
            self._slot = self._host.deadlines.watch(self, self._heard_at + seconds)

    def _forget_deadline(self) -> None:
        if self._slot is not None:
            self._host.deadlines.forget(self, self._slot)
            self._slot = None

    def look(self, now: float) -> float | None:
        self._slot = None
        if self._state is State.CLOSED:
            return None
        # Time in which the platform itself does not read is no silence of the device.
        silent_s = now - self._heard_at if self._transport.is_reading() else 0.0
        if silent_s >= self._patience_s:
            _log.info(
                "connection %r of gateway %r is silent for %.1f s and closed",
                *self._names(),
                silent_s,
                extra=self._log_fields(),
            )
            self._transport.close()
            return None
        return now + self._patience_s - silent_s

    def _acknowledged(self, packet_id: int) -> None:
        """The device has a message that was sent to it."""
        acknowledged = self._outgoing.pop(packet_id, None)
        if acknowledged is not None:
            acknowledged()

    def _take_packet_id(self, acknowledged: Callable[[], None] | None) -> int:
        while self._next_packet_id in self._outgoing:
            self._next_packet_id = self._next_packet_id % 0xFFFF + 1
        packet_id = self._next_packet_id
        self._next_packet_id = packet_id % 0xFFFF + 1
        self._outgoing[packet_id] = acknowledged
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

    def _log_fields(self) -> dict[str, str]:
        """Whom a line of the log is about, for programs that read it."""
        connection, gateway = self._names()
        return {"gateway": gateway, "connection": connection}

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
