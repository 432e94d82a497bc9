"""Ports on loopback for the demo's servers: the usual one where it is free, another where it is not."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LOOPBACK = "127.0.0.1"
USUAL_PORTS: Final = {"web": 8600, "mqtt": 1883, "opcua": 4840, "modbus": 5020}
_VARIABLES: Final = {"MILLMARK_WEB__PORT": "web", "MILLMARK_MQTT__PORT": "mqtt"}


class NoPort(ValueError):
    """A variable that should hold a port holds something else."""


@dataclass(frozen=True, slots=True)
class Port:
    """A port chosen for a purpose; `usual` is the one people would expect."""

    purpose: str
    usual: int
    number: int

    @property
    def moved(self) -> bool:
        return self.number != self.usual


def usual_ports(environment: Mapping[str, str]) -> dict[str, int]:
    """The port that people expect for each purpose: the variable's where a platform would go by one, as anywhere.

    Raises `NoPort`.
    """
    usual = dict(USUAL_PORTS)
    for variable, purpose in _VARIABLES.items():
        text = environment.get(variable, "")
        if text and not (text.isdecimal() and 1 <= int(text) <= 65_535):
            raise NoPort(f"{variable} is {text!r}; set it to a port from 1 to 65535, or leave it out")
        usual[purpose] = int(text) if text else usual[purpose]
    return usual


def without_ports(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a platform whose ports have been chosen: its variables would go before them."""
    return {name: value for name, value in environment.items() if name not in _VARIABLES}


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
