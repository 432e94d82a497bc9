"""What the tests look at in answers is read whatever kind of file it is, or a leak in it would go unseen."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
import typst
from openpyxl import Workbook
from tests.fixtures.readable import is_readable, words_of
from tests.web.onlooker import enterprises_in

NAMES = {"北厂": 1, "南方(测试)厂": 2}
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def sheet() -> bytes:
    book, out = Workbook(), io.BytesIO()
    book.active.append(["企业", "金额"])
    book.create_sheet("明细").append(["南方(测试)厂", 3])
    book.active.append(["北厂", 7])
    book.save(out)
    return out.getvalue()


def document() -> bytes:
    made, out = docx.Document(), io.BytesIO()
    paragraph = made.add_paragraph("兹认定北")
    paragraph.add_run("厂").bold = True
    made.add_table(1, 1).cell(0, 0).text = "南方(测试)厂"
    made.save(out)
    return out.getvalue()


def pdf() -> bytes:
    source = (
        b"= \xe8\xaf\x81\xe4\xb9\xa6 (1)\n" + "兹认定北厂、*南方(测试)厂*。\n#pagebreak()\n北厂\\ 300,000.01".encode()
    )
    return bytes(typst.compile(source))


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as there:
        there.writestr("北厂/说明.txt", "无")
        there.writestr("明细.xlsx", sheet())
    return out.getvalue()


ANSWERS = {
    "json": ("application/json", '{"rows": [{"enterprise_id": 1}, {"told": "由南方(测试)厂提供"}]}'.encode()),
    "csv": ("text/csv; charset=utf-8", '\ufeff企业,金额\r\n北厂,7\r\n"南方(测试)厂",3\r\n'.encode()),
    "xlsx": (SHEET, sheet()),
    "docx": (DOCUMENT, document()),
    "pdf": ("application/pdf", pdf()),
    "zip": ("application/zip", archive()),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_names_are_found_in_every_kind_of_answer(kind: str) -> None:
    media_type, body = ANSWERS[kind]
    assert is_readable(media_type)
    assert set(enterprises_in(words_of(media_type, body), NAMES)) == {1, 2}


def test_the_words_of_a_pdf_are_those_that_a_reader_sees() -> None:
    first, second = words_of("application/pdf", pdf())
    assert first.replace(" ", "") == "证书(1)兹认定北厂、南方(测试)厂。"
    assert second.replace(" ", "") == "北厂300,000.01"


def test_a_picture_has_no_words() -> None:
    assert not is_readable("image/png")
    assert words_of("image/png", b"\x89PNG") is None
    assert words_of("application/json", b"") is None
