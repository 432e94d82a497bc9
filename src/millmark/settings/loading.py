"""Reading the settings: DIR/millmark.toml, and above it what the environment says."""

from __future__ import annotations

import os
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from millmark.model import UnitSystem, UnknownUnit
from millmark.settings.errors import InvalidSettings
from millmark.settings.mistakes import Location, describe, fields_at, nearest
from millmark.settings.tables import FILE_NAME, Settings

PREFIX = "MILLMARK_"
FOLDER_VARIABLE = "MILLMARK_DATA"
DEFAULT_FOLDER = Path("millmark-data")

AnyTable = TypeVar("AnyTable", bound=BaseModel)


def load_settings(data: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of a state folder; raises `InvalidSettings`.

    The folder is `data`, or MILLMARK_DATA, or ./millmark-data; a folder without millmark.toml has the defaults. The
    variable MILLMARK_TABLE__KEY goes before the file's key. Relative paths are relative to the folder.
    """
    environment = os.environ if environment is None else environment
    folder = (data or Path(environment.get(FOLDER_VARIABLE) or DEFAULT_FOLDER)).expanduser().absolute()
    file = folder / FILE_NAME
    document = _read(file)
    if "data" in document:
        raise InvalidSettings(f"{file}: key data: the state folder is the one this file lies in; remove the key")
    variables = _take_over(environment, document, file)
    try:
        settings = Settings.model_validate({**document, "data": folder})
    except ValidationError as error:
        raise InvalidSettings(describe(error, Settings, file=str(file), variables=variables)) from error
    _refuse_repeated_gateways(settings)
    return _with_absolute_paths(settings, folder)


def check_units(settings: Settings, units: UnitSystem) -> None:
    """Raises `InvalidSettings` for tags whose unit is no UCUM code.

    Apart from loading, since the grammar of units takes a while to load and only a platform that reads machines needs
    it.
    """
    wrong = []
    for kind in ("opcua", "modbus", "replay"):
        for number, driver in enumerate(getattr(settings, kind)):
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


def _take_over(environment: Mapping[str, str], document: dict[str, Any], file: Path) -> dict[Location, str]:
    """Puts the environment's settings into the document; returns which variable each place came from."""
    tables = [name for name in fields_at(Settings, ()) if name != "data"]
    variables: dict[Location, str] = {}
    for name, value in sorted(environment.items()):
        if not name.startswith(PREFIX) or name == FOLDER_VARIABLE:
            continue
        table, separator, key = name.removeprefix(PREFIX).lower().partition("__")
        if not separator:
            _refuse_single_underscore(name, tables)
            continue
        if table not in tables:
            raise InvalidSettings(
                f"environment variable {name}: no table is called {table!r}; {nearest(table, tables)}"
            )
        entries = document.setdefault(table, {})
        if not isinstance(entries, dict) or not fields_at(Settings, (table,)):
            raise InvalidSettings(f"environment variable {name}: [[{table}]] is declared in {file.name} alone")
        entries[key] = value
        variables[table, key] = name
    return variables


def _refuse_single_underscore(name: str, tables: list[str]) -> None:
    """MILLMARK_WEB_PORT would be left unread, silently; names that start with no table belong to somebody else."""
    for table in tables:
        if name.startswith(f"{PREFIX}{table.upper()}_"):
            key = name.removeprefix(f"{PREFIX}{table.upper()}_")
            raise InvalidSettings(
                f"environment variable {name}: two underscores stand between table and key; "
                f"did you mean {PREFIX}{table.upper()}__{key.lstrip('_')}?"
            )


def _refuse_repeated_gateways(settings: Settings) -> None:
    names = [driver.gateway for driver in settings.drivers] + [gateway.id for gateway in settings.gateway]
    repeated = sorted(name for name, count in Counter(names).items() if count > 1)
    if repeated:
        raise InvalidSettings(
            f"{settings.file}: key gateway: {', '.join(repeated)} is declared more than once; each connection is a "
            "gateway of its own, with a name of its own"
        )


def _with_absolute_paths(table: AnyTable, folder: Path) -> AnyTable:
    """The same table with every relative path in it, at any depth, taken from the folder."""
    changed = {name: _absolute(value, folder) for name, value in table}
    return table.model_copy(
        update={name: value for name, value in changed.items() if value is not getattr(table, name)}
    )


def _absolute(value: Any, folder: Path) -> Any:
    match value:
        case Path():
            return value if value.is_absolute() else folder / value.expanduser()
        case BaseModel():
            return _with_absolute_paths(value, folder)
        case tuple() if any(isinstance(entry, BaseModel) for entry in value):
            return tuple(_absolute(entry, folder) for entry in value)
    return value
