"""Serves the built console: files by name, the one page for every other address."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from millmark.web.errors import NotFound, Unavailable

CONSOLE_ADDRESS = "/{name:path}"
BUILT_WITHIN_S = 10
"""How long whoever finds no console is asked to wait, where one was there at the start: somebody builds it."""

_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Millmark</title>
<h1>Millmark</h1>
<p>The platform is running, but its console is not built yet. Run <code>make console</code> in the project's folder,
then start the platform again.</p>
<p lang="zh-CN">平台正在运行,但控制台尚未构建。请在项目目录运行 <code>make console</code>,然后重新启动平台。</p>
</html>
"""
_BEING_BUILT = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Millmark</title><meta http-equiv="refresh" content="{BUILT_WITHIN_S}">
<h1>Millmark</h1>
<p>The platform is running; its console is being built anew. This page loads again by itself in a few seconds.</p>
<p lang="zh-CN">平台正在运行,控制台正在重新构建。本页几秒后自动刷新。</p>
</html>
"""


def find_console(package: Path) -> Path | None:
    """The built console: inside an installed package, or in the repository around `src/millmark`."""
    for folder in (package / "web" / "console", package.parent.parent / "console" / "dist"):
        if (folder / "index.html").is_file():
            return folder
    return None


def mount_console(app: FastAPI, folder: Path | None) -> None:
    """Adds the console below all other routes."""

    async def page(request: Request) -> Response:
        name = request.path_params["name"]
        if name == "api" or name.startswith("api/"):
            raise NotFound(
                "There is no such address in the API.",
                where=request.url.path,
                next_step="/api/openapi.json lists every address and what it takes.",
            )
        if folder is None:
            return HTMLResponse(_NOT_BUILT, headers={"Cache-Control": "no-store"})
        return _file(folder, name)

    app.router.routes.append(Route(CONSOLE_ADDRESS, page, methods=["GET", "HEAD"]))


def _file(folder: Path, name: str) -> Response:
    wanted = (folder / name).resolve()
    if wanted.is_relative_to(folder.resolve()) and wanted.is_file() and wanted.name != "index.html":
        # Names under assets/ carry a hash of their content, so what they hold never changes.
        forever = name.startswith("assets/")
        return _served(wanted, "public, max-age=31536000, immutable" if forever else "no-cache")
    page = folder / "index.html"
    if name.startswith("assets/") and page.is_file():
        raise NotFound(
            "There is no such file of the console.",
            where=f"/{name}",
            next_step="Load the page again: the console was built anew since it was opened.",
        )
    if name.startswith("assets/"):
        raise _being_built(name)
    # Every other address is a page of the console, which finds its way by itself.
    return _served(page, "no-cache")


def _served(file: Path, caching: str) -> Response:
    """The file, or that it is being built when it has gone: a build empties the folder of a running platform."""
    try:
        found = file.stat()
    except FileNotFoundError:
        headers = {"Retry-After": str(BUILT_WITHIN_S), "Cache-Control": "no-store"}
        return HTMLResponse(_BEING_BUILT, HTTPStatus.SERVICE_UNAVAILABLE, headers)
    return FileResponse(file, headers={"Cache-Control": caching}, stat_result=found)


def _being_built(name: str) -> Unavailable:
    error = Unavailable(
        "The console is being built anew.", where=f"/{name}", next_step="Load the page again in a few seconds."
    )
    error.headers = {"Retry-After": str(BUILT_WITHIN_S), "Cache-Control": "no-store"}
    return error
