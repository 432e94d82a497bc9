"""What thousands of idle connections cost, beside a plain broker."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter, sleep
from typing import TypedDict

import numpy as np

from millmark.bench.child import Child
from millmark.bench.figures import NOT_INSTALLED
from millmark.bench.idle_clients import IdleClient, allow_files, connect_all, keep_alive
from millmark.bench.machine import Machine, this_machine, versions
from millmark.bench.peers import mosquitto, program
from millmark.bench.platform import running_platform
from millmark.wire.mqtt import Connect

_GATEWAYS = 20
_SETTLES_S = 2.0
KEEP_ALIVE_S = 60
"""What the clients announce. They ping twice as often, as most do, or more often so that each does so in the time."""


class ConnectionFigures(TypedDict):
    """`mb_more` is resident memory with all connections idle, less that before them; `keep_alives_lost` counts those
    not answered before the next was due and those of connections that were closed."""

    connections: int
    connected_per_s: int
    mb_before: int
    mb_more: int
    kb_each: float
    keep_alives: int
    keep_alives_lost: int
    closed: int
    ping_p50_ms: float
    ping_p99_ms: float
    cpu_share: float


class ConnectionsReport(TypedDict):
    """`cpu_share` is of one core, while nothing but keep-alives came; `"not installed"` for a broker not there."""

    machine: Machine
    versions: Mapping[str, str]
    platform: ConnectionFigures
    mosquitto: ConnectionFigures | str


def measure_connections(
    connections: int = 10_000,
    seconds: float = 20.0,
    *,
    scratch: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> ConnectionsReport:
    """Connects, keeps alive for so many seconds, looks at the memory. Raises `PublishingFailed`, `ServerFailed`."""
    allow_files(connections)
    names = [f"gateway-{number:02}" for number in range(min(_GATEWAYS, connections))]
    with tempfile.TemporaryDirectory(dir=scratch, prefix="bench-connections-") as place:
        folder = Path(place)
        tell("the platform")
        with running_platform(folder / "platform", names) as platform:
            keys = dict(zip(names, platform.keys, strict=True))
            sign_ins = [
                Connect(f"idle-{number}", keep_alive_s=KEEP_ALIVE_S, user_name=name, password=keys[name].encode())
                for number in range(connections)
                if (name := names[number % len(names)])
            ]
            ours = _measured(platform.server, platform.mqtt_port, sign_ins, seconds)
        tell("mosquitto")
        theirs = _of_mosquitto(folder / "mosquitto", connections, seconds)
        return ConnectionsReport(
            machine=this_machine(folder), versions=versions(("mosquitto",)), platform=ours, mosquitto=theirs
        )


def _of_mosquitto(folder: Path, connections: int, seconds: float) -> ConnectionFigures | str:
    if (command := program("mosquitto")) is None:
        return NOT_INSTALLED
    with mosquitto(command, folder) as broker:
        sign_ins = [Connect(f"idle-{number}", keep_alive_s=KEEP_ALIVE_S) for number in range(connections)]
        return _measured(broker.server, broker.port, sign_ins, seconds)


def _measured(server: Child, port: int, sign_ins: Sequence[Connect], seconds: float) -> ConnectionFigures:
    sleep(_SETTLES_S)
    before_mb = server.resident_mb
    clients: list[IdleClient] = []
    try:
        began = perf_counter()
        clients = connect_all(port, sign_ins)
        connected_s = perf_counter() - began
        cpu_before_s, began = server.cpu_s, perf_counter()
        kept = keep_alive(clients, every_s=min(KEEP_ALIVE_S, seconds) / 2, seconds=seconds)
        cpu_share = (server.cpu_s - cpu_before_s) / (perf_counter() - began)
        more_mb = server.resident_mb - before_mb
    finally:
        for client in clients:
            client.socket.close()
    p50, p99 = np.percentile(np.array(kept.waits_s), [50, 99]) * 1000 if kept.waits_s else (0.0, 0.0)
    return ConnectionFigures(
        connections=len(clients),
        connected_per_s=round(len(clients) / connected_s),
        mb_before=round(before_mb),
        mb_more=round(more_mb),
        kb_each=round(more_mb * 1000 / len(clients), 1),
        keep_alives=kept.sent,
        keep_alives_lost=kept.lost,
        closed=kept.closed,
        ping_p50_ms=round(float(p50), 1),
        ping_p99_ms=round(float(p99), 1),
        cpu_share=round(cpu_share, 3),
    )
