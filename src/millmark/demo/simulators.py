"""All three demonstration factories' machines in one process: `python -m millmark.demo.simulators --state DIR …`.

Starts the OPC UA server, the Modbus server and (when told where the platform listens) the Sparkplug node, writes the
ports it took to `--report`, and runs until SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from millmark.demo.designs import BOTTLING, FEEDERS, HISTORY_DAYS, PRESSES
from millmark.demo.machines import build_machines
from millmark.demo.modbus_server import MeterServer
from millmark.demo.opcua_server import StampingServer
from millmark.demo.recordings import read_energy, recordings_folder
from millmark.demo.sparkplug_node import NodeIdentity, SparkplugNode

LOOPBACK: Final = "127.0.0.1"
KEY_VARIABLE: Final = "MILLMARK_DEMO_GATEWAY_KEY"
SPARKPLUG_GROUP: Final = "demo-c"
SPARKPLUG_NODE: Final = "line-1"
_STOPPED_WITHIN_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class PlatformDoor:
    """Where the platform's MQTT listener is, and how `demo-c` signs in there."""

    host: str
    port: int
    gateway: str
    key: str


@dataclass(frozen=True, slots=True)
class SimulatorPorts:
    """Where the simulated machines can be reached."""

    opcua_endpoint: str
    modbus_host: str
    modbus_port: int


def wall_clock_us() -> int:
    return time.time_ns() // 1_000


@asynccontextmanager
async def running_simulators(
    *,
    state: Path,
    door: PlatformDoor | None,
    opcua_port: int = 0,
    modbus_port: int = 0,
    history_days: float = HISTORY_DAYS,
    now_us: Callable[[], int] = wall_clock_us,
) -> AsyncIterator[SimulatorPorts]:
    """The machines, running for as long as the block; port 0 takes a free one. Without a door there is no `demo-c`."""
    recordings = recordings_folder()
    opcua_port, modbus_port = opcua_port or free_port(), modbus_port or free_port()
    presses = await asyncio.to_thread(build_machines, PRESSES, recordings)
    energy = await asyncio.to_thread(read_energy, recordings)
    press_line = StampingServer(presses, host=LOOPBACK, port=opcua_port, now_us=now_us)
    meters = MeterServer(energy, FEEDERS, host=LOOPBACK, port=modbus_port, now_us=now_us)
    stop = threading.Event()
    await press_line.start()
    await meters.start()
    node: asyncio.Task[None] | None = None
    if door is not None:
        bottling = await asyncio.to_thread(build_machines, BOTTLING, recordings)
        await asyncio.to_thread(state.mkdir, parents=True, exist_ok=True)
        edge_node = SparkplugNode(
            bottling,
            NodeIdentity(SPARKPLUG_GROUP, SPARKPLUG_NODE, door.gateway, door.key),
            host=door.host,
            port=door.port,
            memory=state / "sparkplug-node.json",
            now_us=now_us,
            history_days=history_days,
        )
        node = asyncio.create_task(asyncio.to_thread(edge_node.run, stop))
    try:
        yield SimulatorPorts(press_line.endpoint, LOOPBACK, modbus_port)
    finally:
        stop.set()
        await meters.stop()
        await press_line.stop()
        if node is not None:
            await asyncio.wait([node], timeout=_STOPPED_WITHIN_S)


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])


async def serve(arguments: argparse.Namespace) -> None:
    """Run the simulators until the process is asked to end."""
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    async with running_simulators(
        state=arguments.state,
        door=_door(arguments),
        opcua_port=arguments.opcua_port,
        modbus_port=arguments.modbus_port,
        history_days=arguments.history_days,
    ) as ports:
        _write_report(arguments.report, ports)
        await ending.wait()


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="millmark-simulators", description="The demonstration factories' machines.")
    parser.add_argument("--state", type=Path, required=True, help="folder for what the Sparkplug node remembers")
    parser.add_argument("--report", type=Path, help="file to write the ports to, as JSON, once everything runs")
    parser.add_argument("--opcua-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--modbus-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--mqtt", metavar="HOST:PORT", help="where the platform listens; without it there is no demo-c")
    parser.add_argument("--gateway", default="demo-c", help=f"the gateway's id; its key stands in ${KEY_VARIABLE}")
    parser.add_argument("--key-file", type=Path, help=f"file with the gateway's key, instead of ${KEY_VARIABLE}")
    parser.add_argument("--history-days", type=float, default=HISTORY_DAYS)
    arguments = parser.parse_args(words)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Both tell at length and on every start what a demonstration on loopback means to do: no security.
    logging.getLogger("asyncua").setLevel(logging.ERROR)
    asyncio.run(serve(arguments))


def _door(arguments: argparse.Namespace) -> PlatformDoor | None:
    if arguments.mqtt is None:
        return None
    host, _, port = str(arguments.mqtt).rpartition(":")
    key = arguments.key_file.read_text("utf-8").strip() if arguments.key_file else os.environ.get(KEY_VARIABLE, "")
    return PlatformDoor(host, int(port), arguments.gateway, key)


def _write_report(path: Path | None, ports: SimulatorPorts) -> None:
    if path is None:
        return
    report = {
        "opcua_endpoint": ports.opcua_endpoint,
        "modbus_host": ports.modbus_host,
        "modbus_port": ports.modbus_port,
        "pid": os.getpid(),
    }
    # Written aside and moved, so that whoever waits for the file never reads half of it.
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(report), "utf-8")
    fresh.replace(path)


if __name__ == "__main__":
    main()
