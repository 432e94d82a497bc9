"""Suppliers, demands, cases and events in the browser: admitted, matched with reasons, talked with, counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.administration import Administration, Seat, administration_in, admitted, seated
from tests.browser.conftest import NARROW, WIDE, OpenPage
from tests.programmes.documents import samples

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

WAN = 1_000_000
STOPS = "数控机床二十多台,想知道一天到底开了几个小时,为什么停"


@pytest.fixture(scope="module")
def administration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administration]:
    with administration_in(tmp_path_factory.mktemp("administration")) as administration:
        vendor = administration.platform.post(
            "/enterprises",
            {
                "slug": "vendor",
                "name_zh": "联机数科（待核实）",
                "name_en": "Vendor (to be identified)",
                "area_code": "421202",
                "is_placeholder": True,
            },
        )
        administration.enterprises["vendor"] = int(vendor["id"])
        form = {"role": "supplier", "enterprise": "vendor"}
        administration.clients["vendor"] = admitted(administration, "vendor", form)
        yield administration
        administration.clients["vendor"].close()


def in_the_pool(administration: Administration) -> int:
    """The vendor in the pool with a published solution."""
    mine = administration.api("vendor", "GET", "/suppliers/mine")["supplier"]
    if mine is None:
        file_id = administration.upload("vendor", "执照.pdf", samples.pdf())
        papers = {"licence": [file_id], "credit": [file_id]}
        profile = {"intro_zh": "做设备联网", "contact_name": "周", "pledge": True, "documents": papers}
        mine = administration.api("vendor", "POST", "/suppliers", {"profile": profile})
    if mine["state"] == "applied":
        administration.api("city", "POST", f"/suppliers/{mine['id']}/steps", {"action": "admit"})
    if not administration.api("vendor", "GET", "/solutions/mine")["solutions"]:
        content = {
            "title_zh": "设备联网与OEE统计",
            "summary_zh": "采集PLC与数控系统,稼动率、停机原因、产量自动统计",
            "scenarios": [{"scenario": "equipment-management", "level": 3}],
            "industries": ["C33"],
            "price_min_fen": 10 * WAN,
            "price_max_fen": 40 * WAN,
        }
        drafted = administration.api("vendor", "POST", "/solutions", {"content": content})
        administration.api("vendor", "POST", f"/solutions/{drafted['id']}/steps", {"action": "publish"})
    return int(mine["id"])


def test_a_supplier_applies_and_the_office_admits_it(administration: Administration, watched: OpenPage) -> None:
    vendor = seated(administration, watched, "vendor")
    page = vendor.open("/my-solutions")
    page.click("[data-act=apply]")
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=intro_zh]").fill("做设备联网与老设备改造")
    dialog.locator("[data-act=submit-form]").click()
    expect(dialog.get_by_role("alert")).to_contain_text("营业执照")
    for kind in ("licence", "credit"):
        dialog.locator(f"[data-upload=supplier-{kind}]").set_input_files(
            {"name": f"{kind}.pdf", "mimeType": "application/pdf", "buffer": samples.pdf()}
        )
        expect(dialog.get_by_text(f"{kind}.pdf")).to_be_visible()
    dialog.locator("[name=pledge]").check()
    dialog.locator("[data-act=submit-form]").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("h1 [data-state]")).to_have_attribute("data-state", "applied")

    city = seated(administration, watched, "city")
    page = city.open("/suppliers")
    page.click("[data-tab=desk]")
    page.get_by_role("link", name=re.compile("联机数科")).click()
    expect(page.get_by_text("licence.pdf")).to_be_visible()
    city.act("admit")
    expect(page.locator("h1 [data-state]")).to_have_attribute("data-state", "admitted")
    assert [step for step, _ in city.timeline()] == ["apply", "admit"]

    page = vendor.open("/my-solutions")
    page.click("[data-act=new-solution]")
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=title_zh]").fill("设备联网与OEE统计")
    dialog.locator("[name=summary_zh]").fill("采集PLC与数控系统,稼动率、停机原因、产量自动统计")
    dialog.locator("[name=scenario-equipment-management]").check()
    dialog.locator("[name=price_min]").fill("100000")
    dialog.locator("[name=price_max]").fill("400000")
    dialog.locator("[data-act=submit-form]").click()
    expect(dialog).to_have_count(0)
    page.click("[data-act=publish]")
    expect(page.locator("[data-row] [data-state]")).to_have_attribute("data-state", "published")


def test_a_demand_finds_its_supplier_without_saying_whose_it_is(
    administration: Administration, watched: OpenPage
) -> None:
    in_the_pool(administration)
    north = seated(administration, watched, "north-manager")
    page = north.open("/demands/new")
    page.locator("[name=title]").fill("想看清设备开动率")
    page.locator("[name=text]").fill(STOPS)
    page.locator("[name=scenario-equipment-management]").check()
    page.click("[data-act=preview]")
    match = page.locator("[data-match]").first
    expect(match).to_contain_text("设备联网与OEE统计")
    expect(match.locator("[data-part=scenario]")).to_contain_text("设备管理")
    expect(match.locator("[data-part=text]")).to_contain_text("数控")
    page.click("[data-act=publish]")
    expect(page.get_by_role("alert")).to_contain_text("同意")
    page.locator("[name=consent]").check()
    page.click("[data-act=publish]")
    page.wait_for_url(re.compile(r"/demands/\d+"))
    address = page.url.removeprefix(administration.url)

    vendor = seated(administration, watched, "vendor")
    page = vendor.open(address)
    expect(page.locator("main")).not_to_contain_text("北厂")
    vendor.fill("[data-act=answer]", text="六周上线,含一年维护", price_min="180000")
    expect(page.locator("[data-answer]")).to_contain_text("六周上线")

    page = north.open(address)
    north.act("talk", within="[data-answer]")
    expect(page.locator("[data-answer]")).to_contain_text("周")
    expect(vendor.open(address).locator("main")).to_contain_text("北厂")
    north.open(address)
    north.act("agree", within="[data-answer]")
    expect(north.page.locator("h1 [data-state]")).to_have_attribute("data-state", "agreed")

    # Whoever was served gives marks.
    page = north.open("/demands")
    north.fill("[data-act=give-marks]", **{"mark-delivery": "9", "mark-effect": "8", "mark-service": "9"})
    seated(administration, watched, "south-manager").finds_nothing_at(address)


def test_an_event_is_registered_for_and_who_came_moves_its_count(
    administration: Administration, watched: OpenPage
) -> None:
    city = seated(administration, watched, "city")
    page = city.open("/events")
    page.click("[data-act=new-event]")
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=title_zh]").fill("设备联网培训")
    dialog.locator("[name=seats]").fill("10")
    dialog.locator("[data-act=submit-form]").click()
    page.wait_for_url(re.compile(r"/events/\d+"))
    address = page.url.removeprefix(administration.url)
    city.act("call")

    north = seated(administration, watched, "north-manager")
    north.open(address)
    north.fill("[data-act=register]", people="2", contact="李 0715-1")
    expect(north.page.locator("[data-registration] [data-state]")).to_have_attribute("data-state", "registered")

    page = city.open(address)
    came = f"came-{administration.enterprises['north']}"
    city.fill("[data-act=attend-named]", source="签到表", **{came: "yes"})
    expect(page.locator("[data-part=counted]")).to_contain_text("1")
    city.fill("[data-act=attend-bulk]", number="20", at_least="yes", source="通稿")
    expect(page.locator("[data-part=counted]")).to_contain_text("21")
    city.fill("[data-act=write-note]", enterprise=str(administration.enterprises["north"]), text="先装网关")
    expect(north.open(address).locator("[data-part=notes]")).to_contain_text("先装网关")


def test_a_case_is_told_agreed_to_and_published(administration: Administration, watched: OpenPage) -> None:
    city = seated(administration, watched, "city")
    page = city.open("/cases")
    page.click("[data-act=new-case]")
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=enterprise]").select_option(str(administration.enterprises["north"]))
    for name, text in (("title_zh", "冲压车间联网"), ("problem_zh", "停机多"), ("done_zh", "接了二十台")):
        dialog.locator(f"[name={name}]").fill(text)
    dialog.locator("[data-act=submit-form]").click()
    page.wait_for_url(re.compile(r"/cases/\d+"))
    address = page.url.removeprefix(administration.url)
    sides = {"before-value": "61.5", "before-first": "2025-01-01", "before-last": "2025-03-31"}
    sides |= {"after-value": "70.11", "after-first": "2025-07-01", "after-last": "2025-09-30"}
    city.fill("[data-act=add-effect]", name_zh="开动率", **sides)
    expect(page.locator("[data-basis=told]").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("14")

    north = seated(administration, watched, "north-manager")
    north.open(address)
    north.act("consent")
    city.open(address)
    city.act("publish")
    vendor = seated(administration, watched, "vendor", language="en-GB")
    expect(vendor.open("/cases").locator("[data-case]").first).to_contain_text("as told")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_no_page_is_wider_than_its_screen(
    administration: Administration, watched: OpenPage, size: tuple[int, int], language: str
) -> None:
    supplier_id = in_the_pool(administration)
    for who, paths in _PAGES.items():
        seat = seated(administration, watched, who, language=language, size=size)
        for path in (*paths, f"/suppliers/{supplier_id}"):
            _fits(seat, path)


_PAGES: dict[str, tuple[str, ...]] = {
    "city": ("/suppliers", "/demands", "/cases", "/events"),
    "north-manager": ("/demands", "/demands/new", "/events"),
    "vendor": ("/my-solutions", "/demands"),
}


def _fits(seat: Seat, path: str) -> Any:
    page = seat.open(path)
    page.wait_for_timeout(300)
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0, f"{seat.who} {path}: {wider} px beyond the screen"
