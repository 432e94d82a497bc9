"""The door for line protocol: a body in, points in the history, and only then an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from millmark.intake.intake import Intake
from millmark.intake.settings import LineProtocolSettings
from millmark.model import ReadingBatch
from millmark.wire.line_protocol import BadLine, Precision
from millmark.wire.readings import ReadingFault

if TYPE_CHECKING:
    from millmark.wire.line_protocol_reader import LineProtocolReader, LineReadings

_AT_ONCE = 100_000
_MOST_READERS = 1_000


@dataclass(frozen=True, slots=True)
class WriteReceipt:
    """What became of a body, told after all of it is durable: readings taken, readings set aside, and the lines that
    could not be read, which are set aside too."""

    accepted: int
    set_aside: int
    bad_lines: tuple[BadLine, ...]


class LineProtocolDoor:
    """Belongs to the event loop; bodies are read in threads, those of one gateway one after the other."""

    def __init__(self, intake: Intake, settings: LineProtocolSettings) -> None:
        self.settings = settings
        self._intake = intake
        self._in_flight = 0
        self._less = asyncio.Event()
        self._gateways: dict[str, _GatewayLines] = {}

    @property
    def is_closed(self) -> bool:
        """Whether the store refuses just now: what cannot be stored is better kept by who brings it."""
        return self._intake.is_degraded

    async def reserve(self, size: int) -> bool:
        """Takes room for a body of so many bytes, waiting for it a while; False when none became free. Give it back
        by `release`."""
        try:
            async with asyncio.timeout(self.settings.wait_s):
                while self._in_flight and self._in_flight + size > self.settings.in_flight_bytes:
                    self._less.clear()
                    await self._less.wait()
        except TimeoutError:
            return False
        self._in_flight += size
        return True

    def release(self, size: int) -> None:
        self._in_flight -= size
        self._less.set()

    def wait_s(self, gateway: str) -> float:
        """For how many seconds the gateway is over its quota."""
        return self._intake.quotas.wait_s(gateway)

    async def write(self, gateway: str, body: bytes, precision: Precision) -> WriteReceipt:
        """Returns when everything is durable. Raises `IntakeStopped` and `NotCommitted`; bringing the same body again
        is then right, and no point of it that carries a time is stored twice."""
        now_us = self._intake.now_us()
        self._intake.counters.bytes_in += len(body)
        self._intake.counters.packets_in += 1
        self._intake.counters.gateway(gateway).heard(now_us, bytes_in=len(body), packets_in=1)
        found = await self._lines(gateway).read(body, precision, now_us)
        self._intake.quotas.spend(gateway, points=len(found), size=len(body))
        receipts = await asyncio.gather(
            *(self._intake.submit_all(gateway, batches, faults, found.traits) for batches, faults in _shares(found))
        )
        bad = tuple(found.bad_lines)
        set_aside = sum(receipt.quarantined for receipt in receipts) - len(bad)
        return WriteReceipt(sum(receipt.accepted for receipt in receipts), set_aside, bad)

    def _lines(self, gateway: str) -> _GatewayLines:
        found = self._gateways.get(gateway)
        if found is None:
            if len(self._gateways) >= _MOST_READERS:
                self._gateways.pop(next(iter(self._gateways)))
            found = self._gateways[gateway] = _GatewayLines(gateway, self.settings)
        return found


class _GatewayLines:
    """Reads the bodies of one gateway in turn."""

    def __init__(self, gateway: str, settings: LineProtocolSettings) -> None:
        self._gateway = gateway
        self._settings = settings
        self._reader: LineProtocolReader | None = None
        self._turn = asyncio.Lock()
        self._next_us = 0

    async def read(self, body: bytes, precision: Precision, now_us: int) -> LineReadings:
        async with self._turn:
            # Lines without a time of their own are as many points as there are lines, in this body and the next.
            arrived_us = max(now_us, self._next_us)
            self._next_us = arrived_us + body.count(b"\n") + 1
            return await asyncio.to_thread(self._read, body, precision, arrived_us)

    def _read(self, body: bytes, precision: Precision, arrived_us: int) -> LineReadings:
        # Loading the compiler takes a moment that only a platform with such writers should spend.
        from millmark.wire.line_protocol_reader import LineProtocolReader

        if self._reader is None:
            self._reader = LineProtocolReader(self._gateway, self._settings.naming)
        return self._reader.read(body, precision, arrived_us)


def _shares(found: LineReadings) -> Iterator[tuple[list[ReadingBatch], list[ReadingFault]]]:
    """A large body as several contributions, so that no block grows beyond its bounds by it."""
    faults = found.faults
    for batch in found.batches:
        for start in range(0, len(batch), _AT_ONCE):
            yield [batch if len(batch) <= _AT_ONCE else _cut(batch, start, start + _AT_ONCE)], faults
            faults = []
    if faults:
        yield [], faults


def _cut(batch: ReadingBatch, start: int, end: int) -> ReadingBatch:
    rows = np.s_[start:end]
    text = None if batch.text is None else batch.text.slice(start, end - start)
    return ReadingBatch(
        batch.gateway,
        batch.tags,
        batch.tag[rows],
        batch.source_time_us[rows],
        batch.value[rows],
        batch.quality[rows],
        batch.code[rows],
        text,
    )
