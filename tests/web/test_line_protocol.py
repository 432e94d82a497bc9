"""Telegraf's two ways in: who is let in, what is answered, and that what was answered is stored."""

from __future__ import annotations

import base64
import gzip
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from tests.web.conftest import World

from millmark.model import DataType, Period
from millmark.registry import GatewayQuota
from millmark.web.access import ForGateways, guard_of
from millmark.web.app import describe_api
from millmark.web.rooms import api_routes

ALL_TIME = Period(0, 2**52)
NOW_NS = 1_760_000_000_000_000_000


@dataclass(frozen=True)
class Writer:
    """Writes as the gateway of the tenant `north`."""

    client: httpx.AsyncClient
    world: World
    key: str

    async def write(self, body: str | bytes, path: str = "/api/v2/write", **options: str) -> httpx.Response:
        headers = {"Authorization": f"Token north-mill-gateway:{self.key}"}
        return await self.client.post(path, content=body, params=options, headers=headers)

    def stored(self, asset: str, metric: str) -> list[tuple[int, float]]:
        series = self.world.platform.registry.series_by_key(f"north-mill/works/{asset}:{metric}")
        batch = self.world.platform.history.raw([series.id], ALL_TIME)
        return list(zip(batch.source_time_us.tolist(), batch.value.tolist(), strict=True))


@pytest.fixture
async def writer(client: httpx.AsyncClient, world: World) -> AsyncIterator[Writer]:
    await world.platform.intake.start()
    yield Writer(client, world, world.platform.registry.set_gateway_key("north-mill-gateway"))
    await world.platform.intake.stop()


GATEWAY_ROUTES = {
    (method, str(route.path))
    for route in api_routes(describe_api())
    if isinstance(guard_of(route.dependant, str(route.path)), ForGateways)
    for method in route.methods or ()
}


def test_every_address_of_gateways_is_known_here() -> None:
    assert {("POST", "/api/v2/write"), ("POST", "/write"), ("GET", "/query"), ("POST", "/query")} == GATEWAY_ROUTES


@pytest.mark.parametrize(("method", "path"), sorted(GATEWAY_ROUTES))
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Token north-mill-gateway:wrong"},
        {"Authorization": "Token nobody:wrong"},
        {"Authorization": "Token "},
        {"Authorization": "Bearer forged"},
        {"Authorization": "Basic !!"},
        {"Authorization": "Basic YTpi"},
        {"Cookie": "millmark_session=forged"},
    ],
    ids=str,
)
async def test_a_stranger_is_refused(
    client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
) -> None:
    response = await client.request(method, path, content=b"m f=1", headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Token"


async def test_a_session_of_the_console_is_no_gateway(client: httpx.AsyncClient, world: World) -> None:
    response = await client.post(
        "/api/v2/write", content=b"m f=1", headers={"Cookie": f"millmark_session={world.tokens['admin']}"}
    )
    assert response.status_code == 401


async def test_a_body_is_stored_when_it_is_answered(writer: Writer) -> None:
    body = f"m,asset=press,host=a t=21.5,n=3i,on=t {NOW_NS}\nm,asset=press,host=a t=22 {NOW_NS + 10**9}\n"
    response = await writer.write(body, org="mill", bucket="plant", precision="ns")
    assert response.status_code == 204, response.text
    assert writer.stored("press", "m.t{host=a}") == [(NOW_NS // 1000, 21.5), (NOW_NS // 1000 + 10**6, 22.0)]
    on = writer.world.platform.registry.series_by_key("north-mill/works/press:m.on{host=a}")
    assert on.data_type is DataType.BOOLEAN
    # Sent again, as a collector does that has missed the answer.
    assert (await writer.write(body)).status_code == 204
    assert len(writer.stored("press", "m.t{host=a}")) == 2


@pytest.mark.parametrize(
    ("name", "auth", "query"),
    [
        ("token", "Token north-mill-gateway:{key}", {}),
        ("key alone, the bucket is the gateway", "Token {key}", {"bucket": "north-mill-gateway"}),
        ("bearer", "Bearer north-mill-gateway:{key}", {}),
        ("basic", "basic", {}),
        ("parameters", "", {"u": "north-mill-gateway", "p": "{key}"}),
    ],
)
@pytest.mark.parametrize("path", ["/api/v2/write", "/write"])
async def test_every_way_to_sign_in(writer: Writer, name: str, auth: str, query: dict[str, str], path: str) -> None:
    if auth == "basic":
        auth = "Basic " + base64.b64encode(f"north-mill-gateway:{writer.key}".encode()).decode()
    headers = {"Authorization": auth.format(key=writer.key)} if auth else {}
    params = {each: value.format(key=writer.key) for each, value in query.items()} | {"db": "plant"}
    response = await writer.client.post(
        path, content=f"signing {name.replace(' ', '_')[:5].strip(',')}=1", params=params, headers=headers
    )
    assert response.status_code == 204, response.text


@pytest.mark.parametrize(
    ("precision", "path", "written"),
    [
        ("s", "/write", 1_760_000_000),
        ("ms", "/api/v2/write", 1_760_000_000_000),
        ("u", "/write", 1_760_000_000_000_000),
    ],
)
async def test_the_unit_of_times_is_the_writers_choice(writer: Writer, precision: str, path: str, written: int) -> None:
    assert (await writer.write(f"p_{precision} f=1 {written}", path, precision=precision)).status_code == 204
    series = writer.world.platform.registry.series_by_key(f"north-mill/works:p_{precision}.f")
    batch = writer.world.platform.history.raw([series.id], ALL_TIME)
    assert batch.source_time_us.tolist() == [1_760_000_000_000_000]


async def test_packed_bodies(writer: Writer) -> None:
    headers = {"Authorization": f"Token north-mill-gateway:{writer.key}", "Content-Encoding": "gzip"}
    body = gzip.compress(f"z,asset=press a=1 {NOW_NS}\n".encode()) + gzip.compress(
        f"z,asset=press b=2 {NOW_NS}".encode()
    )
    assert (await writer.client.post("/write", content=body, headers=headers)).status_code == 204
    assert writer.stored("press", "z.b") == [(NOW_NS // 1000, 2.0)]
    bomb = gzip.compress(bytes(65 << 20))
    assert (await writer.client.post("/write", content=bomb, headers=headers)).status_code == 413
    assert (await writer.client.post("/write", content=body[:20], headers=headers)).status_code == 400
    assert (await writer.client.post("/write", content=b"no gzip", headers=headers)).status_code == 400
    headers["Content-Encoding"] = "br"
    assert (await writer.client.post("/write", content=body, headers=headers)).status_code == 415


async def test_good_lines_are_stored_beside_bad_ones_which_are_named(writer: Writer) -> None:
    body = f"part,asset=press a=1 {NOW_NS}\npart,asset=press a=oops {NOW_NS}\npart,asset=press b=2 {NOW_NS}"
    response = await writer.write(body)
    assert response.status_code == 400
    assert response.json()["code"] == "invalid"
    assert "line 2: the value of field 'a' is no number" in response.json()["message"]
    assert writer.stored("press", "part.b") == [(NOW_NS // 1000, 2.0)]
    first = await writer.write(body, "/write")
    assert first.json()["error"].startswith("partial write: 2 values stored, 1 lines set aside")
    aside = writer.world.platform.history.quarantine(10, "unparsable")
    assert [one.value for one in aside if one.gateway == "north-mill-gateway"] == [body.splitlines()[1]]


async def test_readings_that_are_set_aside_are_told_of(writer: Writer) -> None:
    response = await writer.write("ahead,asset=press a=1 4102444800000000000")
    assert response.status_code == 204
    assert response.headers["X-Millmark-Set-Aside"] == "1"


@pytest.mark.parametrize(("options", "status"), [({"precision": "weeks"}, 400), ({"precision": ""}, 204)], ids=str)
async def test_parameters_are_checked(writer: Writer, options: dict[str, str], status: int) -> None:
    assert (await writer.write("q f=1", **options)).status_code == status


async def test_a_body_that_is_too_long_is_refused(writer: Writer) -> None:
    response = await writer.write(b"m f=1\n" * ((64 << 20) // 6 + 1))
    assert response.status_code == 413


async def test_a_gateway_over_its_quota_is_slowed_and_then_told_when_to_come_back(writer: Writer) -> None:
    quotas = writer.world.platform.intake.quotas
    quotas.set("north-mill-gateway", GatewayQuota(points_per_s=100.0))
    try:
        lines = "\n".join(f"quota,asset=press f={number} {NOW_NS + number * 10**9}" for number in range(1_100))
        assert (await writer.write(lines)).status_code == 204
        again = await writer.write("quota f=1")
        assert again.status_code == 429
        assert 5 <= int(again.headers["Retry-After"]) <= 11
    finally:
        quotas.set("north-mill-gateway", GatewayQuota())
    assert len(writer.stored("press", "quota.f")) == 1_100


async def test_while_nothing_can_be_stored_collectors_are_told_to_come_back(writer: Writer) -> None:
    writer.world.platform.intake.counters.degraded = "the disk is full"
    try:
        response = await writer.write("m f=1")
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
        assert (await writer.client.get("/health")).status_code == 503
    finally:
        writer.world.platform.intake.counters.degraded = None
    assert (await writer.client.get("/health")).json()["status"] == "pass"


async def test_what_collectors_ask_before_they_write(writer: Writer) -> None:
    assert (await writer.client.get("/ping")).status_code == 204
    assert (await writer.client.head("/ping")).status_code == 204
    created = await writer.write('q=CREATE+DATABASE+"telegraf"', "/query")
    assert created.json() == {"results": [{"statement_id": 0}]}
    assert (await writer.write("", "/query", q="SELECT * FROM cpu")).status_code == 400
