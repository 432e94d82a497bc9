"""What a driver's settings accept, and where the mistake is when they do not."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from millmark.drivers.config import DriverConfig, ModbusConfig, OpcUaConfig, OpcUaTag, RegisterType, ReplayConfig
from millmark.drivers.errors import InvalidDriverConfig
from millmark.drivers.opcua.session import read_password

LINE = """
kind = "opcua"
gateway = "press-line"
root = "acme/north/press-shop"
endpoint = "opc.tcp://192.0.2.1:4840"
namespace = "urn:acme:line"
[[tags]]
asset = "line-1/press-1"
metric = "temperature"
unit = "Cel"
node = "s=Press1.Temperature"
"""

METERS = """
kind = "modbus"
gateway = "meters"
root = "acme/north"
host = "192.0.2.2"
[[maps.meter]]
metric = "active_energy"
unit = "kW.h"
address = 100
type = "uint32"
scale = 0.1
[[devices]]
unit_id = 1
asset = "line-1"
map = "meter"
[[devices]]
unit_id = 2
asset = "line-2"
map = "meter"
"""

PLAYED = """
kind = "replay"
gateway = "played"
root = "acme/north"
file = "recordings/temperature.csv"
time_column = "timestamp"
anchor = 2025-01-01T00:00:00Z
[[tags]]
metric = "temperature"
column = "value"
"""


def read(text: str) -> Any:
    return TypeAdapter(DriverConfig).validate_python(tomllib.loads(text))


def test_each_kind_of_driver_is_told_by_its_kind() -> None:
    assert isinstance(read(LINE), OpcUaConfig)
    assert isinstance(read(METERS), ModbusConfig)
    assert isinstance(read(PLAYED), ReplayConfig)


def test_one_map_serves_every_device_of_its_model() -> None:
    meters = read(METERS)
    assert [tag.name for tag in meters.declared] == ["line-1:active_energy", "line-2:active_energy"]
    assert {register.type for device in meters.devices for register in meters.registers_of(device)} == {
        RegisterType.UINT32
    }


def test_a_device_may_have_registers_besides_its_map() -> None:
    own = 'map = "meter"\nregisters = [{ asset = "door", metric = "open", kind = "coil", address = 0, type = "bool" }]'
    meters = read(METERS.replace('map = "meter"', own, 1))
    assert [tag.name for tag in meters.declared] == [
        "line-1:active_energy",
        "line-1/door:open",
        "line-2:active_energy",
    ]


@pytest.mark.parametrize(
    ("text", "before", "after", "where", "said"),
    [
        (LINE, 'node = "s=P', 'nod = "s=P', ("tags", 0, "nod"), "not permitted"),
        (LINE, 'node = "s=P', 'nod = "s=P', ("tags", 0, "node"), "required"),
        (LINE, "opc.tcp://", "http://", ("endpoint",), "an OPC UA endpoint starts with opc.tcp://"),
        (LINE, "opc.tcp://", "opc.tcp://me:secret@", ("endpoint",), "must not carry user or password"),
        (LINE, 'metric = "temperature"', 'metric = " hot"', ("tags", 0, "metric"), "without blanks at its edges"),
        (LINE, 'asset = "line-1/press-1"', 'asset = "line-1//p"', ("tags", 0, "asset"), "segment 2"),
        (LINE, 'gateway = "press-line"', 'gateway = "Presses!"', ("gateway",), "pattern"),
        (LINE, "[[tags]]", "queue_size = 1\n[[tags]]", ("queue_size",), "greater than or equal to 2"),
        (METERS, "address = 100", "address = 70000", ("maps", "meter", 0, "address"), "less than or equal to 65535"),
        (METERS, "address = 100", "address = 65535", ("maps", "meter", 0), "reach beyond the last address"),
        (METERS, 'type = "uint32"', 'type = "uint33"', ("maps", "meter", 0, "type"), "'uint32'"),
        (METERS, 'type = "uint32"', 'type = "bit"', ("maps", "meter", 0), "needs bit = 0..15"),
        (METERS, 'type = "uint32"', 'type = "string"', ("maps", "meter", 0), "needs length"),
        (METERS, 'type = "uint32"', 'type = "uint32"\nkind = "coil"', ("maps", "meter", 0), "its type is bool"),
        (METERS, 'map = "meter"', 'map = "metre"', (), "names the map 'metre'; there is ['meter']"),
        (METERS, 'asset = "line-2"', 'asset = "line-1"', (), "declared more often: line-1:active_energy"),
        (METERS, 'host = "192.0.2.2"', 'host = "192.0.2.2"\nmax_registers = 1', (), "active_energy takes 2 registers"),
        (PLAYED, "anchor = 2025-01-01T00:00:00Z", "anchor = 2025-01-01T00:00:00", ("anchor",), "timezone"),
        (PLAYED, 'time_column = "timestamp"', 'time_zone = "Wuhan"', ("time_zone",), "no IANA time zone"),
    ],
)
def test_a_mistake_is_found_where_it_stands(
    text: str, before: str, after: str, where: tuple[str | int, ...], said: str
) -> None:
    assert before in text
    with pytest.raises(ValidationError) as caught:
        read(text.replace(before, after, 1))
    messages = {tuple(error["loc"])[1:]: error["msg"] for error in caught.value.errors()}
    assert said in messages[where]


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
