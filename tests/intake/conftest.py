"""A small plant with a door: a real history, a real registry, a real listener, and a client that is not ours."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import paho.mqtt.client as mqtt
import pyarrow as pa
import pytest
from tests.conformance.sparkplug_schema import compiled_schema
from tests.fixtures.schemas import lay_history
from tests.intake.bare_wire import Wire

from millmark.history import History, HistorySettings
from millmark.intake import Intake, IntakeSettings, MqttLimits, MqttListener
from millmark.model import AssetPath, Period, ReadingBatch, Series, UnitSystem
from millmark.registry import Database, Registry, migrate
from millmark.wire.mqtt import Connect

S = 1_000_000
ALL_TIME = Period(0, 2**52)


@dataclass
class Clock:
    """The machine's clock, set off by as much as a test wants."""

    offset_us: int = 0

    def __call__(self) -> int:
        return time.time_ns() // 1000 + self.offset_us


@dataclass
class Plant:
    """`gw` may register series, `strict` may not; both stand at the site acme/north."""

    registry: Registry
    history: History
    clock: Clock
    units: UnitSystem
    keys: dict[str, str] = field(default_factory=dict)

    def series(self, asset: str, metric: str) -> Series:
        prefix = f"acme/north/{asset}" if asset else "acme/north"
        return self.registry.series_by_key(f"{prefix}:{metric}")

    def numbers(self, asset: str, metric: str) -> list[tuple[int, float]]:
        """(source time, value) of everything stored."""
        batch = self.history.raw([self.series(asset, metric).id], ALL_TIME)
        return list(zip(batch.source_time_us.tolist(), batch.value.tolist(), strict=True))

    def texts(self, asset: str, metric: str) -> list[tuple[int, str | None]]:
        batch = self.history.raw_text([self.series(asset, metric).id], ALL_TIME)
        return list(zip(batch.source_time_us.tolist(), batch.value.to_pylist(), strict=True))


@pytest.fixture(scope="session")
def units() -> UnitSystem:
    """Loading the grammar takes a second; the tests share one."""
    return UnitSystem()


def build_registry(url: str, units: UnitSystem) -> tuple[Registry, dict[str, str]]:
    database = Database(url)
    migrate(database)
    registry = Registry(database, units=units)
    enterprise = registry.ensure_enterprise(
        slug="acme", name_zh="示范工厂(虚构)", name_en="Acme", area_code="421200", is_demonstration=True
    )
    registry.ensure_site(enterprise.id, slug="north", name_zh="北厂", name_en="North works", area_code="421202")
    root = AssetPath.parse("acme/north")
    registry.ensure_gateway("gw", root=root, kind="mqtt", may_register=True)
    registry.ensure_gateway("strict", root=root, kind="mqtt", may_register=False)
    return registry, {name: registry.set_gateway_key(name) for name in ("gw", "strict")}


@pytest.fixture(scope="session")
def template_registry(tmp_path_factory: pytest.TempPathFactory, units: UnitSystem) -> tuple[Path, dict[str, str]]:
    """Migrated and filled once; every test works on a copy."""
    path = tmp_path_factory.mktemp("registry") / "registry.sqlite"
    registry, keys = build_registry(f"sqlite:///{path}", units)
    registry.database.close()
    return path, keys


@pytest.fixture
def plant(tmp_path: Path, template_registry: tuple[Path, dict[str, str]], units: UnitSystem) -> Iterator[Plant]:
    template, keys = template_registry
    copy = tmp_path / "registry.sqlite"
    copy.write_bytes(template.read_bytes())
    lay_history(tmp_path / "history")
    clock = Clock()
    registry = Registry(Database(f"sqlite:///{copy}"), units=units)
    history = History.open(HistorySettings(path=tmp_path / "history"), now_us=clock)
    plant = Plant(registry, history, clock, units, keys)
    yield plant
    # A test may have put others in their place.
    plant.history.close()
    plant.registry.database.close()


@dataclass
class Door:
    """The intake and its listener, open."""

    plant: Plant
    intake: Intake
    listener: MqttListener

    async def until(self, condition: Callable[[], bool], within_s: float = 10.0) -> None:
        """Waits for something to become true; fails the test when it does not."""
        async with asyncio.timeout(within_s):
            while not await asyncio.to_thread(condition):  # noqa: ASYNC110  # the condition lies outside the loop
                await asyncio.sleep(0.01)


OpenDoor = Callable[..., Any]


@pytest.fixture
async def open_door(plant: Plant) -> AsyncIterator[OpenDoor]:
    """Opens the door with settings of the test's choice; what a test leaves open is closed after it."""
    doors: list[Door] = []

    async def open_it(
        settings: IntakeSettings | None = None, limits: MqttLimits | None = None, history: Any = None, **options: Any
    ) -> Door:
        intake = Intake(
            history or plant.history, plant.registry, now_us=plant.clock, settings=settings, units=plant.units
        )
        await intake.start()
        listener = MqttListener(intake, plant.registry, "127.0.0.1", limits=limits, **options)
        await listener.start()
        doors.append(Door(plant, intake, listener))
        return doors[-1]

    yield open_it
    for door in doors:
        await door.listener.stop(within_s=1.0)
        await door.intake.stop()


@pytest.fixture
async def door(open_door: OpenDoor) -> Door:
    opened: Door = await open_door()
    return opened


def readings(gateway: str, rows: Sequence[tuple[str, str, int, float | str | None]], quality: int = 0) -> ReadingBatch:
    """(relative asset, metric, source time, value) rows, all numbers or all texts."""
    tags = tuple(dict.fromkeys((asset, metric) for asset, metric, _, _ in rows))
    is_text = any(isinstance(value, str) for _, _, _, value in rows)
    values = [float("nan") if is_text or value is None else float(value) for _, _, _, value in rows]
    return ReadingBatch(
        gateway,
        tags,
        np.array([tags.index((asset, metric)) for asset, metric, _, _ in rows], np.int32),
        np.array([time_us for _, _, time_us, _ in rows], np.int64),
        np.array(values, np.float64),
        np.full(len(rows), quality, np.uint8),
        np.zeros(len(rows), np.uint32),
        pa.array([value for _, _, _, value in rows], pa.string()) if is_text else None,
    )


@pytest.fixture
def batch() -> Callable[..., ReadingBatch]:
    return readings


class Device:
    """A paho client with what a test asks of it: it waits, and it remembers what it was sent."""

    def __init__(self, port: int, gateway: str, key: str, client_id: str = "", **options: Any) -> None:
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=client_id, **options)
        self.client.username_pw_set(gateway, key)
        self.client.on_connect = self._on_connect
        self.client.on_message = lambda _client, _data, message: self.received.append(message)
        self.client.on_disconnect = lambda *_: self._gone.set()
        self.client.on_subscribe = self._on_subscribe
        self.received: list[mqtt.MQTTMessage] = []
        self.refusal: str | None = None
        self.port = port
        self._answered = threading.Event()
        self._subscribed = threading.Event()
        self._gone = threading.Event()
        self._codes: list[int] = []

    def connect(self, keepalive: int = 60) -> None:
        self.client.connect("127.0.0.1", self.port, keepalive)
        self.client.loop_start()
        assert self._answered.wait(30), "no CONNACK"

    def publish(self, topic: str, payload: str | bytes, qos: int = 1, within_s: float = 10.0) -> bool:
        """Publishes and, at QoS 1, waits for the acknowledgement; returns whether it came."""
        message = self.client.publish(topic, payload, qos)
        message.wait_for_publish(within_s)
        return message.is_published()

    def subscribe(self, *filters: tuple[str, int]) -> list[int]:
        self._subscribed.clear()
        self.client.subscribe(list(filters))
        assert self._subscribed.wait(10), "no SUBACK"
        return self._codes

    def wait_until_gone(self, within_s: float = 10.0) -> bool:
        return self._gone.wait(within_s)

    def break_off(self) -> None:
        """Cuts the wire: no DISCONNECT is sent."""
        self.client.loop_stop()
        sock = self.client.socket()
        if sock is not None:
            sock.close()

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self.refusal = str(reason) if reason.is_failure else None
        if reason.is_failure:
            self.client.disconnect()
        self._answered.set()

    def _on_subscribe(self, _client: Any, _data: Any, _mid: int, codes: Any, _properties: Any) -> None:
        self._codes = [code.value for code in codes]
        self._subscribed.set()


MakeDevice = Callable[..., Device]


@pytest.fixture
def device(plant: Plant) -> Iterator[MakeDevice]:
    """Makes devices of the gateway `gw` unless told otherwise."""
    devices: list[Device] = []

    def make(door: Door, gateway: str = "gw", client_id: str = "", key: str | None = None, **options: Any) -> Device:
        made = Device(door.listener.port, gateway, plant.keys[gateway] if key is None else key, client_id, **options)
        devices.append(made)
        return made

    yield make
    for each in devices:
        each.close()


@pytest.fixture
async def wire(plant: Plant) -> AsyncIterator[Callable[..., Any]]:
    """Opens bare connections, signed in as `gw` unless told otherwise."""
    wires: list[Wire] = []

    async def open_it(door: Door, connect: Connect | None = None, *, signed_in: bool = True, **options: Any) -> Wire:
        if connect is None and signed_in:
            options.setdefault("user_name", "gw")
            key = plant.keys.get(options["user_name"], "no key")
            connect = Connect(**{"client_id": "", "password": key.encode(), **options})
        wires.append(await Wire.open(door, connect))
        return wires[-1]

    yield open_it
    for each in wires:
        await each.close()


@pytest.fixture(scope="session")
def sparkplug(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return compiled_schema(tmp_path_factory.mktemp("sparkplug"))
