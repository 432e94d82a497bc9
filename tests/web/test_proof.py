"""From points to a claim that anybody can check, over the API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pyarrow.parquet as pq
import pytest
from tests.cli.conftest import command
from tests.web.conftest import World, cookie
from tests.web.onlooker import Onlooker

from millmark.web.access import Role


@pytest.fixture
async def admin(world: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Onlooker(world.platform), raise_app_exceptions=False)
    headers = cookie(world.tokens[Role.ADMIN])
    async with httpx.AsyncClient(transport=transport, base_url="http://millmark.test", headers=headers) as client:
        yield client


@pytest.fixture
def yesterday(world: World) -> date:
    return datetime.now(ZoneInfo(world.north.site.time_zone)).date() - timedelta(days=1)


def body(day: date, subject: str = "north-mill/works") -> dict[str, str]:
    return {
        "measure": "equipment_connection_rate",
        "subject": subject,
        "first_date": day.isoformat(),
        "last_date": day.isoformat(),
    }


async def test_a_claim_rests_on_a_sealed_day_and_anybody_can_check_it(
    admin: httpx.AsyncClient, world: World, yesterday: date, tmp_path: Path
) -> None:
    unsealed = await admin.post("/api/claims", json=body(yesterday))
    assert unsealed.status_code == 409
    assert yesterday.isoformat() in unsealed.json()["error"]["message"]

    sealed = await admin.post(f"/api/sites/{world.north.site.id}/seals", json={"date": yesterday.isoformat()})
    assert sealed.status_code == 201
    assert sealed.json()["row_count"] == 288

    issued = await admin.post("/api/claims", json=body(yesterday))
    assert issued.status_code == 201, issued.text
    claim = issued.json()
    assert (claim["value"], claim["numerator"], claim["denominator"]) == (1.0, 1.0, 1.0)

    detail = (await admin.get(f"/api/claims/{claim['id']}")).json()
    assert [one["seal_hash"] for one in detail["seals"]] == [sealed.json()["seal_hash"]]
    assert [one["series"] for one in detail["inputs"]] == ["north-mill/works/press:temperature"]

    verified = (await admin.post(f"/api/claims/{claim['id']}/verify")).json()
    assert verified["verified"], verified
    assert verified["recomputed_value"] == 1.0

    document, rows = tmp_path / "claim.json", tmp_path / "claim.parquet"
    document.write_bytes((await admin.get(f"/api/claims/{claim['id']}/document")).content)
    rows.write_bytes((await admin.get(f"/api/claims/{claim['id']}/rows")).content)
    checked = command("verify", str(document), "--data", str(rows))
    assert checked.code == 0, checked.out
    assert checked.out.endswith("verified\n")
    trusted = command("verify", str(document), "--trust", claim["issuer"], "--json")
    assert trusted.code == 0
    assert command("verify", str(document), "--trust", "somebody-else").code == 1

    forged = bytearray(document.read_bytes())
    forged[len(forged) // 2] ^= 1
    document.write_bytes(forged)
    assert command("verify", str(document), "--data", str(rows)).code == 1


async def test_measures_of_a_day_leave_out_what_a_site_has_no_machines_for(
    admin: httpx.AsyncClient, world: World, yesterday: date
) -> None:
    answer = await admin.get(f"/api/enterprises/{world.north.enterprise.id}/measures?date={yesterday}")
    (measure,) = answer.json()["measures"]
    assert measure["measure"] == "equipment_connection_rate"
    assert (measure["value"], measure["subject"]) == (1.0, "north-mill/works")


async def test_a_series_is_told_by_bucket_by_point_and_by_extent(admin: httpx.AsyncClient, world: World) -> None:
    series = world.north.temperature
    extent = (await admin.get(f"/api/series/{series.id}/extent")).json()
    span = {"start_us": extent["first_us"], "end_us": extent["last_us"] + 1}

    points = (await admin.get(f"/api/series/{series.id}/points", params=span | {"limit": 10})).json()
    assert (len(points["points"]), points["truncated"]) == (10, True)
    assert points["points"][0]["source_time_us"] == extent["first_us"]

    chart = (await admin.get(f"/api/series/{series.id}/downsample", params=span | {"buckets": 20})).json()
    assert len(chart["buckets"]) == 20
    assert sum(bucket[1] for bucket in chart["buckets"]) == 600
    assert all(55 <= bucket[2] <= bucket[4] <= bucket[3] <= 65 for bucket in chart["buckets"])

    empty = (await admin.get(f"/api/series/{world.north.state.id}/extent")).json()
    assert (empty["first_us"], empty["last_us"]) == (None, None)
    backwards = await admin.get(f"/api/series/{series.id}/points?start_us=2&end_us=1")
    assert backwards.status_code == 422


async def test_history_is_exported_as_parquet_and_leaves_nothing_behind(
    admin: httpx.AsyncClient, world: World, tmp_path: Path
) -> None:
    span = {"start_us": -2_000_000_000_000_000, "end_us": 10_000_000_000_000_000}
    answer = await admin.get("/api/export", params=span | {"asset": "north-mill"})
    assert answer.status_code == 200
    (tmp_path / "out.parquet").write_bytes(answer.content)
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.num_rows == 600
    assert set(table.column("series").to_pylist()) == {world.north.temperature.id}
    assert list(world.platform.services.scratch.glob("export-*")) == []
    as_csv = await admin.get("/api/export", params=span | {"asset": "north-mill", "format": "csv"})
    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert len(as_csv.text.splitlines()) == 601
    assert (await admin.get("/api/export", params=span | {"asset": "north-mill", "format": "xml"})).status_code == 422


async def test_the_city_counts_its_machines(admin: httpx.AsyncClient) -> None:
    city = (await admin.get("/api/city")).json()
    county = next(one for one in city["counties"] if one["area_code"] == "421202")
    assert (county["enterprises"], county["equipment"]) == (2, 2)
    outlines = (await admin.get("/api/city/map")).json()
    assert outlines["boundaries"] == "schematic"
    assert {one["properties"]["adcode"] for one in outlines["features"]} == {
        one["area_code"] for one in city["counties"]
    }


async def test_the_due_days_are_sealed_by_themselves(admin: httpx.AsyncClient, world: World, yesterday: date) -> None:
    world.platform.rounds.seal_due(None)
    for tenant in (world.north, world.south):
        seals = (await admin.get(f"/api/sites/{tenant.site.id}/seals")).json()["seals"]
        assert yesterday.isoformat() in {one["date"] for one in seals}
        assert [one["sequence"] for one in seals] == list(range(1, len(seals) + 1))
    before = (await admin.get(f"/api/sites/{world.north.site.id}/seals")).json()
    world.platform.rounds.seal_due(None)
    assert (await admin.get(f"/api/sites/{world.north.site.id}/seals")).json() == before
