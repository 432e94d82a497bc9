"""The Modbus TCP driver: polls its units on a fixed grid, and keeps each one's trouble to itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from random import Random
from typing import Final

from millmark.drivers import status_codes
from millmark.drivers.config import ModbusConfig, ModbusDevice, TagDeclaration
from millmark.drivers.driver import Deliver, DriverState, DriverStatus, OnStatus
from millmark.drivers.errors import DeviceUnreachable
from millmark.drivers.modbus.connection import ModbusConnection, ReadRefused
from millmark.drivers.modbus.planner import ReadBlock, ReadLimits, WantedTag, plan_reads
from millmark.drivers.modbus.registers import UnreadableRegisters, decode
from millmark.drivers.persistence import Delivery, Waits
from millmark.drivers.readings import Readings
from millmark.drivers.reporting import StatusReport

# A connection on which nobody answered so many requests in a row is taken for dead.
_SILENT_REQUESTS: Final = 3


class ModbusDriver:
    """Reads the units behind one Modbus TCP address for ever.

    A reading carries the time its answer came. A tag that cannot be read gives one bad reading when that is noticed,
    with a status code for the cause, and is tried again.
    """

    def __init__(
        self,
        config: ModbusConfig,
        *,
        now_us: Callable[[], int],
        on_status: OnStatus | None = None,
        random: Random | None = None,
    ) -> None:
        self._config = config
        self._now_us = now_us
        self._random = random or Random()  # noqa: S311 - scatters waiting times, keeps no secret
        self._declared = config.declared
        wanted = _wanted(config)
        self._report = StatusReport(
            DriverStatus(config.gateway, config.kind, f"{config.host}:{config.port}"),
            self._declared,
            tuple(f"unit {tag.unit_id}, {tag.register.kind} {tag.start}" for tag in wanted),
            now_us=now_us,
            on_status=on_status,
        )
        self._bad: set[int] = set()
        limits = ReadLimits(config.max_registers, config.max_bits, config.max_gap)
        self._units = []
        for device in config.devices:
            tags, wanted = wanted[: len(config.registers_of(device))], wanted[len(config.registers_of(device)) :]
            self._units.append(_Unit(device, config, tags, limits, Waits(config.back_off, self._random)))

    @property
    def status(self) -> DriverStatus:
        return self._report.status

    @property
    def declared(self) -> tuple[TagDeclaration, ...]:
        return self._declared

    async def run(self, deliver: Deliver) -> None:
        """Read until cancelled."""
        delivery = Delivery(deliver, self._report, Waits(self._config.back_off, self._random))
        waits = Waits(self._config.back_off, self._random)
        while True:
            self._report.state(DriverState.CONNECTING)
            connection = ModbusConnection(
                self._config.host,
                self._config.port,
                connect_timeout_s=self._config.timeout_s,
                longest_timeout_s=max(unit.timeout_s for unit in self._units),
            )
            try:
                await connection.open()
                self._report.state(DriverState.CONNECTED)
                await self._poll_all(connection, delivery, waits)
            except DeviceUnreachable as error:
                self._report.error(str(error))
            finally:
                connection.close()
            self._report.state(DriverState.RETRYING)
            readings = self._readings()
            everything = range(len(self._declared))
            self._mark(everything, status_codes.BAD_COMMUNICATION_ERROR, "no connection to the device", readings)
            await delivery(readings.take())
            await asyncio.sleep(waits.next_s())

    async def _poll_all(self, connection: ModbusConnection, delivery: Delivery, waits: Waits) -> None:
        """Poll each unit when it is due, for as long as the connection lives."""
        start_s = time.monotonic()
        for unit in self._units:
            unit.due_s = start_s
        unanswered = 0
        while True:
            unit = min(self._units, key=lambda one: one.due_s)
            await asyncio.sleep(max(0.0, unit.due_s - time.monotonic()))
            readings = self._readings()
            answered = await self._poll(unit, connection, readings)
            await delivery(readings.take())
            unit.schedule_next(time.monotonic(), answered=answered)
            unanswered = 0 if answered else unanswered + 1
            if answered:
                waits.reset()
            if unanswered >= max(_SILENT_REQUESTS, len(self._units)):
                raise DeviceUnreachable(f"none of {unanswered} requests in a row was answered in time")

    async def _poll(self, unit: _Unit, connection: ModbusConnection, readings: Readings) -> bool:
        """Read a unit's blocks; False when it did not answer in time, and the rest of it then waits for next time."""
        unit.recall(time.monotonic())
        position = 0
        while position < len(unit.blocks):
            block = unit.blocks[position]
            try:
                words = await connection.read(block, unit.timeout_s)
            except TimeoutError:
                reason = f"unit {unit.unit_id} did not answer within {unit.timeout_s:g} s"
                self._report.error(reason)
                self._mark(unit.tags, status_codes.BAD_TIMEOUT, reason, readings)
                return False
            except ReadRefused as refusal:
                if refusal.worth_splitting:
                    unit.blocks[position : position + 1] = block.halves()
                else:
                    self._mark([tag.tag for tag in block.tags], refusal.code, str(refusal), readings)
                    unit.set_aside(position, time.monotonic())
            else:
                self._take_in(block, words, readings)
                position += 1
        return True

    def _take_in(self, block: ReadBlock, words: Iterable[int], readings: Readings) -> None:
        time_us = self._now_us()
        words = list(words)
        good: list[int] = []
        for tag in block.tags:
            try:
                value = decode(tag.register, block.words_of(tag, words))
            except UnreadableRegisters as error:
                self._mark([tag.tag], status_codes.BAD_DATA_ENCODING_INVALID, str(error), readings)
            else:
                readings.add(tag.tag, time_us, value, status_codes.GOOD)
                good.append(tag.tag)
        self._bad.difference_update(good)
        self._report.tags(dict.fromkeys(good))

    def _mark(self, tags: Iterable[int], code: int, reason: str, readings: Readings) -> None:
        """One bad reading for each tag that was not bad already."""
        now_us = self._now_us()
        news = [tag for tag in tags if tag not in self._bad]
        for tag in news:
            readings.add(tag, now_us, None, code)
        self._bad.update(news)
        self._report.tags(dict.fromkeys(news, (code, reason)))

    def _readings(self) -> Readings:
        return Readings(self._config.gateway, self._declared)


class _Unit:
    """A unit's reads and its place on the time grid. Monotonic seconds throughout."""

    def __init__(
        self, device: ModbusDevice, config: ModbusConfig, wanted: list[WantedTag], limits: ReadLimits, waits: Waits
    ) -> None:
        self.unit_id = device.unit_id
        self.timeout_s = device.timeout_s or config.timeout_s
        self.tags = [tag.tag for tag in wanted]
        self.blocks = list(plan_reads(wanted, limits))
        self.due_s = 0.0
        self._interval_s = device.poll_interval_s or config.poll_interval_s
        self._retry_s = config.retry_bad_tags_s
        self._aside: list[tuple[float, ReadBlock]] = []
        self._waits = waits

    def recall(self, now_s: float) -> None:
        """Take back refused blocks whose time for another try has come."""
        self.blocks += [block for due_s, block in self._aside if due_s <= now_s]
        self._aside = [(due_s, block) for due_s, block in self._aside if due_s > now_s]

    def set_aside(self, position: int, now_s: float) -> None:
        """Leave a refused block out until it is worth another try."""
        self._aside.append((now_s + self._retry_s, self.blocks.pop(position)))

    def schedule_next(self, now_s: float, *, answered: bool) -> None:
        """The next point of the grid that lies ahead, so that polls do not drift; later for a unit that is silent."""
        if answered:
            self._waits.reset()
            self.due_s += self._interval_s * max(1, -(-(now_s - self.due_s) // self._interval_s))
        else:
            self.due_s = now_s + max(self._interval_s, self._waits.next_s())


def _wanted(config: ModbusConfig) -> list[WantedTag]:
    pairs = [(device.unit_id, register) for device in config.devices for register in config.registers_of(device)]
    return [WantedTag(tag, unit_id, register) for tag, (unit_id, register) in enumerate(pairs)]
