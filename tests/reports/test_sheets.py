"""Excel out and in: exact to the fen and the day, formulas never run, every problem told, all rows or none."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from tests.programmes.documents import samples

from millmark.programmes.life import Actor
from millmark.programmes.tables import ProgrammeRecordRow, ProgrammeRow
from millmark.reports.sheets.columns import BadCell, Column, ColumnType, read_cell
from millmark.reports.sheets.desk import SheetDesk
from millmark.reports.sheets.errors import UnknownList, UnreadableSheet
from millmark.reports.sheets.importers import records_importer
from millmark.reports.sheets.lists import LISTS
from millmark.reports.sheets.reading import read_sheet
from millmark.reports.sheets.writing import written

ZONE = ZoneInfo("Asia/Shanghai")
NAME = Column("name", "名称", "Name")
MONEY = Column("money", "金额(元)", "Amount (yuan)", ColumnType.MONEY)
DAY = Column("day", "日期", "Day", ColumnType.DATE, needed=False)
COLUMNS = (NAME, MONEY, DAY)


def sheet(rows, columns=COLUMNS, language: str = "zh") -> bytes:
    return b"".join(written(columns, rows, title="名单[1]", language=language, zone=ZONE, scratch=Path("/tmp")))  # noqa: S108


def opened(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(blacklist_categories=("C", "Z"), max_codepoint=0xFFFF), min_size=1, max_size=40),
            st.integers(-(10**15), 10**15),
            st.dates(date(1901, 1, 1), date(2199, 12, 31)) | st.none(),
        ),
        max_size=8,
    )
)
def test_what_goes_out_comes_in_again_to_the_fen_and_the_day(rows) -> None:
    given_rows = [dict(zip(("name", "money", "day"), row, strict=True)) for row in rows]
    read = read_sheet(sheet(given_rows), COLUMNS)
    assert read.problems == ()
    assert [dict(row.values) for row in read.rows] == given_rows


@pytest.mark.parametrize("text", ["=1+1", "=cmd|'/c calc'!A0", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_a_text_that_looks_like_a_formula_is_a_text(text: str) -> None:
    cell = opened(sheet([{"name": text, "money": 1}])).cell(2, 1)
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_money_is_a_number_with_two_decimals_and_times_are_the_citys() -> None:
    moment = Column("at", "时间", "At", ColumnType.MOMENT)
    row = {"name": "甲", "money": 30_000_001, "at": datetime(2026, 9, 1, 17, tzinfo=UTC)}
    page = opened(sheet([row], (NAME, MONEY, moment)))
    assert [cell.value for cell in page[1]] == ["名称", "金额(元)", "时间"]
    assert Decimal(str(page.cell(2, 2).value)) == Decimal("300000.01")
    assert page.cell(2, 2).number_format == "#,##0.00"
    assert page.cell(2, 3).value == datetime(2026, 9, 2, 1)  # noqa: DTZ001 - cells have no zone


@pytest.mark.parametrize(
    ("raw", "fen"),
    [(300000.1, 30_000_010), ("300,000.10", 30_000_010), ("¥1.5元", 150), (7, 700), (0.29, 29), (1.1, 110)],
)
def test_money_is_read_exactly(raw: object, fen: int) -> None:
    assert read_cell(MONEY, raw) == fen


@pytest.mark.parametrize("raw", [1.005, "三十万", "1e400", "nan", True, "0.001", date(2026, 1, 1)])
def test_money_that_is_not_exact_is_told(raw: object) -> None:
    with pytest.raises(BadCell):
        read_cell(MONEY, raw)


@pytest.mark.parametrize(
    "raw",
    ["2026-09-01", "2026/9/1", "2026年9月1日", date(2026, 9, 1), datetime(2026, 9, 1)],  # noqa: DTZ001
)
def test_days_are_read_as_people_write_them(raw: object) -> None:
    assert read_cell(DAY, raw) == date(2026, 9, 1)


@pytest.mark.parametrize("raw", ["2026-02-30", "next week", 45_000, datetime(2026, 9, 1, 8)])  # noqa: DTZ001
def test_what_is_no_day_is_told(raw: object) -> None:
    with pytest.raises(BadCell):
        read_cell(DAY, raw)


def test_a_long_number_that_excel_rounded_is_told() -> None:
    with pytest.raises(BadCell, match="rounded"):
        read_cell(NAME, 9.1421202e17)


def test_titles_above_and_other_columns_do_not_matter_and_headings_can_be_mapped() -> None:
    content = samples.xlsx([["2026年名单"], [], ["备注", "单位", "金额（元）"], ["x", "甲", 5]])
    read = read_sheet(content, COLUMNS, {"单位": "name"})
    assert read.mapping == {"单位": "name", "金额（元）": "money"}
    assert read.ignored == ("备注",)
    assert [(row.number, dict(row.values)) for row in read.rows] == [(4, {"name": "甲", "money": 500})]


def test_every_wrong_cell_is_told_by_row_and_heading() -> None:
    content = samples.xlsx([["名称", "金额(元)"], ["甲", "x"], [None, 1], ["乙", "=1+1"]])
    read = read_sheet(content, COLUMNS)
    assert [(one.row, one.column) for one in read.problems] == [(2, "金额(元)"), (3, "名称"), (4, "金额(元)")]
    assert "formula" in read.problems[2].message


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (samples.xlsx([["名称"], ["甲"]]), "no column for 金额"),
        (samples.xlsx([["a", "b"]]), "no row of headings"),
        (samples.word(), "save the sheet as .xlsx"),
        (b"", "empty"),
        (samples.with_part(samples.xlsx(), "xl/media/zeros.bin", bytes(30 << 20)), "unfolds"),
    ],
)
def test_a_file_that_is_no_sheet_of_this_list_is_told(content: bytes, told: str) -> None:
    with pytest.raises(UnreadableSheet, match=told):
        read_sheet(content, COLUMNS)


def test_every_list_of_the_office_is_there_with_names_in_both_languages() -> None:
    assert set(LISTS) >= {
        "applications", "recommendations", "reviews", "recognitions", "awards", "disbursements", "budgets",
        "milestones", "invoices",
    }  # fmt: skip
    for one in LISTS.values():
        for columns in (one.columns, one.takes):
            for names in ([column.name_zh for column in columns], [column.name_en for column in columns]):
                assert len(set(names)) == len(names), one.id


@pytest.fixture
def desk(database, tmp_path) -> SheetDesk:
    with database.transaction() as session:
        session.add(
            ProgrammeRow(
                slug="pilot", name_zh="试点", name_en="Pilot", level="city", is_demonstration=True, recorded_at_us=0
            )
        )
    importer = records_importer(lambda: 1_790_000_000_000_000, ZONE)
    return SheetDesk(database, {"records": importer}, zone=ZONE, scratch=tmp_path)


def records(*rows: list[object]) -> bytes:
    return samples.xlsx([[column.name_zh for column in LISTS["records"].takes], *rows])


GOOD: list[object] = ["award", "pilot", "咸安区", "甲公司", 1, 300000, "2025-01-01", "2025-12-31", "咸经信〔2025〕3号"]


def bring(desk: SheetDesk, content: bytes, *, apply: bool):
    actor = Actor("li", "officer", frozenset())
    wanted = desk.one("records")
    return desk.bring(wanted, content, mapping=None, apply=apply, actor=actor, demand=lambda _id: None)


def kept(database) -> list[int | None]:
    with database.reading() as session:
        return list(session.scalars(select(ProgrammeRecordRow.amount_fen).order_by(ProgrammeRecordRow.id)))


def test_trying_keeps_nothing_and_applying_keeps_all(desk, database):
    assert bring(desk, records(GOOD, GOOD), apply=False).problems == ()
    assert kept(database) == []
    report = bring(desk, records(GOOD, GOOD), apply=True)
    assert len(report.kept) == 2
    assert kept(database) == [30_000_000, 30_000_000]


def test_one_wrong_row_keeps_all_others_out_and_the_books_own_checks_are_told(desk, database):
    unknown = [*GOOD[:1], "no-such", *GOOD[2:]]
    no_money = [*GOOD[:5], None, *GOOD[6:]]
    report = bring(desk, records(GOOD, unknown, GOOD, no_money), apply=True)
    assert report.kept == ()
    assert [(one.row, one.column) for one in report.problems] == [(3, None), (5, None)]
    assert "no programme 'no-such'" in report.problems[0].message
    assert "amount_fen" in report.problems[1].message
    assert kept(database) == []


def test_every_list_can_be_written_and_read_by_excel(desk):
    for list_id, one in LISTS.items():
        wanted = desk.one(list_id)
        content = b"".join(desk.out(wanted, language="en", admits=lambda _id: True, as_enterprise=False))
        assert [cell.value for cell in opened(content)[1]] == [column.name_en for column in one.columns]
    with pytest.raises(UnknownList, match="steps of its objects"):
        desk.template(desk.one("applications"), language="zh")
    with pytest.raises(UnknownList, match="lists are"):
        desk.one("nothing")
