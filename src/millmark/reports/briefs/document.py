"""An issued brief as a Word file in the layout of official documents (GB/T 9704-2012), and as a PDF."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from millmark.model.period import utc_datetime
from millmark.reports import wording
from millmark.reports.briefs.charts import drawn
from millmark.reports.briefs.content import ShownBrief
from millmark.reports.briefs.data import BriefData, Table
from millmark.reports.official.desk import Office
from millmark.reports.official.typesetting import chinese_fonts
from millmark.reports.template import Language

_HERE = Path(__file__).parent
_LATIN = "Libertinus Serif"
_INDENT_PT = 32.0
_MOST_RECORDS = 6
_SOURCES = {
    "zh": ("附:数据来源", ("指标", "数值", "来源")),
    "en": ("Annex: where the figures come from", ("Figure", "Value", "Source")),
}


def made_pdf(
    brief: ShownBrief,
    data: BriefData,
    language: Language,
    *,
    office: Office,
    number: str,
    digest: str,
    made_at_us: int,
) -> bytes:
    """Raises `FontsMissing`."""
    import typst

    fonts = _fonts(language)
    title, columns = _SOURCES[language]
    given = {
        "title": brief.title,
        "author": "Millmark",
        "office": _office(office, language),
        "number": number,
        "indent": _INDENT_PT if language == "zh" else 0.0,
        "fonts": fonts,
        "lang": language,
        "region": "cn" if language == "zh" else "gb",
        "parts": [_part(one, data, language, fonts) for one in brief.blocks],
        "signed": [_office(office, language), _issued_on(data, language)],
        "sources_title": title,
        "sources_columns": columns,
        "sources_rows": _sources(brief, data, language),
        "sources": f"sources sha256:{digest}",
    }
    inputs = {"document": json.dumps(given, ensure_ascii=False)}
    made: Any = typst.compile(
        (_HERE / "page.typ").read_bytes(),
        sys_inputs=inputs,
        format="pdf",
        timestamp=utc_datetime(made_at_us).replace(microsecond=0),
    )
    return bytes(made)


def made_docx(
    brief: ShownBrief, data: BriefData, language: Language, *, office: Office, number: str, digest: str
) -> bytes:
    """The same words and pictures as the PDF, to be edited on; raises `FontsMissing`."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt, RGBColor

    fonts = _fonts(language)
    document: Any = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    _base_font(document, fonts[0])

    def line(text: str, *, size: float = 16, bold: bool = False, align: Any = None, red: bool = False) -> Any:
        paragraph = document.add_paragraph()
        run = paragraph.add_run(text)
        run.font.size, run.bold = Pt(size), bold
        if red:
            run.font.color.rgb = RGBColor(0xC0, 0, 0)
        paragraph.alignment = align
        return paragraph

    centre = WD_ALIGN_PARAGRAPH.CENTER
    line(_office(office, language), size=26, bold=True, align=centre, red=True)
    line(number, size=14, align=centre)
    line(brief.title, size=22, bold=True, align=centre)
    for block in brief.blocks:
        if block.kind == "chart":
            chart = data.chart(block.name)
            if chart is not None:
                picture = io.BytesIO(_png(drawn(chart, language, fonts)))
                document.add_picture(picture, width=Mm(156))
        elif block.kind == "table":
            table = data.table(block.name)
            if table is not None:
                line(table.title[_at(language)], size=12, bold=True, align=centre)
                _add_table(document, _heads(table, language), _cells(table, language))
        else:
            paragraph = line(block.text, bold=block.kind == "heading")
            if language == "zh":
                paragraph.paragraph_format.first_line_indent = Pt(_INDENT_PT)
            paragraph.paragraph_format.keep_with_next = block.kind == "heading"
    for text in (_office(office, language), _issued_on(data, language)):
        line(text, align=WD_ALIGN_PARAGRAPH.RIGHT)
    title, columns = _SOURCES[language]
    document.add_page_break()
    line(title, size=13, bold=True)
    _add_table(document, columns, _sources(brief, data, language))
    document.core_properties.title = brief.title
    document.core_properties.author = "Millmark"
    document.core_properties.comments = f"sources sha256:{digest}"
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _fonts(language: Language) -> list[str]:
    fonts = chinese_fonts()
    return fonts if language == "zh" else [_LATIN, *fonts]


def _base_font(document: Any, family: str) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style = document.styles["Normal"]
    style.font.name, style.font.size = family, Pt(16)
    # Word sets Chinese characters by a name of their own.
    style.element.rPr.rFonts.set(qn("w:eastAsia"), family)


def _add_table(document: Any, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from docx.shared import Pt

    table = document.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, heads, strict=True):
        run = cell.paragraphs[0].add_run(text)
        run.bold, run.font.size = True, Pt(10.5)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.paragraphs[0].add_run(text).font.size = Pt(10.5)


def _png(svg: str) -> bytes:
    import typst

    made: Any = typst.compile((_HERE / "picture.typ").read_bytes(), sys_inputs={"svg": svg}, format="png", ppi=180.0)
    return bytes(made[0]) if isinstance(made, list) else bytes(made)


def _part(block: Any, data: BriefData, language: Language, fonts: Sequence[str]) -> dict[str, Any]:
    if block.kind == "chart":
        chart = data.chart(block.name)
        return {"kind": "chart", "svg": "" if chart is None else drawn(chart, language, fonts)}
    if block.kind == "table":
        table = data.table(block.name)
        assert table is not None  # noqa: S101 - a brief shows only tables that it has
        heads = _heads(table, language)
        return {
            "kind": "table",
            "title": table.title[_at(language)],
            "columns": heads,
            "widths": [2.2, *[1.0] * (len(heads) - 1)] if table.name != "overdue" else [1.6, 2.2, 1.2, 1.2, 0.8],
            "rows": _cells(table, language),
        }
    return {"kind": block.kind, "text": block.text}


def _heads(table: Table, language: Language) -> list[str]:
    return [one[_at(language)] for one in table.columns]


def _cells(table: Table, language: Language) -> list[list[str]]:
    return [[one[_at(language)] for one in row] for row in table.rows]


def _sources(brief: ShownBrief, data: BriefData, language: Language) -> list[list[str]]:
    """Each value that the text shows, once, with what it was counted from."""
    names = dict.fromkeys(piece.value for block in brief.blocks for piece in block.pieces if piece.value is not None)
    rows = []
    for name in names:
        value = data.value(name)
        if value is not None:
            records = ", ".join(value.records[:_MOST_RECORDS])
            more = len(value.records) - _MOST_RECORDS
            of = f"{value.source}: {records}" if records else value.source
            rows.append([value.label[_at(language)], value.text[_at(language)], f"{of} …+{more}" if more > 0 else of])
    return rows


def _office(office: Office, language: Language) -> str:
    return office.name_zh if language == "zh" else office.name_en


def _issued_on(data: BriefData, language: Language) -> str:
    from datetime import date

    return wording.day(date.fromisoformat(data.as_of), language)


def _at(language: Language) -> int:
    return 0 if language == "zh" else 1
