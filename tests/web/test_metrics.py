"""What a Prometheus server reads, who may, and that nothing that is counted is missing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import fields
from pathlib import Path

import httpx
import numpy as np
import pytest
import pytest_asyncio
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as prometheus_text
from tests.web.conftest import World, cookie

from millmark.intake import IntakeCounters
from millmark.model import ReadingBatch
from millmark.settings import Settings, load_settings
from millmark.web.access import PERMISSIONS, Permission, Role

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKEN = "0123456789abcdef0123456789abcdef"
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"

# Counters that are told under another name than their own.
TOLD_AS = {
    "quarantined": "millmark_intake_quarantined",
    "connections": "millmark_intake_connections",
    "connections_by_protocol": "millmark_intake_protocol_connections",
    "last_commit_us": "millmark_intake_last_commit_timestamp_seconds",
    "waiting_since": "millmark_intake_oldest_pending_seconds",
    "latencies_us": "millmark_intake_commit_latency_seconds",
    "commit_latency": "millmark_intake_commit_latency_seconds",
    "block_points": "millmark_intake_block_points",
    "sparkplug": "millmark_intake_sparkplug",
    "degraded": "millmark_intake_degraded",
    "gateways": "millmark_gateway_points_per_second",
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("platform")
    (folder / "scrape.token").write_text(TOKEN + "\n")
    (folder / "millmark.toml").write_text('[metrics]\ntoken_file = "scrape.token"\n')
    return load_settings(folder, demonstration=True, environment={})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def busy(world: World) -> AsyncIterator[World]:
    """The door has taken a thousand readings of one gateway and set one of another aside."""
    platform = world.platform
    now = platform.now_us()
    await platform.intake.start()
    try:
        platform.watch.record()
        await platform.intake.submit(readings("north-mill-gateway", now - np.arange(1000, dtype=np.int64) * 1000))
        await platform.intake.submit(readings("south-mill-gateway", np.array([now + 10**13], np.int64)))
        platform.watch.record()
        await platform.watch.ask_engine()
        platform.watch.sealing.last_round_us = now
        yield world
    finally:
        await platform.intake.stop()


def readings(gateway: str, times: np.ndarray) -> ReadingBatch:
    count = len(times)
    return ReadingBatch(
        gateway,
        (("press", "temperature"),),
        np.zeros(count, np.int32),
        times,
        np.arange(count, dtype=np.float64),
        np.zeros(count, np.uint8),
        np.zeros(count, np.uint32),
    )


async def scrape(client: httpx.AsyncClient) -> dict[str, Metric]:
    answer = await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {family.name: family for family in prometheus_text(answer.text)}


def value(families: dict[str, Metric], name: str, **labels: str) -> float:
    found = [
        sample.value
        for family in families.values()
        for sample in family.samples
        if sample.name == name and sample.labels == labels
    ]
    assert len(found) == 1, f"{name} {labels}: {found}"
    return float(found[0])


async def test_what_came_in_is_counted(busy: World, client: httpx.AsyncClient) -> None:
    families = await scrape(client)
    assert value(families, "millmark_intake_points_stored_total") == 1000
    assert value(families, "millmark_intake_quarantined_total", reason="future") == 1
    assert value(families, "millmark_intake_blocks_total") == 2
    assert value(families, "millmark_intake_commit_latency_seconds_count") == 2
    assert 0 < value(families, "millmark_intake_commit_latency_seconds_sum") < 30
    assert value(families, "millmark_intake_block_points_sum") == 1001
    assert value(families, "millmark_intake_block_points_bucket", le="1000.0") == 2
    assert value(families, "millmark_intake_pending_points") == 0
    assert value(families, "millmark_intake_degraded") == 0
    assert value(families, "millmark_history_rows", table="points") >= 1000
    assert value(families, "millmark_history_disk_free_bytes") > 0
    assert value(families, "millmark_memory_resident_bytes") > 50_000_000
    assert families["millmark_build_info"].samples[0].labels["version"]


async def test_gateways_are_told_apart_and_the_rest_is_one(busy: World, client: httpx.AsyncClient) -> None:
    families = await scrape(client)
    assert value(families, "millmark_gateway_points_per_second", gateway="north-mill-gateway") > 0
    assert value(families, "millmark_gateway_quarantined", gateway="south-mill-gateway") == 1
    # A gateway whose readings were all set aside has said nothing about when it measured.
    lags = {sample.labels["gateway"] for sample in families["millmark_gateway_lag_seconds"].samples}
    assert lags == {"north-mill-gateway"}


async def test_requests_are_timed_by_route_and_never_by_address(busy: World, client: httpx.AsyncClient) -> None:
    for path in ("/api/series/1", "/api/series/2", "/api/no-such-thing", "/enterprises/7"):
        await client.get(path, headers=cookie(busy.tokens["admin"]))
    families = await scrape(client)
    seen = {
        (sample.labels["route"], sample.labels["status"]): sample.value
        for sample in families["millmark_http_request_duration_seconds"].samples
        if sample.name.endswith("_count")
    }
    assert seen["/api/series/{series_id}", "2xx"] >= 2
    assert seen["(none)", "4xx"] >= 1
    assert any(route == "(console)" for route, _ in seen)
    assert not any("no-such-thing" in route or "enterprises/7" in route for route, _ in seen)


async def test_everything_the_door_counts_is_a_metric(busy: World, client: httpx.AsyncClient) -> None:
    families = await scrape(client)
    for counter in fields(IntakeCounters):
        name = TOLD_AS.get(counter.name, f"millmark_intake_{counter.name}")
        assert name in families, f"{counter.name} is not told: declare it with counted(…), or name it in this test"


async def test_the_page_on_metrics_lists_them_all_and_no_other(busy: World, client: httpx.AsyncClient) -> None:
    families = await scrape(client)
    rows = re.findall(r"^\| `(millmark_\w+)` \| (\w+) \| .+? \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    told = {name.removesuffix("_total"): meaning for name, _, meaning in rows}
    assert told == {name: family.documentation for name, family in families.items()}
    for name, kind, _ in rows:
        assert kind == {"millmark_build_info": "info"}.get(name, families[name.removesuffix("_total")].type), name


async def test_open_metrics_is_spoken_to_who_asks_for_it(busy: World, client: httpx.AsyncClient) -> None:
    accept = "application/openmetrics-text;version=1.0.0"
    answer = await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}", "Accept": accept})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert "millmark_intake_points_stored" in {family.name for family in open_metrics(answer.text)}


async def test_a_stranger_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.get("/metrics")).status_code == 401
    for authorization in ("Bearer wrong", f"Basic {TOKEN}", "Bearer", f"Bearer {TOKEN}x"):
        answer = await client.get("/metrics", headers={"Authorization": authorization})
        assert answer.status_code == 401
        assert "millmark_" not in answer.text


async def test_a_scrape_token_opens_the_metrics_and_nothing_else(client: httpx.AsyncClient) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert (await client.get("/metrics", headers=headers)).status_code == 200
    for path in ("/api/intake", "/api/enterprises", "/api/audit", "/api/city", "/api/openapi.json", "/api/session"):
        assert (await client.get(path, headers=headers)).status_code == 403, path
    assert (await client.post("/api/accounts", headers=headers, json={})).status_code in {403, 422}


@pytest.mark.parametrize("role", Role)
async def test_people_read_metrics_by_their_role(world: World, client: httpx.AsyncClient, role: Role) -> None:
    answer = await client.get("/metrics", headers=cookie(world.tokens[role.value]))
    assert answer.status_code == (200 if Permission.READ_METRICS in PERMISSIONS[role] else 403)


async def test_every_answer_names_its_request(client: httpx.AsyncClient) -> None:
    own = (await client.get("/api/health")).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{16}", own)
    given = await client.get("/api/health", headers={"X-Request-Id": "proxy-17"})
    assert given.headers["x-request-id"] == "proxy-17"
    # What could break a line of the log is replaced.
    forged = await client.get("/api/health", headers={"X-Request-Id": 'x" level="error'})
    assert re.fullmatch(r"[0-9a-f]{16}", forged.headers["x-request-id"])
