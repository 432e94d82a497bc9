"""What every answer carries and every write must show: security headers, and the origin of the page it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from millmark.web.access import READING_METHODS
from millmark.web.answers import answer
from millmark.web.shapes.errors import ErrorDetail

# MapLibre GL runs its worker from a blob and draws pictures from data and blob addresses. Scripts come from this
# origin alone. Styles may be inline: charts and their tooltips carry style attributes.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; worker-src 'self' blob:; child-src 'self' blob:; "
    "img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class SecurityHeaders:
    """Sets the headers above on every answer, and keeps answers of the API out of every cache."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers[name] = value
                if scope["path"].startswith("/api/"):
                    headers["Cache-Control"] = "no-store"
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        await self._app(scope, receive, with_headers)


class OwnOriginOnly:
    """Refuses a write that a page of another origin sent.

    A browser names the origin of every write (Fetch, clause 3.2); a program that is not a browser carries nobody's
    cookie by accident, so a write without any origin passes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in READING_METHODS and is_foreign(Headers(scope=scope)):
            detail = ErrorDetail(
                code="foreign_origin",
                message="This write was sent by a page of another origin.",
                where=scope["path"],
                next_step="Use the console at the platform's own address.",
            )
            await answer(HTTPStatus.FORBIDDEN, detail)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def is_foreign(headers: Headers) -> bool:
    """Whether the headers of a write name an origin other than the host it was sent to."""
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
    return headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}


class BodyLimit:
    """Refuses bodies of more than `limit` bytes, announced ones before a byte of them is read; addresses in `others`
    have the limit given there, those in `elsewhere` see to it themselves."""

    def __init__(
        self, app: ASGIApp, limit: int, elsewhere: Sequence[str] = (), others: Mapping[str, int] | None = None
    ) -> None:
        self._app = app
        self._limit = limit
        self._elsewhere = frozenset(elsewhere)
        self._others = dict(others or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._elsewhere:
            await self._app(scope, receive, send)
            return
        limit = self._others.get(scope["path"], self._limit)
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > limit:
            detail = ErrorDetail(
                code="request_entity_too_large",
                message=f"The body is larger than {limit} bytes.",
                where=scope["path"],
                next_step="Send less at once.",
            )
            await answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)(scope, receive, send)
            return
        received = 0

        async def counting() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, headers={"Connection": "close"})
            return message

        await self._app(scope, counting, send)
