"""A table of statistics as a file: one line for each cell and month, as CSV or .xlsx."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from millmark.reports.sheets.columns import Column, ColumnType, Value
from millmark.reports.sheets.formulas import harmless
from millmark.reports.sheets.writing import written

_DIMENSIONS = {
    "area": ("地区", "Area"),
    "section": ("行业门类", "Section"),
    "industry": ("行业", "Industry"),
    "size": ("规模", "Size"),
}
_KEPT_BACK = {"zh": "(未公布)", "en": "(kept back)"}


def lines(
    axes: Sequence[tuple[str, Sequence[tuple[str, str]]]],
    months: Sequence[str],
    monthly: Sequence[Sequence[int | None]],
    cumulative: Sequence[Sequence[int | None]] | None,
    growth: Sequence[Sequence[float | None]] | None,
    *,
    absent: Sequence[Sequence[int]] = (),
    absent_cumulative: Sequence[Sequence[int]] = (),
    shown_per: int,
    language: str,
) -> Iterator[dict[str, Value]]:
    """Lines of a table; `axes` are classifications with the names (zh, en) of their codes. What is `absent` by month
    stays empty, what else is None was kept back."""
    at = 0 if language == "zh" else 1
    for place, month in enumerate(months):
        nothing, none_yet = _at(absent, place), _at(absent_cumulative, place)
        for cell, names in enumerate(_crossed([[name[at] for name in nodes] for _, nodes in axes])):
            line: dict[str, Value] = {axis: name for (axis, _), name in zip(axes, names, strict=True)}
            line["month"] = month
            line["value"] = None if cell in nothing else _number(monthly[place][cell], shown_per, language)
            if cumulative is not None:
                since = cumulative[place][cell]
                line["cumulative"] = None if cell in none_yet else _number(since, shown_per, language)
            if growth is not None:
                change = growth[place][cell]
                line["growth"] = None if change is None else Decimal(str(change))
            yield line


def _at(cells: Sequence[Sequence[int]], place: int) -> frozenset[int]:
    return frozenset(cells[place]) if place < len(cells) else frozenset()


def columns_of(axes: Sequence[str], unit: tuple[str, str], *, cumulative: bool, growth: bool) -> list[Column]:
    found = [Column(axis, *_DIMENSIONS[axis], width=24) for axis in axes]
    found += [
        Column("month", "月份", "Month"),
        Column("value", f"当月({unit[0]})", f"Month ({unit[1]})", ColumnType.NUMBER, width=20),
    ]
    if cumulative:
        found.append(
            Column("cumulative", f"本年累计({unit[0]})", f"Since January ({unit[1]})", ColumnType.NUMBER, width=22)
        )
    if growth:
        found.append(Column("growth", "同比(%)", "Year on year (%)", ColumnType.NUMBER))
    return found


def as_xlsx(
    columns: Sequence[Column],
    rows: Iterator[dict[str, Value]],
    *,
    title: str,
    language: str,
    zone: ZoneInfo,
    scratch: Path,
) -> Iterator[bytes]:
    return written(columns, rows, title=title, language=language, zone=zone, scratch=scratch)


def as_csv(columns: Sequence[Column], rows: Iterator[Mapping[str, Value]], *, language: str) -> Iterator[bytes]:
    """CSV in UTF-8 with its mark, so that Excel reads Chinese; what looks like a formula gets a quote before it."""
    yield b"\xef\xbb\xbf"
    yield _line([column.name(language) for column in columns])
    for row in rows:
        yield _line(["" if (value := row.get(column.id)) is None else str(value) for column in columns])


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([harmless(cell) for cell in cells])
    return text.getvalue().encode()


def _number(value: int | None, shown_per: int, language: str) -> Value:
    return _KEPT_BACK[language] if value is None else Decimal(value) / shown_per


def _crossed(names: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for axis in names:
        found = [(*before, name) for before in found for name in axis]
    return found
