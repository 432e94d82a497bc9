"""The connections declared in the settings file are known to the registry when the platform starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from millmark.model import AssetLevel, AssetPath, SeriesRole
from millmark.registry import GatewayKind, Registry
from millmark.settings import InvalidSettings, Settings, declare, load_settings

METER = """
[[modbus]]
gateway = "meter"
root = "acme/north"
host = "192.0.2.20"

[[modbus.devices]]
asset = "line-1/press-1"

[[modbus.devices.registers]]
metric = "energy"
address = 0
type = "uint32"
unit = "kW.h"
data_type = "integer"
role = "energy_counter"
rollover = 4294967296
"""


@pytest.fixture
def plant(registry: Registry) -> Registry:
    enterprise = registry.add_enterprise(
        slug="acme", name_zh="甲", name_en="A", area_code="421200", is_demonstration=True
    )
    registry.add_site(enterprise.id, slug="north", name_zh="北厂", name_en="North", area_code="421200")
    return registry


def load(folder: Path, text: str) -> Settings:
    (folder / "millmark.toml").write_text(text, "utf-8")
    return load_settings(folder, environment={})


def test_what_is_declared_is_registered_however_often(tmp_path: Path, plant: Registry) -> None:
    for _ in range(2):
        declare(load(tmp_path, METER), plant)
    (energy,) = plant.series()
    assert energy.key == "acme/north/line-1/press-1:energy"
    assert (energy.unit, energy.role, energy.rollover) == ("kW.h", SeriesRole.ENERGY_COUNTER, 2**32)
    assert plant.gateway("meter").kind is GatewayKind.MODBUS
    assert plant.asset(AssetPath.parse("acme/north/line-1/press-1")).level is AssetLevel.EQUIPMENT


def test_a_correction_in_the_file_is_taken_over(tmp_path: Path, plant: Registry) -> None:
    declare(load(tmp_path, METER), plant)
    declare(load(tmp_path, METER.replace("rollover = 4294967296", "rollover = 100000")), plant)
    assert [series.rollover for series in plant.series()] == [100_000]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ('root = "acme/north"', 'root = "acme/south"'),
            r"table \[modbus\[0\]\].*'acme/south'.*register that asset first",
        ),
        (('unit = "kW.h"', 'unit = "J"'), r"table \[modbus\[0\]\].*unit 'kW.h'.*cannot become 'J'"),
    ],
)
def test_what_the_registry_refuses_is_named_by_its_table(
    tmp_path: Path, plant: Registry, change: tuple[str, str], said: str
) -> None:
    declare(load(tmp_path, METER), plant)
    with pytest.raises(InvalidSettings, match=said):
        declare(load(tmp_path, METER.replace(*change).replace('"meter"', '"other"')), plant)
