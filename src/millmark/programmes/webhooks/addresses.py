"""Where a webhook may go: an address of the internet, looked up once and then used as it was looked up.

A name that means another machine a moment later (DNS rebinding), a redirect, a number written in another way: none of
them leads to this machine or its network, because what is connected to is the address that was checked.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from millmark.programmes.webhooks.errors import ForbiddenAddress

LookUp: TypeAlias = Callable[[str, int], Sequence[str]]
"""The addresses of a host; raises `OSError`."""

_PORTS = {"http": 80, "https": 443}
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Target:
    """What to connect to, and what to call it there."""

    url: str
    scheme: str
    host: str
    port: int
    address: str

    @property
    def authority(self) -> str:
        """The value of the `Host` header."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == _PORTS[self.scheme] else f"{shown}:{self.port}"

    @property
    def pinned_url(self) -> str:
        """The same with the checked address in the host's place."""
        parts = urlsplit(self.url)
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return parts._replace(netloc=f"{shown}:{self.port}", fragment="").geturl()


def checked_target(url: str, *, allow_private: bool, look_up: LookUp | None = None) -> Target:
    """Raises `ForbiddenAddress` for what is no http(s) address, carries a password, or leads into a private network."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise ForbiddenAddress(f"url: {error}; give an address such as https://example.org/hook") from error
    if len(url) > _LONGEST or parts.scheme not in _PORTS or not parts.hostname:
        raise ForbiddenAddress("url: give an address such as https://example.org/hook")
    if parts.username is not None or parts.password is not None:
        raise ForbiddenAddress("url: an address carries no user or password; check the signature instead")
    if parts.scheme == "http" and not allow_private:
        raise ForbiddenAddress("url: webhooks go over https; [webhooks] allow_private also allows http, for tests")
    try:
        found = (look_up or resolve)(parts.hostname, port)
    except OSError as error:
        raise ForbiddenAddress(f"url: the host {parts.hostname!r} is not found ({error})") from error
    for address in found:
        if not allow_private and not _is_public(address):
            raise ForbiddenAddress(
                f"url: {parts.hostname!r} is {address}, which is no address of the internet; [webhooks] allow_private "
                "allows those of one's own network"
            )
    if not found:
        raise ForbiddenAddress(f"url: the host {parts.hostname!r} has no address")
    return Target(url, parts.scheme, parts.hostname, port, found[0])


def resolve(host: str, port: int) -> list[str]:
    """By the system's resolver, each address once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _is_public(address: str) -> bool:
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(known, ipaddress.IPv6Address):
        # An IPv4 address may stand in an IPv6 one, in several ways.
        inner = known.ipv4_mapped or known.sixtofour or (known.teredo[1] if known.teredo else None)
        if inner is not None and not _is_public(str(inner)):
            return False
    return known.is_global and not known.is_multicast
