"""Writes the shipped templates of replies: src/millmark/reports/replies/templates/reply.LANGUAGE.docx."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_BREAK
from docx.oxml.ns import qn
from docx.shared import Pt
from make_document_templates import BODY, HEAD, RED, SMALL, TITLE, _body, _line, _page, _rule, _table

TEMPLATES = Path(__file__).parents[1] / "src/millmark/reports/replies/templates"
WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "openness": "({{ openness }})",
        "commitments": "附:下一步工作责任清单",
        "commitment_columns": [("序号", "no", 8), ("事项", "text", 52), ("责任单位", "owner", 22), ("时限", "due", 18)],
        "sources": "附:数据来源(签发时固定,每个数字可据此查到原始记录)",
        "source_columns": [
            ("编号", "no", 9),
            ("指标", "name", 30),
            ("文中表述", "text", 27),
            ("时点/时期", "as_of", 15),
            ("证据等级", "grade", 12),
            ("记录数", "records", 8),
        ],
    },
    "en": {
        "openness": "({{ openness }})",
        "commitments": "Annex: what is to be done, by whom and when",
        "commitment_columns": [("No.", "no", 8), ("Item", "text", 50), ("Owner", "owner", 24), ("Due", "due", 18)],
        "sources": "Annex: sources, fixed at the signature; each figure can be followed to its records",
        "source_columns": [
            ("No.", "no", 9),
            ("Figure", "name", 30),
            ("In the text", "text", 25),
            ("As of", "as_of", 15),
            ("Evidence", "grade", 13),
            ("Records", "records", 8),
        ],
    },
}


def main() -> None:
    TEMPLATES.mkdir(exist_ok=True)
    for language, words in WORDS.items():
        write(language, words)
        print(TEMPLATES / f"reply.{language}.docx")


def write(language: str, words: dict[str, Any]) -> None:
    document = docx.Document()
    _page(document, language)
    _line(document, "{{ mark }}", BODY, ALIGN.RIGHT, bold=True, after=2)
    _line(document, "{{ office }}", HEAD[language], ALIGN.CENTER, color=RED, bold=True, after=22)
    _rule(_line(document, "{{ number }}", BODY, ALIGN.CENTER, after=6))
    _line(document, "{{ title }}", TITLE, ALIGN.CENTER, bold=True, before=30, after=22)
    _body(document, "{{ salutation }}", language, indented=False)
    _control(document, "{%p for one in blocks %}")
    _control(document, "{%p if one.kind == 'heading' %}")
    heading = _line(document, "{{ one.text }}", BODY, ALIGN.JUSTIFY, bold=True, after=8)
    heading.paragraph_format.keep_with_next = True
    if language == "zh":
        heading.paragraph_format.first_line_indent = Pt(2 * BODY)
        heading.runs[0].font.name = "SimHei"
        heading.runs[0]._r.get_or_add_rPr().rFonts.set(qn("w:eastAsia"), "黑体")  # noqa: SLF001
    _control(document, "{%p else %}")
    _body(document, "{{ one.text }}", language)
    _control(document, "{%p endif %}")
    _control(document, "{%p endfor %}")
    _line(document, "{{ office }}", BODY, ALIGN.RIGHT, before=36, after=4)
    _line(document, "{{ written_on }}", BODY, ALIGN.RIGHT, after=16)
    _control(document, "{%p if openness %}")
    _line(document, words["openness"], BODY, ALIGN.LEFT, after=8)
    _control(document, "{%p endif %}")
    _control(document, "{%p if commitments %}")
    _annex(document, words["commitments"], words["commitment_columns"], "commitments", new_page=True)
    _control(document, "{%p endif %}")
    _control(document, "{%p if sources %}")
    _annex(document, words["sources"], words["source_columns"], "sources", new_page=False)
    _control(document, "{%p endif %}")
    document.core_properties.author = "Millmark"
    document.core_properties.title = f"reply.{language}"
    document.save(str(TEMPLATES / f"reply.{language}.docx"))


def _annex(document: Any, title: str, columns: list[tuple[str, str, int]], rows: str, *, new_page: bool) -> None:
    heading = _line(document, "", BODY - 2, ALIGN.LEFT, bold=True, before=12, after=6)
    if new_page:
        heading.runs[0].add_break(WD_BREAK.PAGE)
    run = heading.add_run(title)
    run.bold, run.font.size = True, Pt(BODY - 2)
    heading.paragraph_format.keep_with_next = True
    _table(document, columns, rows, SMALL)


def _control(document: Any, tag: str) -> None:
    """A paragraph that is gone once the template is filled."""
    document.add_paragraph().add_run(tag)


if __name__ == "__main__":
    main()
