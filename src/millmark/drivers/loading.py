"""Reading drivers' settings from TOML, with errors that name file, table and key."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from millmark.drivers.config import DriverConfig, OpcUaConfig, ReplayConfig
from millmark.drivers.errors import InvalidDriverConfig
from millmark.model import UnitSystem, UnknownUnit

# A tag of a union in pydantic's error locations, no key of the file.
_UNION_TAGS = frozenset({"opcua", "modbus", "replay"})


class _DriversFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    drivers: tuple[DriverConfig, ...]


def read_drivers(path: Path) -> tuple[DriverConfig, ...]:
    """The `[[drivers]]` of a TOML file; relative paths in it are relative to the file. Raises `InvalidDriverConfig`."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InvalidDriverConfig(f"{path}: cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidDriverConfig(f"{path}: is not TOML: {error}") from error
    return parse_drivers(document, source=str(path), folder=path.parent)


def parse_drivers(document: dict[str, Any], *, source: str, folder: Path) -> tuple[DriverConfig, ...]:
    """The drivers of a parsed document of the shape {"drivers": [...]}; `source` names it in errors."""
    try:
        drivers = _DriversFile.model_validate(document).drivers
    except ValidationError as error:
        raise InvalidDriverConfig(explain(error, source=source, document=document)) from error
    return tuple(_with_paths_from(folder, driver) for driver in drivers)


def check_units(drivers: Sequence[DriverConfig], units: UnitSystem, *, source: str) -> None:
    """Raises `InvalidDriverConfig` for the first tag whose unit is no UCUM code."""
    for driver in drivers:
        for tag in driver.declared:
            try:
                units.check(tag.unit)
            except UnknownUnit as error:
                raise InvalidDriverConfig(
                    f"{source}: table [[drivers]] of gateway {driver.gateway!r}, tag {tag.name!r}, key unit: {error}"
                ) from error


def explain(error: ValidationError, *, source: str, document: object = None) -> str:
    """One line per mistake: file, table as TOML writes it, key, what was wrong and what was found."""
    lines = []
    details = error.errors(include_url=False)
    for detail in details:
        if detail["type"] == "too_short" and any(_is_inside(other["loc"], detail["loc"]) for other in details):
            continue  # pydantic counts only the good entries; the bad ones are already named
        location = [part for part in detail["loc"] if part not in _UNION_TAGS]
        table, key = _table_and_key(location, detail["type"], document)
        found = "" if detail["type"] in {"missing", "value_error"} else f" (found {_short(detail['input'])})"
        lines.append(f"{source}: table {table}{', key ' + key if key else ''}: {_message(detail)}{found}")
    return "\n".join(lines)


def _is_inside(location: Sequence[str | int], outer: Sequence[str | int]) -> bool:
    return len(location) > len(outer) and tuple(location[: len(outer)]) == tuple(outer)


def _message(detail: Any) -> str:
    match detail["type"]:
        case "extra_forbidden":
            return "this key is not known here; check its spelling"
        case "missing":
            return "this key is missing"
        case _:
            return str(detail["msg"]).removeprefix("Value error, ")


def _table_and_key(location: Sequence[str | int], kind: str, document: object) -> tuple[str, str]:
    *parents, last = location or [""]
    names_a_value = isinstance(last, str) and (
        kind in {"missing", "extra_forbidden"} or not _is_table(document, location)
    )
    path = parents if names_a_value else list(location)
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return (f"[{text}]" if text else "at the top"), str(last) if names_a_value else ""


def _is_table(document: object, location: Sequence[str | int]) -> bool:
    here: Any = document
    for part in location:
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            return False
    return isinstance(here, dict)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _with_paths_from(folder: Path, driver: DriverConfig) -> DriverConfig:
    if isinstance(driver, ReplayConfig):
        return driver.model_copy(update={"file": folder / driver.file})
    if isinstance(driver, OpcUaConfig):
        update: dict[str, object] = {}
        if driver.password_file is not None:
            update["password_file"] = folder / driver.password_file
        if (security := driver.security) is not None:
            pinned = security.server_certificate
            update["security"] = security.model_copy(
                update={
                    "certificate": folder / security.certificate,
                    "private_key": folder / security.private_key,
                    "server_certificate": folder / pinned if pinned is not None else None,
                }
            )
        return driver.model_copy(update=update)
    return driver
