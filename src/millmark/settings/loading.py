"""Reading the settings: DIR/millmark.toml, and above it what the environment says."""

from __future__ import annotations

import json
import os
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from millmark.intake.broker import BrokerSettings
from millmark.model import UnitSystem, UnknownUnit
from millmark.settings.broker_table import BrokerTable
from millmark.settings.errors import InvalidSettings
from millmark.settings.mistakes import Location, describe, fields_at, holds_text, nearest
from millmark.settings.settings import Settings
from millmark.settings.tables import MetricsTable, NodeTable, SettingsFile

FILE_NAME = "millmark.toml"
PREFIX = "MILLMARK_"
FOLDER_VARIABLE = "MILLMARK_DATA"
DEFAULT_FOLDER = Path("millmark-data")
SHORTEST_TOKEN = 24

AnyTable = TypeVar("AnyTable", bound=BaseModel)


def load_settings(
    data: Path | None = None, *, environment: Mapping[str, str] | None = None, demonstration: bool = False
) -> Settings:
    """The settings of a state folder; raises `InvalidSettings`.

    The folder is `data`, or MILLMARK_DATA, or ./millmark-data; a folder without millmark.toml has the defaults. The
    variable MILLMARK_TABLE__KEY goes before the file's key. Relative paths are relative to the folder. With
    `demonstration` the node is one, whatever the file says.
    """
    environment = os.environ if environment is None else environment
    folder = (data or Path(environment.get(FOLDER_VARIABLE) or DEFAULT_FOLDER)).expanduser().absolute()
    file = folder / FILE_NAME
    document = _read(file)
    variables = _take_over(environment, document)
    try:
        # By way of JSON, where pydantic can be strict and still make paths, dates and words of texts: `port = true`
        # is a mistake, not port 1.
        written = SettingsFile.model_validate_json(json.dumps(document, default=_as_text), strict=True)
    except ValidationError as error:
        raise InvalidSettings(describe(error, SettingsFile, file=str(file), variables=variables)) from error
    tables = _with_absolute_paths(written, folder)
    _refuse_repeated_gateways(tables, file)
    return Settings(
        data=folder,
        file=file,
        tables=tables,
        demonstration=demonstration or tables.node.demonstration,
        key_file=tables.node.key_file,
        key_passphrase=_key_passphrase(tables.node, environment, file),
        database_url=tables.registry.address(folder),
        history=tables.history.store(folder),
        intake=replace(tables.intake.door(), quota=tables.quota.each()),
        line_protocol=tables.line_protocol.door(),
        edge=tables.edge.agent(),
        web=tables.web,
        log=tables.log.settings(),
        metrics_gateways=tables.metrics.gateways,
        scrape_token=_scrape_token(tables.metrics, file),
        mqtt=tables.mqtt,
        brokers=_brokers(tables.broker, environment, file),
        city_pack=tables.region.city_pack(folder),
        drivers=tuple(driver for drivers in tables.connections.values() for driver in drivers),
    )


def check_units(settings: Settings, units: UnitSystem) -> None:
    """Raises `InvalidSettings` for tags whose unit is no UCUM code.

    Apart from loading, since the grammar of units takes a while to load and only a platform that reads machines needs
    it.
    """
    wrong = []
    for kind, drivers in settings.tables.connections.items():
        for number, driver in enumerate(drivers):
            for tag in driver.declared:
                try:
                    units.check(tag.unit)
                except UnknownUnit as error:
                    wrong.append(f"{settings.file}: table [{kind}[{number}]], tag {tag.name!r}, key unit: {error}")
    if wrong:
        raise InvalidSettings("\n".join(wrong))


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InvalidSettings(f"{file}: cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSettings(f"{file}: is not TOML: {error}") from error


def _take_over(environment: Mapping[str, str], document: dict[str, Any]) -> dict[Location, str]:
    """Puts the environment's settings into the document; returns which variable each place came from."""
    tables = fields_at(SettingsFile, ())
    variables: dict[Location, str] = {}
    for name, value in sorted(environment.items()):
        if not name.startswith(PREFIX) or name == FOLDER_VARIABLE:
            continue
        table, separator, key = name.removeprefix(PREFIX).lower().partition("__")
        if not separator:
            _refuse_single_underscore(name, tables)
            continue
        if table not in tables:
            raise InvalidSettings(f"environment variable {name}: there is no table {table!r}; {nearest(table, tables)}")
        if not fields_at(SettingsFile, (table,)):
            raise InvalidSettings(f"environment variable {name}: tables [[{table}]] are declared in {FILE_NAME} alone")
        entries = document.setdefault(table, {})
        if isinstance(entries, dict):  # otherwise the file is wrong, and checking it says so
            entries[key] = _typed(value, table, key)
            variables[table, key] = name
    return variables


def _typed(value: str, table: str, key: str) -> object:
    """The environment knows texts alone; what is meant as a number, truth value or date is read as TOML reads it."""
    if holds_text(SettingsFile, (table, key)):
        return value
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value


def _as_text(value: object) -> str:
    """Dates and times, the only values of TOML that JSON does not know."""
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(f"TOML has no {type(value).__name__}")


def _refuse_single_underscore(name: str, tables: list[str]) -> None:
    """MILLMARK_WEB_PORT would be left unread, silently; names that start with no table belong to somebody else."""
    for table in tables:
        start = f"{PREFIX}{table.upper()}"
        if name.startswith(f"{start}_"):
            raise InvalidSettings(
                f"environment variable {name}: two underscores stand between table and key; did you mean "
                f"{start}__{name.removeprefix(start).lstrip('_')}?"
            )


def _key_passphrase(node: NodeTable, environment: Mapping[str, str], file: Path) -> str | None:
    place = f"{file}: table [node], key key_passphrase"
    return _secret(node.key_passphrase_env, node.key_passphrase_file, environment, place)


def _brokers(tables: Sequence[BrokerTable], environment: Mapping[str, str], file: Path) -> tuple[BrokerSettings, ...]:
    brokers = [
        table.settings(
            _secret(
                table.password_env, table.password_file, environment, f"{file}: table [broker[{number}]], key password"
            )
        )
        for number, table in enumerate(tables)
    ]
    seats = Counter((broker.address, broker.client_id) for broker in brokers)
    if repeated := [address for (address, _), count in seats.items() if count > 1]:
        raise InvalidSettings(
            f"{file}: key client_id: {repeated[0]} is read twice under one name; the broker would end one connection "
            "for the other"
        )
    return tuple(brokers)


def _secret(variable: str | None, secret: Path | None, environment: Mapping[str, str], place: str) -> str | None:
    """What a variable or a file holds; `place` is the key's place without its ending."""
    if variable is not None:
        if not (found := environment.get(variable)):
            raise InvalidSettings(f"{place}_env: the environment has no {variable}")
        return found
    if secret is not None:
        try:
            return secret.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidSettings(f"{place}_file: {secret}: {error}") from error
    return None


def _scrape_token(metrics: MetricsTable, file: Path) -> str | None:
    if (secret := metrics.token_file) is None:
        return None
    place = f"{file}: table [metrics], key token_file: {secret}"
    try:
        token = secret.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSettings(f"{place}: {error}; make one with `openssl rand -hex 32`") from error
    if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable():
        raise InvalidSettings(
            f"{place}: a token has at least {SHORTEST_TOKEN} printable ASCII characters; make one with "
            "`openssl rand -hex 32`"
        )
    return token


def _refuse_repeated_gateways(tables: SettingsFile, file: Path) -> None:
    names = [driver.gateway for drivers in tables.connections.values() for driver in drivers]
    repeated = sorted(name for name, count in Counter(names).items() if count > 1)
    if repeated:
        raise InvalidSettings(
            f"{file}: key gateway: {', '.join(repeated)} is declared more than once; each connection is a gateway of "
            "its own, with a name of its own"
        )


def _with_absolute_paths(table: AnyTable, folder: Path) -> AnyTable:
    """The same table with every relative path in it, at any depth, taken from the folder."""
    return table.model_copy(update={name: _absolute(value, folder) for name, value in table})


def _absolute(value: Any, folder: Path) -> Any:
    match value:
        case Path():
            return folder / value.expanduser()
        case BaseModel():
            return _with_absolute_paths(value, folder)
        case tuple() if any(isinstance(entry, BaseModel) for entry in value):
            return tuple(_absolute(entry, folder) for entry in value)
    return value
