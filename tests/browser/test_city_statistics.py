"""Statistics in the browser: a table is defined, seen with its contributors, and published with a cell kept back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from tests.browser.administration import Administration, administration_in, seated
from tests.browser.conftest import NARROW, OpenPage
from tests.region.statistics.reports import AREAS, city

from millmark.region.watch.tables import MonthlyValueRow
from millmark.registry import Database

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

MONTHS = 13


@pytest.fixture(scope="module")
def administration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administration]:
    """Three counties and three industries have reported a year; one works is alone in its county and industry."""
    folder = tmp_path_factory.mktemp("administration")
    with administration_in(folder) as administration:
        reporters = city(MONTHS)
        form = {"is_demonstration": True}
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
                            month=2025 * 12 + number,
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
        yield administration


def test_a_table_is_defined_seen_and_published(administration: Administration, watched: OpenPage) -> None:
    officer = seated(administration, watched, "city")
    page = officer.open("/statistics")
    page.locator("[data-act=define]").click()
    page.locator("[name=title_zh]").fill("营业收入")
    page.locator("[name=title_en]").fill("Revenue")
    page.locator("[name=slug]").fill("revenue")
    page.locator("[name=measure]").select_option("revenue_fen")
    page.locator("[name=first_year]").fill("2025")
    page.locator("[data-act=submit-form]").click()
    expect(page).to_have_url(re.compile(r"/statistics/revenue$"))
    grid = page.locator("[data-part=grid]")
    expect(grid.locator("tbody tr")).to_have_count(5)
    # The office itself sees all of it, and who makes up a cell.
    grid.locator("tr[data-code='39'] td button").last.click()
    expect(page.locator("[data-part=contributors] tbody tr").first).to_contain_text("e39-")
    page.keyboard.press("Escape")
    page.locator("[data-act=publish]").click()
    proposal = page.locator("[data-part=proposal]")
    expect(proposal.locator("[data-count=few]")).not_to_have_text("0")
    expect(proposal.locator("tr[data-code='39'] [data-kind=few]")).to_have_count(1)
    expect(proposal.locator("[data-kind=complement]").first).to_be_visible()
    page.locator("[data-act=sign]").click()
    expect(page).to_have_url(re.compile(r"/statistics/revenue/publications/1$"))
    expect(page.locator("[data-part=signature]")).to_contain_text("摘要相符")
    published = page.locator("[data-part=grid]")
    # What the public gets says that it is kept back, and not why.
    expect(published.locator("tr[data-code='39'] .kept").first).to_be_visible()
    expect(published.locator("[data-kind]")).to_have_count(0)
    expect(published.locator("tr[data-code='*'] td").first).to_have_text(re.compile(r"\d"))


def test_a_county_sees_its_own_and_does_not_publish(administration: Administration, watched: OpenPage) -> None:
    county = seated(administration, watched, "county")
    page = county.open("/statistics/revenue")
    expect(page.locator("[data-part=grid] thead th")).to_have_count(3)
    expect(page.locator("[data-act=publish]")).to_have_count(0)
    assert AREAS[0] == "421202"


@pytest.mark.parametrize("size", [NARROW, (1440, 900)])
def test_pages_fit_the_screen(administration: Administration, watched: OpenPage, size: tuple[int, int]) -> None:
    for who, paths in (
        ("city", ("/statistics", "/statistics/revenue", "/statistics/revenue?tab=pictures")),
        ("north-manager", ("/peers",)),
    ):
        seat = seated(administration, watched, who)
        seat.page.set_viewport_size({"width": size[0], "height": size[1]})
        for path in paths:
            page = seat.open(path)
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, f"{path} is {over} px too wide"
