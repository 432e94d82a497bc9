"""What was set aside, over the API: who sees it, who may bring it again, and what comes of that."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import numpy as np
import pytest
from tests.web.conftest import World, cookie

from millmark.model import ReadingBatch
from millmark.web.access import Role

TIME_US = 1_700_000_000_000_000


def reading(gateway: str, metric: str, value: float) -> ReadingBatch:
    one = np.zeros(1, np.int32)
    times = np.full(1, TIME_US, np.int64)
    return ReadingBatch(
        gateway, (("press", metric),), one, times, np.array([value]), np.zeros(1, np.uint8), np.zeros(1, np.uint32)
    )


@pytest.fixture
async def client(world: World, client: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """As the usual one, with a door that is open and gateways that may not register."""
    platform = world.platform
    await platform.intake.start()
    for tenant in (world.north, world.south):
        slug = tenant.enterprise.slug
        platform.registry.ensure_gateway(f"{slug}-strict", root=tenant.site.path, kind="mqtt")
        await platform.intake.submit(reading(f"{slug}-strict", "power", 4.5))
    await platform.intake.submit(reading("nobody", "power", 4.5))
    yield client
    await platform.intake.stop()


async def test_each_sees_and_brings_again_ones_own(world: World, client: httpx.AsyncClient) -> None:
    engineer, admin, auditor = (cookie(world.tokens[role]) for role in (Role.ENGINEER, Role.ADMIN, Role.AUDITOR))

    async def gateways_seen(headers: dict[str, str], **query: str) -> set[str]:
        answer = await client.get("/api/intake/quarantine", headers=headers, params=query)
        assert answer.status_code == 200, answer.text
        return {row["gateway"] for row in answer.json()["rows"]}

    assert await gateways_seen(engineer) == {"north-mill-strict"}
    assert await gateways_seen(engineer, gateway="south-mill-strict") == set()
    assert await gateways_seen(admin) == {"north-mill-strict", "south-mill-strict", "nobody"}
    assert await gateways_seen(admin, reason="unknown_gateway") == {"nobody"}
    assert await gateways_seen(admin, metric="power", waiting="true", replayable="true", gateway="nobody") == {"nobody"}
    counts = (await client.get("/api/intake/quarantine/counts", headers=engineer)).json()["rows"]
    assert counts == [{"gateway": "north-mill-strict", "reason": "unknown_series", "count": 1, "waiting": 1}]

    # The engineer of one tenant moves nothing of the other's, whatever is asked for.
    for tenant in (world.north, world.south):
        gateway = f"{tenant.enterprise.slug}-strict"
        world.platform.registry.ensure_series(gateway, "press", "power")
    answer = await client.post("/api/intake/quarantine/replay", json={}, headers=engineer)
    assert answer.json() == {"stored": 1, "refused": {}, "moved": {}}
    other = {"gateway": "south-mill-strict"}
    answer = await client.post("/api/intake/quarantine/replay", json=other, headers=engineer)
    assert answer.json() == {"stored": 0, "refused": {}, "moved": {}}
    assert (await client.post("/api/intake/quarantine/replay", json={}, headers=auditor)).status_code == 403
    answer = await client.post("/api/intake/quarantine/replay", json={}, headers=admin)
    assert answer.json() == {"stored": 1, "refused": {"unknown_gateway": 1}, "moved": {}}

    [row] = (await client.get("/api/intake/quarantine", headers=engineer)).json()["rows"]
    assert (row["outcome"], row["value"], row["source_time_us"]) == ("stored", "4.5", TIME_US)
    state = (await client.get("/api/intake", headers=engineer)).json()["quarantine"]
    assert state == [{"reason": "unknown_series", "count": 1, "waiting": 0}]
    done = (await client.get("/api/audit", headers=admin)).json()["entries"]
    assert "quarantine: 1 stored, 1 refused, 0 set aside again" in [entry["result"] for entry in done]


async def test_a_quota_is_set_and_told(world: World, client: httpx.AsyncClient) -> None:
    admin, engineer = cookie(world.tokens[Role.ADMIN]), cookie(world.tokens[Role.ENGINEER])
    path = "/api/gateways/north-mill-gateway/quota"
    answer = await client.put(path, json={"points_per_s": 50.5, "series": 7}, headers=admin)
    assert answer.json()["holds"] == {"points_per_s": 50.5, "bytes_per_s": None, "series": 7}
    assert (await client.get(path, headers=engineer)).json() == answer.json()
    assert world.platform.intake.quotas.of("north-mill-gateway").points_per_s == 50.5
    assert (await client.put(path, json={"points_per_s": 0}, headers=admin)).status_code == 422
    assert (await client.get("/api/gateways/south-mill-gateway/quota", headers=engineer)).status_code == 404
    assert (await client.put("/api/gateways/no-such/quota", json={}, headers=admin)).status_code == 404
    assert (await client.put(path, json={}, headers=admin)).json()["own"]["points_per_s"] is None
