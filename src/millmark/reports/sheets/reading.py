"""A sheet somebody sent, read as typed rows, with everything that is wrong told cell by cell."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from millmark.programmes.documents import Media, RefusedFile
from millmark.programmes.documents.examining import examine
from millmark.reports.sheets.columns import BadCell, Column, Value, plain, read_cell
from millmark.reports.sheets.errors import UnreadableSheet

MOST_ROWS = 50_000
MOST_COLUMNS = 200
_HEADER_WITHIN = 10
_EMPTY_ROWS_END = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a row: `row` as Excel numbers it, `column` by its heading, if one column is to blame; `zh` is
    the message in Chinese, where it can be told so."""

    row: int
    column: str | None
    message: str
    zh: str = ""

    def told(self, *, chinese: bool) -> str:
        return self.zh if chinese and self.zh else self.message


@dataclass(frozen=True, slots=True)
class SheetRow:
    number: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """`mapping` says which heading was taken for which column; `ignored` headings were taken for none; `skipped` rows
    were left as they went out."""

    mapping: Mapping[str, str]
    ignored: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    problems: tuple[Problem, ...]
    skipped: int = 0

    def heading(self, column_id: str | None) -> str | None:
        """What the sheet calls a column."""
        return next((heading for heading, taken in self.mapping.items() if taken == column_id), None)


def read_sheet(
    content: bytes,
    columns: Sequence[Column],
    mapping: Mapping[str, str] | None = None,
    *,
    fills: Collection[str] = (),
) -> ReadSheet:
    """The rows of the first sheet. Headings are matched by the columns' names in both languages and their ids, or by
    `mapping` (heading to column id). A row in which none of the columns `fills` holds anything is skipped. Raises
    `UnreadableSheet`."""
    try:
        media = examine(content)
    except RefusedFile as error:
        raise UnreadableSheet(f"the file cannot be read: {error}", error.zh or "文件无法读取,请更换文件") from error
    if media is not Media.XLSX:
        raise UnreadableSheet(
            f"the file is {media.value}; save the sheet as .xlsx and send it again",
            "文件不是 .xlsx,请另存为 .xlsx 后上传",
        )
    rows = _raw_rows(content)
    number, headings = _headings(rows, columns, mapping or {})
    taken = _taken(headings, columns, mapping or {})
    found: list[SheetRow] = []
    problems: list[Problem] = []
    by_hand = [at for at, column in taken.items() if column.id in fills]
    skipped = 0
    for at, cells in rows:
        if all(cell is None for cell in cells):
            continue
        if at - number > MOST_ROWS:
            raise UnreadableSheet(
                f"the sheet has more than {MOST_ROWS} rows; send it in parts", f"超过 {MOST_ROWS} 行,请分批上传"
            )
        if fills and all(place >= len(cells) or cells[place] is None for place in by_hand):
            skipped += 1
            continue
        values, wrong = _values(at, cells, taken, headings)
        problems += wrong
        if not wrong:
            found.append(SheetRow(at, values))
    named = {headings[at]: column.id for at, column in taken.items()}
    ignored = tuple(heading for at, heading in enumerate(headings) if heading and at not in taken)
    return ReadSheet(named, ignored, tuple(found), tuple(problems), skipped)


def _raw_rows(content: bytes) -> Iterator[tuple[int, list[object]]]:
    """Row numbers with their cells; a formula is given as `_Formula`, for what it shows is not in its cell."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book: Any = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, OSError) as error:
        raise UnreadableSheet(
            f"the sheet cannot be read: {error}; save it anew and send it again", "表格无法读取,请重新保存后上传"
        ) from error
    try:
        empty = 0
        for at, row in enumerate(book.worksheets[0].iter_rows(max_col=MOST_COLUMNS), 1):
            cells = [_raw(cell) for cell in row]
            empty = empty + 1 if all(cell is None for cell in cells) else 0
            if empty > _EMPTY_ROWS_END:
                return
            yield at, cells
    except (ValueError, KeyError, SyntaxError) as error:
        raise UnreadableSheet(
            f"the sheet cannot be read: {error}; save it anew and send it again", "表格无法读取,请重新保存后上传"
        ) from error
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
                raise UnreadableSheet(
                    f"row {at} has no column for {names}; add it, or say which heading stands for it",
                    f"第 {at} 行表头缺少:{'、'.join(column.name_zh for column in missing)};请补上该列",
                )
            return at, headings
        if at >= _HEADER_WITHIN:
            break
    names = ", ".join(column.name_zh for column in needed)
    raise UnreadableSheet(
        f"no row of headings was found; the first rows have {', '.join(seen[:10]) or 'nothing'}, needed are {names}",
        f"未找到表头;需要的列为 {names}",
    )


def _taken(headings: Sequence[str], columns: Sequence[Column], mapping: Mapping[str, str]) -> dict[int, Column]:
    by_id = {column.id: column for column in columns}
    known = {plain(name): column for column in columns for name in (column.id, column.name_zh, column.name_en)}
    taken: dict[int, Column] = {}
    for at, heading in enumerate(headings):
        column = by_id.get(mapping[heading]) if heading in mapping else known.get(plain(heading))
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
            problems.append(Problem(number, headings[at], str(error), error.zh))
    return values, problems


def _value(column: Column, raw: object) -> Value:
    if isinstance(raw, _Formula):
        raise BadCell(
            "the cell is a formula or an error; paste its value instead", "此格是公式或错误值,请改为粘贴其数值"
        )
    return read_cell(column, raw)
