"""Writes of Telegraf and whatever else speaks InfluxDB's HTTP interfaces, version 2 and version 1.

Gateways sign in here by their own keys; nobody's session counts. Answers have the shape that such clients read, which
is why they differ from the rest of the API. Source: InfluxDB v2 API, `/api/v2/write`; InfluxDB v1 HTTP API, `/write`,
`/query` and `/ping`.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import math
import zlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from millmark import __version__
from millmark.history import StoreUnavailable
from millmark.intake import IntakeError
from millmark.registry import RegistryError
from millmark.web.access import ForGateways, OpenToStrangers
from millmark.web.server import GATEWAY
from millmark.web.services import Platform, Services
from millmark.wire.line_protocol import PRECISIONS, Precision

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from millmark.intake import WriteReceipt

router = APIRouter(tags=["line protocol"], include_in_schema=False)

WRITES = ("/api/v2/write", "/write")
"""Addresses whose bodies have a limit of their own."""

_RETRY_S = 5
_BODY_WITHIN_S = 120.0
_SHOWN_LINES = 10
_VERSION_HEADERS = {"X-Influxdb-Version": f"millmark-{__version__}"}


class Refusal(Exception):
    """An answer other than the one hoped for, in the shape that InfluxDB's clients read."""

    def __init__(self, status: HTTPStatus, code: str, message: str, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        if status is HTTPStatus.UNAUTHORIZED:
            self.headers["WWW-Authenticate"] = "Token"


def install(app: FastAPI) -> None:
    """Registers how a refusal is answered."""
    app.add_exception_handler(Refusal, _refused)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)  # noqa: S101 - Starlette types handlers by Exception alone
    headers = error.headers | _VERSION_HEADERS
    if request.url.path.startswith("/api/v2"):
        return JSONResponse({"code": error.code, "message": error.message}, error.status, headers)
    return JSONResponse(
        {"error": error.message}, error.status, headers | {"X-Influxdb-Error": _one_line(error.message)}
    )


async def _signed_in(request: Request) -> str:
    """The gateway that sends a request; raises `Refusal`."""
    services: Services = request.app.state.services
    sign_in = services.gateway_sign_in
    gateway, key = _credentials(request)
    certified = request.scope.get(GATEWAY)
    try:
        if certified is not None and not gateway and await asyncio.to_thread(sign_in.check_certified, str(certified)):
            return str(certified)
        is_right = bool(gateway and key) and (
            sign_in.remembers(gateway, key) or await asyncio.to_thread(sign_in.check, gateway, key)
        )
    except RegistryError as error:
        raise _try_again("the registry does not answer just now") from error
    if not is_right:
        raise Refusal(
            HTTPStatus.UNAUTHORIZED,
            "unauthorized",
            "sign in as a gateway: 'Authorization: Token GATEWAY:KEY', or the key as token and the gateway as bucket, "
            "or user name and password",
        )
    return gateway


Gateway = Annotated[str, Depends(ForGateways(_signed_in))]


@router.post("/api/v2/write")
async def write_v2(gateway: Gateway, request: Request, platform: Platform) -> Response:
    """Takes line protocol from a gateway; answers after the commit."""
    return await _write(gateway, request, platform)


@router.post("/write")
async def write_v1(gateway: Gateway, request: Request, platform: Platform) -> Response:
    """The same for clients of InfluxDB's first interface."""
    return await _write(gateway, request, platform)


@router.get("/query")
@router.post("/query")
async def query(_gateway: Gateway, request: Request) -> JSONResponse:
    """Answers what such clients ask before they write: `CREATE DATABASE`, which changes nothing, and no more."""
    asked = request.query_params.get("q") or _form_value(await _body(request, 100_000), "q")
    if not asked.strip().upper().startswith("CREATE DATABASE"):
        raise Refusal(
            HTTPStatus.BAD_REQUEST, "invalid", "only CREATE DATABASE is answered here; points are read through /api"
        )
    return JSONResponse({"results": [{"statement_id": 0}]}, headers=_VERSION_HEADERS)


@router.api_route("/ping", methods=["GET", "HEAD"], dependencies=[Depends(OpenToStrangers())])
async def ping() -> Response:
    """Says that somebody is here."""
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=_VERSION_HEADERS)


@router.get("/health", dependencies=[Depends(OpenToStrangers())])
async def ready(platform: Platform) -> JSONResponse:
    """Says whether points can be stored now, in the words of InfluxDB's own address of this name."""
    if platform.line_protocol.is_closed:
        failing = {"name": "millmark", "status": "fail", "message": "points cannot be stored just now", "checks": []}
        return JSONResponse(failing, HTTPStatus.SERVICE_UNAVAILABLE)
    passing = {
        "name": "millmark",
        "status": "pass",
        "message": "ready for writes",
        "checks": [],
        "version": __version__,
    }
    return JSONResponse(passing)


async def _write(gateway: str, request: Request, platform: Services) -> Response:
    door = platform.line_protocol
    precision = _precision(request)
    if door.is_closed:
        raise _try_again("points cannot be stored just now")
    await _wait_for_quota(door.wait_s(gateway), door.settings.wait_s)
    announced = request.headers.get("content-length", "")
    size = int(announced) if announced.isdecimal() else door.settings.body_bytes
    if size > door.settings.body_bytes:
        raise _too_large(door.settings.body_bytes)
    if not await door.reserve(size):
        raise _try_again("as much as may is waiting to be stored")
    try:
        body = await _unpacked(request, await _body(request, door.settings.body_bytes), door.settings.body_bytes)
        receipt = await _committed(door.write(gateway, body, precision))
    finally:
        door.release(size)
    if receipt.bad_lines:
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", _partial_write(receipt))
    headers = {"X-Millmark-Set-Aside": str(receipt.set_aside)} if receipt.set_aside else {}
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=_VERSION_HEADERS | headers)


async def _committed(writing: Awaitable[WriteReceipt]) -> WriteReceipt:
    try:
        return await writing
    except (IntakeError, StoreUnavailable) as error:
        raise _try_again("the points could not be stored") from error


async def _wait_for_quota(wait_s: float, at_most_s: float) -> None:
    """A gateway over its quota is slowed: what it sends stays unread, or, when that would take long, comes later."""
    if wait_s > at_most_s:
        raise Refusal(
            HTTPStatus.TOO_MANY_REQUESTS,
            "too many requests",
            "the gateway is over its quota; send the same body again later",
            math.ceil(wait_s),
        )
    if wait_s > 0:
        await asyncio.sleep(wait_s)


async def _body(request: Request, most: int) -> bytes:
    """The body as it was sent; raises `Refusal` for one that is too long or does not come."""
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(_BODY_WITHIN_S):
            async for chunk in request.stream():
                size += len(chunk)
                if size > most:
                    raise _too_large(most)
                chunks.append(chunk)
    except TimeoutError as error:
        raise Refusal(HTTPStatus.REQUEST_TIMEOUT, "request timeout", "the body did not come in time") from error
    except ClientDisconnect as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", "the body ended early") from error
    return b"".join(chunks)


async def _unpacked(request: Request, body: bytes, most: int) -> bytes:
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding in ("identity", ""):
        return body
    if encoding != "gzip":
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "invalid", f"bodies are plain or gzip, not {encoding!r}")
    return await asyncio.to_thread(_gunzipped, body, most)


def _gunzipped(body: bytes, most: int) -> bytes:
    # 16 asks zlib for the gzip header; several members may follow each other (RFC 1952, clause 2.2).
    unpacked = bytearray()
    try:
        while body:
            member = zlib.decompressobj(16 + zlib.MAX_WBITS)
            unpacked += member.decompress(body, most - len(unpacked) + 1)
            if len(unpacked) > most:
                raise _too_large(most)
            if not member.eof:
                raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", "the gzip body is cut off")
            body = member.unused_data
    except zlib.error as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", f"the body is no gzip: {error}") from error
    return bytes(unpacked)


def _credentials(request: Request) -> tuple[str, str]:
    """(gateway, key), empty where nothing was given."""
    query = request.query_params
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    match scheme.lower():
        case "token" | "bearer":
            gateway, separator, key = token.strip().partition(":")
            return (gateway, key) if separator else (query.get("bucket") or query.get("db") or "", gateway)
        case "basic":
            try:
                gateway, _, key = base64.b64decode(token, validate=True).decode("utf-8").partition(":")
            except (binascii.Error, UnicodeDecodeError):
                return "", ""
            return gateway, key
    return query.get("u", ""), query.get("p", "")


def _precision(request: Request) -> Precision:
    written = request.query_params.get("precision", "")
    if (precision := PRECISIONS.get(written)) is None:
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", f"precision {written!r} is none of ns, us, ms, s, m, h")
    return precision


def _form_value(body: bytes, name: str) -> str:
    from urllib.parse import parse_qs

    values = parse_qs(body.decode("utf-8", "replace")).get(name, [""])
    return values[0]


def _partial_write(receipt: WriteReceipt) -> str:
    shown = [f"line {bad.number}: {bad.problem}" for bad in receipt.bad_lines[:_SHOWN_LINES]]
    more = len(receipt.bad_lines) - len(shown)
    rest = f"; and {more} more" if more else ""
    told = f"partial write: {receipt.accepted} values stored, {len(receipt.bad_lines)} lines set aside"
    return f"{told}: {'; '.join(shown)}{rest}"


def _too_large(most: int) -> Refusal:
    message = f"a body may have {most} bytes, unpacked; send less at once"
    return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request too large", message)


def _try_again(why: str) -> Refusal:
    return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", f"{why}; send the same body again later", _RETRY_S)


def _one_line(message: str) -> str:
    return message.encode("ascii", "replace").decode().replace("\n", " ").replace("\r", " ")
