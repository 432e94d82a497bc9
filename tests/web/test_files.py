"""Uploads over HTTP: who may keep and read what, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest
from tests.programmes.documents import samples
from tests.web.conftest import World, cookie

from millmark.web.server import WebServer, bind


async def send(client, world: World, role: str, content: bytes, name: str = "发票.pdf", **fields: str):
    form = {"file": (name, content, "application/x-lie")}
    return await client.post("/api/files", files=form, data=fields, headers=cookie(world.tokens[role]))


async def test_a_manager_keeps_a_file_and_gets_it_back(client, world):
    answer = await send(client, world, "manager", samples.pdf(), purpose="invoice")
    assert answer.status_code == 201, answer.text
    kept = answer.json()
    assert kept["owner_enterprise_id"] == world.north.enterprise.id
    assert (kept["name"], kept["media_type"], kept["purpose"]) == ("发票.pdf", "application/pdf", "invoice")
    content = await client.get(f"/api/files/{kept['id']}/content", headers=cookie(world.tokens["manager"]))
    assert content.content == samples.pdf()
    assert content.headers["content-disposition"] == "attachment; filename*=UTF-8''%E5%8F%91%E7%A5%A8.pdf"
    assert content.headers["x-content-type-options"] == "nosniff"
    assert content.headers["cache-control"] == "no-store"
    listed = await client.get("/api/files", headers=cookie(world.tokens["engineer"]))
    assert kept["id"] in [one["id"] for one in listed.json()["files"]]
    assert listed.json()["used_bytes"] >= len(samples.pdf())


async def test_nobody_reads_what_is_anothers(client, world):
    theirs = (
        await send(client, world, "officer", samples.png(), "南.png", enterprise_id=str(world.south.enterprise.id))
    ).json()
    office = (await send(client, world, "officer", samples.png(), "office.png")).json()
    assert theirs["owner_enterprise_id"] == world.south.enterprise.id
    assert office["owner_enterprise_id"] is None
    for kept in (theirs, office):
        for role in ("manager", "engineer", "reviewer"):
            for address in ("", "/content"):
                answer = await client.get(f"/api/files/{kept['id']}{address}", headers=cookie(world.tokens[role]))
                assert answer.status_code == 404, (role, address)
        for role in ("officer", "auditor", "admin"):
            answer = await client.get(f"/api/files/{kept['id']}", headers=cookie(world.tokens[role]))
            assert answer.status_code == 200
    denied = await client.get(
        f"/api/files?enterprise_id={world.south.enterprise.id}", headers=cookie(world.tokens["manager"])
    )
    assert denied.status_code == 404


async def test_a_file_for_another_enterprise_is_denied_and_audited(client, world):
    answer = await send(client, world, "manager", samples.pdf(), enterprise_id=str(world.south.enterprise.id))
    assert answer.status_code == 404
    entry = world.platform.audit.entries(limit=1)[0]
    assert (entry.action, entry.actor, entry.outcome) == ("files.keep", "the-manager", 404)
    assert (await send(client, world, "auditor", samples.pdf())).status_code == 403
    assert (await send(client, world, "department", samples.pdf())).status_code == 403


@pytest.mark.parametrize("name", ["report.pdf", "picture.png"])
async def test_a_program_is_refused_whatever_its_name_and_type_say(client, world, name):
    answer = await send(client, world, "manager", b"MZ" + bytes(300), name)
    assert answer.status_code == 422
    assert "Windows program" in answer.json()["error"]["message"]


async def test_forms_that_are_none_are_told(client, world):
    headers = cookie(world.tokens["manager"])
    for content, kind in ((b"{}", "application/json"), (b"--x\r\n", "multipart/form-data; boundary=x")):
        answer = await client.post("/api/files", content=content, headers=headers | {"Content-Type": kind})
        assert answer.status_code in (400, 422), answer.text
    no_file = await client.post("/api/files", files={"other": ("a", b"b")}, headers=headers)
    assert no_file.status_code == 422
    two = await client.post(
        "/api/files", files=[("file", ("a.pdf", samples.pdf())), ("file", ("b.pdf", samples.pdf()))], headers=headers
    )
    assert two.status_code == 400
    assert list((world.platform.files.folder / "drafts").iterdir()) == []


async def test_five_hundred_megabytes_are_refused_early(world):
    """Over a real connection: announced, nothing is read; not announced, reading stops at the limit."""
    server = WebServer(world.platform.app, bind("127.0.0.1", 0))
    await server.start()
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-'
        while sent < 500 << 20:
            sent += 1 << 20
            yield bytes(1 << 20)
            await asyncio.sleep(0)

    headers = cookie(world.tokens["manager"]) | {"Content-Type": "multipart/form-data; boundary=x"}
    try:
        url = urlsplit(server.url)
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        lines = [
            f"{name}: {value}" for name, value in {**headers, "Host": "x", "Content-Length": str(500 << 20)}.items()
        ]
        writer.write(("POST /api/files HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode())
        assert (await reader.readline()).split()[1] == b"413"
        writer.close()
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            try:
                streamed = await client.post("/api/files", content=endless(), headers=headers)
            except httpx.TransportError:
                pass  # the server may hang up while the client is still sending
            else:
                assert streamed.status_code == 413
    finally:
        await server.stop()
    assert sent < 100 << 20
    assert list((world.platform.files.folder / "drafts").iterdir()) == []
