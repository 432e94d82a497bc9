"""What was set aside comes in when the cause is mended: once, without loss, and with its trace kept."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from tests.intake.conftest import Door, S

from millmark.history import QuarantineFilter, ReplayOutcome
from millmark.intake import QuarantineReplay
from millmark.model import AssetPath, DataType, ReadingBatch
from millmark.wire.readings import FaultReason, MetricTraits, ReadingFault

ALL = QuarantineFilter()


@pytest.fixture
def replay(door: Door) -> QuarantineReplay:
    return QuarantineReplay(door.plant.history, door.intake, door.plant.clock)


async def test_readings_of_a_metric_that_is_declared_later(
    door: Door, replay: QuarantineReplay, batch: Callable[..., ReadingBatch]
) -> None:
    now = door.plant.clock()
    values = [0.1 + 0.2, 1e-310, -0.0, 12345678901234567.0]
    rows = [("press", "temperature", now - index * S, value) for index, value in enumerate(values)]
    long_text = "冲压" * 500
    await door.intake.submit(batch("strict", rows))
    await door.intake.submit(batch("strict", [("press", "state", now, long_text)]))
    assert door.plant.history.quarantine_counts() == {"unknown_series": 5}

    assert (await replay.replay(ALL, 100)).refused == {"unknown_series": 5}
    door.plant.registry.ensure_series("strict", "press", "temperature")
    door.plant.registry.ensure_series("strict", "press", "state", data_type=DataType.TEXT)
    assert (await replay.replay(ALL, 100)).stored == 5

    stored = door.plant.numbers("press", "temperature")
    assert stored == sorted((time, value) for _, _, time, value in rows)
    assert math.copysign(1, stored[1][1]) == -1
    assert door.plant.texts("press", "state") == [(now, long_text)]
    assert {one.outcome for one in door.plant.history.set_aside(ALL, 10)} == {ReplayOutcome.STORED}
    assert [one.waiting for one in door.plant.history.set_aside_counts()] == [0]
    # Nothing is left to do, and nothing happens twice.
    assert (await replay.replay(ALL, 100)).stored == 0
    assert len(door.plant.numbers("press", "temperature")) == 4


async def test_readings_of_a_gateway_that_is_registered_later_keep_what_was_declared(
    door: Door, replay: QuarantineReplay, batch: Callable[..., ReadingBatch]
) -> None:
    traits = {("press", "running"): MetricTraits(DataType.BOOLEAN), ("press", "t"): MetricTraits(DataType.FLOAT, "°C")}
    rows = [("press", "running", 1_700_000_000 * S, 1.0), ("press", "t", 1_700_000_000 * S, math.nan)]
    await door.intake.submit(batch("newcomer", rows, quality=2), traits)
    assert door.plant.history.quarantine_counts() == {"unknown_gateway": 2}
    root = AssetPath.parse("acme/north")
    door.plant.registry.ensure_gateway("newcomer", root=root, kind="mqtt", may_register=True)
    assert (await replay.replay(QuarantineFilter(gateways=["newcomer"]), 100)).stored == 2
    assert door.plant.series("press", "running").data_type is DataType.BOOLEAN
    assert door.plant.series("press", "t").unit == "Cel"
    [(_, value)] = door.plant.numbers("press", "t")
    assert math.isnan(value)


async def test_a_reading_from_the_future_comes_in_when_its_time_has_come(
    door: Door, replay: QuarantineReplay, batch: Callable[..., ReadingBatch]
) -> None:
    ahead = door.plant.clock() + 3600 * S
    for _ in range(3):
        # Brought again and again, less far ahead each time: one reading, kept once.
        await door.intake.submit(batch("gw", [("press", "speed", ahead, 1.5)]))
    assert door.plant.history.quarantine_counts() == {"future": 1}
    assert (await replay.replay(ALL, 10)).refused == {"future": 1}
    door.plant.clock.offset_us = 3600 * S
    assert (await replay.replay(ALL, 10)).stored == 1
    assert door.plant.numbers("press", "speed") == [(ahead, 1.5)]


async def test_a_reading_may_be_set_aside_for_another_reason_and_is_then_found_there(
    door: Door, replay: QuarantineReplay, batch: Callable[..., ReadingBatch]
) -> None:
    await door.intake.submit(batch("strict", [("press", "state", 1_700_000_000 * S, 4.0)]))
    door.plant.registry.ensure_series("strict", "press", "state", data_type=DataType.TEXT)
    assert (await replay.replay(ALL, 10)).moved == {"wrong_type": 1}
    outcomes = {one.reading.reason: one.outcome for one in door.plant.history.set_aside(ALL, 10)}
    assert outcomes == {"unknown_series": ReplayOutcome.SET_ASIDE_AGAIN, "wrong_type": None}


async def test_what_could_not_be_parsed_is_kept_and_not_replayed(door: Door, replay: QuarantineReplay) -> None:
    fault = ReadingFault(FaultReason.UNPARSABLE, "", "millmark/gw/press", None, "{broken", "no JSON")
    await door.intake.submit_all("gw", (), [fault])
    assert (await replay.replay(ALL, 10)).refused == {}
    [kept] = door.plant.history.set_aside(QuarantineFilter(replayable=False, waiting=True), 10)
    assert kept.reading.reason == "unparsable"
    assert door.plant.history.set_aside(QuarantineFilter(replayable=True), 10) == []


async def test_a_filter_narrows(door: Door, batch: Callable[..., ReadingBatch]) -> None:
    now = door.plant.clock()
    rows = [(f"press-{number}", "t", now + 1000 * S * number, 1.0) for number in range(3)]
    await door.intake.submit(batch("strict", rows))
    history = door.plant.history
    first = history.set_aside(QuarantineFilter(asset="press-1"), 10)
    assert [one.reading.asset for one in first] == ["press-1"]
    assert len(history.set_aside(QuarantineFilter(ids=[first[0].id, "00" * 16]), 10)) == 1
    assert len(history.set_aside(QuarantineFilter(metric="t", reason="unknown_series", gateways=["strict"]), 10)) == 3
    assert history.set_aside(QuarantineFilter(gateways=[]), 10) == []
    received = first[0].reading.received_time_us
    assert len(history.set_aside(QuarantineFilter(received_from_us=received), 10)) == 3
    assert history.set_aside(QuarantineFilter(received_until_us=received), 10) == []
