"""The three demonstration factories as the platform must know them: who they are, what stands where, how it is read.

They are fictional. Their names say so in both languages, they carry no credit code, and their machines are played by
the simulators of this package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

from millmark.demo.designs import BOTTLING, FEEDERS, HISTORY_DAYS, PRESSES
from millmark.demo.machines import (
    CYCLE_TIME,
    ENERGY,
    GOOD_COUNT,
    STATE,
    TEMPERATURE,
    TOTAL_COUNT,
    MachineDesign,
)
from millmark.demo.modbus_server import METER_MAP
from millmark.demo.opcua_server import NAMESPACE, node_name
from millmark.demo.process_model import MachineState
from millmark.demo.recordings import ENERGY_FILE, TEMPERATURE_FILE
from millmark.drivers.config import (
    DriverConfig,
    ModbusConfig,
    ModbusDevice,
    OpcUaBackfill,
    OpcUaConfig,
    OpcUaTag,
    ReplayConfig,
    ReplayTag,
    TagDeclaration,
)
from millmark.model import AssetLevel, AssetPath
from millmark.registry.attributes import PLANNED_RUN_TIME, STATE_PREFIX, AttributeValue, StateTime

TIME_ZONE: Final = "Asia/Shanghai"

STATE_TIMES: Final[Mapping[MachineState, StateTime]] = {
    MachineState.RUN: StateTime.APT,
    MachineState.SETUP: StateTime.AUST,
    MachineState.MINOR_STOP: StateTime.ADET,
    MachineState.DOWN: StateTime.ADOT,
    MachineState.BREAK: StateTime.PLANNED_DOWN,
    MachineState.OFF: StateTime.PLANNED_DOWN,
}
"""Which time of ISO 22400-2 each state of the process model counts to."""


@dataclass(frozen=True, slots=True)
class DemoAsset:
    """A node of the equipment hierarchy; `attributes` are what the measures need to know of it
    (`millmark.registry.attributes`)."""

    path: AssetPath
    level: AssetLevel
    name_zh: str
    name_en: str
    counts_as_equipment: bool = False
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DemoGateway:
    """A device connection; `tags` are what it will bring, so that roles and origins are known beforehand."""

    id: str
    root: AssetPath
    kind: Literal["opcua", "modbus", "mqtt", "replay"]
    tags: tuple[TagDeclaration, ...]


@dataclass(frozen=True, slots=True)
class DemoFactory:
    """A fictional enterprise with its one site; `area_code` is a county-level code of GB/T 2260."""

    slug: str
    name_zh: str
    name_en: str
    area_code: str
    site_slug: str
    site_name_zh: str
    site_name_en: str
    assets: tuple[DemoAsset, ...]
    gateway: DemoGateway
    recorders: tuple[DemoGateway, ...] = ()

    @property
    def gateways(self) -> tuple[DemoGateway, ...]:
        """Every connection of the site: the live one first, then what replays recordings."""
        return (self.gateway, *self.recorders)

    @property
    def site_path(self) -> AssetPath:
        return AssetPath((self.slug, self.site_slug))

    @property
    def equipment(self) -> int:
        """How many assets count as equipment, connected or not."""
        return sum(asset.counts_as_equipment for asset in self.assets)


MELT_SHOP: Final = AssetPath(("demo-b", "main", "melt-shop"))
RECORDING_ANCHOR: Final = datetime(2025, 1, 6, 0, 15, tzinfo=ZoneInfo(TIME_ZONE))
"""A Monday's first quarter of an hour, as in the recording, so that its weekends fall on weekends."""

POWER_RECORDER: Final = (
    # A quarter-hour's energy times four is its mean power.
    ReplayTag(metric="mean_power", unit="kW", column="Usage_kWh", scale=4.0),
    ReplayTag(metric="power_factor", unit="%", column="Lagging_Current_Power_Factor"),
)
DRIVE_RECORDER: Final = (ReplayTag(asset="rolling-mill", metric="drive_temperature", unit="[degF]", column="value"),)


def demonstration_factories() -> tuple[DemoFactory, ...]:
    """All three, as the registry is to be filled."""
    return (_stamping(), _steel_works(), _bottling())


def recorder_configs(recordings: Path) -> tuple[ReplayConfig, ...]:
    """The replays of `demo-b`: a year of its electricity and eleven weeks of a drive's temperature, as if measured.

    They give charts months to look back on from the first minute.
    """
    return (
        ReplayConfig(
            gateway="demo-b-power",
            root=str(MELT_SHOP),
            file=recordings / ENERGY_FILE,
            time_column="interval_end",
            time_zone=TIME_ZONE,
            anchor=RECORDING_ANCHOR,
            backfill_h=24 * 365,
            tags=POWER_RECORDER,
        ),
        ReplayConfig(
            gateway="demo-b-drive",
            root=str(MELT_SHOP),
            file=recordings / TEMPERATURE_FILE,
            time_column="timestamp",
            anchor=RECORDING_ANCHOR,
            backfill_h=24 * 79,
            tags=DRIVE_RECORDER,
        ),
    )


def driver_configs(*, opcua_endpoint: str, modbus_host: str, modbus_port: int) -> tuple[DriverConfig, ...]:
    """The drivers that read `demo-a` and `demo-b`; `demo-c` comes by itself, over MQTT."""
    stamping, steel = _stamping().gateway, _steel_works().gateway
    return (
        OpcUaConfig(
            gateway=stamping.id,
            root=str(stamping.root),
            endpoint=opcua_endpoint,
            namespace=NAMESPACE,
            backfill=OpcUaBackfill(first_span_h=24 * HISTORY_DAYS),
            tags=tuple(
                OpcUaTag(**tag.model_dump(), node=f"s={node_name(tag.asset, tag.metric)}") for tag in stamping.tags
            ),
        ),
        ModbusConfig(
            gateway=steel.id,
            root=str(steel.root),
            host=modbus_host,
            port=modbus_port,
            poll_interval_s=2.0,
            maps={"meter": METER_MAP},
            devices=tuple(ModbusDevice(unit_id=feeder.unit_id, asset=feeder.asset, map="meter") for feeder in FEEDERS),
        ),
    )


def _stamping() -> DemoFactory:
    site = AssetPath(("demo-a", "main"))
    line = site.child("press-shop", "line-1")
    presses = tuple(
        _machine(line.child(design.asset), f"{number} 号压力机", f"Press {number}", design)
        for number, design in enumerate(PRESSES, start=1)
    )
    return DemoFactory(
        slug="demo-a",
        name_zh="咸安示范冲压厂(虚构)",
        name_en="Xian'an Demonstration Stamping Works (fictional)",
        area_code="421202",
        site_slug="main",
        site_name_zh="主厂区",
        site_name_en="Main site",
        assets=(
            DemoAsset(site.child("press-shop"), AssetLevel.AREA, "冲压车间", "Press shop"),
            DemoAsset(line, AssetLevel.LINE, "冲压一线", "Press line 1"),
            *presses,
            DemoAsset(line.child("press-5"), AssetLevel.CELL, "5 号压力机(未联网)", "Press 5 (not connected)", True),
        ),
        gateway=DemoGateway(
            "demo-a", line, "opcua", _tags(PRESSES, (STATE, TOTAL_COUNT, GOOD_COUNT, CYCLE_TIME, TEMPERATURE))
        ),
    )


def _steel_works() -> DemoFactory:
    shop = MELT_SHOP
    names = {
        "arc-furnace": ("电弧炉", "Arc furnace"),
        "rolling-mill": ("轧机", "Rolling mill"),
        "auxiliaries": ("公辅设备", "Auxiliaries"),
    }
    return DemoFactory(
        slug="demo-b",
        name_zh="赤壁示范特钢厂(虚构)",
        name_en="Chibi Demonstration Special Steel Works (fictional)",
        area_code="421281",
        site_slug="main",
        site_name_zh="主厂区",
        site_name_en="Main site",
        assets=(
            DemoAsset(shop, AssetLevel.AREA, "炼轧车间", "Melt and rolling shop"),
            *(
                DemoAsset(shop.child(feeder.asset), AssetLevel.EQUIPMENT, *names[feeder.asset], True)
                for feeder in FEEDERS
            ),
            DemoAsset(shop.child("crane"), AssetLevel.EQUIPMENT, "行车(未联网)", "Crane (not connected)", True),
            DemoAsset(
                shop.child("straightener"), AssetLevel.EQUIPMENT, "矫直机(未联网)", "Straightener (not connected)", True
            ),
        ),
        gateway=DemoGateway(
            "demo-b",
            shop,
            "modbus",
            tuple(
                TagDeclaration(**_declaration(register), asset=feeder.asset)
                for feeder in FEEDERS
                for register in METER_MAP
            ),
        ),
        recorders=(
            DemoGateway("demo-b-power", shop, "replay", _plain(POWER_RECORDER)),
            DemoGateway("demo-b-drive", shop, "replay", _plain(DRIVE_RECORDER)),
        ),
    )


def _bottling() -> DemoFactory:
    site = AssetPath(("demo-c", "main"))
    line = site.child("filling", "line-1")
    names = {"filler": ("灌装机", "Filler"), "labeller": ("贴标机", "Labeller"), "packer": ("装箱机", "Packer")}
    signals = (STATE, TOTAL_COUNT, GOOD_COUNT, CYCLE_TIME, TEMPERATURE, ENERGY)
    return DemoFactory(
        slug="demo-c",
        name_zh="嘉鱼示范饮料厂(虚构)",
        name_en="Jiayu Demonstration Beverage Works (fictional)",
        area_code="421221",
        site_slug="main",
        site_name_zh="主厂区",
        site_name_en="Main site",
        assets=(
            DemoAsset(site.child("filling"), AssetLevel.AREA, "灌装车间", "Filling shop"),
            DemoAsset(line, AssetLevel.LINE, "灌装一线", "Filling line 1"),
            *(_machine(line.child(design.asset), *names[design.asset], design) for design in BOTTLING),
        ),
        gateway=DemoGateway("demo-c", line, "mqtt", _tags(BOTTLING, signals)),
    )


def _machine(path: AssetPath, name_zh: str, name_en: str, design: MachineDesign) -> DemoAsset:
    return DemoAsset(
        path,
        AssetLevel.CELL,
        name_zh,
        name_en,
        counts_as_equipment=True,
        attributes={
            PLANNED_RUN_TIME: design.model.planned_run_time_per_item_s,
            **{f"{STATE_PREFIX}{state}": str(time) for state, time in STATE_TIMES.items()},
        },
    )


def _tags(designs: tuple[MachineDesign, ...], signals: tuple[TagDeclaration, ...]) -> tuple[TagDeclaration, ...]:
    return tuple(signal.model_copy(update={"asset": design.asset}) for design in designs for signal in signals)


def _plain(tags: tuple[ReplayTag, ...]) -> tuple[TagDeclaration, ...]:
    return tuple(TagDeclaration(**_declaration(tag), asset=tag.asset) for tag in tags)


def _declaration(tag: TagDeclaration) -> dict[str, object]:
    return {name: getattr(tag, name) for name in TagDeclaration.model_fields if name != "asset"}
