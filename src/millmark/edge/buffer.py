"""A bounded queue of batches between a driver and the platform: in order, counted in readings."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import islice

import numpy as np
import pyarrow as pa

from millmark.model import ReadingBatch


class BatchBuffer:
    """Holds what a driver brought until it is stored.

    `put` waits while the buffer is full: the driver then stops reading, and its device keeps the values as long as it
    can (an OPC UA server in its queues and history, a Modbus device only in its counters). One batch larger than the
    whole buffer is taken when the buffer is empty, so nothing is refused for ever.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._batches: deque[ReadingBatch] = deque()
        self._readings = 0
        self._waiting = 0
        self._changed = asyncio.Condition()

    def __len__(self) -> int:
        """Readings held."""
        return self._readings

    @property
    def is_full(self) -> bool:
        """Whether somebody waits for room right now."""
        return self._waiting > 0

    @property
    def oldest_us(self) -> int | None:
        """Source time of the first reading held."""
        return int(self._batches[0].source_time_us[0]) if self._batches else None

    async def put(self, batch: ReadingBatch) -> None:
        if not len(batch):
            return
        async with self._changed:
            self._waiting += 1
            try:
                await self._changed.wait_for(lambda: not self._readings or self._readings + len(batch) <= self.limit)
            finally:
                self._waiting -= 1
            self._batches.append(batch)
            self._readings += len(batch)
            self._changed.notify_all()

    async def first(self, at_most: int) -> list[ReadingBatch]:
        """The batches at the head, together about `at_most` readings; they stay until `drop`. Waits for the first."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._batches))
        count = readings = 0
        for batch in self._batches:
            count += 1
            readings += len(batch)
            if readings >= at_most:
                break
        return list(islice(self._batches, count))

    async def drop(self, batches: int) -> None:
        """Forget the first ones: they are stored."""
        async with self._changed:
            for _ in range(batches):
                self._readings -= len(self._batches.popleft())
            self._changed.notify_all()

    async def wait_until_empty(self) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: not self._batches)


def merged(batches: Sequence[ReadingBatch]) -> list[ReadingBatch]:
    """The same readings in fewer batches: one for each set of tags and kind, each tag's readings in their order."""
    groups: dict[tuple[str, tuple[tuple[str, str], ...], bool], list[ReadingBatch]] = {}
    for batch in batches:
        groups.setdefault((batch.gateway, batch.tags, batch.text is not None), []).append(batch)
    return [_concatenated(group) for group in groups.values()]


def _concatenated(group: Sequence[ReadingBatch]) -> ReadingBatch:
    if len(group) == 1:
        return group[0]
    texts = [batch.text for batch in group if batch.text is not None]
    return ReadingBatch(
        gateway=group[0].gateway,
        tags=group[0].tags,
        tag=np.concatenate([batch.tag for batch in group]),
        source_time_us=np.concatenate([batch.source_time_us for batch in group]),
        value=np.concatenate([batch.value for batch in group]),
        quality=np.concatenate([batch.quality for batch in group]),
        code=np.concatenate([batch.code for batch in group]),
        text=pa.concat_arrays(texts) if texts else None,
    )
