"""An officer brings 5G sites from a sheet with bad rows, sees them on the map and in the gaps, publishes a figure; a
stranger reads it, with scripts and without; an officer of a county sees that county and no other."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, FilePayload, Page, expect
from tests.browser.administration import Administration, Seat, administration_in, admitted, put, seated
from tests.browser.conftest import NARROW, WIDE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

PICTURES = os.environ.get("MILLMARK_PICTURES")
"""A folder that keeps what the pages look like, for whoever wants to look."""

KIND = "5g-base-station"
FIGURE = "F02"
SOURCE = "咸宁移动《2024年5G站址清单》(测试)"
# The column of the operator is called as no rule would guess: somebody must say what it is.
HEADINGS = ("站址编号", "所属区县", "塔上有谁", "场景", "经度", "纬度", "开通日期")
ROWS: tuple[tuple[Any, ...], ...] = (
    ("XN-1", "咸安区", "移动", "行政村", 114.30, 29.80, "2024-05-01"),
    ("CB-1", 421281, "电信", "工业园区", 113.90, 29.72, "2024年5月2日"),
    ("BAD-1", "421299", "移动", "行政村", 114.30, 29.80, "2024-05-01"),
    ("BAD-2", "咸安区", "移动", "行政村", 29.80, 114.30, "2024-05-01"),
    ("BAD-3", "咸安区", "=CMD()", "行政村", 114.30, 29.80, "2024-05-01"),
    ("JY-1", "嘉鱼县", "联通", "重点乡镇", 113.98, 29.95, "2025-09-01"),
)
VILLAGES = (
    ("V-near", "近站村(测试)", "114.301", "29.801", "421202"),
    ("V-far", "远站村(测试)", "114.05", "29.35", "421223"),
)


@pytest.fixture(scope="module")
def administration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administration]:
    with administration_in(tmp_path_factory.mktemp("ledger")) as administration:
        for number, name, longitude, latitude, area in VILLAGES:
            village = {"number": number, "name": name, "area": area, "longitude": longitude, "latitude": latitude}
            administration.platform.post(
                "/coverage/places", {**village, "area_class": "village", "weight": 500, "source": "测试"}
            )
        form = {"role": "officer", "area_code": "421221"}
        administration.clients["neighbour"] = admitted(administration, "neighbour", form)
        yield administration
        administration.clients["neighbour"].close()


def sheet(*rows: tuple[Any, ...]) -> FilePayload:
    book = Workbook()
    for row in (HEADINGS, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "站址清单.xlsx", "mimeType": media, "buffer": out.getvalue()}


@dataclass
class Bringing:
    administration: Administration
    officer: Seat
    """Of the city."""

    def standing(self) -> dict[str, int]:
        """The sites in the ledger, with the numbers of their entries."""
        found = self.administration.api("city", "GET", f"/ledger?kind={KIND}&limit=1000&as_of=2026-01-01")
        return {one["subject"]: one["id"] for one in found["entries"]}

    def brought_and_checked(self, *rows: tuple[Any, ...]) -> Page:
        """A sheet as far as the report of its rows."""
        page = self.officer.open(f"/ledger/import/{KIND}")
        page.set_input_files("[data-upload=ledger]", sheet(*rows))
        expect(page.locator("[data-step=mapping]")).to_contain_text("站址清单.xlsx")
        page.select_option("[data-heading=塔上有谁]", "operator")
        page.fill("input[name=source]", SOURCE)
        page.click("[data-act=check]")
        expect(page.locator("[data-step=report]")).to_be_visible()
        return page


def test_from_a_sheet_with_bad_rows_to_what_a_stranger_reads(
    administration: Administration, watched: OpenPage, browser: Browser
) -> None:
    bringing = Bringing(administration, seated(administration, watched, "city"))
    the_officer_sees_what_is_wrong_before_anything_is_written(bringing)
    the_good_rows_come_in_and_stand_on_the_map(bringing)
    the_gap_that_a_site_closed_is_gone(bringing)
    the_officer_publishes_what_stands(bringing)
    a_stranger_reads_the_figure(administration, browser)
    a_stranger_guesses_in_vain(administration, browser)
    what_changed_since_is_offered_as_a_correction(bringing)
    a_county_sees_its_own_sites_alone(bringing, watched)
    the_pages_stand_on_both_screens_in_both_languages(bringing, watched, browser)


def the_officer_sees_what_is_wrong_before_anything_is_written(bringing: Bringing) -> None:
    page = bringing.officer.open(f"/ledger/import/{KIND}")
    page.set_input_files("[data-upload=ledger]", sheet(*ROWS))
    # Guessed from the headings, but for the one that nobody could guess.
    expect(page.locator("[data-heading=经度]")).to_have_value("longitude")
    expect(page.locator("[data-heading=塔上有谁]")).to_have_value("")
    page.fill("input[name=source]", SOURCE)
    page.click("[data-act=check]")
    rows = page.locator("tr[data-problem]")
    expect(rows.first).to_contain_text("“运营商”必填")
    page.get_by_role("button", name="返回列对应").click()
    page.select_option("[data-heading=塔上有谁]", "operator")
    page.click("[data-act=check]")
    expect(page.locator("[data-sum=good]")).to_contain_text("3")
    expect(page.locator("[data-sum=bad]")).to_contain_text("3")
    expect(rows).to_have_count(3)
    for row, told in ((4, "行政区划代码421299不存在"), (5, "经度、纬度填反了"), (6, "单元格是公式")):
        expect(page.locator(f"tr[data-problem='{row}']")).to_contain_text(told)
    with page.expect_download() as report:
        page.get_by_text("下载报告").click()
    assert report.value.suggested_filename.endswith(".csv")
    assert bringing.standing() == {}


def the_good_rows_come_in_and_stand_on_the_map(bringing: Bringing) -> None:
    page = bringing.officer.page
    page.click("[data-act=commit-good]")
    expect(page.locator("[data-step=done]")).to_contain_text("导入 3 条记录")
    assert set(bringing.standing()) == {"XN-1", "CB-1", "JY-1"}
    page.click("[data-act=see-map]")
    expect(page.locator("[data-places]")).to_contain_text("图上 3 处")
    expect(page.locator("canvas.maplibregl-canvas")).to_be_visible()
    page.goto(page.url.replace("tab=map", "tab=entries"))
    expect(page.locator("main")).to_contain_text("XN-1")


def the_gap_that_a_site_closed_is_gone(bringing: Bringing) -> None:
    page = bringing.officer.open("/coverage?tab=gaps")
    gaps = page.locator("tr[data-row]")
    expect(gaps).to_have_count(1)
    expect(gaps).to_contain_text("远站村")


def the_officer_publishes_what_stands(bringing: Bringing) -> None:
    page = bringing.officer.open("/publications")
    bringing.officer.fill(f"[data-act=publish-{FIGURE}]", **{"note-zh": "首次公布(测试)", "note-en": "First (test)"})
    row = page.locator("tr", has_text=FIGURE)
    expect(row).to_contain_text("与公布一致")
    # Nothing is measured here, so nothing can be told.
    expect(page.locator("tr", has_text="M01")).to_contain_text("尚无数值")
    page.get_by_role("link", name="5G基站").click()
    expect(page.locator("main")).to_contain_text("首次公布(测试)")


def a_stranger_reads_the_figure(administration: Administration, browser: Browser) -> None:
    for scripts in (True, False):
        context = browser.new_context(java_script_enabled=scripts, viewport={"width": 390, "height": 844})
        page = context.new_page()
        page.goto(f"{administration.url}/public/zh")
        page.get_by_text("累计建成5G基站").click()
        expect(page.locator("p.value")).to_contain_text("3")
        expect(page.locator("svg.trend")).to_be_visible()
        assert page.locator("svg.trend circle").count() == 13, "twelve months and the day itself"
        expect(page.locator("main")).to_contain_text(SOURCE)
        expect(page.locator("main")).to_contain_text("首次公布(测试)")
        page.get_by_role("link", name="English").click()
        expect(page.locator("main")).to_contain_text("First (test)")
        context.close()


def a_stranger_guesses_in_vain(administration: Administration, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    answers = {}
    for path in ("/public/zh/figures/F01", "/public/zh/figures/F99"):
        answer = page.goto(administration.url + path)
        assert answer is not None
        assert answer.status == 404, path
        answers[path] = page.locator("main").inner_text()
    assert len(set(answers.values())) == 1, "what is not public and what is not there look alike"
    for path in ("/ledger", "/ledger/1", "/ledger/imports", "/publications", f"/publications/{FIGURE}", "/figures"):
        assert context.request.get(f"{administration.url}/api{path}").status == 401, path
    for name in ("figures.csv", "figures.json"):
        told = context.request.get(f"{administration.url}/public/data/{name}").text()
        assert FIGURE in told
        assert "F01" not in told
    for path in ("/ledger", f"/ledger/entries/{1}", "/publications"):
        page.goto(administration.url + path)
        expect(page.locator("#account")).to_be_visible()
    context.close()


def what_changed_since_is_offered_as_a_correction(bringing: Bringing) -> None:
    before = bringing.standing()["XN-1"]
    changed = ("XN-1", "咸安区", "移动", "重点乡镇", 114.305, 29.80, "2024-05-01")
    page = bringing.brought_and_checked(changed, ROWS[1])
    expect(page.locator("[data-sum=known]")).to_contain_text("1")
    row = page.locator("tr[data-change='2']")
    expect(row).to_contain_text(f"#{before}")
    expect(row).to_contain_text("区域类别:行政村 → 重点乡镇")
    expect(page.locator("[data-act=commit-all]")).to_be_disabled()
    page.check("input[name=with-changes]")
    page.click("[data-act=commit-all]")
    expect(page.locator("[data-sum=corrected]")).to_contain_text("已更正 1 条记录")
    assert bringing.standing()["XN-1"] != before
    history = bringing.officer.open(f"/ledger/entries/{before}").locator("li[data-entry]")
    expect(history).to_have_count(3)
    expect(history.nth(1)).to_contain_text("站址清单.xlsx")
    # What was published stays as it was shown, and the desk says that it has changed.
    bringing.officer.open("/publications")
    expect(bringing.officer.page.locator("tr", has_text=FIGURE)).to_contain_text("公布后有变化")


def a_county_sees_its_own_sites_alone(bringing: Bringing, watched: OpenPage) -> None:
    sites = bringing.standing()
    seat = seated(bringing.administration, watched, "neighbour")
    page = seat.open(f"/ledger/kinds/{KIND}")
    expect(page.locator("main")).to_contain_text("JY-1")
    expect(page.locator("main")).not_to_contain_text("XN-1")
    page.goto(f"{seat.watched.url}/ledger/kinds/{KIND}?tab=map")
    expect(page.locator("[data-places]")).to_contain_text("图上 1 处")
    seat.finds_nothing_at(f"/ledger/entries/{sites['XN-1']}")
    expect(page.locator("main")).not_to_contain_text("XN-1")
    seat.finds_nothing_at("/ledger/imports/1")
    expect(page.locator("main")).not_to_contain_text("站址清单")
    page.goto(f"{seat.watched.url}/coverage?tab=gaps")
    expect(page.locator("main h1")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("远站村")
    for path in (f"/ledger/{sites['XN-1']}", "/ledger?area=421202", f"/ledger/places?kind={KIND}&area=421202"):
        assert page.context.request.get(f"{seat.watched.url}/api{path}").status == 404, path
    page.context.close()


def the_pages_stand_on_both_screens_in_both_languages(bringing: Bringing, watched: OpenPage, browser: Browser) -> None:
    pages = {
        "overview": "/ledger",
        "indicators": "/ledger?tab=indicators",
        "targets": "/ledger?tab=targets",
        "imports": "/ledger?tab=imports",
        "report": "/ledger/imports/2",
        "kind": f"/ledger/kinds/{KIND}",
        "map": f"/ledger/kinds/{KIND}?tab=map",
        "entry": f"/ledger/entries/{bringing.standing()['XN-1']}",
        "publications": "/publications",
        "publication": f"/publications/{FIGURE}",
    }
    public = ("", f"/figures/{FIGURE}", "/calls", "/lists", "/suppliers", "/cases", "/events", "/replies", "/data")
    for language in ("zh-CN", "en-GB"):
        for size in (WIDE, NARROW):
            seat = seated(bringing.administration, watched, "city", language=language, size=size)
            for name, path in pages.items():
                looked_at(seat.open(path), f"{name}-{language[:2]}-{size[0]}", size)
            seat.page.context.close()
            context = browser.new_context(java_script_enabled=False, viewport={"width": size[0], "height": size[1]})
            page = context.new_page()
            for path in public:
                page.goto(f"{bringing.administration.url}/public/{language[:2]}{path}")
                looked_at(page, f"public{path.replace('/', '-')}-{language[:2]}-{size[0]}", size, waits=False)
            context.close()


def looked_at(page: Page, name: str, size: tuple[int, int], *, waits: bool = True) -> None:
    """Nothing is cut off at the side; where pictures are wanted, one is kept."""
    expect(page.locator("main h1").first).to_be_visible()
    if waits:
        page.wait_for_timeout(700)
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
    # A page without scripts can be measured all the same: it is the browser that looks.
    wide = page.locator("html").evaluate("element => element.scrollWidth")
    assert wide <= size[0], f"{name} is {wide} wide"


@pytest.mark.parametrize(
    ("language", "swapped", "twice"),
    [("zh-CN", "经度、纬度填反了", "已登记"), ("en-GB", "longitude and latitude are swapped", "is already recorded")],
)
def test_the_form_says_in_the_reader_s_language_why_it_is_refused(
    administration: Administration, watched: OpenPage, language: str, swapped: str, twice: str
) -> None:
    seat = seated(administration, watched, "city", language=language)
    page = seat.open(f"/ledger/kinds/{KIND}")
    page.click("[data-act=add]")
    dialog = page.get_by_role("dialog")
    site = f"ONE-{language[:2]}"
    for name, value in {
        "subject": site,
        "area": "咸安区",
        "date": "2024-01-01",
        "operator": "mobile",
        "area_class": "village",
        "longitude": "29.81",
        "latitude": "114.31",
        "source": "现场核查(测试)",
    }.items():
        put(dialog.locator(f"[name={name}]"), value)
    dialog.locator("[data-act=submit-form]").click()
    expect(dialog.get_by_role("alert")).to_contain_text(swapped)
    dialog.locator("[name=longitude]").fill("114.31")
    dialog.locator("[name=latitude]").fill("29.81")
    dialog.locator("[data-act=submit-form]").click()
    expect(dialog).to_have_count(0)
    seat.watched.forgive("422")
    expect(page.locator("main")).to_contain_text(site)
    again = {
        "kind": KIND,
        "area": "咸安区",
        "date": "2024-01-01",
        "subject": site,
        "source": "再次",
        "fields": {"operator": "mobile", "area_class": "village"},
    }
    told = page.context.request.post(
        f"{administration.url}/api/ledger", data=again, headers={"Accept-Language": language}
    )
    assert told.status == 409
    assert twice in told.json()["error"]["message"]


def test_a_picture_for_a_sheet_is_refused_in_words(administration: Administration, watched: OpenPage) -> None:
    seat = seated(administration, watched, "city", language="en-GB")
    page = seat.open(f"/ledger/import/{KIND}")
    picture: FilePayload = {"name": "sites.xlsx", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(64)}
    page.set_input_files("[data-upload=ledger]", picture)
    expect(page.get_by_role("alert")).to_contain_text("the file is a picture (PNG)")
    seat.watched.forgive("422")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("h1")).to_have_text("导入台账")
    page.set_input_files("[data-upload=ledger]", picture)
    expect(page.get_by_role("alert")).to_contain_text("文件是图片(PNG)")
    seat.watched.forgive("422")
