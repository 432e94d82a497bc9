"""A sheet somebody sent, read as typed rows, with everything that is wrong told cell by cell."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from millmark.programmes.documents import Media, RefusedFile
from millmark.programmes.documents.examining import examine
from millmark.reports.sheets.columns import BadCell, Column, Value, read_cell
from millmark.reports.sheets.errors import UnreadableSheet

MOST_ROWS = 50_000
MOST_COLUMNS = 200
_HEADER_WITHIN = 10
_EMPTY_ROWS_END = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a row: `row` as Excel numbers it, `column` by its heading, if one column is to blame."""

    row: int
    column: str | None
    message: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    number: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """`mapping` says which heading was taken for which column; `ignored` headings were taken for none."""

    mapping: Mapping[str, str]
    ignored: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    problems: tuple[Problem, ...]


def read_sheet(content: bytes, columns: Sequence[Column], mapping: Mapping[str, str] | None = None) -> ReadSheet:
    """The rows of the first sheet. Headings are matched by the columns' names in both languages and their ids, or by
    `mapping` (heading to column id). Raises `UnreadableSheet`."""
    try:
        media = examine(content)
    except RefusedFile as error:
        raise UnreadableSheet(f"the file cannot be read: {error}") from error
    if media is not Media.XLSX:
        raise UnreadableSheet(f"the file is {media.value}; save the sheet as .xlsx and send it again")
    rows = _raw_rows(content)
    number, headings = _headings(rows, columns, mapping or {})
    taken = _taken(headings, columns, mapping or {})
    found: list[SheetRow] = []
    problems: list[Problem] = []
    for at, cells in rows:
        if all(cell is None for cell in cells):
            continue
        if at - number > MOST_ROWS:
            raise UnreadableSheet(f"the sheet has more than {MOST_ROWS} rows; send it in parts")
        values, wrong = _values(at, cells, taken, headings)
        problems += wrong
        if not wrong:
            found.append(SheetRow(at, values))
    named = {headings[at]: column.id for at, column in taken.items()}
    ignored = tuple(heading for at, heading in enumerate(headings) if heading and at not in taken)
    return ReadSheet(named, ignored, tuple(found), tuple(problems))


def _raw_rows(content: bytes) -> Iterator[tuple[int, list[object]]]:
    """Row numbers with their cells; a formula is given as `_Formula`, for what it shows is not in its cell."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book: Any = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, OSError) as error:
        raise UnreadableSheet(f"the sheet cannot be read: {error}; save it anew and send it again") from error
    try:
        empty = 0
        for at, row in enumerate(book.worksheets[0].iter_rows(max_col=MOST_COLUMNS), 1):
            cells = [_raw(cell) for cell in row]
            empty = empty + 1 if all(cell is None for cell in cells) else 0
            if empty > _EMPTY_ROWS_END:
                return
            yield at, cells
    except (ValueError, KeyError, SyntaxError) as error:
        raise UnreadableSheet(f"the sheet cannot be read: {error}; save it anew and send it again") from error
    finally:
        book.close()


class _Formula:
    """A cell whose content is computed."""


def _raw(cell: Any) -> object:
    if cell.value is None or (isinstance(cell.value, str) and not cell.value.strip()):
        return None
    if cell.data_type == "f":
        return _Formula()
    if cell.data_type == "e":
        return _Formula()
    value: object = cell.value
    return value


def _headings(
    rows: Iterator[tuple[int, list[object]]], columns: Sequence[Column], mapping: Mapping[str, str]
) -> tuple[int, list[str]]:
    """The first of the upper rows that names at least half of the needed columns; titles may stand above it."""
    needed = [column for column in columns if column.needed]
    seen: list[str] = []
    for at, cells in rows:
        headings = ["" if cell is None else str(cell).strip() for cell in cells]
        seen = seen or [heading for heading in headings if heading]
        taken = {column.id for column in _taken(headings, columns, mapping).values()}
        if taken and 2 * sum(column.id in taken for column in needed) >= len(needed):
            missing = [column for column in needed if column.id not in taken]
            if missing:
                names = ", ".join(f"{column.name_zh} ({column.name_en})" for column in missing)
                raise UnreadableSheet(f"row {at} has no column for {names}; add it, or say which heading stands for it")
            return at, headings
        if at >= _HEADER_WITHIN:
            break
    names = ", ".join(column.name_zh for column in needed)
    raise UnreadableSheet(
        f"no row of headings was found; the first rows have {', '.join(seen[:10]) or 'nothing'}, needed are {names}"
    )


def _taken(headings: Sequence[str], columns: Sequence[Column], mapping: Mapping[str, str]) -> dict[int, Column]:
    by_id = {column.id: column for column in columns}
    known = {_plain(name): column for column in columns for name in (column.id, column.name_zh, column.name_en)}
    taken: dict[int, Column] = {}
    for at, heading in enumerate(headings):
        column = by_id.get(mapping[heading]) if heading in mapping else known.get(_plain(heading))
        if heading and column is not None and column not in taken.values():
            taken[at] = column
    return taken


def _values(
    number: int, cells: Sequence[object], taken: Mapping[int, Column], headings: Sequence[str]
) -> tuple[dict[str, Value], list[Problem]]:
    values: dict[str, Value] = {}
    problems = []
    for at, column in taken.items():
        raw = cells[at] if at < len(cells) else None
        try:
            values[column.id] = _value(column, raw)
        except BadCell as error:
            problems.append(Problem(number, headings[at], str(error)))
    return values, problems


def _value(column: Column, raw: object) -> Value:
    if isinstance(raw, _Formula):
        raise BadCell("the cell is a formula or an error; paste its value instead")
    return read_cell(column, raw)


def _plain(heading: str) -> str:
    """Headings are the same whatever their width, case and spaces."""
    return "".join(unicodedata.normalize("NFKC", heading).split()).casefold()
