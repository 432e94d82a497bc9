"""The same points into what Debian packages: two stores by their bulk line protocol, and a plain broker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeAlias

from millmark.bench.figures import NOT_INSTALLED, PathFigures, path_figures
from millmark.bench.http_load import Door, best_posting, post_lines
from millmark.bench.listening import subscriber
from millmark.bench.load import Task
from millmark.bench.messages import line_data, sparkplug_births, sparkplug_data
from millmark.bench.peers import Peer, influxdb, mosquitto, program, victoria_metrics
from millmark.bench.publisher import Client, publish

_Start: TypeAlias = Callable[[str, Path], AbstractContextManager[Peer]]


def into_victoria_metrics(task: Task) -> PathFigures | str:
    return _into_a_store(task, "victoria-metrics", victoria_metrics, "/write", "from memory")


def into_influxdb(task: Task) -> PathFigures | str:
    return _into_a_store(task, "influxd", influxdb, "/write?db=bench", "on disk, in a synced write-ahead log")


def through_mosquitto(task: Task) -> PathFigures | str:
    if (command := program("mosquitto")) is None:
        return NOT_INSTALLED
    plan, load = task.plan, task.load
    with mosquitto(command, task.folder) as broker, subscriber(broker.port, "spBv1.0/#"):
        clients = [
            Client(plan.gateway(number), None, sparkplug_births(plan, number), sparkplug_data(plan, number))
            for number in range(plan.gateways)
        ]
        cpu_before_s = broker.server.cpu_s
        done = publish(clients, "127.0.0.1", broker.port, seconds=load.seconds, window=load.window)
        figures = path_figures(plan, done, broker.server, cpu_before_s)
    return figures | PathFigures(
        acknowledged="from memory, nothing is kept",
        sent_as=task.sent_as,
    )


def _into_a_store(task: Task, name: str, start: _Start, path: str, acknowledged: str) -> PathFigures | str:
    if (command := program(name)) is None:
        return NOT_INSTALLED
    plan = task.plan
    sources = [line_data(plan, gateway) for gateway in range(plan.gateways)]
    no_headers: Sequence[Mapping[str, str]] = [{}] * plan.gateways
    with start(command, task.folder) as store:
        door = Door(store.port, path, no_headers)
        posting = best_posting(sources, door, task.load.seconds)
        store.server.forget_peak()
        cpu_before_s = store.server.cpu_s
        done, refusals = post_lines(sources, door, posting, seconds=task.load.seconds)
        figures = path_figures(plan, done, store.server, cpu_before_s)
    return figures | PathFigures(acknowledged=acknowledged, sent_as=str(posting), refusals=refusals)
