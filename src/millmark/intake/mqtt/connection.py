"""One device's connection: packets in, readings to the door, acknowledgements back in the order of arrival."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from enum import Enum, auto
from functools import partial
from typing import cast

from millmark.intake.gateway_counters import GatewayCounters
from millmark.intake.intake import Intake
from millmark.intake.mqtt.acknowledgements import Acknowledgements, Owed
from millmark.intake.mqtt.conversation import Conversation
from millmark.intake.mqtt.gathering import Gathering
from millmark.intake.mqtt.host import Host
from millmark.intake.mqtt.leftover import Leftover
from millmark.intake.mqtt.memory import ReceiveMemory
from millmark.intake.mqtt.messages import GatewayMessages
from millmark.intake.mqtt.opening import accepted, refused, refused_packet
from millmark.intake.mqtt.peers import Refusal
from millmark.intake.mqtt.session import Session
from millmark.intake.settings import MqttLimits
from millmark.intake.tls import gateway_of_certificate
from millmark.wire.errors import ProtocolError
from millmark.wire.mqtt import (
    Connect,
    Frame,
    PacketType,
    Publish,
    Pubrec,
    ReasonCode,
    Version,
    connect_version,
    decode_packet,
    read_frame,
)
from millmark.wire.sparkplug import SparkplugTopic, WrittenValue

_log = logging.getLogger(__name__)
_KEEP_ALIVE_GRACE = 1.5
_PUBLISH = PacketType.PUBLISH << 4
_SIP_BYTES = 4_096
"""What a connection may still bring in one read while as much waits as may: ten thousand of them bring 40 MB then."""

_LINGERS_S = 5.0
"""How long a connection that is closed may take to send what was written to it."""


class State(Enum):
    """`AUTHENTICATING`: the CONNECT is being checked, what follows it waits unread."""

    AWAITING_CONNECT = auto()
    AUTHENTICATING = auto()
    OPEN = auto()
    CLOSED = auto()


class Connection(asyncio.BufferedProtocol):
    """Everything here runs on the event loop. Whatever one device sends touches this connection only.

    Most connections of a plant are silent most of the time, so this holds what a silent one needs and no more: no
    buffer, no timer, and no columns before the first message.
    """

    __slots__ = (
        "_admission",
        "_connect",
        "_conversation",
        "_ended_by_host",
        "_gathering",
        "_heard_at",
        "_held_until",
        "_host",
        "_intake",
        "_is_held",
        "_is_over",
        "_leftover",
        "_limits",
        "_patience_s",
        "_slot",
        "_state",
        "_traffic",
        "_transport",
        "_unread_since",
    )

    def __init__(self, host: Host[Connection], intake: Intake, limits: MqttLimits) -> None:
        self._host = host
        self._intake = intake
        self._limits = limits
        self._state = State.AWAITING_CONNECT
        self._transport: asyncio.Transport = cast("asyncio.Transport", None)
        self._connect: Connect | None = None
        self._conversation: Conversation | None = None
        self._gathering: Gathering | None = None
        self._leftover = Leftover(host.memory)
        self._held_until = 0.0
        self._is_held = False
        self._patience_s = 0.0
        self._slot: int | None = None
        self._heard_at = 0.0
        self._unread_since: float | None = None
        self._admission: asyncio.Task[None] | None = None
        self._ended_by_host = False
        self._is_over = False
        self._traffic: GatewayCounters | None = None

    # The transport's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if not self._host.enter(self):
            self._state = State.CLOSED
            self._transport.abort()
            return
        self._wait_at_most(self._limits.connect_within_s)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  # asyncio's signature
        room = self._leftover.room()
        # Those who are ready at once are read in one go, and only the first may find the door not yet full.
        return room[:_SIP_BYTES] if self._intake.is_full else room

    def buffer_updated(self, nbytes: int) -> None:
        if self._state is State.CLOSED:
            return
        if self._state is not State.AWAITING_CONNECT:
            # Whoever says who he is a byte at a time has the same time for it as everybody else.
            self._heard_at = self.now()
        self._intake.counters.bytes_in += nbytes
        self._spend(size=nbytes)
        if self._traffic is not None:
            self._traffic.heard(self._intake.now_us(), bytes_in=nbytes)
        self._read(*self._leftover.after(nbytes))

    def pause_writing(self) -> None:
        # A device that does not read its acknowledgements is not read either, and not waited for without end.
        self._unread_since = self.now()
        self._watch()
        self._regulate()

    def resume_writing(self) -> None:
        self._unread_since = None
        self._regulate()
        if self._conversation is not None and self._state is State.OPEN:
            self._conversation.session.flush(self.now())

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's signature
        self._end()

    def _end(self) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._state = State.CLOSED
        self._forget_deadline()
        if self._admission:
            self._admission.cancel()
        if not self._ended_by_host:
            self._leave_will()
            if self._gathering is not None:
                self._gathering.messages.end()
                self._gathering.announce()
        self._host.leave(self)

    def _leave_will(self) -> None:
        """Only a DISCONNECT takes the will back [MQTT-3.1.2-8, MQTT-3.14.4-3]."""
        conversation = self._conversation
        will = conversation.will if conversation is not None else None
        if conversation is None or will is None or self._host.keep_will(conversation.session, will):
            return
        message = Publish(will.topic, will.payload, 0, retain=will.retain, properties=will.properties)
        self._host.forward(conversation.session, message)
        if conversation.peer.is_gateway:
            self.read_message(will.topic, will.payload)

    # The door's side

    def let_read_on(self) -> None:
        if not self._transport.is_reading():
            # While this block is written the next one may gather.
            asyncio.get_running_loop().call_soon(self._regulate)

    def committed(self, owed: Owed) -> None:
        if self._conversation is not None and owed.exact:
            self._commit_exactly(self._conversation.session, owed.exact)
        if self._state is not State.OPEN:
            return
        if len(owed):
            self._transport.write(owed.encode())
        self._regulate()

    def not_committed(self, owed: Owed) -> None:
        """Nothing is acknowledged: the device keeps its messages and sends them again on its next connection."""
        if self._conversation is not None and owed.exact:
            self._conversation.session.forget(owed.exact)
        if self._state is State.OPEN:
            self.hang_up(ReasonCode.SERVER_BUSY, "the platform cannot store just now; send again later")

    def _commit_exactly(self, session: Session, packet_ids: Sequence[int]) -> None:
        """At QoS 2 the client may have come back meanwhile, and waits for its answer on another connection."""
        session.commit(packet_ids)
        if session.wire is not None and session.wire is not self._conversation:
            for packet_id in packet_ids:
                session.wire.send(Pubrec(packet_id))

    # The listener's side

    @property
    def session(self) -> Session | None:
        return self._conversation.session if self._conversation is not None else None

    @property
    def gateway(self) -> str | None:
        """The gateway that is connected; None before its CONNECT is accepted, after its end, and for an account."""
        if self._state is not State.OPEN or self._conversation is None or not self._conversation.peer.is_gateway:
            return None
        return self._conversation.peer.name

    @property
    def protocol(self) -> str:
        """The protocol's name and version, as an operator reads it."""
        is_v5 = self._connect is not None and self._connect.version is Version.V5
        return "MQTT 5" if is_v5 else "MQTT 3.1.1"

    @property
    def is_settled(self) -> bool:
        """Whether everything it brought is acknowledged."""
        return self._gathering is None or not self._gathering.waiting

    def command(self, asset: str, metric: str, value: WrittenValue, now_ms: int) -> tuple[SparkplugTopic, bytes] | None:
        """What writes to a metric of an edge node on this connection; raises `MistypedValue`."""
        return self._gathering.messages.command(asset, metric, value, now_ms) if self._gathering else None

    @property
    def edge_nodes(self) -> Sequence[tuple[str, str]]:
        """(group, node) of each Sparkplug edge node that has spoken here."""
        return self._gathering.messages.edge_nodes if self._gathering else ()

    def be_taken_over(self) -> None:
        """Another connection came with this client id [MQTT-3.1.4-3]; this one ends as if it had broken."""
        _log.info(
            "client %r of gateway %r connected again; its earlier connection is closed",
            *self._names(),
            extra=self._log_fields(),
        )
        if self._conversation is not None and self.is_writable:
            self._conversation.say_goodbye(ReasonCode.SESSION_TAKEN_OVER, "this client connected again")
            self.close()
        else:
            self._transport.abort()
        self._end()

    def stop_reading(self) -> None:
        self._ended_by_host = True
        self._transport.pause_reading()

    def hang_up(self, code: ReasonCode, reason: str) -> None:
        """The platform's own reasons: says nothing about the device, so nothing is marked as no longer known."""
        self._ended_by_host = True
        if self._conversation is not None and self._state is State.OPEN:
            self._conversation.say_goodbye(code, reason)
        self.close()

    def abort(self) -> None:
        self._ended_by_host = True
        self._transport.abort()

    # The conversation's side

    @property
    def is_writable(self) -> bool:
        return self._unread_since is None and not self._transport.is_closing()

    def write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)

    @property
    def unacknowledged(self) -> int:
        return 0 if self._gathering is None else self._gathering.unacknowledged

    def read_message(self, topic: str, payload: bytes) -> None:
        self._spend(points=self._gathered().read(topic, payload))

    def pass_message(self) -> None:
        self._gathered().weigh(1)

    def owe_puback(self, packet_id: int) -> None:
        self._gathered().owe_puback(packet_id)

    def owe_pubrec(self, packet_id: int) -> None:
        self._gathered().owe_pubrec(packet_id)

    def close(self) -> None:
        """Ends the connection once what was written is sent, and at any rate after a while."""
        self._state = State.CLOSED
        if self._transport.is_closing():
            return
        is_unsent = self._transport.get_write_buffer_size() > 0
        self._transport.close()
        if is_unsent:
            asyncio.get_running_loop().call_later(_LINGERS_S, self._transport.abort)

    def now(self) -> float:
        return asyncio.get_running_loop().time()

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
        if self._gathering is not None:
            self._gathering.announce()
        self._regulate()

    def _read_packets(self, memory: ReceiveMemory, end: int) -> int:
        """Returns where the first packet starts that is not whole, or that has to wait."""
        start = 0
        while self._state in (State.AWAITING_CONNECT, State.OPEN):
            if self._gathering is not None and start < end and memory.view[start] & 0xF0 == _PUBLISH:
                start = self._take_lane(self._gathering, memory, start, end)
            frame = read_frame(memory.view, start, end, max_packet_size=self._limits.packet_bytes)
            if frame is None or frame.end > end:
                return start
            self._handle(frame, bytes(memory.view[frame.body : frame.end]))
            start = frame.end
        return start

    def _take_lane(self, gathering: Gathering, memory: ReceiveMemory, start: int, end: int) -> int:
        stopped, weight = gathering.take_lane(memory, start, end)
        if stopped != start and self._conversation is not None:
            self._spend(points=weight)
            self._conversation.check_receive_maximum()
            if self._host.is_watched(self._conversation.peer):
                self._forward_taken(self._conversation, memory, start, stopped)
        return stopped

    def _forward_taken(self, conversation: Conversation, memory: ReceiveMemory, start: int, end: int) -> None:
        """The lane has read these packets; somebody else wants to see them too."""
        while (frame := read_frame(memory.view, start, end, max_packet_size=self._limits.packet_bytes)) is not None:
            body = bytes(memory.view[frame.body : frame.end])
            packet = decode_packet(frame.first_byte, body, frame.body - frame.start, conversation.version)
            if isinstance(packet, Publish):
                self._host.forward(conversation.session, packet)
            start = frame.end

    def _handle(self, frame: Frame, body: bytes) -> None:
        self._intake.counters.packets_in += 1
        if self._traffic is not None:
            self._traffic.packets_in += 1
        header_length = frame.body - frame.start
        if self._conversation is None:
            self._begin(frame, body)
            return
        if frame.first_byte >> 4 == PacketType.CONNECT:
            problem = "a second CONNECT on one connection"
            raise ProtocolError("CONNECT", 0, "MQTT-3.1.0-2", problem, ReasonCode.PROTOCOL_ERROR)
        self._conversation.handle(decode_packet(frame.first_byte, body, header_length, self._conversation.version))

    def _begin(self, frame: Frame, body: bytes) -> None:
        if frame.first_byte >> 4 != PacketType.CONNECT:
            name = PacketType(frame.first_byte >> 4).name
            problem = "the first packet must be a CONNECT"
            raise ProtocolError(name, 0, "MQTT-3.1.0-1", problem, ReasonCode.PROTOCOL_ERROR)
        try:
            connect = decode_packet(frame.first_byte, body, frame.body - frame.start)
        except ProtocolError as error:
            if (answer := refused_packet(error, connect_version(body))) is not None:
                self.write(answer)
            raise
        self._state = State.AUTHENTICATING
        self._connect = cast("Connect", connect)
        self._admission = asyncio.get_running_loop().create_task(self._admit(self._connect))

    async def _admit(self, connect: Connect) -> None:
        certified = gateway_of_certificate(self._transport.get_extra_info("peercert"))
        peer = await self._host.admit(connect, certified)
        if self._state is not State.AUTHENTICATING:
            return
        if isinstance(peer, Refusal):
            self.write(refused(peer, connect))
            self.close()
            return
        session, was_there = self._host.take_seat(self, peer, connect)
        self._conversation = Conversation(connect, session, self, self._host, self._limits)
        session.wire = self._conversation
        self._state = State.OPEN
        if peer.is_gateway:
            self._traffic = self._intake.counters.gateway(peer.name)
        answer, keep_alive_s = accepted(connect, session, self._limits, was_there=was_there)
        self._conversation.send(answer)
        self._admission = None
        self._wait_at_most(keep_alive_s * _KEEP_ALIVE_GRACE)
        session.resume(self.now())
        # What came with the CONNECT, now that its sender is known.
        self._read(*self._leftover.again())

    def _keep(self, memory: ReceiveMemory, start: int, end: int) -> None:
        if self._state is State.CLOSED:
            start = end
        frame = None
        if start != end and self._state is not State.AUTHENTICATING:
            # What follows a CONNECT is not looked at before its sender is known.
            frame = read_frame(memory.view, start, end, max_packet_size=self._limits.packet_bytes)
        self._leftover.keep(memory, start, end, frame)

    def _refuse(self, error: ProtocolError) -> None:
        """A broken packet closes the connection it came on, and no other [MQTT-4.8.0-1, MQTT-4.13.1-1]."""
        self._intake.counters.bad_packets += 1
        _log.warning("connection %r of gateway %r is closed: %s", *self._names(), error, extra=self._log_fields())
        if self._conversation is not None and self._state is State.OPEN:
            self._conversation.say_goodbye(ReasonCode(error.reason), str(error))
        # Nothing more is read; its will is left, for it did not go in peace.
        self.close()

    # Small things

    def _spend(self, *, points: int = 0, size: int = 0) -> None:
        """Counts what came against the gateway's quota; one that is over it is not read for a while."""
        if self._conversation is None or not self._conversation.peer.is_gateway:
            return
        wait_s = self._intake.quotas.spend(self._conversation.peer.name, points=points, size=size)
        if wait_s > 0:
            self._held_until = self.now() + wait_s

    def _is_over_quota(self) -> bool:
        wait_s = self._held_until - self.now() if self._held_until else 0.0
        if wait_s > 0 and not self._is_held:
            self._is_held = True
            self._intake.counters.held_back += 1
            asyncio.get_running_loop().call_later(wait_s, self._let_go)
        return wait_s > 0

    def _let_go(self) -> None:
        self._is_held = False
        self._regulate()

    def _regulate(self) -> None:
        """Reads on only while what came before is on its way into the store."""
        if self._state is State.CLOSED or self._transport.is_closing() or self._ended_by_host:
            return
        waiting = 0 if self._gathering is None else self._gathering.waiting
        is_behind = waiting > 0 and (self._intake.is_full or waiting >= self._limits.unacknowledged)
        must_wait = is_behind or self._unread_since is not None or self._state is State.AUTHENTICATING
        if must_wait or self._is_over_quota():
            self._transport.pause_reading()
        elif not self._transport.is_reading():
            self._heard_at = self.now()
            self._transport.resume_reading()

    def _wait_at_most(self, seconds: float) -> None:
        """Closes the connection when nothing is heard for so long [MQTT-3.1.2-24]; 0 waits for ever."""
        self._heard_at = self.now()
        self._patience_s = seconds
        self._watch()

    def _watch(self) -> None:
        self._forget_deadline()
        deadline = self._next_deadline()
        if deadline is not None:
            self._slot = self._host.deadlines.watch(self, deadline)

    def _next_deadline(self) -> float | None:
        """When this connection is to be looked at again."""
        deadlines = [self._heard_at + self._patience_s] if self._patience_s else []
        if self._unread_since is not None:
            deadlines.append(self._unread_since + self._limits.unread_within_s)
        return min(deadlines, default=None)

    def _forget_deadline(self) -> None:
        if self._slot is not None:
            self._host.deadlines.forget(self, self._slot)
            self._slot = None

    def look(self, now: float) -> None:
        self._slot = None
        if self._is_over or self._transport.is_closing():
            return
        if self._unread_since is not None and now - self._unread_since >= self._limits.unread_within_s:
            _log.warning(
                "connection %r of gateway %r has not read what it is sent for %.0f s and is cut off",
                *self._names(),
                now - self._unread_since,
                extra=self._log_fields(),
            )
            self._transport.abort()
            return
        if not self._transport.is_reading():
            # Time in which the platform itself does not read is no silence of the device.
            self._heard_at = now
        silent_s = now - self._heard_at
        if self._patience_s and silent_s >= self._patience_s:
            _log.info(
                "connection %r of gateway %r is silent for %.1f s and closed",
                *self._names(),
                silent_s,
                extra=self._log_fields(),
            )
            if self._conversation is not None:
                self._conversation.say_goodbye(ReasonCode.KEEP_ALIVE_TIMEOUT, f"nothing was heard for {silent_s:.1f} s")
            self.close()
            return
        self._watch()

    def _gathered(self) -> Gathering:
        if self._gathering is None:
            conversation = self._conversation
            if conversation is None or not conversation.peer.is_gateway:
                raise RuntimeError("only a gateway that was admitted brings messages")
            gateway = conversation.peer.name
            messages = GatewayMessages(
                gateway,
                self._intake.counters,
                now_us=self._intake.now_us,
                ask_for_rebirth=partial(self._host.ask_for_rebirth, gateway),
            )
            acks = Acknowledgements()
            lane = self._host.lane(messages, acks, conversation.version)
            self._gathering = Gathering(self._intake, messages, acks, lane, self)
        return self._gathering

    def _names(self) -> tuple[str, str]:
        return (self._connect.client_id, self._connect.user_name or "?") if self._connect else ("?", "?")

    def _log_fields(self) -> dict[str, str]:
        """Whom a line of the log is about, for programs that read it."""
        connection, gateway = self._names()
        return {"gateway": gateway, "connection": connection}
