"""The pages of the desk beside the life of a programme: the self-assessment, the simulator, and a narrow screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser import short_ways
from tests.browser.administration import Administration, Seat, administration_in, seated
from tests.browser.conftest import NARROW, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

BASIC = {"system-coverage": "all", "quality": "up", "energy-intensity": "down", "equipment-connection": "b4"}
SCENARIOS = (
    "product-design",
    "marketing",
    "production-control",
    "quality-management",
    "equipment-management",
    "safety",
)


@pytest.fixture(scope="module")
def administration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administration]:
    with administration_in(tmp_path_factory.mktemp("administration")) as administration:
        yield administration


def answered(administration: Administration, slug: str, **more: str) -> int:
    """A submitted self-assessment of an enterprise, 38 points and six scenarios at level two, and what is added."""
    who = f"{slug}-manager"
    form = {"enterprise_id": administration.enterprises[slug], "pack": "sme-digital-level", "edition": "2024"}
    started = administration.api(who, "POST", "/assessments", form | {"kind": "self"})
    items: dict[str, Any] = {item: {"option": option} for item, option in (BASIC | more).items()}
    items["network"] = {"options": ["control-network", "application-network", "five-g", "full-cover"]}
    answers = {"items": items, "scenarios": dict.fromkeys(SCENARIOS, 2)}
    path = f"/assessments/{started['id']}"
    saved = administration.api(who, "PUT", f"{path}/answers", {"version": started["version"], "answers": answers})
    administration.api(who, "POST", f"{path}/submit", {"version": saved["version"]})
    return int(started["id"])


def test_an_enterprise_assesses_itself_and_learns_what_lifts_it(
    administration: Administration, watched: OpenPage
) -> None:
    north = seated(administration, watched, "north-manager")
    page = _begun(north)
    address = page.url
    progress = page.locator("[data-part=progress]")
    _choose(page, "system-coverage", "all")
    page.locator("[data-item=equipment-connection] input[name$=-numerator]").fill("30")
    page.locator("[data-item=equipment-connection] input[name$=-denominator]").fill("40")
    expect(page.locator("[data-item=equipment-connection] strong")).to_contain_text("75%")
    for option in ("control-network", "application-network", "five-g", "full-cover"):
        _choose(page, "network", option)
    page.locator("[data-scenario=product-design] input[value='2']").check()
    page.click("[data-act=save]")
    expect(page.locator("[data-act=save]")).to_be_disabled()

    # Somebody goes home, and another day goes on where they were.
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator("[data-item=equipment-connection] input[name$=-numerator]")).to_have_value("30")
    expect(page.locator("[data-scenario=product-design] input[value='2']")).to_be_checked()
    expect(progress).to_contain_text("4")

    # No machine of this enterprise proves anything yet: pre-fill says so and changes nothing.
    page.click("[data-act=prefill]")
    expect(page.locator("form [role=status]")).to_contain_text(re.compile("没有|无"))
    expect(page.locator("[data-item=equipment-connection] input[name$=-numerator]")).to_have_value("30")

    for item in ("quality", "energy-intensity"):
        _choose(page, item, BASIC[item])
    for scenario in SCENARIOS:
        page.locator(f"[data-scenario={scenario}] input[value='2']").check()
    page.click("[data-act=submit-assessment]")
    lift = page.locator("[data-part=lift]")
    expect(lift.locator("[data-change]").first).to_be_visible()
    # Enough scenarios for level two, a little short of its score: level one, and what leads further.
    expect(page.locator("[data-level='1'] .tag:not(.confidence)")).to_have_class(re.compile("good"))
    expect(page.locator("[data-level='2'] .tag:not(.confidence)")).to_have_class(re.compile("bad"))
    expect(lift).to_contain_text("二级")
    expect(page.locator("canvas").first).to_be_visible()
    # What was submitted stands.
    page.locator("[data-tab=questions]").click()
    expect(page.locator("[data-item=system-coverage] input").first).to_be_disabled()
    expect(north.open("/desk").locator("[data-part=my-level]")).to_contain_text("一级")


def _begun(seat: Seat) -> Page:
    """A questionnaire of the 2024 edition, just begun."""
    page = seat.open("/desk/assessments")
    page.click("[data-act=start-assessment]")
    dialog = page.get_by_role("dialog")
    dialog.locator(".el-select").first.click()
    page.get_by_role("option", name=re.compile("中小企业数字化水平")).click()
    dialog.locator("[type=submit]").click()
    page.wait_for_url(re.compile(r"/desk/assessments/\d+"))
    expect(page.locator("[data-item]").first).to_be_visible()
    return page


def _choose(page: Page, item: str, option: str) -> None:
    page.locator(f"[data-item={item}] input[value={option}]").check()


def test_the_simulator_shows_who_loses_by_a_higher_gate(administration: Administration, watched: OpenPage) -> None:
    answered(administration, "south", planning="started")
    city = seated(administration, watched, "city", language="en-GB")
    page = city.open("/desk/simulator")
    page.locator("select[name=pack]").select_option("sme-digital-level/2024")
    gate = page.locator("[data-knob='levels.2.score_min'] input")
    expect(gate).to_have_value("40")
    gate.fill("ninety")
    page.click("[data-act=simulate]")
    expect(page.get_by_role("alert")).to_be_visible()
    gate.fill("50")
    page.click("[data-act=simulate]")
    expect(page.locator("[data-move=level_down] dd")).to_have_text("1")
    expect(page.locator("[data-move=level_up] dd")).to_have_text("0")
    loser = page.locator(f"[data-enterprise='{administration.enterprises['south']}']")
    expect(loser).to_contain_text("South works")
    # Nothing is kept: the pack is what it was.
    page.reload()
    page.locator("select[name=pack]").select_option("sme-digital-level/2024")
    expect(gate).to_have_value("40")


OFFICE_PAGES = ("tasks", "calls", "calls/new", "applications", "assessments", "reviews", "recognitions", "projects")
OFFICE_PAGES += ("money", "money?tab=awards", "money?tab=payments", "money?tab=clawbacks", "simulator", "challenges")
OFFICE_PAGES += ("papers", "packs", "packs/sme-digital-level/2024", "packs/pilot-city-zhongshan/2024")
OWN_PAGES = ("", "/calls", "/applications", "/assessments", "/recognitions", "/projects", "/challenges", "/consents")


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_every_page_of_the_desk_fits_a_narrow_screen(
    administration: Administration, watched: OpenPage, language: str
) -> None:
    assessment = answered(administration, "north")
    city = seated(administration, watched, "city", language=language, size=NARROW)
    for path in OFFICE_PAGES:
        _fits(city, f"/desk/{path}")
    manager = seated(administration, watched, "north-manager", language=language, size=NARROW)
    call = short_ways.published(administration, slug=f"narrow-{language[:2]}", title_zh="窄屏", title_en="Narrow")
    body = {"enterprise_id": administration.enterprises["north"]}
    draft = administration.api("north-manager", "POST", f"/calls/{call}/applications", body)["id"]
    own = [f"/desk{path}" for path in OWN_PAGES]
    own += [f"/desk/calls/{call}", f"/desk/applications/{draft}/form"]
    own += [f"/desk/assessments/{assessment}?tab={tab}" for tab in ("questions", "result", "grades", "steps")]
    for path in own:
        _fits(manager, path)
    for who, path in (("ann", "/desk/reviews"), ("treasurer", "/desk/money"), ("auditor", "/desk/applications")):
        _fits(seated(administration, watched, who, language=language, size=NARROW), path)


def _fits(seat: Seat, path: str) -> None:
    page = seat.open(path)
    page.wait_for_load_state("networkidle")
    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert beyond <= 0, f"{seat.who}: {path} is {beyond} px wider than the screen"
