"""What waits to be committed: counted, bounded, handed over a block at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from millmark.intake.contribution import Contribution, Source


class Arrivals:
    """Lives on the event loop. Sources announce that they have something and are asked for it when a block is
    gathered; contributions that are complete already wait beside them.

    While one block is written the next one gathers, each up to half of what may wait: so the two take turns evenly
    and nobody waits for a block of everything.
    """

    def __init__(self, *, block_points: int, pending_points: int, monotonic: Callable[[], float]) -> None:
        self._block_points = block_points
        self._limit = pending_points
        self._monotonic = monotonic
        self._sources: dict[Source, int] = {}
        self._ready: list[Contribution] = []
        self._uncollected = 0
        self._collected = 0
        self._first_at: float | None = None
        self._arrived = asyncio.Event()
        self._filled = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    @property
    def pending(self) -> int:
        """Readings in memory that are not committed yet."""
        return self._uncollected + self._collected

    @property
    def is_full(self) -> bool:
        return self._uncollected >= max(self._limit // 2, 1) or self.pending >= self._limit

    @property
    def first_at(self) -> float | None:
        """Monotonic time of the first arrival not yet collected."""
        return self._first_at

    def announce(self, source: Source, readings: int) -> None:
        """The source has gathered this many more readings."""
        self._sources[source] = self._sources.get(source, 0) + readings
        self._count(readings)

    def add(self, contribution: Contribution) -> None:
        self._ready.append(contribution)
        self._count(len(contribution))

    async def room(self) -> None:
        """Waits until something may be added."""
        while self.is_full:
            self._room.clear()
            await self._room.wait()

    async def window(self, seconds: float) -> None:
        """Waits for the first arrival, then until the window is over or a block is full."""
        await self._arrived.wait()
        remaining = (self._first_at or 0.0) + seconds - self._monotonic()
        if remaining > 0 and not self._filled.is_set():
            try:
                async with asyncio.timeout(remaining):
                    await self._filled.wait()
            except TimeoutError:
                return

    def collect(self) -> list[Contribution]:
        """Everything that has arrived, in the order of arrival of each source; counted until `release`."""
        ready, sources = self._ready, self._sources
        self._ready, self._sources, self._uncollected, self._first_at = [], {}, 0, None
        self._arrived.clear()
        self._filled.clear()
        contributions = [*ready, *(source.contribute() for source in sources)]
        self._collected += sum(map(len, contributions))
        self._make_room()
        return contributions

    def release(self, contribution: Contribution) -> None:
        """The contribution is committed, or given back to whom it came from."""
        self._collected -= len(contribution)
        self._make_room()

    def _make_room(self) -> None:
        if not self.is_full:
            self._room.set()

    def _count(self, readings: int) -> None:
        self._uncollected += readings
        if self._first_at is None:
            self._first_at = self._monotonic()
        self._arrived.set()
        if self._uncollected >= self._block_points:
            self._filled.set()
