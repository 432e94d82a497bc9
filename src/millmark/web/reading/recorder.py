"""Records, before an answer leaves, whose detail it shows: one place for every route."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from millmark.registry import NotRegistered
from millmark.web.reading.book import Read
from millmark.web.shapes.errors import ErrorAnswer, ErrorDetail

if TYPE_CHECKING:
    from millmark.web.access import Opened, Principal
    from millmark.web.services import Services

log = logging.getLogger(__name__)

REASON_HEADER = "X-Read-Reason"
"""Why somebody reads, in words; percent-encoded where it is not ASCII."""

_LONGEST_REASON = 500
_LONGEST_PATH = 300


class ReadRecorder:
    """Middleware that keeps what the scope of the request noted as opened.

    `Scope.demand` and its like note every enterprise whose thing somebody from outside is let at; this keeps the notes
    when the answer is good, and only then lets it go. Where they cannot be kept the answer is 503 and shows nothing.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        withheld = False

        async def recording(message: Message) -> None:
            nonlocal withheld
            if withheld:
                return
            if message["type"] == "http.response.start" and not await _kept(scope, message["status"]):
                withheld = True
                await _refusal(scope["path"])(scope, receive, send)
                return
            await send(message)

        await self._app(scope, receive, recording)


async def _kept(scope: Scope, status: int) -> bool:
    """Whether the answer may go: what it shows is recorded, or it shows nothing."""
    opened: Opened | None = scope["state"].pop("opened", None)
    if opened is None or not opened or status >= HTTPStatus.BAD_REQUEST:
        return True
    services: Services = scope["app"].state.services
    try:
        await run_in_threadpool(_keep, services, Request(scope), opened, scope["state"]["principal"])
    except Exception:  # whatever the reason, what cannot be recorded is not shown
        log.exception("a read of an enterprise's detail cannot be recorded, so it is not answered: %s", scope["path"])
        return False
    return True


def _keep(services: Services, request: Request, opened: Opened, who: Principal) -> None:
    reason = unquote(request.headers.get(REASON_HEADER, "")).strip()[:_LONGEST_REASON] or None
    reads = [_read(enterprise_id, request, opened, who, reason) for enterprise_id in sorted(_ids(services, opened))]
    new = [one for one in reads if not services.reads.is_known(one)]
    services.reads.keep([one for one in new if _exists(services, one.enterprise_id)])


def _read(enterprise_id: int, request: Request, opened: Opened, who: Principal, reason: str | None) -> Read:
    return Read(
        enterprise_id=enterprise_id,
        actor=who.name[:64],
        role=who.role.value,
        office=who.scope.department or who.scope.area_code or "",
        means=who.means.value,
        action=opened.action,
        path=request.url.path[:_LONGEST_PATH],
        reason=reason,
    )


def _ids(services: Services, opened: Opened) -> set[int]:
    found = set(opened.ids)
    for slug in opened.slugs:
        try:
            found.add(services.registry.enterprise_by_slug(slug).id)
        except NotRegistered:
            # A path of nobody's: nothing of an enterprise is shown.
            continue
    return found


def _exists(services: Services, enterprise_id: int) -> bool:
    """Whether there is such an enterprise: an empty list may be asked of any number."""
    try:
        services.registry.enterprise(enterprise_id)
    except NotRegistered:
        return False
    return True


def _refusal(where: str) -> JSONResponse:
    detail = ErrorDetail(
        code="unavailable",
        message="This read cannot be recorded just now, so it is not answered.",
        where=where,
        next_step="Every read of an enterprise's detail is recorded for it to see; try again in a moment.",
    )
    return JSONResponse(ErrorAnswer(error=detail).model_dump(), status_code=HTTPStatus.SERVICE_UNAVAILABLE)
