"""Writes the shipped templates of official documents: src/millmark/reports/official/templates/KIND.LANGUAGE.docx."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

TEMPLATES = Path(__file__).parents[1] / "src/millmark/reports/official/templates"
RED = RGBColor(0xC8, 0x10, 0x2E)
BODY, TITLE, SMALL = 16, 22, 10.5
HEAD = {"zh": 30, "en": 20}

LISTED_ZH = [
    ("序号", "no", 9),
    ("企业名称", "enterprise", 40),
    ("统一社会信用代码", "credit_code", 32),
    ("所在县市区", "county", 19),
]
LISTED_EN = [
    ("No.", "no", 8),
    ("Enterprise", "enterprise", 40),
    ("Credit code", "credit_code", 32),
    ("County", "county", 20),
]
SOURCES = {
    "zh": (
        "数据来源（每个数字可据此查到原始记录）",
        [("序号", "no", 8), ("项目", "name", 34), ("数字", "text", 28), ("来源编号", "source", 30)],
    ),
    "en": (
        "Sources (each figure can be followed to its record)",
        [("No.", "no", 8), ("Figure", "name", 34), ("Value", "text", 28), ("Source", "source", 30)],
    ),
}

DOCUMENTS: dict[str, dict[str, Any]] = {
    "recommendation_list.zh": {
        "title": "关于推荐申报{{ call }}的报告",
        "body": [
            "根据“{{ programme }}”申报通知要求，经组织申报、审核，现推荐以下{{ count }}家企业，并按推荐顺序列示。",
        ],
        "table": [("序号", "no", 8), ("推荐排序", "rank", 14), *LISTED_ZH[1:]],
        "after": ["推荐材料已审核，申报企业对材料的真实性负责。"],
    },
    "recommendation_list.en": {
        "title": "Recommendations under {{ call }}",
        "body": [
            "As the call of “{{ programme }}” asks, these {{ count }} enterprises are recommended, in this order:",
        ],
        "table": [("No.", "no", 8), ("Rank", "rank", 10), *LISTED_EN[1:]],
        "after": ["The applications were checked; the enterprises answer for the truth of what they say."],
    },
    "recognition_list.zh": {
        "title": "关于公布{{ call }}认定名单的通知",
        "body": [
            "各县（市、区）经济和信息化主管部门，有关企业：",
            "根据“{{ programme }}”申报、推荐、评审和公示结果，现认定以下{{ count }}家企业，名单予以公布。",
        ],
        "table": [
            ("序号", "no", 8),
            ("企业名称", "enterprise", 32),
            ("所在县市区", "county", 16),
            ("认定编号", "recognition", 24),
            ("认定类别", "grade", 20),
        ],
        "after": ["请有关企业继续保持数据真实、完整，接受后续核查。"],
    },
    "recognition_list.en": {
        "title": "Recognitions under {{ call }}",
        "body": [
            "To the county bureaus of economy and information technology and the enterprises concerned:",
            "After review and publicity under “{{ programme }}”, the following {{ count }} enterprises are recognised.",
        ],
        "table": [
            ("No.", "no", 8),
            ("Enterprise", "enterprise", 32),
            ("County", "county", 16),
            ("Number", "recognition", 24),
            ("Recognised as", "grade", 20),
        ],
        "after": ["The enterprises are asked to keep their data true and complete, and to remain open to checks."],
    },
    "publicity_notice.zh": {
        "title": "关于{{ call }}拟认定名单的公示",
        "body": [
            "根据“{{ programme }}”评审结果，现将拟认定的{{ count }}家企业名单予以公示。",
            "公示期为{{ opens_on }}至{{ closes_on }}。",
            "公示期内，对名单有异议的单位和个人，可实名书面反映，并提供必要的证明材料。",
        ],
        "table": LISTED_ZH,
        "after": [],
    },
    "publicity_notice.en": {
        "title": "Publicity of the list under {{ call }}",
        "body": [
            "After review under “{{ programme }}”, the list of {{ count }} enterprises is made public.",
            "From {{ opens_on }} to {{ closes_on }} anyone may object in writing, with their name and with evidence.",
        ],
        "table": LISTED_EN,
        "after": [],
    },
    "award_letter.zh": {
        "title": "{{ call }}奖补资金通知书",
        "body": [
            "{{ enterprise }}:",
            "你单位已通过“{{ programme }}”认定（认定编号：{{ recognition }}）。",
            "经核定，奖补资金为人民币{{ amount }}元（大写：{{ amount_words }}）。",
            "资金按下表分期拨付：",
        ],
        "table": [("序号", "no", 12), ("拨付节点", "name", 56), ("金额（元）", "amount", 32)],
        "after": ["请按规定专款专用，自觉接受监督检查。"],
    },
    "award_letter.en": {
        "title": "Award under {{ call }}",
        "body": [
            "To {{ enterprise }}:",
            "You are recognised under “{{ programme }}” (number {{ recognition }}).",
            "The award comes to {{ amount }} yuan ({{ amount_words }}).",
            "It is paid in the following instalments:",
        ],
        "table": [("No.", "no", 12), ("Instalment", "name", 56), ("Amount (yuan)", "amount", 32)],
        "after": ["The money is to be used for its purpose alone, and its use is open to inspection."],
    },
    "acceptance_report.zh": {
        "title": "{{ project }}验收报告",
        "body": [
            "企业名称：{{ enterprise }}",
            "所属项目：{{ programme }}，{{ call }}",
            "改造前水平：{{ level_before }}；改造后水平：{{ level_after }}。",
            "经审核，符合条件的投入为人民币{{ eligible }}元，按费用类别列示如下：",
        ],
        "table": [
            ("序号", "no", 10),
            ("费用类别", "name", 46),
            ("发票张数", "count", 16),
            ("金额（元）", "amount", 28),
        ],
        "after": ["验收结论：{{ result }}", "验收日期：{{ accepted_on }}"],
    },
    "acceptance_report.en": {
        "title": "Acceptance of {{ project }}",
        "body": [
            "Enterprise: {{ enterprise }}",
            "Programme: {{ programme }}, {{ call }}",
            "Level before: {{ level_before }}; level after: {{ level_after }}.",
            "The input that counts comes to {{ eligible }} yuan, by cost category:",
        ],
        "table": [
            ("No.", "no", 10),
            ("Category", "name", 46),
            ("Invoices", "count", 16),
            ("Amount (yuan)", "amount", 28),
        ],
        "after": ["Result: {{ result }}", "Day of acceptance: {{ accepted_on }}"],
    },
    "certificate.zh": {
        "title": "认 定 证 书",
        "body": [
            "{{ enterprise }}（统一社会信用代码：{{ credit_code }}）：",
            "经申报、评审和公示，认定你单位为“{{ programme }}”{{ grade }}。",
            "认定编号：{{ recognition }}",
            "有效期：{{ valid_from }}至{{ valid_until }}",
        ],
        "table": None,
        "after": [],
    },
    "certificate.en": {
        "title": "Certificate of recognition",
        "body": [
            "{{ enterprise }} (credit code {{ credit_code }})",
            "is recognised under “{{ programme }}”: {{ grade }}.",
            "Number: {{ recognition }}",
            "Valid from {{ valid_from }} to {{ valid_until }}",
        ],
        "table": None,
        "after": [],
    },
}


def main() -> None:
    TEMPLATES.mkdir(exist_ok=True)
    for name, words in DOCUMENTS.items():
        write(name, words)
        print(TEMPLATES / f"{name}.docx")


def write(name: str, words: dict[str, Any]) -> None:
    language = name.rpartition(".")[2]
    document = docx.Document()
    _page(document, language)
    _line(document, "{{ office }}", HEAD[language], ALIGN.CENTER, color=RED, bold=True, after=26)
    number = _line(document, "{{ number }}", BODY, ALIGN.CENTER, after=6)
    _rule(number)
    _line(document, words["title"], TITLE, ALIGN.CENTER, bold=True, before=34, after=24)
    salutation = words["body"][0].endswith((":", "：")) and not words["title"].startswith("认")
    for at, text in enumerate(words["body"]):
        _body(document, text, language, indented=not (at == 0 and salutation))
    if words["table"]:
        _table(document, words["table"], "rows", SMALL + 1.5)
    for text in words["after"]:
        _body(document, text, language)
    _line(document, "{{ office }}", BODY, ALIGN.RIGHT, before=36, after=4)
    _line(document, "{{ issued_on }}", BODY, ALIGN.RIGHT, after=30)
    heading, columns = SOURCES[language]
    _line(document, heading, SMALL, ALIGN.LEFT, bold=True, before=18, after=4).paragraph_format.keep_with_next = True
    _table(document, columns, "sources", SMALL - 1.5)
    document.core_properties.author = "Millmark"
    document.core_properties.title = name
    document.save(str(TEMPLATES / f"{name}.docx"))


def _page(document: Any, language: str) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    style = document.styles["Normal"]
    style.font.name = "FangSong" if language == "zh" else "Times New Roman"
    style.font.size = Pt(BODY)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋" if language == "zh" else "SimSun")


def _line(
    document: Any,
    text: str,
    size: float,
    align: Any,
    *,
    color: RGBColor | None = None,
    bold: bool = False,
    before: float = 0,
    after: float = 8,
) -> Any:
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(size), bold
    if color is not None:
        run.font.color.rgb = color
    return paragraph


def _body(document: Any, text: str, language: str, *, indented: bool = True) -> None:
    paragraph = _line(document, text, BODY, ALIGN.JUSTIFY, after=8)
    if indented and language == "zh":
        paragraph.paragraph_format.first_line_indent = Pt(2 * BODY)


def _rule(paragraph: Any) -> None:
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for key, value in (("val", "single"), ("sz", "12"), ("space", "6"), ("color", "C8102E")):
        bottom.set(qn(f"w:{key}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)  # noqa: SLF001 - python-docx has no name for borders


def _table(document: Any, columns: list[tuple[str, str, int]], rows: str, size: float) -> None:
    """Header, a row that opens the loop, the row that is repeated, a row that closes it: docxtpl's way."""
    table = document.add_table(rows=4, cols=len(columns))
    table.style = "Table Grid"
    table.autofit = False
    for at, (heading, field, share) in enumerate(columns):
        table.columns[at].width = Mm(156 * share / sum(one[2] for one in columns))
        for row in table.rows:
            row.cells[at].width = table.columns[at].width
        is_money = field in {"amount", "count"}
        _cell(table.cell(0, at), heading, size, ALIGN.CENTER, bold=True)
        _cell(table.cell(2, at), f"{{{{ row.{field} }}}}", size, ALIGN.RIGHT if is_money else ALIGN.LEFT)
    _cell(table.cell(1, 0), f"{{%tr for row in {rows} %}}", size, ALIGN.LEFT)
    _cell(table.cell(3, 0), "{%tr endfor %}", size, ALIGN.LEFT)


def _cell(cell: Any, text: str, size: float, align: Any, *, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = align
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(size), bold


if __name__ == "__main__":
    main()
