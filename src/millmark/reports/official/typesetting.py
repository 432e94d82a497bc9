"""From a filled .docx to a PDF: the same words in the same order, set on the page of an official document.

An office edits one template, in Word; this reads what it became, paragraph by paragraph, and sets it with Typst and the
machine's Chinese fonts.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from millmark.reports.official.errors import FontsMissing, InvalidTemplate

if TYPE_CHECKING:
    from docx.text.run import Run

PAGE = Path(__file__).with_name("page.typ")
CHINESE = ("FangSong_GB2312", "FangSong", "Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "Noto Sans CJK SC")
"""Families that can set a document, the most fitting first."""

_LATIN = "Libertinus Serif"
"""Comes with Typst; Chinese fonts set the quotation marks of English too wide."""

_BODY_PT = 16.0
_LEADING = 0.75
_ALIGN = {
    WD_ALIGN_PARAGRAPH.CENTER: "center",
    WD_ALIGN_PARAGRAPH.RIGHT: "end",
    WD_ALIGN_PARAGRAPH.JUSTIFY: "justify",
}


def typeset(
    content: bytes,
    *,
    title: str,
    language: str,
    sources: str,
    made_at: datetime,
    form: Literal["pdf", "png"] = "pdf",
) -> list[bytes]:
    """The PDF, or one picture a page; `sources` is the digest among its properties. Raises `FontsMissing`."""
    import docx
    import typst

    fonts = chinese_fonts()
    document: Any = docx.Document(io.BytesIO(content))
    given = {
        "title": title,
        "author": "Millmark",
        "sources": f"sources sha256:{sources}",
        "fonts": fonts if language == "zh" else [_LATIN, *fonts],
        "lang": language,
        "region": "cn" if language == "zh" else "gb",
        "parts": list(_parts(document)),
    }
    inputs = {"document": json.dumps(given, ensure_ascii=False)}
    settings: dict[str, Any] = {"format": "png", "ppi": 110.0}
    if form == "pdf":
        # A document is dated to the second; the setter refuses anything finer.
        settings = {"format": "pdf", "timestamp": made_at.replace(microsecond=0), "pdf_standards": ["a-2u"]}
    try:
        made: Any = typst.compile(PAGE.read_bytes(), sys_inputs=inputs, **settings)
    except typst.TypstError as error:
        raise InvalidTemplate(f"the document cannot be set as a PDF: {error.message}") from error
    return list(made) if isinstance(made, list) else [bytes(made)]


@lru_cache(maxsize=1)
def chinese_fonts() -> list[str]:
    """The families of this machine that can set Chinese, the most fitting first; raises `FontsMissing`."""
    import typst

    installed = set(typst.Fonts(include_system_fonts=True).families())
    found = [family for family in CHINESE if family in installed]
    if not found:
        raise FontsMissing(
            "no Chinese font is installed on this machine, so no PDF can be made; install Noto CJK "
            "(Debian: apt install fonts-noto-cjk) and start the platform again; the .docx needs none"
        )
    return found


def _parts(document: Any) -> Iterator[dict[str, Any]]:
    for element in document.element.body.iterchildren():
        if element.tag == qn("w:p"):
            paragraph = Paragraph(element, document)
            if paragraph.runs and any(br.get(qn("w:type")) == "page" for br in element.iter(qn("w:br"))):
                yield {"kind": "break"}
            yield _paragraph(paragraph)
        elif element.tag == qn("w:tbl"):
            yield _table(Table(element, document))


def _paragraph(paragraph: Paragraph) -> dict[str, Any]:
    form = paragraph.paragraph_format
    size = max((_size(run, paragraph) for run in paragraph.runs), default=_BODY_PT)
    border = paragraph._p.find(f"{qn('w:pPr')}/{qn('w:pBdr')}/{qn('w:bottom')}")  # noqa: SLF001 - python-docx has no name for borders
    color = "000000" if border is None else str(border.get(qn("w:color"), "000000"))
    return {
        "kind": "paragraph",
        "align": _aligned(paragraph),
        "first": _points(form.first_line_indent),
        "left": _points(form.left_indent),
        "above": _points(form.space_before) + size * _LEADING,
        "below": _points(form.space_after) + size * _LEADING,
        "sticky": bool(form.keep_with_next),
        "leading": size * _LEADING,
        "rule": border is not None,
        "rule_color": f"#{color if len(color) == 6 else '000000'}",
        "runs": list(_runs(paragraph)),
    }


def _table(table: Table) -> dict[str, Any]:
    widths = [float(column.width or 1) for column in table.columns]
    return {
        "kind": "table",
        "columns": [width / max(widths) for width in widths],
        "rows": [list(_cells(row.cells)) for row in table.rows],
    }


def _cells(cells: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """A cell that spans columns is given by python-docx once for each of them."""
    at = 0
    while at < len(cells):
        span = 1
        while at + span < len(cells) and cells[at + span]._tc is cells[at]._tc:  # noqa: SLF001 - the one way to tell
            span += 1
        paragraphs = list(cells[at].paragraphs)
        yield {
            "span": span,
            "align": _aligned(paragraphs[0]) if paragraphs else "start",
            "paragraphs": [{"runs": list(_runs(one))} for one in paragraphs],
        }
        at += span


def _runs(paragraph: Paragraph) -> Iterator[dict[str, Any]]:
    for run in paragraph.runs:
        color = run.font.color.rgb if run.font.color is not None and run.font.color.type is not None else None
        base = {
            "bold": bool(run.bold),
            "italic": bool(run.italic),
            "size": _size(run, paragraph),
            "color": f"#{color or '000000'}",
        }
        for at, line in enumerate(run.text.split("\n")):
            if at:
                yield {**base, "text": "\n"}
            if line:
                yield {**base, "text": line}


def _size(run: Run, paragraph: Paragraph) -> float:
    style = paragraph.style
    of_style = style.font.size if style is not None and style.font.size is not None else None
    size = run.font.size or of_style
    return _BODY_PT if size is None else float(size.pt)


def _aligned(paragraph: Paragraph) -> str:
    style = paragraph.style
    alignment = paragraph.alignment
    if alignment is None and style is not None:
        alignment = style.paragraph_format.alignment
    return _ALIGN.get(alignment, "start") if alignment is not None else "start"


def _points(length: Any, otherwise: float = 0.0) -> float:
    return otherwise if length is None else float(length.pt)
