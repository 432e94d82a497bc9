"""Reads from an outside broker as an MQTT client that acknowledges after the commit."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass

from millmark.intake.broker.routing import gateway_of
from millmark.intake.broker.settings import BrokerSettings
from millmark.intake.broker.source import BrokerSource
from millmark.intake.contribution import SubmitReceipt
from millmark.intake.errors import IntakeError
from millmark.intake.intake import Intake
from millmark.wire.errors import InvalidTopic, ProtocolError
from millmark.wire.mqtt import (
    Connect,
    Connected,
    Disconnected,
    Event,
    Message,
    MqttClient,
    Properties,
    Refused,
    Subscribed,
    Subscription,
    Version,
    Will,
)
from millmark.wire.mqtt.properties import NO_PROPERTIES
from millmark.wire.sparkplug import HostState, SparkplugTopic, rebirth_command

_log = logging.getLogger(__name__)

_CONNECT_WITHIN_S = 10.0
_READ_AT_ONCE = 1 << 18
_MOST_GATEWAYS = 10_000
_REFUSED_FILTER = 0x80
_LOOK_AGAIN_S = 0.02
_STEADY_AFTER_S = 30.0


class BrokerLost(ConnectionError):
    """The connection to the broker ended, or never came about; it is tried again."""


@dataclass(frozen=True, slots=True)
class BrokerStatus:
    """`is_connected` while messages come: the broker has granted what was subscribed to.
    `last_error` says why they did not, the last time they did not."""

    address: str
    is_connected: bool
    connections: int
    messages: int
    ignored: int
    unacknowledged: int
    last_error: str | None


class BrokerSubscriber:
    """Belongs to the intake's event loop.

    A message above QoS 0 is acknowledged after its readings are durable; until then it is the broker's, which hands it
    on again, to this process or its next, and points know their identity. Stopping leaves the session behind, so that
    the broker keeps what comes meanwhile. A store that refuses ends the connection for the same reason.
    """

    def __init__(self, intake: Intake, settings: BrokerSettings) -> None:
        self._intake = intake
        self._settings = settings
        self._state = None if settings.host_id is None else HostState(settings.host_id, intake.now_us() // 1000)
        self._client = MqttClient(self._connect(), max_packet_size=settings.packet_bytes)
        self._writer: asyncio.StreamWriter | None = None
        self._sources: dict[str, BrokerSource] = {}
        self._unsettled_bytes = 0
        self._unsettled = 0
        self._messages = 0
        self._ignored = 0
        self._connections = 0
        self._is_reading = False
        self._last_error: str | None = None
        self._stopping = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to connect, and goes on trying. Raises `OSError` for TLS files that cannot be used."""
        if self._settings.tls is not None:
            await asyncio.to_thread(self._settings.tls.context)
        self._intake.when_refused(self._hang_up)
        self._running = asyncio.create_task(self._run(), name=f"broker {self._settings.address}")

    async def stop(self, within_s: float = 5.0) -> None:
        """Takes no more, acknowledges what is committed within the time, and leaves; the session stays at the broker.
        Stop it before the intake."""
        if self._running is None:
            return
        self._stopping.set()
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        self._running = None
        self._is_reading = False
        deadline = asyncio.get_running_loop().time() + within_s
        while self._unsettled and self._writer is not None and _now() < deadline:  # noqa: ASYNC110  # as below
            await asyncio.sleep(_LOOK_AGAIN_S)
        await self._leave()

    @property
    def status(self) -> BrokerStatus:
        return BrokerStatus(
            self._settings.address,
            self._is_reading,
            self._connections,
            self._messages,
            self._ignored,
            self._unsettled,
            self._last_error,
        )

    # One connection after the other

    async def _run(self) -> None:
        delay = self._settings.retry_first_s
        while not self._stopping.is_set():
            began = asyncio.get_running_loop().time()
            try:
                await self._converse()
            except (OSError, ProtocolError, TimeoutError) as error:
                self._note_trouble(error)
            finally:
                if not self._stopping.is_set():
                    self._close()
            if asyncio.get_running_loop().time() - began > _STEADY_AFTER_S:
                delay = self._settings.retry_first_s
            # Spread, so that a broker that comes back is not run over by all its clients at once.
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            delay = min(2 * delay, self._settings.retry_longest_s)

    async def _converse(self) -> None:
        """One network connection, to its end, which is always an error."""
        while self._intake.is_degraded:  # noqa: ASYNC110  # a look now and then, while nothing else is to be done
            # What cannot be stored is better kept by the broker.
            await asyncio.sleep(self._settings.retry_first_s)
        settings = self._settings
        tls = None if settings.tls is None else await asyncio.to_thread(settings.tls.context)
        async with asyncio.timeout(_CONNECT_WITHIN_S):
            reader, self._writer = await asyncio.open_connection(settings.host, settings.port, ssl=tls)
        self._client.start(_now())
        self._flush()
        ticking = asyncio.create_task(self._tick())
        try:
            while True:
                await self._room()
                async with asyncio.timeout(None if self._client.is_connected else _CONNECT_WITHIN_S):
                    data = await reader.read(_READ_AT_ONCE)
                if not data:
                    raise BrokerLost("the broker closed the connection")
                self._intake.counters.bytes_in += len(data)
                for event in self._client.receive(data):
                    self._hear(event)
                self._flush()
        finally:
            ticking.cancel()

    async def _room(self) -> None:
        """Waits while as much as may is on its way into the store, or a gateway is over its quota."""
        most = self._settings.unacknowledged_bytes
        while self._unsettled and (self._intake.is_full or self._unsettled_bytes > most):  # noqa: ASYNC110  # as above
            await asyncio.sleep(_LOOK_AGAIN_S)
        # One connection carries them all: whoever brings too much slows the others behind this broker too.
        wait_s = max((self._intake.quotas.wait_s(gateway) for gateway in self._sources), default=0.0)
        if wait_s > 0:
            self._intake.counters.held_back += 1
            await asyncio.sleep(wait_s)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(max(self._client.keep_alive_s, 1) / 4)
            if not self._client.tick(_now()) and not self._unsettled:
                self._last_error = "the broker does not answer any more"
                self._hang_up()
            self._flush()

    def _hear(self, event: Event) -> None:
        match event:
            case Message():
                self._take(event)
            case Connected():
                self._begin()
            case Subscribed(_, codes):
                self._check_granted(codes)
            case Refused(code, reason):
                raise BrokerLost(f"the broker refuses the platform (code {code}): {reason or 'it says no more'}")
            case Disconnected(code, properties):
                raise BrokerLost(
                    f"the broker ends the connection (code {code}): {properties.reason or 'no reason given'}"
                )

    def _begin(self) -> None:
        """Subscribes, and then says that the host is there (Sparkplug 3.0, clause 5.1)."""
        self._connections += 1
        _log.info("connected to the broker at %s", self._settings.address)
        wanted = [Subscription(each, self._settings.qos) for each in self._settings.shared_filters]
        if self._state is not None:
            wanted.append(Subscription(self._state.topic, 1))
        self._client.subscribe(wanted)
        if self._state is not None:
            self._client.publish(self._state.topic, self._state.birth(), 1, retain=True)

    def _check_granted(self, codes: Sequence[int]) -> None:
        self._is_reading = True
        refused = [
            each for each, code in zip(self._settings.shared_filters, codes, strict=False) if code >= _REFUSED_FILTER
        ]
        if refused:
            self._last_error = f"the broker does not grant {', '.join(refused)}; check what this user may read there"
            _log.error("broker %s: %s", self._settings.address, self._last_error)

    # Messages

    def _take(self, message: Message) -> None:
        self._intake.counters.packets_in += 1
        if self._answer_for_host(message):
            self._client.acknowledge(message)
            return
        self._messages += 1
        try:
            gateway = gateway_of(message.topic, self._settings.sparkplug_gateway)
            source = self._source(gateway) if gateway is not None else None
        except InvalidTopic as error:
            self._expect(message)
            self._source_of_strays().refuse(message, error)
            return
        if source is None or message.publish.retain:
            # Commands and other hosts' states are nobody's readings; a retained message was read when it was new.
            self._ignored += 1
            self._client.acknowledge(message)
            return
        self._expect(message)
        source.take(message)

    def _answer_for_host(self, message: Message) -> bool:
        if self._state is None or message.topic != self._state.topic:
            return False
        answer = self._state.answer(message.topic, message.payload, self._intake.now_us() // 1000)
        if answer is not None:
            self._client.publish(self._state.topic, answer, 1, retain=True)
        return True

    def _source(self, gateway: str) -> BrokerSource:
        found = self._sources.get(gateway)
        if found is None:
            if len(self._sources) >= _MOST_GATEWAYS:
                raise InvalidTopic(
                    f"more than {_MOST_GATEWAYS} gateways come through this broker; {gateway!r} is one more"
                )
            found = self._sources[gateway] = BrokerSource(gateway, self._intake, self._settled, self._ask_for_rebirth)
        return found

    def _source_of_strays(self) -> BrokerSource:
        """Under the name of this client: a message on a topic of nobody's still has to be set aside by somebody."""
        name = self._settings.client_id
        if name not in self._sources:
            self._sources[name] = BrokerSource(name, self._intake, self._settled, self._ask_for_rebirth)
        return self._sources[name]

    def _expect(self, message: Message) -> None:
        self._unsettled += 1
        self._unsettled_bytes += len(message.payload)

    def _settled(self, messages: Sequence[Message], outcome: SubmitReceipt | IntakeError) -> None:
        self._unsettled -= len(messages)
        self._unsettled_bytes -= sum(len(message.payload) for message in messages)
        if isinstance(outcome, IntakeError):
            # Not acknowledged: the broker hands them on again on the next connection.
            self._last_error = str(outcome)
            self._hang_up()
            return
        for message in messages:
            self._client.acknowledge(message)
        self._flush()

    def _ask_for_rebirth(self, node: SparkplugTopic) -> None:
        self._client.publish(str(node), rebirth_command(self._intake.now_us() // 1000))

    # Small things

    def _connect(self) -> Connect:
        settings, is_v5 = self._settings, self._settings.version is Version.V5
        will = None if self._state is None else Will(self._state.topic, self._state.will(), 1, retain=True)
        properties = NO_PROPERTIES
        if is_v5:
            properties = Properties(
                session_expiry_s=settings.session_s,
                receive_maximum=settings.receive_maximum,
                maximum_packet_size=settings.packet_bytes,
            )
        return Connect(
            settings.client_id,
            clean_start=False,
            keep_alive_s=settings.keep_alive_s,
            will=will,
            user_name=settings.user_name,
            password=None if settings.password is None else settings.password.encode(),
            version=settings.version,
            properties=properties,
        )

    async def _leave(self) -> None:
        writer = self._writer
        if writer is None:
            return
        if self._client.is_connected and self._state is not None:
            death = self._state.death(self._intake.now_us() // 1000)
            self._client.publish(self._state.topic, death, 1, retain=True)
        if self._client.is_connected:
            self._client.disconnect()
        self._flush()
        self._writer = None
        writer.close()
        try:
            async with asyncio.timeout(1.0):
                await writer.wait_closed()
        except (OSError, TimeoutError):
            writer.transport.abort()

    def _hang_up(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()

    def _close(self) -> None:
        self._is_reading = False
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    def _flush(self) -> None:
        output = self._client.take_output(_now())
        if output and self._writer is not None and not self._writer.is_closing():
            self._writer.write(output)

    def _note_trouble(self, error: Exception) -> None:
        said = str(error) or type(error).__name__
        if said != self._last_error:
            # The same trouble is said once, however often it is tried again.
            _log.warning("broker %s: %s; trying again", self._settings.address, said)
        self._last_error = said


def _now() -> float:
    return asyncio.get_running_loop().time()
