"""Who may connect: a gateway with its key, or an account with its password."""

from __future__ import annotations

import asyncio
import logging
from time import monotonic

from millmark.intake.mqtt.peers import ACCOUNT_PREFIX, AccountCheck, Peer, Refusal
from millmark.intake.sign_in import GatewaySignIn
from millmark.registry import NotRegistered, Registry, RegistryError
from millmark.wire.mqtt import Connect, ReasonCode

_log = logging.getLogger(__name__)
_MOST_REMEMBERED = 10_000
_WRONG = Refusal(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "unknown name, or the key is not its key")


class Admission:
    """Belongs to a listener; `accounts` is how accounts are checked, without it none may connect.

    A key that was right a moment ago is not looked up again, so that the devices of a plant, which mostly share a
    gateway, all come back quickly after a power cut.
    """

    def __init__(self, registry: Registry, accounts: AccountCheck | None) -> None:
        self._registry = registry
        self._accounts = accounts
        self._sign_in = GatewaySignIn(registry, monotonic)
        self._gateways: dict[str, Peer] = {}

    async def admit(self, connect: Connect, certified: str | None = None) -> Peer | Refusal:
        """Looks up who a CONNECT says it is and whether it can prove so; `certified` is the gateway that the
        connection's client certificate names."""
        if connect.properties.authentication_method is not None:
            return Refusal(
                ReasonCode.BAD_AUTHENTICATION_METHOD,
                "no enhanced authentication is offered; sign in with user name and password",
            )
        if certified is not None:
            return await self._admit_certified(connect, certified)
        if not connect.user_name or connect.password is None:
            return Refusal(ReasonCode.NOT_AUTHORIZED, "sign in with a gateway's id and its key")
        try:
            key = connect.password.decode("utf-8")
        except UnicodeDecodeError:
            return _WRONG
        known = self._gateways.get(connect.user_name)
        if known is not None and self._sign_in.remembers(known.name, key):
            return known
        try:
            return await asyncio.to_thread(self._known, connect.user_name, key)
        except RegistryError as error:
            _log.warning("no device can sign in: %s", error)
            return Refusal(ReasonCode.SERVER_UNAVAILABLE, "the registry does not answer; try again later")

    async def _admit_certified(self, connect: Connect, gateway: str) -> Peer | Refusal:
        if connect.user_name and connect.user_name != gateway:
            return Refusal(ReasonCode.NOT_AUTHORIZED, f"the client certificate was issued for {gateway!r}")
        try:
            root = (await asyncio.to_thread(self._registry.gateway, gateway)).root
        except NotRegistered:
            return Refusal(ReasonCode.NOT_AUTHORIZED, f"no gateway is registered as {gateway!r}")
        except RegistryError as error:
            _log.warning("no device can sign in: %s", error)
            return Refusal(ReasonCode.SERVER_UNAVAILABLE, "the registry does not answer; try again later")
        return Peer(gateway, root.segments[0])

    def _known(self, name: str, key: str) -> Peer | Refusal:
        if name.startswith(ACCOUNT_PREFIX):
            return self._account(name, key)
        if not self._sign_in.check(name, key):
            return _WRONG
        try:
            peer = Peer(name, self._registry.gateway(name).root.segments[0])
        except NotRegistered:
            return _WRONG
        if len(self._gateways) >= _MOST_REMEMBERED:
            self._gateways = {}
        self._gateways[name] = peer
        return peer

    def _account(self, name: str, password: str) -> Peer | Refusal:
        scope = self._accounts(name.removeprefix(ACCOUNT_PREFIX), password) if self._accounts else None
        return _WRONG if scope is None else Peer(name, scope.enterprise, is_gateway=False)
