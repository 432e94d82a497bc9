"""Files of the console: hashed ones are kept for ever, pages never, and nothing else is served."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from millmark.web import answers
from millmark.web.console import mount_console


def application(folder: Path | None) -> httpx.AsyncClient:
    app = FastAPI()
    answers.install(app)
    mount_console(app, folder)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://millmark.test")


@pytest.fixture
async def built(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>console</title>")
    (dist / "assets" / "app-3f2a.js").write_text("export {}")
    (dist / "favicon.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("nobody's business")
    (dist / "link.txt").symlink_to(tmp_path / "secret.txt")
    async with application(dist) as client:
        yield client


async def test_hashed_files_are_kept_for_ever(built: httpx.AsyncClient) -> None:
    answer = await built.get("/assets/app-3f2a.js")
    assert answer.text == "export {}"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["/", "/index.html", "/claims/17", "/enterprises/1/series"])
async def test_every_page_is_the_one_page_and_is_asked_for_each_time(built: httpx.AsyncClient, path: str) -> None:
    answer = await built.get(path)
    assert "<title>console</title>" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


async def test_other_files_are_asked_for_each_time(built: httpx.AsyncClient) -> None:
    assert (await built.get("/favicon.svg")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/%2e%2e/secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "/link.txt"])
async def test_nothing_outside_of_the_folder_is_served(built: httpx.AsyncClient, path: str) -> None:
    assert "nobody's business" not in (await built.get(path)).text


@pytest.mark.parametrize("path", ["/assets/app-0000.js", "/api/nothing", "/api"])
async def test_a_missing_asset_and_an_unknown_api_are_not_pages(built: httpx.AsyncClient, path: str) -> None:
    assert (await built.get(path)).status_code == 404


async def test_without_a_build_the_page_says_what_to_do() -> None:
    async with application(None) as client:
        answer = await client.get("/")
    assert "make console" in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/claims/17", "/assets/app-3f2a.js"])
async def test_while_the_console_is_built_anew_who_asks_is_told_to_come_again(
    built: httpx.AsyncClient, tmp_path: Path, path: str
) -> None:
    assert (await built.get(path)).status_code == 200
    # As a build does: it empties the folder and keeps it.
    for file in [one for one in (tmp_path / "dist").rglob("*") if not one.is_dir()]:
        file.unlink()
    answer = await built.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
    assert int(answer.headers["retry-after"]) > 0
    assert "being built anew" in answer.text
    (tmp_path / "dist" / "index.html").write_text("<!doctype html><title>console</title>")
    assert (await built.get("/")).status_code == 200
