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

from millmark.registry import LARGEST_ID, NotRegistered
from millmark.web import in_chinese
from millmark.web.access import Role
from millmark.web.reading.book import Read
from millmark.web.reading.lists import is_list, is_question
from millmark.web.shapes.errors import ErrorAnswer, ErrorDetail

if TYPE_CHECKING:
    from millmark.web.access import Opened, Principal
    from millmark.web.services import Services

log = logging.getLogger(__name__)

REASON_HEADER = "X-Read-Reason"
"""Why somebody reads, in words; percent-encoded where it is not ASCII."""

_NOT_ANSWERED = (
    "unavailable",
    (
        "This read cannot be recorded just now, so it is not answered.",
        "Every read of an enterprise's detail is recorded for it to see; try again in a moment.",
    ),
    ("现在无法记录这次查看,因此不予显示。", "每次查看企业明细都要留痕,供企业查阅;请稍后再试。"),
)
_DONE = (
    "done_but_not_shown",
    (
        "What was sent is done, but who is shown it cannot be recorded just now, so it is not shown.",
        "Do not send it again; look in a moment what has come of it.",
    ),
    ("已办理,但现在无法记录谁查看了结果,因此不予显示。", "请勿重复提交;请稍后查看办理结果。"),
)

_LONGEST_REASON = 500
_LONGEST_PATH = 300


class ReadRecorder:
    """Middleware that keeps what the scope of the request noted as opened.

    `Scope.demand` and its like note every enterprise whose thing somebody from outside is let at; this keeps the notes
    when the answer is good, and only then lets it go. Where they cannot be kept the answer is 503 and shows nothing.
    A list of many enterprises' figures is kept as one read of everybody in the office's area.

    The answer to a write shows detail as well, and is recorded like any other. The record is no part of the write's own
    transaction: it comes after it, so that it can neither undo nor hold up what was decided. What was done stays done
    where it cannot be recorded who was shown it; the answer is withheld and says so, for it must not be sent again.
    That is rare: a write begins with its entry in the audit log of the same database, and is not done without it.
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
                await _refusal(Request(scope))(scope, receive, send)
                return
            await send(message)

        await self._app(scope, receive, recording)


async def _kept(scope: Scope, status: int) -> bool:
    """Whether the answer may go: what it shows is recorded, or it shows nothing."""
    opened: Opened | None = scope["state"].pop("opened", None)
    if opened is None or status >= HTTPStatus.BAD_REQUEST or not (opened or is_list(scope["method"], scope["path"])):
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
    meant: set[int | None] = set(_ids(services, opened))
    # A department is shown what is assigned to it alone, and its views note whose that is.
    if is_list(request.method, request.url.path) and who.role is not Role.DEPARTMENT:
        meant |= _of_list(request, who)
    reads = [_read(one, request, opened, who, reason) for one in meant]
    new = [one for one in reads if not services.reads.is_known(one)]
    there = _existing(services, new)
    services.reads.keep([one for one in new if one.enterprise_id is None or one.enterprise_id in there])


def _of_list(request: Request, who: Principal) -> set[int | None]:
    """The enterprise that a list is asked for, nobody if it lies outside or is no row's number; None for a list of
    everybody, also where the route takes no such question and answers with everybody."""
    asked = request.query_params.get("enterprise_id", "")
    if not (asked.isdecimal() and _may_be_asked_of_one(request)):
        return {None}
    number = int(asked)
    return {number} if number <= LARGEST_ID and who.scope.admits(number) else set()


def _may_be_asked_of_one(request: Request) -> bool:
    dependant = getattr(request.scope.get("route"), "dependant", None)
    return dependant is not None and any(one.alias == "enterprise_id" for one in dependant.query_params)


def _read(enterprise_id: int | None, request: Request, opened: Opened, who: Principal, reason: str | None) -> Read:
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


def _existing(services: Services, reads: list[Read]) -> set[int]:
    """Those of the enterprises that there are: an empty list may be asked of any number."""
    wanted = {one.enterprise_id for one in reads if one.enterprise_id is not None}
    return {one.id for one in services.registry.enterprises_of(wanted)} if wanted else set()


def _refusal(request: Request) -> JSONResponse:
    code, *told = _NOT_ANSWERED if is_question(request.method, request.url.path) else _DONE
    message, next_step = told[1 if in_chinese.is_asked_for(request) else 0]
    detail = ErrorDetail(code=code, message=message, where=request.url.path, next_step=next_step)
    return JSONResponse(ErrorAnswer(error=detail).model_dump(), status_code=HTTPStatus.SERVICE_UNAVAILABLE)
