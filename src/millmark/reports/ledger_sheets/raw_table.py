"""The cells of a sheet, .xlsx or CSV, as they stand: fast enough for a hundred thousand rows, and nothing is run.

Source: ISO/IEC 29500-1, 18.3 (SpreadsheetML); RFC 4180 (CSV).
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from millmark.programmes.documents import Media, RefusedFile
from millmark.programmes.documents.examining import examine
from millmark.reports.ledger_sheets.cells import FORMULA, MOST_CELL, MOST_COLUMNS, CellReader, Row
from millmark.reports.ledger_sheets.sheet_rows import is_plain, plain_rows, tree_rows
from millmark.reports.sheets.errors import UnreadableSheet

MOST_ROWS: Final = 200_000

_HEADINGS_WITHIN = 10
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATED = re.compile(r"\{[^}]*relationships\}id$")
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_DATE_CODE = re.compile(r"[ymdhs年月日]", re.IGNORECASE)
_NO_CODE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')


@dataclass(frozen=True, slots=True)
class RawTable:
    """Headings and the rows below them."""

    headings: list[str]
    rows: Iterator[Row]


def open_table(content: bytes, *, is_examined: bool = False) -> RawTable:
    """The first sheet; the first of its rows with two texts or more has the headings. What was opened before need not
    be examined again. Raises `UnreadableSheet`, also while rows are read."""
    rows = _rows(content, is_examined)
    for number, cells in rows:
        headings = ["" if cell is None or cell is FORMULA else str(cell).strip() for cell in cells]
        texts = [text for text, cell in zip(headings, cells, strict=True) if text and isinstance(cell, str)]
        if len(texts) >= 2 or (len(texts) == 1 and len(headings) == 1):
            doubled = [text for text in texts if headings.count(text) > 1]
            if doubled:
                raise UnreadableSheet(
                    f"row {number}: the heading {doubled[0]!r} stands twice; give each column its own",
                    f"第{number}行的表头“{doubled[0]}”出现了两次,请为各列起不同的名称",
                )
            return RawTable(headings, rows)
        if number >= _HEADINGS_WITHIN:
            break
    raise UnreadableSheet(
        "no row of headings was found in the first ten rows; put the columns' names above the rows",
        "前十行内未找到表头,请在数据上方写上各列名称",
    )


def _rows(content: bytes, is_examined: bool) -> Iterator[Row]:
    if not content:
        raise UnreadableSheet(
            "the file is empty; look at it on your own machine and send it again", "文件是空的,请在本机检查后再上传"
        )
    if content.startswith(b"PK\x03\x04"):
        return _limited(_xlsx_rows(content, is_examined))
    if b"\x00" in content[:4096] or content.startswith(
        (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"MZ", b"\x7fELF")
    ):
        en, zh = _what(content)
        raise UnreadableSheet(f"the file is {en}; send the list as .xlsx or CSV", f"文件{zh},请改用 .xlsx 或 CSV 上传")
    return _limited(_csv_rows(content))


def _what(content: bytes) -> tuple[str, str]:
    for start, *names in (
        (b"\x89PNG", "a picture (PNG)", "是图片(PNG)"),
        (b"\xff\xd8\xff", "a picture (JPEG)", "是图片(JPEG)"),
        (b"GIF8", "a picture (GIF)", "是图片(GIF)"),
        (b"%PDF", "a PDF", "是 PDF"),
        (b"\xd0\xcf\x11\xe0", "of the old .xls kind or encrypted", "是旧版 .xls 或已加密"),
    ):
        if content.startswith(start):
            return names[0], names[1]
    return "no sheet", "不是表格"


def _limited(rows: Iterator[Row]) -> Iterator[Row]:
    found = 0
    for number, cells in rows:
        if all(cell is None for cell in cells):
            continue
        found += 1
        if found > MOST_ROWS + 1:
            raise UnreadableSheet(
                f"the sheet has more than {MOST_ROWS} rows; send it in parts", f"表格超过{MOST_ROWS}行,请分次上传"
            )
        yield number, cells


def _csv_rows(content: bytes) -> Iterator[Row]:
    text = _decoded(content)
    first = text[: text.find("\n") if "\n" in text else len(text)]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip()[:MOST_CELL] or None for cell in cells[:MOST_COLUMNS]]
    except csv.Error as error:
        raise UnreadableSheet(
            f"line {reader.line_num}: is not CSV: {error}", f"第{reader.line_num}行不是 CSV 格式({error})"
        ) from error


def _decoded(content: bytes) -> str:
    """UTF-8, or GB 18030 as sheets of China are written."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableSheet(
        "the text is neither UTF-8 nor GB 18030; save it as .xlsx or as CSV in UTF-8",
        "文本既不是 UTF-8 也不是 GB 18030 编码,请另存为 .xlsx 或 UTF-8 的 CSV",
    )


def _xlsx_rows(content: bytes, is_examined: bool) -> Iterator[Row]:
    from lxml import etree

    if not is_examined:
        _examine(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from _Workbook(archive).rows()
    except (etree.LxmlError, zipfile.BadZipFile, KeyError, ValueError, OverflowError) as error:
        raise UnreadableSheet(
            f"the sheet cannot be read ({error}); save it anew and send it again", "表格无法读取,请重新保存后再上传"
        ) from error


def _examine(content: bytes) -> None:
    try:
        media = examine(content)
    except RefusedFile as error:
        raise UnreadableSheet(f"the file cannot be read: {error}", error.zh or "文件无法读取,请更换文件") from error
    if media is not Media.XLSX:
        raise UnreadableSheet(
            f"the file is {media.value}; save the sheet as .xlsx and send it again",
            "文件不是表格,请另存为 .xlsx 后再上传",
        )


class _Workbook:
    """The parts of a workbook that its first sheet needs."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._book = self._parsed("xl/workbook.xml")
        self._space = _STRICT if self._book.tag.startswith(_STRICT) else _MAIN

    def rows(self) -> Iterator[Row]:
        reader = CellReader(self._space, self._strings(), self._date_styles(), self._epoch())
        name = self._first_sheet()
        with self._archive.open(name) as part:
            plain = is_plain(part)
        with self._archive.open(name) as part:
            yield from plain_rows(part, reader) if plain else tree_rows(part, reader)

    def _parsed(self, name: str) -> Any:
        from lxml import etree

        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        return etree.fromstring(self._archive.read(name), parser)

    def _first_sheet(self) -> str:
        sheet = self._book.find(f"{self._space}sheets/{self._space}sheet")
        if sheet is None:
            raise ValueError("it has no sheet")
        wanted = next(value for name, value in sheet.attrib.items() if _RELATED.search(name))
        for related in self._parsed("xl/_rels/workbook.xml.rels"):
            if related.get("Id") == wanted:
                target = str(related.get("Target"))
                return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        raise ValueError("its first sheet is missing")

    def _strings(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self._archive.namelist():
            return []
        texts, phonetic = f"{self._space}t", f"{self._space}rPh"
        return [
            "".join(text.text or "" for text in item.iter(texts) if text.getparent().tag != phonetic)
            for item in self._parsed("xl/sharedStrings.xml")
        ]

    def _date_styles(self) -> frozenset[int]:
        """The numbers of the cell styles that show a day."""
        if "xl/styles.xml" not in self._archive.namelist():
            return frozenset()
        styles = self._parsed("xl/styles.xml")
        codes = {
            int(one.get("numFmtId")): str(one.get("formatCode"))
            for one in styles.iterfind(f"{self._space}numFmts/{self._space}numFmt")
        }

        def is_date(number: int) -> bool:
            code = codes.get(number)
            return number in _DATE_FORMATS if code is None else bool(_DATE_CODE.search(_NO_CODE.sub("", code)))

        formats = styles.iterfind(f"{self._space}cellXfs/{self._space}xf")
        return frozenset(at for at, one in enumerate(formats) if is_date(int(one.get("numFmtId") or 0)))

    def _epoch(self) -> Any:
        from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

        found = self._book.find(f"{self._space}workbookPr")
        is_1904 = found is not None and found.get("date1904") in {"1", "true"}
        return CALENDAR_MAC_1904 if is_1904 else CALENDAR_WINDOWS_1900
