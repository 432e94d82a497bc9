"""The dispatch desk through the API: requests, projects, briefs, whose they are, and who read an enterprise."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator, Iterator
from typing import Any
from unittest import mock

import pytest
from tests.web.bureau import Bureau, Ground, bureau_in, bureau_on

from millmark.region.departments import Department
from millmark.registry import DatabaseUnavailable
from millmark.web.access import Requires, Role, guard_of
from millmark.web.reading.book import Read
from millmark.web.rooms import api_routes
from millmark.web.sessions import COOKIE

NEED = {"factor": "power", "urgency": "urgent", "title": "变压器增容", "text": "需增容800kVA"}
PROJECT: dict[str, Any] = {
    "name_zh": "示范项目",
    "name_en": "Demonstration project",
    "area_code": "421202",
    "source": "演示文件",
    "planned_fen": 10_000_000_000,
    "stage": "signed",
    "milestones": [
        {
            "key": "started",
            "name_zh": "开工",
            "name_en": "ground broken",
            "planned_on": "2026-02-01",
            "stage": "started",
        },
        {"key": "producing", "name_zh": "投产", "name_en": "in production", "planned_on": "2027-02-01"},
    ],
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with bureau_in(tmp_path_factory.mktemp("dispatch")) as found:
        platform = found[0]
        for name in ("power-grid", "housing"):
            platform.bureau.departments.put(Department(name, f"部门{name}", name), recorded_by="admin")
            platform.accounts.add(f"{name}-staff", Role.DEPARTMENT, department=name)
        yield found


@pytest.fixture
async def bureau(opened: Ground) -> AsyncIterator[Bureau]:
    async with bureau_on(opened) as bureau:
        yield bureau


async def asked(bureau: Bureau, who: str = "north-manager", **changes: Any) -> int:
    return int((await bureau.do(who, "/factor-requests", {**NEED, **changes}))["id"])


def reads_of(bureau: Bureau, enterprise_id: int) -> list[Read]:
    """Of this enterprise alone; lists that it stood in are kept without one."""
    services = bureau.platform.services
    found = services.reads.reads(services.registry.enterprise(enterprise_id), limit=500)
    return [one.read for one in found if one.read.enterprise_id is not None]


# ---- requests


async def test_a_request_goes_from_the_enterprise_to_a_department_and_back(bureau: Bureau) -> None:
    number = await asked(bureau)
    steps = f"/factor-requests/{number}/steps"
    tasks = [{"department": "power-grid"}, {"department": "housing"}]
    await bureau.do("county", steps, {"action": "assign", "tasks": tasks})
    seen = await bureau.get("power-grid-staff", f"/factor-requests/{number}")
    assert [one["action"] for one in seen["allowed"]] == ["take_up", "return", "answer"]
    await bureau.do("power-grid-staff", steps, {"action": "take_up"})
    await bureau.refused(409, "housing-staff", steps, {"action": "answer", "reason": "好"})
    await bureau.do("housing-staff", steps, {"action": "contribute", "reason": "无意见"})
    await bureau.do("power-grid-staff", steps, {"action": "answer", "reason": "本月20日前完成"})
    await bureau.refused(403, "county", steps, {"action": "solved"})
    done = await bureau.do("north-manager", steps, {"action": "solved"})
    assert (done["state"], done["allowed"]) == ("solved", [{**done["allowed"][0], "action": "reopen"}])
    figures = await bureau.get("city", "/factor-requests/statistics")
    power = next(one for one in figures["departments"] if one["department"] == "power-grid")
    assert (power["answered"], power["overdue_share"]) == (1, 0)


async def test_each_side_sees_its_own_requests_and_no_others(bureau: Bureau) -> None:
    north, south = await asked(bureau), await asked(bureau, "south-manager")
    tasks = {"action": "assign", "tasks": [{"department": "power-grid"}]}
    await bureau.do("county", f"/factor-requests/{north}/steps", tasks)
    lists = {
        who: {one["id"] for one in (await bureau.get(who, "/factor-requests"))["requests"]}
        for who in ("north-manager", "county", "neighbour", "city", "power-grid-staff", "housing-staff", "auditor")
    }
    assert {who for who, seen in lists.items() if north in seen} == {
        "north-manager",
        "county",
        "city",
        "power-grid-staff",
        "auditor",
    }
    assert {who for who, seen in lists.items() if south in seen} == {"neighbour", "city", "auditor"}
    for who in ("neighbour", "south-manager", "housing-staff"):
        await bureau.refused(404, who, f"/factor-requests/{north}", method="GET")
    await bureau.refused(404, "county", "/factor-requests", {**NEED, "enterprise_id": bureau.south})
    for who in ("auditor", "power-grid-staff"):
        await bureau.refused(403, who, "/factor-requests", {**NEED, "enterprise_id": bureau.north})
    await bureau.refused(403, "supplier", "/factor-requests", method="GET")
    own = await bureau.get("power-grid-staff", "/factor-requests/statistics")
    assert {one["department"] for one in own["departments"]} == {"power-grid"}


async def test_what_is_overdue_is_escalated_by_the_rule_and_a_department_is_not_told_to_whom(bureau: Bureau) -> None:
    number = await asked(bureau, urgency="critical")
    path = f"/factor-requests/{number}"
    await bureau.do("city", f"{path}/steps", {"action": "assign", "tasks": [{"department": "power-grid"}]})
    bureau.days_pass(3)
    assert (await bureau.do("city", "/factor-requests/escalation"))["requests"] >= 1
    assert (await bureau.do("city", "/factor-requests/escalation"))["requests"] == 0
    [step] = [one for one in (await bureau.get("city", path))["steps"] if one["action"] == "escalate"]
    assert (step["actor"], step["role"]) == ("rule", "rule")
    assert not [one for one in (await bureau.get("power-grid-staff", path))["steps"] if one["action"] == "escalate"]
    await bureau.refused(422, "city", f"{path}/steps", {"action": "escalate"})
    await bureau.refused(403, "north-manager", "/factor-requests/escalation")


# ---- projects


async def test_a_project_moves_its_figure_and_its_overdue_list(bureau: Bureau) -> None:
    before = len((await bureau.get("city", "/figures/F10"))["records"])
    made = await bureau.do("county", "/investments", PROJECT)
    path = f"/investments/{made['id']}"
    assert len((await bureau.get("city", "/figures/F10"))["records"]) == before + 1
    assert made["overdue_milestones"] == 1
    done = await bureau.do("county", f"{path}/milestones/started", {"happened_on": "2026-02-20"})
    assert (done["overdue_milestones"], done["milestones"][0]["late"]) == (0, True)
    await bureau.refused(409, "county", f"{path}/milestones/started", {"happened_on": "2026-02-20"})
    report = done["milestones"][0]["report_id"]
    done = await bureau.do("county", f"{path}/milestone-reports/{report}/void", {"reason": "误报"})
    assert done["milestones"][0]["actual_on"] is None
    await bureau.refused(409, "county", f"{path}/milestone-reports/{report}/void", {"reason": "误报"})
    money = {"paid_on": "2026-03-01", "amount_fen": 250, "source": "月报"}
    done = await bureau.do("county", f"{path}/payments", money)
    assert done["paid_fen"] == 250
    done = await bureau.do("county", f"{path}/payments/{done['payments'][0]['id']}/void", {"reason": "重复"})
    assert (done["paid_fen"], done["payments"][0]["voided"]) == (0, True)
    overdue = (await bureau.get("city", "/investments/overdue"))["items"]
    assert ("milestone", made["id"]) in {(one["kind"], one["investment_id"]) for one in overdue}
    await bureau.refused(422, "county", f"{path}/steps", {"action": "stage", "stage": "negotiating"})
    await bureau.do("county", f"{path}/steps", {"action": "untrack", "reason": "转为一般项目"})
    assert len((await bureau.get("city", "/figures/F10"))["records"]) == before
    await bureau.do("county", f"{path}/steps", {"action": "track", "reason": "重新列入"})
    assert len((await bureau.get("city", "/figures/F10"))["records"]) == before + 1
    await bureau.do("county", f"{path}/steps", {"action": "void", "reason": "误登"})
    assert len((await bureau.get("city", "/figures/F10"))["records"]) == before


async def test_a_department_sees_projects_by_its_problems_and_solves_those(bureau: Bureau) -> None:
    made = await bureau.do("county", "/investments", {**PROJECT, "name_zh": "示范项目二", "tracked": False})
    path = f"/investments/{made['id']}"
    await bureau.refused(404, "housing-staff", path, method="GET")
    await bureau.refused(404, "neighbour", path, method="GET")
    raised = await bureau.do("county", f"{path}/problems", {"text": "水管口径不足", "department": "housing"})
    other = await bureau.do("county", f"{path}/problems", {"text": "线路迁改", "department": "power-grid"})
    seen = await bureau.get("housing-staff", path)
    assert [one["id"] for one in seen["problems"]] == [raised["id"]]
    solve = {"action": "solve", "reason": "已扩容"}
    await bureau.refused(404, "housing-staff", f"{path}/problems/{other['id']}/steps", solve)
    done = await bureau.do("housing-staff", f"{path}/problems/{raised['id']}/steps", solve)
    assert (done["state"], done["ended_on"]) == ("solved", bureau.today.isoformat())
    await bureau.refused(
        403, "housing-staff", f"{path}/payments", {"paid_on": "2026-03-01", "amount_fen": 1, "source": "x"}
    )
    await bureau.refused(403, "county", "/investments", {**PROJECT, "name_zh": "外县项目", "area_code": "421221"})


async def test_an_enterprises_card_tells_its_open_requests_and_its_projects(bureau: Bureau) -> None:
    path = f"/watch/enterprises/{bureau.north}"
    before = await bureau.get("city", path)
    number = await asked(bureau, title="天然气增量")
    made = await bureau.do("county", "/investments", {**PROJECT, "name_zh": "北厂二期", "enterprise_id": bureau.north})
    card = await bureau.get("city", path)
    assert len(card["factor_requests"]) == len(before["factor_requests"]) + 1
    [request] = [one for one in card["factor_requests"] if one["id"] == number]
    assert (request["title"], request["state"]) == ("天然气增量", "filed")
    [project] = [one for one in card["investments"] if one["id"] == made["id"]]
    assert (project["stage_zh"], project["planned_fen"]) == ("签约", PROJECT["planned_fen"])
    # Another enterprise's are not on it, and what is settled is not open.
    south = await bureau.get("city", f"/watch/enterprises/{bureau.south}")
    assert number not in {one["id"] for one in south["factor_requests"]}
    assert made["id"] not in {one["id"] for one in south["investments"]}
    await bureau.do("north-manager", f"/factor-requests/{number}/steps", {"action": "withdraw", "reason": "已解决"})
    await bureau.do("county", f"/investments/{made['id']}/steps", {"action": "void", "reason": "误登"})
    card = await bureau.get("city", path)
    assert number not in {one["id"] for one in card["factor_requests"]}
    assert made["id"] not in {one["id"] for one in card["investments"]}
    # Of its own card an enterprise sees its requests; how the office follows projects is the office's.
    own = await bureau.get("north-manager", path)
    assert ([one["id"] for one in own["factor_requests"]], own["investments"]) == (
        [one["id"] for one in card["factor_requests"]],
        None,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"planned_fen": -5},
        {"planned_fen": "1.5"},
        {"stage": "somewhere"},
        {"area_code": "42120"},
        {"milestones": [PROJECT["milestones"][0], PROJECT["milestones"][0]]},
        {"milestones": [{**PROJECT["milestones"][0], "stage": "nowhere"}]},
        {"name_zh": " "},
    ],
)
async def test_a_wrong_project_is_refused_and_nothing_of_it_kept(bureau: Bureau, change: dict[str, Any]) -> None:
    before = len((await bureau.get("city", "/investments"))["projects"])
    await bureau.refused(422, "city", "/investments", {**PROJECT, "name_zh": "错误项目", **change})
    assert len((await bureau.get("city", "/investments"))["projects"]) == before


# ---- briefs


async def test_an_issued_brief_never_changes_and_a_new_one_replaces_it(bureau: Bureau) -> None:
    await asked(bureau)
    month = f"{bureau.today:%Y-%m}"
    draft = await bureau.do("city", "/briefs", {"month": month})
    path = f"/briefs/{draft['id']}"
    await bureau.refused(409, "city", "/briefs", {"month": month})
    live = next(one for one in draft["values"] if one["name"] == "factors_asked")
    assert live["records"]
    content = draft["content"]
    content["zh"]["blocks"][1] = {"kind": "text", "text": "共{factors_asked}件。", "needs": None, "otherwise": None}
    edited = await bureau.do("city", path, {"content": content, "version": 1}, method="PUT")
    assert edited["zh"]["blocks"][1]["pieces"][1] == {"text": live["text_zh"], "value": "factors_asked"}
    content["zh"]["blocks"][1]["text"] = "共{factor_asked}件。"
    assert "factors_asked" in await bureau.refused(422, "city", path, {"content": content}, method="PUT")
    issued = await bureau.do("city", f"{path}/steps", {"action": "issue", "version": 2})
    assert (issued["state"], issued["frozen"], issued["number"][-2:]) == ("issued", True, "1号")
    await asked(bureau)
    assert (await bureau.get("city", path))["values"] == issued["values"]
    await bureau.refused(409, "city", path, {"content": edited["content"]}, method="PUT")
    for language in ("zh", "en"):
        pdf = await bureau.ask("city", "GET", f"{path}/{language}/pdf")
        assert pdf.content.startswith(b"%PDF")
        docx = await bureau.ask("city", "GET", f"{path}/{language}/docx")
        names = zipfile.ZipFile(io.BytesIO(docx.content)).namelist()
        assert any(name.startswith("word/media/") for name in names)
    again = await bureau.do("city", "/briefs", {"month": month, "replaces": issued["id"]})
    await bureau.do("city", f"/briefs/{again['id']}/steps", {"action": "issue"})
    assert (await bureau.get("city", path))["state"] == "replaced"


async def test_a_county_writes_its_own_brief_and_reads_no_neighbours(bureau: Bureau) -> None:
    own = await bureau.do("county", "/briefs", {"month": "2026-01"})
    assert (own["area_code"], own["zh"]["blocks"][1]["pieces"][0]["value"]) == ("421202", "month")
    await bureau.refused(404, "neighbour", f"/briefs/{own['id']}", method="GET")
    await bureau.refused(403, "city", f"/briefs/{own['id']}/steps", {"action": "issue"})
    assert own["id"] not in {one["id"] for one in (await bureau.get("neighbour", "/briefs"))["briefs"]}
    assert own["id"] in {one["id"] for one in (await bureau.get("city", "/briefs"))["briefs"]}
    await bureau.refused(403, "north-manager", "/briefs", method="GET")
    await bureau.refused(422, "county", "/briefs", {"month": "2026-13"})


# ---- who read an enterprise


async def test_every_route_with_an_enterprise_in_its_path_records_who_read_it(bureau: Bureau) -> None:
    """Walks all of them: whoever adds one cannot forget it."""
    bureau.days_pass(1)
    paths = sorted(
        str(route.path)
        for route in api_routes(bureau.platform.app)
        if "{enterprise_id}" in str(route.path)
        and "GET" in (route.methods or ())
        and isinstance(guard_of(route.dependant, str(route.path)), Requires)
        and not str(route.path).endswith("/live")
    )
    assert len(paths) >= 3
    missed = []
    for path in paths:
        address = path.replace("{enterprise_id}", str(bureau.north))
        if "{" in address:
            continue
        answer = await bureau.ask("city", "GET", address.removeprefix("/api"))
        recorded = any(one.path == address and one.actor == "city" for one in reads_of(bureau, bureau.north))
        if answer.status_code < 400 and not recorded:
            missed.append(path)
    assert missed == []
    assert any(one.path == f"/api/enterprises/{bureau.north}" for one in reads_of(bureau, bureau.north))


async def test_a_read_says_who_when_what_and_why_and_the_enterprise_sees_it(bureau: Bureau) -> None:
    bureau.days_pass(1)
    path = f"/enterprises/{bureau.north}"
    await bureau.get("county", "/session")
    token = bureau.tokens["county", bureau.clock[0]]
    headers = {"Cookie": f"{COOKIE}={token}", "X-Read-Reason": "%E6%A0%B8%E6%9F%A5"}
    assert (await bureau.client.get(f"/api{path}", headers=headers)).status_code == 200
    seen = await bureau.get("north-manager", f"{path}/reads")
    [last, *_] = seen["reads"]
    assert {key: last[key] for key in ("actor", "role", "office", "action", "path", "reason")} == {
        "actor": "county",
        "role": "officer",
        "office": "421202",
        "action": "enterprises.read",
        "path": f"/api{path}",
        "reason": "核查",
    }
    assert "county" in {one["actor"] for one in seen["readers"]}
    # The enterprise's own people are nobody's readers.
    assert "north-manager" not in {one.actor for one in reads_of(bureau, bureau.north)}
    await bureau.refused(404, "south-manager", f"{path}/reads", method="GET")
    await bureau.refused(403, "county", f"{path}/reads", method="GET")
    assert (await bureau.get("auditor", "/reads?actor=county"))["reads"][0]["enterprise_id"] == bureau.north
    own = (await bureau.get("south-manager", "/reads"))["reads"]
    assert {one["enterprise_id"] for one in own} <= {bureau.south, None}


async def test_a_read_is_recorded_once_in_a_short_time_and_again_later(bureau: Bureau) -> None:
    bureau.days_pass(1)
    path = f"/enterprises/{bureau.south}"

    def count() -> int:
        return sum(one.actor == "city" and one.path == f"/api{path}" for one in reads_of(bureau, bureau.south))

    before = count()
    for _ in range(3):
        await bureau.get("city", path)
    assert count() == before + 1
    bureau.clock[0] += 601_000_000
    await bureau.get("city", path)
    assert count() == before + 2


async def test_what_is_refused_shows_nothing_and_is_no_read(bureau: Bureau) -> None:
    before = len(reads_of(bureau, bureau.south))
    await bureau.refused(404, "county", f"/enterprises/{bureau.south}", method="GET")
    await bureau.get("city", "/enterprises")
    assert len(reads_of(bureau, bureau.south)) == before


async def test_what_cannot_be_recorded_is_not_shown(bureau: Bureau) -> None:
    bureau.days_pass(1)
    failing = mock.patch.object(type(bureau.platform.services.reads), "_write", _fails)
    with failing:
        answer = await bureau.ask("city", "GET", f"/enterprises/{bureau.north}")
    assert answer.status_code == 503
    assert "北厂" not in answer.text
    assert (await bureau.ask("city", "GET", f"/enterprises/{bureau.north}")).status_code == 200


async def test_a_request_and_an_enterprises_claims_are_reads_too(bureau: Bureau) -> None:
    bureau.days_pass(1)
    number = await asked(bureau)
    await bureau.get("county", f"/factor-requests/{number}")
    assert any(one.path == f"/api/factor-requests/{number}" for one in reads_of(bureau, bureau.north))
    await bureau.get("county", f"/claims?enterprise_id={bureau.north}")
    assert any(one.action == "claims.read" and one.actor == "county" for one in reads_of(bureau, bureau.north))


def _fails(_self: object, batch: Any) -> None:
    batch.error = DatabaseUnavailable("the disk is full")
    batch.is_done = True
