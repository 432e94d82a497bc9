"""A subscription whose notifications are acknowledged after they were taken in, and whose silence is noticed.

The client library acknowledges a notification when our callback returns, and asks for the next one only then. So a
receiver that is slow slows the server down, whose queues then hold the values; nothing piles up here.
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.uaerrors import BadTooManyOperations, UaError

from millmark.drivers.config import OpcUaConfig
from millmark.drivers.opcua.session import OpcUaSession, chunks

OnValues = Callable[[Sequence[ua.MonitoredItemNotification]], Awaitable[None]]
OnGap = Callable[[int], None]

_LIFETIME_IN_KEEP_ALIVES: Final = 10
_MOST_REPUBLISHED: Final = 1_000
_SEQUENCE_END: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class MonitoredNode:
    """A node to watch; notifications carry `handle`."""

    handle: int
    node: ua.NodeId
    sampling_interval_ms: float


class Subscription:
    """One subscription of a session. `on_gap` is told how many notifications the server can no longer give."""

    def __init__(self, session: OpcUaSession, config: OpcUaConfig, on_values: OnValues, on_gap: OnGap) -> None:
        self._session = session
        self._config = config
        self._on_values = on_values
        self._on_gap = on_gap
        self._id = 0
        self._expected = 1
        self._busy = False
        self._heard_s = time.monotonic()
        self._silence_s = math.inf

    async def create(self) -> None:
        """Create it on the server and learn from the revised intervals how long silence may last."""
        interval_ms = self._config.publishing_interval_ms
        keep_alives = max(1, math.ceil(self._config.keep_alive_s * 1_000 / interval_ms))
        parameters = ua.CreateSubscriptionParameters(
            RequestedPublishingInterval=ua.Double(interval_ms),
            RequestedLifetimeCount=ua.UInt32(keep_alives * _LIFETIME_IN_KEEP_ALIVES),
            RequestedMaxKeepAliveCount=ua.UInt32(keep_alives),
            MaxNotificationsPerPublish=ua.UInt32(10_000),
            PublishingEnabled=True,
            Priority=ua.Byte(0),
        )
        created = await self._session.client.uaclient.create_subscription(parameters, self._on_publish)
        self._id = int(created.SubscriptionId)
        between_keep_alives_s = created.RevisedPublishingInterval * created.RevisedMaxKeepAliveCount / 1_000
        self._silence_s = 1.5 * between_keep_alives_s + self._config.request_timeout_s
        self._heard_s = time.monotonic()

    async def monitor(self, nodes: Sequence[MonitoredNode]) -> dict[int, ua.StatusCode]:
        """Watch nodes, in requests the server accepts; the result is the status by handle of those it refused."""
        refused: dict[int, ua.StatusCode] = {}
        for chunk in chunks(nodes, self._session.limits.monitored_items):
            refused |= await self._monitor_chunk(chunk)
        return refused

    def check(self) -> None:
        """Declare the session lost when the server has been silent for longer than its keep-alives allow."""
        silent_s = time.monotonic() - self._heard_s
        if not self._busy and silent_s > self._silence_s:
            self._session.lose(f"the subscription has been silent for {silent_s:.0f} s, not even a keep-alive came")

    async def _monitor_chunk(self, nodes: Sequence[MonitoredNode]) -> dict[int, ua.StatusCode]:
        parameters = ua.CreateMonitoredItemsParameters(
            SubscriptionId=ua.UInt32(self._id),
            TimestampsToReturn=ua.TimestampsToReturn.Both,
            ItemsToCreate=[self._request(node) for node in nodes],
        )
        try:
            results = await self._session.client.uaclient.create_monitored_items(parameters)
        except BadTooManyOperations:
            if len(nodes) == 1:
                raise
            half = len(nodes) // 2
            return await self._monitor_chunk(nodes[:half]) | await self._monitor_chunk(nodes[half:])
        return {
            node.handle: result.StatusCode
            for node, result in zip(nodes, results, strict=True)
            if not result.StatusCode.is_good()
        }

    def _request(self, node: MonitoredNode) -> ua.MonitoredItemCreateRequest:
        return ua.MonitoredItemCreateRequest(
            ItemToMonitor=ua.ReadValueId(NodeId=node.node, AttributeId=AttributeIds.Value),
            MonitoringMode=ua.MonitoringMode.Reporting,
            RequestedParameters=ua.MonitoringParameters(
                ClientHandle=ua.UInt32(node.handle),
                SamplingInterval=ua.Double(node.sampling_interval_ms),
                Filter=ua.DataChangeFilter(Trigger=ua.DataChangeTrigger.StatusValueTimestamp),
                QueueSize=ua.UInt32(self._config.queue_size),
                DiscardOldest=True,
            ),
        )

    async def _on_publish(self, result: ua.PublishResult) -> None:
        self._busy = True
        try:
            await self._take_in(result.NotificationMessage)
        except Exception as error:  # noqa: BLE001 - the library would log it and acknowledge what was not taken in
            self._session.lose(f"notifications could not be taken in: {str(error) or type(error).__name__}")
        finally:
            self._busy = False
            self._heard_s = time.monotonic()

    async def _take_in(self, message: ua.NotificationMessage) -> None:
        if not message.SequenceNumber:  # the client library itself speaks here, about a connection it lost
            await self._read(message)
            return
        await self._fill_gap(int(message.SequenceNumber))
        if message.NotificationData:
            await self._read(message)
            self._expected = _after(int(message.SequenceNumber))

    async def _fill_gap(self, arrived: int) -> None:
        """Ask again for notifications that were skipped (OPC 10000-4, clause 5.14.6)."""
        missing = arrived - self._expected
        if missing <= 0:
            return
        lost = max(0, missing - _MOST_REPUBLISHED)
        for number in range(self._expected + lost, arrived):
            try:
                message = await self._session.client.uaclient.session.republish(self._id, number)
            except UaError:
                lost += 1
                continue
            lost += 0 if message.NotificationData else 1
            await self._read(message)
        self._expected = arrived
        if lost:
            self._on_gap(lost)

    async def _read(self, message: ua.NotificationMessage) -> None:
        for notification in message.NotificationData or ():
            if isinstance(notification, ua.DataChangeNotification):
                await self._on_values(notification.MonitoredItems)
            elif isinstance(notification, ua.StatusChangeNotification):
                self._session.lose(f"the server ended the subscription: {notification.Status.name}")


def _after(number: int) -> int:
    return 1 if number == _SEQUENCE_END else number + 1
