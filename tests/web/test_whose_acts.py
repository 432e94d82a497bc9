"""Acts of somebody from outside, all the way: each answer shows detail, and the enterprise sees who was shown it.

Officers act as themselves, and the administrator of the platform for an enterprise. Every answer is held by the
onlooker of the tests' client; that each act which `whose_acts.py` gives to this file was answered here is held by
`acts_are_held`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from tests.programmes.documents import samples
from tests.web.bureau import Bureau, Ground, bureau_on, treasury_in
from tests.web.test_dispatch import NEED, PROJECT
from tests.web.test_money import EFFECT, INVOICE, WAN, act, line_of, project_form, recognised
from tests.web.test_suppliers import STOPS, profile_of
from tests.web.test_watch import kept, sheet
from tests.web.test_whose_detail import machines_of_north

from millmark.evidence import NodeKey
from millmark.evidence.nodes import write_enrolment
from millmark.region.departments import Department
from millmark.registry import DatabaseUnavailable
from millmark.web.access import Role
from millmark.web.sessions import COOKIE

LEVEL = {"pack": "sme-digital-level", "edition": "2024", "kind": "self"}


class StandIn(Bureau):
    """Asks as the administrator where an enterprise's manager would."""

    async def ask(self, who: str, method: str, path: str, body: Any = None) -> Any:
        return await super().ask("registrar" if who == "north-manager" else who, method, path, body)

    async def upload(self, who: str) -> str:  # noqa: ARG002 - whoever it is, the administrator sends it
        await self.get("registrar", "/session")
        token = self.tokens["registrar", self.clock[0]]
        answer = await self.client.post(
            "/api/files",
            data={"enterprise_id": str(self.north)},
            files={"file": ("申报书.pdf", samples.pdf(), "application/pdf")},
            headers={"Cookie": f"{COOKIE}={token}"},
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with treasury_in(tmp_path_factory.mktemp("acts"), reduces_pro_rata=True) as ground:
        platform = ground[0]
        platform.accounts.add("registrar", Role.ADMIN)
        platform.bureau.departments.put(Department("housing", "住建局", "Housing"), recorded_by="admin")
        platform.accounts.add("housing-staff", Role.DEPARTMENT, department="housing")
        yield ground


@pytest.fixture
async def bureau(ground: Ground) -> AsyncIterator[StandIn]:
    async with bureau_on(ground) as found:
        yield StandIn(found.platform, found.client, found.clock, found.north, found.south)


async def told_of(bureau: Bureau, path: str) -> list[Mapping[str, Any]]:
    """What the enterprise in the north sees of reads at an address."""
    found = await Bureau(**vars(bureau)).get("north-manager", f"/enterprises/{bureau.north}/reads?limit=500")
    return [one for one in found["reads"] if one["path"] == f"/api{path}"]


async def test_an_application_filled_in_for_an_enterprise(bureau: StandIn) -> None:
    call_id = await bureau.open_call("acts-application")
    application_id = await Bureau(**vars(bureau)).submitted(call_id)
    path = f"/applications/{application_id}"
    await bureau.step("county", application_id, "return", reason="缺页")
    await bureau.filled(application_id)
    await bureau.do("north-manager", f"{path}/submit", {})
    [told] = await told_of(bureau, f"{path}/submit")
    assert (told["actor"], told["role"], told["action"]) == ("registrar", "admin", "programmes.apply")
    await bureau.do("north-manager", f"{path}/withdraw", {"reason": "撤回"})
    await bureau.do("north-manager", f"{path}/reopen")
    await bureau.started(await bureau.open_call("acts-another"))


async def test_an_assessment_written_for_an_enterprise(bureau: StandIn) -> None:
    started = await bureau.do("north-manager", "/assessments", {"enterprise_id": bureau.north} | LEVEL)
    path = f"/assessments/{started['id']}"
    filled = {"version": 1, "answers": {"items": {}, "scenarios": {"equipment-management": 1}}}
    await bureau.do("north-manager", f"{path}/answers", filled, method="PUT")
    facts = [{"fact": "production_machines", "value": "10", "as_of": "2026-01-31"}]
    await bureau.do("city", f"/enterprises/{bureau.north}/facts", {"facts": facts})
    await bureau.do("north-manager", f"{path}/prefill", {})
    await bureau.do("north-manager", f"{path}/submit", {})
    # An estimate for the next level keeps nothing, and shows everything.
    await bureau.do("auditor", f"{path}/lift", {})
    assert [(one["actor"], one["action"]) for one in await told_of(bureau, f"{path}/lift")] == [
        ("auditor", "assessments.read")
    ]
    gaps = await bureau.get("north-manager", f"/demands/gaps?enterprise_id={bureau.north}")
    taken = {"enterprise_id": bureau.north, "scenarios": [gaps["gaps"][0]["scenario"]]}
    await bureau.do("north-manager", "/demands/from-gaps", taken)
    await bureau.do("north-manager", f"{path}/withdraw", {"reason": "重填"})


async def test_money_from_the_project_to_its_acceptance(bureau: StandIn) -> None:
    line_id = await line_of(bureau, "acts", 500)
    recognition_id = await recognised(Bureau(**vars(bureau)), "acts-of-money")
    award = await bureau.do("city", "/awards", {"recognition_id": recognition_id})
    await act(bureau, "city", award, "propose", funding=[{"line_id": line_id, "amount_fen": 100 * WAN}])
    letter = {"kind": "award_letter", "object_id": award["id"]}
    await act(bureau, "bureau", award, "approve", document="咸经信〔2026〕5号")
    shown = await bureau.ask("city", "POST", "/documents/preview", letter)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "application/pdf")
    assert [one["actor"] for one in await told_of(bureau, "/documents/preview")] == ["city"]
    await bureau.do("city", "/documents", letter)
    assert [one["enterprise_id"] for one in await told_of(bureau, "/documents")] == [bureau.north]

    project = await bureau.do("north-manager", "/projects", project_form(recognition_id))
    path = f"/projects/{project['id']}"
    await bureau.do("county", f"{path}/steps", {"action": "return", "reason": "缺页"})
    refiled = project_form(recognition_id, version=1, reason="已补")
    del refiled["recognition_id"]
    await bureau.do("north-manager", path, refiled, method="PUT")
    await bureau.do("city", f"{path}/steps", {"action": "confirm"})
    for key in ("design", "go-live"):
        await bureau.do("north-manager", f"{path}/milestones/{key}", {"percent": 100, "note": "完成"})
    await bureau.do("north-manager", f"{path}/steps", {"action": "finish"})
    await bureau.do("north-manager", f"{path}/effects", EFFECT)
    acceptance = await bureau.do("north-manager", "/acceptances", {"project_id": project["id"]})
    path = f"/acceptances/{acceptance['id']}"
    invoiced = await bureau.do("north-manager", f"{path}/invoices", INVOICE)
    wrong = INVOICE | {"number": "26422000000012345999"}
    void = (await bureau.do("north-manager", f"{path}/invoices", wrong))["invoices"][1]["id"]
    await bureau.do("north-manager", f"{path}/invoices/{void}/void", {"reason": "重复"})
    papers = {"finished_on": "2026-03-01", "summary": "完成。", "file_ids": [await bureau.upload("north-manager")]}
    await bureau.do("north-manager", f"{path}/submission", papers)
    check = {"accepted_fen": 80 * WAN}
    await bureau.do("county", f"{path}/invoices/{invoiced['invoices'][0]['id']}/check", check)
    await bureau.do("city", f"{path}/steps", {"action": "accept"})


async def test_reports_profiles_and_the_roster(bureau: StandIn) -> None:
    profile = {"valid_from": "2025-01-01", "industry_code": "C3976", "size_class": "small", "source": "登记表"}
    await bureau.do("city", f"/watch/enterprises/{bureau.north}/profiles", profile)
    values = {"revenue_fen": 9, "output_fen": 9, "electricity_kwh": 9, "staff": 9, "tax_fen": 9}
    report = {"enterprise_id": bureau.north, "month": "2026-02", "values": values, "source": "财务系统"}
    checked = await bureau.do("city", "/watch/reports/check", report)
    assert [one["actor"] for one in await told_of(bureau, "/watch/reports/check")] == ["city"]
    await bureau.do("north-manager", "/monthly-reports/check", report)
    explained = {"explanations": {one["key"]: "属实" for one in checked["findings"]}}
    await bureau.do("north-manager", "/monthly-reports", report | explained)
    await bureau.do("city", "/watch/reports", report | explained | {"reason": "核对后更正"})
    key = {"enterprise_id": bureau.north, "on": "2026-01-01", "source": "咸经信〔2026〕3号"}
    watched = await bureau.do("city", "/watch/key-enterprises", key)
    ended = {"on": "2026-02-01", "source": "咸经信〔2026〕4号"}
    await bureau.do("city", f"/watch/records/{watched['id']}/end", ended)


async def test_awards_cut_in_proportion_are_told_to_each_enterprise(bureau: StandIn) -> None:
    before = {one["id"] for one in await told_of(bureau, "/awards/fitting")}
    recognition_id = await recognised(Bureau(**vars(bureau)), "acts-fitting")
    award = await bureau.do("city", "/awards", {"recognition_id": recognition_id})
    fit = {"call_id": award["call_id"], "budget_fen": 50 * WAN, "reason": "预算不足"}
    cut = await bureau.do("bureau", "/awards/fitting", fit)
    assert [one["amount_fen"] for one in cut["awards"]] == [50 * WAN]
    told = [one for one in await told_of(bureau, "/awards/fitting") if one["id"] not in before]
    assert [one["actor"] for one in told] == ["bureau"]


async def test_the_exchange_and_its_events(bureau: StandIn) -> None:
    content = {"title": "想看清设备开动率", "text": STOPS, "consent": True, "shows": ["industry"], "industry": "3311"}
    content["scenarios"] = [{"scenario": "equipment-management", "level": 3}]
    written = await bureau.do("north-manager", "/demands", {"enterprise_id": bureau.north, "content": content})
    path = f"/demands/{written['id']}"
    await bureau.do("north-manager", path, {"content": content}, method="PUT")
    await bureau.do("north-manager", f"{path}/steps", {"action": "publish"})
    await bureau.do("city", f"{path}/close", {"action": "close", "reason": "重复"})

    profile = (await profile_of(bureau, "north-manager")) | {"enterprise_id": bureau.north}
    applied = await bureau.do("north-manager", "/suppliers", profile)
    path = f"/suppliers/{applied['id']}"
    await bureau.do("north-manager", path, {"profile": profile["profile"]}, method="PUT")
    await bureau.do("city", f"{path}/steps", {"action": "admit"})
    assert [one["actor"] for one in await told_of(bureau, f"{path}/steps")] == ["city"]
    await bureau.do("north-manager", f"{path}/withdraw", {})
    case = {"title_zh": "冲压车间联网", "problem_zh": "停机多", "done_zh": "接了二十台"}
    written = await bureau.do("city", "/cases", {"enterprise_id": bureau.north, "content": case})
    told = {
        "topic": "efficiency",
        "name_zh": "开动率",
        "unit": "%",
        "before": {"value": "61.5", "first": "2025-01-01", "last": "2025-03-31"},
        "after": {"value": "70.11", "first": "2025-07-01", "last": "2025-09-30"},
    }
    await bureau.do("city", f"/cases/{written['id']}/effects", told)

    days = {"starts_on": bureau.today.isoformat(), "ends_on": bureau.today.isoformat()}
    event = {"content": {"title_zh": "诊断进园区", "form": "park", "area_code": "421202", "seats": 3} | days}
    planned = await bureau.do("county", "/events", event)
    path = f"/events/{planned['id']}"
    await bureau.do("county", f"{path}/steps", {"action": "call"})
    form = {"enterprise_id": bureau.north, "contact": "李"}
    registered = await bureau.do("county", f"{path}/registrations", form)
    await bureau.do("county", f"/registrations/{registered['id']}/steps", {"action": "cancel"})
    await bureau.do("county", path, event, method="PUT")
    came = {"enterprise_ids": [bureau.north], "source": "签到表"}
    attended = await bureau.do("county", f"{path}/attendances", came)
    wrong = attended["attendances"][0]["id"]
    await bureau.do("county", f"/attendances/{wrong}/void", {"reason": "误记"})


async def test_factors_and_investments(bureau: StandIn) -> None:
    request = await bureau.do("city", "/factor-requests", NEED | {"enterprise_id": bureau.north})
    changed = {key: NEED[key] for key in ("title", "text")} | {"version": request["version"]}
    await bureau.do("city", f"/factor-requests/{request['id']}", changed, method="PUT")
    project = {**PROJECT, "name_zh": "北厂二期", "enterprise_id": bureau.north}
    made = await bureau.do("county", "/investments", project)
    revised = {key: project[key] for key in ("name_zh", "name_en", "planned_fen", "milestones", "enterprise_id")}
    revised |= {"version": made["version"], "reason": "改名"}
    path = f"/investments/{made['id']}"
    await bureau.do("county", path, revised, method="PUT")
    done = await bureau.do("county", f"{path}/milestones/started", {"happened_on": "2026-02-20"})
    report = done["milestones"][0]["report_id"]
    await bureau.do("county", f"{path}/milestone-reports/{report}/void", {"reason": "误报"})
    money = {"paid_on": "2026-03-01", "amount_fen": 250, "source": "月报"}
    done = await bureau.do("county", f"{path}/payments", money)
    await bureau.do("county", f"{path}/payments/{done['payments'][0]['id']}/void", {"reason": "重复"})
    raised = await bureau.do("county", f"{path}/problems", {"text": "水管口径不足", "department": "housing"})
    await bureau.do("housing-staff", f"{path}/problems/{raised['id']}/steps", {"action": "take_up"})
    told = await told_of(bureau, f"{path}/problems/{raised['id']}/steps")
    assert [(one["actor"], one["office"]) for one in told] == [("housing-staff", "housing")]
    await bureau.do("county", f"{path}/steps", {"action": "untrack", "reason": "转为一般项目"})


async def test_machines_seals_claims_and_nodes(bureau: StandIn) -> None:
    registrar, north = "registrar", bureau.north
    placeholder = {"slug": "west", "name_zh": "西厂", "name_en": "West", "area_code": "421202", "is_placeholder": True}
    await bureau.do(registrar, "/enterprises", placeholder)
    site = {"slug": "second", "name_zh": "二厂", "name_en": "Second", "area_code": "421202"}
    await bureau.do(registrar, f"/enterprises/{north}/sites", site)
    asset = {"path": "north/second/lathe", "level": "equipment", "name_zh": "车床", "name_en": "Lathe"}
    await bureau.do(registrar, "/assets", asset, method="PUT")
    await bureau.do(registrar, "/gateways", {"id": "second-gateway", "root": "north/second"})
    quota = {"points_per_s": 10, "bytes_per_s": None, "series": None}
    await bureau.do(registrar, "/gateways/second-gateway/quota", quota, method="PUT")
    await bureau.do(registrar, "/gateways/second-gateway/writing", method="PUT")
    for path in ("/assets", "/gateways", "/gateways/second-gateway/quota", "/gateways/second-gateway/writing"):
        assert [one["actor"] for one in await told_of(bureau, path)] == [registrar], path

    # Seals a day, claims it and consents, all of it as the administrator.
    made = await machines_of_north(bureau)
    await bureau.do("city", f"/claims/{made['claim_id']}/verify")
    until = (bureau.today + timedelta(days=9)).isoformat()
    consent = {"enterprise_id": north, "recipient": "public", "purpose": "statistics", "detail": "value"}
    given = await bureau.do(registrar, "/consents", consent | {"until": until})
    await bureau.do(registrar, f"/consents/{given['id']}/withdraw", {"reason": "不再需要"})

    asked_for = {"letter": write_enrolment("north", NodeKey.generate(), bureau.platform.now_us())}
    key = (await Bureau(**vars(bureau)).do("north-manager", "/nodes", asked_for))["key_id"]
    await bureau.do("city", f"/nodes/{key}/confirm", {"reason": "电话核对"})
    await bureau.do("city", f"/nodes/{key}/revoke", {"reason": "更换"})
    own = await bureau.do("city", "/nodes", await bureau.get("city", f"/nodes/own/letter?enterprise_id={north}"))
    found = await bureau.get("city", f"/nodes/own/seals?enterprise_id={north}&first={made['day']}")
    await bureau.do("city", "/witness", {"key_id": own["key_id"], "seals": found["seals"]})


async def test_a_sheet_tells_of_those_whose_rows_are_wrong_and_of_no_others(bureau: StandIn) -> None:
    """A report that jumps is held against the month before: that is the enterprise's own, and it is told."""
    north, south = bureau.north, bureau.south
    values = {"revenue_fen": 200_000_000, "output_fen": 200_000_000, "electricity_kwh": 9_000, "staff": 120}
    values["tax_fen"] = 8_000_000
    for one in (north, south):
        report = {"enterprise_id": one, "month": "2025-11", "values": values, "source": "财务系统"}
        found = await bureau.do("city", "/watch/reports/check", report)
        explained = {"explanations": {one["key"]: "属实" for one in found["findings"]}}
        await bureau.do("city", "/watch/reports", report | explained)
    bureau.days_pass(1)
    headings = ["企业", "月份", "营业收入", "工业总产值(当年价)", "用电量(千瓦时)", "平均用工人数(人)", "应交税金"]
    as_before = [2_000_000, 2_000_000, 9_000, 120, 80_000]
    rows = [["北厂", "2025-12", 90_000_000, *as_before[1:]], ["南厂", "2025-12", *as_before]]
    content = sheet(headings, *rows)
    form = {"file_id": await kept(bureau, "city", content), "money_unit": "1"}
    report = await bureau.do("city", "/watch/sheets/reports/imports", form)
    assert {one["row"] for one in report["problems"]} == {2}, report
    path = "/watch/sheets/reports/imports"
    assert [one["enterprise_id"] for one in await told_of(bureau, path)] == [north]
    told = await Bureau(**vars(bureau)).get("south-manager", f"/enterprises/{south}/reads?limit=500")
    assert f"/api{path}" not in {one["path"] for one in told["reads"]}


async def test_what_is_done_stays_done_where_it_cannot_be_recorded_who_was_shown_it(bureau: StandIn) -> None:
    request = await bureau.do("city", "/factor-requests", NEED | {"enterprise_id": bureau.north})
    path = f"/factor-requests/{request['id']}"
    changed = {"title": "变压器增容至1000kVA", "text": NEED["text"]}
    with mock.patch.object(bureau.platform.services.reads, "keep", side_effect=DatabaseUnavailable("locked")):
        answer = await bureau.ask("county", "PUT", path, changed)
        looked = await bureau.ask("county", "GET", path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "done_but_not_shown")
    assert "is done" in answer.json()["error"]["message"]
    assert changed["title"] not in answer.text
    assert (looked.status_code, looked.json()["error"]["code"]) == (503, "unavailable")
    assert (await bureau.get("county", path))["title"] == changed["title"]
    [entry] = [one for one in bureau.platform.audit.entries(limit=20) if one.what == f"PUT /api{path}"]
    assert (entry.actor, entry.outcome) == ("county", 200)


async def test_a_document_of_an_enterprise_outside_ones_area_is_not_shown(bureau: StandIn) -> None:
    recognition_id = await recognised(Bureau(**vars(bureau)), "acts-certificate")
    bureau.platform.accounts.add("other-city", Role.OFFICER, area_code="420100")
    certificate = {"kind": "certificate", "object_id": recognition_id}
    for path in ("/documents", "/documents/preview"):
        await bureau.refused(404, "other-city", path, certificate)
    assert "other-city" not in {one["actor"] for one in await told_of(bureau, "/documents/preview")}
