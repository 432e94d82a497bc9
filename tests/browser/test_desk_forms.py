"""Forms of the desk beside the straight life of a programme: each in a browser, by whoever has to fill it in."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import docx
import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser import short_ways
from tests.browser.administration import Administration, Seat, administration_in, put, seated
from tests.browser.conftest import OpenPage
from tests.programmes.documents import samples

from millmark.programmes.webhooks.signing import signature

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MOTTO = "咸宁市智能制造专用模板"


@pytest.fixture(scope="module")
def administration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administration]:
    # Webhooks of this city go to a receiver of this machine.
    settings = "[webhooks]\nallow_private = true\n"
    with administration_in(tmp_path_factory.mktemp("administration"), settings) as administration:
        yield administration


def test_an_application_is_supplemented_with_a_claim_until_somebody_checks_it(
    administration: Administration, watched: OpenPage
) -> None:
    claim = short_ways.claim_of_yesterday(administration, "north")
    call = short_ways.published(administration, slug="supplemented", title_zh="补充凭证", title_en="With a claim")
    application = short_ways.submitted(administration, call, "north-manager")
    manager, path = seated(administration, watched, "north-manager"), f"/desk/applications/{application}"
    page = manager.open(path)
    page.click("[data-act=supplement]")
    send = page.locator("[data-act=send-supplement]")
    expect(send).to_be_disabled()
    row = page.locator(f"[data-claim='{claim}']")
    expect(row).to_contain_text("100%")
    row.locator("input").check()
    send.click()
    expect(page.locator("[data-part=said-claims]")).to_contain_text("设备联网率")
    assert manager.timeline()[-1] == ("supplement", "north-manager")
    # What was signed is not taken out again.
    page.click("[data-act=supplement]")
    expect(row.locator("input")).to_be_disabled()
    expect(send).to_be_disabled()

    # The office reads what the enterprise attached, down to what the machine said.
    city = seated(administration, watched, "city", language="en-GB")
    shown = city.open(path).locator("[data-part=said-claims]")
    expect(shown).to_contain_text("100%")
    shown.get_by_role("link").first.click()
    city.page.wait_for_url(f"**/claims/{claim}")
    expect(city.page.locator("main")).to_contain_text("north/works")
    city.open(path)
    city.act("accept")
    page.reload()
    expect(page.locator("h1")).to_contain_text("材料齐全")
    expect(page.locator("[data-act=supplement]")).to_have_count(0)


def test_a_running_project_asks_for_changes_and_what_holds_stays_until_an_office_agrees(
    administration: Administration, watched: OpenPage
) -> None:
    call = short_ways.published(administration, slug="changed", title_zh="变更", title_en="Changed")
    recognition = short_ways.recognised(administration, call, "north-manager")
    project = short_ways.running_project(administration, recognition, "north-manager")
    path, later = f"/desk/projects/{project}", (short_ways.today() + timedelta(days=260)).isoformat()
    manager = seated(administration, watched, "north-manager")
    county = seated(administration, watched, "county")

    form = _change_of(manager, path)
    put(form.locator("[name=ends_on]"), later)
    form.locator("[data-act=add-milestone]").click()
    put(form.locator("[name=milestone-2]"), "数据看板")
    put(form.locator("[name=due-2]"), later)
    put(form.locator("[name=amount-2]"), "500000")
    put(form.locator("[name=cost-1]"), "2500000")
    send = form.locator("[data-act=send-change]")
    expect(send).to_be_disabled()
    put(form.locator("[name=reason]"), "供应商交货推迟")
    put(form.locator("[name=pledge]"), "yes")
    send.click()
    expect(form).to_have_count(0)
    expect(manager.page.locator("h1")).to_contain_text("变更待批")

    asked = county.open(path).locator("[data-part=requested-change]")
    expect(asked).to_contain_text("供应商交货推迟")
    # The pack, which names its cost categories, comes after the project.
    expect(asked).to_contain_text("软件")
    told = [" ".join(row.inner_text().split()) for row in asked.locator("tbody tr").all()]
    assert len(told) == 3, told
    # By their names: nobody at an office knows what "m2" or "software" is.
    assert "数据看板" in told[1], told
    assert "软件" in told[2], told
    assert all("m2" not in row and "software" not in row for row in told), told
    expect(county.page.locator("[data-milestone]")).to_have_count(1)
    county.act("refuse_change", "请先提供供应商的说明")
    expect(county.page.locator("h1")).to_contain_text("实施中")
    expect(county.page.locator("[data-part=requested-change]")).to_have_count(0)
    expect(county.page.locator("[data-milestone]")).to_have_count(1)

    form = _change_of(manager, path)
    # What was refused is not what one begins with: the version that holds is.
    expect(form.locator("[name=milestone-2]")).to_have_count(0)
    put(form.locator("[name=ends_on]"), later)
    put(form.locator("[name=reason]"), "供应商说明见合同附件")
    put(form.locator("[name=pledge]"), "yes")
    form.locator("[data-act=send-change]").click()
    expect(form).to_have_count(0)
    county.open(path)
    county.act("approve_change")
    expect(county.page.locator("[data-part=ends] ")).to_contain_text(later[:4])
    assert [step for step, _who in county.timeline()] == [
        "file",
        "confirm",
        "request_change",
        "refuse_change",
        "request_change",
        "approve_change",
    ]
    content = administration.api("city", "GET", f"/projects/{project}")["content"]
    assert (content["ends_on"], len(content["milestones"])) == (later, 1)


def _change_of(manager: Seat, path: str) -> Locator:
    manager.open(path).click("[data-act=request_change]")
    form = manager.page.locator("[data-part=project-change]")
    expect(form).to_be_visible()
    return form


def test_an_award_is_calculated_again_before_it_is_approved_and_only_reduced_afterwards(
    administration: Administration, watched: OpenPage
) -> None:
    call = short_ways.published(administration, slug="reduced", title_zh="核减", title_en="Reduced")
    recognition = short_ways.recognised(administration, call, "north-manager")
    line = short_ways.budget_line(administration, "2026-FORMS", 2_000_000)
    award = administration.api("city", "POST", "/awards", {"recognition_id": recognition})["id"]
    path = f"/desk/awards/{award}"
    city = seated(administration, watched, "city")
    page = city.open(path)
    page.click("[data-act=recalculate]")
    dialog = page.get_by_role("dialog")
    put(dialog.locator("[name=lowered]"), "800000")
    dialog.locator("[data-act=submit-form]").click()
    # A decision to give less has its grounds.
    expect(dialog.get_by_role("alert")).to_be_visible()
    put(dialog.locator("[name=lowered_because]"), "项目规模小于申报")
    dialog.locator("[data-act=add-support]").click()
    put(dialog.locator("[name=support-1]"), "省级技改专项")
    put(dialog.locator("[name=support-amount-1]"), "150000")
    put(dialog.locator("[name=support-document-1]"), "鄂财企〔2026〕8号")
    dialog.locator("[data-act=submit-form]").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("[data-part=amount]")).to_have_text("80 万元")
    calculation = page.locator("[aria-labelledby=calculation]")
    expect(calculation).to_contain_text("项目规模小于申报")
    # What was told of other money is kept, and in sight, whether the pack deducts it or not.
    expect(page.locator("[data-part=other-support]")).to_contain_text("省级技改专项")
    page.click("[data-act=recalculate]")
    expect(dialog.locator("[name=support-1]")).to_have_value("省级技改专项")
    # A decision that stands is not undone by opening a form and sending it.
    expect(dialog.locator("[name=lowered]")).to_have_value("800000")
    expect(dialog.locator("[name=lowered_because]")).to_have_value("项目规模小于申报")
    dialog.get_by_role("button", name="取消").click()

    city.fill("[data-act=propose]", line=str(line))
    treasurer = seated(administration, watched, "treasurer", language="en-GB")
    treasurer.open(path)
    treasurer.fill("[data-act=approve]", document="咸经信〔2026〕31号")
    page = treasurer.page
    page.click("[data-act=reduce]")
    dialog = page.get_by_role("dialog")
    put(dialog.locator("[name=lowered]"), "900000")
    put(dialog.locator("[name=lowered_because]"), "More")
    put(dialog.locator("[name=reason]"), "A mistake")
    dialog.locator("[data-act=submit-form]").click()
    # Nobody is given more by way of a reduction.
    expect(dialog.get_by_role("alert")).to_contain_text("only ever reduced")
    treasurer.watched.forgive("409")
    put(dialog.locator("[name=lowered]"), "700000")
    put(dialog.locator("[name=lowered_because]"), "Checked on site")
    put(dialog.locator("[name=reason]"), "Found at the check of 2026")
    dialog.locator("[data-act=submit-form]").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("[data-part=amount]")).to_contain_text("700,000")
    page = treasurer.open(f"/desk/money/lines/{line}")
    expect(page.locator("[data-account=committed]")).to_contain_text("700,000")
    expect(page.locator("[data-account=available]")).to_contain_text("1,300,000")


def test_a_recognition_is_revoked_where_its_application_is_read_and_renewed_in_the_list(
    administration: Administration, watched: OpenPage
) -> None:
    call = short_ways.published(administration, slug="revoked", title_zh="撤销", title_en="Revoked", validity_months=12)
    recognition = short_ways.recognised(administration, call, "south-manager")
    granted = administration.api("city", "GET", f"/recognitions/{recognition}")
    city = seated(administration, watched, "city")
    page = city.open(f"/desk/applications/{granted['application_id']}")
    city.act("revoke", "申报材料不实", within=".page-head")
    expect(page.locator("h1")).to_contain_text("已撤销")
    page = city.open("/desk/recognitions?tab=recognitions")
    row = page.locator(f"[data-row='{recognition}']")
    expect(row).to_contain_text("已撤销")
    # Nothing is awarded on it, and it is not revoked twice.
    expect(row.locator("[data-act]")).to_have_count(0)
    # The other one stands: it is given a later end, with a reason, and no earlier one.
    second = short_ways.recognised(administration, call, "north-manager")
    until = date.fromisoformat(administration.api("city", "GET", f"/recognitions/{second}")["valid_until"])
    page.reload()
    row = page.locator(f"[data-row='{second}']")
    row.locator("[data-act=renew]").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("[name=valid_until]")).to_have_value(until.isoformat())
    dialog.locator("[data-act=submit-form]").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    put(dialog.locator("[name=reason]"), "复核通过")
    dialog.locator("[data-act=submit-form]").click()
    expect(dialog.get_by_role("alert")).to_contain_text(until.isoformat())
    city.watched.forgive("422")
    put(dialog.locator("[name=valid_until]"), until.replace(year=until.year + 3, month=12, day=31).isoformat())
    dialog.locator("[data-act=submit-form]").click()
    expect(dialog).to_have_count(0)
    expect(row).to_contain_text(f"{until.year + 3}")
    steps = administration.api("city", "GET", f"/recognitions/{second}")["steps"]
    assert (steps[-1]["action"], steps[-1]["reason"]) == ("renew", "复核通过")
    # It is revoked from the list as well.
    city.act("revoke", "企业已迁出", within=f"[data-row='{second}']")
    expect(row).to_contain_text("已撤销")


def test_an_office_uses_a_template_of_its_own_and_takes_up_the_shipped_one_again(
    administration: Administration, watched: OpenPage
) -> None:
    call = short_ways.published(administration, slug="papers", title_zh="公文", title_en="Papers")
    recognition = short_ways.recognised(administration, call, "south-manager")
    city = seated(administration, watched, "city")
    page = city.open("/desk/papers")
    page.click("[data-tab=templates]")
    row = page.locator("tr", has=page.locator("[data-template='certificate.zh']"))
    with page.expect_download() as shipped:
        row.get_by_role("link", name="Word").click()
    own = _with_a_line(Path(shipped.value.path()).read_bytes(), MOTTO)
    page.click("[data-template='certificate.zh']")
    panel = page.locator("[data-part=template]")
    assert _preview(page)[:5] == b"%PDF-"

    # A picture is a file, but no template.
    panel.locator("input[type=file]").set_input_files(
        {"name": "公章.png", "mimeType": "image/png", "buffer": samples.png()}
    )
    expect(panel.get_by_role("alert")).to_contain_text(".docx")
    expect(panel.locator("[data-act=use-template]")).to_have_count(0)
    # Nor is what is no document at all, whatever it is called.
    panel.locator("input[type=file]").set_input_files({"name": "模板.docx", "mimeType": DOCX, "buffer": b"MZ\x90\x00"})
    expect(panel.get_by_role("alert")).to_be_visible()
    city.watched.forgive("422")
    # A placeholder that does not exist is named, and with it the one that was meant.
    _choose(panel, "错字.docx", _with_a_line(own, "{{ enterprize }}"))
    panel.locator("[data-act=use-template]").click()
    expect(panel.get_by_role("alert")).to_contain_text("enterprize")
    city.watched.forgive("422")
    expect(row).to_contain_text("系统自带")

    _choose(panel, "证书模板.docx", own)
    assert _preview(page)[:5] == b"%PDF-"
    panel.locator("[data-act=use-template]").click()
    expect(row).to_contain_text("city")
    expect(panel.locator("[data-act=use-template]")).to_have_count(0)
    assert MOTTO in _certificate(administration, page, recognition)

    page.click("[data-tab=templates]")
    page.click("[data-template='certificate.zh']")
    panel.locator("[data-restore]").last.click()
    expect(row).to_contain_text("系统自带")
    expect(panel.locator("tbody tr")).to_have_count(3)
    assert MOTTO not in _certificate(administration, page, recognition)
    # A county office reads documents and does not decide what they look like.
    county = seated(administration, watched, "county")
    county.open("/desk/papers").click("[data-tab=templates]")
    expect(county.page.locator("[data-template]")).to_have_count(0)


def _choose(panel: Locator, name: str, content: bytes) -> None:
    panel.locator("input[type=file]").set_input_files({"name": name, "mimeType": DOCX, "buffer": content})
    expect(panel.locator(".files")).to_contain_text(name)


def _preview(page: Page) -> bytes:
    with page.expect_download() as made:
        page.click("[data-act=preview-template]")
    return Path(made.value.path()).read_bytes()


def _certificate(administration: Administration, page: Page, recognition: int) -> str:
    """The words of a certificate that is issued now."""
    page.click("[data-tab=documents]")
    issued = len(administration.api("city", "GET", "/documents")["documents"])
    page.click("[data-act=make-document]")
    dialog = page.get_by_role("dialog")
    put(dialog.locator("[name=kind]"), "certificate")
    put(dialog.locator("[name=object]"), str(recognition))
    dialog.locator("[data-act=submit-form]").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("[data-row]")).to_have_count(issued + 1)
    with page.expect_download() as made:
        page.locator("[data-row]").first.get_by_role("link", name="Word").click()
    return "\n".join(one.text for one in docx.Document(str(made.value.path())).paragraphs)


def _with_a_line(template: bytes, text: str) -> bytes:
    document = docx.Document(io.BytesIO(template))
    document.add_paragraph(text)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


@dataclass
class Receiver:
    """Somebody else's server that is told of steps; `answers` is what it says to each, 204 once they are used up."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found.answers.pop(0) if found.answers else 204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def test_another_system_is_told_of_steps_with_a_secret_shown_once(
    administration: Administration, watched: OpenPage, receiver: Receiver
) -> None:
    call = short_ways.published(administration, slug="told", title_zh="推送", title_en="Told")
    application = short_ways.submitted(administration, call, "south-manager")
    registrar = seated(administration, watched, "registrar")
    page = registrar.open("/desk/webhooks")
    page.click("[data-act=subscribe]")
    dialog = page.get_by_role("dialog")
    put(dialog.locator("[name=name]"), "市政务服务平台")
    put(dialog.locator("[name=url]"), "ftp://127.0.0.1/hook")
    dialog.locator("[value=application]").check()
    dialog.locator("[data-act=submit-form]").click()
    expect(dialog.get_by_role("alert")).to_contain_text("https://example.org/hook")
    registrar.watched.forgive("422")
    put(dialog.locator("[name=url]"), receiver.url)
    dialog.locator("[data-act=submit-form]").click()
    expect(dialog).to_have_count(0)
    secret = page.locator("[data-part=secret] code").inner_text()
    assert secret.startswith("whsec_")
    page.click("[data-act=hide-secret]")
    page.reload()
    row = page.locator("[data-row]", has_text="市政务服务平台")
    expect(row).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("whsec_")

    # The receiver is out of order at first: what it did not take comes again, and the page tells of both.
    receiver.answers = [503]
    administration.api("city", "POST", f"/applications/{application}/steps", {"action": "accept"})
    row.locator("[data-deliveries]").click()
    deliveries = page.locator("[data-delivery]")
    expect(deliveries).to_have_count(1)
    expect(deliveries.get_by_role("link")).to_have_attribute("href", f"/desk/applications/{application}")
    expect(deliveries).to_contain_text("503")
    expect(deliveries.locator(".tag.good")).to_be_visible(timeout=30_000)
    expect(deliveries).to_contain_text("204")
    expect(row).to_contain_text("已达 1")
    assert len(receiver.heard) == 2
    for headers, body in receiver.heard:
        signed = signature(secret, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
        assert headers["webhook-signature"] == signed
    told = json.loads(receiver.heard[-1][1])["data"]
    assert (told["object_kind"], told["object_id"], told["action"]) == ("application", application, "accept")
    # Steps of other kinds were not subscribed to.
    assert receiver.heard[0][0]["webhook-id"] == receiver.heard[1][0]["webhook-id"]

    row.locator("[data-turn]").click()
    expect(row.locator(".tag").first).not_to_have_class("tag good")
    administration.api("city", "POST", f"/applications/{application}/steps", {"action": "pass"})
    page.wait_for_timeout(2500)
    assert len(receiver.heard) == 2, "an ended subscription is told nothing"
    officer = seated(administration, watched, "city")
    officer.open("/desk/calls")
    expect(officer.page.locator("a[href='/desk/webhooks']")).to_have_count(0)
