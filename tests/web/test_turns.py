"""Pages take turns: a few at a time are put together, in the order asked for, and what takes long keeps nobody."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from millmark.web.turns import Turns

Room = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]


class Library:
    """An application whose pages are there when the test says so."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.asked, self.ready, self.read = (defaultdict[str, asyncio.Event](asyncio.Event) for _ in range(3))

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        path = scope["path"]
        self.begun.append(path)
        self.asked[path].set()
        await self.ready[path].wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await self.read[path].wait()
        await send({"type": "http.response.body", "body": b""})


async def ask(app: Room, path: str, method: str = "GET") -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(_message: Message) -> None:
        return None

    await app({"type": "http", "method": method, "path": path}, receive, send)


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_who_asked_first_is_served_first_and_a_turn_ends_where_the_answer_begins() -> None:
    library = Library()
    app = Turns(library, at_once=2, longest_s=60)
    pages = [f"/api/{one}" for one in "abcd"]
    async with asyncio.TaskGroup() as people:
        for page in pages:
            people.create_task(ask(app, page))
            await settled()
        assert library.begun == pages[:2]
        library.ready[pages[1]].set()
        await settled()
        # Its reader still takes it in, as of a stream or over a slow line, and the next is put together already.
        assert library.begun == pages[:3]
        library.ready[pages[0]].set()
        await settled()
        assert library.begun == pages
        for page in pages:
            library.ready[page].set()
            library.read[page].set()


async def test_what_takes_long_keeps_nobody_from_their_turn() -> None:
    library = Library()
    app = Turns(library, at_once=1, longest_s=0.05)
    async with asyncio.TaskGroup() as people:
        people.create_task(ask(app, "/api/long"))
        await settled()
        people.create_task(ask(app, "/public/zh"))
        await settled()
        assert library.begun == ["/api/long"]
        async with asyncio.timeout(10):
            await library.asked["/public/zh"].wait()
        for page in library.begun:
            library.ready[page].set()
            library.read[page].set()
    # A turn that was over by then is not given back twice.
    first, second = (asyncio.ensure_future(ask(app, page)) for page in ("/api/next", "/api/after"))
    await settled()
    assert library.begun[2:] == ["/api/next"]
    first.cancel()
    await settled()
    assert library.begun[2:] == ["/api/next", "/api/after"]
    second.cancel()


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/applications"), ("GET", "/metrics"), ("GET", "/assets/a.js")]
)
async def test_writes_and_files_never_wait_for_a_page(method: str, path: str) -> None:
    library = Library()
    app = Turns(library, at_once=1, longest_s=60)
    people = [asyncio.ensure_future(ask(app, "/api/long")), asyncio.ensure_future(ask(app, path, method))]
    await settled()
    assert library.begun == ["/api/long", path]
    for one in people:
        one.cancel()
    await asyncio.gather(*people, return_exceptions=True)


async def test_a_page_that_fails_gives_its_turn_back() -> None:
    class Broken(Exception):
        pass

    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise Broken

    app = Turns(broken, at_once=1, longest_s=60)
    for _ in range(3):
        async with asyncio.timeout(10):
            with pytest.raises(Broken):
                await ask(app, "/api/figures")
