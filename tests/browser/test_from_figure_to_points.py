"""The number's way back, in the browser: from the city's figure to the points of a machine."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import NARROW, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]


def open_a_claim(page: Page) -> None:
    page.click("[data-figure=M01]")
    page.locator("a[href^='/claims/']").first.click()
    page.wait_for_url(re.compile(r"/claims/[0-9a-f-]{36}$"))


def test_a_figure_opens_down_to_the_points_of_a_machine(signed_in: OpenPage) -> None:
    page = signed_in().page
    open_a_claim(page)
    expect(page.locator("h1")).to_have_text("设备联网率")

    rows = page.locator("[data-part=raw-points] tbody tr")
    expect(rows.first).to_be_visible()
    first = rows.first.locator("td").all_inner_texts()
    yesterday = datetime.now(ZoneInfo("Asia/Shanghai")).date().toordinal() - 1
    # The day claimed is the site's last whole day, told in the site's time though this reader sits in New York.
    assert first[0].startswith(datetime.fromordinal(yesterday).strftime("%Y/%m/%d 0"))
    assert first[2] in {"良好", "存疑", "不良"}
    expect(page.locator("canvas").first).to_be_visible()


def test_a_claim_is_verified_check_by_check(signed_in: OpenPage) -> None:
    page = signed_in(language="en-GB").page
    open_a_claim(page)
    page.click("[data-act=verify]")
    expect(page.locator("[data-verified=true]")).to_contain_text("Verified", timeout=60_000)
    assert page.locator(".verify li.good").count() >= 8
    assert page.locator(".verify li.bad").count() == 0


def test_a_claim_is_taken_away_as_files(signed_in: OpenPage) -> None:
    page = signed_in(language="en-GB").page
    open_a_claim(page)
    with page.expect_download() as document:
        page.get_by_role("link", name="Claim document").click()
    with page.expect_download() as rows:
        page.get_by_role("link", name="Rows (Parquet)").click()
    assert document.value.suggested_filename.endswith(".json")
    assert rows.value.path().read_bytes().startswith(b"PAR1")
    command = page.locator("code", has_text="millmark verify").inner_text()
    assert document.value.suggested_filename in command
    assert rows.value.suggested_filename in command


def test_every_number_of_the_reply_leads_to_its_figure(signed_in: OpenPage) -> None:
    one = signed_in()
    page = one.open("/reply")
    expect(page.locator("article")).to_contain_text("累计建成5G基站3970个")
    page.get_by_role("link", name="3970个").click()
    page.wait_for_url("**/figures/F02")
    expect(page.locator(".big")).to_contain_text("3,970")


def test_a_record_is_added_and_the_figure_follows(signed_in: OpenPage) -> None:
    one = signed_in(language="en-GB")
    page = one.open("/figures/F03")
    expect(page.locator(".big")).to_contain_text("5")
    page.get_by_role("button", name="Add a record").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Add to the ledger").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Fill in")

    dialog.locator("input[name=subject]").fill("占位区域类别")
    dialog.locator("input[name=source]").fill("Browser test, note 1")
    dialog.get_by_role("button", name="Add to the ledger").click()
    expect(page.get_by_role("status")).to_contain_text("the figure has followed")
    expect(page.locator(".big")).to_contain_text("6")
    expect(page.locator("tr.fresh")).to_contain_text("Browser test, note 1")


def test_the_language_is_switched_and_kept(signed_in: OpenPage) -> None:
    one = signed_in()
    page = one.page
    expect(page.locator("h1")).to_have_text("咸宁市：工作数字")
    page.get_by_role("button", name="切换为英文").click()
    expect(page.locator("h1")).to_have_text("Xianning: the figures")
    assert page.locator("html").get_attribute("lang") == "en"
    page.reload()
    expect(page.locator("h1")).to_have_text("Xianning: the figures")
    expect(page.locator("[data-figure=F02]")).to_contain_text("5G base stations built to date")
    assert page.title() == "City · Millmark"


def test_live_values_stream_and_the_chart_zooms_to_single_points(signed_in: OpenPage) -> None:
    one = signed_in(language="en-GB")
    page = one.open("/enterprises/2")
    expect(page.locator(".stream")).to_have_text("live")
    page.get_by_role("button", name=re.compile("^Show Arc furnace active_power")).click()
    expect(page.get_by_role("heading", name="Arc furnace · active_power")).to_be_visible()
    measured = page.locator("tr.chosen td").nth(3)
    before = measured.inner_text()
    expect(measured).not_to_have_text(before, timeout=30_000)

    page.get_by_role("button", name=re.compile("^Show Melt and rolling shop mean_power")).click()
    page.get_by_role("button", name="All", exact=True).click()
    expect(page.locator(".chart .foot")).to_contain_text("per step")
    plot = page.locator(".plot")
    plot.focus()
    for _ in range(12):
        page.keyboard.press("+")
    expect(page.locator(".chart .foot")).to_contain_text("every point")
    page.keyboard.press("End")
    page.get_by_role("button", name="As a table").click()
    expect(page.get_by_role("region", name="As a table").locator("thead")).to_contain_text("Received")


def test_the_map_shows_the_counties_and_leads_to_an_enterprise(signed_in: OpenPage) -> None:
    page = signed_in(language="en-GB").page
    expect(page.locator(".map canvas")).to_be_visible()
    expect(page.locator(".map figcaption")).to_contain_text("Schematic map")
    assert page.locator(".map-county").count() == 6
    # Lists that would cover each other are folded until somebody points at their county.
    county = page.locator(".map-county").filter(has=page.locator("span", has_text=re.compile("^Xian'an"))).first
    county.hover()
    county.locator(".map-pin").first.click()
    page.wait_for_url(re.compile(r"/enterprises/\d+$"))


def test_everything_is_within_reach_of_the_keyboard(signed_in: OpenPage) -> None:
    page = signed_in(language="en-GB").page
    page.locator("body").focus()
    page.reload()
    page.wait_for_selector("[data-figure]")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    page.locator("[data-figure=F13]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/figures/F13")
    assert page.evaluate("document.activeElement.id") == "content"


@pytest.mark.parametrize("language", ["zh-CN", pytest.param("en-GB", marks=pytest.mark.long)])
def test_every_page_fits_a_narrow_screen(signed_in: OpenPage, language: str) -> None:
    one = signed_in(language=language, size=NARROW)
    page = one.page
    claims = page.evaluate("fetch('/api/claims').then((answer) => answer.json())")["claims"]
    paths = ["/", "/figures/F13", "/figures/M01", "/enterprises", "/enterprises/1", "/enterprises/1?tab=measures"]
    paths += ["/enterprises/1?tab=claims", "/claims", f"/claims/{claims[0]['id']}", "/programmes", "/reply", "/intake"]
    paths += ["/intake/gateways", "/intake/gateways/demo-a"]
    for path in paths:
        one.open(path)
        page.wait_for_selector(".sheet, .paper, .tile")
        page.wait_for_timeout(600)
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond <= 0, f"{path} is {beyond} px wider than the screen"
    menu = page.get_by_role("button", name=re.compile("打开菜单|Open menu"))
    menu.click()
    page.get_by_role("link", name=re.compile("^(专项|Programmes)$")).click()
    page.wait_for_url("**/programmes")
    expect(page.locator(".rail")).not_to_be_in_viewport()
