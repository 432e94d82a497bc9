"""The MQTT listener: who may connect, who sits where, and what is sent to whom."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence

from millmark.intake.intake import Intake
from millmark.intake.mqtt.acknowledgements import Acknowledgements
from millmark.intake.mqtt.admission import Admission
from millmark.intake.mqtt.connection import Connection
from millmark.intake.mqtt.deadlines import Deadlines
from millmark.intake.mqtt.memory import ReceiveMemory
from millmark.intake.mqtt.messages import GatewayMessages
from millmark.intake.mqtt.peers import AccountCheck, Peer, Refusal, is_data_topic
from millmark.intake.mqtt.publish_lane import LaneFactory, PublishLane
from millmark.intake.mqtt.retained import RetainedMessages
from millmark.intake.mqtt.routing import Router
from millmark.intake.mqtt.session import Session
from millmark.intake.mqtt.sessions import SessionBook
from millmark.intake.mqtt.wills import LateWill
from millmark.intake.settings import MqttLimits
from millmark.registry import Registry
from millmark.wire.mqtt import Connect, Publish, ReasonCode, Subscription, Will, topic_matches
from millmark.wire.sparkplug import (
    HostState,
    SparkplugTopic,
    WrittenValue,
    legacy_state_payload,
    rebirth_command,
)

_log = logging.getLogger(__name__)
_RECEIVE_BYTES = 1 << 20
_BACKLOG = 2_048
"""Devices of a whole plant may come back in the same second after a power cut."""


class MqttListener:
    """MQTT 3.1.1 and 5 for devices and Sparkplug edge nodes, and for accounts that watch.

    A device signs in with its gateway's id as user name and the gateway's key as password; client ids are told apart
    within a gateway, so that one gateway cannot push another off its seat. A message above QoS 0 is acknowledged after
    its commit; one that carries its own times and comes again is recognised and not stored twice. An account signs in
    as `account:<name>` with its password, where `accounts` checks it, and only reads. Without `tls` keys and passwords
    travel in the clear: only for a network that is trusted.
    """

    def __init__(
        self,
        intake: Intake,
        registry: Registry,
        host: str,
        port: int = 0,
        limits: MqttLimits | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        lane: LaneFactory | None = None,
        accounts: AccountCheck | None = None,
    ) -> None:
        self._intake = intake
        self._admission = Admission(registry, accounts)
        self._address = (host, port)
        self._limits = limits or MqttLimits()
        self._tls = tls
        self._lane = lane
        self.memory = ReceiveMemory(_RECEIVE_BYTES)
        self.deadlines = Deadlines()
        self._connections: set[Connection] = set()
        self._seats: dict[tuple[str, str], Connection] = {}
        self._router = Router()
        self._retained = RetainedMessages(self._limits)
        self._sessions = SessionBook(
            self._limits, self.deadlines, ended=self._router.forget, will_is_due=self._publish_late
        )
        self._server: asyncio.Server | None = None
        self._all_left = asyncio.Event()
        self._state = HostState(self._limits.host_id, 0)

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        self._state = HostState(self._limits.host_id, self._intake.now_us() // 1000)
        self._tell_state(online=True)
        self._intake.when_refused(self._hang_up_while_refused)
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self, self._intake, self._limits), *self._address, ssl=self._tls, backlog=_BACKLOG
        )

    async def stop(self, within_s: float = 5.0) -> None:
        """Takes no more, acknowledges what is committed within the time, and closes. Stop it before the intake."""
        if self._server is None:
            return
        self._server.close()
        self._tell_state(online=False)
        for connection in tuple(self._connections):
            connection.stop_reading()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_s
        # Looking a few hundred times while stopping spares every acknowledgement a signal.
        while loop.time() < deadline and not all(connection.is_settled for connection in self._connections):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        self._hang_up_all(ReasonCode.SERVER_SHUTTING_DOWN, "the platform stops")
        self._all_left.clear()
        try:
            async with asyncio.timeout(1.0):
                while self._connections:
                    await self._all_left.wait()
        except TimeoutError:
            # A device that does not read keeps its connection from closing in peace.
            for connection in tuple(self._connections):
                connection.abort()
        await self._server.wait_closed()
        self._server = None
        self.deadlines.stop()

    @property
    def port(self) -> int:
        if self._server is None:
            raise RuntimeError("the listener has no port before it is started")
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def kept_sessions(self) -> int:
        """Sessions whose clients are away and may come back to them."""
        return self._sessions.kept

    @property
    def retained_messages(self) -> int:
        return len(self._retained)

    # What connections ask

    def enter(self, connection: Connection) -> bool:
        """Whether there is room for one more."""
        if len(self._connections) >= self._limits.connections:
            self._intake.counters.refused_connections += 1
            _log.warning("a connection is refused: %d are open, which is the limit", len(self._connections))
            return False
        self._connections.add(connection)
        return True

    def leave(self, connection: Connection) -> None:
        if connection not in self._connections:
            # One that was taken over has left before its socket closes.
            return
        self._connections.remove(connection)
        session = connection.session
        if session is not None:
            self._intake.counters.connections_by_protocol[connection.protocol] -= 1
            if session.peer.is_gateway:
                self._intake.counters.gateway(session.peer.name).connections -= 1
            if self._seats.get(session.key) is connection:
                del self._seats[session.key]
                self._sessions.leave(session, self._now())
        self._intake.counters.connections = len(self._seats)
        if not self._connections:
            self._all_left.set()

    def lane(self, messages: GatewayMessages, acks: Acknowledgements, level: int) -> PublishLane | None:
        if self._lane is not None:
            return self._lane(messages, acks, level)
        from millmark.intake.mqtt.lane import DataLane
        from millmark.intake.mqtt.telemetry_lane import Lanes, TelemetryLane

        most = self._limits.packet_bytes
        return Lanes(
            DataLane(messages, acks, level=level, packet_bytes=most),
            TelemetryLane(messages, acks, level=level, packet_bytes=most),
        )

    async def admit(self, connect: Connect, certified: str | None) -> Peer | Refusal:
        """Checks who a CONNECT says it is."""
        if self._intake.is_degraded:
            # What cannot be stored is better kept by the device; it will try again.
            return Refusal(ReasonCode.SERVER_UNAVAILABLE, "nothing can be stored just now; try again later")
        await self._intake.warmed()
        peer = await self._admission.admit(connect, certified)
        if isinstance(peer, Refusal):
            self._intake.counters.refused_connections += 1
            _log.warning(
                "client %r of gateway %r is refused: %s",
                connect.client_id,
                connect.user_name,
                peer.code.name,
                extra={"gateway": connect.user_name, "connection": connect.client_id},
            )
        return peer

    def take_seat(self, connection: Connection, peer: Peer, connect: Connect) -> tuple[Session, bool]:
        """Seats an admitted connection; whoever sat there under the same client id goes."""
        earlier = self._seats.get((peer.name, connect.client_id))
        if earlier is not None:
            earlier.be_taken_over()
        session, was_there = self._sessions.open(peer, connect)
        self._seats[session.key] = connection
        self._intake.counters.connections_by_protocol[connection.protocol] += 1
        if peer.is_gateway:
            self._intake.counters.gateway(peer.name).connections += 1
        self._intake.counters.connections = len(self._seats)
        return session, was_there

    def keep_will(self, session: Session, will: Will) -> bool:
        return self._sessions.keep_will(session, will, self._now())

    def ask_for_rebirth(self, gateway: str, topic: SparkplugTopic) -> None:
        """Sends the NCMD to the connections of this gateway that subscribed to it."""
        self.deliver_to(gateway, str(topic), rebirth_command(self._intake.now_us() // 1000))

    # What conversations ask

    def settle(self, session: Session) -> None:
        self._router.settle(session)

    def is_watched(self, peer: Peer) -> bool:
        return self._router.is_watched(peer)

    def send_retained(self, session: Session, subscription: Subscription) -> None:
        """What is retained of the topics that a new subscription matches, and that its owner may see."""
        granted = next(one for one in session.subscriptions if one.subscription is subscription)
        peer, now = session.peer, self._now()
        gateway = peer.name if peer.is_gateway else None
        for publish in self._retained.visible_to(gateway, peer.enterprise, now):
            if topic_matches(subscription.topic_filter, publish.topic):
                session.deliver_retained(publish, granted, now)

    def forward(self, session: Session, publish: Publish) -> None:
        """A gateway's own data goes on to whoever watches it; anything else it sends stays here."""
        peer = session.peer
        is_watched = self._router.is_watched(peer)
        if not (publish.retain or is_watched) or not is_data_topic(publish.topic, peer.name):
            return
        if publish.retain and not self._retained.keep(peer.name, peer.enterprise, publish, self._now()):
            _log.warning("a retained message of %r to %r finds no room", peer.name, publish.topic)
        if is_watched:
            dropped = self._router.route(publish, peer, session, self._now())
            self._intake.counters.undelivered += dropped

    # What is sent to devices

    def command(
        self, gateway: str, asset: str, metric: str, value: WrittenValue, now_ms: int
    ) -> tuple[SparkplugTopic, bytes] | None:
        """What writes to a metric that an edge node of the gateway has declared; None when none has that is alive.
        Raises `MistypedValue` when the value does not fit."""
        for connection in self._of(gateway):
            command = connection.command(asset, metric, value, now_ms)
            if command is not None:
                return command
        return None

    def edge_nodes(self, gateway: str) -> Sequence[tuple[str, str]]:
        """(group, node) of each Sparkplug edge node that speaks through the gateway just now."""
        return sorted({node for connection in self._of(gateway) for node in connection.edge_nodes})

    def deliver_to(
        self,
        gateway: str,
        topic: str,
        payload: bytes,
        acknowledged: Callable[[], None] | None = None,
        within_s: float | None = None,
    ) -> Sequence[int]:
        """Sends to each client of the gateway that is connected and subscribed; the quality of service at which it
        went to each. A client that takes longer for it than `within_s`, or `command_s`, does not get it again."""
        lasts_s = min(self._limits.command_s, self._limits.command_s if within_s is None else within_s)
        publish = Publish(topic, payload, 1, 1)
        sent: list[int] = []
        for connection in self._of(gateway):
            session = connection.session
            granted = () if session is None else tuple(session.matching(topic))
            if session is None or not granted or not connection.is_writable:
                continue
            qos = session.deliver(publish, granted, self._now(), acknowledged=acknowledged, within_s=lasts_s)
            if qos is not None:
                sent.append(qos)
        return sent

    def _of(self, gateway: str) -> Sequence[Connection]:
        return [connection for connection in self._connections if connection.gateway == gateway]

    def _tell_state(self, *, online: bool) -> None:
        """The host's state, in the form of Sparkplug 3.0 and of 2.2, to who subscribed and to who comes later."""
        now_ms = self._intake.now_us() // 1000
        payload = self._state.birth() if online else self._state.death(now_ms)
        legacy = legacy_state_payload(online=online)
        for publish in (
            Publish(self._state.topic, payload, 1, 1, retain=True),
            Publish(self._state.legacy_topic, legacy, 1, 1, retain=True),
        ):
            self._retained.keep(None, None, publish, self._now())
            for connection in tuple(self._connections):
                session = connection.session
                granted = () if session is None else tuple(session.matching(publish.topic))
                if session is not None and granted:
                    session.deliver(publish, granted, self._now())

    def _publish_late(self, session: Session, will: Will) -> None:
        self.forward(session, Publish(will.topic, will.payload, 0, retain=will.retain, properties=will.properties))
        if session.peer.is_gateway:
            LateWill(session.peer.name, self._intake).read(will.topic, will.payload)

    def _hang_up_while_refused(self) -> None:
        self._hang_up_all(ReasonCode.SERVER_BUSY, "nothing can be stored just now; try again later")

    def _hang_up_all(self, code: ReasonCode, reason: str) -> None:
        for connection in tuple(self._connections):
            connection.hang_up(code, reason)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
