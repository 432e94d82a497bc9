"""What the door did lately, as the console asks for it: everybody sees their own gateways and no other's."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import numpy as np
import pytest
import pytest_asyncio
from tests.web.conftest import World, cookie

from millmark.model import ReadingBatch
from millmark.observability.recorder import GATEWAY_COLUMNS, PLATFORM_COLUMNS

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def busy(world: World) -> AsyncIterator[World]:
    """Three steps, in which the north brought 500 points on time and the south 100 that are an hour old."""
    platform = world.platform
    now = platform.now_us()
    await platform.intake.start()
    try:
        platform.watch.record()
        for _ in range(2):
            now = platform.now_us()
            await platform.intake.submit(readings("north-mill-gateway", now - np.arange(250) * 1000))
            await platform.intake.submit(readings("south-mill-gateway", now - 3_600_000_000 - np.arange(50) * 1000))
            platform.watch.record()
        await platform.watch.ask_engine()
        yield world
    finally:
        await platform.intake.stop()


def readings(gateway: str, times: np.ndarray) -> ReadingBatch:
    count = len(times)
    return ReadingBatch(
        gateway,
        (("press", "temperature"),),
        np.zeros(count, np.int32),
        times.astype(np.int64),
        np.arange(count, dtype=np.float64),
        np.zeros(count, np.uint8),
        np.zeros(count, np.uint32),
    )


async def get(client: httpx.AsyncClient, world: World, path: str, role: str = "admin") -> dict:
    answer = await client.get(f"/api/intake{path}", headers=cookie(world.tokens[role]))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_last_hour_comes_in_columns(busy: World, client: httpx.AsyncClient) -> None:
    rows = await get(client, busy, "/activity")
    assert rows["step_s"] == 5
    assert len(rows["times_us"]) == 2
    assert set(rows["columns"]) == set(PLATFORM_COLUMNS)
    assert all(len(column) == 2 for column in rows["columns"].values())
    assert min(rows["columns"]["points_per_s"]) > 0
    assert 3600 <= rows["columns"]["lag_s"][-1] < 3700
    assert rows["columns"]["latency_p99_s"][-1] > 0


async def test_who_has_the_earlier_rows_asks_for_the_newer_ones(busy: World, client: httpx.AsyncClient) -> None:
    rows = await get(client, busy, "/activity")
    newer = await get(client, busy, f"/activity?since_us={rows['times_us'][0]}")
    assert newer["times_us"] == rows["times_us"][1:]
    assert newer["columns"]["points_per_s"] == rows["columns"]["points_per_s"][1:]


async def test_an_engineer_s_chart_is_of_the_enterprise_s_own_gateways(busy: World, client: httpx.AsyncClient) -> None:
    everything = await get(client, busy, "/activity")
    own = await get(client, busy, "/activity", "engineer")
    assert own["times_us"] == everything["times_us"]
    for mine, total in zip(own["columns"]["points_per_s"], everything["columns"]["points_per_s"], strict=True):
        # 250 of the 300 points of each step.
        assert mine == pytest.approx(total * 250 / 300, rel=0.01)
    assert own["columns"]["lag_s"][-1] < 60
    assert "memory_bytes" not in own["columns"]


async def test_the_slowest_gateway_comes_first_and_those_of_others_not_at_all(
    busy: World, client: httpx.AsyncClient
) -> None:
    found = await get(client, busy, "/gateways")
    assert [one["id"] for one in found["gateways"]] == ["south-mill-gateway", "north-mill-gateway"]
    south = found["gateways"][0]
    assert south["points"] == 100
    assert south["lag_us"] >= 3_600_000_000
    assert south["latency_us"] > 0
    assert south["recorded"]
    assert found["total"] == 2
    assert [one["id"] for one in (await get(client, busy, "/gateways", "engineer"))["gateways"]] == [
        "north-mill-gateway"
    ]


async def test_a_gateway_opens_its_own_hour_and_the_series_it_brings(busy: World, client: httpx.AsyncClient) -> None:
    found = await get(client, busy, "/gateways/north-mill-gateway", "engineer")
    assert set(found["rows"]["columns"]) == set(GATEWAY_COLUMNS)
    assert len(found["rows"]["times_us"]) == 2
    assert [one["series"]["metric"] for one in found["series"]] == ["state", "temperature"]
    assert found["series"][1]["latest_us"] > 0
    assert found["series_total"] == 2


async def test_another_enterprise_s_gateway_does_not_exist(busy: World, client: httpx.AsyncClient) -> None:
    for gateway in ("south-mill-gateway", "never-registered"):
        answer = await client.get(f"/api/intake/gateways/{gateway}", headers=cookie(busy.tokens["engineer"]))
        assert answer.status_code == 404


async def test_the_state_tells_what_the_store_holds_and_who_is_connected(
    busy: World, client: httpx.AsyncClient
) -> None:
    state = await get(client, busy, "")
    assert state["counts"]["blocks"] == 4
    assert state["memory_bytes"] > 50_000_000
    store = state["store"]
    assert {"points", "quarantine"} <= {one["table"] for one in store["tables"]} | {"quarantine"}
    assert store["free_bytes"] > 0
    assert sum(one["disk_bytes"] for one in store["tables"]) > 0
    assert state["sealing"] == {"sealed_days": 0, "due_days": 0, "failures": 0, "last_round_us": None}
