"""Points as they become durable, for whoever watches."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from millmark.model import PointBatch, TextBatch
from millmark.model.batch import U32


@dataclass(frozen=True, slots=True, eq=False)
class LiveUpdate:
    """Newly canonical rows of the watched series. `dropped` updates before this one were lost to a slow reader, who
    should ask for the latest values again."""

    points: PointBatch
    texts: TextBatch
    dropped: int = 0

    def __len__(self) -> int:
        return len(self.points) + len(self.texts)


class LiveSubscription:
    """An async iterator that ends when it is closed. A reader who is slow loses the oldest updates and is told."""

    def __init__(
        self,
        series: Iterable[int] | None,
        on_close: Callable[[LiveSubscription], None],
        *,
        depth: int = 64,
        most_points: int = 500_000,
    ) -> None:
        self._watched = None if series is None else _Watched(series)
        self._on_close = on_close
        self._waiting: deque[LiveUpdate] = deque()
        self._depth = depth
        self._most_points = most_points
        self._points = 0
        self._dropped = 0
        self._arrived = asyncio.Event()
        self._closed = False

    def offer(self, points: PointBatch, texts: TextBatch) -> None:
        if self._watched is not None:
            points = points.take(self._watched.among(points.series))
            texts = texts.take(self._watched.among(texts.series))
        if not len(points) and not len(texts):
            return
        update = LiveUpdate(points, texts)
        self._points += len(update)
        while self._waiting and (len(self._waiting) >= self._depth or self._points > self._most_points):
            self._points -= len(self._waiting.popleft())
            self._dropped += 1
        self._waiting.append(update)
        self._arrived.set()

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._arrived.set()
            self._on_close(self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> LiveUpdate:
        while not self._waiting:
            if self._closed:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        update = self._waiting.popleft()
        self._points -= len(update)
        if self._dropped:
            update = LiveUpdate(update.points, update.texts, self._dropped)
            self._dropped = 0
        return update


_LARGEST_TABLED = 4_000_000


class _Watched:
    """A set of series ids that whole columns are looked up in."""

    def __init__(self, series: Iterable[int]) -> None:
        self._ids = np.unique(np.fromiter(series, np.uint32))
        # An entry for every id, and one more for all beyond; far-off ids are not worth so much memory.
        self._table: NDArray[np.bool_] | None = None
        if not len(self._ids) or self._ids[-1] < _LARGEST_TABLED:
            self._table = np.zeros(int(self._ids[-1]) + 2 if len(self._ids) else 1, np.bool_)
            self._table[self._ids] = True

    def among(self, series: U32) -> NDArray[np.bool_]:
        if self._table is None:
            return np.isin(series, self._ids)
        return self._table[np.minimum(series, np.uint32(len(self._table) - 1))]
