"""The platform's own doors, and what its engine takes at most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from millmark.bench.figures import PathFigures, path_figures
from millmark.bench.http_load import Door, best_posting, post_lines
from millmark.bench.load import Task
from millmark.bench.messages import json_data, line_data, sparkplug_births, sparkplug_data
from millmark.bench.plan import LoadPlan, MessageSource
from millmark.bench.platform import running_platform
from millmark.bench.publisher import Client, publish
from millmark.bench.raw_insert import measure_raw_insert
from millmark.bench.read_back import read_back

_ON_DISK = "on disk, after a synced commit"
_WRITE = "/api/v2/write?precision=ns"
# As long after the first point as no benchmark reaches, and yet not in the future.
_AFTER_ALL_MS = 20 * 86_400_000

_Messages: TypeAlias = Callable[[LoadPlan, int], MessageSource]
_Births: TypeAlias = Callable[[LoadPlan, int], Sequence[bytes]]


def raw_insert(task: Task) -> PathFigures:
    done = measure_raw_insert(task.folder, task.plan, task.load.seconds)
    return PathFigures(
        points_per_s=round(done.points / done.seconds),
        seconds=round(done.seconds, 2),
        points=done.points,
        acknowledged=_ON_DISK,
        sent_as=f"Arrow, {done.block_points} rows a block",
    )


def sparkplug_qos1(task: Task) -> PathFigures:
    return _over_mqtt(task, sparkplug_data, sparkplug_births)


def sparkplug_late(task: Task) -> PathFigures:
    """The same messages, all of them late: each series has a point of the last days before the first of them comes.

    What a site hands over in order of time when its connection is back, as fast as it is taken.
    """
    return _over_mqtt(task, sparkplug_data, _births_after_all)


def json_qos1(task: Task) -> PathFigures:
    return _over_mqtt(task, json_data, _none)


def line_protocol(task: Task) -> PathFigures:
    plan = task.plan
    sources = [line_data(plan, gateway) for gateway in range(plan.gateways)]
    with running_platform(task.folder, _gateways(plan)) as platform:
        signed_in = zip(_gateways(plan), platform.keys, strict=True)
        headers = [{"Authorization": f"Token {gateway}:{key}"} for gateway, key in signed_in]
        door = Door(platform.web_port, _WRITE, headers)
        posting = best_posting(sources, door, task.load.seconds)
        platform.server.forget_peak()
        cpu_before_s = platform.server.cpu_s
        done, refusals = post_lines(sources, door, posting, seconds=task.load.seconds)
        figures = path_figures(plan, done, platform.server, cpu_before_s)
    figures |= PathFigures(acknowledged=_ON_DISK, sent_as=str(posting), refusals=refusals)
    return figures | _checked(task, done.messages)


def _over_mqtt(task: Task, messages: _Messages, births: _Births) -> PathFigures:
    plan, load = task.plan, task.load
    with running_platform(task.folder, _gateways(plan)) as platform:
        clients = [
            Client(plan.gateway(number), key, births(plan, number), messages(plan, number))
            for number, key in enumerate(platform.keys)
        ]
        cpu_s = [0.0]

        def begin() -> None:
            platform.server.forget_peak()
            cpu_s[0] = platform.server.cpu_s

        done = publish(
            clients, "127.0.0.1", platform.mqtt_port, seconds=load.seconds, window=load.window, between=begin
        )
        figures = path_figures(plan, done, platform.server, cpu_s[0])
    figures |= PathFigures(acknowledged=_ON_DISK, sent_as=task.sent_as)
    return figures | _checked(task, done.messages)


def _checked(task: Task, messages: Sequence[int]) -> PathFigures:
    found = read_back(task.folder, task.plan, messages)
    return PathFigures(lost=found.lost, double=found.double)


def _gateways(plan: LoadPlan) -> list[str]:
    return [plan.gateway(number) for number in range(plan.gateways)]


def _births_after_all(plan: LoadPlan, gateway: int) -> Sequence[bytes]:
    return sparkplug_births(plan, gateway, plan.start_ms + _AFTER_ALL_MS)


def _none(plan: LoadPlan, gateway: int) -> Sequence[bytes]:  # noqa: ARG001 - stands where births do
    return ()
