"""The application behind a real socket: pages, headers, files, a stream, and an orderly end."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import numpy as np
import pytest

from millmark.composition import FolderInUse, Platform
from millmark.model import ReadingBatch
from millmark.settings import load_settings
from millmark.web.console import find_console
from millmark.web.hardening import SECURITY_HEADERS
from millmark.web.server import PortTaken, bind


@pytest.fixture
async def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Platform]:
    monkeypatch.setenv("MILLMARK_WEB__PORT", "0")
    monkeypatch.setenv("MILLMARK_MQTT__PORT", "0")
    platform = Platform.open(load_settings(tmp_path / "state"))
    try:
        await platform.start()
        yield platform
    finally:
        await platform.stop()


@pytest.fixture
async def client(running: Platform) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {running.local_token}"}
    async with httpx.AsyncClient(base_url=running.url, headers=headers) as client:
        yield client


async def test_a_whole_platform_in_one_process(running: Platform, client: httpx.AsyncClient, tmp_path: Path) -> None:
    """One start serves for all of this: opening the engine takes a second."""
    await _answers_with_headers(client)
    await _unknown_addresses_stay_unknown(client)
    await _streams_live_values(running, client)
    await _a_new_admin_has_one_thing_to_do(running)
    with pytest.raises(FolderInUse, match="is in use by another program"):
        Platform.open(running.settings)


async def _answers_with_headers(client: httpx.AsyncClient) -> None:
    health = await client.get("/api/health")
    assert health.json()["status"] == "ok"
    assert health.headers["cache-control"] == "no-store"
    page = await client.get("/")
    assert page.status_code == 200
    for answer in (health, page, await client.get("/api/nothing")):
        assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert "server" not in answer.headers


async def _unknown_addresses_stay_unknown(client: httpx.AsyncClient) -> None:
    for path in ("/api/nothing", "/api", "/assets/nothing.js", "/api/claims/not-a-uuid"):
        answer = await client.get(path)
        assert answer.status_code in {404, 422}, path
        assert set(answer.json()["error"]) == {"code", "message", "where", "next_step"}
    # Whatever the path says, nothing outside of the console's folder is a file.
    escape = await client.get("/%2e%2e/%2e%2e/pyproject.toml")
    assert "[project]" not in escape.text


async def _streams_live_values(running: Platform, client: httpx.AsyncClient) -> None:
    registry = running.registry
    enterprise = await asyncio.to_thread(
        lambda: registry.add_enterprise(
            slug="acme", name_zh="某厂", name_en="Acme", area_code="421202", is_placeholder=True
        )
    )
    site = registry.add_site(enterprise.id, slug="north", name_zh="北厂", name_en="North", area_code="421202")
    registry.ensure_gateway("plc", root=site.path, kind="mqtt", may_register=True)
    series = registry.ensure_series("plc", "press", "speed")
    await running.intake.submit(_reading(running.now_us(), 1.0))

    async with client.stream("GET", f"/api/enterprises/{enterprise.id}/live") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        events = _events(stream)
        name, data = await anext(events)
        assert name == "snapshot"
        assert [(one["series"], one["value"]) for one in data["points"]] == [(series.id, 1.0)]
        await running.intake.submit(_reading(running.now_us(), 2.0))
        name, data = await asyncio.wait_for(anext(events), 10)
        assert (name, data["points"][0]["value"], data["dropped"]) == ("update", 2.0, 0)

    enterprises = (await client.get("/api/enterprises")).json()["enterprises"]
    assert [one["slug"] for one in enterprises] == ["acme"]
    assert (await client.get("/api/intake")).json()["counts"]["points_in_history"] == 2


async def _a_new_admin_has_one_thing_to_do(running: Platform) -> None:
    assert running.first_password is not None
    async with httpx.AsyncClient(base_url=running.url) as client:
        signed_in = await client.post("/api/session", json={"account": "admin", "password": running.first_password})
        assert signed_in.json()["must_change_password"] is True
        refused = await client.get("/api/figures")
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "password_change_required")
        changed = await client.put(
            "/api/session/password", json={"current": running.first_password, "new": "a sentence of several words"}
        )
        assert changed.json()["must_change_password"] is False
        assert (await client.get("/api/figures")).status_code == 200


async def test_an_open_stream_does_not_hold_up_the_end(running: Platform, client: httpx.AsyncClient) -> None:
    enterprise = running.registry.add_enterprise(
        slug="acme", name_zh="某厂", name_en="Acme", area_code="421202", is_placeholder=True
    )
    async with client.stream("GET", f"/api/enterprises/{enterprise.id}/live") as stream:
        await anext(_events(stream))
        async with asyncio.timeout(10):
            await running.stop()


def test_a_taken_port_is_named_or_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"127.0.0.1:{port}: the port is taken"):
            bind("127.0.0.1", port)
        other = bind("127.0.0.1", port, or_next_free=True)
        assert other.getsockname()[1] != port
        other.close()


def test_the_console_is_found_in_a_package_or_in_the_repository_around_it(tmp_path: Path) -> None:
    package = tmp_path / "src" / "millmark"
    assert find_console(package) is None
    built = tmp_path / "console" / "dist"
    built.mkdir(parents=True)
    assert find_console(package) is None
    (built / "index.html").write_text("<!doctype html>")
    assert find_console(package) == built
    inside = package / "web" / "console"
    inside.mkdir(parents=True)
    (inside / "index.html").write_text("<!doctype html>")
    assert find_console(package) == inside


def _reading(time_us: int, value: float) -> ReadingBatch:
    return ReadingBatch(
        gateway="plc",
        tags=(("press", "speed"),),
        tag=np.array([0], np.int32),
        source_time_us=np.array([time_us], np.int64),
        value=np.array([value]),
        quality=np.array([0], np.uint8),
        code=np.array([0], np.uint32),
    )


async def _events(stream: httpx.Response) -> AsyncIterator[tuple[str, dict[str, list[dict[str, float]]]]]:
    name = ""
    async for line in stream.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))
