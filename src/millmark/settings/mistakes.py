"""Turning what pydantic found into lines that name file, table and key, and the key that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

Location = tuple[str | int, ...]


def describe(error: ValidationError, root: type[BaseModel], *, file: str, variables: Mapping[Location, str]) -> str:
    """One line for each mistake. `variables` names the environment variable a value came from, where it did."""
    found = error.errors(include_url=False)
    lines = []
    for detail in found:
        location = detail["loc"]
        if detail["type"] == "too_short" and any(_is_inside(other["loc"], location) for other in found):
            continue  # pydantic counts only the good entries; the bad ones are named already
        where = variables.get(location[:2])
        place = f"environment variable {where}" if where else f"{file}: {_place(location, root)}"
        lines.append(f"{place}: {_message(detail, root)}")
    return "\n".join(lines)


def nearest(word: str, known: Sequence[str]) -> str:
    """A sentence that suggests what was probably meant, or lists what there is."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(sorted(known))}"


def fields_at(root: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """The keys that a table at this place of the file may have."""
    model = _model_at(root, location)
    return [] if model is None else list(model.model_fields)


def holds_text(root: type[BaseModel], location: Sequence[str | int]) -> bool:
    """Whether the key at this place takes a text or a path."""
    *table, key = location
    model = _model_at(root, table)
    field = model.model_fields.get(str(key)) if model is not None else None
    return field is not None and not {str, Path}.isdisjoint(_innermost(field.annotation))


def _message(detail: Any, root: type[BaseModel]) -> str:
    location: Location = detail["loc"]
    match detail["type"]:
        case "extra_forbidden":
            word = str(location[-1])
            known = fields_at(root, location[:-1])
            return f"{'this table' if len(location) == 1 else 'this key'} is not known; {nearest(word, known)}"
        case "missing":
            return "this key is missing"
        case "model_type" | "model_attributes_type":
            return f"expected a table, found {_short(detail['input'])}"
        case "tuple_type":
            return f"expected tables, each headed [[{location[-1]}]], found {_short(detail['input'])}"
        case "value_error":
            return str(detail["msg"]).removeprefix("Value error, ")
    return f"{_in_words(str(detail['msg']))}, found {_short(detail['input'])}"


def _in_words(message: str) -> str:
    return message.replace("Input should be", "expected").replace("String should", "the text should")


def _place(location: Location, root: type[BaseModel]) -> str:
    """`table [opcua[0].tags[2]], key node`, as the file's own headings say it."""
    *table, last = location
    if not isinstance(last, str) or _model_at(root, location) is not None:
        table, last = list(location), ""
    if not table and last:
        return f"table [{last}]"
    text = ""
    for part in table:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return f"table [{text}]" + (f", key {last}" if last else "")


def _is_inside(location: Location, outer: Location) -> bool:
    return len(location) > len(outer) and location[: len(outer)] == outer


def _model_at(root: type[BaseModel], location: Sequence[str | int]) -> type[BaseModel] | None:
    """The table's class at a place, or None where the file has no table."""
    here: Any = root
    for part in location:
        if isinstance(part, int):
            here = _entry(here)
        elif (model := _as_model(here)) is not None:
            field = model.model_fields.get(part)
            here = field.annotation if field is not None else None
        else:
            here = _entry(here)
    return _as_model(here)


def _innermost(annotation: Any) -> set[Any]:
    inner = get_args(annotation)
    return set().union(*(_innermost(option) for option in inner)) if inner else {annotation}


def _entry(annotation: Any) -> Any:
    """What a tuple or a mapping holds."""
    for inner in get_args(annotation):
        if get_args(inner) or _as_model(inner) is not None:
            return inner
    return None


def _as_model(annotation: Any) -> type[BaseModel] | None:
    """The class of a table, also of one that may be left out."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    options = [option for option in get_args(annotation) if isinstance(option, type)]
    if type(None) in options:
        return next((option for option in options if issubclass(option, BaseModel)), None)
    return None


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
