"""One session with a server: opened with its limits and namespaces known, closed so that the server forgets it.

Every (re)connection is a new session. Nothing of an old one (indexes, handles, subscriptions) is carried over, which
is what makes a restarted server look like any other.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final, TypeVar

from asyncua import ua
from asyncua.client.client import Client
from asyncua.crypto import security_policies
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.uaerrors import UaError

from millmark.drivers.config import OpcUaConfig, OpcUaSecurity
from millmark.drivers.errors import DeviceUnreachable, InvalidDriverConfig

T = TypeVar("T")

_SESSION_TIMEOUT_MS: Final = 120_000
_CLOSING_S: Final = 3.0
_LIMITS: Final = (
    ObjectIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall,
    ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead,
    ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse,
)


@dataclass(frozen=True, slots=True)
class OperationLimits:
    """How many nodes one request may name (OPC 10000-5, clause 6.3.11)."""

    monitored_items: int
    read: int
    browse: int


class OpcUaSession:
    """An activated session. `lost` is set, with the reason, once the connection is found dead."""

    def __init__(self, client: Client, namespaces: tuple[str, ...], limits: OperationLimits) -> None:
        self.client = client
        self.namespaces = namespaces
        self.limits = limits
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def lose(self, reason: str) -> None:
        """Declare the session dead; the first reason stays."""
        if not self._lost.done():
            self._lost.set_exception(DeviceUnreachable(reason))

    async def wait_until_lost(self, at_most_s: float) -> None:
        """Returns after `at_most_s`, or raises `DeviceUnreachable` as soon as the session is dead."""
        await asyncio.wait([self._lost], timeout=at_most_s)
        if self._lost.done():
            self._lost.result()

    def forget(self) -> None:
        """Take note of a loss nobody will ask about any more, so that it is not reported as unhandled."""
        if self._lost.done() and not self._lost.cancelled():
            self._lost.exception()
        self._lost.cancel()


@asynccontextmanager
async def open_session(config: OpcUaConfig) -> AsyncIterator[OpcUaSession]:
    """Connect, create and activate a session; on leaving, close it.

    Raises OSError, TimeoutError or `UaError` when there is no way to the server.
    """
    client = Client(config.endpoint, timeout=config.request_timeout_s, watchdog_intervall=config.keep_alive_s)
    client.name = client.description = f"Millmark {config.gateway}"
    client.session_timeout = _SESSION_TIMEOUT_MS
    if config.user is not None:
        client.set_user(config.user)
        client.set_password(read_password(config))
    if config.security is not None:
        await _secure(client, config.security)
    await client.connect(auto_reconnect=False)
    session: OpcUaSession | None = None
    try:
        namespaces = tuple(await client.get_namespace_array())
        session = OpcUaSession(client, namespaces, await _read_limits(client, config.items_per_request))
        client.connection_lost_callback = _loss_reporter(session)
        yield session
    finally:
        if session is not None:
            session.forget()
        await _close(client)


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def read_password(config: OpcUaConfig) -> str:
    """The password from the environment or file the configuration names; raises `InvalidDriverConfig`."""
    where = f"gateway {config.gateway!r}"
    if config.password_env is not None:
        try:
            return os.environ[config.password_env]
        except KeyError:
            raise InvalidDriverConfig(f"{where}: environment variable {config.password_env} is not set") from None
    if config.password_file is None:
        raise InvalidDriverConfig(f"{where}: user is given without password_env or password_file")
    try:
        return config.password_file.read_text("utf-8").rstrip("\r\n")
    except OSError as error:
        raise InvalidDriverConfig(f"{where}: password_file {config.password_file}: {error.strerror}") from error


class _loss_reporter:  # noqa: N801 - stands in for the coroutine function the client asks for
    def __init__(self, session: OpcUaSession) -> None:
        self._session = session

    async def __call__(self, error: Exception) -> None:
        self._session.lose(f"connection lost: {str(error) or type(error).__name__}")


async def _secure(client: Client, security: OpcUaSecurity) -> None:
    client.application_uri = security.application_uri
    pinned = security.server_certificate
    try:
        await client.set_security(
            getattr(security_policies, f"SecurityPolicy{security.policy}"),
            certificate=security.certificate,
            private_key=security.private_key,
            server_certificate=str(pinned) if pinned is not None else None,
            mode=ua.MessageSecurityMode[security.mode],
        )
    except FileNotFoundError as error:
        raise InvalidDriverConfig(f"certificate or key file is missing: {error.filename}") from error


async def _read_limits(client: Client, at_most: int) -> OperationLimits:
    nodes = [ua.NodeId(ua.Int32(limit)) for limit in _LIMITS]
    values = await client.uaclient.read_attributes(nodes, AttributeIds.Value)
    # 0 and an absent node both mean that the server sets no limit of its own.
    stated = [int(data.Value.Value) if data.Value is not None and data.Value.Value else 0 for data in values]
    return OperationLimits(*(min(limit, at_most) if limit else at_most for limit in stated))


async def _close(client: Client) -> None:
    # Whatever goes wrong while leaving a dead server concerns nobody; the socket is dropped in any case.
    with suppress(OSError, TimeoutError, UaError):
        async with asyncio.timeout(_CLOSING_S):
            await client.close_session()
    with suppress(OSError, TimeoutError, UaError):
        async with asyncio.timeout(_CLOSING_S):
            await client.close_secure_channel()
    client.disconnect_socket()
