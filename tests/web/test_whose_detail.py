"""Every read of an enterprise's detail by an officer is recorded and told to that enterprise: over all routes.

Whoever adds a route puts it into one of the tables of `whose_detail.py` and `whose_acts.py`, or this file fails: it
shows one enterprise's detail, figures of many at once, or nothing of any. Each that answers a question is then asked as
an officer of the city, and the enterprise must see it. Of what else is sent, `test_whose_acts.py` has the rest.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.web.bureau import Bureau, Ground, bureau_on, treasury_in
from tests.web.test_dispatch import NEED, PROJECT
from tests.web.test_money import WAN, committed, finished, line_of, paid, payment
from tests.web.test_suppliers import admitted, profile_of, published_demand
from tests.web.whose_acts import ACTS, ACTS_THAT_SHOW_NOTHING
from tests.web.whose_detail import DETAIL, ELSEWHERE, NOTHING

from millmark.history import CommitBlock
from millmark.model import AssetLevel, PointBatch
from millmark.web.access import READING_METHODS, OpenToStrangers, Requires, Role, guard_of
from millmark.web.reading.lists import LISTS, LISTS_BY_POST, QUESTIONS_BY_POST, is_list
from millmark.web.rooms import api_routes


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with treasury_in(tmp_path_factory.mktemp("detail")) as ground:
        platform = ground[0]
        platform.accounts.add("registrar", Role.ADMIN)
        vendor = platform.registry.add_enterprise(
            slug="vendor", name_zh="云栖数科", name_en="Vendor", area_code="421202", is_placeholder=True
        )
        platform.accounts.add("vendor", Role.SUPPLIER, vendor.id)
        yield ground


@pytest.fixture
async def bureau(ground: Ground) -> AsyncIterator[Bureau]:
    async with bureau_on(ground) as bureau:
        yield bureau


def answering(bureau: Bureau) -> dict[str, Requires]:
    """Every route that answers a question of somebody signed in."""
    guards = {
        str(route.path): guard_of(route.dependant, str(route.path))
        for route in api_routes(bureau.platform.app)
        if "GET" in (route.methods or ())
    }
    assert {type(one) for one in guards.values()} >= {Requires, OpenToStrangers}
    return {path: one for path, one in guards.items() if isinstance(one, Requires)}


def renamed(path: str) -> str:
    """As the table has it: a supplier's paper is no file of its enterprise."""
    return path.replace("/suppliers/{supplier_id}/files/{file_id}", "/suppliers/{supplier_id}/files/{paper_id}")


async def test_every_route_says_whether_it_shows_an_enterprises_detail(bureau: Bureau) -> None:
    there = {renamed(path) for path in answering(bureau)}
    tables = [set(DETAIL), {one for one in LISTS if one in there}, *NOTHING.values()]
    told = [path for table in tables for path in table]
    assert sorted(told) == sorted(set(told)), "a route stands in two tables"
    assert there - set(told) == set(), "put these into one of the tables"
    assert set(told) - there == set(), "there is no such route any more"
    assert there >= LISTS


def test_every_act_says_whether_it_shows_an_enterprises_detail(ground: Ground) -> None:
    there = set()
    for route in api_routes(ground[0].app):
        if isinstance(guard_of(route.dependant, str(route.path)), Requires):
            there |= {f"{one} {route.path}" for one in (route.methods or set()) - READING_METHODS}
    told = [*ACTS, *(f"POST {one}" for one in LISTS_BY_POST), *chain(*ACTS_THAT_SHOW_NOTHING.values())]
    assert sorted(told) == sorted(set(told)), "an act stands in two tables"
    assert there - set(told) == set(), "put these into one of the tables of whose_acts.py"
    assert set(told) - there == set(), "there is no such route any more"
    assert {f"POST {one}" for one in QUESTIONS_BY_POST} <= set(told)


async def test_an_officer_who_reads_detail_is_seen_by_the_enterprise(bureau: Bureau) -> None:
    ids = await everything_of_north(bureau)
    vendor = int((await bureau.get("vendor", "/session"))["enterprise_id"])
    answered = {path: asked for path, asked in DETAIL.items() if asked is not None and path not in ELSEWHERE}
    guards = answering(bureau)
    missed = []
    for path, asked in answered.items():
        bureau.clock[0] += 1_000_000
        address = (path + asked).format(**ids)
        answer = await bureau.ask("city", "GET", address.removeprefix("/api"))
        assert answer.status_code == 200, f"{address}: {answer.status_code} {answer.text[:300]}"
        owner = "vendor" if path.startswith(("/api/suppliers", "/api/solutions")) else "north-manager"
        number = vendor if owner == "vendor" else bureau.north
        told = await bureau.get(owner, f"/enterprises/{number}/reads?limit=500")
        [action] = {guards[one].permission.value for one in guards if renamed(one) == path}
        shown = [one for one in told["reads"] if one["path"] == address.partition("?")[0]]
        if not any((one["actor"], one["action"], one["enterprise_id"]) == ("city", action, number) for one in shown):
            missed.append(path)
    assert missed == []


async def test_an_officer_who_reads_a_list_is_seen_by_everybody_in_it(bureau: Bureau) -> None:
    ids = {"figure_id": "F14", "line_id": await line_of(bureau, "lists", 100), "list_id": "applications"}
    lists = sorted(one for one in LISTS if one.startswith("/api/"))
    bureau.days_pass(1)
    for path in lists:
        address = path.format(**ids)
        assert is_list("GET", address)
        who = "registrar" if path == "/api/gateways" else "city"
        answer = await bureau.ask(who, "GET", address.removeprefix("/api"))
        assert answer.status_code == 200, f"{address}: {answer.status_code} {answer.text[:300]}"
    day_us = bureau.clock[0]
    for name, number in (("north", bureau.north), ("south", bureau.south)):
        told = (await bureau.get(f"{name}-manager", f"/enterprises/{number}/reads?limit=500"))["reads"]
        today = {one["path"] for one in told if one["at_us"] >= day_us and one["enterprise_id"] is None}
        assert today == {path.format(**ids) for path in lists}


async def test_a_county_list_is_told_within_the_county_and_one_of_an_enterprise_to_it_alone(bureau: Bureau) -> None:
    bureau.days_pass(1)
    day_us = bureau.clock[0]
    await bureau.get("county", "/watch/warnings")
    await bureau.get("county", f"/factor-requests?enterprise_id={bureau.north}")
    # Whose detail a county cannot see is not told that it was read.
    await bureau.get("county", f"/watch/warnings?enterprise_id={bureau.south}")
    # This list is of everybody, whatever one adds to its address.
    await bureau.get("county", f"/watch/near?enterprise_id={bureau.south}")

    async def told(who: str, enterprise_id: int) -> set[tuple[str, int | None]]:
        found = (await bureau.get(who, f"/enterprises/{enterprise_id}/reads"))["reads"]
        return {(one["path"], one["enterprise_id"]) for one in found if one["at_us"] >= day_us}

    assert await told("north-manager", bureau.north) == {
        ("/api/watch/warnings", None),
        ("/api/watch/near", None),
        ("/api/factor-requests", bureau.north),
    }
    assert await told("south-manager", bureau.south) == set()
    readers = (await bureau.get("south-manager", f"/enterprises/{bureau.south}/reads"))["readers"]
    assert "county" not in {one["actor"] for one in readers}


# ---- what there is of an enterprise


async def everything_of_north(bureau: Bureau) -> dict[str, Any]:
    """At least one of everything that an enterprise has, by the names that paths give to its ids."""
    made = await money_of_north(bureau) | await desk_of_north(bureau) | await exchange_of_north(bureau)
    return made | await machines_of_north(bureau) | {"enterprise_id": bureau.north, "month": "2026-02", "year": 2026}


async def money_of_north(bureau: Bureau) -> dict[str, Any]:
    line_id = await line_of(bureau, "detail", 500)
    award = await committed(bureau, "detail", line_id)
    done = await paid(bureau, payment(award, line_id, "first", 60), "ICBC-1")
    project_id = await finished(bureau, award["recognition_id"])
    acceptance = await bureau.do("north-manager", "/acceptances", {"project_id": project_id})
    wrong = {"award_id": award["id"], "amount_fen": 30 * WAN, "grounds": "double_funding", "reason": "省级已支持"}
    clawback = await bureau.do("city", "/clawbacks", wrong)
    reviewed = await bureau.under_review(await bureau.open_call("detail-review"))
    return {
        "award_id": award["id"],
        "disbursement_id": done["id"],
        "project_id": project_id,
        "acceptance_id": acceptance["id"],
        "clawback_id": clawback["id"],
        "recognition_id": award["recognition_id"],
        "application_id": reviewed,
        "review_id": await bureau.assigned(reviewed, "ann"),
        "file_id": await bureau.upload("north-manager"),
    }


async def desk_of_north(bureau: Bureau) -> dict[str, Any]:
    profile = {"valid_from": "2025-01-01", "industry_code": "C3976", "size_class": "small", "source": "登记表"}
    await bureau.do("city", f"/watch/enterprises/{bureau.north}/profiles", profile)
    values = {"revenue_fen": 9, "output_fen": 9, "electricity_kwh": 9, "staff": 9, "tax_fen": 9}
    report = {"enterprise_id": bureau.north, "month": "2026-02", "values": values, "source": "财务系统"}
    checked = await bureau.do("north-manager", "/monthly-reports/check", report)
    answers = {one["key"]: "属实" for one in checked["findings"]}
    await bureau.do("north-manager", "/monthly-reports", report | {"explanations": answers})
    form = {"enterprise_id": bureau.north, "pack": "sme-digital-level", "edition": "2024", "kind": "self"}
    started = await bureau.do("north-manager", "/assessments", form)
    await bureau.do("north-manager", f"/assessments/{started['id']}/submit", {"version": started["version"]})
    request = await bureau.do("north-manager", "/factor-requests", NEED)
    project = {**PROJECT, "name_zh": "北厂扩建", "enterprise_id": bureau.north}
    investment = await bureau.do("county", "/investments", project)
    return {
        "assessment_id": started["id"],
        "request_id": request["id"],
        "investment_id": investment["id"],
    }


async def exchange_of_north(bureau: Bureau) -> dict[str, Any]:
    supplier_id = await admitted(bureau, "vendor")
    profile = (await profile_of(bureau, "vendor"))["profile"]
    changed = await bureau.do("vendor", f"/suppliers/{supplier_id}", {"profile": profile}, method="PUT")
    scenarios = [{"scenario": "equipment-management", "level": 3}]
    taken_down = {"content": {"title_zh": "下架的方案", "summary_zh": "已下架", "scenarios": scenarios}}
    solution = await bureau.do("vendor", "/solutions", taken_down)
    for action in ("publish", "withdraw"):
        await bureau.do("vendor", f"/solutions/{solution['id']}/steps", {"action": action})
    content = {"title_zh": "冲压车间联网", "problem_zh": "停机多", "done_zh": "接了二十台"}
    case = await bureau.do("north-manager", "/cases", {"enterprise_id": bureau.north, "content": content})
    days = {"starts_on": bureau.today.isoformat(), "ends_on": bureau.today.isoformat()}
    event = {"title_zh": "诊断进园区", "form": "park", "area_code": "421202", "seats": 3}
    planned = await bureau.do("county", "/events", {"content": event | days})
    await bureau.do("county", f"/events/{planned['id']}/steps", {"action": "call"})
    await bureau.do("north-manager", f"/events/{planned['id']}/registrations", {"people": 1, "contact": "李"})
    return {
        "supplier_id": changed["id"],
        "paper_id": profile["documents"]["licence"][0],
        "solution_id": solution["id"],
        "demand_id": await published_demand(bureau),
        "case_id": case["id"],
        "event_id": planned["id"],
    }


async def machines_of_north(bureau: Bureau) -> dict[str, Any]:
    """A machine with a day of points, sealed and claimed, and the enterprise's word that the office may see it."""
    platform, registry, now = bureau.platform, bureau.platform.registry, bureau.clock[0]
    site = registry.add_site(bureau.north, slug="works", name_zh="厂区", name_en="Works", area_code="421202")
    machine = site.path.child("press")
    registry.ensure_asset(machine, AssetLevel.EQUIPMENT, name_zh="压机", name_en="Press", counts_as_equipment=True)
    registry.ensure_gateway("north-gateway", root=site.path, kind="mqtt", may_register=True)
    series = registry.ensure_series("north-gateway", "press", "temperature", unit="Cel")
    start = now - 50 * 3_600_000_000
    times = np.arange(start, now, 300_000_000, dtype=np.int64)
    zeros = np.zeros(len(times), np.uint32)
    ids, values = np.full(len(times), series.id, np.uint32), np.sin(np.arange(len(times)) / 10) + 60
    platform.history.commit(CommitBlock(points=PointBatch(ids, times, times, values, zeros.astype(np.uint8), zeros)))
    day = bureau.today - timedelta(days=1)
    await bureau.do("registrar", f"/sites/{site.id}/seals", {"date": day.isoformat()})
    body = {"measure": "equipment_connection_rate", "subject": "north/works", "first_date": day.isoformat()}
    claim = await bureau.do("north-manager", "/claims", body | {"last_date": day.isoformat()})
    until = (bureau.today + timedelta(days=30)).isoformat()
    consent = {"enterprise_id": bureau.north, "recipient": "office", "purpose": "application", "detail": "document"}
    await bureau.do("north-manager", "/consents", consent | {"until": until})
    return {
        "site_id": site.id,
        "series_id": series.id,
        "gateway_id": "north-gateway",
        "claim_id": claim["id"],
        "day": day.isoformat(),
        "start_us": start,
        "end_us": now,
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_of_reads_has_a_word_for_whatever_is_read(ground: Ground, language: str) -> None:
    platform = ground[0]
    guards = [(str(one.path), guard_of(one.dependant, str(one.path))) for one in api_routes(platform.app)]
    acts = {one.partition(" ")[2] for one in ACTS} | LISTS_BY_POST
    shown = [one for path, one in guards if renamed(path) in DETAIL or path in LISTS | acts]
    wanted = {one.permission.value.replace(".", "_") for one in shown if isinstance(one, Requires)}
    words = (Path(__file__).parents[2] / f"console/src/city/investments/{language}.ts").read_text("utf-8")
    told = set(re.findall(r"^      (\w+): '", words[words.index("    actions: {") :], re.MULTILINE))
    assert wanted - told == set()
