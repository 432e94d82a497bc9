"""What drivers submit: stored once, in columns, told only when durable; the rest set aside with its reason."""

from __future__ import annotations

import asyncio
import math

import numpy as np
import pytest

from millmark.history import StoreUnavailable
from millmark.intake import Intake, IntakeSettings, IntakeStopped, NotCommitted
from millmark.model import DataType, Quality

S = 1_000_000
YEAR = 365 * 86_400 * S


async def test_what_submit_returned_for_is_in_the_history(door, batch):
    now = door.plant.clock()
    receipt = await door.intake.submit(batch("gw", [("press", "t", now, 21.5), ("press", "n", now, 3.0)]))
    assert (receipt.accepted, receipt.quarantined) == (2, 0)
    assert door.plant.numbers("press", "t") == [(now, 21.5)]
    assert door.plant.numbers("press", "n") == [(now, 3.0)]
    assert receipt.received_time_us >= now


async def test_texts_become_text_series(door, batch):
    now = door.plant.clock()
    await door.intake.submit(batch("gw", [("press", "state", now, "RUN"), ("press", "state", now + 1, "停机")]))
    assert door.plant.texts("press", "state") == [(now, "RUN"), (now + 1, "停机")]
    assert door.plant.series("press", "state").data_type is DataType.TEXT


async def test_what_arrives_together_is_committed_together(door, batch):
    now = door.plant.clock()
    await asyncio.gather(*(door.intake.submit(batch("gw", [("m", "x", now + n, float(n))])) for n in range(200)))
    assert len(door.plant.numbers("m", "x")) == 200
    assert door.intake.stats().blocks <= 4


async def test_the_same_again_is_a_duplicate_and_another_value_a_conflict(door, batch):
    now = door.plant.clock()
    await door.intake.submit(batch("gw", [("m", "x", now, 1.0)]))
    await door.intake.submit(batch("gw", [("m", "x", now, 1.0)]))
    await door.intake.submit(batch("gw", [("m", "x", now, 2.0)]))
    stats = door.intake.stats()
    assert (stats.points_stored, stats.duplicates, stats.conflicts) == (1, 1, 1)
    assert door.plant.numbers("m", "x") == [(now, 1.0)]
    assert door.plant.history.conflicts()[0].value.tolist() == [2.0]


async def test_a_clock_a_year_off_is_quarantined_and_its_neighbours_are_not(door, batch):
    now = door.plant.clock()
    rows = [("m", "x", now + YEAR, 1.0), ("m", "x", now, 2.0), ("m", "x", 0, 3.0)]
    receipt = await door.intake.submit(batch("gw", rows))
    assert (receipt.accepted, receipt.quarantined) == (1, 2)
    assert door.plant.numbers("m", "x") == [(now, 2.0)]
    aside = {reading.reason: reading for reading in door.plant.history.quarantine(10)}
    assert set(aside) == {"future", "ancient"}
    assert (aside["future"].value, aside["future"].source_time_us) == ("1.0", now + YEAR)
    assert "31536000 s ahead" in aside["future"].detail
    assert door.intake.stats().quarantined == {"future": 1, "ancient": 1}


async def test_ten_minutes_ahead_are_still_believed(door, batch):
    now = door.plant.clock()
    receipt = await door.intake.submit(batch("gw", [("m", "x", now + 590 * S, 1.0), ("m", "x", now + 620 * S, 2.0)]))
    assert (receipt.accepted, receipt.quarantined) == (1, 1)


async def test_a_gateway_that_may_not_register_brings_only_what_is_declared(door, batch):
    now = door.plant.clock()
    declared = door.plant.registry.ensure_series("strict", "press", "t")
    receipt = await door.intake.submit(batch("strict", [("press", "t", now, 1.0), ("press", "other", now, 2.0)]))
    assert (receipt.accepted, receipt.quarantined) == (1, 1)
    assert door.plant.history.raw([declared.id], _all()).value.tolist() == [1.0]
    (aside,) = door.plant.history.quarantine(10)
    assert (aside.reason, aside.gateway, aside.asset, aside.metric) == ("unknown_series", "strict", "press", "other")


async def test_a_series_declared_later_is_found_without_a_restart(open_door, batch):
    door = await open_door(IntakeSettings(bindings_reread_s=0.05))
    now = door.plant.clock()
    await door.intake.submit(batch("strict", [("press", "t", now, 1.0)]))
    door.plant.registry.ensure_series("strict", "press", "t")
    await asyncio.sleep(0.1)
    receipt = await door.intake.submit(batch("strict", [("press", "t", now + 1, 2.0)]))
    assert (receipt.accepted, receipt.quarantined) == (1, 0)


async def test_an_unknown_gateway_s_readings_are_set_aside(door, batch):
    await door.intake.submit(batch("nobody", [("m", "x", door.plant.clock(), 1.0)]))
    assert door.plant.history.quarantine_counts() == {"unknown_gateway": 1}


async def test_a_text_for_a_number_is_set_aside_and_so_is_the_reverse(door, batch):
    now = door.plant.clock()
    await door.intake.submit(batch("gw", [("m", "x", now, 1.0)]))
    await door.intake.submit(batch("gw", [("m", "s", now, "RUN")]))
    await door.intake.submit(batch("gw", [("m", "x", now + 1, "hot")]))
    await door.intake.submit(batch("gw", [("m", "s", now + 1, 5.0)]))
    aside = [(reading.reason, reading.metric, reading.value) for reading in door.plant.history.quarantine(10)]
    assert sorted(aside) == [("wrong_type", "s", "5.0"), ("wrong_type", "x", "hot")]


async def test_a_reading_without_a_value_goes_to_a_text_series_as_well(door, batch):
    now = door.plant.clock()
    await door.intake.submit(batch("gw", [("m", "s", now, "RUN")]))
    receipt = await door.intake.submit(batch("gw", [("m", "s", now + 1, None)], quality=int(Quality.BAD)))
    assert receipt.quarantined == 0
    assert door.plant.texts("m", "s") == [(now, "RUN"), (now + 1, None)]


async def test_a_first_reading_without_a_value_registers_nothing(door, batch):
    now = door.plant.clock()
    await door.intake.submit(batch("gw", [("m", "s", now, None)], quality=int(Quality.BAD)))
    await door.intake.submit(batch("gw", [("m", "s", now + 1, "RUN")]))
    assert door.plant.series("m", "s").data_type is DataType.TEXT


async def test_one_name_no_asset_can_have_spoils_only_itself(door, batch):
    now = door.plant.clock()
    rows = [("press", "x", now, 1.0), ("a//b", "x", now, 2.0), ("lathe", "x", now, 3.0)]
    receipt = await door.intake.submit(batch("gw", rows))
    assert (receipt.accepted, receipt.quarantined) == (2, 1)
    assert door.plant.numbers("lathe", "x") == [(now, 3.0)]


async def test_a_gateway_registers_no_more_series_than_its_limit(open_door, batch):
    door = await open_door(IntakeSettings(series_per_gateway=3))
    now = door.plant.clock()
    receipt = await door.intake.submit(batch("gw", [("m", f"x{n}", now, 1.0) for n in range(5)]))
    assert (receipt.accepted, receipt.quarantined) == (3, 2)


async def test_latest_is_by_source_time_and_survives_a_restart(door, batch):
    now = door.plant.clock()
    await door.intake.submit(batch("gw", [("m", "x", now, 2.0)]))
    await door.intake.submit(batch("gw", [("m", "x", now - 60 * S, 1.0)]))
    await door.intake.submit(batch("gw", [("m", "s", now - 1, "RUN"), ("m", "s", now - 2, "IDLE")]))
    ids = [door.plant.series("m", "x").id, door.plant.series("m", "s").id, 999]

    def check(intake: Intake) -> None:
        points, texts = intake.latest_of(ids)
        assert (points.series.tolist(), points.value.tolist()) == (ids[:1], [2.0])
        assert (texts.series.tolist(), texts.value.to_pylist()) == (ids[1:2], ["RUN"])
        assert points.source_time_us.tolist() == [now]

    check(door.intake)
    restarted = Intake(door.plant.history, door.plant.registry, now_us=door.plant.clock, units=door.plant.units)
    await restarted.start()
    check(restarted)
    await restarted.stop()


async def test_a_subscriber_sees_what_was_stored_and_only_its_series(door, batch):
    now = door.plant.clock()
    await door.intake.submit(batch("gw", [("m", "x", now, 1.0), ("m", "y", now, 1.0)]))
    x = door.plant.series("m", "x").id
    async with door.intake.subscribe([x]) as subscription:
        await door.intake.submit(batch("gw", [("m", "x", now + 1, 2.0), ("m", "y", now + 1, 3.0)]))
        await door.intake.submit(batch("gw", [("m", "x", now + 1, 2.0)]))
        await door.intake.submit(batch("gw", [("m", "x", now + 2, 4.0)]))
        seen = [await anext(subscription), await anext(subscription)]
    assert [(update.points.series.tolist(), update.points.value.tolist()) for update in seen] == [
        ([x], [2.0]),
        ([x], [4.0]),
    ]
    assert [update async for update in subscription] == []


async def test_a_slow_subscriber_loses_the_oldest_and_is_told(door, batch):
    now = door.plant.clock()
    async with door.intake.subscribe() as subscription:
        for number in range(70):
            await door.intake.submit(batch("gw", [("m", "x", now + number, float(number))]))
        first = await anext(subscription)
        second = await anext(subscription)
    assert (first.dropped, first.points.value.tolist()) == (6, [6.0])
    assert (second.dropped, second.points.value.tolist()) == (0, [7.0])


async def test_stopping_ends_subscriptions_and_refuses_what_comes_later(plant, batch):
    intake = Intake(plant.history, plant.registry, now_us=plant.clock, units=plant.units)
    await intake.start()
    subscription = intake.subscribe()
    pending = asyncio.create_task(intake.submit(batch("gw", [("m", "x", plant.clock(), 1.0)])))
    await asyncio.sleep(0)
    await intake.stop()
    assert (await pending).accepted == 1
    assert len([update async for update in subscription]) == 1
    with pytest.raises(IntakeStopped):
        await intake.submit(batch("gw", [("m", "x", plant.clock(), 1.0)]))


class Refusing:
    """The history, refusing commits while it is told to."""

    def __init__(self, history, error: Exception) -> None:
        self._history = history
        self.error = error
        self.refuses = True
        self.refused = 0

    def commit(self, block):
        if self.refuses:
            self.refused += 1
            raise self.error
        return self._history.commit(block)

    def __getattr__(self, name):
        return getattr(self._history, name)


async def test_a_store_that_refuses_holds_everything_back_until_it_answers(open_door, plant, batch):
    refusing = Refusing(plant.history, StoreUnavailable("no space left on device"))
    door = await open_door(IntakeSettings(retry_first_s=0.01, pending_points=100, block_points=50), history=refusing)
    now = plant.clock()
    tasks = [
        asyncio.create_task(door.intake.submit(batch("gw", [("m", "x", now + 10 * n + k, 1.0) for k in range(10)])))
        for n in range(30)
    ]
    await door.until(lambda: refusing.refused > 3)
    assert door.intake.is_degraded
    assert "no space left" in door.intake.stats().degraded
    # Memory is bounded: two thirds of the senders still hold their readings themselves.
    assert door.intake.stats().pending_points <= 110
    assert not any(task.done() for task in tasks)
    refusing.refuses = False
    receipts = await asyncio.gather(*tasks)
    assert sum(receipt.accepted for receipt in receipts) == 300
    assert len(plant.numbers("m", "x")) == 300
    assert not door.intake.is_degraded


async def test_a_stop_while_the_store_refuses_gives_the_readings_back(plant, batch):
    refusing = Refusing(plant.history, StoreUnavailable("gone"))
    settings = IntakeSettings(retry_first_s=0.01)
    intake = Intake(refusing, plant.registry, now_us=plant.clock, settings=settings, units=plant.units)
    await intake.start()
    task = asyncio.create_task(intake.submit(batch("gw", [("m", "x", plant.clock(), 1.0)])))
    await asyncio.sleep(0.1)
    await intake.stop()
    with pytest.raises(IntakeStopped):
        await task


async def test_readings_that_cannot_be_written_come_back_alone(open_door, plant, batch):
    class Picky(Refusing):
        def commit(self, block):
            if (block.points.value == 13.0).any():
                raise ValueError("unlucky")
            return self._history.commit(block)

    door = await open_door(history=Picky(plant.history, ValueError()))
    now = plant.clock()
    submits = [door.intake.submit(batch("gw", [("m", "x", now + n, float(n))])) for n in range(10, 16)]
    outcomes = await asyncio.gather(*submits, return_exceptions=True)
    assert [isinstance(outcome, NotCommitted) for outcome in outcomes] == [False, False, False, True, False, False]
    assert [value for _, value in plant.numbers("m", "x")] == [10.0, 11.0, 12.0, 14.0, 15.0]


async def test_infinities_and_bad_values_keep_their_quality(door, batch):
    now = door.plant.clock()
    rows = [("m", "x", now, 1.0), ("m", "x", now + 1, math.inf)]
    await door.intake.submit(batch("gw", rows, quality=int(Quality.UNCERTAIN)))
    stored = door.plant.history.raw([door.plant.series("m", "x").id], _all())
    assert np.array_equal(stored.value, [1.0, math.inf])
    assert stored.quality.tolist() == [1, 1]


def _all():
    from millmark.model import Period

    return Period(0, 2**52)
