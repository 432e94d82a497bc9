"""The industry watch in the browser: an enterprise reports, the office sees who did not and acts on warnings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from tests.browser.administration import Administration, administration_in, seated
from tests.browser.conftest import NARROW, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

USUAL = {
    "revenue_fen": 200_000_000,
    "output_fen": 210_000_000,
    "electricity_kwh": 80_000,
    "staff": 120,
    "tax_fen": 8_000_000,
}
PAGES = ("/watch", "/watch?tab=near", "/watch?tab=roster", "/watch?tab=key", "/watch?tab=warnings", "/watch?tab=rules")


def month_before(back: int) -> str:
    """The month so many months before the current one, as `2026-02`."""
    now = datetime.now(UTC)
    month = now.year * 12 + now.month - 1 - back
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


@pytest.fixture(scope="module")
def administration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administration]:
    """North has reported two years, the last months at half; south is above scale and has never reported."""
    with administration_in(tmp_path_factory.mktemp("administration")) as administration:
        north, south = administration.enterprises["north"], administration.enterprises["south"]
        profile = {"valid_from": "2023-01-01", "industry_code": "C3976", "size_class": "small", "source": "登记表"}
        for one in (north, south):
            administration.api("city", "POST", f"/watch/enterprises/{one}/profiles", profile)
        move = {"move": "joined", "industry_code": "39", "area": "421221", "on": "2024-01-31", "source": "统计局通知"}
        administration.api("city", "POST", "/watch/roster/moves", move | {"enterprise_id": south})
        key = {"enterprise_id": north, "on": "2024-01-31", "source": "调度名单"}
        administration.api("city", "POST", "/watch/key-enterprises", key)
        for back in range(26, 1, -1):
            half = {name: value // 2 for name, value in USUAL.items()} if back <= 5 else {}
            form = {"enterprise_id": north, "month": month_before(back), "values": USUAL | half, "source": "财务系统"}
            checked = administration.api("city", "POST", "/watch/reports/check", form)
            answers = {one["key"]: "订单减少" for one in checked["findings"]}
            administration.api("city", "POST", "/watch/reports", form | {"explanations": answers})
        yield administration


def test_an_enterprise_reports_a_month_and_answers_what_the_checks_ask(
    administration: Administration, watched: OpenPage
) -> None:
    north = seated(administration, watched, "north-manager")
    page = north.open("/my-month")
    month = month_before(1)
    page.locator(f"[data-month='{month}']").click()
    form = page.locator("[data-form=report]")
    expect(form.locator("[name=revenue_fen]")).to_have_value("")
    for name, value in {
        "revenue_fen": "1050000",
        "output_fen": "1100000",
        "electricity_kwh": "41000",
        "staff": "61",
        "tax_fen": "40000",
        "source": "财务系统",
    }.items():
        form.locator(f"[name={name}]").fill(value)
    # Ten thousand times too much: a slip of units is told before anything is kept.
    form.locator("[name=revenue_fen]").fill("10500000000")
    page.click("[data-act=send-report]")
    expect(page.locator("[data-finding='unit-slip:revenue_fen']")).to_be_visible()
    form.locator("[name=revenue_fen]").fill("3,050,000")
    page.click("[data-act=send-report]")
    jump = page.locator("[data-finding='jump-month:revenue_fen']")
    expect(jump).to_contain_text("305")
    for one in page.locator("[data-finding] input").all():
        one.fill("大订单集中交付")
    page.click("[data-act=send-report]")
    expect(page.locator("[data-said=saved]")).to_contain_text(month)
    expect(page.locator("[data-version='1']")).to_contain_text("大订单集中交付")

    # The other enterprise's month is not there for this one.
    south = administration.enterprises["south"]
    north.watched.open(f"/watch/enterprises/{south}")
    expect(page.get_by_role("alert").first).to_be_visible()
    north.watched.forgive("404")


def test_the_office_sees_who_did_not_report_runs_the_rules_and_acts(
    administration: Administration, watched: OpenPage
) -> None:
    city = seated(administration, watched, "city")
    south, north = administration.enterprises["south"], administration.enterprises["north"]
    page = city.open(f"/watch/reports?month={month_before(2)}")
    expect(page.locator(f"[data-row='{south}'] .tag")).to_have_text(re.compile("逾期|待报|免报"))
    expect(page.locator(f"[data-row='{north}'] .tag")).to_have_text(re.compile("按时|迟报"))

    page = city.open("/watch?tab=warnings")
    page.click("[data-act=sweep]")
    expect(page.locator("[role=status]").first).to_be_visible()
    page.select_option("select[name=rule]", "revenue-falling")
    warning = page.locator("[data-warning]").first
    expect(warning).to_contain_text("北厂")
    warning.locator("[data-act=acknowledge]").click()
    page.get_by_role("dialog").locator("[data-act=submit-form]").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    warning.locator("[data-act=act]").click()
    page.get_by_role("dialog").locator("textarea").fill("走访企业,协调融资")
    page.get_by_role("dialog").locator("[data-act=submit-form]").click()
    expect(page.locator("[data-state=acting]")).to_contain_text("走访企业")

    page = city.open("/watch?tab=roster")
    expect(page.locator("[data-sector=electronics] strong")).to_have_text("1")
    page.locator("table .lead a, td.lead a").first.click()
    expect(page.locator("main h1")).to_contain_text("南厂")
    expect(page.locator(".page-head .tag").first).to_contain_text("规上")


def test_a_county_officer_sees_the_county_alone(administration: Administration, watched: OpenPage) -> None:
    county = seated(administration, watched, "county")
    page = county.open(f"/watch/reports?month={month_before(2)}")
    expect(page.locator(f"[data-row='{administration.enterprises['north']}']")).to_be_visible()
    expect(page.locator(f"[data-row='{administration.enterprises['south']}']")).to_have_count(0)
    county.finds_nothing_at(f"/watch/enterprises/{administration.enterprises['south']}")


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_every_page_of_the_watch_fits_a_narrow_screen(
    administration: Administration, watched: OpenPage, language: str
) -> None:
    city = seated(administration, watched, "city", language=language, size=NARROW)
    north = administration.enterprises["north"]
    reports = ("/watch/reports", f"/watch/reports/{north}/{month_before(2)}")
    for path in (*PAGES, *reports, f"/watch/enterprises/{north}"):
        _fits(city.open(path), path)
    manager = seated(administration, watched, "north-manager", language=language, size=NARROW)
    _fits(manager.open("/my-month"), "/my-month")


def _fits(page: Page, path: str) -> None:
    page.wait_for_load_state("networkidle")
    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert beyond <= 0, f"{path} is {beyond} px wider than the screen"
