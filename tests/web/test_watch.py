"""The industry watch over the API: rights, reports, roster, warnings, sheets."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.web.bureau import Bureau, bureau_in, bureau_on

from millmark.web.sessions import COOKIE

VALUES = {
    "revenue_fen": 200_000_000,
    "output_fen": 210_000_000,
    "electricity_kwh": 80_000,
    "staff": 120,
    "tax_fen": 8_000_000,
}
PROFILE = {"valid_from": "2025-01-01", "industry_code": "C3976", "size_class": "small", "source": "登记表"}


@pytest.fixture
async def bureau(tmp_path: Path) -> AsyncIterator[Bureau]:
    """A bureau of its own for each test: rosters and warnings are those that the test brings about."""
    with bureau_in(tmp_path) as ground:
        async with bureau_on(ground) as bureau:
            yield bureau


def form(enterprise_id: int, month: str = "2026-02", **more: Any) -> dict[str, Any]:
    return {"enterprise_id": enterprise_id, "month": month, "values": VALUES, "source": "财务系统", **more}


def sheet(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


async def kept(bureau: Bureau, who: str, content: bytes) -> str:
    await bureau.get(who, "/session")
    token = bureau.tokens[who, bureau.clock[0]]
    files = {"file": ("月报.xlsx", content, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")}
    answer = await bureau.client.post("/api/files", files=files, headers={"Cookie": f"{COOKIE}={token}"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_an_enterprise_reports_for_itself_and_nobody_else(bureau: Bureau) -> None:
    north, south = bureau.north, bureau.south
    await bureau.do("city", f"/watch/enterprises/{north}/profiles", PROFILE)
    sent = await bureau.do("north-manager", "/monthly-reports", form(north))
    assert (sent["version"], sent["grade"]) == (1, "self_reported")
    await bureau.refused(404, "north-manager", "/monthly-reports", form(south))
    await bureau.refused(403, "city", "/monthly-reports", form(north))
    again = await bureau.refused(422, "north-manager", "/monthly-reports", form(north))
    assert "say why it is corrected" in again
    fixed = await bureau.do("city", "/watch/reports", form(north, reason="核对后更正"))
    assert (fixed["version"], fixed["grade"]) == (2, "document_backed")
    month = await bureau.get("north-manager", f"/enterprises/{north}/monthly-reports/2026-02")
    assert [one["version"] for one in month["versions"]] == [2, 1]
    assert month["beside"]["verdict"] == "none"
    own = await bureau.get("north-manager", f"/enterprises/{north}/monthly-reports")
    assert {one["month"]: one["state"] for one in own["months"]}["2026-02"] == "on_time"
    card = await bureau.get("north-manager", f"/watch/enterprises/{north}")
    assert (card["twelve_months"], card["threshold_fen"]) == (1, 2_000_000_000)
    await bureau.refused(404, "north-manager", f"/watch/enterprises/{south}", method="GET")
    await bureau.refused(403, "north-manager", "/watch/overview", method="GET")


async def test_checks_are_told_before_anything_is_kept(bureau: Bureau) -> None:
    north = bureau.north
    await bureau.do("north-manager", "/monthly-reports", form(north, "2026-01"))
    jump = form(north) | {"values": VALUES | {"revenue_fen": 700_000_000}}
    told = await bureau.do("north-manager", "/monthly-reports/check", jump)
    keys = [one["key"] for one in told["findings"]]
    assert (told["may_be_kept"], "jump-month:revenue_fen" in keys) == (False, True)
    assert "700.00万元" in next(one["reason_zh"] for one in told["findings"] if one["key"] == "jump-month:revenue_fen")
    assert "confirm and explain" in await bureau.refused(409, "north-manager", "/monthly-reports", jump)
    await bureau.do("north-manager", "/monthly-reports", jump | {"explanations": dict.fromkeys(keys, "集中交付")})
    for bad in ("2026-13", "x", "202602"):
        await bureau.refused(422, "north-manager", "/monthly-reports", form(north, bad))


async def test_a_county_sees_and_changes_its_own_county(bureau: Bureau) -> None:
    north, south = bureau.north, bureau.south
    for one in (north, south):
        await bureau.do("city", f"/watch/enterprises/{one}/profiles", PROFILE)
        await bureau.do("city", "/watch/reports", form(one))
    assert [one["enterprise_id"] for one in (await bureau.get("county", "/monthly-reports"))["reports"]] == [north]
    overview = await bureau.get("county", "/watch/overview")
    assert (overview["month"], overview["reported"], [one["code"] for one in overview["counties"]]) == (
        "2026-02",
        1,
        ["421202"],
    )
    everything = await bureau.get("city", "/watch/overview")
    assert (everything["reported"], everything["divisions"][0]["now"]["revenue_fen"]) == (2, 400_000_000)
    await bureau.refused(404, "county", f"/watch/enterprises/{south}/profiles", PROFILE)
    await bureau.refused(404, "county", "/watch/reports", form(south, reason="x"))
    whole = await bureau.get("city", "/watch/roster")
    assert [one["total"] for one in whole["sectors"]] == [0, 0, 0]


async def test_long_lists_come_in_pages_with_what_they_hold_in_all(bureau: Bureau) -> None:
    north, south = bureau.north, bureau.south
    for one in (north, south):
        await bureau.do("city", f"/watch/enterprises/{one}/profiles", PROFILE)
    await bureau.do("city", "/watch/reports", form(north))

    async def desk(question: str) -> tuple[dict[str, int], int, list[int]]:
        found = await bureau.get("city", f"/monthly-reports?month=2026-02&{question}")
        return found["counts"], found["total"], [one["enterprise_id"] for one in found["reports"]]

    both = {"on_time": 1, "waiting": 1}
    assert await desk("") == (both, 2, [north, south])
    assert await desk("limit=1") == (both, 2, [north])
    assert await desk("limit=1&offset=1") == (both, 2, [south])
    assert await desk("state=waiting") == (both, 1, [south])
    assert await desk("search=NORTH") == ({"on_time": 1}, 1, [north])
    assert await desk("search=100%25") == ({}, 0, [])
    assert (await bureau.get("county", "/monthly-reports?month=2026-02"))["counts"] == {"on_time": 1}
    await bureau.refused(422, "city", "/monthly-reports?limit=0", method="GET")

    for month in ("2025-09", "2025-10", "2025-11", "2025-12", "2026-01"):
        await bureau.do("city", "/watch/reports", form(north, month))
    near = await bureau.get("city", "/watch/near?side=may_enter")
    assert (near["counts"], near["total"], near["near"][0]["enterprise_id"]) == ({"may_enter": 1}, 1, north)
    assert (await bureau.get("city", "/watch/near?side=close_below"))["total"] == 0
    assert (await bureau.get("city", "/watch/near?search=south"))["counts"] == {}
    assert (await bureau.get("neighbour", "/watch/near"))["total"] == 0


async def test_the_roster_moves_by_documents_and_remembers(bureau: Bureau) -> None:
    move = {"move": "joined", "industry_code": "39", "area": "421202", "on": "2026-02-28", "source": "通知"}
    joined = await bureau.do("county", "/watch/roster/moves", move | {"enterprise_id": bureau.north})
    assert (joined["sector"], joined["subject"] is not None, joined["area_code"]) == ("electronics", True, "421202")
    await bureau.refused(404, "county", "/watch/roster/moves", move | {"enterprise_id": bureau.south})
    await bureau.refused(409, "county", "/watch/roster/moves", move | {"enterprise_id": bureau.north})
    await bureau.refused(422, "county", "/watch/roster/moves", move)
    bulk = {
        "move": "opening",
        "industry_code": "39",
        "area": "咸宁市",
        "on": "2025-12-31",
        "source": "名录",
        "count": 3,
    }
    opening = await bureau.do("city", "/watch/roster/moves", bulk)
    await bureau.refused(404, "county", f"/watch/records/{opening['id']}/void", {"source": "x"})
    named = {"enterprise_id": bureau.south, "source": "核对名录"}
    await bureau.do("city", f"/watch/records/{opening['id']}/name", named)
    roster = await bureau.get("city", "/watch/roster?as_of=2026-03-01")
    assert [(one["total"], one["named"]) for one in roster["sectors"] if one["id"] == "electronics"] == [(4, 2)]
    before = await bureau.get("city", "/watch/roster?as_of=2026-02-27")
    assert before["sectors"][0]["total"] == 3
    await bureau.do("county", f"/watch/records/{joined['id']}/void", {"source": "更正"})
    after = await bureau.get("city", "/watch/roster?as_of=2026-03-01")
    assert (after["sectors"][0]["total"], after["total"]) == (3, 2)
    page = await bureau.get("city", "/watch/roster?as_of=2026-03-01&limit=1&offset=1")
    assert (page["total"], [one["record"]["id"] for one in page["members"]]) == (
        2,
        [after["members"][1]["record"]["id"]],
    )
    moves = await bureau.get("city", "/watch/roster/moves")
    assert (moves["total"], all(one["voided_by"] is None for one in moves["moves"])) == (2, True)
    ever = await bureau.get("city", "/watch/roster/moves?undone=true&limit=1")
    assert (ever["total"], ever["moves"][0]["voids"]) == (6, joined["id"])
    assert (await bureau.get("neighbour", "/watch/roster/moves?undone=true&search=南"))["total"] == 1
    await bureau.refused(404, "city", "/watch/records/9999/void", {"source": "x"})


async def test_warnings_are_raised_and_handled_step_by_step(bureau: Bureau) -> None:
    await bureau.do("city", f"/watch/enterprises/{bureau.north}/profiles", PROFILE)
    swept = await bureau.do("city", "/watch/warnings/sweeps", {})
    assert swept["raised"] == 1
    (one,) = (await bureau.get("county", "/watch/warnings"))["warnings"]
    assert (one["rule"], one["state"]) == ("report-missing", "open")
    assert (await bureau.get("neighbour", "/watch/warnings"))["warnings"] == []
    step = f"/watch/warnings/{one['id']}/steps"
    await bureau.refused(404, "neighbour", step, {"action": "acknowledge"})
    await bureau.do("county", step, {"action": "acknowledge"}, method="POST")
    await bureau.refused(409, "county", step, {"action": "dismiss"})
    done = await bureau.do("county", step, {"action": "dismiss", "note": "企业停业,非异常"})
    assert (done["state"], done["actions"]) == ("false_alarm", ["reopen"])
    rules = await bureau.get("city", "/watch/rules")
    assert next((r["dismissed"], r["closed"]) for r in rules["warnings"] if r["id"] == "report-missing") == (1, 1)
    assert all(one["measured"] is not None for one in rules["warnings"])


async def test_a_sheet_is_checked_row_by_row_and_kept_whole_or_not_at_all(bureau: Bureau) -> None:
    head = [
        "企业",
        "月份",
        "营业收入",
        "工业总产值(当年价)",
        "用电量(千瓦时)",
        "平均用工人数(人)",
        "应交税金",
        "异常说明",
    ]
    good = ["north", "2026年2月", 2000, 2100, 80_000, 120, 80, None]
    bad = [
        ["nobody", "2026-02", 2000, 2100, 80_000, 120, 80, None],
        ["north", "2026-13", 2000, 2100, 80_000, 120, 80, None],
        ["south", "2026-02", -5, 2100, 80_000, 120, 80, None],
        ["south", "2026-01", "=1+1", 2100, 80_000, 120, 80, None],
    ]
    file = await kept(bureau, "city", sheet(head, good, *bad))
    path = "/watch/sheets/reports/imports"
    told = await bureau.do("city", path, {"file_id": file, "money_unit": "1000", "apply": True})
    assert (told["applied"], told["kept"], {one["row"] for one in told["problems"]}) == (False, 0, {3, 4, 5, 6}), told
    assert (await bureau.get("city", "/watch/overview"))["month"] is None
    fine = await kept(bureau, "city", sheet(head, good))
    assert (await bureau.do("city", path, {"file_id": fine, "money_unit": "1000"}))["applied"] is False
    told = await bureau.do("city", path, {"file_id": fine, "money_unit": "1000", "apply": True})
    assert (told["applied"], told["kept"], told["problems"]) == (True, 1, [])
    month = await bureau.get("city", f"/enterprises/{bureau.north}/monthly-reports/2026-02")
    assert month["versions"][0]["values"]["revenue_fen"] == 200_000_000
    await bureau.refused(403, "north-manager", path, {"file_id": fine})
    columns = await bureau.get("city", "/watch/sheets/profiles")
    assert columns["columns"][0]["id"] == "enterprise"
    profiles = sheet(
        ["企业", "生效日期", "行业代码", "规模", "依据"], ["north", "2025-01-01", "C3976", "小型", "登记表"]
    )
    brought = {"file_id": await kept(bureau, "city", profiles), "apply": True}
    assert (await bureau.do("city", "/watch/sheets/profiles/imports", brought))["kept"] == 1
    card = await bureau.get("city", f"/watch/enterprises/{bureau.north}")
    assert [one["industry_code"] for one in card["profiles"]] == ["3976"]


async def test_a_level_that_moved_is_asked_about_in_the_form_and_in_the_row_of_a_sheet(bureau: Bureau) -> None:
    north = bureau.north
    first = form(north, "2026-01") | {"values": VALUES | {"receivables_fen": 300_000_000}}
    await bureau.do("north-manager", "/monthly-reports", first)
    moved = form(north) | {"values": VALUES | {"receivables_fen": 900_000_000}}
    (finding,) = (await bureau.do("north-manager", "/monthly-reports/check", moved))["findings"]
    assert finding["key"] == "level-change:receivables_fen"
    assert finding["reason_zh"] == "月末应收账款为900.00万元,1个月前填报为300.00万元,请确认并说明原因。"
    assert "1 month before: ¥3,000,000.00" in finding["reason_en"]

    head = ["企业", "月份", "营业收入", "工业总产值(当年价)", "用电量(千瓦时)", "平均用工人数(人)", "应交税金"]
    row = ["north", "2026-02", 2000, 2100, 80_000, 120, 80]
    asked = sheet([*head, "应收账款", "异常说明"], [*row, 9000, None])
    path, form_of = "/watch/sheets/reports/imports", {"money_unit": "1000", "apply": True}
    told = await bureau.do("city", path, form_of | {"file_id": await kept(bureau, "city", asked)})
    assert (told["kept"], [one["row"] for one in told["problems"]]) == (0, [2])
    assert "应收账款为900.00万元" in told["problems"][0]["message"]
    said = sheet([*head, "应收账款", "异常说明"], [*row, 9000, "大客户账期延长"])
    assert (await bureau.do("city", path, form_of | {"file_id": await kept(bureau, "city", said)}))["kept"] == 1
    month = await bureau.get("city", f"/enterprises/{north}/monthly-reports/2026-02")
    assert month["versions"][0]["explanations"] == {"level-change:receivables_fen": "大客户账期延长"}


async def test_an_auditor_reads_and_never_writes(bureau: Bureau) -> None:
    for path in ("/watch/overview", "/watch/roster", "/watch/warnings", "/watch/key-enterprises", "/watch/near"):
        await bureau.get("auditor", path)
    await bureau.refused(403, "auditor", "/watch/warnings/sweeps", {})
