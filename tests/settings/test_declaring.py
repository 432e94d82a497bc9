"""A plant declared in the settings file is there when the platform starts, again and again."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from millmark.model import AssetLevel, AssetPath
from millmark.registry import Database, Registry
from millmark.settings import InvalidSettings, Settings, declare, load_settings

PLANT = """
[[enterprise]]
slug = "acme"
name_zh = "甲"
name_en = "Acme"
area_code = "421200"
is_placeholder = true

[[enterprise.sites]]
slug = "north"
name_zh = "北厂"
name_en = "North works"
area_code = "421202"

[[enterprise.sites.assets]]
path = "line-1/press-1"
level = "equipment"
name_zh = "一号压机"
counts_as_equipment = true
in_service_from = 2026-01-01
attributes = { "state.RUNNING" = "APT", planned_run_time_per_item_s = 2.5 }

[[enterprise.sites.assets]]
path = "line-1"
level = "line"

[[gateway]]
id = "edge-1"
root = "acme/north"
may_register = true

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
def own_registry(sqlite_database: Database) -> Registry:
    return Registry(sqlite_database)


def load(folder: Path, text: str) -> Settings:
    (folder / "millmark.toml").write_text(dedent(text), "utf-8")
    return load_settings(folder, environment={})


def test_what_is_declared_is_registered_however_often(tmp_path: Path, own_registry: Registry) -> None:
    settings = load(tmp_path, PLANT)
    declare(settings, own_registry)
    first = (own_registry.enterprises(), own_registry.assets_under(AssetPath(("acme",))), own_registry.series())
    declare(settings, own_registry)
    assert first == (own_registry.enterprises(), own_registry.assets_under(AssetPath(("acme",))), own_registry.series())

    press = own_registry.asset(AssetPath.parse("acme/north/line-1/press-1"))
    assert (press.name_zh, press.counts_as_equipment) == ("一号压机", True)
    assert press.in_service_from_us == 1_767_196_800_000_000  # midnight in Shanghai, 2025-12-31T16:00Z
    assert press.planned_run_time_per_item_s == 2.5
    assert own_registry.asset(AssetPath.parse("acme/north/line-1")).level is AssetLevel.LINE
    assert own_registry.gateway("edge-1").may_register
    (energy,) = own_registry.series()
    assert energy.key == "acme/north/line-1/press-1:energy"
    assert energy.rollover == 2**32


def test_a_correction_in_the_file_is_taken_over(tmp_path: Path, own_registry: Registry) -> None:
    declare(load(tmp_path, PLANT), own_registry)
    declare(load(tmp_path, PLANT.replace("North works", "Northern works").replace("2.5", "3.0")), own_registry)
    assert own_registry.sites()[0].name_en == "Northern works"
    assert own_registry.asset(AssetPath.parse("acme/north/line-1/press-1")).planned_run_time_per_item_s == 3.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('root = "acme/north"\nhost', 'root = "acme/south"\nhost'), r"table \[modbus\[0\]\].*'acme/south'"),
        (
            ('path = "line-1"\nlevel = "line"', 'path = "line-1/press-1/x"\nlevel = "line"'),
            r"table \[enterprise\[0\]\]",
        ),
        (('id = "edge-1"\nroot = "acme/north"', 'id = "edge-1"\nroot = "beta"'), r"table \[gateway\[0\]\].*'beta'"),
    ],
)
def test_what_the_registry_refuses_is_named_by_its_table(
    tmp_path: Path, own_registry: Registry, change: tuple[str, str], said: str
) -> None:
    assert change[0] in PLANT
    with pytest.raises(InvalidSettings, match=said):
        declare(load(tmp_path, PLANT.replace(*change)), own_registry)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("is_placeholder = true", ""), "needs its credit_code"),
        (("is_placeholder = true", 'credit_code = "914403001922038217"'), "check character"),
        (("is_placeholder = true", 'is_placeholder = true\ncredit_code = "914403001922038216"'), "must not carry"),
        (('"state.RUNNING" = "APT"', '"state.RUNNING" = "ON"'), "one of APT"),
        (('level = "line"', 'level = "site"'), "table of its own"),
        (("2026-01-01", "2026-01-01\nin_service_until = 2025-01-01"), "must come after"),
    ],
)
def test_a_plant_is_checked_when_it_is_read(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    assert change[0] in PLANT
    with pytest.raises(InvalidSettings, match=said):
        load(tmp_path, PLANT.replace(*change))
