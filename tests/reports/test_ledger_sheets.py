"""Sheets brought to the ledger: told row by row, then in as a whole, or their good rows, or not at all."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from decimal import Decimal

import pytest
from openpyxl import Workbook
from tests.region.city import City, open_city

from millmark.programmes import Counting, DateSpan
from millmark.region import EntryConflict
from millmark.region.entry import NewLedgerEntry
from millmark.region.ledger_rows import At, LedgerFilter
from millmark.region.tables import LedgerEntryRow
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


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.005)


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


def test_the_same_sheet_again_adds_nothing(city: City, imports: LedgerImports) -> None:
    imports.commit(checked(imports, xlsx(*GOOD)).id, "all", recorded_by="ann")
    again = checked(imports, xlsx(*GOOD))
    assert (again.known, again.good, again.changed, again.bad) == (2, 0, 0, 0)
    assert imports.commit(again.id, "all", recorded_by="ann").added == 0
    assert len(city.ledger.entries()) == 2


OTHER = ("XN-1", "赤壁市", "联通", "行政村", 113.90, 29.72, "2024-05-01")
NEW = ("XN-9", "咸安区", "移动", "行政村", 114.31, 29.81, "2024-06-01")


def test_what_says_something_else_now_is_told_and_written_only_as_a_correction(
    city: City, imports: LedgerImports
) -> None:
    first = checked(imports, xlsx(*GOOD))
    imports.commit(first.id, "all", recorded_by="ann")
    (before,) = city.ledger.found(LedgerFilter(kind=KIND, subject="XN-1"))
    report = checked(imports, xlsx(OTHER, GOOD[1], NEW))
    assert (report.good, report.known, report.changed, report.bad, report.total) == (1, 1, 1, 0, 3)
    (change,) = report.changes
    assert (change["row"], change["entry"]) == (2, before.id)
    assert "运营商:移动 → 联通" in change["zh"].replace("中国", "")
    assert "咸安区 → 赤壁市" in change["zh"]
    # Without the word of somebody what stands stays.
    assert imports.commit(report.id, "all", recorded_by="ann").corrected == 0
    assert city.ledger.entry(before.id).voided_by is None

    city.clock.now_us += 1_000_000
    again = checked(imports, xlsx(OTHER))
    done = imports.commit(again.id, "all", recorded_by="ann", with_changes=True)
    assert (done.added, done.corrected) == (0, 1)
    history = city.ledger.history(before.id)
    assert [(one.voids, one.replaces) for one in history] == [(None, None), (before.id, None), (None, before.id)]
    assert "sites.xlsx" in history[1].source
    assert (history[2].area, history[2].fields["operator"], history[2].batch) == ("赤壁市", "unicom", again.id)
    assert city.ledger.total(LedgerFilter(kind=KIND), At(city.ledger.today())) == 3
    # As known before, the old one stood.
    then = At(city.ledger.today(), before.recorded_at_us)
    assert [one.id for one in city.ledger.found(LedgerFilter(kind=KIND, subject="XN-1"), then)] == [before.id]

    back = checked(imports, xlsx(GOOD[0]))
    assert (back.changed, back.changes[0]["entry"]) == (1, history[2].id), "a later sheet may say the old thing again"


def test_a_sheet_that_comes_again_does_not_undo_a_correction_by_hand(city: City, imports: LedgerImports) -> None:
    imports.commit(checked(imports, xlsx(*GOOD)).id, "all", recorded_by="ann")
    (before,) = city.ledger.found(LedgerFilter(kind=KIND, subject="XN-1"))
    by_hand = replace(city.ledger.entry(before.id), fields={"operator": "unicom", "area_class": "village"})
    new = NewLedgerEntry(**{one.name: getattr(by_hand, one.name) for one in fields(NewLedgerEntry)})
    city.ledger.correct(before.id, replace(new, import_key=None), source="现场核查", recorded_by="ann")
    assert checked(imports, xlsx(GOOD[0])).known == 1
    (second,) = city.ledger.found(LedgerFilter(kind=KIND, subject="XN-2"))
    city.ledger.void(second.id, source="已拆除", recorded_by="ann")
    assert checked(imports, xlsx(GOOD[1])).known == 1
    moved = checked(imports, xlsx(("XN-2", "赤壁市", "电信", "工业园区", 113.91, 29.73, "2024-05-02")))
    assert (moved.bad, moved.changed) == (1, 0)
    assert "voided since" in moved.problems[0]["en"]


def test_a_correction_of_what_somebody_voided_meanwhile_changes_nothing(city: City, imports: LedgerImports) -> None:
    imports.commit(checked(imports, xlsx(*GOOD)).id, "all", recorded_by="ann")
    (before,) = city.ledger.found(LedgerFilter(kind=KIND, subject="XN-1"))
    report = checked(imports, xlsx(OTHER, NEW))
    city.ledger.void(before.id, source="已拆除", recorded_by="ben")
    with pytest.raises(EntryConflict, match="check them again"):
        imports.commit(report.id, "all", recorded_by="ann", with_changes=True)
    assert city.ledger.found(LedgerFilter(kind=KIND, subject="XN-9")) == []
    assert imports.one(report.id).state == "checked"


def test_what_comes_in_while_a_sheet_waits_for_its_turn_is_held_against_it(city: City, imports: LedgerImports) -> None:
    imports.commit(checked(imports, xlsx(*GOOD)).id, "all", recorded_by="ann")
    report = checked(imports, xlsx(OTHER, NEW))
    by_hand = NewLedgerEntry(
        kind=KIND,
        area="咸安区",
        span=DateSpan.parse("2024-06-01"),
        source="ben's list",
        subject="XN-9",
        fields={"operator": "mobile", "area_class": "village"},
        longitude=114.31,
        latitude=29.81,
    )
    with ThreadPoolExecutor(1) as pool:
        with city.database.transaction() as session:
            # Takes the turn, which a session does not before its first question.
            session.connection()
            city.database.in_turn(session, LedgerEntryRow)
            waiting = pool.submit(imports.commit, report.id, "all", recorded_by="ann", with_changes=True)
            wait_until(lambda: imports.progress(report.id) is not None or waiting.done())
            city.ledger.add_within(session, by_hand, recorded_by="ben")
        with pytest.raises(EntryConflict, match="check them again"):
            waiting.result()
    assert [one.recorded_by for one in city.ledger.found(LedgerFilter(kind=KIND, subject="XN-9"))] == ["ben"]
    assert (imports.one(report.id).state, imports.one(report.id).corrected) == ("checked", 0)


def test_others_come_in_before_a_sheet_of_another_kind_that_is_ready(city: City, imports: LedgerImports) -> None:
    report = checked(imports, xlsx(*GOOD))
    other = NewLedgerEntry(
        kind="telecom-infrastructure-investment",
        area="咸安区",
        span=DateSpan.parse("2024-04"),
        source="月报",
        quantity=Decimal(3),
    )
    city.ledger.add(other, recorded_by="ben")
    assert imports.commit(report.id, "all", recorded_by="ann").added == 2


def test_a_sheet_voids_as_somebody_voids_by_hand(city: City, imports: LedgerImports) -> None:
    first = ("XN-1", "咸安区", "移动", "行政村", 114.30, 29.80, "2024-05-01")
    imports.commit(
        checked(imports, xlsx(first, ("XN-0", *first[1:])), replace(GIVEN, owner="市移动")).id, "all", recorded_by="ann"
    )
    (mine,) = city.ledger.found(LedgerFilter(kind=KIND, subject="XN-1"))
    (twin,) = city.ledger.found(LedgerFilter(kind=KIND, subject="XN-0"))
    imports.commit(checked(imports, xlsx(OTHER)).id, "all", recorded_by="ann", with_changes=True)
    by_hand = city.ledger.void(twin.id, source="已拆除", recorded_by="ann")
    by_sheet = city.ledger.history(mine.id)[1]
    told_apart = {"id", "subject", "source", "voids"}
    alike = [one.name for one in fields(by_hand) if one.name not in told_apart]
    assert {name: getattr(by_sheet, name) for name in alike} == {name: getattr(by_hand, name) for name in alike}
    assert (by_sheet.quantity, by_sheet.owner, by_sheet.import_key) == (None, "市移动", None)


def test_many_rows_are_corrected_in_one_go_and_known_afterwards(city: City, imports: LedgerImports) -> None:
    headings = ("站址编号", "区县", "运营商", "区域类别", "日期")

    def sheet(day: str) -> bytes:
        return csv_lines([headings, *((f"XN-{one}", "咸安区", "移动", "行政村", day) for one in range(6_000))])

    imports.commit(checked(imports, sheet("2024-05-01")).id, "all", recorded_by="ann")
    report = checked(imports, sheet("2024-05-02"))
    assert (report.changed, len(report.changes)) == (6_000, 5_000)
    done = imports.commit(report.id, "all", recorded_by="ann", with_changes=True)
    assert (done.added, done.corrected, done.progress) == (0, 6_000, None)
    standing = city.ledger.standing(city.ledger.today())
    assert {(str(one.span), one.batch) for one in standing} == {("2024-05-02", report.id)}
    assert len({one.replaces for one in standing}) == len(standing) == 6_000
    assert city.ledger.total(LedgerFilter(kind=KIND)) == 18_000
    assert checked(imports, sheet("2024-05-02")).known == 6_000


def test_a_part_stays_a_part_when_it_is_corrected_and_when_its_whole_was(city: City, imports: LedgerImports) -> None:
    def whole(quantity: int) -> NewLedgerEntry:
        return NewLedgerEntry(
            kind=KIND,
            area="咸安区",
            span=DateSpan.parse("2024-05-31"),
            quantity=Decimal(quantity),
            counting=Counting.BULK,
            source="月报",
            fields={"operator": "mobile"},
        )

    first = city.ledger.add(whole(2), recorded_by="ann")
    listing = replace(GIVEN, part_of=first.id)
    rows = (GOOD[0], ("XN-7", "咸安区", "移动", "行政村", 114.31, 29.81, "2024-05-01"))
    imports.commit(checked(imports, xlsx(*rows), listing).id, "all", recorded_by="ann")
    # All that it counts is listed: one more is too many, one that is corrected is not.
    more = ("XN-8", "咸安区", "移动", "行政村", 114.32, 29.82, "2024-05-01")
    assert "more parts than the 2" in checked(imports, xlsx(more), listing).problems[0]["en"]
    moved = ("XN-7", "咸安区", "移动", "重点乡镇", 114.31, 29.81, "2024-05-01")
    report = checked(imports, xlsx(moved))
    assert (report.changed, report.bad) == (1, 0)
    imports.commit(report.id, "all", recorded_by="ann", with_changes=True)
    (now,) = [one for one in city.ledger.standing(city.ledger.today()) if one.subject == "XN-7"]
    assert (now.part_of, now.fields["area_class"]) == (first.id, "town")
    assert city.values()["F02"] == 2

    city.ledger.correct(first.id, whole(3), source="更正", recorded_by="ann")
    third = checked(imports, xlsx(more), listing)
    assert (third.good, third.bad) == (1, 0)
    imports.commit(third.id, "all", recorded_by="ann")
    assert "more parts than the 3" in checked(imports, xlsx(("XN-6", *more[1:])), listing).problems[0]["en"]
    assert city.values()["F02"] == 3


def test_a_sheet_takes_back_nothing_that_it_has_no_column_for(city: City, imports: LedgerImports) -> None:
    def of(headings: tuple[str, ...], *cells: str) -> LedgerImport:
        return checked(imports, csv_lines([("站址编号", "区县", "运营商", "区域类别", "日期", *headings), cells]))

    first = ("XN-1", "咸安区", "移动", "行政村", "2024-05-01")
    imports.commit(
        of(("经度", "纬度", "频段", "责任单位"), *first, "114.30", "29.80", "n28", "市移动").id,
        "all",
        recorded_by="ann",
    )
    assert of((), *first).known == 1
    report = of((), "XN-1", "咸安区", "移动", "重点乡镇", "2024-05-01")
    assert [one["en"] for one in report.changes] == ["Area class: administrative village → key township"]
    imports.commit(report.id, "all", recorded_by="ann", with_changes=True)
    (now,) = [one for one in city.ledger.standing(city.ledger.today()) if one.subject == "XN-1"]
    assert (now.longitude, now.fields["bands"], now.owner) == (114.3, ["n28"], "市移动")
    # An empty cell below a heading says that there is none.
    assert "Bands: n28 → —" in of(("频段",), "XN-1", "咸安区", "移动", "重点乡镇", "2024-05-01", "").changes[0]["en"]


def test_a_changed_row_is_held_against_what_else_stands(imports: LedgerImports) -> None:
    def of(*rows: tuple[str, ...]) -> bytes:
        return b"".join(csv_lines([one]) for one in (("站址编号", "区县", "运营商", "区域类别", "日期", "数量"), *rows))

    single = ("XN-1", "咸安区", "移动", "行政村", "2024-05-01", "")
    bulk = ("", "嘉鱼县", "移动", "", "2024-05-20", "12")
    imports.commit(checked(imports, of(single, bulk)).id, "all", recorded_by="ann")
    moved = checked(imports, of(("XN-1", "嘉鱼县", "移动", "行政村", "2024-05-01", "")))
    assert (moved.bad, moved.changed) == (1, 0)
    assert "in bulk" in moved.problems[0]["en"]
    # The single one moves away and the county is counted in bulk: only both together fit.
    both = checked(
        imports,
        of(("XN-1", "通城县", "移动", "行政村", "2024-05-01", ""), ("", "咸安区", "移动", "", "2024-05-20", "5")),
    )
    assert (both.good, both.changed) == (1, 1)
    with pytest.raises(EntryConflict):
        imports.commit(both.id, "all", recorded_by="ann")
    assert imports.commit(both.id, "all", recorded_by="ann", with_changes=True).corrected == 1


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
