"""Steps by Excel: taken out, filled in, brought back; a row is a step of whoever brings it, no less checked."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select
from tests.programmes.documents import samples
from tests.web.bureau import Bureau, Ground, bureau_on, treasury_in
from tests.web.test_money import WAN, act, committed, line_of, payment, recognised

from millmark.programmes.documents.tables import WebhookDeliveryRow, WebhookSubscriptionRow
from millmark.programmes.life.tables import StepRow
from millmark.reports.sheets.desk import MOST_STEPS
from millmark.web.access import Role
from millmark.web.sessions import COOKIE


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with treasury_in(tmp_path_factory.mktemp("step-sheets")) as ground:
        yield ground


@pytest.fixture
async def bureau(ground: Ground) -> AsyncIterator[Bureau]:
    async with bureau_on(ground) as bureau:
        yield bureau


class Sheet:
    """A list as somebody has it open in Excel."""

    def __init__(self, content: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(content))
        self.page = self.book.worksheets[0]
        self.headings = [str(cell.value) for cell in self.page[1]]

    def row_of(self, heading: str, value: object) -> int:
        at = self.headings.index(heading) + 1
        return next(row for row in range(self.page.max_row, 1, -1) if self.page.cell(row, at).value == value)

    def fill(self, row: int, **cells: object) -> None:
        for heading, value in cells.items():
            self.page.cell(row, self.headings.index(heading) + 1).value = value

    def values(self, heading: str) -> list[object]:
        at = self.headings.index(heading) + 1
        return [self.page.cell(row, at).value for row in range(2, self.page.max_row + 1)]

    @property
    def rows(self) -> int:
        return int(self.page.max_row) - 1

    def bytes(self) -> bytes:
        target = io.BytesIO()
        self.book.save(target)
        return target.getvalue()


async def taken_out(bureau: Bureau, who: str, list_id: str, language: str = "zh") -> Sheet:
    answer = await bureau.ask(who, "GET", f"/lists/{list_id}/sheet?language={language}")
    assert answer.status_code == 200, answer.text
    return Sheet(answer.content)


async def upload(bureau: Bureau, who: str, content: bytes) -> str:
    await bureau.get(who, "/session")
    headers = {"Cookie": f"{COOKIE}={bureau.tokens[who, bureau.clock[0]]}"}
    answer = await bureau.client.post("/api/files", files={"file": ("表.xlsx", content)}, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def brought(
    bureau: Bureau,
    who: str,
    list_id: str,
    sheet: Sheet | Sequence[Sequence[object]],
    *,
    apply: bool = True,
    language: str = "en",
) -> Any:
    content = sheet.bytes() if isinstance(sheet, Sheet) else samples.xlsx([list(row) for row in sheet])
    body = {"file_id": await upload(bureau, who, content), "apply": apply}
    headers = {"Cookie": f"{COOKIE}={bureau.tokens[who, bureau.clock[0]]}", "Accept-Language": language}
    answer = await bureau.client.post(f"/api/lists/{list_id}/imports", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def told(report: Mapping[str, Any]) -> list[tuple[int, str | None]]:
    return [(one["row"], one["column"]) for one in report["problems"]]


async def two_submitted(bureau: Bureau, slug: str, **terms: Any) -> tuple[int, int]:
    """Applications of the north and of the south mill in one call."""
    call_id = await bureau.open_call(slug, **terms)
    return await bureau.submitted(call_id), await bureau.submitted(call_id, "south-manager")


async def state(bureau: Bureau, application_id: int) -> str:
    return str((await bureau.get("bureau", f"/applications/{application_id}"))["state"])


def steps_kept(bureau: Bureau) -> int:
    with bureau.platform.database.reading() as session:
        return int(session.scalar(select(func.count()).select_from(StepRow)) or 0)


SENT = 2
"""The version of an application that was filled in once and sent."""

APPLICATIONS: list[Any] = ["编号", "版本", "办理意见", "办理理由", "需补正材料", "补正期限(天)"]


async def test_a_county_takes_its_list_out_fills_two_columns_and_brings_it_back(bureau: Bureau) -> None:
    call_id = await bureau.open_call("round-trip")
    first = await bureau.submitted(call_id)
    other = await bureau.submitted(call_id, "south-manager")
    second = await bureau.submitted(await bureau.open_call("round-trip-2"))
    left = await bureau.submitted(await bureau.open_call("round-trip-3"))
    sheet = await taken_out(bureau, "county", "applications")
    assert sheet.headings[-4:] == APPLICATIONS[2:]
    assert other not in sheet.values("编号"), "a county sees its own alone"
    sheet.fill(sheet.row_of("编号", first), 办理意见="通过形式审查")
    sheet.fill(sheet.row_of("编号", second), 办理意见="退回补正", 办理理由="材料不全。", 需补正材料="营业执照")
    before = steps_kept(bureau)
    tried = await brought(bureau, "county", "applications", sheet, apply=False)
    assert (tried["problems"], tried["applied"], tried["rows"]) == ([], False, 2)
    assert steps_kept(bureau) == before, "trying keeps nothing"
    done = await brought(bureau, "county", "applications", sheet)
    assert (done["applied"], done["rows"], done["skipped"]) == (True, 2, sheet.rows - 2)
    assert done["kept"] == [f"application:{first}", f"application:{second}"]
    assert await state(bureau, first) == "complete"
    assert (await state(bureau, second), await state(bureau, left)) == ("returned", "submitted")
    last = (await bureau.get("city", f"/applications/{second}"))["steps"][-1]
    assert (last["action"], last["actor"], last["role"]) == ("return", "county", "officer")
    assert last["reason"] == "材料不全;需补正:营业执照"
    assert (await bureau.get("city", f"/applications/{second}"))["deadline"] is not None
    again = await brought(bureau, "county", "applications", sheet)
    assert told(again) == [(sheet.row_of("编号", first), "办理意见"), (sheet.row_of("编号", second), "办理意见")]


async def test_each_step_of_a_sheet_is_audited_as_the_single_step_is(bureau: Bureau) -> None:
    application_id = await bureau.submitted(await bureau.open_call("audited"))
    single = await bureau.submitted(await bureau.open_call("audited-2"))
    await bureau.step("county", single, "accept")
    sheet = await taken_out(bureau, "county", "applications", "en")
    row = sheet.row_of("Id", application_id)
    sheet.fill(row, Decision="Accept as complete")
    await brought(bureau, "county", "applications", sheet)
    entries = (await bureau.get("auditor", "/audit?limit=20"))["entries"]
    steps = [one for one in entries if one["action"] == "applications.step"][:2]
    assert [one["result"] for one in steps] == [
        f"application:{application_id} accept complete",
        f"application:{single} accept complete",
    ]
    assert {(one["actor"], one["outcome"]) for one in steps} == {("county", 200)}
    assert f"row {row}" in steps[0]["what"]
    assert any(one["action"] == "lists.import" for one in entries)


async def test_who_listens_to_steps_hears_those_of_a_sheet_and_the_desk_moves_on(bureau: Bureau) -> None:
    application_id = await bureau.submitted(await bureau.open_call("heard"))
    with bureau.platform.database.transaction() as session:
        session.add(
            WebhookSubscriptionRow(
                name="listener", url="https://listener.test/", object_kinds=["application"], secret="", is_active=True,
                created_at_us=bureau.clock[0], created_by="admin",
            )
        )  # fmt: skip
    bureau.platform.webhooks.take_steps()
    assert (application_id, "accept") in await waiting(bureau, "county")
    rows = [APPLICATIONS[:3], [application_id, SENT, "通过形式审查"]]
    await brought(bureau, "county", "applications", rows, apply=False)
    assert bureau.platform.webhooks.take_steps() == 0
    await brought(bureau, "county", "applications", rows)
    assert bureau.platform.webhooks.take_steps() == 1
    with bureau.platform.database.reading() as session:
        sent = session.scalars(select(WebhookDeliveryRow).order_by(WebhookDeliveryRow.id.desc())).first()
        assert sent is not None
        step = session.get_one(StepRow, sent.step_id)
    assert (step.object_id, step.action, step.actor) == (application_id, "accept", "county")
    assert (application_id, "recommend_county") in await waiting(bureau, "county")


async def waiting(bureau: Bureau, who: str) -> set[tuple[int, str]]:
    """What waits on somebody's desk."""
    return {(one["object_id"], one["action"]) for one in (await bureau.get(who, "/desk/todo"))["tasks"]}


async def test_one_bad_row_keeps_all_the_others_out_and_each_is_told_with_its_column(bureau: Bureau) -> None:
    north, south = await two_submitted(bureau, "bad-rows")
    drafted = await bureau.started(await bureau.open_call("bad-rows-2"))
    taken = await bureau.submitted(await bureau.open_call("bad-rows-3"))
    await bureau.step("county", taken, "accept")
    before = steps_kept(bureau)
    rows = [
        APPLICATIONS,
        [north, SENT, "通过形式审查"],
        [south, SENT, "通过形式审查"],
        [drafted, SENT, "通过形式审查"],
        [999_999, SENT, "通过形式审查"],
        [10**14, SENT, "通过形式审查"],
        [taken, SENT, "通过形式审查"],
        [north, SENT, "退回补正", "缺表"],
        [taken, 7, "退回补正", "缺表"],
    ]
    report = await brought(bureau, "county", "applications", rows)
    assert told(report) == [
        (3, "编号"), (4, "编号"), (5, "编号"), (6, "编号"), (7, "办理意见"), (8, None), (9, None),
    ]  # fmt: skip
    words = [one["message"] for one in report["problems"]]
    assert len(set(words[:4])) == 1, "what is not seen is told as what is not there"
    assert "takes no step 'accept'; possible now: return" in words[4]
    assert "row 2 speaks of the same" in words[5]
    assert (report["applied"], report["kept"], steps_kept(bureau)) == (False, [], before)
    cells = [
        APPLICATIONS,
        [taken, 7, "退回补正", "缺表"],
        [north, SENT, "退回补正"],
    ]
    assert told(await brought(bureau, "county", "applications", cells)) == [(2, "版本"), (3, "办理理由")]
    cells = [
        APPLICATIONS,
        [north, SENT, "随便"],
        [taken, SENT, "=1+1", "缺表"],
        [None, SENT, "通过形式审查"],
        [north, None, "通过形式审查"],
        [north, SENT, "通过形式审查", None, "营业执照"],
        [taken, SENT, "退回补正", "缺表", None, 400],
        [north, SENT, None, "只有理由"],
        [north, SENT],
    ]
    report = await brought(bureau, "county", "applications", cells)
    assert told(report) == [
        (2, "办理意见"), (3, "办理意见"), (4, "编号"), (5, "版本"), (6, "需补正材料"), (7, "补正期限(天)"),
        (8, "办理意见"),
    ]  # fmt: skip
    assert (report["rows"], report["skipped"]) == (7, 1)
    assert steps_kept(bureau) == before


async def test_whoever_asks_in_chinese_is_told_in_chinese(bureau: Bureau) -> None:
    north, south = await two_submitted(bureau, "in-chinese")
    await bureau.step("county", north, "accept")
    rows = [
        APPLICATIONS,
        [north, SENT, "通过形式审查"],
        [north, SENT, "退回补正", "缺表"],
        [south, SENT, "通过形式审查"],
        [99_999, SENT, "送审"],
    ]
    report = await brought(bureau, "county", "applications", rows, language="zh-CN")
    words = [one["message"] for one in report["problems"]]
    assert words[0].startswith("当前状态为“材料齐全”,不能办理“通过形式审查”;现在可以办理:退回补正")
    assert words[1] == "与第 2 行重复,请只保留一行"
    assert words[2] == "没有这个编号,请在导出的表格中核对"
    assert words[3].startswith("“送审”不在可选范围:通过形式审查、退回补正")


async def test_a_city_moves_a_whole_list_from_review_to_decision(bureau: Bureau) -> None:
    call_id = await bureau.open_call("whole-list", reviewers_min=1)
    found = [await bureau.submitted(call_id), await bureau.submitted(call_id, "south-manager")]
    for application_id, county in zip(found, ("county", "neighbour"), strict=True):
        await bureau.step(county, application_id, "accept")
        await bureau.step(county, application_id, "recommend_county")
    opened = [APPLICATIONS[:3], *([one, SENT, "送专家评审"] for one in found)]
    assert (await brought(bureau, "city", "applications", opened))["applied"]
    closed = [APPLICATIONS[:3], *([one, SENT, "结束评分"] for one in found)]
    report = await brought(bureau, "city", "applications", closed)
    assert told(report) == [(2, "办理意见"), (3, "办理意见")]
    assert "assign more reviewers" in report["problems"][0]["message"]
    for reviewer, application_id in zip(("ann", "ben"), found, strict=True):
        await bureau.scored(await bureau.assigned(application_id, reviewer), reviewer, "90")
    assert (await brought(bureau, "city", "applications", closed))["applied"]
    decided = [APPLICATIONS[:4], [found[0], SENT, "评审通过"], [found[1], SENT, "评审不通过", "未达标"]]
    assert told(await brought(bureau, "county", "applications", decided)) == [(2, "办理意见"), (3, "编号")]
    assert (await brought(bureau, "city", "applications", decided))["applied"]
    assert [await state(bureau, one) for one in found] == ["passed", "rejected"]


async def test_a_sheet_takes_no_more_steps_than_others_can_wait_for(bureau: Bureau) -> None:
    rows = [APPLICATIONS[:3], *([at, SENT, "通过形式审查"] for at in range(1, MOST_STEPS + 2))]
    body = {"file_id": await upload(bureau, "county", samples.xlsx(rows)), "apply": True}
    assert "send it in parts" in await bureau.refused(422, "county", "/lists/applications/imports", body)


async def test_who_may_not_take_the_step_brings_no_sheet_of_it(bureau: Bureau) -> None:
    sheet = samples.xlsx([APPLICATIONS[:3], [1, 1, "通过形式审查"]])
    for who, status in (("north-manager", 403), ("treasurer", 403), ("ann", 404)):
        body = {"file_id": await upload(bureau, who, sheet), "apply": True}
        await bureau.refused(status, who, "/lists/applications/imports", body)
    for who in ("auditor", "supplier", "north-engineer"):
        await bureau.refused(403, who, "/lists/applications/imports", {"file_id": "0" * 40, "apply": True})
    answer = await bureau.client.post("/api/lists/applications/imports", json={"file_id": "0" * 40})
    assert answer.status_code == 401
    for who in ("north-manager", "auditor"):
        assert "办理意见" not in (await taken_out(bureau, who, "applications")).headings


RECOMMENDATIONS: list[Any] = ["申报编号", "版本", "推荐意见", "推荐理由"]


async def complete(bureau: Bureau, slug: str, **terms: Any) -> tuple[int, int]:
    north, south = await two_submitted(bureau, slug, **terms)
    await bureau.step("county", north, "accept")
    await bureau.step("neighbour", south, "accept")
    return north, south


async def complete_for_the_city(bureau: Bureau, slug: str) -> tuple[int, int]:
    """Of a call that the city recommends for itself: both are on one list."""
    found = await two_submitted(bureau, slug, offices=["city"])
    for application_id in found:
        await bureau.step("city", application_id, "accept")
    return found


async def test_a_county_recommends_and_declines_what_waits_for_it(bureau: Bureau) -> None:
    north, south = await complete(bureau, "recommending")
    sheet = await taken_out(bureau, "county", "recommendations")
    assert south not in sheet.values("申报编号")
    sheet.fill(sheet.row_of("申报编号", north), 推荐意见="推荐", 推荐理由="产线自动化程度高")
    done = await brought(bureau, "county", "recommendations", sheet)
    assert (done["kept"], done["skipped"]) == ([f"application:{north}"], sheet.rows - 1)
    last = (await bureau.get("city", f"/applications/{north}"))["steps"][-1]
    assert (last["action"], last["reason"]) == ("recommend_county", "产线自动化程度高")
    assert last["detail"]["area"] == "421202"
    refused = await brought(bureau, "county", "recommendations", [RECOMMENDATIONS, [south, SENT, "推荐"]])
    assert told(refused) == [(2, "申报编号")]
    turn = await brought(bureau, "city", "recommendations", [RECOMMENDATIONS, [south, SENT, "推荐"]])
    assert told(turn) == [(2, "推荐意见")]
    assert "the county office" in turn["problems"][0]["message"]
    without = await brought(bureau, "neighbour", "recommendations", [RECOMMENDATIONS, [south, SENT, "不予推荐"]])
    assert told(without) == [(2, "推荐理由")]
    declined = [RECOMMENDATIONS, [south, SENT, "不予推荐", "产能不足"]]
    assert (await brought(bureau, "neighbour", "recommendations", declined))["applied"]
    assert await state(bureau, south) == "rejected"
    history = await taken_out(bureau, "city", "recommendations")
    at = history.row_of("申报编号", north)
    assert history.page.cell(at, history.headings.index("经办人") + 1).value == "county"


RANKED: list[Any] = ["申报编号", "版本", "推荐意见", "推荐排序", "推荐理由"]


async def ranks(bureau: Bureau, application_id: int, who: str = "city") -> list[tuple[str, int]]:
    found = (await bureau.get(who, f"/applications/{application_id}"))["ranks"]
    return [(one["office"], one["rank"]) for one in found]


async def test_an_office_ranks_what_it_recommends_and_changes_places_within_a_sheet(bureau: Bureau) -> None:
    north, south = await complete_for_the_city(bureau, "ranked")
    taken = [RANKED, [north, SENT, "推荐", 1], [south, SENT, "推荐", 1]]
    report = await brought(bureau, "city", "recommendations", taken)
    assert told(report) == [(3, "推荐排序")]
    assert f"application {north} (north) is number 1" in report["problems"][0]["message"]
    for rank in (0, -2, 10_000):
        below = await brought(bureau, "city", "recommendations", [RANKED, [north, SENT, "推荐", rank]])
        assert told(below) == [(2, "推荐排序")]
    declined = await brought(bureau, "city", "recommendations", [RANKED, [north, SENT, "不予推荐", 1, "停产"]])
    assert told(declined) == [(2, "推荐排序")]
    sheet = await taken_out(bureau, "city", "recommendations")
    sheet.fill(sheet.row_of("申报编号", north), 推荐意见="推荐", 推荐排序=1)
    sheet.fill(sheet.row_of("申报编号", south), 推荐意见="推荐", 推荐排序=2)
    assert (await brought(bureau, "city", "recommendations", sheet))["applied"]
    sheet = await taken_out(bureau, "city", "recommendations")
    assert sheet.page.cell(sheet.row_of("申报编号", south), sheet.headings.index("市级排序") + 1).value == 2
    sheet.fill(sheet.row_of("申报编号", north), 推荐意见="调整排序", 推荐排序=2)
    alone = await brought(bureau, "city", "recommendations", sheet)
    assert told(alone) == [(sheet.row_of("申报编号", north), "推荐排序")]
    assert (await ranks(bureau, north), await ranks(bureau, south)) == ([("city", 1)], [("city", 2)])
    sheet.fill(sheet.row_of("申报编号", south), 推荐意见="调整排序", 推荐排序=1)
    done = await brought(bureau, "city", "recommendations", sheet)
    assert (done["problems"], len(done["kept"])) == ([], 2)
    assert (await ranks(bureau, north), await ranks(bureau, south)) == ([("city", 2)], [("city", 1)])
    audited = (await bureau.get("auditor", "/audit?limit=20"))["entries"]
    assert f"application:{south} rank city_recommended rank:1" in [one["result"] for one in audited]


async def test_a_rank_by_click_is_told_to_offices_and_not_to_the_enterprise(bureau: Bureau) -> None:
    north, south = await complete_for_the_city(bureau, "ranked-by-click")
    await bureau.step("city", north, "recommend_city", rank=1)
    path = f"/applications/{south}/steps"
    taken = await bureau.refused(409, "city", path, {"action": "recommend_city", "rank": 1})
    assert f"application {north} (north) is number 1" in taken
    assert "from 1, the first" in await bureau.refused(422, "city", path, {"action": "recommend_city", "rank": 0})
    await bureau.step("city", south, "recommend_city", rank=2)
    await bureau.step("city", south, "rank", rank=None)
    assert await ranks(bureau, south) == []
    assert await ranks(bureau, north, "auditor") == [("city", 1)]
    listed = (await bureau.get("city", "/applications"))["applications"]
    assert {one["id"]: one["ranks"] for one in listed}[north] == [{"office": "city", "rank": 1}]
    own = await bureau.get("north-manager", f"/applications/{north}")
    assert (own["ranks"], own["steps"][-1]["detail"]) == ([], {"area": "421200"})
    assert all(one["ranks"] == [] for one in (await bureau.get("north-manager", "/applications"))["applications"])


async def test_a_sheet_recommends_no_more_than_the_area_may(bureau: Bureau) -> None:
    call_id = await bureau.open_call("area-quota", area_quotas={"421202": 1})
    first = await bureau.submitted(call_id)
    registry = bureau.platform.registry
    third = registry.add_enterprise(
        slug="north-two", name_zh="北二厂", name_en="north-two", area_code="421202", is_placeholder=True
    ).id
    bureau.platform.accounts.add("north-two-manager", Role.MANAGER, third)
    form = {"enterprise_id": third}
    second = int((await bureau.do("north-two-manager", f"/calls/{call_id}/applications", form))["id"])
    await bureau.filled(second, "north-two-manager")
    await bureau.do("north-two-manager", f"/applications/{second}/submit", {})
    rows = [APPLICATIONS[:3], [first, SENT, "通过形式审查"], [second, SENT, "通过形式审查"]]
    assert (await brought(bureau, "county", "applications", rows))["applied"]
    both = [RECOMMENDATIONS, [first, SENT, "推荐"], [second, SENT, "推荐"]]
    report = await brought(bureau, "county", "recommendations", both)
    assert told(report) == [(3, "推荐意见")]
    assert "may recommend 1" in report["problems"][0]["message"]
    assert (await state(bureau, first), await state(bureau, second)) == ("complete", "complete")


CRITERIA = [
    {"id": "innovation", "name_zh": "创新性", "name_en": "Innovation", "most": "60"},
    {"id": "benefit", "name_zh": "效益", "name_en": "Benefit", "most": "40"},
]
SCORES: list[Any] = ["编号", "版本", "创新性(满分60)", "效益(满分40)", "评审意见"]


async def reviewed(bureau: Bureau, slug: str, *reviewers: str) -> tuple[int, list[int]]:
    """An application under review, with a review of each expert that is not declared yet."""
    call_id = await bureau.open_call(slug, reviewers_min=1, criteria=CRITERIA)
    application_id = await bureau.under_review(call_id)
    return application_id, [await bureau.assigned(application_id, one) for one in reviewers]


async def test_an_expert_scores_offline_what_is_assigned_to_them(bureau: Bureau) -> None:
    _, (ann, ben) = await reviewed(bureau, "offline", "ann", "ben")
    for who, review_id in (("ann", ann), ("ben", ben)):
        await bureau.do(who, f"/reviews/{review_id}/declaration", {"conflict": False})
    sheet = await taken_out(bureau, "ann", "reviews")
    assert sheet.headings[-3:] == SCORES[2:]
    assert ben not in sheet.values("编号")
    sheet.fill(sheet.row_of("编号", ann), **{SCORES[2]: 55.5, SCORES[3]: 30, "评审意见": "方案完整"})
    done = await brought(bureau, "ann", "reviews", sheet)
    assert (done["kept"], done["skipped"]) == ([f"review:{ann}"], sheet.rows - 1)
    found = await bureau.get("ann", f"/reviews/{ann}")
    assert (found["state"], found["scores"]) == ("scored", {"innovation": "55.5", "benefit": "30"})
    assert (found["total"], found["comment"]) == ("85.5", "方案完整")
    again = await brought(bureau, "ann", "reviews", sheet)
    assert told(again) == [(sheet.row_of("编号", ann), "编号")]


async def test_a_sheet_of_scores_is_refused_where_the_page_refuses(bureau: Bureau) -> None:
    _, (ann, ben) = await reviewed(bureau, "refused-scores", "ann", "ben")
    plain = await bureau.assigned(await bureau.under_review(await bureau.open_call("plain", reviewers_min=1)), "ann")
    report = await brought(bureau, "ann", "reviews", [SCORES, [ann, 1, 50, 30, "好"]])
    assert told(report) == [(2, "编号")]
    assert "conflict of interest" in report["problems"][0]["message"]
    for review_id in (ann, plain):
        await bureau.do("ann", f"/reviews/{review_id}/declaration", {"conflict": False})
    rows = [
        [*SCORES, "综合评价(满分100)"],
        [ben, 1, 50, 30, "好"],
        [ann, 9, 50, 30, "好"],
        [plain, 1, 50, None, "好", 80],
    ]
    assert told(await brought(bureau, "ann", "reviews", rows)) == [(2, "编号"), (3, "版本"), (4, "创新性(满分60)")]
    for cells, column in (
        ([ann, 1, 61, 30, "好"], "创新性(满分60)"),
        ([ann, 1, -1, 30, "好"], "创新性(满分60)"),
        ([ann, 1, 1.0005, 30, "好"], "创新性(满分60)"),
        ([ann, 1, None, 30, "好"], "创新性(满分60)"),
        ([ann, 1, "=30*2", 30, "好"], "创新性(满分60)"),
        ([ann, 1, 30, 30, None], "评审意见"),
    ):
        assert told(await brought(bureau, "ann", "reviews", [SCORES, cells])) == [(2, column)], cells
    twice = [SCORES, [ann, 1, 50, 30, "好"], [ann, 1, 40, 30, "不好"]]
    assert told(await brought(bureau, "ann", "reviews", twice)) == [(3, None)]
    assert (await bureau.get("ann", f"/reviews/{ann}"))["state"] == "accepted"


async def test_reviews_stay_blind_in_sheets_files_and_refusals(bureau: Bureau) -> None:
    application_id, (ann, ben) = await reviewed(bureau, "blind", "ann", "ben")
    await bureau.do("ann", f"/reviews/{ann}/declaration", {"conflict": False})
    rows = [SCORES, [ann, 1, 41.125, 17.25, "秘密意见"]]
    file_id = await upload(bureau, "ann", samples.xlsx(rows))
    assert (await brought(bureau, "ann", "reviews", rows))["applied"]
    for who in ("ben", "county", "city", "bureau", "auditor", "treasurer", "north-manager"):
        assert (await bureau.ask(who, "GET", f"/files/{file_id}/content")).status_code == 404, who
    assert file_id not in [one["id"] for one in (await bureau.get("city", "/files?limit=500"))["files"]]
    shown = {who: await taken_out(bureau, who, "reviews") for who in ("ben", "city", "county", "auditor")}
    for who, sheet in shown.items():
        cells = {str(cell.value) for row in sheet.page.iter_rows() for cell in row}
        assert not cells & {"58.375", "41.125", "17.25", "秘密意见"}, who
    assert ann not in shown["ben"].values("编号")
    refused = await brought(bureau, "ben", "reviews", [SCORES, [ann, 1, 50, 30, "好"], [999_999, 1, 50, 30, "好"]])
    assert len({one["message"] for one in refused["problems"]}) == 1, "another's review is as one that is not there"
    theirs = {"file_id": file_id, "apply": True}
    await bureau.refused(404, "ben", "/lists/reviews/imports", theirs)
    await bureau.do("city", f"/reviews/{ben}/steps", {"action": "release", "reason": "另派"})
    await bureau.step("city", application_id, "close_scoring")
    open_now = await taken_out(bureau, "city", "reviews")
    total = open_now.page.cell(open_now.row_of("编号", ann), open_now.headings.index("总分") + 1).value
    assert str(total) == "58.375", "before the panel all is told"
    for list_id in ("applications", "awards", "facts"):
        assert (await bureau.ask("ann", "GET", f"/lists/{list_id}/sheet")).status_code == 404


async def test_an_office_assigns_experts_from_its_list(bureau: Bureau) -> None:
    application_id = await bureau.under_review(await bureau.open_call("assigning", reviewers_min=2))
    sheet = await taken_out(bureau, "city", "reviews")
    row = sheet.row_of("申报编号", application_id)
    sheet.fill(row, 指派专家="ann", 要求完成日期="2026-12-01")
    sheet.page.append([None] * len(sheet.headings))
    extra = sheet.page.max_row + 1
    sheet.fill(extra, 申报编号=application_id, 指派专家="ben")
    done = await brought(bureau, "city", "reviews", sheet)
    assert (len(done["kept"]), done["problems"]) == (2, [])
    found = (await bureau.get("city", f"/reviews?application_id={application_id}"))["reviews"]
    assert {(one["reviewer"], one["assigned_by"]) for one in found} == {("ann", "city"), ("ben", "city")}
    assert "2026-12-01" in {one["due_on"] for one in found}
    heads: list[Any] = ["申报编号", "指派专家", "要求完成日期"]
    other = await bureau.submitted(await bureau.open_call("assigning-2"))
    rows = [
        heads,
        [application_id, "ann"],
        [application_id, "city"],
        [other, "cai"],
        [application_id, "cai"],
        [application_id, "cai"],
        [application_id, None, "2026-12-01"],
    ]
    report = await brought(bureau, "city", "reviews", rows)
    assert told(report) == [(2, "指派专家"), (3, "指派专家"), (4, "申报编号"), (6, None), (7, "指派专家")]
    assert told(await brought(bureau, "county", "reviews", [heads, [application_id, "dai"]])) == [(2, "申报编号")]
    assert told(await brought(bureau, "neighbour", "reviews", [heads, [application_id, "dai"]])) == [(2, "申报编号")]


AWARDS: list[Any] = ["编号", "版本", "审批意见", "审批理由", "资金来源指标", "核减后金额(元)", "批准文号"]


async def calculated(bureau: Bureau, slug: str, **who: str) -> int:
    recognition_id = await recognised(bureau, slug, **who)
    return int((await bureau.do("city", "/awards", {"recognition_id": recognition_id}))["id"])


SOUTH = {"who": "south-manager", "county": "neighbour"}


async def test_awards_are_lowered_proposed_and_approved_by_two_people_from_the_list(bureau: Bureau) -> None:
    await line_of(bureau, "list-a", 150)
    await line_of(bureau, "list-b", 50)
    one, two = await calculated(bureau, "awards-a"), await calculated(bureau, "awards-b", **SOUTH)
    sheet = await taken_out(bureau, "city", "awards")
    sheet.fill(sheet.row_of("编号", two), 审批意见="核减", 审批理由="按专家意见核减", **{"核减后金额(元)": 60})
    assert (await brought(bureau, "city", "awards", sheet))["applied"]
    sheet = await taken_out(bureau, "city", "awards")
    sheet.fill(sheet.row_of("编号", one), 审批意见="提请审批", 资金来源指标="list-a")
    sheet.fill(sheet.row_of("编号", two), 审批意见="提请审批", 资金来源指标="list-a=20;list-b=40")
    done = await brought(bureau, "city", "awards", sheet)
    assert (done["problems"], done["kept"]) == ([], [f"award:{one}", f"award:{two}"])
    found = await bureau.get("city", f"/awards/{two}")
    assert (found["state"], found["amount_fen"]) == ("proposed", 60 * 100)
    assert [part["amount_fen"] for part in found["funding"]] == [20 * 100, 40 * 100]
    sheet = await taken_out(bureau, "city", "awards")
    for award_id in (one, two):
        sheet.fill(sheet.row_of("编号", award_id), 审批意见="批准", 批准文号="咸经信〔2026〕9号")
    own = await brought(bureau, "city", "awards", sheet)
    assert told(own) == [(sheet.row_of("编号", award_id), "审批意见") for award_id in (one, two)]
    assert "somebody else must approve it" in own["problems"][0]["message"]
    approved = await brought(bureau, "bureau", "awards", sheet)
    assert (approved["problems"], len(approved["kept"])) == ([], 2)
    found = await bureau.get("city", f"/awards/{one}")
    assert (found["state"], found["committed_fen"]) == ("committed", 100 * WAN)
    assert found["record_ref"] is not None
    assert bureau.platform.budget.check() == []


async def test_a_line_is_never_overspent_by_the_rows_of_a_sheet_together(bureau: Bureau) -> None:
    line_id = await line_of(bureau, "short", 150)
    found = [await calculated(bureau, "short-a"), await calculated(bureau, "short-b", **SOUTH)]
    for award_id in found:
        await act(bureau, "city", {"id": award_id}, "propose", funding=[{"line_id": line_id, "amount_fen": 100 * WAN}])
    rows = [AWARDS, *([one, 2, "批准", None, None, None, "咸经信〔2026〕10号"] for one in found)]
    report = await brought(bureau, "bureau", "awards", rows)
    assert told(report) == [(3, "审批意见")]
    assert "raise the line" in report["problems"][0]["message"]
    balances = (await bureau.get("treasurer", f"/budgets/{line_id}"))["line"]["balances"]
    assert (balances["available_fen"], balances["committed_fen"]) == (150 * WAN, 0)
    assert [(await bureau.get("city", f"/awards/{one}"))["state"] for one in found] == ["proposed", "proposed"]
    assert (await brought(bureau, "bureau", "awards", rows[:2]))["applied"]
    assert told(await brought(bureau, "bureau", "awards", [AWARDS, rows[2]])) == [(2, "审批意见")]
    assert bureau.platform.budget.check() == []


async def test_a_decision_on_an_award_is_refused_where_the_step_is(bureau: Bureau) -> None:
    await line_of(bureau, "refusals", 500)
    award_id = await calculated(bureau, "award-refusals")
    south = await calculated(bureau, "award-refusals-2", **SOUTH)
    for cells, column in (
        ([award_id, 1, "批准", None, None, None, "文"], "审批意见"),
        ([award_id, 3, "提请审批", None, "refusals"], "版本"),
        ([award_id, 1, "提请审批"], "资金来源指标"),
        ([award_id, 1, "提请审批", None, "no-such-line"], "资金来源指标"),
        ([award_id, 1, "提请审批", None, "refusals=1"], "资金来源指标"),
        ([award_id, 1, "提请审批", None, "refusals=x"], "资金来源指标"),
        ([award_id, 1, "核减", "少给"], "核减后金额(元)"),
        ([award_id, 1, "核减", "多给", None, 2_000_000], "核减后金额(元)"),
        ([award_id, 1, "核减", None, None, 5], "审批理由"),
        ([award_id, 1, "撤销"], "审批理由"),
        ([award_id, 1, "撤销", "不符", "refusals"], "资金来源指标"),
        ([award_id, 1, "批准", None, None, 5, "文"], "核减后金额(元)"),
        ([award_id, 1, "=1", None, None, 5, "文"], "审批意见"),
        ([99_999, 1, "撤销", "不符"], "编号"),
    ):
        assert told(await brought(bureau, "city", "awards", [AWARDS, cells])) == [(2, column)], cells
    assert told(await brought(bureau, "county", "awards", [AWARDS, [south, 1, "撤销", "不符"]])) == [(2, "编号")]
    mine = await brought(bureau, "county", "awards", [AWARDS, [award_id, 1, "撤销", "不符"]])
    assert told(mine) == [(2, "审批意见")], "a county does not give up an award"
    assert (await brought(bureau, "city", "awards", [AWARDS, [award_id, 1, "撤销", "不符合条件"]]))["applied"]
    found = await bureau.get("city", f"/awards/{award_id}")
    assert (found["state"], found["steps"][-1]["reason"]) == ("withdrawn", "不符合条件")
    await bureau.refused(403, "north-manager", "/lists/awards/imports", {
        "file_id": await upload(bureau, "north-manager", samples.xlsx([AWARDS])), "apply": True,
    })  # fmt: skip


DISBURSEMENTS: list[Any] = ["编号", "版本", "办理意见", "银行回单号", "付款日期", "办理理由"]


async def proposed(bureau: Bureau, slug: str, line_id: int, **who: str) -> int:
    award = await committed(bureau, slug, line_id, **who)
    return int((await bureau.do("city", "/disbursements", payment(award, line_id, "first", 60)))["id"])


async def test_the_treasury_books_the_banks_list_of_payments(bureau: Bureau) -> None:
    line_id = await line_of(bureau, "bank-list", 500)
    found = [await proposed(bureau, "bank-a", line_id), await proposed(bureau, "bank-b", line_id, **SOUTH)]
    sheet = await taken_out(bureau, "treasurer", "disbursements")
    for payment_id in found:
        sheet.fill(sheet.row_of("编号", payment_id), 办理意见="批准拨付")
    done = await brought(bureau, "treasurer", "disbursements", sheet)
    assert (done["kept"], done["skipped"]) == ([f"disbursement:{one}" for one in found], sheet.rows - 2)
    sheet = await taken_out(bureau, "cashier", "disbursements")
    today = bureau.today.isoformat()
    for at, payment_id in enumerate(found):
        sheet.fill(sheet.row_of("编号", payment_id), 银行回单号=f"ICBC-LIST-{at}", 付款日期=today)
    done = await brought(bureau, "cashier", "disbursements", sheet)
    assert (done["problems"], len(done["kept"])) == ([], 2)
    paid = await bureau.get("treasurer", f"/disbursements/{found[0]}")
    assert (paid["state"], paid["receipt"]) == ("paid", "ICBC-LIST-0")
    last = paid["steps"][-1]
    assert (last["action"], last["actor"]) == ("pay", "cashier")
    assert last["detail"] == {"receipt": "ICBC-LIST-0", "paid_on": today}
    out = await taken_out(bureau, "treasurer", "disbursements")
    day = out.page.cell(out.row_of("编号", found[0]), out.headings.index("银行付款日") + 1).value
    assert str(day).startswith(today)
    assert bureau.platform.budget.check() == []


async def test_a_payment_is_refused_where_the_step_is_and_nothing_is_half_paid(bureau: Bureau) -> None:
    line_id = await line_of(bureau, "half", 500)
    one, two = await proposed(bureau, "half-a", line_id), await proposed(bureau, "half-b", line_id, **SOUTH)
    for payment_id in (one, two):
        await bureau.do("treasurer", f"/disbursements/{payment_id}/steps", {"action": "approve"})
    tomorrow = bureau.today.replace(year=bureau.today.year + 1).isoformat()
    for cells, column in (
        ([one, 1, "批准拨付"], "办理意见"),
        ([one, 9, None, "R-9"], "版本"),
        ([one, 1, "登记付款"], "银行回单号"),
        ([one, 1, None, None, bureau.today.isoformat()], "办理意见"),
        ([one, 1, None, "R-9", tomorrow], "付款日期"),
        ([one, 1, None, "R-9", "2020-01-01"], "付款日期"),
        ([one, 1, "取消", "R-9", None, "错"], "银行回单号"),
        ([one, 1, "取消"], "办理理由"),
        ([one, 1, None, "=A1"], "银行回单号"),
        ([99_999, 1, None, "R-9"], "编号"),
    ):
        report = await brought(bureau, "cashier", "disbursements", [DISBURSEMENTS, cells])
        assert told(report) == [(2, column)], (cells, report["problems"])
    same = [DISBURSEMENTS, [one, 1, None, "SAME"], [two, 1, None, "SAME"]]
    report = await brought(bureau, "cashier", "disbursements", same)
    assert told(report) == [(3, "银行回单号")]
    assert "books another payment already" in report["problems"][0]["message"]
    states = [(await bureau.get("treasurer", f"/disbursements/{found}"))["state"] for found in (one, two)]
    assert states == ["approved", "approved"]
    county = await brought(bureau, "county", "disbursements", [DISBURSEMENTS, [two, 1, "取消", None, None, "错"]])
    assert told(county) == [(2, "编号")]
    office = await brought(bureau, "city", "disbursements", [DISBURSEMENTS, [one, 1, None, "R-9"]])
    assert told(office) == [(2, "办理意见")], "an office does not pay"
    balances = (await bureau.get("treasurer", f"/budgets/{line_id}"))["line"]["balances"]
    assert balances["paid_fen"] == 0
    cancelled = [DISBURSEMENTS, [two, 1, "取消", None, None, "重报"]]
    assert (await brought(bureau, "city", "disbursements", cancelled))["applied"]
    assert bureau.platform.budget.check() == []
