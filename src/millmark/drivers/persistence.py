"""Trying again: growing waiting times, and delivery that does not give up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

from millmark.drivers.config import BackOff
from millmark.drivers.driver import Deliver
from millmark.drivers.reporting import StatusReport
from millmark.model import ReadingBatch


class Waits:
    """Waiting times that double from try to try, scattered so that many clients do not return at once."""

    def __init__(self, back_off: BackOff, random: Random) -> None:
        self._back_off = back_off
        self._random = random
        self._next_s = back_off.first_s

    def next_s(self) -> float:
        """Seconds to wait before the next try: the planned time, shortened or lengthened by up to a third."""
        planned_s = self._next_s
        self._next_s = min(self._next_s * 2, self._back_off.longest_s)
        return planned_s * self._random.uniform(2 / 3, 4 / 3)

    def reset(self) -> None:
        self._next_s = self._back_off.first_s


class Delivery:
    """Hands batches on in order; one that was not stored is kept and offered again until it is."""

    def __init__(self, deliver: Deliver, report: StatusReport, waits: Waits) -> None:
        self._deliver = deliver
        self._report = report
        self._waits = waits

    async def __call__(self, batches: Sequence[ReadingBatch]) -> None:
        for batch in batches:
            await self._until_stored(batch)
            self._report.delivered(len(batch))

    async def _until_stored(self, batch: ReadingBatch) -> None:
        while True:
            try:
                await self._deliver(batch)
            except Exception as error:  # noqa: BLE001 - whatever the receiver's trouble is, the batch must not be lost
                self._report.error(f"{len(batch)} readings are not stored yet, trying again: {error}")
                await asyncio.sleep(self._waits.next_s())
            else:
                self._waits.reset()
                return
