"""The buffer between a driver and the store: bounded, in order, nothing twice."""

from __future__ import annotations

import asyncio

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from millmark.edge.buffer import BatchBuffer, merged
from millmark.model import ReadingBatch

# A busy computer is slow, not wrong.
unhurried = hypothesis_settings(deadline=None)


def batch(
    start: int, readings: int, *, text: bool = False, tags: tuple[tuple[str, str], ...] = (("", "m"),)
) -> ReadingBatch:
    return ReadingBatch(
        gateway="g",
        tags=tags,
        tag=np.zeros(readings, np.int32),
        source_time_us=np.arange(start, start + readings, dtype=np.int64),
        value=np.full(readings, np.nan) if text else np.arange(start, start + readings, dtype=np.float64),
        quality=np.zeros(readings, np.uint8),
        code=np.zeros(readings, np.uint32),
        text=pa.array([str(number) for number in range(start, start + readings)]) if text else None,
    )


async def test_a_full_buffer_makes_the_driver_wait_and_says_so() -> None:
    buffer = BatchBuffer(limit=10)
    await buffer.put(batch(0, 8))
    waiting = asyncio.create_task(buffer.put(batch(8, 8)))
    await asyncio.sleep(0.01)
    assert buffer.is_full
    assert not waiting.done()
    assert len(buffer) == 8
    await buffer.drop(1)
    await waiting
    assert not buffer.is_full
    assert (len(buffer), buffer.oldest_us) == (8, 8)


async def test_a_batch_larger_than_the_buffer_passes_when_the_buffer_is_empty() -> None:
    buffer = BatchBuffer(limit=10)
    await asyncio.wait_for(buffer.put(batch(0, 25)), 1)
    assert len(buffer) == 25


async def test_what_was_not_dropped_is_offered_again() -> None:
    buffer = BatchBuffer(limit=100)
    await buffer.put(batch(0, 5))
    await buffer.put(batch(5, 5))
    assert [len(one) for one in await buffer.first(at_most=1)] == [5]
    assert [len(one) for one in await buffer.first(at_most=6)] == [5, 5]
    await buffer.drop(1)
    assert (await buffer.first(at_most=100))[0].source_time_us[0] == 5


async def test_an_empty_batch_leaves_no_trace() -> None:
    buffer = BatchBuffer(limit=10)
    await buffer.put(batch(0, 0))
    assert (len(buffer), buffer.oldest_us) == (0, None)


@unhurried
@given(st.lists(st.tuples(st.integers(1, 5), st.booleans(), st.sampled_from(["a", "b"])), max_size=20))
def test_merging_keeps_every_reading_and_each_tag_s_order(pieces: list[tuple[int, bool, str]]) -> None:
    batches, start = [], 0
    for readings, text, metric in pieces:
        batches.append(batch(start, readings, text=text, tags=(("", metric),)))
        start += readings
    together = merged(batches)

    def rows(of: list[ReadingBatch]) -> dict[tuple[str, bool], list[int]]:
        found: dict[tuple[str, bool], list[int]] = {}
        for one in of:
            found.setdefault((one.tags[0][1], one.text is not None), []).extend(one.source_time_us.tolist())
        return found

    assert rows(together) == rows(batches)
    assert len(together) <= 4
    for one in together:
        if one.text is not None:
            assert one.text.to_pylist() == [str(time) for time in one.source_time_us]
