"""No input breaks the platform: whatever is sent, the answer is an error in the one shape, and never a 500."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from _pytest.mark import ParameterSet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.web.conftest import World, cookie
from tests.web.test_access import GUARDED, SAMPLES, Call

from millmark.web.access import Role

STRANGE = ["0", "-1", "99999999999999999999", "1e3", "%00", "..%2f..", "' OR 1=1 --", "é", "x" * 3000, "null"]


@pytest.fixture
async def admin(world: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(world.platform.app, raise_app_exceptions=False)
    headers = cookie(world.tokens[Role.ADMIN])
    async with httpx.AsyncClient(transport=transport, base_url="http://millmark.test", headers=headers) as client:
        yield client


def refused_properly(response: httpx.Response) -> bool:
    if response.status_code < 400:
        return True
    return response.status_code < 500 and set(response.json()["error"]) == {"code", "message", "where", "next_step"}


def in_turns(calls: list[Call]) -> list[ParameterSet]:
    """Every second route each time, and the others where there is time."""
    return [pytest.param(call, id=call.path, marks=[pytest.mark.long] * (at % 2)) for at, call in enumerate(calls)]


@pytest.mark.parametrize("call", in_turns([call for call in GUARDED if "{" in call.path]))
async def test_strange_names_in_addresses(admin: httpx.AsyncClient, call: Call) -> None:
    for strange in STRANGE:
        path = call.path.format(**dict.fromkeys(SAMPLES, strange))
        response = await admin.request(call.method, path, json={})
        assert refused_properly(response), f"{call.method} {path[:80]}: {response.status_code} {response.text}"


@pytest.mark.parametrize("call", in_turns([call for call in GUARDED if call.method == "GET"]))
async def test_strange_values_in_queries(admin: httpx.AsyncClient, call: Call) -> None:
    if call.path.endswith("/live"):
        return
    names = ("as_of", "date", "limit", "before", "kind", "reason", "language", "asset", "start_us", "end_us", "buckets")
    for strange in STRANGE:
        query = "&".join(f"{name}={strange}" for name in (*names, "enterprise_id"))
        response = await admin.get(f"{call.url}?{query}")
        assert refused_properly(response), f"{call.path}?{query[:80]}: {response.status_code} {response.text}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "kind",
    "area",
    "source",
    "date",
    "quantity",
    "id",
    "root",
    "subject",
    "account",
    "role",
    "slug",
    "path",
    "level",
)


@pytest.mark.parametrize(
    "call",
    in_turns([call for call in GUARDED if call.method in {"POST", "PUT"} and not call.path.startswith("/api/session")]),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=JSON | st.fixed_dictionaries(dict.fromkeys(FIELDS, JSON)))
async def test_strange_bodies(admin: httpx.AsyncClient, call: Call, body: object) -> None:
    response = await admin.request(call.method, call.url, json=body)
    assert refused_properly(response), f"{call.path}: {response.status_code} {response.text}"


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_beyond_the_limit_is_refused(admin: httpx.AsyncClient, announced: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b" " * 100_000

    content = b" " * 1_100_000 if announced else pieces()
    response = await admin.post("/api/ledger", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert refused_properly(response), response.text


async def test_a_wrong_method_is_refused(admin: httpx.AsyncClient) -> None:
    response = await admin.patch("/api/ledger")
    assert response.status_code == 405
    assert refused_properly(response), response.text


async def test_what_a_file_or_a_number_cannot_be_is_said_by_field(admin: httpx.AsyncClient) -> None:
    entry = {"kind": "5g-base-station", "area": "421200", "source": "x", "date": "2023-08-01"}
    for quantity in ("NaN", "Infinity", "1e400", "-5", "0.00000001", True, [1]):
        response = await admin.post("/api/ledger", json=entry | {"quantity": quantity})
        assert response.status_code == 422, response.text
        assert "quantity" in response.json()["error"]["message"] + response.json()["error"]["where"]
    unknown = await admin.post("/api/ledger", json=entry | {"quantity": "1", "quantitty": "1"})
    assert unknown.status_code == 422
    assert "quantitty" in unknown.json()["error"]["message"]
