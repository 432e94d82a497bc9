"""One timer for all connections of a listener: a wheel of ticks instead of a timer each."""

from __future__ import annotations

import asyncio
import math
from typing import Protocol


class Watched(Protocol):
    """Somebody with a deadline."""

    def look(self, now: float) -> None:
        """Called at the deadline, at the loop's time (s)."""
        ...


class Deadlines:
    """Belongs to one event loop. A deadline is met up to a tick late, never early.

    Whoever's deadline moves on again and again, as with a keep-alive, lets it come and asks from `look` for the next
    one: nothing needs to be done for each packet.
    """

    def __init__(self, tick_s: float = 0.1) -> None:
        self._tick_s = tick_s
        self._slots: dict[int, set[Watched]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._reached = 0

    def __len__(self) -> int:
        return sum(map(len, self._slots.values()))

    def watch(self, watched: Watched, deadline: float) -> int:
        """Looks at it at the deadline; returns the slot it waits in."""
        slot = max(math.ceil(deadline / self._tick_s), self._reached + 1)
        self._slots.setdefault(slot, set()).add(watched)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._reached = max(self._reached, math.floor(loop.time() / self._tick_s))
            self._schedule(loop)
        return slot

    def forget(self, watched: Watched, slot: int) -> None:
        if waiting := self._slots.get(slot):
            waiting.discard(watched)
            if not waiting:
                del self._slots[slot]

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._slots.clear()

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_at((self._reached + 1) * self._tick_s, self._turn)

    def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        began, self._reached = self._reached, math.floor(now / self._tick_s + 1e-6)
        # After a pause of the whole process more ticks may lie behind than slots are in use.
        due = range(began + 1, self._reached + 1)
        slots = [slot for slot in due if slot in self._slots] if len(due) < len(self._slots) else self._due(due)
        for slot in slots:
            for watched in self._slots.pop(slot):
                watched.look(now)
        self._timer = None
        if self._slots:
            self._schedule(loop)

    def _due(self, due: range) -> list[int]:
        return sorted(slot for slot in self._slots if slot in due)
