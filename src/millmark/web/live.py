"""Live values as a stream: a snapshot first, then what was stored since."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from fastapi.sse import ServerSentEvent

from millmark.model import PointBatch, TextBatch
from millmark.web.columns import live_json

if TYPE_CHECKING:
    from millmark.intake import Intake

LOOK_UP_S = 5.0

Item = TypeVar("Item")


async def stream_live(
    intake: Intake, series: Sequence[int], *, stopping: asyncio.Event, may_go_on: Callable[[], bool]
) -> AsyncIterator[ServerSentEvent]:
    """Events `snapshot` and `update` for some series, until the platform stops or `may_go_on` says no.

    `may_go_on` is asked in a thread every few seconds, so that a stream ends with its session.
    """
    # Subscribed before the snapshot is taken: what comes in between is in both rather than in neither.
    async with intake.subscribe(series) as subscription:
        yield _event("snapshot", *intake.latest_of(series))
        async for update in _until(subscription, stopping, may_go_on):
            if update.dropped:
                # What a slow reader missed cannot be told one by one any more; the latest values can.
                yield _event("snapshot", *intake.latest_of(series), dropped=update.dropped)
            else:
                yield _event("update", update.points, update.texts)


async def _until(
    items: AsyncIterator[Item], stopping: asyncio.Event, may_go_on: Callable[[], bool]
) -> AsyncIterator[Item]:
    """The items until the end, looking up every few seconds whether to go on, however quiet they are."""
    clock = asyncio.get_running_loop().time
    stopped = asyncio.create_task(stopping.wait())
    waiting = asyncio.create_task(_next(items))
    look_up_at = clock() + LOOK_UP_S
    try:
        while not stopped.done():
            await asyncio.wait(
                {waiting, stopped}, timeout=max(0.0, look_up_at - clock()), return_when=asyncio.FIRST_COMPLETED
            )
            if clock() >= look_up_at:
                if not await asyncio.to_thread(may_go_on):
                    return
                look_up_at = clock() + LOOK_UP_S
            if waiting.done():
                try:
                    item = waiting.result()
                except StopAsyncIteration:
                    return
                waiting = asyncio.create_task(_next(items))
                yield item
    finally:
        waiting.cancel()
        stopped.cancel()


async def _next(items: AsyncIterator[Item]) -> Item:
    return await anext(items)


def _event(name: str, points: PointBatch, texts: TextBatch, *, dropped: int = 0) -> ServerSentEvent:
    return ServerSentEvent(event=name, raw_data=live_json(points, texts, dropped=dropped))
