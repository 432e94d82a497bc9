"""The money and the second half of a programme's life through the API: the whole way, and every wrong turn of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from tests.web.bureau import Bureau, Ground, bureau_on, treasury_in

WAN = 1_000_000
PROGRAMME = "city-smart-manufacturing"
EFFECT: dict[str, Any] = {
    "topic": "quality",
    "name_zh": "不良率",
    "unit": "%",
    "lower_is_better": True,
    "before": {"value": "3.2", "first": "2025-01-01", "last": "2025-12-31"},
    "after": {"value": "2.4", "first": "2026-03-01", "last": "2026-03-02"},
}
INVOICE = {
    "number": "26422000000012345678",
    "seller": "云联软件",
    "issued_on": "2026-03-20",
    "category": "software",
    "amount_fen": 80 * WAN,
    "tax_fen": 10 * WAN,
}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with treasury_in(tmp_path_factory.mktemp("treasury")) as ground:
        yield ground


@pytest.fixture
async def bureau(ground: Ground) -> AsyncIterator[Bureau]:
    async with bureau_on(ground) as bureau:
        yield bureau


async def recognised(bureau: Bureau, slug: str, who: str = "north-manager", county: str = "county") -> int:
    """A recognition by a call without review or publicity, for what comes after it."""
    call_id = await bureau.open_call(
        slug, edition="2026", offices=["county"], reviewers_min=0, publicity_days=0, decided_here=True
    )
    application_id = await bureau.submitted(call_id, who)
    await bureau.step(county, application_id, "accept")
    await bureau.step(county, application_id, "recommend_county")
    await bureau.step("city", application_id, "pass")
    return int((await bureau.do("city", "/recognitions", {"application_id": application_id}))["id"])


async def line_of(bureau: Bureau, code: str, wan: int) -> int:
    form = {
        "code": code,
        "name_zh": "示范奖补",
        "name_en": "Demonstration awards",
        "source": "city",
        "year": 2026,
        "programme": PROGRAMME,
        "purpose": "awards",
        "amount_fen": wan * WAN,
        "document": f"咸财预〔2026〕{code}",
    }
    return int((await bureau.do("treasurer", "/budgets", form))["line"]["id"])


async def committed(bureau: Bureau, slug: str, line_id: int, **who: str) -> dict[str, Any]:
    recognition_id = await recognised(bureau, slug, **who)
    award = await bureau.do("city", "/awards", {"recognition_id": recognition_id})
    await act(bureau, "city", award, "propose", funding=[{"line_id": line_id, "amount_fen": 100 * WAN}])
    done: dict[str, Any] = await act(bureau, "bureau", award, "approve", document="咸经信〔2026〕1号")
    return done


async def act(bureau: Bureau, who: str, award: dict[str, Any], action: str, **form: Any) -> Any:
    return await bureau.do(who, f"/awards/{award['id']}/steps", {"action": action, **form})


def payment(award: dict[str, Any], line_id: int, instalment: str, wan: int) -> dict[str, Any]:
    return {"award_id": award["id"], "line_id": line_id, "instalment": instalment, "amount_fen": wan * WAN}


async def paid(bureau: Bureau, form: dict[str, Any], receipt: str) -> dict[str, Any]:
    proposed = await bureau.do("city", "/disbursements", form)
    path = f"/disbursements/{proposed['id']}/steps"
    await bureau.do("treasurer", path, {"action": "approve"})
    done: dict[str, Any] = await bureau.do("cashier", path, {"action": "pay", "receipt": receipt})
    return done


def project_form(recognition_id: int, **changes: Any) -> dict[str, Any]:
    return {
        "recognition_id": recognition_id,
        "title_zh": "压铸车间数字化改造",
        "starts_on": "2026-01-10",
        "ends_on": "2026-12-31",
        "contracts": [{"number": "HT-1", "supplier": "云联软件", "signed_on": "2026-01-12", "amount_fen": 300 * WAN}],
        "milestones": [
            {"key": "design", "name_zh": "方案设计", "due_on": "2026-03-10", "amount_fen": 50 * WAN},
            {
                "key": "go-live",
                "name_zh": "上线运行",
                "due_on": "2026-09-01",
                "amount_fen": 250 * WAN,
                "instalment": "second",
            },
        ],
        "pledge": True,
        **changes,
    }


async def finished(bureau: Bureau, recognition_id: int, who: str = "north-manager") -> int:
    project = await bureau.do(who, "/projects", project_form(recognition_id))
    path = f"/projects/{project['id']}"
    await bureau.do("city", f"{path}/steps", {"action": "confirm"})
    for key in ("design", "go-live"):
        await bureau.do(who, f"{path}/milestones/{key}", {"percent": 100, "note": "完成"})
    await bureau.do(who, f"{path}/steps", {"action": "finish"})
    return int(project["id"])


async def test_from_a_recognition_to_the_last_fen_that_came_back(bureau: Bureau) -> None:
    line_id = await line_of(bureau, "whole", 500)
    recognition_id = await recognised(bureau, "whole-way-of-money")

    award = await bureau.do("city", "/awards", {"recognition_id": recognition_id})
    assert (award["state"], award["amount_fen"], award["unresolved"]) == ("calculated", 100 * WAN, [])
    assert [(one["code"], one["amount_fen"], one["confidence"]) for one in award["calculation"]] == [
        ("fixed", 100 * WAN, "L")
    ]
    assert [(one["id"], one["amount_fen"]) for one in award["instalments"]] == [
        ("first", 60 * WAN),
        ("second", 40 * WAN),
    ]
    await act(bureau, "city", award, "propose", funding=[{"line_id": line_id, "amount_fen": 100 * WAN}])
    before = _awarded_fen(bureau)
    award = await act(bureau, "bureau", award, "approve", document="咸经信〔2026〕1号")
    assert (award["state"], award["committed_fen"]) == ("committed", 100 * WAN)
    # The award counts in the city's figures at once, and the record opens.
    assert _awarded_fen(bureau) == before + 100 * WAN
    assert award["record_ref"] is not None

    first = await paid(bureau, payment(award, line_id, "first", 60), "ICBC-0001")
    assert (first["state"], first["approved_by"], first["receipt"]) == ("paid", "treasurer", "ICBC-0001")
    early = await bureau.refused(409, "city", "/disbursements", payment(award, line_id, "second", 40))
    assert "falls due after 'acceptance'" in early

    project = await bureau.do("north-manager", "/projects", project_form(recognition_id))
    path = f"/projects/{project['id']}"
    await bureau.do("county", f"{path}/steps", {"action": "return", "reason": "合同缺盖章页"})
    refiled = project_form(recognition_id, version=1, reason="已补盖章页")
    del refiled["recognition_id"]
    assert (await bureau.do("north-manager", path, refiled, method="PUT"))["version"] == 2
    await bureau.do("county", f"{path}/steps", {"action": "confirm"})
    change = refiled | {"ends_on": "2026-11-30", "version": 2, "reason": "提前完工"}
    asked = await bureau.do("north-manager", path, change, method="PUT")
    assert (asked["state"], asked["content"]["ends_on"], asked["requested"]["ends_on"]) == (
        "change_requested",
        "2026-12-31",
        "2026-11-30",
    )
    changed = await bureau.do("city", f"{path}/steps", {"action": "approve_change"})
    assert (changed["content"]["ends_on"], changed["approved_version"]) == ("2026-11-30", 3)
    for key in ("design", "go-live"):
        await bureau.do("north-manager", f"{path}/milestones/{key}", {"percent": 100, "note": "已验"})
    await bureau.do("north-manager", f"{path}/steps", {"action": "finish"})
    assert ("project", project["id"], "prepare") in await _todo(bureau, "north-manager")
    assert ("project", project["id"], "prepare") not in await _todo(bureau, "south-manager")

    levels = await _assessed_twice(bureau)
    acceptance = await bureau.do("north-manager", "/acceptances", {"project_id": project["id"]})
    path = f"/acceptances/{acceptance['id']}"
    invoiced = await bureau.do("north-manager", f"{path}/invoices", INVOICE)
    invoice_id = invoiced["invoices"][0]["id"]
    building = INVOICE | {
        "number": "26422000000012345679",
        "category": "buildings",
        "amount_fen": 5 * WAN,
        "tax_fen": 0,
    }
    second_invoice = (await bureau.do("north-manager", f"{path}/invoices", building))["invoices"][1]
    assert (second_invoice["countable_fen"], [one["code"] for one in second_invoice["findings"]]) == (
        0,
        ["not_eligible", "no_file"],
    )
    papers = {
        "finished_on": "2026-03-01",
        "summary": "完成两条压铸线联网与MES上线。",
        "file_ids": [await bureau.upload("north-manager")],
        **levels,
    }
    await bureau.do("north-manager", f"{path}/submission", papers)
    unchecked = await bureau.refused(409, "city", f"{path}/steps", {"action": "accept"})
    assert "check these invoices first" in unchecked
    assert ("acceptance", acceptance["id"], "accept") in await _todo(bureau, "city")
    await bureau.do("county", f"{path}/invoices/{invoice_id}/check", {"accepted_fen": 80 * WAN})
    await bureau.do("county", f"{path}/invoices/{second_invoice['id']}/check", {"accepted_fen": 0})
    accepted = await bureau.do("city", f"{path}/steps", {"action": "accept"})
    assert (accepted["state"], accepted["accepted_fen"]) == ("accepted", 80 * WAN)
    assert accepted["level_before"] is not None
    assert accepted["level_after"] is not None
    assert (await bureau.get("city", f"/projects/{project['id']}"))["state"] == "accepted"

    waits = await bureau.refused(409, "city", "/disbursements", payment(award, line_id, "second", 40))
    assert "waits for milestones: go-live" in waits
    confirm = {"percent": 100, "note": "现场核查属实", "confirm": True}
    await bureau.do("county", f"/projects/{project['id']}/milestones/go-live", confirm)
    await paid(bureau, payment(award, line_id, "second", 40), "ICBC-0002")
    award = await bureau.get("north-manager", f"/awards/{award['id']}")
    assert (award["state"], award["paid_fen"], award["committed_fen"]) == ("paid", 100 * WAN, 0)

    effect = await bureau.do("north-manager", f"/projects/{project['id']}/effects", EFFECT)
    assert (effect["change_percent"], effect["is_better"], effect["grade"]) == ("-25.00", True, "self_reported")

    wrong = {"award_id": award["id"], "amount_fen": 30 * WAN, "grounds": "double_funding", "reason": "省级已支持"}
    clawback = await bureau.do("city", "/clawbacks", wrong)
    path = f"/clawbacks/{clawback['id']}"
    decide = {"action": "decide", "document": "咸经信〔2026〕9号"}
    assert "somebody else must decide" in await bureau.refused(403, "city", f"{path}/steps", decide)
    await bureau.do("bureau", f"{path}/steps", decide)
    part = {"line_id": line_id, "amount_fen": 10 * WAN, "receipt": "IN-1"}
    assert (await bureau.do("treasurer", f"{path}/receipts", part))["outstanding_fen"] == 20 * WAN
    assert "is booked already" in await bureau.refused(409, "treasurer", f"{path}/receipts", part)
    rest = {"line_id": line_id, "amount_fen": 20 * WAN, "receipt": "IN-2"}
    closed = await bureau.do("treasurer", f"{path}/receipts", rest)
    assert (closed["state"], closed["received_fen"], closed["outstanding_fen"]) == ("closed", 30 * WAN, 0)

    balances = (await bureau.get("auditor", f"/budgets/{line_id}"))["line"]["balances"]
    assert balances == {
        "appropriated_fen": 500 * WAN,
        "available_fen": 400 * WAN,
        "committed_fen": 0,
        "paid_fen": 70 * WAN,
        "recovered_fen": 30 * WAN,
    }
    mine = await bureau.get("north-manager", f"/enterprises/{bureau.north}/money")
    assert (mine["awarded_fen"], mine["paid_fen"], mine["recovered_fen"]) == (100 * WAN, 100 * WAN, 30 * WAN)
    assert bureau.platform.budget.check() == []
    steps = (await bureau.get("auditor", f"/awards/{award['id']}"))["steps"]
    assert [(one["action"], one["actor"]) for one in steps] == [
        ("calculate", "city"),
        ("propose", "city"),
        ("approve", "bureau"),
        ("settle", "cashier"),
    ]


async def _todo(bureau: Bureau, who: str) -> set[tuple[str, int, str]]:
    tasks = (await bureau.get(who, "/desk/todo"))["tasks"]
    return {(one["object_kind"], one["object_id"], one["action"]) for one in tasks}


def _awarded_fen(bureau: Bureau) -> int:
    records = bureau.platform.programme_records.standing()
    return sum(
        (one.amount_fen or 0) * one.count for one in records if (one.kind, one.programme) == ("award", PROGRAMME)
    )


async def _assessed_twice(bureau: Bureau) -> dict[str, int]:
    """Two submitted self-assessments of the north, before and after."""
    ids = []
    for _ in range(2):
        form = {"enterprise_id": bureau.north, "pack": "sme-digital-level", "edition": "2024", "kind": "self"}
        started = await bureau.do("north-manager", "/assessments", form)
        pack = bureau.platform.policy_packs.pack("sme-digital-level", "2024")
        answers = {
            "items": {item.id: {"option": item.options[0].id} for item in pack.items if item.kind == "single"}
            | {item.id: {"options": [item.options[0].id]} for item in pack.items if item.kind == "multi"}
            | {item.id: {"option": item.options[0].id} for item in pack.items if item.kind == "bands"},
            "scenarios": {scenario.id: 1 for scenario in pack.scenarios},
        }
        saved = await bureau.do(
            "north-manager",
            f"/assessments/{started['id']}/answers",
            {"version": started["version"], "answers": answers},
            method="PUT",
        )
        await bureau.do("north-manager", f"/assessments/{started['id']}/submit", {"version": saved["version"]})
        ids.append(int(started["id"]))
    return {"before_assessment_id": ids[0], "after_assessment_id": ids[1]}


async def test_an_award_over_the_budget_changes_nothing(bureau: Bureau) -> None:
    line_id = await line_of(bureau, "small", 50)
    recognition_id = await recognised(bureau, "over-budget")
    award = await bureau.do("city", "/awards", {"recognition_id": recognition_id})
    await act(bureau, "city", award, "propose", funding=[{"line_id": line_id, "amount_fen": 100 * WAN}])
    records = len(bureau.platform.programme_records.all())
    path, form = f"/awards/{award['id']}/steps", {"action": "approve", "document": "咸经信〔2026〕2号"}
    message = await bureau.refused(409, "bureau", path, form)
    assert "commit of 1,000,000.00 yuan asks for more than the 500,000.00 yuan that are available" in message
    after = await bureau.get("city", f"/awards/{award['id']}")
    assert (after["state"], after["version"], after["entries"], after["record_ref"]) == ("proposed", 2, [], None)
    assert len(bureau.platform.programme_records.all()) == records
    raised = {"kind": "appropriate", "amount_fen": 50 * WAN, "document": "追加预算1号"}
    await bureau.do("treasurer", f"/budgets/{line_id}/entries", raised)
    assert "already did this" in await bureau.refused(409, "treasurer", f"/budgets/{line_id}/entries", raised)
    assert (await bureau.do("bureau", path, form))["state"] == "committed"
    withdrawn = await act(bureau, "bureau", award, "withdraw", reason="企业放弃")
    assert (withdrawn["state"], withdrawn["committed_fen"]) == ("withdrawn", 0)
    assert (await bureau.get("city", f"/budgets/{line_id}"))["line"]["balances"]["available_fen"] == 100 * WAN


async def test_who_proposes_a_payment_may_not_approve_it(bureau: Bureau) -> None:
    line_id = await line_of(bureau, "four-eyes", 200)
    award = await committed(bureau, "four-eyes", line_id)
    proposed = await bureau.do("admin", "/disbursements", payment(award, line_id, "first", 60))
    path = f"/disbursements/{proposed['id']}/steps"
    assert {"approve", "pay"} & {one["action"] for one in proposed["allowed"]} == set()
    assert ("disbursement", proposed["id"], "approve") in await _todo(bureau, "treasurer")
    assert ("disbursement", proposed["id"], "approve") not in await _todo(bureau, "admin")
    assert "somebody else must approve" in await bureau.refused(403, "admin", path, {"action": "approve"})
    assert "up to the treasurer" in await bureau.refused(403, "city", path, {"action": "approve"})
    await bureau.do("treasurer", path, {"action": "approve"})
    assert "takes no step 'approve'" in await bureau.refused(409, "cashier", path, {"action": "approve"})
    assert "receipt" in await bureau.refused(422, "cashier", path, {"action": "pay"})
    await bureau.do("cashier", path, {"action": "pay", "receipt": "ICBC-77"})
    too_much = await bureau.refused(409, "city", "/disbursements", payment(award, line_id, "first", 1))
    assert "are paid or on their way" in too_much
    back = await bureau.do("cashier", path, {"action": "return", "reason": "账号有误,银行退票"})
    assert back["state"] == "returned"
    again = await bureau.get("city", f"/awards/{award['id']}")
    assert (again["state"], again["committed_fen"], again["paid_fen"]) == ("committed", 100 * WAN, 0)
    other = await bureau.do("city", "/disbursements", payment(award, line_id, "first", 60))
    path = f"/disbursements/{other['id']}/steps"
    await bureau.do("treasurer", path, {"action": "approve"})
    twice = await bureau.refused(409, "treasurer", path, {"action": "pay", "receipt": "ICBC-77"})
    assert "books another payment already" in twice


async def test_an_invoice_counts_once_in_the_whole_region(bureau: Bureau) -> None:
    north = await recognised(bureau, "invoices-north")
    south = await recognised(bureau, "invoices-south", "south-manager", "neighbour")
    invoice = INVOICE | {"number": "26422000000099999999"}
    acceptances = {}
    for who, recognition_id in (("north-manager", north), ("south-manager", south)):
        project_id = await finished(bureau, recognition_id, who)
        acceptances[who] = (await bureau.do(who, "/acceptances", {"project_id": project_id}))["id"]
    path = f"/acceptances/{acceptances['north-manager']}/invoices"
    kept = await bureau.do("north-manager", path, invoice)
    for who, acceptance_id in acceptances.items():
        message = await bureau.refused(409, who, f"/acceptances/{acceptance_id}/invoices", invoice)
        assert "an invoice counts once" in message
        assert "north" not in message
    assert "20 digits" in await bureau.refused(422, "north-manager", path, invoice | {"number": "123456789"})
    void = {"reason": "开票有误,已红冲"}
    await bureau.do("north-manager", f"{path}/{kept['invoices'][0]['id']}/void", void)
    await bureau.do("south-manager", f"/acceptances/{acceptances['south-manager']}/invoices", invoice)


async def test_another_enterprises_money_is_not_there(bureau: Bureau) -> None:
    line_id = await line_of(bureau, "private", 200)
    award = await committed(bureau, "private", line_id)
    project_id = await finished(bureau, award["recognition_id"])
    acceptance = await bureau.do("north-manager", "/acceptances", {"project_id": project_id})
    disbursement = await bureau.do("city", "/disbursements", payment(award, line_id, "first", 60))
    for who in ("south-manager", "neighbour"):
        for path in (
            f"/awards/{award['id']}",
            f"/disbursements/{disbursement['id']}",
            f"/projects/{project_id}",
            f"/projects/{project_id}/effects",
            f"/acceptances/{acceptance['id']}",
            f"/enterprises/{bureau.north}/money",
        ):
            unseen = await bureau.refused(404, who, path, method="GET")
            missing = await bureau.refused(404, who, "/awards/424242", method="GET")
            assert unseen == missing, path
        for path, key in (("/awards", "awards"), ("/disbursements", "disbursements"), ("/projects", "projects")):
            assert all(one["enterprise_id"] != bureau.north for one in (await bureau.get(who, path))[key])
    steal = project_form(award["recognition_id"])
    await bureau.refused(404, "south-manager", "/projects", steal)
    await bureau.refused(404, "south-manager", f"/projects/{project_id}/steps", {"action": "finish"})
    await bureau.refused(404, "south-manager", f"/acceptances/{acceptance['id']}/invoices", INVOICE)


async def test_a_wrong_role_is_refused_and_the_attempt_is_kept(bureau: Bureau) -> None:
    line_id = await line_of(bureau, "roles", 200)
    award = await committed(bureau, "roles", line_id)
    budget = {"kind": "appropriate", "amount_fen": 1, "document": "x"}
    await bureau.refused(403, "city", f"/budgets/{line_id}/entries", budget)
    await bureau.refused(403, "north-manager", "/budgets", method="GET")
    await bureau.refused(403, "north-manager", "/awards", {"recognition_id": award["recognition_id"]})
    await bureau.refused(403, "north-manager", f"/awards/{award['id']}/steps", {"action": "withdraw", "reason": "x"})
    await bureau.refused(403, "auditor", "/clawbacks", {})
    await bureau.refused(403, "ann", f"/awards/{award['id']}", method="GET")
    project = await bureau.do("north-manager", "/projects", project_form(award["recognition_id"]))
    confirm = {"action": "confirm"}
    message = await bureau.refused(403, "north-manager", f"/projects/{project['id']}/steps", confirm)
    assert "up to the city office or the county office" in message
    log = await bureau.get("auditor", "/audit?limit=50")
    denied = [one for one in log["entries"] if one["outcome"] == 403]
    assert {"budgets.enter", "awards.calculate", "awards.act", "projects.act"} <= {one["action"] for one in denied}


async def test_a_second_award_or_project_for_one_recognition_is_refused(bureau: Bureau) -> None:
    recognition_id = await recognised(bureau, "twice")
    await bureau.do("city", "/awards", {"recognition_id": recognition_id})
    assert "has an award already" in await bureau.refused(409, "city", "/awards", {"recognition_id": recognition_id})
    await bureau.do("north-manager", "/projects", project_form(recognition_id))
    again = await bureau.refused(409, "north-manager", "/projects", project_form(recognition_id))
    assert "has a project already" in again


async def test_a_project_that_contradicts_itself_is_refused(bureau: Bureau) -> None:
    recognition_id = await recognised(bureau, "contradictions")
    for change, said in (
        ({"ends_on": "2026-01-01"}, "must not end"),
        ({"pledge": False}, "pledge"),
        ({"costs": [{"category": "cars", "amount_fen": 1}]}, "no category of the pack"),
        (
            {"milestones": [{"key": "x", "name_zh": "x", "due_on": "2030-01-01", "amount_fen": 0}]},
            "outside of 2026-01-10",
        ),
        (
            {"milestones": [{"key": "x", "name_zh": "x", "due_on": "2026-05-01", "amount_fen": 400 * WAN}]},
            "the contracts only to 3,000,000.00",
        ),
    ):
        assert said in await bureau.refused(422, "north-manager", "/projects", project_form(recognition_id, **change))
    assert all(one["recognition_id"] != recognition_id for one in (await bureau.get("city", "/projects"))["projects"])
