"""Sheets of the ledger on their way out: templates with their choices, and lists as .xlsx or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from millmark.region.catalogue import CityPack, KindText
from millmark.region.entry import LedgerEntry
from millmark.region.field import FieldText, FieldValue
from millmark.reports.ledger_sheets.columns import SheetColumn, columns_of
from millmark.reports.sheets.columns import Column, ColumnType, Value
from millmark.reports.sheets.formulas import harmless
from millmark.reports.sheets.writing import written

Language = Literal["zh", "en"]

_ROWS_OF_CHOICES: Final = 5_000
_MOST_LIST: Final = 250
_WIDTH: Final = 18


def template(kind: KindText, pack: CityPack, language: Language) -> bytes:
    """A sheet with the kind's headings, choices to pick from, and a page that says what each column takes."""
    from openpyxl import Workbook
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet: Any = book.active
    name = kind.name_zh if language == "zh" else kind.name_en
    sheet.title = "".join(char for char in name if char not in r"[]:*?/\\")[:31]
    sheet.freeze_panes = "A2"
    columns = columns_of(kind, pack)
    for at, column in enumerate(columns, 1):
        letter = get_column_letter(at)
        cell = sheet.cell(1, at, column.heading(language))
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="D9E2EC" if column.required else "F1F4F7")
        sheet.column_dimensions[letter].width = _WIDTH
        words = _words(column, pack, language)
        text = ",".join(words)
        if words and not column.many and len(text) <= _MOST_LIST:
            choices = DataValidation(type="list", formula1=f'"{text}"', allow_blank=not column.required)
            sheet.add_data_validation(choices)
            choices.add(f"{letter}2:{letter}{_ROWS_OF_CHOICES}")
        if column.type == "text":
            for row in range(2, 202):
                sheet.cell(row, at).number_format = "@"
    notes: Any = book.create_sheet("填写说明" if language == "zh" else "Notes")
    notes.append(["列", "必填", "填什么"] if language == "zh" else ["Column", "Needed", "What it takes"])
    for column in columns:
        needed = ("是" if language == "zh" else "yes") if column.required else ""
        notes.append([column.heading(language), needed, _takes(column, pack, language)])
    for letter, width in (("A", 26), ("B", 8), ("C", 90)):
        notes.column_dimensions[letter].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_of(
    kind: KindText,
    pack: CityPack,
    entries: Iterable[LedgerEntry],
    *,
    language: Language,
    zone: ZoneInfo,
    scratch: Path,
) -> Iterator[bytes]:
    """Entries as .xlsx, with the headings that an import takes again."""
    columns = columns_of(kind, pack)
    shown = [Column(one.id, one.heading("zh"), one.heading("en"), ColumnType.TEXT, needed=False) for one in columns]
    name = kind.name_zh if language == "zh" else kind.name_en
    rows = (_row(columns, one, pack, language) for one in entries)
    return written(shown, rows, title=name, language=language, zone=zone, scratch=scratch)


def csv_of(kind: KindText, pack: CityPack, entries: Iterable[LedgerEntry], language: Language) -> Iterator[bytes]:
    """Entries as CSV in UTF-8; what a sheet's program would run is marked as text by an apostrophe."""
    columns = columns_of(kind, pack)
    yield b"\xef\xbb\xbf"
    yield csv_lines([[one.heading(language) for one in columns]])
    for entry in entries:
        row = _row(columns, entry, pack, language)
        yield csv_lines([[row[one.id] for one in columns]])


def csv_lines(rows: Iterable[Sequence[object]]) -> bytes:
    """Lines of CSV whose texts no sheet runs (CSV injection)."""
    out = io.StringIO()
    csv.writer(out).writerows([[harmless(cell) for cell in row] for row in rows])
    return out.getvalue().encode()


def _row(columns: Sequence[SheetColumn], entry: LedgerEntry, pack: CityPack, language: Language) -> dict[str, Value]:
    values: Mapping[str, Value] = {
        "subject": entry.subject,
        "area": _area(entry, pack, language),
        "quantity": None if entry.quantity is None else format(entry.quantity, "f"),
        "date": str(entry.span),
        "longitude": None if entry.longitude is None else repr(entry.longitude),
        "latitude": None if entry.latitude is None else repr(entry.latitude),
        "owner": entry.owner,
        "holds_until": None if entry.holds_until is None else entry.holds_until.isoformat(),
        "source": entry.source,
        "key": None,
    }
    return {
        one.id: values[one.id] if one.field is None else shown(one.field, entry.fields.get(one.id), language)
        for one in columns
    }


def shown(field: FieldText, value: FieldValue | None, language: str) -> str | None:
    """A field's value as people write it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[language][value]
    if isinstance(value, list):
        return ("、" if language == "zh" else ", ").join(field.name_of(one, language) for one in value)
    return field.name_of(value, language) if field.type == "choice" else value


def _area(entry: LedgerEntry, pack: CityPack, language: Language) -> str:
    if language == "en":
        for one in (pack.areas.city, *pack.areas.others):
            if one.name_zh == entry.area:
                return one.name_en
    return entry.area


def _words(column: SheetColumn, pack: CityPack, language: Language) -> list[str]:
    if column.type == "area":
        return [one.name_zh if language == "zh" else one.name_en for one in (pack.areas.city, *pack.areas.counties)]
    if column.type == "yes-no":
        return ["是", "否"] if language == "zh" else ["yes", "no"]
    return [one.zh if language == "zh" else one.en for one in column.choices]


def _takes(column: SheetColumn, pack: CityPack, language: Language) -> str:
    words = _words(column, pack, language)
    told = column.hint_zh if language == "zh" else column.hint_en
    if words:
        told = "; ".join(filter(None, (told, ("、" if language == "zh" else ", ").join(words))))
        if column.many:
            told += "(可多选,用顿号分隔)" if language == "zh" else " (several, separated by commas)"
    elif column.type == "coordinate" and (box := pack.city.bounds):
        low, high = (box.west, box.east) if column.id == "longitude" else (box.south, box.north)
        told = f"WGS 84, {low}–{high}°"
    return told
