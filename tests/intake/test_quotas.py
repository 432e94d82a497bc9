"""What is over a gateway's quota comes later; nothing of it is lost, and others do not notice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.intake.conftest import Door

from millmark.intake.quotas import Quotas
from millmark.model import ReadingBatch
from millmark.registry import GatewayQuota

FIRST_MS = 1_700_000_000_000


@given(st.lists(st.tuples(st.floats(0, 2), st.integers(0, 500)), min_size=1, max_size=30), st.floats(1, 1000))
def test_who_waits_as_told_brings_no_more_than_the_quota(arrivals: list[tuple[float, int]], rate: float) -> None:
    now = 0.0
    quotas = Quotas(GatewayQuota(points_per_s=rate), lambda: now)
    total = 0
    for pause, points in arrivals:
        now += pause
        wait_s = quotas.spend("gw", points=points)
        total += points
        assert wait_s >= 0
        now += wait_s
        # A second's worth at once is let through, and what is in hand is read whole.
        assert total <= rate * (now + 1) + 1e-6
    assert quotas.wait_s("gw") < 1e-6
    assert quotas.wait_s("another") == 0


def test_a_gateways_own_limits_go_before_those_for_all() -> None:
    quotas = Quotas(GatewayQuota(points_per_s=10.0, bytes_per_s=1000), lambda: 0.0)
    quotas.set_all({"gw": GatewayQuota(points_per_s=20.0, series=5)})
    assert quotas.of("gw") == GatewayQuota(20.0, 1000, 5)
    assert quotas.of("another") == GatewayQuota(10.0, 1000)
    quotas.spend("gw", points=40, size=3000)
    assert quotas.wait_s("gw") == 2.0


async def test_a_gateway_over_its_quota_is_read_more_slowly_and_loses_nothing(
    door: Door, device: Callable[..., Any], batch: Callable[..., ReadingBatch]
) -> None:
    door.intake.quotas.set("gw", GatewayQuota(points_per_s=25.0))
    one = device(door)
    await asyncio.to_thread(one.connect)
    began = time.monotonic()

    def publish() -> bool:
        sent = [
            one.client.publish("millmark/gw/press", b'{"ts":%d,"values":{"a":1}}' % (FIRST_MS + number), 1)
            for number in range(75)
        ]
        for each in sent:
            each.wait_for_publish(20)
        return all(each.is_published() for each in sent)

    publishing = asyncio.create_task(asyncio.to_thread(publish))
    await asyncio.sleep(0.3)
    # Another gateway's readings pass meanwhile.
    await asyncio.wait_for(door.intake.submit(batch("strict", [("press", "b", FIRST_MS * 1000, 1.0)])), 1.5)
    assert await publishing
    assert len(door.plant.numbers("press", "a")) == 75
    assert time.monotonic() - began > 1.2
    assert door.intake.stats().counts["held_back"] > 0


async def test_a_gateways_own_number_of_series_holds(door: Door, batch: Callable[..., ReadingBatch]) -> None:
    door.plant.registry.set_gateway_quota("gw", GatewayQuota(series=2))
    rows = [("press", f"m{number}", FIRST_MS * 1000, 1.0) for number in range(3)]
    receipt = await door.intake.submit(batch("gw", rows))
    assert (receipt.accepted, receipt.quarantined) == (2, 1)
