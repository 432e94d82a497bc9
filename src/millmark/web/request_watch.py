"""Every request has an id, is timed, and is told to the log."""

from __future__ import annotations

import re
import secrets
from time import perf_counter
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from millmark.observability import RequestLog, RequestTimes, request_id
from millmark.observability.requests import RequestKind
from millmark.web.console import CONSOLE_ADDRESS

HEADER: Final = "X-Request-Id"
_GOOD_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestWatch:
    """The outermost middleware: gives the id back in `X-Request-Id`, and takes the one that a proxy gave.

    A stream counts until it begins, everything else until its last byte.
    """

    def __init__(self, app: ASGIApp, times: RequestTimes) -> None:
        self._app = app
        self._times = times
        self._log = RequestLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        own = given if _GOOD_ID.fullmatch(given) else secrets.token_hex(8)
        token = request_id.set(own)
        began = perf_counter()
        status, answered_after = 500, None

        async def noting(message: Message) -> None:
            nonlocal status, answered_after
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[HEADER] = own
                if headers.get("content-type", "").startswith("text/event-stream"):
                    answered_after = perf_counter() - began
            await send(message)

        # Set here, so that whoever identifies the caller writes into the state that is read below.
        scope.setdefault("state", {})
        try:
            await self._app(scope, receive, noting)
        finally:
            seconds = perf_counter() - began if answered_after is None else answered_after
            self._tell(scope, status, seconds)
            request_id.reset(token)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "(other)"
        self._times.observe(RequestKind(method, _route(scope), f"{status // 100}xx"), seconds)
        principal = scope["state"].get("principal")
        account = None if principal is None else principal.name
        self._log.answered(method=method, path=scope["path"], status=status, seconds=seconds, account=account)


def _route(scope: Scope) -> str:
    """The pattern of the route that answered; addresses are told apart no further, whoever makes them up."""
    is_api = scope["path"].startswith("/api/")
    path = getattr(scope.get("route"), "path", None)
    if not isinstance(path, str) or path == CONSOLE_ADDRESS:
        return "(none)" if is_api else "(console)"
    # A route knows its place within its room; the rooms stand under /api.
    return f"/api{path}" if is_api and not path.startswith("/api/") else path
