"""Turns whatever went wrong into the one shape of an error."""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from millmark.web import in_chinese, room_errors
from millmark.web.access import Requires, guard_of
from millmark.web.errors import ApiError
from millmark.web.shapes.errors import ErrorAnswer, ErrorDetail

log = logging.getLogger(__name__)


def answer(status: int, detail: ErrorDetail, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(ErrorAnswer(error=detail).model_dump(), status_code=status, headers=headers)


def install(app: FastAPI) -> None:
    """Registers the handlers of errors that were foreseen."""
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_exception)
    for kind in room_errors.ANSWERS:
        app.add_exception_handler(kind, _room_error)


async def _api_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)  # noqa: S101 - Starlette types handlers by Exception alone
    detail = ErrorDetail(code=error.code, message=error.message, where=error.where, next_step=error.next_step)
    return answer(error.status, detail, error.headers)


async def _room_error(request: Request, error: Exception) -> JSONResponse:
    found = room_errors.as_api_error(error, request.url.path, chinese=in_chinese.is_asked_for(request))
    if found.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.warning("%s at %s %s", found.message, request.method, request.url.path, exc_info=error)
    return await _api_error(request, found)


async def _invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    # A body that is no JSON fails before anybody was asked who they are; a stranger is told that and nothing else.
    if (stranger := await _refusal_of_a_stranger(request)) is not None:
        return stranger
    # The values are left out: what was sent may be a password.
    problems = [(".".join(str(part) for part in problem["loc"]), problem["msg"]) for problem in error.errors()]
    message = "; ".join(f"{place}: {what}" for place, what in problems)
    next_step = "Correct the named fields; /api/openapi.json describes them."
    if in_chinese.is_asked_for(request):
        message = ";".join(in_chinese.field_problem(problem) for problem in error.errors())
        next_step = "请改正提示中的各项后重新提交。"
    detail = ErrorDetail(code="invalid", message=message, where=problems[0][0] if problems else "", next_step=next_step)
    return answer(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


async def _refusal_of_a_stranger(request: Request) -> JSONResponse | None:
    guard = guard_of(request.scope["route"].dependant, request.url.path)
    if not isinstance(guard, Requires) or hasattr(request.state, "principal"):
        return None
    try:
        await run_in_threadpool(request.app.state.services.doorkeeper.identify, request)
    except ApiError as error:
        return await _api_error(request, error)
    return None


async def _http_exception(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    phrase = HTTPStatus(error.status_code).phrase
    detail = ErrorDetail(
        code=phrase.lower().replace(" ", "_"),
        message=f"{phrase}.",
        where=request.url.path,
        next_step="/api/openapi.json lists every address and what it takes.",
    )
    return answer(error.status_code, detail, dict(error.headers or {}))


class UnforeseenErrors:
    """The last line of defence: what nobody foresaw becomes an answer that tells a stranger nothing but a number."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:
            # The supervisor of requests: one that fails must not take the platform along, and leaves its trace here.
            if started or scope["type"] != "http":
                raise
            await _incident(scope, error)(scope, receive, send)


def _incident(scope: Scope, error: Exception) -> JSONResponse:
    number = secrets.token_hex(4)
    log.error("incident %s at %s %s", number, scope["method"], scope["path"], exc_info=error)
    detail = ErrorDetail(
        code="internal",
        message=f"Something went wrong inside the platform (incident {number}).",
        where=scope["path"],
        next_step=f"The platform's log has the details under incident {number}; please report it with them.",
    )
    return answer(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
