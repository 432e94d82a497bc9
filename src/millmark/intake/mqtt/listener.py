"""The MQTT listener: who may connect, who sits where, and what is sent to whom."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence

from millmark.intake.intake import Intake
from millmark.intake.mqtt.acknowledgements import Acknowledgements
from millmark.intake.mqtt.commands import state_payload, state_topic
from millmark.intake.mqtt.connection import Connection, LaneFactory, PublishLane
from millmark.intake.mqtt.deadlines import Deadlines
from millmark.intake.mqtt.memory import ReceiveMemory
from millmark.intake.mqtt.messages import GatewayMessages
from millmark.intake.settings import MqttLimits
from millmark.registry import Registry, RegistryError
from millmark.wire.mqtt import Connect, ConnectReturnCode
from millmark.wire.sparkplug import SparkplugTopic, WrittenValue, rebirth_command

_log = logging.getLogger(__name__)
_RECEIVE_BYTES = 1 << 20
_BACKLOG = 2_048
"""Devices of a whole plant may come back in the same second after a power cut."""


class MqttListener:
    """MQTT 3.1.1 for devices and Sparkplug edge nodes, QoS 0 and 1, clean sessions.

    A device signs in with its gateway's id as user name and the gateway's key as password; client ids are told apart
    within a gateway, so that one gateway cannot push another off its seat. A QoS 1 message is acknowledged after its
    commit; one that carries its own times and comes again is recognised and not stored twice. Without `tls` the keys
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
    ) -> None:
        self._intake = intake
        self._registry = registry
        self._address = (host, port)
        self._limits = limits or MqttLimits()
        self._tls = tls
        self._lane = lane
        self.memory = ReceiveMemory(_RECEIVE_BYTES)
        self.deadlines = Deadlines()
        self._connections: set[Connection] = set()
        self._seats: dict[tuple[str, str], Connection] = {}
        self._server: asyncio.Server | None = None
        self._all_left = asyncio.Event()
        self.since_us = 0

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        self.since_us = self._intake.now_us()
        self._intake.when_refused(self._hang_up_all)
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self, self._intake, self._limits), *self._address, ssl=self._tls, backlog=_BACKLOG
        )

    async def stop(self, within_s: float = 5.0) -> None:
        """Takes no more, acknowledges what is committed within the time, and closes. Stop it before the intake."""
        if self._server is None:
            return
        self._server.close()
        offline = state_payload(online=False, since_us=self.since_us)
        for connection in tuple(self._connections):
            connection.deliver(state_topic(self._limits.host_id), offline, retain=True)
            connection.stop_reading()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_s
        # Looking a few hundred times while stopping spares every acknowledgement a signal.
        while loop.time() < deadline and not all(connection.is_settled for connection in self._connections):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        self._hang_up_all()
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
        if connection.seat:
            self._intake.counters.connections_by_protocol[connection.protocol] -= 1
            if self._seats.get(connection.seat) is connection:
                del self._seats[connection.seat]
                self._intake.counters.gateway(connection.seat[0]).connections -= 1
        self._intake.counters.connections = len(self._seats)
        if not self._connections:
            self._all_left.set()

    def lane(self, messages: GatewayMessages, acks: Acknowledgements, level: int) -> PublishLane | None:
        if self._lane is not None:
            return self._lane(messages, acks, level)
        from millmark.intake.mqtt.lane import DataLane

        return DataLane(messages, acks, level=level, packet_bytes=self._limits.packet_bytes)

    async def admit(self, connect: Connect) -> ConnectReturnCode:
        """Checks a CONNECT's gateway and key."""
        if self._intake.is_degraded:
            # What cannot be stored is better kept by the device; it will try again.
            return ConnectReturnCode.SERVER_UNAVAILABLE
        code = await self._check(connect)
        if code is not ConnectReturnCode.ACCEPTED:
            self._intake.counters.refused_connections += 1
            _log.warning(
                "client %r of gateway %r is refused: %s",
                connect.client_id,
                connect.user_name,
                code.name,
                extra={"gateway": connect.user_name, "connection": connect.client_id},
            )
        return code

    def take_seat(self, connection: Connection) -> None:
        """Seats an admitted connection; whoever sat there under the same client id goes."""
        seat = connection.seat
        if seat is None:
            return
        earlier = self._seats.get(seat)
        self._seats[seat] = connection
        self._intake.counters.connections_by_protocol[connection.protocol] += 1
        if earlier is None:
            self._intake.counters.gateway(seat[0]).connections += 1
        self._intake.counters.connections = len(self._seats)
        if earlier is not None:
            earlier.be_taken_over()

    def ask_for_rebirth(self, gateway: str, topic: SparkplugTopic) -> None:
        """Sends the NCMD to the connections of this gateway that subscribed to it."""
        self.deliver_to(gateway, str(topic), rebirth_command(self._intake.now_us() // 1000))

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
        self, gateway: str, topic: str, payload: bytes, acknowledged: Callable[[], None] | None = None
    ) -> Sequence[int]:
        """Sends to each connection of the gateway that subscribed; the quality of service at which it went to each."""
        sent = [connection.deliver(topic, payload, acknowledged=acknowledged) for connection in self._of(gateway)]
        return [qos for qos in sent if qos is not None]

    def _of(self, gateway: str) -> Sequence[Connection]:
        return [connection for connection in self._connections if connection.gateway == gateway]

    async def _check(self, connect: Connect) -> ConnectReturnCode:
        if not connect.user_name or connect.password is None:
            return ConnectReturnCode.NOT_AUTHORIZED
        try:
            key = connect.password.decode("utf-8")
        except UnicodeDecodeError:
            return ConnectReturnCode.BAD_USER_NAME_OR_PASSWORD
        try:
            is_right = await asyncio.to_thread(self._registry.check_gateway_key, connect.user_name, key)
        except RegistryError as error:
            _log.warning("no device can sign in: %s", error)
            return ConnectReturnCode.SERVER_UNAVAILABLE
        return ConnectReturnCode.ACCEPTED if is_right else ConnectReturnCode.BAD_USER_NAME_OR_PASSWORD

    def _hang_up_all(self) -> None:
        for connection in tuple(self._connections):
            connection.hang_up()
