"""Reading a file of a pack: TOML, checked, with errors that name file, table and key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from millmark.programmes.errors import InvalidPack


class Frozen(BaseModel):
    """A table of a pack: immutable, and nothing that it does not know is accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")


FileModel = TypeVar("FileModel", bound=Frozen)


def read_toml(path: Path, model: type[FileModel], *, context: Mapping[str, object] | None = None) -> FileModel:
    """The file as `model`; numbers with a point are read as exact decimals. `context` is what its validators may read
    of what stands around them. Raises `InvalidPack`."""
    try:
        document = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    except OSError as error:
        raise InvalidPack(f"{path}: cannot be read: {error.strerror or error}; a pack needs this file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidPack(f"{path}: is not TOML: {error}") from error
    try:
        return model.model_validate(document, context=dict(context or {}))
    except ValidationError as error:
        raise InvalidPack(_explain(error, path, document)) from error


def _explain(error: ValidationError, path: Path, document: object) -> str:
    """One line a mistake."""
    lines = []
    details = error.errors(include_url=False)
    for detail in details:
        if any(_is_inside(other["loc"], detail["loc"]) for other in details):
            continue
        table, key = _place(detail["loc"], document)
        problem = _PLAIN.get(detail["type"]) or str(detail["msg"]).removeprefix("Value error, ")
        found = "" if detail["type"] in {*_PLAIN, "value_error"} else f" (found {_short(detail['input'])})"
        lines.append(f"{path}: table {table}{', key ' + key if key else ''}: {problem}{found}")
    return "\n".join(lines)


_PLAIN = {
    "missing": "this key is missing",
    "extra_forbidden": "this key is not known here; check its spelling",
}


def _is_inside(inner: Sequence[str | int], outer: Sequence[str | int]) -> bool:
    """Whether a mistake lies within another's place: a list that lost its broken members is also called too short."""
    return len(inner) > len(outer) and tuple(inner[: len(outer)]) == tuple(outer)


def _place(location: Sequence[str | int], document: object) -> tuple[str, str]:
    """The table as TOML writes it and the key in it, told apart by what the document holds there."""
    table, here, rest = "", document, list(location)
    while rest:
        below = _below(here, rest[0])
        if not isinstance(below, dict | list):
            break
        part = rest.pop(0)
        table += f"[{part}]" if isinstance(part, int) else f".{part}" if table else part
        here = below
    # What is left is the key, behind the tag of a union that the document does not write.
    key = next((str(part) for part in reversed(rest) if isinstance(part, str)), "")
    return (f"[{table}]" if table else "at the top"), key


def _below(here: object, part: str | int) -> object:
    if isinstance(here, dict) and isinstance(part, str):
        return here.get(part)
    if isinstance(here, list) and isinstance(part, int) and part < len(here):
        return here[part]
    return None


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
