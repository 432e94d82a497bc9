"""Suppliers, demands, cases and events through the API: the whole way, and who must not see what."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.web.bureau import Bureau, Ground, bureau_in, bureau_on

from millmark.web.access import Role

WAN = 1_000_000
GOOD_MARKS = {"delivery": 9, "effect": 8, "service": 9}
OFFICE_MARKS = {"honesty": 10, "activity": 6, "growth": 7}
STOPS = "数控机床二十多台,想知道一天到底开了几个小时,为什么停"


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder: Path = tmp_path_factory.mktemp("suppliers")
    with bureau_in(folder) as ground:
        platform = ground[0]
        # The vendor sits in another city, as many suppliers do.
        for slug, name, area in (("vendor", "云栖数科", "420100"), ("rival", "江南智造", "421202")):
            enterprise = platform.registry.add_enterprise(
                slug=slug, name_zh=name, name_en=slug.title(), area_code=area, is_placeholder=True
            )
            platform.accounts.add(slug, Role.SUPPLIER, enterprise.id)
        yield ground


@pytest.fixture
async def bureau(ground: Ground) -> AsyncIterator[Bureau]:
    async with bureau_on(ground) as bureau:
        yield bureau


async def profile_of(bureau: Bureau, who: str, **changes: Any) -> dict[str, Any]:
    file_id = await bureau.upload(who)
    papers = {"licence": [file_id], "credit": [file_id]}
    told = {"intro_zh": "做设备联网的", "contact_name": "周", "contact_phone": "0715-1", "pledge": True}
    return {"profile": told | {"documents": papers} | changes}


async def admitted(bureau: Bureau, who: str) -> int:
    """A supplier in the pool, with one published solution."""
    mine = (await bureau.get(who, "/suppliers/mine"))["supplier"]
    if mine is not None:
        return int(mine["id"])
    applied = await bureau.do(who, "/suppliers", await profile_of(bureau, who))
    await bureau.do("city", f"/suppliers/{applied['id']}/steps", {"action": "admit"})
    content = {
        "title_zh": f"设备联网与OEE统计({who})",
        "summary_zh": "采集PLC与数控系统,稼动率、停机原因、产量自动统计",
        "scenarios": [{"scenario": "equipment-management", "level": 3}],
        "industries": ["C33"],
        "price_min_fen": 10 * WAN,
        "price_max_fen": 40 * WAN,
    }
    drafted = await bureau.do(who, "/solutions", {"content": content})
    await bureau.do(who, f"/solutions/{drafted['id']}/steps", {"action": "publish"})
    return int(applied["id"])


async def published_demand(bureau: Bureau, who: str = "north-manager", **changes: Any) -> int:
    content = {
        "title": "想看清设备开动率",
        "text": STOPS,
        "scenarios": [{"scenario": "equipment-management", "level": 3}],
        "industry": "3311",
        "area_code": "421202",
        "budget_max_fen": 35 * WAN,
        "shows": ["industry"],
        "consent": True,
        **changes,
    }
    written = await bureau.do(who, "/demands", {"content": content})
    await bureau.do(who, f"/demands/{written['id']}/steps", {"action": "publish", "version": 1})
    return int(written["id"])


async def agreed(bureau: Bureau, demand_id: int, supplier: str, who: str = "north-manager") -> int:
    answer = await bureau.do(supplier, f"/demands/{demand_id}/answers", {"content": {"text": "我们能做"}})
    for action in ("talk", "agree"):
        await bureau.do(who, f"/answers/{answer['id']}/steps", {"action": action})
    return int(answer["id"])


async def test_an_application_is_returned_corrected_admitted_and_then_listed(bureau: Bureau) -> None:
    incomplete = await profile_of(bureau, "rival", documents={})
    assert "营业执照" in await bureau.refused(422, "rival", "/suppliers", incomplete)
    applied = await bureau.do("rival", "/suppliers", await profile_of(bureau, "rival"))
    path = f"/suppliers/{applied['id']}"
    # Somebody else learns nothing of it, and nobody admits themselves.
    await bureau.refused(404, "north-manager", path, method="GET")
    await bureau.refused(404, "vendor", path, method="GET")
    await bureau.refused(403, "rival", f"{path}/steps", {"action": "admit"})
    # The county sees what lies in it, but the pool is the city's.
    assert (await bureau.get("county", path))["allowed"] == []
    await bureau.refused(404, "neighbour", path, method="GET")
    await bureau.refused(403, "county", f"{path}/steps", {"action": "admit"})

    file_id = next(iter(applied["files"]["licence"]))["id"]
    for who, status in (("city", 200), ("rival", 200), ("county", 200), ("neighbour", 404), ("vendor", 404)):
        assert (await bureau.ask(who, "GET", f"{path}/files/{file_id}")).status_code == status, who

    await bureau.refused(422, "city", f"{path}/steps", {"action": "return"})
    await bureau.do("city", f"{path}/steps", {"action": "return", "reason": "信用报告已过期"})
    again = await bureau.do(
        "rival", path, {**await profile_of(bureau, "rival", intro_zh="做排产的"), "version": 1}, method="PUT"
    )
    assert (again["state"], again["version"]) == ("applied", 2)
    await bureau.refused(409, "city", f"{path}/steps", {"action": "admit", "version": 1})
    await bureau.do("city", f"{path}/steps", {"action": "admit", "version": 2})
    seen = await bureau.get("north-manager", path)
    assert (seen["intro_zh"], seen["profile"], seen["files"], seen["steps"]) == ("做排产的", None, {}, [])
    told = [(step["action"], step["reason"]) for step in (await bureau.get("city", path))["steps"]]
    assert told == [("apply", None), ("return", "信用报告已过期"), ("resubmit", None), ("admit", None)]
    assert await bureau.refused(409, "rival", "/suppliers", await profile_of(bureau, "rival"))


async def test_solutions_are_shown_while_their_supplier_is_in_the_pool(bureau: Bureau) -> None:
    supplier_id = await admitted(bureau, "vendor")
    shown = (await bureau.get("north-manager", "/solutions?q=停机"))["solutions"]
    mine = [one for one in shown if one["supplier_id"] == supplier_id]
    assert len(mine) == 1
    await bureau.refused(404, "rival", f"/solutions/{mine[0]['id']}/steps", {"action": "withdraw"})
    await bureau.do("city", f"/suppliers/{supplier_id}/steps", {"action": "suspend", "reason": "投诉核查"})
    await bureau.refused(404, "north-manager", f"/solutions/{mine[0]['id']}", method="GET")
    assert not [
        one
        for one in (await bureau.get("north-manager", "/solutions?q=停机"))["solutions"]
        if one["supplier_id"] == supplier_id
    ]
    await bureau.do("city", f"/suppliers/{supplier_id}/steps", {"action": "reinstate", "reason": "查无实据"})
    block = {"action": "block", "reason": "夸大宣传"}
    blocked = await bureau.do("city", f"/solutions/{mine[0]['id']}/office-steps", block)
    assert blocked["state"] == "blocked"
    await bureau.refused(409, "vendor", f"/solutions/{mine[0]['id']}/steps", {"action": "publish"})
    await bureau.do("city", f"/solutions/{mine[0]['id']}/office-steps", {"action": "unblock", "reason": "已改正"})
    await bureau.do("vendor", f"/solutions/{mine[0]['id']}/steps", {"action": "publish"})
    bad = {"content": {"title_zh": "x", "summary_zh": "y", "price_min_fen": 2, "price_max_fen": 1}}
    await bureau.refused(422, "vendor", "/solutions", bad)
    unknown = {"content": {"title_zh": "x", "summary_zh": "y", "scenarios": [{"scenario": "magic", "level": 1}]}}
    assert "magic" in await bureau.refused(422, "vendor", "/solutions", unknown)


async def test_a_solution_that_is_changed_is_seen_changed_by_everybody_at_once(bureau: Bureau) -> None:
    await admitted(bureau, "vendor")
    await admitted(bureau, "rival")
    mine = (await bureau.get("vendor", "/solutions/mine"))["solutions"][0]
    path, before = f"/solutions/{mine['id']}", mine["version"]
    content = mine["content"] | {"title_zh": "设备联网一体机", "price_min_fen": 8 * WAN}
    public = await bureau.client.get("/public/zh/suppliers")
    assert "设备联网一体机" not in public.text
    changed = await bureau.do("vendor", path, {"content": content, "version": before}, method="PUT")
    assert (changed["version"], changed["state"], changed["steps"][-1]["action"]) == (before + 1, "published", "save")
    for who in ("north-manager", "rival", "city", "ann"):
        seen = await bureau.get(who, path)
        assert seen["content"]["title_zh"] == "设备联网一体机"
        # Who of the supplier's did what is the office's to see, which the supplier is told.
        assert bool(seen["steps"]) == (who == "city")
    reads = (await bureau.get("auditor", "/reads?limit=200"))["reads"]
    assert [one["actor"] for one in reads if one["path"] == f"/api{path}"] == ["city"]
    assert "设备联网一体机" in (await bureau.client.get("/public/zh/suppliers")).text
    entry = next(one for one in bureau.platform.audit.entries(limit=9) if one.action == "solutions.change")
    assert (entry.actor, entry.result, entry.outcome) == ("vendor", f"solution:{mine['id']} version {before + 1}", 200)

    stale = await bureau.refused(409, "vendor", path, {"content": content, "version": before}, method="PUT")
    assert f"is at version {before + 1}, not {before}" in stale
    for bad, told in (
        ({"title_zh": " "}, "title"),
        ({"price_min_fen": 50 * WAN}, "price"),
        ({"scenarios": [{"scenario": "magic", "level": 1}]}, "magic"),
    ):
        assert told in await bureau.refused(422, "vendor", path, {"content": content | bad}, method="PUT")
    # Another supplier learns only that it is not theirs; who offers nothing changes nothing.
    await bureau.refused(404, "rival", path, {"content": content}, method="PUT")
    await bureau.refused(404, "vendor", "/solutions/999999", {"content": content}, method="PUT")
    for who in ("north-manager", "city", "auditor"):
        await bureau.refused(403, who, path, {"content": content}, method="PUT")
    assert (await bureau.get("vendor", path))["version"] == before + 1


async def test_a_supplier_takes_its_answer_back_and_may_answer_again(bureau: Bureau) -> None:
    await admitted(bureau, "vendor")
    await admitted(bureau, "rival")
    demand_id = await published_demand(bureau)
    path = f"/demands/{demand_id}"
    answer = await bureau.do("vendor", f"{path}/answers", {"content": {"text": "两周上线", "price_min_fen": 9 * WAN}})
    withdraw = f"/answers/{answer['id']}/withdraw"
    for who, status in (("rival", 404), ("north-manager", 403), ("city", 403), ("auditor", 403)):
        await bureau.refused(status, who, withdraw)
    await bureau.refused(404, "vendor", "/answers/999999/withdraw")
    assert (await bureau.do("vendor", withdraw))["state"] == "withdrawn"
    # The enterprise sees that it is gone and can choose it no more.
    [given] = (await bureau.get("north-manager", path))["given"]
    assert given["state"] == "withdrawn"
    await bureau.refused(409, "north-manager", f"/answers/{answer['id']}/steps", {"action": "talk"})
    await bureau.refused(409, "vendor", withdraw)
    entry = next(one for one in bureau.platform.audit.entries(limit=30) if one.outcome == 200)
    assert (entry.actor, entry.result) == ("vendor", f"answer:{answer['id']} withdraw withdrawn")

    again = await bureau.do("vendor", f"{path}/answers", {"content": {"text": "一周上线"}})
    assert again["state"] == "offered"
    # What was agreed is not left by one side alone.
    agreed_id = await agreed(bureau, demand_id, "vendor")
    await bureau.refused(409, "vendor", f"/answers/{agreed_id}/withdraw")


async def test_a_demand_is_matched_with_reasons_before_anybody_else_sees_it(bureau: Bureau) -> None:
    await admitted(bureau, "vendor")
    content = {"title": "开动率", "text": STOPS, "scenarios": [{"scenario": "equipment-management", "level": 3}]}
    preview = await bureau.do("north-manager", "/demands/preview", {"content": content})
    parts = {part["part"]: part for part in preview["matches"][0]["parts"]}
    assert parts["scenario"]["score"] == 1
    assert "设备管理" in parts["scenario"]["reason_zh"]
    assert parts["price"]["score"] is None
    assert preview["matches"][0]["words"]
    written = await bureau.do("north-manager", "/demands", {"content": content})
    path = f"/demands/{written['id']}"
    # A draft is the enterprise's alone, and without consent it stays one.
    for who in ("vendor", "south-manager", "city"):
        await bureau.refused(404, who, path, method="GET")
    assert "consent" in await bureau.refused(422, "north-manager", f"{path}/steps", {"action": "publish"})
    named = {"content": content | {"text": f"北厂{STOPS}"}}
    assert "北厂" in await bureau.refused(422, "north-manager", path, named, method="PUT")


async def test_a_supplier_learns_whose_demand_it_is_when_the_enterprise_agrees_to_talk(bureau: Bureau) -> None:
    await admitted(bureau, "vendor")
    await admitted(bureau, "rival")
    demand_id = await published_demand(bureau)
    path = f"/demands/{demand_id}"
    seen = await bureau.get("vendor", path)
    assert (seen["enterprise_id"], seen["enterprise_zh"], seen["industry"]) == (None, None, "3311")
    # Not consented to: budget and area; nobody's account names the enterprise either.
    assert (seen["budget_max_fen"], seen["area_code"], seen["steps"], seen["answers"]) == (None, None, [], None)
    assert "north" not in str(seen)
    assert "北厂" not in str(seen)
    listed = next(one for one in (await bureau.get("vendor", "/demands"))["demands"] if one["id"] == demand_id)
    assert listed["enterprise_zh"] is None
    assert listed["fit"]["parts"]
    await bureau.refused(404, "vendor", f"{path}/matches", method="GET")
    await bureau.refused(404, "south-manager", path, method="GET")
    await bureau.refused(404, "neighbour", path, method="GET")

    mine = await bureau.do("vendor", f"{path}/answers", {"content": {"text": "三周上线", "price_min_fen": 20 * WAN}})
    other = await bureau.do("rival", f"{path}/answers", {"content": {"text": "我们也行"}})
    assert [one["id"] for one in (await bureau.get("vendor", path))["given"]] == [mine["id"]]
    await bureau.refused(403, "vendor", f"/answers/{mine['id']}/steps", {"action": "talk"})
    await bureau.refused(404, "south-manager", f"/answers/{mine['id']}/steps", {"action": "talk"})
    await bureau.refused(404, "rival", f"/answers/{mine['id']}/withdraw", {})

    talking = await bureau.do("north-manager", f"/answers/{mine['id']}/steps", {"action": "talk"})
    assert talking["contact"] == {"name": "周", "phone": "0715-1"}
    assert (await bureau.get("vendor", path))["enterprise_zh"] == "北厂"
    assert (await bureau.get("rival", path))["enterprise_zh"] is None
    await bureau.do("north-manager", f"/answers/{mine['id']}/steps", {"action": "agree"})
    after = await bureau.get("north-manager", path)
    assert after["state"] == "agreed"
    assert {one["id"]: one["state"] for one in after["given"]} == {mine["id"]: "agreed", other["id"]: "declined"}
    await bureau.refused(409, "rival", f"{path}/answers", {"content": {"text": "再便宜点"}})


async def test_a_year_is_graded_by_those_who_were_served_and_then_stands(bureau: Bureau) -> None:
    supplier_id = await admitted(bureau, "vendor")
    path, year = f"/suppliers/{supplier_id}", bureau.today.year
    marks = {"year": year, "marks": GOOD_MARKS}
    assert "not served" in await bureau.refused(403, "south-manager", f"{path}/served-marks", marks)
    await agreed(bureau, await published_demand(bureau), "vendor")
    await agreed(bureau, await published_demand(bureau, "south-manager", area_code="421221"), "vendor", "south-manager")
    half = {"year": year, "marks": {"delivery": 9}}
    assert "marks" in await bureau.refused(422, "north-manager", f"{path}/served-marks", half)
    answer = await bureau.ask("north-manager", "POST", f"/suppliers/{supplier_id}/served-marks", marks)
    assert answer.status_code == 204
    office = {"year": year, "marks": OFFICE_MARKS}
    standing = await bureau.do("city", f"{path}/marks", office)
    assert (standing["score"], standing["missing_zh"] != "") == (None, True)
    await bureau.refused(422, "city", f"{path}/evaluations", {"year": year})
    await bureau.ask("south-manager", "POST", f"/suppliers/{supplier_id}/served-marks", marks)
    closed = await bureau.do("city", f"{path}/evaluations", {"year": year})
    # 60 % of 86 by both enterprises, 40 % of 50·10/10 + 30·6/10 + 20·7/10 = 82 by the office.
    assert (closed["closed"]["score"], closed["closed"]["grade_zh"]) == ("84.4", "良好")
    assert "closed" in await bureau.refused(409, "city", f"{path}/marks", office)
    assert (await bureau.get("rival", path))["result"]["score"] == "84.4"


async def test_gaps_of_an_assessment_become_demands_that_the_enterprise_confirms(bureau: Bureau) -> None:
    await admitted(bureau, "vendor")
    none = await bureau.get("north-manager", "/demands/gaps")
    assert (none["assessment_id"], none["gaps"]) == (None, [])
    form = {"enterprise_id": bureau.north, "pack": "sme-digital-level", "edition": "2024", "kind": "self"}
    started = await bureau.do("north-manager", "/assessments", form)
    answers = {"items": {}, "scenarios": {"equipment-management": 1, "quality-management": 1}}
    body = {"version": started["version"], "answers": answers}
    saved = await bureau.do("north-manager", f"/assessments/{started['id']}/answers", body, method="PUT")
    await bureau.do("north-manager", f"/assessments/{started['id']}/submit", {"version": saved["version"]})
    gaps = await bureau.get("north-manager", "/demands/gaps")
    assert gaps["assessment_id"] == started["id"]
    assert gaps["gaps"][0]["in_plan"]
    scenario = gaps["gaps"][0]["scenario"]
    await bureau.refused(404, "south-manager", f"/demands/gaps?enterprise_id={bureau.north}", method="GET")
    taken = await bureau.do("north-manager", "/demands/from-gaps", {"scenarios": [scenario]})
    demand_id = next(one["demand_id"] for one in taken["gaps"] if one["scenario"] == scenario)
    proposed = await bureau.get("north-manager", f"/demands/{demand_id}")
    assert (proposed["state"], proposed["consent"]) == ("proposed", False)
    await bureau.refused(404, "vendor", f"/demands/{demand_id}", method="GET")
    assert "consent" in await bureau.refused(422, "north-manager", f"/demands/{demand_id}/steps", {"action": "publish"})
    # Taken up twice it is the same demand.
    again = await bureau.do("north-manager", "/demands/from-gaps", {"scenarios": [scenario]})
    assert next(one["demand_id"] for one in again["gaps"] if one["scenario"] == scenario) == demand_id


async def test_a_case_is_published_as_the_enterprise_agreed_to_it(bureau: Bureau) -> None:
    content = {"title_zh": "冲压车间联网", "problem_zh": "停机多", "done_zh": "接了二十台"}
    drafted = await bureau.do("city", "/cases", {"enterprise_id": bureau.north, "content": content})
    path = f"/cases/{drafted['id']}"
    told = {
        "topic": "efficiency",
        "name_zh": "开动率",
        "unit": "%",
        "before": {"value": "61.5", "first": "2025-01-01", "last": "2025-03-31"},
        "after": {"value": "70.11", "first": "2025-07-01", "last": "2025-09-30"},
    }
    kept = await bureau.do("north-manager", f"{path}/effects", told)
    effect = kept["effects"][0]
    assert (effect["basis"], effect["grade"], effect["change_percent"]) == ("told", "self_reported", "14.00")
    overlapping = told | {"after": told["before"]}
    assert "after" in await bureau.refused(422, "north-manager", f"{path}/effects", overlapping)
    mixed = told | {"before_claim_id": "x", "after_claim_id": "y"}
    assert "one kind" in await bureau.refused(422, "north-manager", f"{path}/effects", mixed)
    await bureau.refused(404, "south-manager", path, method="GET")
    await bureau.refused(409, "city", f"{path}/steps", {"action": "publish"})
    await bureau.refused(403, "city", f"{path}/steps", {"action": "consent"})
    await bureau.refused(409, "north-manager", f"{path}/steps", {"action": "consent", "version": 1})
    await bureau.do("north-manager", f"{path}/steps", {"action": "consent", "version": kept["version"]})
    await bureau.do("city", f"{path}/steps", {"action": "publish"})
    seen = await bureau.get("vendor", path)
    assert (seen["state"], seen["steps"], seen["allowed"]) == ("published", [], [])
    # Changed words need another consent.
    changed = {"content": content | {"done_zh": "接了二十一台"}}
    assert (await bureau.do("city", path, changed, method="PUT"))["state"] == "draft"
    await bureau.refused(404, "vendor", path, method="GET")


async def test_an_event_is_called_registered_for_attended_and_followed_up(bureau: Bureau) -> None:
    today = bureau.today.isoformat()
    content = {"title_zh": "诊断进园区", "form": "park", "area_code": "421202", "seats": 3}
    days = {"starts_on": today, "ends_on": today}
    planned = await bureau.do("county", "/events", {"content": content | days})
    path = f"/events/{planned['id']}"
    await bureau.refused(404, "north-manager", path, method="GET")
    await bureau.refused(404, "neighbour", f"{path}/steps", {"action": "call"})
    await bureau.do("county", f"{path}/steps", {"action": "call"})
    form = {"people": 2, "contact": "李 13900000000"}
    own = await bureau.do("north-manager", f"{path}/registrations", form)
    assert "1 seats" in await bureau.refused(409, "south-manager", f"{path}/registrations", form)
    await bureau.do("south-manager", f"{path}/registrations", form | {"people": 1})
    assert (await bureau.get("north-manager", path))["seats_left"] == 0
    assert [one["id"] for one in (await bureau.get("north-manager", path))["registrations"]] == [own["id"]]
    await bureau.refused(404, "south-manager", f"/registrations/{own['id']}/steps", {"action": "cancel"})

    both = {"enterprise_ids": [bureau.north], "number": 3, "source": "签到表"}
    await bureau.refused(422, "county", f"{path}/attendances", both)
    foreign = {"enterprise_ids": [bureau.south], "source": "签到表"}
    await bureau.refused(404, "county", f"{path}/attendances", foreign)
    came = await bureau.do("county", f"{path}/attendances", {"enterprise_ids": [bureau.north], "source": "签到表"})
    assert came["counted"] == "1"
    twice = {"enterprise_ids": [bureau.north], "source": "签到表"}
    assert "recorded already" in await bureau.refused(409, "county", f"{path}/attendances", twice)
    assert (await bureau.get("north-manager", path))["own"]["state"] == "attended"

    await bureau.refused(404, "county", f"{path}/notes", {"enterprise_id": bureau.south, "text": "?"})
    note = await bureau.do(
        "county", f"{path}/notes", {"enterprise_id": bureau.north, "text": "先装网关", "follow_up_by": today}
    )
    assert (await bureau.get("county", "/coaching-notes?due=true"))["notes"][0]["id"] == note["id"]
    assert (await bureau.get("neighbour", "/coaching-notes?due=true"))["notes"] == []
    assert [one["text"] for one in (await bureau.get("north-manager", "/coaching-notes"))["notes"]] == ["先装网关"]
    assert (await bureau.get("south-manager", "/coaching-notes"))["notes"] == []
    await bureau.do("county", f"/coaching-notes/{note['id']}/follow-up", {"text": "已装十台"})
    assert (await bureau.get("county", "/coaching-notes?due=true"))["notes"] == []
    assert "followed up already" in await bureau.refused(
        409, "county", f"/coaching-notes/{note['id']}/follow-up", {"text": "再问"}
    )


async def test_roles_beside_the_exchange_reach_none_of_it(bureau: Bureau) -> None:
    for who, path in (
        ("ann", "/demands"),
        ("north-manager", "/suppliers/mine"),
        ("north-engineer", "/demands"),
        ("vendor", "/suppliers/1/evaluations/2026"),
    ):
        await bureau.refused(403, who, path, method="GET")
    await bureau.refused(403, "vendor", "/demands", {"content": {"title": "x", "text": "y"}})
    await bureau.refused(403, "north-manager", "/solutions", {"content": {"title_zh": "x", "summary_zh": "y"}})
    await bureau.refused(403, "vendor", "/events", {"content": {}})
