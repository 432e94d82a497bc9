"""A wrong key in a driver's settings is told by file, table and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from millmark.drivers.config import ModbusConfig, OpcUaConfig, OpcUaTag, RegisterType, ReplayConfig
from millmark.drivers.errors import InvalidDriverConfig
from millmark.drivers.loading import check_units, read_drivers
from millmark.drivers.opcua.session import read_password
from millmark.model import UnitSystem

GOOD = """
[[drivers]]
kind = "opcua"
gateway = "press-line"
root = "acme/north/press-shop"
endpoint = "opc.tcp://192.0.2.1:4840"
namespace = "urn:acme:line"
[[drivers.tags]]
asset = "line-1/press-1"
metric = "temperature"
unit = "Cel"
node = "s=Press1.Temperature"

[[drivers]]
kind = "modbus"
gateway = "meters"
root = "acme/north"
host = "192.0.2.2"
[[drivers.maps.meter]]
metric = "active_energy"
unit = "kW.h"
address = 100
type = "uint32"
scale = 0.1
[[drivers.devices]]
unit_id = 1
asset = "line-1"
map = "meter"
[[drivers.devices]]
unit_id = 2
asset = "line-2"
map = "meter"

[[drivers]]
kind = "replay"
gateway = "played"
root = "acme/north"
file = "recordings/temperature.csv"
time_column = "timestamp"
anchor = 2025-01-01T00:00:00Z
[[drivers.tags]]
metric = "temperature"
column = "value"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "drivers.toml"
    path.write_text(text, "utf-8")
    return path


def mistake(folder: Path, before: str, after: str) -> str:
    assert before in GOOD
    with pytest.raises(InvalidDriverConfig) as caught:
        read_drivers(written(folder, GOOD.replace(before, after, 1)))
    return str(caught.value)


def test_drivers_are_read_from_a_file(tmp_path: Path) -> None:
    opcua, modbus, replay = read_drivers(written(tmp_path, GOOD))
    assert isinstance(opcua, OpcUaConfig)
    assert isinstance(modbus, ModbusConfig)
    assert isinstance(replay, ReplayConfig)
    assert replay.file == tmp_path / "recordings/temperature.csv"
    assert [tag.name for tag in modbus.declared] == ["line-1:active_energy", "line-2:active_energy"]


def test_one_map_serves_every_device_of_its_model(tmp_path: Path) -> None:
    _, modbus, _ = read_drivers(written(tmp_path, GOOD))
    assert isinstance(modbus, ModbusConfig)
    assert {register.type for device in modbus.devices for register in modbus.registers_of(device)} == {
        RegisterType.UINT32
    }


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('node = "s=P', 'nod = "s=P', "table [drivers[0].tags[0]], key nod: this key is not known"),
        ('node = "s=P', 'nod = "s=P', "table [drivers[0].tags[0]], key node: this key is missing"),
        ("address = 100", "address = 70000", "table [drivers[1].maps.meter[0]], key address"),
        ('type = "uint32"', 'type = "uint33"', "table [drivers[1].maps.meter[0]], key type"),
        ('map = "meter"', 'map = "metre"', "names the map 'metre'"),
        ('kind = "replay"', 'kind = "repaly"', "table [drivers[2]]"),
        ("opc.tcp://", "http://", "table [drivers[0]], key endpoint: an OPC UA endpoint starts with opc.tcp://"),
        ("opc.tcp://", "opc.tcp://me:secret@", "must not carry user or password"),
        ('root = "acme/north"', 'root = "acme//north"', "segment 2 of an asset path is empty"),
        ("anchor = 2025-01-01T00:00:00Z", "anchor = 2025-01-01T00:00:00", "key anchor"),
        ('asset = "line-2"', 'asset = "line-1"', "declared more often: line-1:active_energy"),
        ('gateway = "meters"', 'gateway = "Meters!"', "key gateway"),
    ],
)
def test_a_mistake_is_named_by_file_table_and_key(tmp_path: Path, before: str, after: str, said: str) -> None:
    message = mistake(tmp_path, before, after)
    assert message.startswith(str(tmp_path / "drivers.toml"))
    assert said in message


def test_every_mistake_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("address = 100", "address = -1").replace('metric = "temperature"', 'metric = ""')
    with pytest.raises(InvalidDriverConfig) as caught:
        read_drivers(written(tmp_path, text))
    lines = str(caught.value).splitlines()
    assert [line for line in lines if "drivers[0].tags[0]" in line]
    assert [line for line in lines if "drivers[1].maps.meter[0]" in line]
    assert [line for line in lines if "drivers[2].tags[0]" in line]


def test_a_file_that_is_no_toml_is_named_with_the_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidDriverConfig, match=r"drivers\.toml: is not TOML.*line 1"):
        read_drivers(written(tmp_path, "kind = = 3"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidDriverConfig, match=r"absent\.toml: cannot be read"):
        read_drivers(tmp_path / "absent.toml")


def test_a_unit_that_is_no_ucum_code_names_its_tag(tmp_path: Path) -> None:
    drivers = read_drivers(written(tmp_path, GOOD.replace('unit = "Cel"', 'unit = "degrees"')))
    with pytest.raises(InvalidDriverConfig, match=r"'press-line', tag 'line-1/press-1:temperature', key unit"):
        check_units(drivers, UnitSystem(), source="drivers.toml")


def signed_in(**password: object) -> OpcUaConfig:
    return OpcUaConfig.model_validate(
        {
            "gateway": "g",
            "root": "a/b",
            "endpoint": "opc.tcp://x:1",
            "user": "reader",
            "tags": [OpcUaTag(metric="m", node="s=m")],
            **password,
        }
    )


def test_a_password_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    config = signed_in(password_env="PLANT_PASSWORD")
    with pytest.raises(InvalidDriverConfig, match="PLANT_PASSWORD is not set"):
        read_password(config)
    monkeypatch.setenv("PLANT_PASSWORD", "s3cret")
    assert read_password(config) == "s3cret"


def test_a_password_comes_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n", "utf-8")
    assert read_password(signed_in(password_file=secret)) == "s3cret"


def test_a_password_in_the_settings_is_refused() -> None:
    with pytest.raises(ValueError, match="password"):
        signed_in(password="s3cret")
