"""`demo-a`: a press line behind a real OPC UA server, which also remembers what its machines did.

The server's history is not stored anywhere: what a machine did follows from the time alone, so HistoryRead computes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final, cast

from asyncua import ua
from asyncua.server.history import HistoryStorageInterface
from asyncua.server.server import Server
from asyncua.ua.attribute_ids import AttributeIds

from millmark.demo.machines import DAY_US, DemoMachine
from millmark.drivers.config import TagDeclaration
from millmark.model import DataType, utc_us
from millmark.model.period import utc_datetime

NAMESPACE: Final = "urn:millmark:demonstration:stamping"
REMEMBERED_DAYS: Final = 30
_TICK_S: Final = 0.5
_AT_ONCE_US: Final = DAY_US // 4
_VARIANTS: Final = {
    DataType.TEXT: ua.VariantType.String,
    DataType.INTEGER: ua.VariantType.UInt32,
    DataType.BOOLEAN: ua.VariantType.Boolean,
    DataType.FLOAT: ua.VariantType.Double,
}


def node_name(asset: str, metric: str) -> str:
    """The string identifier of a signal's node."""
    return f"{asset}.{metric}"


class MachineHistory(HistoryStorageInterface):
    """What the machines did, computed for the span that is asked for; nothing is saved."""

    def __init__(self, now_us: Callable[[], int], values_at_once: int = 10_000) -> None:
        super().__init__(values_at_once)
        self._now_us = now_us
        self._signals: dict[ua.NodeId, tuple[DemoMachine, TagDeclaration]] = {}

    def remember(self, node: ua.NodeId, machine: DemoMachine, signal: TagDeclaration) -> None:
        self._signals[node] = (machine, signal)

    async def init(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    async def save_node_value(self, node_id: ua.NodeId, datavalue: ua.DataValue) -> None:
        """Nothing to save: the past is computed."""

    async def new_historized_node(self, node_id: ua.NodeId, period: timedelta | None, count: int = 0) -> None:
        """Nodes are named by `remember`."""

    async def read_node_history(
        self, node_id: ua.NodeId, start: datetime | None, end: datetime | None, nb_values: int
    ) -> tuple[list[ua.DataValue], datetime | None]:
        """Values from start to end, both included, oldest first; a continuation point where there are more."""
        if node_id not in self._signals:
            return [], None
        machine, signal = self._signals[node_id]
        now_us = self._now_us()
        start_us = max(_us(start, 0), now_us - REMEMBERED_DAYS * DAY_US)
        end_us = min(_us(end, now_us), now_us)
        if end_us < start_us:
            return [], None
        at_most = min(nb_values or self.max_history_data_response_size, self.max_history_data_response_size)
        found: list[ua.DataValue] = []
        while start_us <= end_us:
            until_us = min(start_us + _AT_ONCE_US, end_us + 1)
            times, values = machine.between(start_us, until_us)[signal.metric]
            room = at_most - len(found)
            found += [data_value(signal, int(time), value) for time, value in zip(times[:room], values, strict=False)]
            if len(times) > room:
                return found, utc_datetime(int(times[room]))
            start_us = until_us
            # Live values and keep-alives go out between two pieces of the past.
            await asyncio.sleep(0)
        return found, None


class StampingServer:
    """The line's OPC UA server on loopback, without security, as a demonstration on one computer may be."""

    def __init__(self, machines: Sequence[DemoMachine], *, host: str, port: int, now_us: Callable[[], int]) -> None:
        self._machines = machines
        self._endpoint = f"opc.tcp://{host}:{port}/millmark/demo-a"
        self._now_us = now_us
        self._nodes: dict[tuple[str, str], ua.NodeId] = {}
        self._server: Server | None = None
        self._player: asyncio.Task[None] | None = None

    @property
    def endpoint(self) -> str:
        return self._endpoint

    async def start(self) -> None:
        server = Server()
        history = MachineHistory(self._now_us)
        server.iserver.history_manager.set_storage(history)
        await server.init()
        server.set_endpoint(self._endpoint)
        server.set_server_name("Millmark demonstration: press line (fictional)")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        index = await server.register_namespace(NAMESPACE)
        line = await server.nodes.objects.add_object(ua.NodeId(ua.String("line-1"), ua.Int16(index)), "Line 1")
        shown_us = self._now_us()
        for machine in self._machines:
            folder = await line.add_object(ua.NodeId(ua.String(machine.asset), ua.Int16(index)), machine.asset)
            last = machine.last_at(shown_us)
            for signal in machine.signals:
                node_id = ua.NodeId(ua.String(node_name(machine.asset, signal.metric)), ua.Int16(index))
                now = data_value(signal, *last[signal.metric])
                node = await folder.add_variable(node_id, signal.metric, now.Value)
                await server.write_attribute_value(node_id, now)
                await node.set_attr_bit(AttributeIds.AccessLevel, ua.AccessLevel.HistoryRead)
                await node.set_attr_bit(AttributeIds.UserAccessLevel, ua.AccessLevel.HistoryRead)
                await node.write_attribute(AttributeIds.Historizing, ua.DataValue(ua.Variant(True)))
                history.remember(node_id, machine, signal)
                self._nodes[machine.asset, signal.metric] = node_id
        await server.start()
        self._server = server
        self._player = asyncio.create_task(self._play(server, shown_us + 1))

    async def stop(self) -> None:
        if self._player is not None:
            self._player.cancel()
            with suppress(asyncio.CancelledError):
                await self._player
        if self._server is not None:
            await self._server.stop()
        self._player = self._server = None

    async def _play(self, server: Server, from_us: int) -> None:
        """Write each new sample under its own time, in order."""
        while True:
            until_us = self._now_us() + 1
            for machine in self._machines:
                samples = machine.between(from_us, until_us) if until_us > from_us else {}
                for signal in machine.signals:
                    times, values = samples.get(signal.metric, ((), ()))
                    for time_us, value in zip(times, values, strict=True):
                        node = self._nodes[machine.asset, signal.metric]
                        await server.write_attribute_value(node, data_value(signal, int(time_us), value))
            from_us = max(from_us, until_us)
            await asyncio.sleep(_TICK_S)


def data_value(signal: TagDeclaration, time_us: int, value: float | str) -> ua.DataValue:
    """The same for a sample whether it is subscribed or read from history."""
    kind = _VARIANTS[signal.data_type]
    # The library types its times as a class of its own, a plain datetime in all but name.
    moment = cast("ua.DateTime", utc_datetime(time_us))
    return ua.DataValue(
        ua.Variant(int(value) if kind is ua.VariantType.UInt32 else value, kind),
        SourceTimestamp=moment,
        ServerTimestamp=moment,
    )


def _us(moment: datetime | None, otherwise_us: int) -> int:
    # The year 1601 is how a request leaves a bound open.
    if moment is None or moment.year <= 1601:
        return otherwise_us
    return utc_us(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))
