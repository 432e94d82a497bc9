"""Signing in and out, and what keeps a session safe."""

from __future__ import annotations

import hashlib
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from tests.web.conftest import World, cookie

from millmark.web.access import Role
from millmark.web.doorkeeper import Doorkeeper
from millmark.web.sessions import COOKIE, SessionBook, SessionLimits

PASSWORD = "a sentence of several words"


async def sign_in(client: httpx.AsyncClient, account: str, password: str) -> httpx.Response:
    return await client.post("/api/session", json={"account": account, "password": password})


def contents(folder: Path, pattern: str) -> list[bytes]:
    return [file.read_bytes() for file in folder.glob(pattern)]


@pytest.fixture
def ann(world: World) -> str:
    """An officer's one-time password; the account is new for each test."""
    name = "ann"
    existing = {one.name for one in world.platform.accounts.accounts()}
    if name in existing:
        return world.platform.accounts.reset(name)
    return world.platform.accounts.add(name, Role.OFFICER)


async def test_signing_in_opens_a_session_and_signing_out_ends_it(client: httpx.AsyncClient, ann: str) -> None:
    response = await sign_in(client, "ann", ann)
    assert response.status_code == 200
    assert response.json()["role"] == "officer"
    assert "ledger.write" in response.json()["permissions"]
    attributes = response.headers["set-cookie"].lower()
    assert "httponly" in attributes
    assert "samesite=strict" in attributes

    assert (await client.get("/api/session")).json()["account"] == "ann"
    token = client.cookies[COOKIE]
    assert (await client.delete("/api/session")).status_code == 204
    assert (await client.get("/api/session", headers=cookie(token))).status_code == 401


async def test_the_database_holds_neither_password_nor_token(client: httpx.AsyncClient, world: World, ann: str) -> None:
    await sign_in(client, "ann", ann)
    token = client.cookies[COOKIE]
    with world.platform.database.engine.connect() as connection:
        hashes = connection.execute(text("SELECT token_hash FROM sessions")).scalars().all()
        stored = connection.execute(text("SELECT password_hash FROM accounts WHERE name = 'ann'")).scalar_one()
    assert hashlib.sha256(token.encode()).digest() in [bytes(one) for one in hashes]
    assert stored.startswith("$argon2id$")
    files = contents(world.platform.settings.data, "*.sqlite*")
    assert files
    assert not any(token.encode() in content or ann.encode() in content for content in files)


async def test_a_wrong_password_and_an_unknown_account_sound_the_same(client: httpx.AsyncClient, ann: str) -> None:
    wrong = await sign_in(client, "ann", "not this one")
    unknown = await sign_in(client, "nobody", "not this one")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


async def test_ten_failures_make_the_account_wait_even_with_the_right_password(
    client: httpx.AsyncClient, world: World
) -> None:
    password = world.platform.accounts.add("bob", Role.OFFICER)
    for _ in range(10):
        assert (await sign_in(client, "bob", "not this one")).status_code == 401
    response = await sign_in(client, "bob", password)
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) > 0
    world.platform.services.throttles.account.succeeded("bob")
    world.platform.services.throttles.address.succeeded("127.0.0.1")


async def test_a_new_password_ends_the_other_sessions(client: httpx.AsyncClient, ann: str) -> None:
    await sign_in(client, "ann", ann)
    elsewhere = client.cookies[COOKIE]
    client.cookies.clear()
    await sign_in(client, "ann", ann)

    short = await client.put("/api/session/password", json={"current": ann, "new": "short"})
    assert short.status_code == 422
    assert "at least 10 characters" in short.json()["error"]["message"]
    wrong = await client.put("/api/session/password", json={"current": "wrong", "new": PASSWORD})
    assert wrong.status_code == 400

    changed = await client.put("/api/session/password", json={"current": ann, "new": PASSWORD})
    assert changed.status_code == 200
    assert (await client.get("/api/session")).status_code == 200
    assert (await client.get("/api/session", headers=cookie(elsewhere))).status_code == 401
    assert (await sign_in(client, "ann", ann)).status_code == 401
    assert (await sign_in(client, "ann", PASSWORD)).status_code == 200


async def test_a_one_time_password_opens_nothing_but_its_own_replacement(world: World, ann: str) -> None:
    platform = world.platform
    account = next(one for one in platform.accounts.accounts() if one.name == "ann")
    token = platform.sessions.open(account.id, "127.0.0.1")
    strict = Doorkeeper(
        platform.sessions, local_token="t", slug_of=lambda _id: "", slugs_within=lambda _code: {}, demonstration=False
    )
    principal = strict.by_cookie(token)
    assert principal is not None
    assert principal.must_change_password
    relaxed = Doorkeeper(
        platform.sessions, local_token="t", slug_of=lambda _id: "", slugs_within=lambda _code: {}, demonstration=True
    )
    principal = relaxed.by_cookie(token)
    assert principal is not None
    assert not principal.must_change_password


def test_a_session_ends_by_age_and_by_lying_idle(world: World, ann: str) -> None:
    # In the past: opening a session sweeps away those that are over, and the other tests' are not.
    now = world.platform.now_us() - 3_000_000_000
    clock = [now]
    account = next(one for one in world.platform.accounts.accounts() if one.name == "ann")
    limits = SessionLimits(lifetime_us=1_000_000_000, idle_us=300_000_000)
    book = SessionBook(world.platform.database, limits, now_us=lambda: clock[0])
    token = book.open(account.id, "127.0.0.1")
    for _ in range(4):
        clock[0] += 200_000_000
        assert book.find(token) is not None
    clock[0] = now + 1_000_000_000
    assert book.find(token) is None

    idle = book.open(account.id, "127.0.0.1")
    clock[0] += 300_000_000
    assert book.find(idle) is None


async def test_a_page_of_another_origin_writes_nothing(client: httpx.AsyncClient, ann: str) -> None:
    await sign_in(client, "ann", ann)
    foreign = await client.delete("/api/session", headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert foreign.json()["error"]["code"] == "foreign_origin"
    assert (await client.get("/api/session")).status_code == 200
    own = await client.delete("/api/session", headers={"Origin": "http://millmark.test"})
    assert own.status_code == 204


async def test_a_disabled_account_is_out_at_once(client: httpx.AsyncClient, world: World) -> None:
    password = world.platform.accounts.add("carl", Role.OFFICER)
    admin = cookie(world.tokens[Role.ADMIN])
    token = (await sign_in(client, "carl", password)).cookies[COOKIE]
    client.cookies.clear()
    assert (await client.get("/api/session", headers=cookie(token))).status_code == 200
    assert (await client.delete("/api/accounts/carl", headers=admin)).status_code == 204
    assert (await client.get("/api/session", headers=cookie(token))).status_code == 401
    assert (await sign_in(client, "carl", password)).status_code == 401


async def test_every_write_and_sign_in_leaves_an_entry(client: httpx.AsyncClient, world: World, ann: str) -> None:
    await sign_in(client, "ann", "not this one")
    await sign_in(client, "ann", ann)
    await client.post("/api/gateways", json={})
    await client.delete("/api/session")
    entries = world.platform.audit.entries(limit=4)
    assert [(one.actor, one.action, one.outcome) for one in reversed(entries)] == [
        ("ann", "session.sign_in", 401),
        ("ann", "session.sign_in", 200),
        ("ann", "gateways.add", 403),
        ("ann", "session.sign_out", 204),
    ]
    assert all(one.means == "session" and one.at_us <= world.platform.now_us() for one in entries)
    assert ann not in str(entries)
