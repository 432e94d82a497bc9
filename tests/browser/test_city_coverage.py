"""Coverage in the browser: the overview with its statements, the gap list, and a plan from its order to its map."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.browser.administration import PASSWORD
from tests.browser.conftest import NARROW, WIDE, Demo, OpenPage

from millmark.web.sessions import COOKIE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def test_an_officer_sees_the_gaps_and_plans_the_sites_that_close_most(signed_in: OpenPage) -> None:
    page = signed_in(language="zh-CN").open("/coverage")
    # The demonstration fills the desk after it has started.
    expect(page.locator("[data-figure=weight-share]")).to_contain_text("%", timeout=60_000)
    expect(page.locator("[data-statement]")).to_have_count(5)
    expect(page.locator("[data-statement=village]")).to_have_attribute("data-holds", "false")
    page.click("[data-act=gaps]")
    expect(page.locator("tr[data-row]").first).to_be_visible()
    assert weights(page) == sorted(weights(page), reverse=True)
    for area_class, name in (("village", "示例行政村"), ("park", "示例工业园区")):
        page.select_option("select[name=area-class]", area_class)
        expect(page.locator("tr[data-row]").first).to_contain_text(name)
        rows = page.locator("tr[data-row]").all_inner_texts()
        assert all(name in row for row in rows), rows
    page.locator("tr[data-row] a").first.click()
    expect(page.get_by_text("没有基站覆盖这个需求点")).to_be_visible()
    page.goto(page.url.split("/coverage")[0] + "/coverage?tab=plans")
    page.click("[data-act=new-plan]")
    page.fill("input[name=name]", "浏览器里的规划")
    page.fill("input[name=budget]", "12000000")
    page.check("input[name=duty-village]")
    page.fill("input[name=share-village]", "75")
    page.click("[data-act=submit-form]")
    expect(page.locator("[data-figure=added-weight]")).to_be_visible(timeout=120_000)
    expect(page.locator("[data-state=done]").first).to_be_visible()
    expect(page.locator("[data-figure=gap]")).to_contain_text("%")
    expect(page.locator("tr[data-site]").first).to_contain_text("示例候选站址")
    with page.expect_download() as downloading:
        page.click("[data-act=excel]")
    assert downloading.value.suggested_filename.endswith(".xlsx")


def weights(page: Page) -> list[int]:
    """What each gap of the page weighs."""
    column = page.locator("thead th").all_inner_texts().index("人口或权重")
    cells = page.locator(f"tr[data-row] > *:nth-child({column + 1})").all_inner_texts()
    return [int(one.replace(",", "")) for one in cells]


def test_an_obligation_that_cannot_be_met_is_told(signed_in: OpenPage) -> None:
    page = signed_in(language="en-GB").open("/coverage?tab=plans")
    page.click("[data-act=new-plan]")
    page.fill("input[name=name]", "Too much for too little")
    page.fill("input[name=budget]", "300000")
    page.check("input[name=duty-village]")
    page.fill("input[name=share-village]", "100")
    page.click("[data-act=submit-form]")
    expect(page.locator("[data-infeasible]")).to_contain_text("Villages: 100%", timeout=120_000)


def test_a_county_officer_sees_the_county_and_no_other(demo: Demo, watched: OpenPage) -> None:
    own, other = "421223", "421221"
    with httpx.Client(base_url=demo.url, timeout=30.0, trust_env=False) as office:
        said = {"account": demo.account, "password": demo.password}
        office.post("/api/session", json=said).raise_for_status()
        new = {"account": "chongyang", "role": "officer", "area_code": own}
        once = office.post("/api/accounts", json=new).raise_for_status().json()["one_time_password"]
        foreign = office.get(f"/api/coverage/gaps?area_code={other}").raise_for_status().json()["gaps"][0]
    with httpx.Client(base_url=demo.url, timeout=30.0, trust_env=False) as county:
        county.post("/api/session", json={"account": "chongyang", "password": once}).raise_for_status()
        county.put("/api/session/password", json={"current": once, "new": PASSWORD}).raise_for_status()
        token = county.cookies[COOKIE]
    one = watched(demo.url)
    one.page.context.add_cookies([{"name": COOKIE, "value": token, "url": demo.url, "httpOnly": True}])
    page = one.open("/coverage?tab=gaps")
    rows = page.locator("tr[data-row]")
    expect(rows.first).to_contain_text("崇阳县")
    assert all("崇阳县" in row for row in rows.all_inner_texts())
    one.open(f"/coverage/places/{foreign['id']}")
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.locator("main")).not_to_contain_text(foreign["name"])
    one.forgive("404")
    one.open(f"/coverage?tab=gaps&area={other}")
    expect(rows.first).to_contain_text("崇阳县")
    assert not any("通城县" in row or "嘉鱼县" in row for row in rows.all_inner_texts())


@pytest.mark.parametrize(("size", "language"), [(WIDE, "en-GB"), (NARROW, "zh-CN"), (NARROW, "en-GB")])
def test_every_page_fits_its_screen(signed_in: OpenPage, size: tuple[int, int], language: str) -> None:
    one = signed_in(language=language, size=size)
    tabs = ("overview", "gaps", "plans", "places", "candidates", "parameters")
    for path in (*(f"/coverage?tab={tab}" for tab in tabs), "/coverage/plans/1", "/data-centres"):
        page = one.open(path)
        expect(page.locator("main h1, main .page").first).to_be_visible()
        page.wait_for_timeout(600)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
