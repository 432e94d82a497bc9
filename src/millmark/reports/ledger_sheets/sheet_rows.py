"""The rows of a worksheet's part, read as they come.

Sheets as Excel, WPS and their like write them are read by a pattern, ten times as fast as by a tree; a row that is
written in any other way, and a part with comments or declarations in it, goes through the tree. What the pattern takes
is a subset of XML, and a row counts as taken only when every character of it was.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import IO, Any, Final

from millmark.reports.ledger_sheets.cells import FORMULA, MOST_COLUMNS, CellReader, Row

_CHUNK: Final = 1 << 20
_LONGEST_ROW: Final = 8 << 20
_ROWS: Final = re.compile(r"<row\b([^>]*?)(?:/>|>(.*?)</row>)", re.DOTALL)
_NUMBER: Final = re.compile(r'(?:^|\s)r="(\d+)"')
_CELL: Final = re.compile(
    r'(<c r="([A-Z]{1,3})\d+"(?: s="(\d+)")?(?: t="(\w+)")?'
    r'(?:/>|>(?:<v>([^<]*)</v>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>))'
)


def is_plain(part: IO[bytes]) -> bool:
    """Whether a part is UTF-8 without prefixes, comments, CDATA or instructions, so that the pattern may be tried."""
    start = part.read(_CHUNK)
    head = start[:200].lower()
    if b"encoding" in head and b"utf-8" not in head:
        return False
    if b"<sheetData" not in start or start.count(b"<?") > 1:
        return False
    chunk, before = start, b""
    while chunk:
        seen = before + chunk
        if b"<!" in seen or (chunk is not start and b"<?" in seen):
            return False
        before, chunk = chunk[-1:], part.read(_CHUNK)
    return True


def plain_rows(part: IO[bytes], reader: CellReader) -> Iterator[Row]:
    """Rows by the pattern, singly by a tree where they are written otherwise."""
    rest, number, is_inside = b"", 0, False
    while chunk := part.read(_CHUNK):
        rest += chunk
        if not is_inside:
            at = rest.find(b"<sheetData")
            if at < 0:
                rest = rest[-len(b"<sheetData") :]
                continue
            rest, is_inside = rest[at + len(b"<sheetData") :], True
        end = rest.rfind(b"</row>")
        if end < 0:
            if len(rest) > _LONGEST_ROW:
                raise ValueError("a row is longer than 8 MB")
            continue
        end += len(b"</row>")
        text, rest = rest[:end].decode(), rest[end:]
        for found in _ROWS.finditer(text):
            attributes, body = found.groups()
            told = _NUMBER.search(attributes)
            number = int(told[1]) if told else number + 1
            yield number, _cells(body or "", reader)
        if b"</sheetData" in rest:
            return


def tree_rows(part: IO[bytes], reader: CellReader) -> Iterator[Row]:
    """Rows by a tree that is let go row by row."""
    from lxml import etree

    number = 0
    tag = f"{reader.space}row"
    for _, row in etree.iterparse(
        part, events=("end",), tag=tag, resolve_entities=False, no_network=True, load_dtd=False
    ):
        number = int(row.get("r") or number + 1)
        yield number, _tree_cells(row, reader)
        row.clear()
        while row.getprevious() is not None:
            del row.getparent()[0]


def _cells(body: str, reader: CellReader) -> list[Any]:
    found = _CELL.findall(body)
    if sum([len(one[0]) for one in found]) != len(body):
        return _by_tree(body, reader)
    cells: list[Any] = []
    for _, letters, style, kind, written, inline in found:
        at = reader.column(letters)
        if at >= MOST_COLUMNS:
            break
        while len(cells) <= at:
            cells.append(None)
        text = written or inline
        if text:
            cells[at] = reader.value(kind, style, html.unescape(text) if "&" in text else text)
    return cells


def _by_tree(body: str, reader: CellReader) -> list[Any]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    space = reader.space.strip("{}")
    return _tree_cells(etree.fromstring(f'<row xmlns="{space}">{body}</row>'.encode(), parser), reader)


def _tree_cells(row: Any, reader: CellReader) -> list[Any]:
    cells: list[Any] = []
    for cell in row:
        reference = str(cell.get("r") or "").rstrip("0123456789")
        at = reader.column(reference) if reference else len(cells)
        if at >= MOST_COLUMNS:
            break
        while len(cells) <= at:
            cells.append(None)
        cells[at] = _tree_value(cell, reader)
    return cells


def _tree_value(cell: Any, reader: CellReader) -> Any:
    space = reader.space
    written: str | None = None
    for child in cell:
        if child.tag == f"{space}f":
            return FORMULA
        if child.tag == f"{space}v":
            written = child.text
        elif child.tag == f"{space}is":
            written = "".join(text.text or "" for text in child.iter(f"{space}t"))
    return None if not written else reader.value(cell.get("t"), cell.get("s"), written)
