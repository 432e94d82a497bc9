"""What may wait for a commit, and how the gathering of one block and the writing of the one before take turns."""

from __future__ import annotations

import asyncio

import pytest

from millmark.intake.arrivals import Arrivals
from millmark.intake.contribution import Contribution
from millmark.wire.readings import FaultReason, ReadingFault


class Device:
    """Brings faults, which are the simplest readings there are."""

    def __init__(self) -> None:
        self.gathered = 0

    def bring(self, arrivals: Arrivals, count: int) -> None:
        self.gathered += count
        arrivals.announce(self, count)

    def contribute(self) -> Contribution:
        count, self.gathered = self.gathered, 0
        fault = ReadingFault(FaultReason.UNPARSABLE, "", "", None, "", "")
        return Contribution("gw", (), lambda _: None, [fault] * count)


@pytest.fixture
def arrivals() -> Arrivals:
    return Arrivals(block_points=50, pending_points=200, monotonic=lambda: 0.0)


async def test_a_block_never_gathers_more_than_half_of_what_may_wait(arrivals: Arrivals) -> None:
    device = Device()
    device.bring(arrivals, 99)
    assert not arrivals.is_full
    device.bring(arrivals, 1)
    assert arrivals.is_full


async def test_the_next_block_gathers_while_one_is_written(arrivals: Arrivals) -> None:
    device = Device()
    device.bring(arrivals, 100)
    (in_hand,) = arrivals.collect()
    assert not arrivals.is_full
    device.bring(arrivals, 60)
    assert not arrivals.is_full
    device.bring(arrivals, 40)
    # Both halves are taken: one is being written, one waits.
    assert arrivals.is_full
    assert arrivals.pending == 200
    arrivals.release(in_hand)
    assert arrivals.is_full
    (following,) = arrivals.collect()
    assert not arrivals.is_full
    arrivals.release(following)
    assert arrivals.pending == 0


async def test_who_waits_for_room_goes_on_as_soon_as_a_block_is_collected(arrivals: Arrivals) -> None:
    Device().bring(arrivals, 150)
    waiting = asyncio.create_task(arrivals.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    arrivals.collect()
    async with asyncio.timeout(1):
        await waiting


async def test_where_little_may_wait_there_is_room_for_one() -> None:
    small = Arrivals(block_points=1, pending_points=1, monotonic=lambda: 0.0)
    async with asyncio.timeout(1):
        await small.room()
    assert not small.is_full
