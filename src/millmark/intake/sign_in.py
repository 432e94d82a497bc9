"""Who a gateway is that comes with its key, remembered for a moment so that each request need not ask the registry."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from millmark.registry import NotRegistered, Registry

_REMEMBERED_S = 5.0
_MOST_REMEMBERED = 10_000
_CERTIFICATE = "\0certificate"
"""Stands for a key where a certificate was shown; no key holds it."""


class GatewaySignIn:
    """Thread-safe. A key that was taken back works for at most five seconds longer."""

    def __init__(self, registry: Registry, monotonic: Callable[[], float]) -> None:
        self._registry = registry
        self._monotonic = monotonic
        self._proved: dict[bytes, float] = {}

    def remembers(self, gateway: str, key: str) -> bool:
        """Whether this key was right a moment ago; does not wait for the registry."""
        return key != _CERTIFICATE and self._is_proved(gateway, key)

    def _is_proved(self, gateway: str, key: str) -> bool:
        return self._proved.get(_digest(gateway, key), 0.0) > self._monotonic()

    def check_certified(self, gateway: str) -> bool:
        """Whether the gateway that a checked certificate names is registered. Raises `DatabaseUnavailable`."""
        if self._is_proved(gateway, _CERTIFICATE):
            return True
        try:
            self._registry.gateway(gateway)
        except NotRegistered:
            return False
        self._remember(gateway, _CERTIFICATE)
        return True

    def check(self, gateway: str, key: str) -> bool:
        """Whether this is the gateway's key. Raises `DatabaseUnavailable`."""
        if key == _CERTIFICATE:
            return False
        if self.remembers(gateway, key):
            return True
        if not self._registry.check_gateway_key(gateway, key):
            return False
        self._remember(gateway, key)
        return True

    def _remember(self, gateway: str, key: str) -> None:
        if len(self._proved) >= _MOST_REMEMBERED:
            self._proved = {}
        self._proved[_digest(gateway, key)] = self._monotonic() + _REMEMBERED_S


def _digest(gateway: str, key: str) -> bytes:
    # Keys themselves stay nowhere in memory longer than a request.
    return hashlib.sha256(f"{len(gateway)}:{gateway}{key}".encode("utf-8", "surrogatepass")).digest()
