"""The OPC UA driver: subscribes, keeps up, comes back, and fills what it missed from the server's own history."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import Final

from asyncua import ua
from asyncua.ua.uaerrors import UaError

from millmark.drivers import status_codes
from millmark.drivers.config import OpcUaConfig, TagDeclaration
from millmark.drivers.driver import Deliver, DriverState, DriverStatus, LastStored, OnStatus
from millmark.drivers.errors import DeviceUnreachable, InvalidDriverConfig
from millmark.drivers.opcua.history import NoHistory, read_raw
from millmark.drivers.opcua.nodes import NodeAddress, UnknownNode
from millmark.drivers.opcua.session import OpcUaSession, open_session
from millmark.drivers.opcua.subscription import MonitoredNode, Subscription
from millmark.drivers.opcua.values import Decoded, TimeSource, decode, server_time_us
from millmark.drivers.persistence import Delivery, Waits
from millmark.drivers.readings import Readings
from millmark.drivers.reporting import StatusReport
from millmark.model.period import HOUR_US, SECOND_US

# What is read again before the newest stored reading, since a reading may have overtaken another on the way.
_OVERLAP_US: Final = 300 * SECOND_US
_WATCH_S: Final = 1.0
_HISTORY_READERS: Final = 4


class OpcUaDriver:
    """Reads one server for ever. `last_stored` lets a new process go on where the history ends."""

    def __init__(
        self,
        config: OpcUaConfig,
        *,
        now_us: Callable[[], int],
        on_status: OnStatus | None = None,
        last_stored: LastStored | None = None,
        random: Random | None = None,
    ) -> None:
        self._config = config
        self._now_us = now_us
        self._last_stored = last_stored
        self._random = random or Random()  # noqa: S311 - scatters waiting times, keeps no secret
        self._report = StatusReport(
            DriverStatus(config.gateway, config.kind, config.endpoint),
            config.tags,
            tuple(tag.node for tag in config.tags),
            now_us=now_us,
            on_status=on_status,
        )
        self._waits = Waits(config.back_off, self._random)
        self._addresses: dict[int, NodeAddress] = {}
        self._delivered_us: dict[int, int] = {}
        self._marked_us: dict[int, int] = {}
        self._without_source_time: dict[TimeSource, set[int]] = {TimeSource.SERVER: set(), TimeSource.RECEIVED: set()}

    @property
    def status(self) -> DriverStatus:
        return self._report.status

    @property
    def declared(self) -> tuple[TagDeclaration, ...]:
        return self._config.tags

    async def run(self, deliver: Deliver) -> None:
        """Read until cancelled. Raises `InvalidDriverConfig` where waiting would not help."""
        delivery = Delivery(deliver, self._report, Waits(self._config.back_off, self._random))
        waits = self._waits
        await self._recall()
        self._parse_addresses()
        while True:
            self._report.state(DriverState.CONNECTING)
            try:
                async with open_session(self._config) as session:
                    await self._collect(session, delivery)
            except InvalidDriverConfig as error:
                self._report.error(str(error))
                self._report.state(DriverState.FAILED)
                raise
            except (OSError, TimeoutError, UaError, DeviceUnreachable) as error:
                self._report.error(_reason(error))
            self._report.state(DriverState.RETRYING)
            await self._mark_outage(delivery)
            await asyncio.sleep(waits.next_s())

    async def _recall(self) -> None:
        if self._last_stored is None:
            return
        stored = await self._last_stored()
        for tag, declared in enumerate(self._config.tags):
            if (time_us := stored.get((declared.asset, declared.metric))) is not None:
                self._delivered_us[tag] = time_us - _OVERLAP_US

    def _parse_addresses(self) -> None:
        refused: dict[int, tuple[int, str] | None] = {}
        for tag, declared in enumerate(self._config.tags):
            try:
                self._addresses[tag] = NodeAddress.parse(declared.node, self._config.namespace)
            except UnknownNode as error:
                refused[tag] = (status_codes.BAD_CONFIGURATION_ERROR, str(error))
        self._report.tags(refused)

    async def _collect(self, session: OpcUaSession, delivery: Delivery) -> None:
        """Fill up from history, subscribe, fill the seam between the two, then follow until the session is lost."""
        self._report.state(DriverState.CONNECTED)
        intake = _Intake(self, delivery)
        subscription = Subscription(session, self._config, intake.values, intake.gap)
        nodes = self._resolve(session.namespaces, self._addresses)
        await self._backfill(session, nodes, delivery)
        await subscription.create()
        refused = await self._monitor(subscription, nodes)
        await self._backfill(session, _without(nodes, refused), delivery)
        intake.open()
        self._waits.reset()
        await self._follow(session, subscription, intake, delivery, refused)

    async def _follow(
        self, session: OpcUaSession, subscription: Subscription, intake: _Intake, delivery: Delivery, refused: set[int]
    ) -> None:
        refused |= self._addresses.keys() - self._resolve(session.namespaces, self._addresses).keys()
        retry_at_us = self._now_us() + int(self._config.retry_bad_tags_s * SECOND_US)
        while True:
            await session.wait_until_lost(_WATCH_S)
            subscription.check()
            if intake.take_gap():
                known = self._resolve(session.namespaces, self._addresses)
                await self._backfill(session, _without(known, refused), delivery)
            if refused and self._now_us() >= retry_at_us:
                refused = await self._try_again(session, subscription, delivery, refused)
                retry_at_us = self._now_us() + int(self._config.retry_bad_tags_s * SECOND_US)

    async def _try_again(
        self, session: OpcUaSession, subscription: Subscription, delivery: Delivery, refused: set[int]
    ) -> set[int]:
        namespaces = await session.client.get_namespace_array()
        nodes = self._resolve(namespaces, {tag: self._addresses[tag] for tag in refused})
        still = await self._monitor(subscription, nodes) | (refused - nodes.keys())
        await self._backfill(session, _without(nodes, still), delivery)
        return still

    def _resolve(self, namespaces: Sequence[str], addresses: Mapping[int, NodeAddress]) -> dict[int, ua.NodeId]:
        nodes: dict[int, ua.NodeId] = {}
        unknown: dict[int, tuple[int, str] | None] = {}
        for tag, address in addresses.items():
            try:
                nodes[tag] = address.resolve(namespaces)
            except UnknownNode as error:
                unknown[tag] = (status_codes.BAD_NODE_ID_UNKNOWN, str(error))
        self._report.tags(unknown)
        return nodes

    async def _monitor(self, subscription: Subscription, nodes: Mapping[int, ua.NodeId]) -> set[int]:
        """Watch these nodes; the result are the tags the server refused, which are reported by name."""
        refused = await subscription.monitor(
            [MonitoredNode(tag, node, self._sampling_ms(tag)) for tag, node in nodes.items()]
        )
        self._report.tags(
            dict.fromkeys(nodes.keys() - refused.keys())
            | {tag: (int(status.value), f"the server refused it: {status.name}") for tag, status in refused.items()}
        )
        return set(refused)

    def _sampling_ms(self, tag: int) -> float:
        own = self._config.tags[tag].sampling_interval_ms
        return self._config.sampling_interval_ms if own is None else own

    async def _backfill(self, session: OpcUaSession, nodes: Mapping[int, ua.NodeId], delivery: Delivery) -> None:
        """Deliver what the server remembers since each tag's newest delivered reading, oldest first."""
        if (backfill := self._config.backfill) is None:
            return
        end_us = self._now_us()
        first_us = end_us - int(backfill.first_span_h * HOUR_US)
        without_history: list[str] = []
        gate = asyncio.Semaphore(_HISTORY_READERS)

        async def fill(tag: int, node: ua.NodeId) -> None:
            start_us = self._delivered_us.get(tag, first_us - 1) + 1
            try:
                async with gate:
                    async for page in read_raw(session, node, start_us, end_us, backfill.values_per_request):
                        await self.take_in([(tag, data) for data in page], delivery, live=False)
                        # A server too busy for the next page still brings us further with every try: come back soon,
                        # its queues hold what is live only for so long.
                        self._waits.reset()
            except NoHistory as error:
                without_history.append(f"{self._config.tags[tag].name} ({error})")

        try:
            async with asyncio.TaskGroup() as group:
                for tag, node in nodes.items():
                    group.create_task(fill(tag, node))
        except* (OSError, TimeoutError, UaError) as errors:
            raise DeviceUnreachable(f"reading history: {_reason(errors.exceptions[0])}") from errors
        note = f"no history from the server for {', '.join(sorted(without_history))}" if without_history else None
        self._report.note("history", note)

    async def take_in(self, values: Iterable[tuple[int, ua.DataValue]], delivery: Delivery, *, live: bool) -> None:
        """Decode values by tag, deliver them, and only then count them as delivered."""
        received_us = self._now_us()
        readings = Readings(self._config.gateway, self._config.tags)
        newest: dict[int, Decoded] = {}
        for tag, data in values:
            newest[tag] = decoded = decode(data, self._config.tags[tag].data_type, received_us)
            readings.add(tag, decoded.time_us, decoded.value, decoded.code)
            self._end_mark(tag, data, decoded, readings, live_us=received_us if live else None)
        await delivery(readings.take())
        for tag, decoded in newest.items():
            self._delivered_us[tag] = max(decoded.time_us, self._delivered_us.get(tag, decoded.time_us))
        self._report.tags({tag: _complaint(decoded) for tag, decoded in newest.items()})
        self._note_times(newest)

    def _end_mark(
        self, tag: int, data: ua.DataValue, decoded: Decoded, readings: Readings, *, live_us: int | None
    ) -> None:
        """After an outage, say again a live value that has not changed since before it.

        Its source time lies before the mark of the outage, so without this the tag would count as lost until its
        next change. The time is the server's where the server vouched for the value anew, else when it was received.
        """
        marked_us = self._marked_us.get(tag)
        if marked_us is None:
            return
        if decoded.time_us > marked_us:
            del self._marked_us[tag]
        elif live_us is not None:
            vouched_us = server_time_us(data)
            anew_us = vouched_us if vouched_us is not None and vouched_us > marked_us else live_us
            readings.add(tag, anew_us, decoded.value, decoded.code)
            del self._marked_us[tag]

    async def _mark_outage(self, delivery: Delivery) -> None:
        """One bad reading for each tag that was being delivered, at the time the loss was noticed."""
        now_us = self._now_us()
        readings = Readings(self._config.gateway, self._config.tags)
        for tag in self._delivered_us.keys() - self._marked_us.keys():
            readings.add(tag, now_us, None, status_codes.BAD_COMMUNICATION_ERROR)
            self._marked_us[tag] = now_us
        await delivery(readings.take())

    def _note_times(self, newest: Mapping[int, Decoded]) -> None:
        for source, tags in self._without_source_time.items():
            tags.update(tag for tag, decoded in newest.items() if decoded.time_source is source)
            tags.difference_update(tag for tag, decoded in newest.items() if decoded.time_source is TimeSource.SOURCE)
            names = ", ".join(sorted(self._config.tags[tag].name for tag in tags))
            clock = "the server's time" if source is TimeSource.SERVER else "the time they were received"
            self._report.note(f"time {source}", f"no source time from {names}; {clock} is used" if tags else None)

    def report_gap(self, lost: int) -> None:
        self._report.error(f"the server could not repeat {lost} skipped notifications; its history is asked for them")


class _Intake:
    """Takes notifications of one session; holds them back until history has been filled up to them."""

    def __init__(self, driver: OpcUaDriver, delivery: Delivery) -> None:
        self._driver = driver
        self._delivery = delivery
        self._open = asyncio.Event()
        self._gap = False

    def open(self) -> None:
        self._open.set()

    async def values(self, items: Sequence[ua.MonitoredItemNotification]) -> None:
        await self._open.wait()
        await self._driver.take_in([(int(item.ClientHandle), item.Value) for item in items], self._delivery, live=True)

    def gap(self, lost: int) -> None:
        self._gap = True
        self._driver.report_gap(lost)

    def take_gap(self) -> bool:
        gap, self._gap = self._gap, False
        return gap


def _without(nodes: Mapping[int, ua.NodeId], tags: set[int]) -> dict[int, ua.NodeId]:
    return {tag: node for tag, node in nodes.items() if tag not in tags}


def _complaint(decoded: Decoded) -> tuple[int, str] | None:
    if decoded.complaint is not None:
        return decoded.code, decoded.complaint
    if not ua.StatusCode(ua.UInt32(decoded.code)).is_bad():
        return None
    return decoded.code, ua.StatusCode(ua.UInt32(decoded.code)).name


def _reason(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "the server did not answer in time"
    return str(error) or type(error).__name__
