"""The life of one application in the browser, from the call to the money that came back, seen from five chairs.

The call of this test names no publicity period, which a platform on a real clock could only wait for; the pages of a
list made public are tried beside it, on a call that has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.administration import Administration, Seat, administration_in, put, seated
from tests.browser.conftest import OpenPage
from tests.browser.short_ways import published, submitted, today
from tests.programmes.documents import samples

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

WAN = 1_000_000
FORM = {"name": "申报书.pdf", "mimeType": "application/pdf", "buffer": samples.pdf()}


@pytest.fixture(scope="module")
def administration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administration]:
    with administration_in(tmp_path_factory.mktemp("administration")) as administration:
        yield administration


@dataclass
class Life:
    """One application on its way, and everybody who has to do with it at a browser of their own."""

    administration: Administration
    manager: Seat
    neighbour: Seat
    county: Seat
    city: Seat
    reviewers: tuple[Seat, Seat]
    treasurer: Seat
    auditor: Seat
    call: int = 0
    application: int = 0
    award: int = 0
    project: int = 0
    line: int = 0


@pytest.fixture
def life(administration: Administration, watched: OpenPage) -> Life:
    def seat(who: str, language: str = "zh-CN") -> Seat:
        return seated(administration, watched, who, language=language)

    return Life(
        administration,
        manager=seat("north-manager"),
        neighbour=seat("south-manager"),
        county=seat("county"),
        city=seat("city"),
        reviewers=(seat("ann"), seat("ben", "en-GB")),
        treasurer=seat("treasurer", "en-GB"),
        auditor=seat("auditor", "en-GB"),
    )


def test_one_application_from_the_call_to_the_clawback(life: Life) -> None:
    the_city_drafts_a_call_that_nobody_else_sees_and_publishes_it(life)
    the_manager_applies_and_signs(life)
    another_enterprise_sees_nothing_of_it(life)
    the_county_returns_it_and_the_manager_corrects_it(life)
    the_county_recommends_it(life)
    the_reviewers_score_it_blind(life)
    the_panel_passes_it_and_the_city_recognises_it(life)
    the_treasurer_opens_a_budget(life)
    the_award_is_calculated_proposed_and_approved(life)
    the_first_instalment_is_paid(life)
    the_manager_files_a_project_and_finishes_it(life)
    the_acceptance_weighs_invoices_and_levels(life)
    the_second_instalment_is_paid(life)
    the_effect_is_told(life)
    a_part_of_the_money_comes_back(life)
    another_enterprise_still_sees_nothing_of_it(life)
    the_auditor_reads_the_whole_life(life)


def the_city_drafts_a_call_that_nobody_else_sees_and_publishes_it(life: Life) -> None:
    page = life.city.open("/desk/calls")
    page.click("[data-act=new-call]")
    page.wait_for_url("**/desk/calls/new")
    page.locator("input[value='city-smart-manufacturing/2026']").check()
    page.click("[data-act=draft-call]")
    page.wait_for_url(re.compile(r"/desk/calls/\d+$"))
    life.call = _number_in(page)
    assert life.city.offers() == ["discard", "publish"]

    page.click("[data-act=revise]")
    put(page.locator("[name=title_zh]"), "2026年智能化制造示范项目申报通知")
    put(page.locator("[name=title_en]"), "Smart manufacturing demonstrations 2026")
    put(page.locator("[name=reviewers_min]"), "2")
    put(page.locator("[name=publicity_days]"), "0")
    page.click("[data-act=save-call]")
    expect(page.locator("h1")).to_contain_text("2026年智能化制造示范项目申报通知")
    life.manager.finds_nothing_at(f"/desk/calls/{life.call}")

    life.city.act("publish")
    expect(page.locator("h1")).to_contain_text("已发布")
    assert life.city.timeline() == [("draft", "city"), ("revise", "city"), ("publish", "city")]
    # A call is the city's: a county officer reads it and can do nothing with it.
    county = life.county.open(f"/desk/calls/{life.call}")
    expect(county.locator("h1")).to_contain_text("已发布")
    assert life.county.offers() == []


def the_manager_applies_and_signs(life: Life) -> None:
    page = life.manager.open("/desk")
    page.locator("[data-part=my-calls]").get_by_role("link", name="2026年智能化制造示范项目申报通知").click()
    page.click("[data-act=apply]")
    page.wait_for_url(re.compile(r"/desk/applications/\d+/form$"))
    life.application = _number_in(page)
    expect(page.locator("[data-act=submit]")).to_be_disabled()

    page.locator("[data-fact=registered_in_city] input[value=true]").check()
    page.locator("[data-fact=serious_record_3y] input[value=false]").check()
    page.locator("[data-document=application-form] input[type=file]").set_input_files(FORM)
    expect(page.locator("[data-document=application-form] li")).to_contain_text("申报书.pdf")
    page.click("[data-act=save-draft]")
    expect(page.locator("[data-part=missing]")).to_contain_text("承诺")
    # Somebody else's draft is not there, not even for the office.
    life.city.finds_nothing_at(_application(life))

    page.reload()
    expect(page.locator("[data-fact=registered_in_city] input[value=true]")).to_be_checked()
    expect(page.locator("[data-document=application-form] li")).to_contain_text("申报书.pdf")
    page.locator("[name=pledge]").check()
    page.click("[data-act=submit]")
    page.wait_for_url(re.compile(r"/desk/applications/\d+$"))
    expect(page.locator("h1")).to_contain_text("已提交")
    assert life.manager.timeline()[-1] == ("submit", "north-manager")
    assert life.manager.offers() == ["withdraw"]


def another_enterprise_sees_nothing_of_it(life: Life) -> None:
    page = life.neighbour.open("/desk/applications")
    expect(page.locator("main")).to_contain_text("没有申报")
    life.neighbour.finds_nothing_at(_application(life))
    life.neighbour.finds_nothing_at(f"{_application(life)}/form")
    assert _asked(life.neighbour, "POST", f"/api/applications/{life.application}/submit") == 404
    life.neighbour.watched.forgive("404")
    denied = life.administration.api("auditor", "GET", "/audit?limit=5")["entries"]
    assert ("south-manager", 404) in [(one["actor"], one["outcome"]) for one in denied]


def the_county_returns_it_and_the_manager_corrects_it(life: Life) -> None:
    page = life.county.open("/desk/tasks")
    page.locator("main").get_by_role("link").first.click()
    page.wait_for_url(f"**{_application(life)}")
    assert {"accept", "return", "reject"} <= set(life.county.offers())
    page.locator(".page-head .actions > [data-act=return]").click()
    page.get_by_role("dialog").locator("[data-act=confirm]").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    life.county.act("return", "申报书缺盖章页")
    expect(page.locator("h1")).to_contain_text("退回补正")

    mine = life.manager.open("/desk")
    mine.locator("[aria-labelledby=todo]").get_by_role("link").first.click()
    expect(mine.locator(".returned")).to_contain_text("申报书缺盖章页")
    mine.click("[data-act=edit]")
    mine.locator("[data-document=evidence] input[type=file]").set_input_files(FORM | {"name": "盖章页.pdf"})
    expect(mine.locator("[data-document=evidence] li")).to_contain_text("盖章页.pdf")
    mine.click("[data-act=submit]")
    mine.wait_for_url(f"**{_application(life)}")
    expect(mine.locator("h1")).to_contain_text("已提交")


def the_county_recommends_it(life: Life) -> None:
    page = life.county.open(_application(life))
    life.county.act("accept")
    expect(page.locator("h1")).to_contain_text("材料齐全")
    life.county.act("recommend_county")
    expect(page.locator("h1")).to_contain_text("县级已推荐")
    # What comes next is the city's.
    assert "open_review" not in life.county.offers()


def the_reviewers_score_it_blind(life: Life) -> None:
    page = life.city.open(_application(life))
    page.click("[data-act=assign]")
    dialog = page.get_by_role("dialog")
    for seat in life.reviewers:
        dialog.get_by_role("checkbox", name=seat.who).check()
    dialog.locator("[data-act=submit-form]").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("h1")).to_contain_text("专家评审中")
    expect(page.locator("[data-review]")).to_have_count(2)

    for seat, points in zip(life.reviewers, ("86", "80"), strict=True):
        review = seat.open("/desk/reviews")
        review.locator("[data-row] a[href*='/desk/reviews/']").first.click()
        review.wait_for_url(re.compile(r"/desk/reviews/\d+$"))
        expect(review.locator("[data-part=declare]")).to_be_visible()
        # Before a word on conflicts nothing of the application is shown.
        expect(review.locator("#content")).to_have_count(1)
        expect(review.locator("[aria-labelledby=said]")).to_have_count(0)
        seat.act("declare_none", within="[data-part=declare]")
        expect(review.locator("[aria-labelledby=said]")).to_be_visible()
        put(review.locator("[name=overall]"), "101")
        put(review.locator("[name=comment]"), "示范作用明显，见现场核查记录。")
        review.click("[data-act=score]")
        expect(review.get_by_role("alert")).to_be_visible()
        put(review.locator("[name=overall]"), points)
        review.click("[data-act=score]")
        expect(review.locator("[data-act=score]")).to_have_count(0)
        # Nor does the office see a score before the panel.
        page.reload()
        expect(page.locator("[data-review]").first).to_be_visible()
        expect(page.locator("[data-part=statistics]")).to_have_count(0)
        expect(page.locator("[data-part=reviews]")).not_to_contain_text(points)
    first, second = life.reviewers
    other = int(re.findall(r"\d+$", second.page.url)[0])
    first.finds_nothing_at(f"/desk/reviews/{other}")


def the_panel_passes_it_and_the_city_recognises_it(life: Life) -> None:
    page = life.city.open(_application(life))
    life.city.act("close_scoring")
    statistics = page.locator("[data-part=statistics]")
    expect(statistics).to_contain_text("83")
    judge = page.locator("[data-part=judge]")
    judge.locator("input[name=demonstration]").first.check()
    put(judge.locator("[name=judge-reason]"), "专家组一致认可示范效果")
    judge.locator("[data-act=judge]").click()
    expect(judge).to_have_count(0)
    life.city.act("pass")
    expect(page.locator("h1")).to_contain_text("评审通过")

    recognise = page.locator("[data-part=recognise]")
    put(recognise.locator("[name=number]"), "咸智造示范2026-01")
    recognise.locator("[data-act=recognise]").click()
    expect(page.locator("h1")).to_contain_text("已认定")
    assert [step for step, _who in life.city.timeline()] == [
        "start",
        "save",
        "save",
        "submit",
        "return",
        "save",
        "submit",
        "accept",
        "recommend_county",
        "open_review",
        "close_scoring",
        "judge",
        "pass",
        "recognise",
    ]
    page = life.manager.open("/desk/recognitions")
    page.click("[data-tab=recognitions]")
    expect(page.locator("[data-row]")).to_contain_text("咸智造示范2026-01")


def the_treasurer_opens_a_budget(life: Life) -> None:
    life.treasurer.open("/desk/money")
    life.treasurer.fill(
        "[data-act=open-line]",
        programme="city-smart-manufacturing",
        name_zh="智能制造示范奖补",
        name_en="Demonstration awards",
        code="2150805",
        amount="5,000,000",
        document="咸财预〔2026〕12号",
    )
    page = life.treasurer.page
    page.get_by_role("link", name="Demonstration awards").click()
    page.wait_for_url(re.compile(r"/desk/money/lines/\d+$"))
    life.line = _number_in(page)
    expect(page.locator("[data-account=available]")).to_contain_text("5,000,000")
    # An enterprise is not shown the office's purse.
    expect(life.manager.page.locator("nav#rail a[href='/desk/money']")).to_have_count(0)
    assert _asked(life.manager, "GET", f"/api/budgets/{life.line}") == 403
    life.manager.watched.forgive("403")


def the_award_is_calculated_proposed_and_approved(life: Life) -> None:
    page = life.city.open("/desk/recognitions")
    page.click("[data-tab=recognitions]")
    page.click("[data-act=calculate-award]")
    page.wait_for_url(re.compile(r"/desk/awards/\d+$"))
    life.award = _number_in(page)
    expect(page.locator("[data-part=amount]")).to_have_text("100 万元")
    # The sum comes with how well its rule is known.
    expect(page.locator("[aria-labelledby=calculation] .tag").first).to_be_visible()
    life.city.fill("[data-act=propose]")
    expect(page.locator("h1")).to_contain_text("待审批")
    expect(page.locator("[data-act=approve]")).to_have_count(0)

    treasurer = life.treasurer.open("/desk/money?tab=awards")
    treasurer.locator("[data-row] a").first.click()
    treasurer.wait_for_url(f"**/desk/awards/{life.award}")
    life.treasurer.fill("[data-act=approve]", document="咸经信〔2026〕31号")
    expect(treasurer.locator("h1")).to_contain_text("committed")
    treasurer = life.treasurer.open(f"/desk/money/lines/{life.line}")
    expect(treasurer.locator("[data-account=committed]")).to_contain_text("1,000,000")
    expect(treasurer.locator("[data-account=available]")).to_contain_text("4,000,000")


def the_first_instalment_is_paid(life: Life) -> None:
    _paid(life, "first", "ICBC-0001")
    page = life.manager.open("/desk")
    money = page.locator("[data-part=my-money]")
    expect(money.locator("[data-sum=awarded] dd")).to_have_text("100 万元")
    expect(money.locator("[data-sum=paid] dd")).to_have_text("60 万元")
    expect(money.locator("[data-sum=open] dd")).to_have_text("40 万元")
    # What falls due with the acceptance is not paid before it; the page says why.
    city = life.city.open(f"/desk/awards/{life.award}")
    city.click("[data-act=propose-payment]")
    dialog = city.get_by_role("dialog")
    dialog.locator("[data-act=submit-form]").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    life.city.watched.forgive("409")


def _paid(life: Life, instalment: str, receipt: str) -> None:
    """Proposed by the city, approved and booked by the treasurer: never by one person alone."""
    path = f"/desk/awards/{life.award}"
    page = life.city.open(path)
    life.city.fill("[data-act=propose-payment]", instalment=instalment)
    mine = page.locator(f"[data-instalment={instalment}]")
    expect(mine.locator("[data-payment]")).to_be_visible()
    expect(mine.locator("[data-act=approve]")).to_have_count(0)
    page = life.treasurer.open(path)
    life.treasurer.act("approve", within=f"[data-instalment={instalment}]")
    life.treasurer.fill(f"[data-instalment={instalment}] [data-act=pay]", receipt=receipt, paid_on=today().isoformat())
    expect(page.locator(f"[data-instalment={instalment}]")).to_contain_text("paid")


def the_manager_files_a_project_and_finishes_it(life: Life) -> None:
    page = life.manager.open("/desk/projects")
    page.click("[data-act=file-project]")
    page.wait_for_url("**/desk/projects/new/*")
    fields = {
        "title_zh": "压铸车间数字化改造",
        "title_en": "Digital die-casting shop",
        "starts_on": (today() - timedelta(days=60)).isoformat(),
        "ends_on": (today() + timedelta(days=200)).isoformat(),
        "contract_number": "HT-2026-01",
        "supplier": "云联软件（待核实）",
        "contract_amount": "3000000",
        "milestone-1": "设备联网与MES上线",
        "due-1": (today() + timedelta(days=100)).isoformat(),
        "amount-1": "3000000",
    }
    for name, value in fields.items():
        put(page.locator(f"[name={name}]"), value)
    page.locator("[name=pledge]").check()
    page.click("[data-act=file]")
    page.wait_for_url(re.compile(r"/desk/projects/\d+$"))
    life.project = _number_in(page)
    expect(page.locator("h1")).to_contain_text("待确认")

    county = life.county.open(f"/desk/projects/{life.project}")
    life.county.act("confirm")
    expect(county.locator("h1")).to_contain_text("实施中")

    page = life.manager.open(f"/desk/projects/{life.project}")
    life.manager.fill("[data-act=report]", percent="100", note="两条压铸线联网，MES已上线。")
    county = life.county.open(f"/desk/projects/{life.project}")
    expect(county.locator("[data-milestone]")).to_contain_text("两条压铸线联网")
    life.county.fill("[data-milestone] [data-act=report]", note="现场核查属实")
    expect(county.locator("[data-milestone] .tag.good")).to_be_visible()
    page = life.manager.open(f"/desk/projects/{life.project}")
    life.manager.act("finish", within=".page-head")
    expect(page.locator("h1")).to_contain_text("已完工")


def the_acceptance_weighs_invoices_and_levels(life: Life) -> None:
    before, after = (_assessed(life.administration, level) for level in (1, 2))
    page = life.manager.open(f"/desk/projects/{life.project}")
    page.click("[data-act=begin-acceptance]")
    invoices = {"26422000000012345678": ("software", "800000"), "26422000000012345679": ("buildings", "50000")}
    for number, (category, amount) in invoices.items():
        page.locator("[data-act=add-invoice]").click()
        dialog = page.get_by_role("dialog")
        for name, value in {
            "number": number,
            "seller": "云联软件（待核实）",
            "category": category,
            "amount": amount,
        }.items():
            put(dialog.locator(f"[name={name}]"), value)
        dialog.locator("input[type=file]").set_input_files(FORM | {"name": f"{number}.pdf"})
        expect(dialog.locator("li")).to_contain_text(number)
        dialog.locator("[data-act=submit-form]").click()
        expect(dialog).to_have_count(0)
        expect(page.locator(f"[data-invoice='{number}']")).to_be_visible()
    life.manager.fill(
        "[data-act=submit-acceptance]",
        summary="完成两条压铸线联网与MES上线。",
        before_assessment=str(before),
        after_assessment=str(after),
    )
    expect(page.locator("[data-part=acceptance] h2")).to_contain_text("待验收")

    county = life.county.open(f"/desk/projects/{life.project}")
    for number, counts in (("26422000000012345678", "800000"), ("26422000000012345679", "0")):
        check = county.locator(f"[data-invoice='{number}'] [data-act=check]")
        life.county.fill(check, accepted=counts, note="已核对发票与合同")
    city = life.city.open(f"/desk/projects/{life.project}")
    life.city.act("accept", within="[data-part=acceptance]")
    expect(city.locator("h1")).to_contain_text("已验收")
    expect(city.locator("[data-part=acceptance]")).to_contain_text("0 → 2")
    expect(city.locator("[data-part=acceptance]")).to_contain_text("80 万元")
    assert [step for step, _who in life.city.timeline()][-1] == "accept"


def the_second_instalment_is_paid(life: Life) -> None:
    _paid(life, "second", "ICBC-0002")
    expect(life.treasurer.page.locator("[data-part=paid]")).to_contain_text("1,000,000")
    page = life.treasurer.open(f"/desk/money/lines/{life.line}")
    expect(page.locator("[data-account=paid]")).to_contain_text("1,000,000")
    expect(page.locator("[data-account=committed]")).to_contain_text("0")
    kinds = [one.get_attribute("data-entry") for one in page.locator("[data-entry]").all()]
    assert kinds == ["pay", "pay", "commit", "appropriate"]


def the_effect_is_told(life: Life) -> None:
    life.manager.open(f"/desk/projects/{life.project}")
    life.manager.fill(
        "[data-act=add-effect]",
        topic="quality",
        name_zh="不良率",
        name_en="Share of rejects",
        lower="yes",
        unit="%",
        before_value="3.2",
        before_first="2025-01-01",
        before_last="2025-12-31",
        after_value="2.4",
        after_first="2026-03-01",
        after_last="2026-03-02",
    )
    effects = life.county.open(f"/desk/projects/{life.project}").locator("[aria-labelledby=effects]")
    expect(effects).to_contain_text("不良率")
    expect(effects.locator(".better")).to_contain_text("25")
    # What nobody but the enterprise says is not dressed up as more.
    expect(effects).to_contain_text("自报")


def a_part_of_the_money_comes_back(life: Life) -> None:
    path = f"/desk/awards/{life.award}"
    county = life.county.open(path)
    life.county.fill("[data-act=claw-back]", amount="300000", grounds="double_funding", reason="省级专项已支持同一设备")
    expect(county.locator("[aria-labelledby=clawbacks] [data-row]")).to_contain_text("待决定")
    # Who opened it does not decide it.
    expect(county.locator("[data-act=decide]")).to_have_count(0)
    city = life.city.open(path)
    life.city.fill("[data-act=decide]", document="咸经信〔2026〕39号")
    expect(city.locator("[aria-labelledby=clawbacks] [data-row]")).to_contain_text("追回中")

    page = life.treasurer.open(path)
    life.treasurer.fill("[data-act=receive]", amount="100000", receipt="IN-1")
    expect(page.locator("[aria-labelledby=clawbacks] [data-row]")).to_contain_text("100,000")
    life.treasurer.fill("[data-act=receive]", amount="200000", receipt="IN-2")
    expect(page.locator("[aria-labelledby=clawbacks] [data-row]")).to_contain_text("closed")
    page = life.treasurer.open(f"/desk/money/lines/{life.line}")
    expect(page.locator("[data-account=recovered]")).to_contain_text("300,000")
    expect(page.locator("[data-account=paid]")).to_contain_text("700,000")
    mine = life.manager.open(path)
    expect(mine.locator("[data-part=recovered]")).to_have_text("30 万元")


def another_enterprise_still_sees_nothing_of_it(life: Life) -> None:
    for path in (_application(life), f"/desk/awards/{life.award}", f"/desk/projects/{life.project}"):
        life.neighbour.finds_nothing_at(path)
    for path in ("/desk", "/desk/applications", "/desk/recognitions", "/desk/projects", "/desk/assessments"):
        page = life.neighbour.open(path)
        page.wait_for_load_state("networkidle")
        expect(page.locator("main")).not_to_contain_text("北厂")


def the_auditor_reads_the_whole_life(life: Life) -> None:
    page = life.auditor.open(_application(life))
    assert life.auditor.offers() == []
    told = life.auditor.timeline()
    assert (told[0], told[-1]) == (("start", "north-manager"), ("recognise", "city"))
    assert [who for step, who in told if step in {"return", "accept", "recommend_county"}] == ["county"] * 3
    expect(page.locator("[data-step=return] .reason")).to_have_text("申报书缺盖章页")
    page = life.auditor.open(f"/desk/awards/{life.award}")
    assert life.auditor.timeline() == [
        ("calculate", "city"),
        ("propose", "city"),
        ("approve", "treasurer"),
        ("settle", "treasurer"),
    ]
    expect(page.locator("[data-act=claw-back], [data-act=propose-payment], [data-act=receive]")).to_have_count(0)
    page = life.auditor.open(f"/desk/projects/{life.project}")
    assert life.auditor.timeline() == [
        ("file", "north-manager"),
        ("confirm", "county"),
        ("report_milestone", "north-manager"),
        ("confirm_milestone", "county"),
        ("finish", "north-manager"),
        ("accept", "city"),
        ("record_effect", "north-manager"),
    ]


def test_a_list_made_public_takes_objections_and_holds_back_the_recognition(
    administration: Administration, watched: OpenPage
) -> None:
    call = published(administration, slug="listed", title_zh="公示试行", title_en="A list in public", publicity_days=5)
    application = submitted(administration, call, "south-manager")
    for action in ("accept", "pass"):
        administration.api("city", "POST", f"/applications/{application}/steps", {"action": action})
    city = seated(administration, watched, "city")
    page = city.open("/desk/recognitions")
    city.fill("[data-act=open-publicity]", call=str(call))
    listed = page.locator("[data-publicity]", has_text="公示试行")
    expect(listed).to_contain_text("南厂")

    north = seated(administration, watched, "north-manager", language="en-GB")
    mine = north.open("/desk/recognitions").locator("[data-publicity]", has_text="A list in public")
    north.fill(mine.locator("[data-act=object]"), text="The works is not registered in this city.")
    page.reload()
    objection = page.locator("[data-objection]")
    expect(objection).to_contain_text("The works is not registered in this city.")
    # The enterprise concerned is not told who objects, nor what.
    south = seated(administration, watched, "south-manager")
    theirs = south.open("/desk/recognitions")
    expect(theirs.locator("[data-publicity]", has_text="公示试行")).to_be_visible()
    expect(theirs.locator("[data-objection]")).to_have_count(0)

    city.act("dismiss", "经核查，企业注册地在本市。", within="[data-objection]")
    expect(objection).to_contain_text("不成立")
    page = city.open(f"/desk/applications/{application}")
    expect(page.locator("h1")).to_contain_text("公示中")
    form = page.locator("[data-part=recognise]")
    form.locator("[data-act=recognise]").click()
    expect(form.get_by_role("alert")).to_be_visible()
    city.watched.forgive("409")


def _assessed(administration: Administration, level: int) -> int:
    """A submitted self-assessment of the north in which every scenario stands at a level."""
    pack = administration.api("north-manager", "GET", "/packs/sme-digital-level/2024")
    form = {
        "enterprise_id": administration.enterprises["north"],
        "pack": "sme-digital-level",
        "edition": "2024",
        "kind": "self",
    }
    started = administration.api("north-manager", "POST", "/assessments", form)
    answers = {
        "items": {one["id"]: _answer(one, best=level > 1) for one in _items(pack["questions"])},
        "scenarios": {one["id"]: level for one in pack["scenarios"]},
    }
    path = f"/assessments/{started['id']}"
    saved = administration.api(
        "north-manager", "PUT", f"{path}/answers", {"version": started["version"], "answers": answers}
    )
    administration.api("north-manager", "POST", f"{path}/submit", {"version": saved["version"]})
    return int(started["id"])


def _items(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The questions of a tree that are answered, without the branches above them."""
    found: list[dict[str, Any]] = []
    for one in questions:
        found += _items(one["children"]) if one.get("children") else [one]
    return found


def _answer(item: dict[str, Any], *, best: bool) -> dict[str, Any]:
    ranked = sorted(item["options"], key=lambda option: float(option["share"]))
    chosen = ranked[-1 if best else 0]["id"]
    return {"options": [chosen]} if item["kind"] == "multi" else {"option": chosen}


def _application(life: Life) -> str:
    return f"/desk/applications/{life.application}"


def _number_in(page: Page) -> int:
    return int(re.findall(r"/(\d+)", page.url)[-1])


def _asked(seat: Seat, method: str, path: str) -> int:
    """The status that somebody's browser gets when it asks the platform past the pages."""
    script = """([path, method]) => {
      const writes = method !== 'GET'
      const headers = writes ? { 'Content-Type': 'application/json' } : {}
      return fetch(path, { method, headers, body: writes ? '{}' : undefined }).then((answer) => answer.status)
    }"""
    return int(seat.page.evaluate(script, [path, method]))
