"""Statistics in the browser: a table is defined, seen with its contributors, and published with a cell kept back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import expect
from tests.browser.administration import Administration, administration_in, admitted, seated
from tests.browser.conftest import NARROW, OpenPage
from tests.region.statistics.reports import AREAS, city

from millmark.region.watch.months import month_of
from millmark.region.watch.tables import MonthlyValueRow
from millmark.registry import Database

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

MONTHS = 16
FIRST = month_of(date.today()) - MONTHS  # noqa: DTZ011 - the months before this one, wherever the test runs
LONELY = AREAS[2]
"""The county in which one works is alone in its industry, the last of the three."""


@pytest.fixture(scope="module")
def administration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administration]:
    """Three counties and three industries have reported a year; one works is alone in its county and industry."""
    folder = tmp_path_factory.mktemp("administration")
    with administration_in(folder) as administration:
        reporters = city(MONTHS)
        form = {"is_placeholder": True}
        ids = {
            one.slug: administration.platform.post(
                "/enterprises",
                form | {"slug": one.slug, "name_zh": one.slug, "name_en": one.slug, "area_code": one.area},
            )["id"]
            for one in reporters
        }
        database = Database(f"sqlite:///{administration.platform.folder / 'registry.sqlite'}")
        with database.transaction() as session:
            for one in reporters:
                for number, revenue in enumerate(one.months):
                    session.add(
                        MonthlyValueRow(
                            month=FIRST + number,
                            enterprise_id=ids[one.slug],
                            version=1,
                            industry_code=one.industry,
                            division=int(one.industry),
                            area_code=one.area,
                            size_class=one.size,
                            grade="self-reported",
                            revenue_fen=revenue,
                            output_fen=revenue,
                            electricity_kwh=revenue // 1000,
                        )
                    )
        database.close()
        own = {"role": "manager", "enterprise": f"e13-{AREAS[0]}-1"}
        administration.enterprises |= ids
        client = admitted(administration, "peer", own)
        administration.clients["peer"] = client
        yield administration
        client.close()


def test_a_table_is_defined_seen_and_published(administration: Administration, watched: OpenPage) -> None:
    officer = seated(administration, watched, "city")
    page = officer.open("/statistics")
    page.locator("[data-act=define]").click()
    page.locator("[name=title_zh]").fill("营业收入")
    page.locator("[name=title_en]").fill("Revenue")
    page.locator("[name=slug]").fill("revenue")
    page.locator("[name=measure]").select_option("revenue_fen")
    page.locator("[name=first_year]").fill(str(FIRST // 12))
    page.locator("[data-act=submit-form]").click()
    expect(page).to_have_url(re.compile(r"/statistics/revenue$"))
    grid = page.locator("[data-part=grid]")
    # The city with its six counties goes down, the industries with their section and total across.
    expect(grid.locator("tbody tr")).to_have_count(7)
    expect(grid.locator("thead th")).to_have_count(6)
    # The office itself sees all of it, and who makes up a cell.
    grid.locator(f"tr[data-code='{LONELY}'] td button").last.click()
    expect(page.locator("[data-part=contributors] tbody tr").first).to_contain_text("e39-")
    page.keyboard.press("Escape")
    page.locator("[data-act=publish]").click()
    proposal = page.locator("[data-part=proposal]")
    expect(proposal.locator("[data-count=few]")).not_to_have_text("0")
    expect(proposal.locator(f"tr[data-code='{LONELY}'] [data-kind=few]")).to_have_count(1)
    expect(proposal.locator("[data-kind=complement]").first).to_be_visible()
    page.locator("[data-act=sign]").click()
    expect(page).to_have_url(re.compile(r"/statistics/revenue/publications/1$"))
    expect(page.locator("[data-part=signature]")).to_contain_text("摘要相符")
    published = page.locator("[data-part=grid]")
    # What the public gets says that it is kept back, and not why.
    expect(published.locator(f"tr[data-code='{LONELY}'] .kept").first).to_be_visible()
    expect(published.locator("[data-kind]")).to_have_count(0)
    expect(published.locator("tr[data-code='*'] td").first).to_have_text(re.compile(r"\d"))


def test_whoever_agrees_in_writing_is_told(administration: Administration, watched: OpenPage) -> None:
    officer = seated(administration, watched, "city")
    page = officer.open("/statistics-waivers")
    page.locator("[data-act=give-waiver]").click()
    picker = page.locator("[data-picker=enterprise] input")
    picker.click()
    picker.fill(f"e39-{AREAS[2]}")
    page.get_by_role("option", name=f"e39-{AREAS[2]}-0").click()
    page.locator("[name=valid_from]").fill("2025-01-01")
    page.locator("[name=document]").fill("同意公布函〔2026〕1号")
    page.locator("[data-act=submit-form]").click()
    row = page.locator("[data-part=waivers] tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("同意公布函〔2026〕1号")
    expect(row).to_contain_text("有效")
    # As it was known before, there was none.
    page.locator("[data-field=known-at] input").fill("2025-01-31")
    expect(page.locator("[data-part=waivers]")).to_contain_text("没有同意书")
    page.get_by_role("button", name="按现在所知").click()
    page.locator("[data-act=withdraw]").click()
    page.locator("[name=document]").fill("撤回函")
    page.locator("[data-act=submit-form]").click()
    expect(row).to_contain_text("已撤回")
    expect(page.locator("[data-act=withdraw]")).to_have_count(0)


def test_a_works_sees_where_it_stands_and_on_what_evidence(administration: Administration, watched: OpenPage) -> None:
    own = seated(administration, watched, "peer")
    page = own.open("/peers")
    energy = page.locator("[data-peer=energy_per_output]")
    expect(energy.locator("[data-part=own-grade]")).to_contain_text("自报")
    expect(energy.locator("[data-part=group-grade]")).to_contain_text("自报")
    expect(energy.locator("[data-part=quarter]")).to_be_visible()
    expect(page.locator("[data-peer=oee]")).to_contain_text("还没有公开的 OEE 数据凭证")


def test_a_county_sees_its_own_and_does_not_publish(administration: Administration, watched: OpenPage) -> None:
    county = seated(administration, watched, "county")
    page = county.open("/statistics/revenue")
    expect(page.locator("[data-part=grid] thead th")).to_have_count(3)
    expect(page.locator("[data-act=publish]")).to_have_count(0)
    assert AREAS[0] == "421202"


@pytest.mark.parametrize("size", [NARROW, (1440, 900)])
def test_pages_fit_the_screen(administration: Administration, watched: OpenPage, size: tuple[int, int]) -> None:
    for who, paths in (
        (
            "city",
            (
                "/statistics",
                "/statistics/revenue",
                "/statistics/revenue?tab=pictures",
                "/statistics/revenue/publications/1",
                "/statistics-waivers",
            ),
        ),
        ("peer", ("/peers", "/statistics-waivers")),
    ):
        seat = seated(administration, watched, who)
        seat.page.set_viewport_size({"width": size[0], "height": size[1]})
        for path in paths:
            page = seat.open(path)
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, f"{path} is {over} px too wide"
