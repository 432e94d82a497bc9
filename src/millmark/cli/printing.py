"""How results are printed: JSON for programs, aligned columns for people."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Sequence

from pydantic import BaseModel


def print_json(value: BaseModel | Sequence[BaseModel] | Sequence[dict[str, object]] | dict[str, object]) -> None:
    plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else _plain(value)
    json.dump(plain, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell; the last one as it is."""
    lines = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)]
        print("  ".join(cells).rstrip())


def _width(text: str) -> int:
    """Columns of a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _plain(value: Sequence[BaseModel] | Sequence[dict[str, object]] | dict[str, object]) -> object:
    if isinstance(value, dict):
        return value
    return [one.model_dump(mode="json") if isinstance(one, BaseModel) else one for one in value]
