"""The HTTP server, run inside the platform's own event loop; signals stay with whoever runs the platform."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from millmark.intake.tls import gateway_of_certificate

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope

GRACE_S = 3
BACKLOG = 512
GATEWAY = "millmark.gateway"
"""The key of a request's scope under which the gateway of its client certificate stands."""


class PortTaken(OSError):
    """The port belongs to another program; the message says which and what to do."""


def bind(host: str, port: int, *, or_next_free: bool = False) -> socket.socket:
    """A bound socket; port 0 takes any free one. Raises `PortTaken`, unless the next free one may be taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    candidates = [port, *range(port + 1, min(port + 51, 65_536)), 0] if or_next_free else [port]
    for candidate in candidates:
        # Named TCP outright: only for sockets that say so does asyncio switch off Nagle's delay, 40 ms an answer.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            # Two sockets may be bound to one address while neither listens; listening settles whose it is.
            listener.listen(BACKLOG)
        except OSError as error:
            listener.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            continue
        listener.setblocking(False)
        return listener
    raise PortTaken(
        f"the console cannot listen at {host}:{port}: the port is taken by another program or not allowed; "
        "choose another port in the settings (MILLMARK_WEB__PORT), or end the other program"
    )


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers, and with an event for having started."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.has_started = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.has_started.set()


class _Named:
    """The application for one connection whose client certificate names a gateway."""

    def __init__(self, app: ASGI3Application, gateway: str) -> None:
        self._app = app
        self._gateway = gateway

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        cast("dict[str, object]", scope)[GATEWAY] = self._gateway
        await self._app(scope, receive, send)


class _Http(H11Protocol):
    """uvicorn's protocol, which tells the application whose client certificate it has checked."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        gateway = gateway_of_certificate(transport.get_extra_info("peercert"))
        if gateway is not None:
            self.app = _Named(self.app, gateway)
        super().connection_made(transport)


class WebServer:
    """Serves an application at a bound socket until stopped; with `tls` by HTTPS."""

    def __init__(self, app: FastAPI, listener: socket.socket, *, tls: ssl.SSLContext | None = None) -> None:
        self._listener = listener
        self._scheme = "http" if tls is None else "https"
        self._server = _Server(
            uvicorn.Config(
                app,
                http=_Http,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                # A reverse proxy on this machine may say for whom it asks and whether by HTTPS; nobody else may.
                proxy_headers=True,
                forwarded_allow_ips=["127.0.0.1", "::1"],
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        if tls is not None:
            # uvicorn makes a context from files; ours takes over renewed ones.
            self._server.config.load()
            self._server.config.ssl = tls
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        host, port = self._listener.getsockname()[:2]
        if host in ("0.0.0.0", "::"):  # noqa: S104 - compared with, not bound to
            host = "127.0.0.1"
        return f"{self._scheme}://[{host}]:{port}" if ":" in host else f"{self._scheme}://{host}:{port}"

    async def start(self) -> None:
        """Returns when requests are answered."""
        self._task = asyncio.create_task(self._server.serve([self._listener]), name="web server")
        started = asyncio.create_task(self._server.has_started.wait())
        await asyncio.wait({self._task, started}, return_when=asyncio.FIRST_COMPLETED)
        if self._task.done():
            started.cancel()
            self._task.result()

    async def stop(self) -> None:
        """Lets requests under way finish for a few seconds, then closes."""
        if self._task is not None:
            self._server.should_exit = True
            await self._task
            self._task = None
        self._listener.close()
