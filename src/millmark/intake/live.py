"""Points as they become durable, for whoever watches."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np

from millmark.model import PointBatch, TextBatch


@dataclass(frozen=True, slots=True, eq=False)
class LiveUpdate:
    """Newly canonical rows of the watched series. `dropped` updates before this one were lost to a slow reader, who
    should ask for the latest values again."""

    points: PointBatch
    texts: TextBatch
    dropped: int = 0


class LiveSubscription:
    """An async iterator that ends when it is closed. A reader who is slow loses the oldest updates and is told."""

    def __init__(
        self, series: Iterable[int] | None, on_close: Callable[[LiveSubscription], None], *, depth: int = 64
    ) -> None:
        self._series = None if series is None else np.unique(np.fromiter(series, np.uint32))
        self._on_close = on_close
        self._waiting: deque[LiveUpdate] = deque()
        self._depth = depth
        self._dropped = 0
        self._arrived = asyncio.Event()
        self._closed = False

    def offer(self, points: PointBatch, texts: TextBatch) -> None:
        if self._series is not None:
            points = points.take(np.isin(points.series, self._series))
            texts = texts.take(np.isin(texts.series, self._series))
        if not len(points) and not len(texts):
            return
        if len(self._waiting) == self._depth:
            self._waiting.popleft()
            self._dropped += 1
        self._waiting.append(LiveUpdate(points, texts))
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
        if self._dropped:
            update = LiveUpdate(update.points, update.texts, self._dropped)
            self._dropped = 0
        return update
