"""Lists that come back from Excel as steps: taken out in a browser, filled in, brought back with mistakes, mended."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Locator, expect
from tests.browser import short_ways
from tests.browser.administration import Administration, Seat, administration_in, put, seated
from tests.browser.conftest import NARROW, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PACK = ("设备联网示范工厂(演示) 1", "Connected factory (demonstration) 1")
SHEETS = "/desk/papers?tab=sheets"


@pytest.fixture(scope="module")
def administration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administration]:
    with administration_in(tmp_path_factory.mktemp("administration")) as administration:
        yield administration


class Opened:
    """A list as somebody has it open in Excel; rows are found by the number in one of its columns."""

    def __init__(self, content: bytes, key: str) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(content))
        self.page = self.book.worksheets[0]
        self.headings = [str(cell.value) for cell in self.page[1]]
        self.key = key

    def row_of(self, number: int) -> int:
        at = self.headings.index(self.key) + 1
        return next(row for row in range(self.page.max_row, 1, -1) if self.page.cell(row, at).value == number)

    def fill(self, number: int, cells: Mapping[str, Any]) -> None:
        for heading, value in cells.items():
            self.page.cell(self.row_of(number), self.headings.index(heading) + 1).value = value

    def bytes(self) -> bytes:
        target = io.BytesIO()
        self.book.save(target)
        return target.getvalue()


def taken_out(seat: Seat, list_id: str, *, path: str = SHEETS, key: str = "编号") -> Opened:
    page = seat.open(path)
    with page.expect_download() as out:
        page.click(f"[data-sheet={list_id}]")
    assert out.value.suggested_filename.endswith(".xlsx")
    return Opened(Path(out.value.path()).read_bytes(), key)


def bringing(seat: Seat, list_id: str) -> Locator:
    seat.page.click(f"[data-bring={list_id}]")
    return seat.page.get_by_role("dialog")


def brought(dialog: Locator, sheet: Opened) -> Locator:
    """What the page says of a filled sheet, before anything is written."""
    if dialog.locator(".remove").count():
        dialog.locator(".remove").click()
    dialog.locator("input[type=file]").set_input_files({"name": "填好.xlsx", "mimeType": XLSX, "buffer": sheet.bytes()})
    report = dialog.locator("[data-part=sheet-report]")
    expect(report).to_be_visible()
    return report


def written(dialog: Locator, words: str) -> None:
    dialog.locator("[data-act=apply-import]").click()
    expect(dialog.locator("[data-part=sheet-report]")).to_contain_text(words)


def mistakes(dialog: Locator) -> list[list[str]]:
    """Row, heading and words of each mistake that the page names."""
    rows = dialog.locator(".problems tbody tr")
    expect(rows.first).to_be_visible()
    return [row.locator("td").all_inner_texts() for row in rows.all()]


def four_submitted(administration: Administration, slug: str, **terms: Any) -> list[int]:
    """Applications of both mills in two calls."""
    return [
        short_ways.submitted(administration, call, who)
        for call in (
            short_ways.published(administration, slug=f"{slug}-{at}", title_zh=f"{slug} {at}", **terms) for at in (1, 2)
        )
        for who in ("north-manager", "south-manager")
    ]


def state(administration: Administration, application: int) -> str:
    return str(administration.api("city", "GET", f"/applications/{application}")["state"])


def test_an_officer_mends_two_rows_and_brings_the_list_back_again(
    administration: Administration, watched: OpenPage
) -> None:
    first, second, third, left = four_submitted(administration, "mended")
    city = seated(administration, watched, "city")
    sheet = taken_out(city, "applications")
    for application in (first, third):
        sheet.fill(application, {"办理意见": "通过形式审查"})
    sheet.fill(second, {"办理意见": "退回补正", "需补正材料": "营业执照"})
    sheet.fill(third, {"办理意见": "同意"})
    dialog = bringing(city, "applications")
    sheet.fill(second, {"需补正材料": None})
    expect(brought(dialog, sheet)).to_contain_text("发现 2 处问题，未写入任何内容")
    found = {int(row): (heading, words) for row, heading, words in mistakes(dialog)}
    assert found[sheet.row_of(second)][0] == "办理理由"
    assert "须写明理由" in found[sheet.row_of(second)][1]
    assert found[sheet.row_of(third)][0] == "办理意见"
    assert "“同意”不在可选范围" in found[sheet.row_of(third)][1]
    expect(dialog.locator("[data-act=apply-import]")).to_have_count(0)
    assert {state(administration, one) for one in (first, second, third)} == {"submitted"}

    sheet.fill(second, {"办理理由": "材料不全", "需补正材料": "营业执照"})
    sheet.fill(third, {"办理意见": "通过形式审查"})
    report = brought(dialog, sheet)
    expect(report).to_contain_text("全部 3 行无误，可以写入")
    expect(report).to_contain_text("1 行未填写")
    expect(dialog.locator(".problems")).to_have_count(0)
    assert state(administration, first) == "submitted", "a look at a sheet writes nothing"
    written(dialog, "已写入 3 行")
    page = city.open(f"/desk/applications/{second}")
    expect(page.locator("h1")).to_contain_text("退回补正")
    expect(page.locator("[aria-labelledby=returned]")).to_contain_text("材料不全;需补正:营业执照")
    assert city.timeline()[-1] == ("return", "city")
    page = city.open("/desk/applications")
    expect(page.locator(f"[data-row='{first}']")).to_contain_text("材料齐全")
    expect(page.locator(f"[data-row='{left}']")).to_contain_text("已提交")
    # The link above the queue is the same list.
    with page.expect_download() as out:
        page.click("a[download].push")
    assert first in [row[0].value for row in Opened(Path(out.value.path()).read_bytes(), "编号").page.iter_rows(2)]


@pytest.mark.long
def test_an_office_ranks_what_it_recommends_by_sheet_and_by_click(
    administration: Administration, watched: OpenPage
) -> None:
    call = short_ways.published(administration, slug="ranked", title_zh="推荐排序", title_en="Ranked", offices=["city"])
    north, south = (short_ways.submitted(administration, call, f"{mill}-manager") for mill in ("north", "south"))
    for application in (north, south):
        administration.api("city", "POST", f"/applications/{application}/steps", {"action": "accept"})
    city = seated(administration, watched, "city", language="en-GB", size=NARROW)
    sheet = taken_out(city, "recommendations", key="Application")
    sheet.fill(north, {"Decision": "Recommend", "Rank": 0})
    sheet.fill(south, {"Decision": "Recommend", "Rank": 2})
    dialog = bringing(city, "recommendations")
    brought(dialog, sheet)
    assert [(row, heading) for row, heading, _ in mistakes(dialog)] == [(str(sheet.row_of(north)), "Rank")]
    sheet.fill(north, {"Rank": 2})
    brought(dialog, sheet)
    # Of two that want a place, the one further down is told.
    expect(dialog.locator(".problems")).to_contain_text("is number 2 of what area 421200 recommends")
    sheet.fill(north, {"Rank": 1})
    brought(dialog, sheet)
    written(dialog, "2 rows were written")

    page = city.open(f"/desk/applications?call={call}")
    rows = page.locator("tbody [data-row]")
    expect(rows.first).to_contain_text("city no. 1")
    assert [row.get_attribute("data-row") for row in rows.all()] == [str(north), str(south)]

    page = city.open(f"/desk/applications/{south}")
    page.click(".actions > [data-act=rank]")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("[name=rank]")).to_have_value("2")
    put(dialog.locator("[name=rank]"), "1")
    dialog.locator("[data-act=confirm]").click()
    expect(dialog.get_by_role("alert")).to_contain_text(
        f"application {north} (North works (to be identified)) is number 1"
    )
    city.watched.forgive("409")
    put(dialog.locator("[name=rank]"), "3")
    dialog.locator("[data-act=confirm]").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("[data-part=ranks]")).to_contain_text("city no. 3")
    expect(page.locator("aside .steps li").first).to_contain_text("Rank: 3")
    # The enterprise reads neither its own place nor that of another.
    manager = seated(administration, watched, "south-manager")
    page = manager.open(f"/desk/applications/{south}")
    expect(page.locator("h1")).to_contain_text("市级已推荐")
    expect(page.locator("main")).not_to_contain_text("推荐排序：")
    expect(page.locator("[data-part=ranks]")).to_have_count(0)


@pytest.mark.long
def test_experts_are_assigned_by_sheet_and_score_offline(administration: Administration, watched: OpenPage) -> None:
    call = short_ways.published(
        administration, slug="offline", title_zh="离线评审", title_en="Offline", reviewers_min=2
    )
    north, south = (short_ways.submitted(administration, call, f"{mill}-manager") for mill in ("north", "south"))
    for application in (north, south):
        for action in ("accept", "open_review"):
            administration.api("city", "POST", f"/applications/{application}/steps", {"action": action})
    city = seated(administration, watched, "city")
    sheet = taken_out(city, "reviews", key="申报编号")
    for application in (north, south):
        sheet.fill(application, {"指派专家": "ann", "要求完成日期": short_ways.today()})
    dialog = bringing(city, "reviews")
    expect(brought(dialog, sheet)).to_contain_text("全部 2 行无误")
    written(dialog, "已写入 2 行")
    page = city.open(f"/desk/applications/{north}")
    expect(page.locator("[data-part=reviews]")).to_contain_text("ann")

    found = administration.api("ann", "GET", "/reviews")["reviews"]
    reviews = {one["application_id"]: int(one["id"]) for one in found if one["application_id"] in (north, south)}
    ann = seated(administration, watched, "ann")
    sheet = taken_out(ann, "reviews", path="/desk/reviews")
    points = next(heading for heading in sheet.headings if "满分100" in heading)
    for review in reviews.values():
        sheet.fill(review, {points: 88.5, "评审意见": "方案完整，示范作用明显"})
    dialog = bringing(ann, "reviews")
    expect(brought(dialog, sheet)).to_contain_text("发现 2 处问题")
    # Before a word on conflicts of interest nothing is scored, offline either.
    assert all("利益" in words for _, _, words in mistakes(dialog))
    for review in reviews.values():
        administration.api("ann", "POST", f"/reviews/{review}/declaration", {"conflict": False})
    sheet.fill(reviews[south], {points: 101})
    brought(dialog, sheet)
    assert [(row, heading) for row, heading, _ in mistakes(dialog)] == [(str(sheet.row_of(reviews[south])), points)]
    sheet.fill(reviews[south], {points: 79})
    brought(dialog, sheet)
    written(dialog, "已写入 2 行")
    dialog.get_by_role("button", name="关闭").last.click()
    row = ann.page.locator(f"[data-row='{reviews[north]}']")
    expect(row).to_contain_text("已评分")
    expect(row).to_contain_text("88.5")
    # The office sees that it is scored, and no points before the panel.
    page = city.open(f"/desk/applications/{north}")
    expect(page.locator("[data-part=reviews]")).to_contain_text("已评分")
    expect(page.locator("[data-part=reviews]")).not_to_contain_text("88.5")


@pytest.mark.long
def test_awards_are_approved_and_payments_booked_from_the_banks_list(
    administration: Administration, watched: OpenPage
) -> None:
    call = short_ways.published(administration, slug="paid", title_zh="拨付", title_en="Paid")
    line = short_ways.budget_line(administration, "2026-SHEETS", 5_000_000)
    awards = [
        int(
            administration.api(
                "city", "POST", "/awards", {"recognition_id": short_ways.recognised(administration, call, who)}
            )["id"]
        )
        for who in ("north-manager", "south-manager")
    ]
    city = seated(administration, watched, "city")
    sheet = taken_out(city, "awards")
    sheet.fill(awards[0], {"审批意见": "提请审批", "资金来源指标": "2026-SHEETS"})
    sheet.fill(awards[1], {"审批意见": "提请审批", "资金来源指标": "没有的指标"})
    dialog = bringing(city, "awards")
    brought(dialog, sheet)
    assert [(row, heading) for row, heading, _ in mistakes(dialog)] == [(str(sheet.row_of(awards[1])), "资金来源指标")]
    sheet.fill(awards[1], {"资金来源指标": "2026-SHEETS"})
    brought(dialog, sheet)
    written(dialog, "已写入 2 行")

    treasurer = seated(administration, watched, "treasurer")
    sheet = taken_out(treasurer, "awards")
    for award in awards:
        sheet.fill(award, {"审批意见": "批准", "批准文号": "咸经信〔2026〕51号"})
    dialog = bringing(treasurer, "awards")
    brought(dialog, sheet)
    written(dialog, "已写入 2 行")
    payments = [_proposed(administration, award, line) for award in awards]
    for payment in payments:
        administration.api("treasurer", "POST", f"/disbursements/{payment}/steps", {"action": "approve"})
    sheet = taken_out(treasurer, "disbursements")
    for payment in payments:
        sheet.fill(payment, {"银行回单号": "ICBC-SAME", "付款日期": short_ways.today()})
    dialog = bringing(treasurer, "disbursements")
    brought(dialog, sheet)
    assert [heading for _, heading, _ in mistakes(dialog)] == ["银行回单号"], "one receipt books one payment"
    sheet.fill(payments[1], {"银行回单号": "ICBC-OTHER"})
    brought(dialog, sheet)
    written(dialog, "已写入 2 行")
    page = treasurer.open("/desk/money?tab=payments")
    for payment in payments:
        expect(page.locator(f"[data-row='{payment}']")).to_contain_text("已付款")


def _proposed(administration: Administration, award: int, line: int) -> int:
    first = administration.api("city", "GET", f"/awards/{award}")["instalments"][0]
    form = {"award_id": award, "line_id": line, "instalment": first["id"], "amount_fen": first["amount_fen"]}
    return int(administration.api("city", "POST", "/disbursements", form)["id"])


@pytest.mark.long
def test_a_claim_is_called_by_what_it_says_and_a_pack_by_its_title(
    administration: Administration, watched: OpenPage
) -> None:
    claim = short_ways.claim_of_yesterday(administration, "north")
    call = short_ways.published(administration, pack="connected-factory-demo", edition="1", slug="named")
    body = {"enterprise_id": administration.enterprises["north"]}
    application = administration.api("north-manager", "POST", f"/calls/{call}/applications", body)["id"]
    path = f"/applications/{application}"
    administration.api("north-manager", "PUT", f"{path}/content", {"claim_ids": [claim], "pledge": True})
    administration.api("north-manager", "POST", f"{path}/submit", {})
    for language, said, pack in (
        ("zh-CN", ("设备联网率 · ", "北厂"), PACK[0]),
        ("en-GB", ("Equipment connection rate · ", "North works"), PACK[1]),
    ):
        city = seated(administration, watched, "city", language=language)
        page = city.open(f"/desk{path}")
        verdict = page.locator("[data-part=verdict]")
        named = verdict.locator(f"[data-claim-name='{claim}']").first
        for words in (*said, claim[:8]):
            expect(named).to_contain_text(words)
        expect(page.locator("main")).not_to_contain_text(claim)
        expect(verdict).to_contain_text(pack)
        expect(verdict).not_to_contain_text("connected-factory-demo")
        named.get_by_role("link").click()
        page.wait_for_url(f"**/claims/{claim}")
