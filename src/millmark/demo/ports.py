"""Ports on loopback for the demo's servers: the usual one where it is free, another where it is not."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Port:
    """A port chosen for a purpose; `usual` is the one people would expect."""

    purpose: str
    usual: int
    number: int

    @property
    def moved(self) -> bool:
        return self.number != self.usual


def choose_ports(usual: Mapping[str, int]) -> dict[str, Port]:
    """A free port for each purpose. All are held open until every one is chosen, so no two are the same."""
    held: list[socket.socket] = []
    try:
        ports = {}
        for purpose, number in usual.items():
            listener = _listen(number) or _listen(0)
            if listener is None:
                raise OSError(f"no free port on {LOOPBACK} for {purpose}")
            held.append(listener)
            ports[purpose] = Port(purpose, number, listener.getsockname()[1])
        return ports
    finally:
        for listener in held:
            listener.close()


def _listen(number: int) -> socket.socket | None:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # Without this a port that a stopped demo used a moment ago would count as taken.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, number))
        listener.listen()
    except OSError:
        listener.close()
        return None
    return listener
