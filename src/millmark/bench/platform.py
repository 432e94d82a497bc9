"""The platform as it runs in production, `millmark up` with default settings, in a process and a folder of its own."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from millmark.bench.child import Child, child, free_port
from millmark.model import AssetLevel, AssetPath
from millmark.registry import Database, Registry, migrate
from millmark.settings import load_settings
from millmark.web.local import access_file

_PLANT = ("bench", "plant")


@dataclass(frozen=True, slots=True)
class RunningPlatform:
    """Where it listens; `keys` belong to the gateways it was made with, in their order."""

    server: Child
    web_port: int
    mqtt_port: int
    keys: Sequence[str]


@contextmanager
def running_platform(folder: Path, gateways: Sequence[str]) -> Iterator[RunningPlatform]:
    """A fresh platform that knows these gateways; its state stays in `folder` when it has ended."""
    web_port, mqtt_port = prepared(folder)
    keys = _registered(folder, gateways)
    with started(folder) as server:
        yield RunningPlatform(server, web_port, mqtt_port, keys)


def prepared(folder: Path, settings: str = "") -> tuple[int, int]:
    """Makes the folder of a platform that listens on free ports; returns those for web and MQTT."""
    folder.mkdir(parents=True)
    web_port, mqtt_port = free_port(), free_port()
    (folder / "millmark.toml").write_text(
        f'[web]\nhost = "127.0.0.1"\nport = {web_port}\n[mqtt]\nhost = "127.0.0.1"\nport = {mqtt_port}\n{settings}',
        "utf-8",
    )
    return web_port, mqtt_port


@contextmanager
def started(folder: Path) -> Iterator[Child]:
    """The platform of a prepared folder, answering."""
    command = [sys.executable, "-m", "millmark.cli", "up", "--data", str(folder)]
    ready = access_file(folder).exists
    with child("the platform", command, folder / "process", ready, _plain_environment()) as server:
        yield server


@contextmanager
def opened_registry(folder: Path) -> Iterator[Registry]:
    """The registry of a platform that does not run."""
    database = Database(load_settings(folder, environment=_plain_environment()).database_url)
    try:
        migrate(database)
        yield Registry(database, now_us=lambda: time.time_ns() // 1_000)
    finally:
        database.close()


def history_folder(folder: Path) -> Path:
    """Where a platform over `folder` keeps its points."""
    path = load_settings(folder, environment=_plain_environment()).history.path
    if path is None:
        raise ValueError(f"{folder}: the history is not in a folder of this machine")
    return path


def _registered(folder: Path, gateways: Sequence[str]) -> list[str]:
    with opened_registry(folder) as registry:
        enterprise = registry.ensure_enterprise(
            slug=_PLANT[0],
            name_zh="测速(虚构)",
            name_en="Benchmark (fictional)",
            area_code="421202",
            is_demonstration=True,
        )
        registry.ensure_site(enterprise.id, slug=_PLANT[1], name_zh="测速", name_en="Benchmark", area_code="421202")
        keys = []
        for gateway in gateways:
            root = AssetPath((*_PLANT, gateway))
            registry.ensure_asset(root, AssetLevel.LINE)
            registry.ensure_gateway(gateway, root=root, kind="mqtt", may_register=True)
            keys.append(registry.set_gateway_key(gateway))
        return keys


def _plain_environment() -> dict[str, str]:
    """Without settings for another platform."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MILLMARK_")}
