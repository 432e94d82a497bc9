"""The simulators over their real protocols, into a real platform."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from millmark.demo.designs import BOTTLING, PRESSES
from millmark.demo.factories import demonstration_factories, driver_configs
from millmark.demo.machines import build_machines
from millmark.demo.recordings import recordings_folder
from millmark.demo.simulators import running_simulators
from millmark.demo.sparkplug_node import NodeIdentity, NodeMemory, SparkplugNode
from millmark.drivers.config import OpcUaBackfill
from millmark.edge import EdgeAgent, build_driver
from millmark.intake import MqttListener
from millmark.model import ReadingBatch

Until = Callable[..., Awaitable[None]]
HOUR_US = 3_600_000_000


def wall_us() -> int:
    return time.time_ns() // 1_000


@contextmanager
def node_running(platform: Any, memory: Path, *, port: int = 0, history_days: float = 0.1) -> Iterator[None]:
    key = platform.registry.set_gateway_key("demo-c")
    node = SparkplugNode(
        build_machines(BOTTLING, recordings_folder()),
        NodeIdentity("demo-c", "line-1", "demo-c", key),
        host="127.0.0.1",
        port=port or platform.listener.port,
        memory=memory,
        now_us=wall_us,
        history_days=history_days,
    )
    stop = threading.Event()
    thread = threading.Thread(target=node.run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def acknowledged_us(memory: Path) -> int:
    return NodeMemory.read(memory).acknowledged_us or 0


async def test_an_opcua_line_and_modbus_meters_are_read_by_their_drivers(
    platform: Any, tmp_path: Path, until: Until
) -> None:
    async def deliver(readings: ReadingBatch) -> None:
        await platform.intake.submit(readings)

    started_us = wall_us()
    async with running_simulators(state=tmp_path, door=None) as ports:
        configs = driver_configs(
            opcua_endpoint=ports.opcua_endpoint, modbus_host=ports.modbus_host, modbus_port=ports.modbus_port
        )
        stamping, steel, _ = demonstration_factories()
        configs = (configs[0].model_copy(update={"backfill": OpcUaBackfill(first_span_h=6)}), configs[1])
        agent = EdgeAgent([build_driver(config, now_us=wall_us) for config in configs], deliver, now_us=wall_us)
        await agent.start()
        press, furnace = stamping.gateway.root.child("press-1"), steel.gateway.root.child("arc-furnace")
        await until(lambda: len(platform.numbers(press, "total_count")) > 500)
        await until(lambda: len(platform.numbers(furnace, "active_energy")) >= 2)
        await agent.stop()
    assert [(status.last_error, status.bad_tags) for status in agent.statuses()] == [(None, ()), (None, ())]
    # What was stored is what the model says, point for point: nothing is missing and nothing is made up on the way.
    (machine, *_) = build_machines(PRESSES[:1], recordings_folder())
    from_us = started_us - 5 * HOUR_US
    for metric in ("total_count", "good_count", "cycle_time", "temperature"):
        times, values = machine.between(from_us, started_us)[metric]
        stored = platform.numbers(press, metric)
        assert [stored.get(time) for time in times.tolist()] == values
    times, values = machine.between(from_us, started_us)["state"]
    assert [platform.texts(press, "state").get(time) for time in times.tolist()] == values


async def test_the_edge_node_sends_its_past_and_then_lives(platform: Any, tmp_path: Path, until: Until) -> None:
    memory = tmp_path / "node.json"
    begun_us = wall_us()
    filler = demonstration_factories()[2].gateway.root.child("filler")
    with node_running(platform, memory):
        await until(lambda: acknowledged_us(memory) > begun_us)
    assert platform.intake.stats().quarantined == {}
    (machine, *_) = build_machines(BOTTLING, recordings_folder())
    samples = machine.between(begun_us - 2 * HOUR_US, begun_us)
    for metric in ("total_count", "temperature", "active_energy"):
        times, values = samples[metric]
        stored = platform.numbers(filler, metric)
        assert [stored.get(time) for time in times.tolist()] == values
    times, values = samples["state"]
    assert [platform.texts(filler, "state").get(time) for time in times.tolist()] == values


async def test_a_restarted_edge_node_goes_on_where_it_was_acknowledged(
    platform: Any, tmp_path: Path, until: Until
) -> None:
    memory = tmp_path / "node.json"
    begun_us = wall_us()
    filler = demonstration_factories()[2].gateway.root.child("filler")
    with node_running(platform, memory):
        await until(lambda: acknowledged_us(memory) > begun_us)
    stopped = NodeMemory.read(memory)
    with node_running(platform, memory):
        await until(lambda: acknowledged_us(memory) > wall_us() - 1_500_000 > begun_us)
    again = NodeMemory.read(memory)
    assert again.bdseq == stopped.bdseq + 1
    (machine, *_) = build_machines(BOTTLING, recordings_folder())
    times, values = machine.between(begun_us - 2 * HOUR_US, again.acknowledged_us or 0)["active_energy"]
    stored = platform.numbers(filler, "active_energy")
    assert [stored.get(time) for time in times.tolist()] == values


async def test_an_edge_node_waits_for_a_platform_that_is_not_there_yet(
    platform: Any, tmp_path: Path, until: Until
) -> None:
    memory = tmp_path / "node.json"
    begun_us = wall_us()
    port = platform.listener.port
    await platform.listener.stop()
    with node_running(platform, memory, port=port, history_days=0.01):
        await until(memory.exists)
        platform.listener = MqttListener(platform.intake, platform.registry, "127.0.0.1", port)
        await platform.listener.start()
        await until(lambda: acknowledged_us(memory) > begun_us)


def test_a_spoilt_memory_is_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "node.json"
    path.write_text("{", "utf-8")
    assert NodeMemory.read(path) == NodeMemory(0, None)
    NodeMemory(3, None).write(path)
    assert NodeMemory.read(path) == NodeMemory(3, None)


def test_the_simulators_run_as_a_process_and_end_on_sigterm(tmp_path: Path) -> None:
    report = tmp_path / "ports.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "millmark.demo.simulators", "--state", str(tmp_path), "--report", str(report)],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not report.exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        ports = json.loads(report.read_text("utf-8"))
        assert ports["opcua_endpoint"].startswith("opc.tcp://127.0.0.1:")
        assert ports["modbus_port"] > 0
        process.send_signal(signal.SIGTERM)
        _, complaints = process.communicate(timeout=20)
        assert process.returncode == 0
        assert complaints == ""
    finally:
        process.kill()
