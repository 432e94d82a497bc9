"""Coverage over the API: overview, gaps, places by sheet, parameters tried and saved, plans, and whose county it is."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import httpx
import pytest
from openpyxl import Workbook, load_workbook
from tests.web.conftest import World, cookie

from millmark.web.access import Role

PLACE = {
    "number": "V-1",
    "name": "示例行政村 1",
    "area_class": "village",
    "area": "421202",
    "weight": 800,
    "longitude": "114.3",
    "latitude": "29.85",
    "source": "示例",
}
CANDIDATE = {
    "number": "C-1",
    "name": "示例站址 1",
    "area": "421202",
    "cost_fen": 20_000_000,
    "bands": "n41",
    "longitude": "114.301",
    "latitude": "29.85",
    "source": "示例",
}
CANDIDATE_HEADINGS = ("编号", "名称", "县(市、区)", "造价(元)", "频段", "挂高(米)", "经度", "纬度", "来源")
HEADINGS = ("编号", "名称", "区域类别", "县(市、区)", "人口或权重", "经度", "纬度", "来源")


@pytest.fixture(scope="module")
def officers(world: World) -> dict[str, str]:
    """Sessions of the bureau's officer and of one county each."""
    tokens = {"bureau": world.tokens[Role.OFFICER]}
    for area in ("421202", "421221", "421200"):
        world.platform.accounts.add(f"officer-{area}", Role.OFFICER, area_code=area)
        account = next(one for one in world.platform.accounts.accounts() if one.name == f"officer-{area}")
        tokens[area] = world.platform.sessions.open(account.id, "127.0.0.1")
    return tokens


async def sent(client: httpx.AsyncClient, token: str, path: str, body: Any, status: int = 201) -> Any:
    answer = await client.post(f"/api/coverage{path}", json=body, headers=cookie(token))
    assert answer.status_code == status, answer.text
    return answer.json()


async def asked(client: httpx.AsyncClient, token: str, path: str, status: int = 200, **query: Any) -> Any:
    answer = await client.get(f"/api/coverage{path}", params=query, headers=cookie(token))
    assert answer.status_code == status, answer.text
    return answer.json()


async def uploaded(
    client: httpx.AsyncClient, token: str, *rows: tuple[Any, ...], headings: tuple[str, ...] = HEADINGS
) -> str:
    book = Workbook()
    for row in (headings, *rows):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    files = {"file": ("places.xlsx", content.getvalue())}
    answer = await client.post("/api/files", files=files, data={"purpose": "import"}, headers=cookie(token))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_from_an_uncovered_village_to_a_plan_that_covers_it(
    client: httpx.AsyncClient, officers: dict[str, str]
) -> None:
    token = officers["bureau"]
    place = await sent(client, token, "/places", PLACE)
    view = await asked(client, token, "")
    village = next(one for one in view["by_class"] if one["area_class"] == "village")
    assert village["tally"] == {
        "places": 1,
        "covered_places": 0,
        "weight": 800,
        "covered_weight": 0,
        "place_share": 0.0,
        "weight_share": 0.0,
    }
    statement = next(one for one in view["statements"] if one["area_class"] == "village")
    assert (statement["holds"], statement["missing"]) == (False, 1)
    gaps = await asked(client, token, "/gaps")
    assert [(one["number"], one["nearest_m"]) for one in gaps["gaps"]] == [("V-1", None)]
    detail = await asked(client, token, f"/places/{place['id']}")
    assert (detail["covered"], detail["stations"]) == (False, [])
    await sent(client, token, "/candidates", CANDIDATE)
    order = {"name": "补点", "budget_fen": 30_000_000, "duties": [{"area_class": "village", "least_share": 0.9}]}
    plan = await sent(client, token, "/plans", order, 202)
    for _ in range(600):
        shown = await asked(client, token, f"/plans/{plan['id']}")
        if shown["plan"]["state"] not in {"queued", "running"}:
            break
        await asyncio.sleep(0.2)
    assert (shown["plan"]["state"], shown["gap"]) == ("done", 0.0)
    assert [one["candidate"]["number"] for one in shown["best"]["sites"]] == ["C-1"]
    assert shown["duties"][0]["after_weight"] == 800
    drawn = await asked(client, token, f"/plans/{plan['id']}/map")
    assert [one["covered_by"] for one in drawn["places"]] == ["both"]
    csv = await client.get(f"/api/coverage/plans/{plan['id']}/sheet?form=csv", headers=cookie(token))
    assert "C-1" in csv.content.decode("utf-8-sig")
    sheet = await client.get(f"/api/coverage/plans/{plan['id']}/sheet", headers=cookie(token))
    assert load_workbook(io.BytesIO(sheet.content)).active["B2"].value == "C-1"
    # Of the whole city, so no county's.
    await asked(client, officers["421221"], f"/plans/{plan['id']}", 404)
    assert (await asked(client, officers["421200"], f"/plans/{plan['id']}"))["plan"]["name"] == "补点"


async def test_a_sheet_is_told_row_by_row_and_kept_whole_or_not_at_all(
    client: httpx.AsyncClient, officers: dict[str, str]
) -> None:
    token = officers["bureau"]
    good = ("S-1", "示例 1", "行政村", "咸安区", 500, 114.31, 29.86, "示例")
    file = await uploaded(
        client,
        token,
        good,
        ("S-2", "示例 2", "行政村", "天门市", 500, 114.31, 29.86, "示例"),
        ("S-3", "示例 3", "行政村", "嘉鱼县", 500, 30.0, 114.0, "示例"),
        ("S-4", "示例 4", "行政村", "嘉鱼县", -3, 114.0, 30.0, "示例"),
        ("S-5", "=HYPERLINK(1)", "行政村", "嘉鱼县", 5, 114.0, 30.0, "示例"),
    )
    report = await sent(client, token, "/places/imports", {"file_id": file, "apply": True}, 200)
    assert (report["applied"], report["rows"]) == (False, 5)
    assert [one["row"] for one in report["problems"]] == [3, 4, 5, 6]
    assert (await asked(client, token, "/places", text="S-"))["total"] == 0
    file = await uploaded(client, token, good)
    report = await sent(client, token, "/places/imports", {"file_id": file, "apply": True}, 200)
    assert report["kept"] == ["S-1"]


async def test_a_county_sees_and_enters_its_own(client: httpx.AsyncClient, officers: dict[str, str]) -> None:
    own, other = officers["421221"], officers["421202"]
    kept = await sent(client, own, "/places", PLACE | {"number": "J-1", "area": "421221"})
    await sent(client, own, "/places", PLACE | {"number": "J-2", "area": "421202"}, 404)
    await asked(client, other, f"/places/{kept['id']}", 404)
    await sent(client, other, f"/places/{kept['id']}/end", {"reason": "不是我的"}, 404)
    await asked(client, own, "", 404, area_code="421202")
    assert {one["area"] for one in (await asked(client, own, "/places"))["places"]} == {"421221"}
    assert (await asked(client, own, ""))["area_code"] == "421221"
    file = await uploaded(client, own, ("J-9", "示例", "行政村", "咸安区", 500, 114.31, 29.86, "示例"))
    report = await sent(client, own, "/places/imports", {"file_id": file, "apply": True}, 200)
    assert "not your county" in report["problems"][0]["message"]


async def logged(client: httpx.AsyncClient, world: World, action: str) -> list[tuple[str, str, int]]:
    """Who took steps of a kind, what came of each, and how it was answered, the latest first; as an auditor reads."""
    answer = await client.get("/api/audit?limit=100", headers=cookie(world.tokens[Role.AUDITOR]))
    entries = answer.json()["entries"]
    return [(one["actor"], one["result"], one["outcome"]) for one in entries if one["action"] == action]


async def test_a_place_that_is_gone_ends_and_one_entered_wrongly_is_entered_again(
    client: httpx.AsyncClient, world: World, officers: dict[str, str]
) -> None:
    own, other = officers["421202"], officers["421221"]
    kept = await sent(client, own, "/places", PLACE | {"number": "E-1", "weight": 900})
    right = PLACE | {"number": "E-1", "weight": 90}
    path = f"/places/{kept['id']}/corrections"
    # What cannot stand changes nothing, nor does somebody of another county, in its own words or for its own county.
    for bad in ({"weight": 0}, {"area": "421299"}, {"longitude": "29.85", "latitude": "114.3"}):
        await sent(client, own, path, {"reason": "笔误", "place": right | bad}, 422)
    await sent(client, own, path, {"reason": "", "place": right}, 422)
    await sent(client, other, path, {"reason": "笔误", "place": right}, 404)
    await sent(client, own, path, {"reason": "迁走", "place": right | {"area": "421221"}}, 404)
    await sent(client, world.tokens[Role.AUDITOR], path, {"reason": "笔误", "place": right}, 403)
    assert [one["weight"] for one in (await asked(client, own, "/places", text="E-1"))["places"]] == [900]

    corrected = await sent(client, own, path, {"reason": "人口多录一个零", "place": right})
    assert [one["weight"] for one in (await asked(client, own, "/places", text="E-1"))["places"]] == [90]
    before = (await asked(client, own, f"/places/{kept['id']}"))["place"]
    assert (before["ended_by"], before["end_reason"]) == ("officer-421202", "人口多录一个零")
    told = await sent(client, own, path, {"reason": "再改", "place": right}, 409)
    assert "has ended already: 人口多录一个零" in told["error"]["message"]

    end = f"/places/{corrected['id']}/end"
    await sent(client, own, end, {"reason": " "}, 422)
    ended = await sent(client, own, end, {"reason": "整村搬迁"})
    assert (ended["ended_by"], ended["end_reason"]) == ("officer-421202", "整村搬迁")
    assert (await asked(client, own, "/places", text="E-1"))["total"] == 0
    await sent(client, own, end, {"reason": "再来"}, 409)
    await sent(client, own, "/places/999999/end", {"reason": "没有"}, 404)
    done = f"demand_place:{corrected['id']}"
    assert ("officer-421202", done, 201) in await logged(client, world, "coverage.places.correct")
    assert ("officer-421202", done, 201) in await logged(client, world, "coverage.places.end")


async def test_candidate_sites_come_by_sheet_are_corrected_and_end(
    client: httpx.AsyncClient, world: World, officers: dict[str, str]
) -> None:
    own, other = officers["421202"], officers["421221"]
    good = ("K-1", "示例站址", "咸安区", 200_000, "n41、n28", 35, 114.31, 29.86, "示例")
    bad = [
        ("K-2", "示例站址", "嘉鱼县", 200_000, "n41", 35, 113.9, 29.97, "示例"),
        ("K-3", "示例站址", "咸安区", 200_000, "", 35, 114.31, 29.86, "示例"),
        ("K-4", "示例站址", "咸安区", 200_000, "n41", 900, 114.31, 29.86, "示例"),
        ("K-1", "示例站址", "咸安区", 200_000, "n41", 35, 114.31, 29.86, "示例"),
    ]
    file = await uploaded(client, own, good, *bad, headings=CANDIDATE_HEADINGS)
    report = await sent(client, own, "/candidates/imports", {"file_id": file, "apply": True}, 200)
    assert (report["applied"], report["kept"]) == (False, [])
    assert {one["row"] for one in report["problems"]} == {3, 4, 5, 6}, report
    file = await uploaded(client, own, good, headings=CANDIDATE_HEADINGS)
    tried = await sent(client, own, "/candidates/imports", {"file_id": file}, 200)
    assert (tried["applied"], tried["problems"]) == (False, [])
    assert (await asked(client, own, "/candidates", text="K-"))["total"] == 0
    await sent(client, world.tokens[Role.AUDITOR], "/candidates/imports", {"file_id": file}, 403)
    await sent(client, own, "/candidates/imports", {"file_id": "0" * 40}, 404)
    report = await sent(client, own, "/candidates/imports", {"file_id": file, "apply": True}, 200)
    assert report["kept"] == ["K-1"]
    [kept] = (await asked(client, own, "/candidates", text="K-"))["candidates"]
    assert (kept["cost_fen"], kept["bands"], kept["height_m"]) == (20_000_000, ["n41", "n28"], "35")
    assert (await asked(client, other, "/candidates", text="K-"))["total"] == 0

    right = CANDIDATE | {"number": "K-1", "cost_fen": 18_000_000}
    path = f"/candidates/{kept['id']}"
    for who, form, status in (
        (other, {"reason": "不是我的", "candidate": right}, 404),
        (own, {"reason": "迁走", "candidate": right | {"area": "421221"}}, 404),
        (own, {"reason": "错", "candidate": right | {"bands": "5g!"}}, 422),
        (own, {"reason": "", "candidate": right}, 422),
    ):
        await sent(client, who, f"{path}/corrections", form, status)
    corrected = await sent(client, own, f"{path}/corrections", {"reason": "重新报价", "candidate": right})
    listed = (await asked(client, own, "/candidates", text="K-"))["candidates"]
    assert [(one["id"], one["cost_fen"]) for one in listed] == [(corrected["id"], 18_000_000)]

    end = f"/candidates/{corrected['id']}/end"
    await sent(client, other, end, {"reason": "不是我的"}, 404)
    ended = await sent(client, own, end, {"reason": "业主不同意"})
    assert ended["end_reason"] == "业主不同意"
    assert (await asked(client, own, "/candidates", text="K-"))["total"] == 0
    again = await sent(client, own, end, {"reason": "再来"}, 409)
    assert "has ended already" in again["error"]["message"]
    assert (await logged(client, world, "coverage.candidates.end"))[1] == (
        "officer-421202",
        f"candidate_site:{corrected['id']}",
        201,
    )


async def test_a_plan_that_nobody_waits_for_any_more_is_cancelled(
    client: httpx.AsyncClient, world: World, officers: dict[str, str]
) -> None:
    own, other = officers["421202"], officers["421221"]
    await sent(client, own, "/places", PLACE | {"number": "P-1"})
    await sent(client, own, "/candidates", CANDIDATE | {"number": "P-1"})
    plan = await sent(client, own, "/plans", {"name": "不要了", "budget_fen": 30_000_000}, 202)
    cancel = f"/plans/{plan['id']}/cancel"
    await sent(client, other, cancel, None, 404)
    await sent(client, world.tokens[Role.AUDITOR], cancel, None, 403)
    assert (await sent(client, own, cancel, None, 200))["state"] == "cancelled"
    # It stays so, whatever whoever worked on it finds meanwhile.
    await asyncio.to_thread(world.platform.bureau.coverage.wait_for, plan["id"], 30)
    shown = await asked(client, own, f"/plans/{plan['id']}")
    assert (shown["plan"]["state"], shown["best"]) == ("cancelled", None)
    again = await sent(client, own, cancel, None, 409)
    assert "nothing is left to cancel" in again["error"]["message"]
    await sent(client, own, "/plans/999999/cancel", None, 404)
    assert ("officer-421202", f"coverage_plan:{plan['id']}", 200) in await logged(
        client, world, "coverage.plans.cancel"
    )


async def test_parameters_are_tried_before_they_are_saved(client: httpx.AsyncClient, officers: dict[str, str]) -> None:
    token = officers["bureau"]
    shown = await asked(client, token, "/parameters")
    assert shown["id"] is None
    radius = next(one["radius_m"] for one in shown["reaches"] if (one["area_class"], one["band"]) == ("village", "n28"))
    changed = shown["parameters"]
    for one in changed["classes"]:
        one["rsrp_dbm"] = -120.0
    tried = await sent(client, token, "/parameters/trial", {"parameters": changed}, 200)
    wider = next(one["radius_m"] for one in tried["reaches"] if (one["area_class"], one["band"]) == ("village", "n28"))
    assert wider > radius
    assert (await asked(client, token, "/parameters"))["id"] is None
    await sent(client, officers["421202"], "/parameters", {"parameters": changed, "reason": "县里"}, 403)
    kept = await sent(client, token, "/parameters", {"parameters": changed, "reason": "按新标准"})
    assert (await asked(client, token, "/parameters"))["id"] == kept["id"]
    changed["bands"][0]["frequency_ghz"] = 90
    await sent(client, token, "/parameters", {"parameters": changed, "reason": "错"}, 422)


async def test_bad_input_is_told_and_nothing_is_kept(client: httpx.AsyncClient, officers: dict[str, str]) -> None:
    token = officers["bureau"]
    for change in (
        {"area": "421299"},
        {"longitude": "29.85", "latitude": "114.3"},
        {"longitude": "NaN"},
        {"weight": 0},
        {"area_class": "moon"},
        {"number": "a" * 65},
    ):
        await sent(client, token, "/places", PLACE | {"number": "B-1"} | change, 422)
    assert (await asked(client, token, "/places", text="B-1"))["total"] == 0
    for change in (
        {"budget_fen": 0},
        {"seconds": 0},
        {"gap": 2},
        {"duties": [{"area_class": "town", "least_share": 3}]},
    ):
        await sent(client, token, "/plans", {"name": "x", "budget_fen": 1} | change, 422)
    await asked(client, token, "/plans/999999", 404)
    await asked(client, token, "/places/999999", 404)


async def test_only_who_plans_may_write(client: httpx.AsyncClient, world: World) -> None:
    await sent(client, world.tokens[Role.AUDITOR], "/places", PLACE, 403)
    await asked(client, world.tokens[Role.MANAGER], "", 403)
    await asked(client, world.tokens[Role.AUDITOR], "")


async def test_a_data_centre_is_full_in_the_year_that_the_scenario_says(
    client: httpx.AsyncClient, world: World, officers: dict[str, str]
) -> None:
    form = {
        "name": "演示",
        "centre": "演示数据中心",
        "resource": "egress",
        "first_year": 2026,
        "demand": 1.0,
        "fill_share": 0.8,
        "years": 5,
        "cases": [{"id": "base", "name_zh": "基准", "name_en": "base", "growth": 0.3}],
        "source": "假设",
        "reason": "首次",
    }
    headers = cookie(officers["bureau"])
    answer = await client.post("/api/data-centres/scenarios", json=form, headers=headers)
    assert answer.status_code == 201, answer.text
    # The ledger knows of no such centre: it is full from the start.
    assert answer.json()["outlooks"][0]["full_in"] == 2026
    shown = (await client.get("/api/data-centres", headers=headers)).json()
    assert [one["name"] for one in shown["scenarios"]] == ["演示"]
    answer = await client.post("/api/data-centres/scenarios", json=form, headers=cookie(officers["421202"]))
    assert answer.status_code == 403
