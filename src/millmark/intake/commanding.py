"""Values on their way out: written to a machine by somebody who may, and what became of it.

Whether somebody may, and that it is recorded before it is done, is for the caller to see to; that the gateway may be
written to is looked up here, once more, right before the command goes out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np

from millmark.intake.errors import IntakeError
from millmark.intake.intake import Intake
from millmark.intake.live import LiveSubscription, LiveUpdate
from millmark.model import Quality
from millmark.registry import Registry
from millmark.wire.sparkplug import (
    MessageType,
    MistypedValue,
    SparkplugTopic,
    WrittenValue,
    rebirth_command,
)

LONGEST_WAIT_S = 30.0


class CommandRefused(IntakeError):
    """Nothing was sent; the message says why, `next_step` what to do."""

    def __init__(self, message: str, *, next_step: str) -> None:
        super().__init__(message)
        self.next_step = next_step


class NotWritable(CommandRefused):
    """Nobody has granted that this gateway's machines may be written to."""


class NotReachable(CommandRefused):
    """No edge node of the gateway is there that declared the metric, or none that listens for commands."""


class UnfitValue(CommandRefused):
    """The value is none of the metric's data type."""


class Delivery(StrEnum):
    """How far a command came. `SENT`: the edge node listens at QoS 0, which acknowledges nothing."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    NOT_ACKNOWLEDGED = "not_acknowledged"


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """`reported_back` says whether the machine gave the written value as its own within the time; None where no series
    could have shown it. A machine may well take a value and report another one: it is the machine that decides."""

    topic: str
    sent_us: int
    delivery: Delivery
    connections: int
    reported_back: bool | None = None


@dataclass(frozen=True, slots=True)
class PresentValue:
    """What the history knows of a metric before it is written; `value` is None when it has none."""

    series: int | None = None
    value: float | str | None = None
    source_time_us: int | None = None


class Carrier(Protocol):
    """A way to edge nodes: the platform's own listener, or its connection to an outside broker."""

    def command(
        self, gateway: str, asset: str, metric: str, value: WrittenValue, now_ms: int
    ) -> tuple[SparkplugTopic, bytes] | None: ...

    def edge_nodes(self, gateway: str) -> Sequence[tuple[str, str]]: ...

    def deliver_to(
        self,
        gateway: str,
        topic: str,
        payload: bytes,
        acknowledged: Callable[[], None] | None = None,
        within_s: float | None = None,
    ) -> Sequence[int]:
        """Sends to whoever listens; what is not taken within the time is not sent again, for it would come as a
        surprise."""
        ...


class CommandDesk:
    """Belongs to the event loop of the intake."""

    def __init__(self, intake: Intake, registry: Registry) -> None:
        self._intake = intake
        self._registry = registry
        self._carriers: list[Carrier] = []

    def attach(self, carrier: Carrier) -> None:
        self._carriers.append(carrier)

    def detach(self, carrier: Carrier) -> None:
        self._carriers.remove(carrier)

    def present(self, gateway: str, asset: str, metric: str) -> PresentValue:
        """What is known of the metric just now. Reads the registry: call it in a thread."""
        series = self._registry.bindings(gateway).get((asset, metric))
        if series is None:
            return PresentValue()
        points, texts = self._intake.latest_of([series.id])
        if len(points):
            return PresentValue(series.id, float(points.value[0]), int(points.source_time_us[0]))
        if len(texts):
            return PresentValue(series.id, texts.value[0].as_py(), int(texts.source_time_us[0]))
        return PresentValue(series.id)

    def check(self, gateway: str, asset: str, metric: str, value: WrittenValue) -> None:
        """Raises what `write` would refuse for, and sends nothing."""
        self._command(gateway, asset, metric, value)

    async def write(
        self, gateway: str, asset: str, metric: str, value: WrittenValue, present: PresentValue, within_s: float
    ) -> CommandOutcome:
        """Writes one value and waits for what becomes of it; raises `CommandRefused` when nothing was sent."""
        grants = await asyncio.to_thread(self._registry.write_grants)
        if gateway not in grants:
            raise NotWritable(
                f"Nobody has granted that machines of gateway '{gateway}' may be written to.",
                next_step="An administrator grants it: millmark gateway allow-writing.",
            )
        carrier, topic, payload = self._command(gateway, asset, metric, value)
        if present.series is None:
            return await self._send(carrier, gateway, topic, payload, within_s)
        async with self._intake.subscribe([present.series]) as updates:
            deadline = asyncio.get_running_loop().time() + within_s
            outcome = await self._send(carrier, gateway, topic, payload, within_s)
            left_s = deadline - asyncio.get_running_loop().time()
            came_back = await _came_back(updates, value, left_s)
        return CommandOutcome(outcome.topic, outcome.sent_us, outcome.delivery, outcome.connections, came_back)

    async def ask_for_rebirth(self, gateway: str, within_s: float) -> Sequence[CommandOutcome]:
        """Asks each edge node of the gateway to declare itself again; raises `NotReachable` when there is none."""
        nodes = [(carrier, *node) for carrier in self._carriers for node in carrier.edge_nodes(gateway)]
        if not nodes:
            raise _nobody(gateway)
        payload = rebirth_command(self._intake.now_us() // 1000)
        return await asyncio.gather(
            *(
                self._send(carrier, gateway, SparkplugTopic(group, MessageType.NCMD, node), payload, within_s)
                for carrier, group, node in nodes
            )
        )

    def _command(
        self, gateway: str, asset: str, metric: str, value: WrittenValue
    ) -> tuple[Carrier, SparkplugTopic, bytes]:
        now_ms = self._intake.now_us() // 1000
        for carrier in self._carriers:
            try:
                command = carrier.command(gateway, asset, metric, value, now_ms)
            except MistypedValue as error:
                raise UnfitValue(str(error), next_step="Give a value of the type that the machine declared.") from error
            if command is not None:
                return carrier, *command
        if not any(carrier.edge_nodes(gateway) for carrier in self._carriers):
            raise _nobody(gateway)
        where = f"{asset}:{metric}" if asset else metric
        raise NotReachable(
            f"No edge node of gateway '{gateway}' that is alive has declared '{where}'.",
            next_step="Look up the metric's name in the list of series; ask for a rebirth if it should be there.",
        )

    async def _send(
        self, carrier: Carrier, gateway: str, topic: SparkplugTopic, payload: bytes, within_s: float
    ) -> CommandOutcome:
        acknowledged = asyncio.Event()
        sent_us = self._intake.now_us()
        sent = carrier.deliver_to(gateway, str(topic), payload, acknowledged.set, within_s)
        if not sent:
            raise NotReachable(
                f"The edge node '{topic.group}/{topic.node}' does not listen for commands on '{topic}'.",
                next_step="Let it subscribe to its commands; look whether it takes what it is sent.",
            )
        if not any(sent):
            return CommandOutcome(str(topic), sent_us, Delivery.SENT, len(sent))
        try:
            async with asyncio.timeout(within_s):
                await acknowledged.wait()
        except TimeoutError:
            return CommandOutcome(str(topic), sent_us, Delivery.NOT_ACKNOWLEDGED, len(sent))
        return CommandOutcome(str(topic), sent_us, Delivery.ACKNOWLEDGED, len(sent))


def _nobody(gateway: str) -> NotReachable:
    return NotReachable(
        f"No Sparkplug edge node of gateway '{gateway}' is connected.",
        next_step="Commands go to edge nodes that are connected just now; look why this one is not.",
    )


async def _came_back(updates: LiveSubscription, value: WrittenValue, within_s: float) -> bool:
    """Whether the series gets the written value as a good one within the time."""
    try:
        async with asyncio.timeout(max(within_s, 0.0)):
            async for update in updates:
                if _shows(update, value):
                    return True
    except TimeoutError:
        return False
    return False


def _shows(update: LiveUpdate, value: WrittenValue) -> bool:
    if isinstance(value, str):
        texts = update.texts.take(update.texts.quality == Quality.GOOD)
        return value in texts.value.to_pylist()
    if not isinstance(value, bool | int | float):
        return False
    points = update.points.take(update.points.quality == Quality.GOOD)
    # A metric of 32 bits reports what remained of the value.
    return bool(np.isclose(points.value, float(value), rtol=1e-6, atol=0.0).any())
