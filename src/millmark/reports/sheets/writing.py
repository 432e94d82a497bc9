"""A list as an .xlsx file, written row by row."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from millmark.reports.sheets.columns import Column, ColumnType, Value
from millmark.reports.sheets.formulas import STARTS_A_FORMULA

_FORMATS = {
    ColumnType.MONEY: "#,##0.00",
    ColumnType.DATE: "yyyy-mm-dd",
    ColumnType.MOMENT: "yyyy-mm-dd hh:mm:ss",
    ColumnType.INTEGER: "0",
    ColumnType.TEXT: "@",
}
_LONGEST_CELL = 32_000
_LONGEST_TITLE = 31
_CHUNK = 1 << 20
_EXACT_FEN = 10**14
_HEADER = "D9E2EC"
_BY_HAND = "FFF2CC"
_LONGEST_CHOICES = 250
_LAST_ROW = 50_001


def written(
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, Value]],
    *,
    title: str,
    language: str,
    zone: ZoneInfo,
    scratch: Path,
    by_hand: Collection[str] = (),
) -> Iterator[bytes]:
    """The file's bytes; rows are never in memory together. Columns `by_hand` are those to be filled in: their headings
    stand out, and Excel offers their choices."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook(write_only=True)
    sheet = book.create_sheet("".join(char for char in title if char not in r"[]:*?/\\")[:_LONGEST_TITLE])
    sheet.freeze_panes = "A2"
    for at, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(at)].width = column.width
    header = []
    for at, column in enumerate(columns, 1):
        cell: Any = WriteOnlyCell(sheet, column.name(language))
        colour = _BY_HAND if column.id in by_hand else _HEADER
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=colour)
        header.append(cell)
        words = ",".join(one.name(language) for one in column.choices)
        if words and len(words) <= _LONGEST_CHOICES:
            choices = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True)
            choices.add(f"{get_column_letter(at)}2:{get_column_letter(at)}{_LAST_ROW}")
            sheet.data_validations.append(choices)
    sheet.append(header)
    for row in rows:
        sheet.append([_cell(sheet, column, row.get(column.id), language, zone) for column in columns])
    with tempfile.TemporaryFile(prefix="export-", dir=scratch) as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _cell(sheet: Any, column: Column, value: Value, language: str, zone: ZoneInfo) -> Any:
    from openpyxl.cell import WriteOnlyCell

    shown = _shown(column, value, language, zone)
    cell: Any = WriteOnlyCell(sheet, None)
    if isinstance(shown, str):
        # A text is a text, whatever it begins with: it is neither run here nor when somebody edits the cell.
        cell.value = "".join(char for char in shown[:_LONGEST_CELL] if char.isprintable() or char == "\n")
        cell.data_type = "s"
        cell.quotePrefix = shown.startswith(STARTS_A_FORMULA)
    else:
        cell.value = shown
    if column.type in _FORMATS:
        cell.number_format = _FORMATS[column.type]
    return cell


def _shown(column: Column, value: Value, language: str, zone: ZoneInfo) -> object:
    if value is None:
        return None
    if column.type is ColumnType.MONEY and isinstance(value, int):
        yuan = Decimal(value) / 100
        return yuan if abs(value) < _EXACT_FEN else f"{yuan:.2f}"
    if column.type is ColumnType.YES_NO:
        return {"zh": ("否", "是"), "en": ("no", "yes")}[language][bool(value)]
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None) if value.tzinfo is not None else value
    return value
