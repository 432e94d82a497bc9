"""The dispatch desk in the browser: a request from asking to solved, a project, a brief, and who read an enterprise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.administration import Administration, administration_in, admitted, seated
from tests.browser.conftest import NARROW, WIDE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

PAGES = {
    "city": (
        "/factors",
        "/factors?tab=statistics",
        "/factors?tab=rules",
        "/investments",
        "/investments?tab=timeline",
        "/investments?tab=list",
        "/investments?tab=overdue",
        "/briefs",
    ),
    "north-manager": ("/factors", "/reads"),
    "auditor": ("/reads",),
}
DEPARTMENTS = {"power-supply": "市供电公司", "housing": "市住建局"}
TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def administration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administration]:
    with administration_in(tmp_path_factory.mktemp("administration")) as administration:
        # The platform's operator adds departments; each has an account of its own.
        for name, zh in DEPARTMENTS.items():
            administration.platform.put(f"/departments/{name}", {"name_zh": zh, "name_en": name})
            form = {"role": "department", "department": name}
            administration.clients[f"{name}-staff"] = admitted(administration, f"{name}-staff", form)
        yield administration
        for name in DEPARTMENTS:
            administration.clients[f"{name}-staff"].close()


def test_a_request_is_asked_assigned_answered_and_confirmed(administration: Administration, watched: OpenPage) -> None:
    north = seated(administration, watched, "north-manager")
    page = north.open("/factors")
    north.fill("[data-act=ask]", factor="power", urgency="urgent", title="2号线变压器增容", text="需增容800kVA")
    expect(page.locator("h1")).to_contain_text("2号线变压器增容")
    path = page.url.removeprefix(administration.url)

    county = seated(administration, watched, "county")
    desk = county.open(path)
    expect(desk.locator("[data-act=assign]")).to_be_visible()
    desk.locator("[data-act=assign]").click()
    # The rules suggest the power company, and the department by that name is chosen already.
    expect(desk.get_by_role("dialog").locator("[name=lead]")).to_have_value("power-supply")
    desk.get_by_role("dialog").locator("[data-act=submit-form]").click()
    expect(desk.locator("[data-department=power-supply]")).to_be_visible()

    staff = seated(administration, watched, "power-supply-staff")
    theirs = staff.open("/factors")
    theirs.get_by_role("link", name="2号线变压器增容").click()
    staff.act("take_up")
    staff.fill("[data-act=answer]", reason="本月20日前完成增容")
    expect(theirs.locator("[data-department=power-supply] .answer")).to_contain_text("本月20日前")
    seated(administration, watched, "housing-staff").finds_nothing_at(path)

    # Its enterprise's card tells the office what is open, and no longer what is settled.
    card = f"/watch/enterprises/{administration.enterprises['north']}"
    requests = county.open(card).locator("[data-part=requests]")
    expect(requests).to_contain_text("2号线变压器增容")
    north.open(path)
    north.act("solved")
    county.open(card)
    expect(requests).to_be_visible()
    expect(requests).not_to_contain_text("2号线变压器增容")
    assert [step for step, _ in north.timeline()] == ["ask", "assign", "take_up", "answer", "solved"]


def test_a_project_is_registered_followed_and_told_as_late(administration: Administration, watched: OpenPage) -> None:
    city = seated(administration, watched, "city")
    page = city.open("/investments")
    page.locator("[data-act=register]").click()
    dialog = page.get_by_role("dialog")
    for name, value in {"name_zh": "示范产业园", "name_en": "Demonstration park", "source": "招商简报第3期"}.items():
        dialog.locator(f"[name={name}]").fill(value)
    dialog.locator("[name=area_code]").select_option("421202")
    dialog.locator("[name=stage]").select_option("signed")
    dialog.locator("[name=planned]").fill("860000000")
    dialog.locator("[data-act=add-milestone]").click()
    dialog.locator("[name=planned-0]").fill((TODAY - timedelta(days=20)).isoformat())
    dialog.locator("[data-act=submit-form]").click()
    expect(page.locator("h1")).to_contain_text("示范产业园")
    expect(page.locator("[data-milestone] .tag.bad")).to_be_visible()
    city.fill("[data-act=raise]", text="红线内线路迁改未完成", department="power-supply")
    expect(page.locator("[data-problem]")).to_contain_text("市供电公司")
    city.fill("[data-act=payment]", amount="42000000", words="企业月报")
    expect(page.locator("[data-payment]")).to_contain_text("4,200 万元")
    city.fill("[data-act=reach]", happened_on=(TODAY - timedelta(days=2)).isoformat())
    expect(page.locator("[data-milestone] .tag.warn")).to_be_visible()
    city.fill("[data-act=stage]", stage="started")
    expect(page.locator("[aria-current=step]")).to_contain_text("开工")
    city.open("/investments?tab=timeline")
    expect(page.locator("[data-project] .mark.late")).to_be_visible()

    staff = seated(administration, watched, "power-supply-staff")
    theirs = staff.open("/investments")
    theirs.get_by_role("link", name="示范产业园").first.click()
    staff.act("solve", "迁改已完成", within="[data-problem]")
    expect(theirs.locator("[data-problem] [data-state=solved]")).to_be_visible()
    expect(theirs.locator("[data-act=payment]")).to_have_count(0)


def test_a_brief_is_written_edited_issued_and_taken_away(administration: Administration, watched: OpenPage) -> None:
    city = seated(administration, watched, "city")
    page = city.open("/briefs")
    city.fill("[data-act=begin-brief]")
    expect(page.locator(".brief .title")).to_contain_text("调度月报")
    expect(page.locator("[data-value=factors_asked]").first).to_be_visible()
    page.locator("[data-act=edit]").click()
    # Nobody has reported this month: the brief says what stands there instead, and that is what is edited.
    text = page.locator("[name=otherwise-1]")
    text.fill("本月要点:{factors_askd}件诉求。")
    page.locator("[data-act=save-brief]").click()
    expect(page.get_by_role("alert")).to_contain_text("factors_asked")
    city.watched.forgive("422")
    text.fill("本月要点:{factors_asked}件诉求。")
    page.locator("[data-act=save-brief]").click()
    expect(page.locator(".brief")).to_contain_text("本月要点")
    city.act("issue")
    expect(page.locator("h1 [data-state=issued]")).to_be_visible()
    with page.expect_download() as taken:
        page.locator("[data-file='zh.pdf']").click()
    assert Path(taken.value.path()).read_bytes().startswith(b"%PDF")


def test_an_enterprise_sees_who_read_it_and_a_county_sees_no_other_county(
    administration: Administration, watched: OpenPage
) -> None:
    north, south = administration.enterprises["north"], administration.enterprises["south"]
    county = seated(administration, watched, "county")
    county.open(f"/enterprises/{north}")
    county.open("/watch?tab=warnings")
    expect(county.page.locator("[data-act=sweep]")).to_be_visible()
    county.finds_nothing_at(f"/enterprises/{south}")
    manager = seated(administration, watched, "north-manager")
    page = manager.open("/reads")
    expect(page.locator("[data-row]").first).to_contain_text("county")
    expect(page.locator("main")).to_contain_text(f"/api/enterprises/{north}")
    warnings = page.locator("[data-row]", has_text="/api/watch/warnings").first
    expect(warnings.locator(".tag")).to_have_text("名单")


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_every_page_fits_its_screen_in_both_languages(
    administration: Administration, watched: OpenPage, language: str, size: tuple[int, int]
) -> None:
    for who, pages in PAGES.items():
        seat = seated(administration, watched, who, language=language, size=size)
        for path in pages:
            page = seat.open(path)
            page.wait_for_load_state("networkidle")
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, f"{path} scrolls sideways at {size[0]} px by {wider} px"
            words = page.locator("main").inner_text()
            assert "bureau.investments" not in words, f"{path} shows a text that has no words in {language}"
