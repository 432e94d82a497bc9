"""Official documents: money in words, pages that are set, templates that cannot do anything but be filled."""

from __future__ import annotations

import datetime as dt
import io

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.programmes.documents import samples

from millmark.reports.official import typesetting
from millmark.reports.official.desk import SHIPPED
from millmark.reports.official.errors import FontsMissing, InvalidTemplate
from millmark.reports.official.kinds import DocumentKind
from millmark.reports.official.money_words import in_words_en, in_words_zh, in_yuan
from millmark.reports.official.samples import sample
from millmark.reports.official.typesetting import typeset
from millmark.reports.official.word import check_template, fill, plain_text

MADE_AT = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (30_000_000, "叁拾万元整"),
        (140_950, "壹仟肆佰零玖元伍角整"),
        (600_714, "陆仟零柒元壹角肆分"),
        (10_700_053, "壹拾万柒仟元零伍角叁分"),
        (1_680_032, "壹万陆仟捌佰元零叁角贰分"),
        (32_504, "叁佰贰拾伍元零肆分"),
        (1_000_000_100, "壹仟万零壹元整"),
        (10_000_000_000_000, "壹仟亿元整"),
        (5, "伍分"),
        (-100, "负壹元整"),
    ],
)
def test_amounts_are_written_as_the_rules_of_the_central_bank_ask(fen: int, words: str) -> None:
    told = in_words_zh(fen)
    # The rule lets a zero stand or fall where yuan end in 0 and jiao follow; the two ways mean the same.
    assert told.replace("元零", "元") == words.replace("元零", "元")


def value_of(words: str) -> int:
    """Reads an amount back, by another way than the one that wrote it."""
    digits, units = "零壹贰叁肆伍陆柒捌玖", {"拾": 10, "佰": 100, "仟": 1000}
    total = section = digit = fen = 0
    for char in words.removeprefix("负").removesuffix("整"):
        if char in digits:
            digit = digits.index(char)
        elif char in units:
            section, digit = section + digit * units[char], 0
        elif char in "万亿":
            factor = 10_000 if char == "万" else 10**8
            total = (total + section + digit) * factor if char == "亿" else total + (section + digit) * factor
            section = digit = 0
        elif char == "元":
            fen, total, section, digit = (total + section + digit) * 100, 0, 0, 0
        else:
            fen, digit = fen + digit * (10 if char == "角" else 1), 0
    return -fen if words.startswith("负") else fen


@given(st.integers(-(10**13), 10**13))
def test_every_amount_in_words_is_that_amount(fen: int) -> None:
    assert value_of(in_words_zh(fen)) == fen


@given(st.integers(-(10**14), 10**14))
def test_an_amount_in_figures_is_exact(fen: int) -> None:
    assert int(in_yuan(fen).replace(",", "").replace(".", "")) == fen


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (30_000_000, "three hundred thousand yuan"),
        (2_100, "twenty-one yuan"),
        (11_501, "one hundred and fifteen yuan and one fen"),
        (0, "zero yuan"),
    ],
)
def test_amounts_in_english_words(fen: int, words: str) -> None:
    assert in_words_en(fen) == words


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", list(DocumentKind))
def test_every_shipped_template_passes_its_own_checks_and_becomes_a_page(kind: DocumentKind, language: str) -> None:
    content = (SHIPPED / f"{kind}.{language}.docx").read_bytes()
    check_template(content, kind)
    filled = fill(content, sample(kind, language))
    assert "{" not in plain_text(filled)
    for name, value in sample(kind, language).items():
        if isinstance(value, str) and f"{{{{ {name} }}}}" in plain_text(content):
            assert value in plain_text(filled), name
    (pdf,) = typeset(filled, title="名", language=language, sources="0" * 64, made_at=MADE_AT)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"sources sha256:" in pdf or b"pdfaid" in pdf
    again = typeset(filled, title="名", language=language, sources="0" * 64, made_at=MADE_AT)
    assert again == [pdf]


def template(*paragraphs: str) -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def test_what_a_name_contains_is_text_in_word_and_on_the_page() -> None:
    values = {**sample(DocumentKind.CERTIFICATE, "zh"), "enterprise": '<w:t>#{{ 7 }} & "甲" #panic() $x$'}
    filled = fill(template("{{ enterprise }}"), values)
    assert docx.Document(io.BytesIO(filled)).paragraphs[0].text == values["enterprise"]
    assert typeset(filled, title="#panic()", language="zh", sources="", made_at=MADE_AT)[0].startswith(b"%PDF-")


@pytest.mark.parametrize(
    "words",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ self }}",
        "{{ config }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% set x = 1 %}",
        "{% macro a() %}{% endmacro %}",
        "{% for a in rows %}{% for b in rows %}{% for c in rows %}x{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in sources recursive %}{% endfor %}",
        "{{ enterprise * 1000000000 }}",
        "{{ rows }}",
        "{{ row.enterprise }}",
    ],
)
def test_a_template_can_do_nothing_but_be_filled(words: str) -> None:
    with pytest.raises(InvalidTemplate):
        check_template(template(words), DocumentKind.RECOGNITION_LIST)


def test_conditions_and_loops_over_the_documents_own_lists_may_stand() -> None:
    words = "{% if grade %}{{ grade }}{% endif %}{% for one in sources %}{{ loop.index }}{{ one.text }}{% endfor %}"
    content = template(words)
    check_template(content, DocumentKind.CERTIFICATE)
    assert "示范企业1300,000.00" in plain_text(fill(content, sample(DocumentKind.CERTIFICATE, "zh")))


@pytest.mark.parametrize("content", [samples.png(), samples.pdf(), samples.xlsx(), b"", samples.word()[:-40]])
def test_what_is_no_word_file_is_no_template(content: bytes) -> None:
    with pytest.raises(InvalidTemplate, match="template"):
        check_template(content, DocumentKind.CERTIFICATE)


def test_a_machine_without_chinese_fonts_is_told_which_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "CHINESE", ("No Such Font",))
    typesetting.chinese_fonts.cache_clear()
    try:
        with pytest.raises(FontsMissing, match="fonts-noto-cjk"):
            typeset(template("甲"), title="", language="zh", sources="", made_at=MADE_AT)
    finally:
        typesetting.chinese_fonts.cache_clear()
