"""The one way to the platform for every command: its HTTP API.

Beside a running platform that is the running platform's own, found through DIR/run/local.json. Otherwise the command
opens the folder itself and serves the same API to itself alone, on a loopback port, for as long as it runs. Either way
a command does the same, is checked the same, and leaves the same trace in the audit log.
"""

from __future__ import annotations

import asyncio
import getpass
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

import httpx
from pydantic import BaseModel

from millmark.cli.errors import CommandError
from millmark.web.local import LOCAL_ACTOR_HEADER, LocalAccess, read
from millmark.web.shapes.errors import ErrorAnswer

if TYPE_CHECKING:
    from millmark.composition import Platform

Answer = TypeVar("Answer", bound=BaseModel)

WAIT_FOR_FOLDER_S = 15.0
TIMEOUT = httpx.Timeout(600.0, connect=5.0)


class Api:
    """The platform's API as a command sees it: typed answers, and errors as `CommandError`."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, path: str, answer: type[Answer], **query: str | int | None) -> Answer:
        return answer.model_validate_json((await self._send("GET", path, query=query)).content)

    async def post(self, path: str, answer: type[Answer], body: BaseModel | None = None) -> Answer:
        return answer.model_validate_json((await self._send("POST", path, body=body)).content)

    async def put(self, path: str, answer: type[Answer], body: BaseModel | None = None) -> Answer:
        return answer.model_validate_json((await self._send("PUT", path, body=body)).content)

    async def delete(self, path: str) -> None:
        await self._send("DELETE", path)

    async def download(
        self, path: str, target: Path, *, body: BaseModel | None = None, **query: str | int | None
    ) -> int:
        """Writes what `path` answers (to POST if there is a body) to a file, whole or not at all; returns its size."""
        size = 0
        method, content = ("GET", None) if body is None else ("POST", body.model_dump_json())
        headers = {} if body is None else {"Content-Type": "application/json"}
        with _whole_file(target) as file:
            async with self._client.stream(
                method, f"/api{path}", params=_given(query), content=content, headers=headers
            ) as response:
                if response.is_error:
                    await response.aread()
                    raise _as_error(response)
                async for chunk in response.aiter_bytes():
                    size += file.write(chunk)
        return size

    async def _send(
        self, method: str, path: str, *, query: dict[str, str | int | None] | None = None, body: BaseModel | None = None
    ) -> httpx.Response:
        try:
            response = await self._client.request(
                method,
                f"/api{path}",
                params=_given(query or {}),
                content=None if body is None else body.model_dump_json(),
                headers={} if body is None else {"Content-Type": "application/json"},
            )
        except httpx.HTTPError as error:
            raise CommandError(
                f"the platform does not answer: {error}",
                where=f"{method} {self._client.base_url}/api{path}",
                next_step="Look at the running platform's log, or stop it and run the command alone.",
            ) from error
        if response.is_error:
            raise _as_error(response)
        return response


@contextmanager
def _whole_file(target: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name only when everything was written."""
    draft = target.with_name(target.name + ".part")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(target)
    except OSError as error:
        raise CommandError(
            f"the file cannot be written: {error.strerror or error}",
            where=str(target),
            next_step="Name a file in a folder that exists and has room.",
        ) from error
    finally:
        draft.unlink(missing_ok=True)


@asynccontextmanager
async def open_api(data: Path | None) -> AsyncIterator[Api]:
    """The API of the platform over a state folder, whether it runs already or not."""
    folder = state_folder(data)
    deadline = time.monotonic() + WAIT_FOR_FOLDER_S
    while (running := await _running(folder)) is None:
        try:
            platform = opened(data)
            break
        except FolderTaken:
            # Another command may have the folder for a moment, or a platform may just be starting.
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)
    else:
        async with _client(running) as api:
            yield api
        return
    try:
        with said_plainly(folder):
            access = await platform.start_local_api()
        async with _client(access) as api:
            yield api
    finally:
        await platform.stop()


def state_folder(data: Path | None) -> Path:
    """The folder that the settings would name, without loading all that settings know about."""
    return (data or Path(os.environ.get("MILLMARK_DATA") or "millmark-data")).expanduser().absolute()


class FolderTaken(CommandError):
    """Another program has the state folder open."""


def opened(data: Path | None) -> Platform:
    """The platform over a state folder, built and not started; raises `CommandError` for whatever prevents it."""
    from millmark.composition import FolderInUse, Platform
    from millmark.settings import load_settings

    with said_plainly(data):
        settings = load_settings(data)
        try:
            return Platform.open(settings)
        except FolderInUse as error:
            raise FolderTaken(
                f"{error}.",
                where=str(settings.data),
                next_step="Stop the other program, or name another folder with --data.",
            ) from error


@contextmanager
def said_plainly(data: Path | None) -> Iterator[None]:
    """Turns what can keep a platform from starting into a sentence; the rooms' messages say what to do."""
    from millmark.evidence import EvidenceError
    from millmark.history import HistoryError
    from millmark.programmes import ProgrammeError
    from millmark.region import RegionError
    from millmark.registry import RegistryError
    from millmark.settings import InvalidSettings

    try:
        yield
    except InvalidSettings as error:
        raise CommandError(
            str(error), where="the settings", next_step="docs/reference/settings.md names every table and key."
        ) from error
    except (EvidenceError, HistoryError, ProgrammeError, RegionError, RegistryError, OSError) as error:
        raise CommandError(
            str(error), where=str(data or "the state folder"), next_step="Mend what is named, then start again."
        ) from error


async def _running(folder: Path) -> LocalAccess | None:
    """How to reach the platform that runs over the folder; None when there is none."""
    access = read(folder)
    return access if access is not None and await _answers(access) else None


@asynccontextmanager
async def _client(access: LocalAccess) -> AsyncIterator[Api]:
    headers = {"Authorization": f"Bearer {access.token}", LOCAL_ACTOR_HEADER: _operator()}
    # A proxy named in the environment has no business between a command and its own machine.
    async with httpx.AsyncClient(base_url=access.url, headers=headers, timeout=TIMEOUT, trust_env=False) as client:
        yield Api(client)


async def _answers(access: LocalAccess) -> bool:
    """Whether the platform that published this access still runs and still takes the token."""
    if not _is_alive(access.pid):
        return False
    try:
        async with httpx.AsyncClient(base_url=access.url, timeout=5.0, trust_env=False) as client:
            headers = {"Authorization": f"Bearer {access.token}"}
            return (await client.get("/api/session", headers=headers)).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _operator() -> str:
    """The name of who runs the command, for the audit log; HTTP headers are ASCII."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = f"uid-{os.getuid()}"
    return name.encode("ascii", "replace").decode()[:64]


def _given(query: dict[str, str | int | None]) -> dict[str, str | int]:
    return {name: value for name, value in query.items() if value is not None}


def _as_error(response: httpx.Response) -> CommandError:
    try:
        detail = ErrorAnswer.model_validate_json(response.content).error
    except ValueError:
        return CommandError(
            f"the platform answered {response.status_code}",
            where=str(response.url),
            next_step="Look at the platform's log.",
        )
    return CommandError(detail.message, where=detail.where, next_step=detail.next_step)
