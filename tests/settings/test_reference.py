"""The page on the settings names every table, key and default there is, and none that is not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from millmark.drivers.config import (
    BackOff,
    Connection,
    ModbusConfig,
    ModbusDevice,
    ModbusRegister,
    OpcUaBackfill,
    OpcUaConfig,
    OpcUaSecurity,
    OpcUaTag,
    ReplayConfig,
    ReplayTag,
    TagDeclaration,
)
from millmark.settings import tables
from millmark.settings.broker_table import BrokerTable, BrokerTlsTable
from millmark.settings.tables import SettingsFile
from millmark.settings.tls_table import ServerTlsTable

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "settings.md").read_text("utf-8")

# Heading -> (the table's class, the class whose keys are told in a section of their own).
SECTIONS: dict[str, tuple[type[BaseModel], type[BaseModel] | None]] = {
    "`[node]`": (tables.NodeTable, None),
    "`[web]`": (tables.WebTable, None),
    "`[log]`": (tables.LogTable, None),
    "`[metrics]`": (tables.MetricsTable, None),
    "`[mqtt]`": (tables.MqttTable, None),
    "`[web.tls]` and `[mqtt.tls]`": (ServerTlsTable, None),
    "`[[broker]]`": (BrokerTable, None),
    "`[broker.tls]`": (BrokerTlsTable, None),
    "`[history]`": (tables.HistoryTable, None),
    "`[retention]`": (tables.RetentionTable, None),
    "`[registry]`": (tables.RegistryTable, None),
    "`[intake]`": (tables.IntakeTable, None),
    "`[quota]`": (tables.QuotaTable, None),
    "`[line_protocol]`": (tables.LineProtocolTable, None),
    "`[edge]`": (tables.EdgeTable, None),
    "`[files]`": (tables.FilesTable, None),
    "`[webhooks]`": (tables.WebhooksTable, None),
    "`[public]`": (tables.PublicTable, None),
    "`[office]`": (tables.OfficeTable, None),
    "`[region]`": (tables.RegionTable, None),
    "`[witness]`": (tables.WitnessTable, None),
    "Every connection": (Connection, None),
    "`back_off` of a connection": (BackOff, None),
    "Every tag": (TagDeclaration, None),
    "`[[opcua]]`": (OpcUaConfig, Connection),
    "`[opcua.security]`": (OpcUaSecurity, None),
    "`[opcua.backfill]`": (OpcUaBackfill, None),
    "`[[opcua.tags]]`": (OpcUaTag, TagDeclaration),
    "`[[modbus]]`": (ModbusConfig, Connection),
    "`[[modbus.devices]]`": (ModbusDevice, None),
    "`[[modbus.devices.registers]]` and `[[modbus.maps.NAME]]`": (ModbusRegister, TagDeclaration),
    "`[[replay]]`": (ReplayConfig, Connection),
    "`[[replay.tags]]`": (ReplayTag, TagDeclaration),
}


def classes_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from classes_in(inner)


def all_tables(table: type[BaseModel]) -> set[type[BaseModel]]:
    found = {inner for field in table.model_fields.values() for inner in classes_in(field.annotation)}
    return found.union(*(all_tables(inner) for inner in found))


def default_of(table: type[BaseModel], key: str) -> str:
    field = table.model_fields[key]
    if field.is_required():
        return "**required**"
    match field.get_default(call_default_factory=True):
        case None | () | {}:
            return "–"
        case bool(value):
            return f"`{str(value).lower()}`"
        case str() | Path() as value:
            return f'`"{value}"`'
        case tuple() as values:
            return f"`{json.dumps(values)}`"
        case date() as value:
            return f"`{value.isoformat()}`"
        case value:
            return f"`{value}`"


def expected_keys(table: type[BaseModel], told_elsewhere: type[BaseModel] | None) -> dict[str, str]:
    elsewhere = told_elsewhere.model_fields if told_elsewhere is not None else {}
    return {
        key: default_of(table, key)
        for key, field in table.model_fields.items()
        # Tables within have headings of their own; `kind` follows from the heading.
        if not any(classes_in(field.annotation)) and not (key == "kind" and issubclass(table, Connection))
        if key not in elsewhere or default_of(table, key) != default_of(told_elsewhere or table, key)
    }


def section(heading: str) -> str:
    found = re.search(rf"^### {re.escape(heading)}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"the page has no section {heading}"
    return found[1]


@pytest.mark.parametrize("heading", SECTIONS)
def test_a_section_tells_every_key_with_its_default_and_meaning(heading: str) -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (.*?) \| (.+?) \|$", section(heading), re.MULTILINE)
    assert {key: default for key, default, _ in rows} == expected_keys(*SECTIONS[heading])
    assert all(len(meaning) > 8 for _, _, meaning in rows)


def test_every_table_has_a_section_and_every_section_a_table() -> None:
    assert all_tables(SettingsFile) <= {table for table, _ in SECTIONS.values()}
    assert re.findall(r"^### (.+)$", PAGE, re.MULTILINE) == list(SECTIONS)
