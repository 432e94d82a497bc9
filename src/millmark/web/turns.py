"""Lets a few pages be put together at a time, so that all of them are sooner there."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

AT_ONCE: Final = 4
LONGEST_S: Final = 0.5
_PAGES: Final = ("/api/", "/public")


class Turns:
    """A middleware under which pages take turns, in the order in which they were asked for.

    Python computes for one thread at a time. Twenty that compute at once take it from each other every few
    milliseconds, by which all of them together take longer, and some by far the longest. A turn ends where the answer
    begins, or after `longest_s`: what takes long by its nature, or waits for a database, keeps nobody from theirs.
    Writes, devices and the console's files take no turn: they never wait for a page.
    """

    def __init__(self, app: ASGIApp, at_once: int = AT_ONCE, longest_s: float = LONGEST_S) -> None:
        self._app = app
        self._free = asyncio.Semaphore(at_once)
        self._longest_s = longest_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(_PAGES):
            await self._app(scope, receive, send)
            return
        await self._free.acquire()
        turn = _Turn(self._free, self._longest_s)

        async def ending(message: Message) -> None:
            turn.end()
            await send(message)

        try:
            await self._app(scope, receive, ending)
        finally:
            turn.end()


class _Turn:
    def __init__(self, free: asyncio.Semaphore, longest_s: float) -> None:
        self._free = free
        self._is_over = False
        self._timer = asyncio.get_running_loop().call_later(longest_s, self.end)

    def end(self) -> None:
        """Gives the turn to the next, once however often it is called."""
        if not self._is_over:
            self._is_over = True
            self._timer.cancel()
            self._free.release()
