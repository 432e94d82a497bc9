"""Sheets brought to the ledger: told row by row, then in as a whole, or their good rows, or not at all."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook
from tests.region.city import City, open_city

from millmark.region.ledger_rows import LedgerFilter
from millmark.registry import Database
from millmark.reports.ledger_sheets.checking import Defaults
from millmark.reports.ledger_sheets.errors import ImportNotReady
from millmark.reports.ledger_sheets.imports import LedgerImport, LedgerImports
from millmark.reports.ledger_sheets.raw_table import open_table
from millmark.reports.ledger_sheets.writing import csv_lines, template
from millmark.reports.sheets.errors import UnreadableSheet

KIND = "5g-base-station"
HEADINGS = ("站址编号", "所属区县", "运营企业", "场景", "经度", "纬度", "开通日期")
GOOD = (
    ("XN-1", "咸安区", "移动", "行政村", 114.30, 29.80, "2024-05-01"),
    ("XN-2", 421281, "电信", "工业园区", 113.90, 29.72, "2024年5月2日"),
)
BAD = (
    ("XN-3", "421299", "移动", "行政村", 114.30, 29.80, "2024-05-01"),
    ("XN-4", "咸安区", "移动", "行政村", 29.80, 114.30, "2024-05-01"),
    ("XN-5", "咸安区", "移动", "行政村", "=1+113", 29.80, "2024-05-01"),
)
GIVEN = Defaults(source="operators' list")


@pytest.fixture
def city(database: Database) -> City:
    return open_city(database)


@pytest.fixture
def imports(city: City) -> LedgerImports:
    return LedgerImports(city.database, city.ledger, now_us=city.clock)


def xlsx(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in (HEADINGS, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def checked(imports: LedgerImports, content: bytes, defaults: Defaults = GIVEN) -> LedgerImport:
    brought = imports.bring(KIND, "sites.xlsx", content, created_by="ann")
    return imports.check(brought.id, brought.mapping, defaults)


def test_bad_rows_are_told_and_nothing_is_kept_until_somebody_decides(city: City, imports: LedgerImports) -> None:
    report = checked(imports, xlsx(*GOOD, *BAD))
    assert (report.total, report.good, report.bad) == (5, 2, 3)
    assert [(one["row"], one["heading"]) for one in report.problems] == [(4, "所属区县"), (5, "经度"), (6, "经度")]
    assert [word in one["en"] for word, one in zip(("421299", "swapped", "formula"), report.problems, strict=True)] == [
        True
    ] * 3
    assert city.ledger.entries() == []
    with pytest.raises(ImportNotReady, match="3 rows have mistakes"):
        imports.commit(report.id, "all", recorded_by="ann")
    assert city.ledger.entries() == []
    assert imports.commit(report.id, "good", recorded_by="ann").added == 2
    first, second = reversed(city.ledger.found(LedgerFilter(batch=report.id)))
    assert (first.subject, first.area_code, first.fields["operator"], first.longitude) == (
        "XN-1",
        "421202",
        "mobile",
        114.3,
    )
    assert (second.area, str(second.span)) == ("赤壁市", "2024-05-02")
    with pytest.raises(ImportNotReady):
        imports.commit(report.id, "good", recorded_by="ann")


def test_the_same_sheet_again_adds_nothing_and_another_content_is_told(city: City, imports: LedgerImports) -> None:
    imports.commit(checked(imports, xlsx(*GOOD)).id, "all", recorded_by="ann")
    again = checked(imports, xlsx(*GOOD))
    assert (again.known, again.good, again.bad) == (2, 0, 0)
    changed = checked(imports, xlsx(("XN-1", "咸安区", "联通", "行政村", 114.30, 29.80, "2024-05-01")))
    assert changed.bad == 1
    assert "other content" in changed.problems[0]["en"]
    assert len(city.ledger.entries()) == 2


def test_a_station_twice_in_a_sheet_or_in_bulk_beside_it_is_told(imports: LedgerImports) -> None:
    content = csv_lines([("站址编号", "区县", "运营商", "区域类别", "日期", "数量")])
    content += csv_lines(
        [
            ("XN-1", "咸安区", "移动", "行政村", "2024-05-01", ""),
            ("XN-1", "咸安区", "移动", "行政村", "2024-05-01", ""),
            ("", "咸安区", "移动", "", "2024-05-20", "12"),
            ("", "嘉鱼县", "移动", "", "2024-05-20", "-3"),
        ]
    )
    report = checked(imports, content)
    assert [one["row"] for one in report.problems] == [3, 4, 5]
    assert "counts again 1" in report.problems[1]["en"]
    assert "negative" in report.problems[2]["en"]


def test_gb_18030_is_read(imports: LedgerImports) -> None:
    text = "站址编号,区县,运营商,区域类别,日期\nXN-1,咸安区,移动,行政村,2024-05-01\n"
    assert checked(imports, text.encode("gb18030")).good == 1


def test_what_is_no_sheet_is_refused_as_a_whole(imports: LedgerImports) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "spreadsheetml.sheet.main+xml")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (64 << 20))
    for content, told in (
        (bomb.getvalue(), "unfolds"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "a picture"),
        (b"", "empty"),
    ):
        with pytest.raises(UnreadableSheet, match=told):
            imports.bring(KIND, "x.xlsx", content, created_by="ann")
    assert imports.latest() == []


def test_a_template_is_understood_when_it_comes_back(city: City, imports: LedgerImports) -> None:
    for language in ("zh", "en"):
        table = open_table(template(city.pack.kind(KIND), city.pack, language))
        columns = {one.heading(language) for one in imports.columns(KIND)}
        assert set(table.headings) == columns


def test_texts_that_a_sheet_would_run_go_out_as_texts() -> None:
    assert csv_lines([("=1+1", "@x", "-5", "+x")]) == b"'=1+1,'@x,-5,'+x\r\n"
