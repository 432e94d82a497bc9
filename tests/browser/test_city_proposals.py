"""An officer answers a proposal in the browser, from registration to publication: a department gives its opinion, the
rule sends a hasty draft back, and a second officer signs what the first wrote."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from tests.browser.administration import Administration, Seat, administration_in, admitted, seated
from tests.browser.conftest import NARROW, WIDE, OpenPage
from tests.programmes.documents import samples

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

PICTURES = os.environ.get("MILLMARK_PICTURES")
"""A folder that keeps what the pages look like, for whoever wants to look."""

PROPOSER = "委员乙(测试)"
TITLE = "关于加快园区网络建设的提案"
DEPARTMENT = {"name_zh": "市财政局", "name_en": "City Finance Bureau"}


@pytest.fixture(scope="module")
def administration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administration]:
    with administration_in(tmp_path_factory.mktemp("proposals")) as administration:
        platform = administration.platform
        platform.put("/departments/finance", DEPARTMENT)
        entry = {
            "kind": "5g-base-station",
            "area": "咸宁市",
            "date": "2026-01-31",
            "quantity": "4120",
            "counting": "bulk",
            "source": "台账(测试)",
        }
        platform.post("/ledger", entry)
        for name, form in (
            ("leader", {"role": "officer", "area_code": "421200"}),
            ("finance", {"role": "department", "department": "finance"}),
        ):
            administration.clients[name] = admitted(administration, name, form)
        yield administration
        for name in ("leader", "finance"):
            administration.clients[name].close()


def today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


@dataclass
class Handling:
    officer: Seat
    leader: Seat
    finance: Seat
    proposal: str = ""


def test_a_proposal_from_registration_to_publication(administration: Administration, watched: OpenPage) -> None:
    handling = Handling(
        officer=seated(administration, watched, "city"),
        leader=seated(administration, watched, "leader", language="en-GB"),
        finance=seated(administration, watched, "finance"),
    )
    the_officer_registers_files_and_signs_for_it(handling)
    the_department_is_asked_and_answers(handling)
    the_officer_writes_with_a_live_figure(handling)
    a_draft_without_contact_comes_back_and_goes_on_after_it(handling)
    the_second_officer_clears_and_signs(handling)
    the_officer_publishes_and_the_proposer_is_satisfied(handling)
    the_pages_stand_on_both_screens_in_both_languages(administration, watched, handling)


def the_officer_registers_files_and_signs_for_it(handling: Handling) -> None:
    page = handling.officer.open("/proposals")
    handling.officer.fill(
        "[data-act=register]",
        session="市政协七届一次会议(测试)",
        number="007",
        title=TITLE,
        rules="three-months",
        proposers=PROPOSER,
    )
    page.wait_for_url(re.compile(r"/proposals/\d+$"))
    handling.proposal = page.url.rpartition("/")[2]
    expect(page.locator("aside")).to_contain_text(PROPOSER)
    with page.expect_response(lambda answer: answer.url.endswith("/api/proposal-files")) as told:
        page.locator("[data-upload=proposal-file]").set_input_files(
            {"name": "提案原件.pdf", "mimeType": "application/pdf", "buffer": samples.pdf()}
        )
    assert told.value.status == 201, told.value.text()
    expect(page.locator("[data-file=original]")).to_contain_text("提案原件.pdf")
    handling.officer.act("file")
    handling.officer.fill("main .own [data-act=assign]", assigner="市政协提案委(测试)")
    handling.officer.act("sign_for")
    expect(page.locator("h1")).to_contain_text("办理中")


def the_department_is_asked_and_answers(handling: Handling) -> None:
    handling.officer.fill("[data-act=ask]", department="finance", question="网络建设资金如何安排?")
    page = handling.finance.open("/proposals")
    card = page.locator("[data-department=finance]")
    expect(card).to_contain_text("网络建设资金如何安排?")
    handling.finance.fill(card.locator("[data-act=opine]"), opinion="同意纳入年度预算统筹。")
    expect(card).to_contain_text("同意纳入年度预算统筹。")
    for name in ("盖章意见.pdf", "盖错章.pdf"):
        card.locator("[data-upload=opinion-file]").set_input_files(
            {"name": name, "mimeType": "application/pdf", "buffer": samples.pdf()}
        )
        expect(card).to_contain_text(name)
    handling.finance.fill(card.locator("[data-file=opinion]").last.locator("[data-act=withdraw-file]"), reason="盖错章")
    expect(card.locator("s")).to_have_text("盖错章.pdf")
    with page.expect_download() as taken:
        card.get_by_role("link", name="盖章意见.pdf").click()
    assert Path(taken.value.path()).read_bytes() == samples.pdf()
    # Whoever wrote and what is drafted stays with the lead.
    handling.finance.watched.open(f"/proposals/{handling.proposal}/draft")
    expect(page.get_by_role("alert").first).to_be_visible()
    handling.finance.watched.forgive("404")


def the_officer_writes_with_a_live_figure(handling: Handling) -> None:
    page = handling.officer.open(f"/proposals/{handling.proposal}/draft")
    page.locator("[name=reply_class]").select_option("B")
    page.locator("[name=text-3]").fill("截至目前,累计建成5G基站")
    page.locator("[data-block='3'] [data-act=insert-figure]").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=figure][value=F02]").check()
    dialog.locator("[data-act=submit-form]").click()
    expect(page.locator("[name=text-3]")).to_have_value("截至目前,累计建成5G基站{F02}")
    page.locator("[name=text-5]").fill("1.继续扩大园区网络覆盖。")
    page.locator("[name=owner-5]").fill("信息通信科(测试)")
    page.locator("[name=due-5]").fill(f"{today().year + 1}-06-30")
    page.click("[data-act=save-draft]")
    expect(page.locator("[role=status]")).to_be_visible()
    expect(page.locator(".paper")).to_contain_text("累计建成5G基站4120个")
    expect(page.locator(".paper")).to_contain_text("市财政局等1个部门")
    expect(page.locator("[data-live=F02]")).to_contain_text("4,120")


def a_draft_without_contact_comes_back_and_goes_on_after_it(handling: Handling) -> None:
    page = handling.officer.open(f"/proposals/{handling.proposal}")
    handling.officer.act("submit")
    expect(page.locator("aside .steps li").first).to_contain_text("未与提案者沟通")
    handling.officer.fill("main .own [data-act=contact]", words="面对面沟通,委员表示满意")
    expect(page.locator("[data-part=contact]")).to_contain_text("面对面沟通")
    handling.officer.act("submit")
    expect(page.locator("h1")).to_contain_text("核稿中")


def the_second_officer_clears_and_signs(handling: Handling) -> None:
    page = handling.leader.open(f"/proposals/{handling.proposal}")
    handling.leader.act("clear")
    handling.leader.act("sign")
    expect(page.locator("[data-reply]")).to_contain_text("as it was signed")
    expect(page.locator("[data-commitment]")).to_have_count(1)


def the_officer_publishes_and_the_proposer_is_satisfied(handling: Handling) -> None:
    page = handling.officer.open(f"/proposals/{handling.proposal}")
    with page.expect_download() as docx:
        page.locator("[data-reply] a", has_text="Word").first.click()
    assert docx.value.suggested_filename.endswith(".docx")
    handling.officer.fill("[data-act=publish-reply]", document_number="提复〔2026〕7号")
    expect(page.locator("[data-part=metadata]")).to_contain_text("提复〔2026〕7号")
    handling.officer.fill("[data-act=feedback]", verdict="satisfied")
    expect(page.locator("h1")).to_contain_text("已办结")
    steps = [step for step, _ in handling.officer.timeline()]
    assert steps == [
        "register",
        "file",
        "assign",
        "sign_for",
        "draft",
        "submit",
        "bounce",
        "contact",
        "submit",
        "clear",
        "sign",
        "publish",
        "accept",
    ]


def the_pages_stand_on_both_screens_in_both_languages(
    administration: Administration, watched: OpenPage, handling: Handling
) -> None:
    pages = {
        "list": "/proposals",
        "one": f"/proposals/{handling.proposal}",
        "draft": f"/proposals/{handling.proposal}/draft",
        "board": "/proposals?tab=commitments",
        "years": "/proposals?tab=years",
    }
    for language in ("zh-CN", "en-GB"):
        for size in (WIDE, NARROW):
            seat = seated(administration, watched, "city", language=language, size=size)
            for name, path in pages.items():
                page = seat.open(path)
                page.wait_for_timeout(700)
                wide = page.evaluate("document.documentElement.scrollWidth")
                if PICTURES:
                    shown = Path(PICTURES) / f"{name}-{language[:2]}-{size[0]}.png"
                    page.screenshot(path=shown, full_page=True)
                assert wide <= size[0], f"{path} is {wide} wide on {size[0]} ({language})"
            seat.page.context.close()
