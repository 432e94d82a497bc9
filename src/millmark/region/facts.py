"""A facts file: the figures and named examples of a published reply, one row each, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from millmark.programmes import DateSpan, InvalidSpan
from millmark.region.errors import InvalidFacts

COLUMNS = (
    "id",
    "section",
    "subject_zh",
    "subject_en",
    "quantity",
    "unit",
    "period",
    "as_of",
    "area",
    "examples",
    "note",
)


@dataclass(frozen=True, slots=True)
class FactRow:
    """One row; `line` is where it stands in the file. `period` or `as_of` is set, or both."""

    line: int
    id: str
    quantity: Decimal | None
    unit: str
    period: DateSpan | None
    as_of: DateSpan | None
    area: str
    examples: tuple[str, ...]

    @property
    def span(self) -> DateSpan:
        """What time the row speaks of: its period, else its as-of."""
        span = self.period or self.as_of
        assert span is not None  # noqa: S101 - read_facts lets no row pass without
        return span


def read_facts(path: Path) -> list[FactRow]:
    """The rows of a facts file; raises `InvalidFacts`, naming file, line and column of the first mistake."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_rows(path, csv.reader(file, strict=True)))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidFacts(f"{path}: cannot be read: {error}") from error


def _rows(path: Path, reader: Iterator[list[str]]) -> Iterator[FactRow]:
    header = _next(path, reader, 1)
    if header is None or tuple(header) != COLUMNS:
        raise InvalidFacts(f"{path}, line 1: the columns must be {','.join(COLUMNS)}")
    seen: dict[str, int] = {}
    line = 1
    while (cells := _next(path, reader, line + 1)) is not None:
        line += 1
        if len(cells) != len(COLUMNS):
            raise InvalidFacts(f"{path}, line {line}: {len(cells)} cells where the header has {len(COLUMNS)}")
        row = _row(_Cells(path, line, dict(zip(COLUMNS, cells, strict=True))))
        if row.id in seen:
            raise InvalidFacts(f"{path}, line {line}, column id: {row.id} stands already on line {seen[row.id]}")
        seen[row.id] = line
        yield row


def _next(path: Path, reader: Iterator[list[str]], line: int) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        raise InvalidFacts(f"{path}, line {line}: is not CSV: {error}") from error


@dataclass(frozen=True, slots=True)
class _Cells:
    path: Path
    line: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        return self.cells[column].strip()

    def required(self, column: str) -> str:
        return self.text(column) or self.refuse(column, "must not be empty")

    def refuse(self, column: str, problem: str) -> str:
        raise InvalidFacts(f"{self.path}, line {self.line}, column {column}: {problem}")

    def span(self, column: str) -> DateSpan | None:
        try:
            return DateSpan.parse(self.text(column)) if self.text(column) else None
        except InvalidSpan as error:
            raise InvalidFacts(f"{self.path}, line {self.line}, column {column}: {error}") from error

    def quantity(self) -> Decimal | None:
        text = self.text("quantity")
        if not text:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or value < 0:
            self.refuse("quantity", f"{text!r} is no number of 0 or more")
        return value


def _row(cells: _Cells) -> FactRow:
    period, as_of = cells.span("period"), cells.span("as_of")
    if period is None and as_of is None:
        cells.refuse("period", "either period or as_of must say what time the row speaks of")
    names = tuple(name.strip() for name in cells.text("examples").split("|")) if cells.text("examples") else ()
    if "" in names or len(set(names)) != len(names):
        cells.refuse("examples", f"names are separated by | and stand once each: {cells.text('examples')!r}")
    return FactRow(
        line=cells.line,
        id=cells.required("id"),
        quantity=cells.quantity(),
        unit=cells.required("unit"),
        period=period,
        as_of=as_of,
        area=cells.required("area"),
        examples=names,
    )
