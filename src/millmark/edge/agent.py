"""The edge agent: keeps drivers running, holds what they bring until it is stored, and says how each one fares."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from millmark.drivers.config import BackOff
from millmark.drivers.driver import BadTag, Deliver, Driver, DriverState
from millmark.drivers.persistence import Waits
from millmark.edge.buffer import BatchBuffer, merged
from millmark.model.period import SECOND_US

# A driver that ran this long was healthy; its next breakdown is a new matter.
_STEADY_US: Final = 600 * SECOND_US


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """`buffer_readings` bounds the memory of all drivers together; each has an equal share of it.

    A reading takes about 40 bytes, so a million take 40 MB.
    """

    buffer_readings: int = 1_000_000
    readings_at_once: int = 50_000
    flush_s: float = 5.0
    back_off: BackOff = field(default_factory=lambda: BackOff(first_s=1.0, longest_s=60.0))


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """How one device connection fares, from the machine to the store. Times are UTC microseconds.

    `readings_delivered` were stored; `buffered` wait to be, the oldest of them from `oldest_buffered_us`. While
    `held_back`, the buffer is full and the driver does not read. `restarts` counts how often the driver broke down.
    """

    name: str
    kind: str
    endpoint: str
    state: DriverState
    state_since_us: int | None
    last_error: str | None
    last_error_us: int | None
    readings_delivered: int
    last_delivery_us: int | None
    bad_tags: tuple[BadTag, ...]
    notes: tuple[str, ...]
    buffered: int
    buffer_limit: int
    oldest_buffered_us: int | None
    held_back: bool
    restarts: int


class EdgeAgent:
    """Runs drivers and hands their readings to `deliver`, in order, again and again until they are stored."""

    def __init__(
        self,
        drivers: Sequence[Driver],
        deliver: Deliver,
        *,
        now_us: Callable[[], int],
        settings: EdgeSettings | None = None,
        on_status: Callable[[ConnectionStatus], None] | None = None,
        random: Random | None = None,
    ) -> None:
        settings = settings or EdgeSettings()
        random = random or Random()  # noqa: S311 - scatters waiting times, keeps no secret
        share = max(1, settings.buffer_readings // max(1, len(drivers)))
        self._connections = [
            _Connection(driver, deliver, share, settings, now_us, on_status, random) for driver in drivers
        ]
        self._flush_s = settings.flush_s
        self._tasks: list[tuple[asyncio.Task[None], asyncio.Task[None]]] = []

    def statuses(self) -> tuple[ConnectionStatus, ...]:
        """One a driver, in the order they were given."""
        return tuple(connection.status for connection in self._connections)

    async def start(self) -> None:
        """Start reading; returns at once."""
        if self._tasks:
            raise RuntimeError("the edge agent is already running")
        self._tasks = [
            (
                asyncio.create_task(connection.read(), name=f"read {connection.name}"),
                asyncio.create_task(connection.forward(), name=f"forward {connection.name}"),
            )
            for connection in self._connections
        ]

    async def stop(self) -> None:
        """Stop reading, hand on what is held for as long as `flush_s`, then end."""
        await _cancelled([reading for reading, _ in self._tasks])
        flushing = [asyncio.create_task(connection.wait_until_empty()) for connection in self._connections]
        if flushing:
            await asyncio.wait(flushing, timeout=self._flush_s)
        await _cancelled([*flushing, *(forwarding for _, forwarding in self._tasks)])
        self._tasks = []

    async def run(self) -> None:
        """Start, and stop when cancelled."""
        await self.start()
        try:
            await asyncio.gather(*(task for pair in self._tasks for task in pair))
        finally:
            await self.stop()


class _Connection:
    """One driver, its buffer, and the two loops that fill and empty it."""

    def __init__(
        self,
        driver: Driver,
        deliver: Deliver,
        buffer_readings: int,
        settings: EdgeSettings,
        now_us: Callable[[], int],
        on_status: Callable[[ConnectionStatus], None] | None,
        random: Random,
    ) -> None:
        self._driver = driver
        self._deliver = deliver
        self._buffer = BatchBuffer(buffer_readings)
        self._at_once = settings.readings_at_once
        self._now_us = now_us
        self._on_status = on_status
        self._restart_waits = Waits(settings.back_off, random)
        self._deliver_waits = Waits(settings.back_off, random)
        self._stored = 0
        self._last_stored_us: int | None = None
        self._error: tuple[int, str] | None = None
        self._restarts = 0
        self._broken = False

    @property
    def name(self) -> str:
        return self._driver.status.name

    @property
    def status(self) -> ConnectionStatus:
        own = self._driver.status
        errors = [(own.last_error_us or 0, own.last_error)] if own.last_error is not None else []
        last_error = max([*errors, *([self._error] if self._error else [])], default=None)
        notes = own.notes
        if self._buffer.is_full:
            notes += (f"the buffer of {self._buffer.limit} readings is full; nothing is read until some are stored",)
        return ConnectionStatus(
            name=own.name,
            kind=own.kind,
            endpoint=own.endpoint,
            state=DriverState.FAILED if self._broken else own.state,
            state_since_us=own.state_since_us,
            last_error=last_error[1] if last_error else None,
            last_error_us=last_error[0] if last_error else None,
            readings_delivered=self._stored,
            last_delivery_us=self._last_stored_us,
            bad_tags=own.bad_tags,
            notes=notes,
            buffered=len(self._buffer),
            buffer_limit=self._buffer.limit,
            oldest_buffered_us=self._buffer.oldest_us,
            held_back=self._buffer.is_full,
            restarts=self._restarts,
        )

    async def read(self) -> None:
        """Run the driver; when it breaks down, show why and run it again after a while."""
        while True:
            started_us = self._now_us()
            try:
                self._broken = False
                await self._driver.run(self._buffer.put)
                reason = "the driver ended by itself"
            except asyncio.CancelledError:
                # A client library that gives up a request cancels it, and so whoever waits: that is not our stopping.
                if (task := asyncio.current_task()) is None or task.cancelling():
                    raise
                reason = "the client library gave up a request"
            except Exception as error:  # noqa: BLE001 - the supervisor of drivers: one's breakdown must not end the rest
                reason = str(error) or type(error).__name__
            if self._now_us() - started_us > _STEADY_US:
                self._restart_waits.reset()
            self._broken = True
            self._restarts += 1
            self._failed(f"the driver broke down and will be started again: {reason}")
            await asyncio.sleep(self._restart_waits.next_s())

    async def forward(self) -> None:
        """Empty the buffer from its head; what is not stored stays there and is offered again."""
        while True:
            held = await self._buffer.first(self._at_once)
            for batch in merged(held):
                while True:
                    try:
                        await self._deliver(batch)
                        break
                    except Exception as error:  # noqa: BLE001 - whatever the store's trouble is, nothing may be lost
                        self._failed(
                            f"{len(self._buffer)} readings wait to be stored: {str(error) or type(error).__name__}"
                        )
                    await asyncio.sleep(self._deliver_waits.next_s())
                self._deliver_waits.reset()
                self._stored += len(batch)
                self._last_stored_us = self._now_us()
            await self._buffer.drop(len(held))

    async def wait_until_empty(self) -> None:
        await self._buffer.wait_until_empty()

    def _failed(self, message: str) -> None:
        self._error = (self._now_us(), message)
        if self._on_status is not None:
            self._on_status(self.status)


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
