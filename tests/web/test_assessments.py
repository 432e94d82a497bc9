"""Assessments over the API: an enterprise's own, an expert's beside it, and who may see which."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from tests.web.conftest import World, cookie

from millmark.web.access import Role

PACK = {"pack": "sme-digital-level", "edition": "2024"}


def of(world: World, role: Role) -> dict[str, str]:
    return cookie(world.tokens[role])


async def started(client: httpx.AsyncClient, world: World, role: Role = Role.MANAGER, **more: Any) -> dict[str, Any]:
    body = {**PACK, "enterprise_id": world.north.enterprise.id, **more}
    answer = await client.post("/api/assessments", json=body, headers=of(world, role))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def saved(
    client: httpx.AsyncClient, world: World, one: dict[str, Any], answers: dict[str, Any]
) -> httpx.Response:
    body = {"answers": answers, "version": one["version"]}
    return await client.put(f"/api/assessments/{one['id']}/answers", json=body, headers=of(world, Role.MANAGER))


async def test_a_questionnaire_shows_every_number_with_how_sure_the_pack_is_of_it(
    client: httpx.AsyncClient, world: World
) -> None:
    answer = await client.get("/api/packs/sme-digital-level/2024", headers=of(world, Role.MANAGER))
    assert answer.status_code == 200, answer.text
    pack = answer.json()
    assert (pack["questions"][0]["id"], pack["questions"][0]["points"]) == ("foundation", "50")
    network = pack["questions"][0]["children"][0]["children"][0]
    assert (network["id"], network["points"], network["label"]["official"]) == ("network", "8", True)
    gate = pack["levels"][2]["gates"][0]
    assert (gate["at_least"], gate["constrained_at_least"], gate["label"]["official"]) == (8, 5, False)
    assert len(pack["scenarios"]) == 16
    packs = (await client.get("/api/packs", headers=of(world, Role.MANAGER))).json()
    assert packs["broken"] == []
    assert "sme-digital-level" in {one["id"] for one in packs["packs"]}


async def test_an_assessment_is_saved_resumed_submitted_and_then_changes_no_more(
    client: httpx.AsyncClient, world: World
) -> None:
    one = await started(client, world)
    assert (one["state"], one["version"], one["answers"]["items"]) == ("draft", 1, {})
    answers = {"items": {"network": {"options": ["five-g"]}}, "scenarios": {"product-design": 2}}
    kept = (await saved(client, world, one, answers)).json()
    assert kept["version"] == 2
    again = await client.get(f"/api/assessments/{one['id']}", headers=of(world, Role.MANAGER))
    assert again.json()["answers"]["items"] == {"network": {"options": ["five-g"]}}
    # Somebody who read version 1 does not save over version 2.
    stale = await saved(client, world, one, {})
    assert stale.status_code == 409, stale.text
    result = await client.post(
        f"/api/assessments/{one['id']}/submit", json={"version": 2}, headers=of(world, Role.MANAGER)
    )
    assert (result.json()["score"], result.json()["level"]) == ("2", 0)
    closed = await saved(client, world, {**kept, "version": 3}, {})
    assert closed.status_code == 409
    detail = (await client.get(f"/api/assessments/{one['id']}", headers=of(world, Role.MANAGER))).json()
    assert [step["action"] for step in detail["steps"]] == ["start", "save", "submit"]
    versions = await client.get(f"/api/assessments/{one['id']}/versions", headers=of(world, Role.MANAGER))
    assert [version["answered"] for version in versions.json()["versions"]] == [0, 2, 2]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"items": {"network": {"option": "five-g"}}}, "items.network"),
        ({"items": {"network": {"options": ["none", "five-g"]}}}, "excludes every other"),
        ({"items": {"equipment-connection": {"numerator": "9", "denominator": "5"}}}, "none of the bands"),
        ({"items": {"equipment-connection": {"numerator": "1e999999", "denominator": "5"}}}, "numerator"),
        ({"items": {"no-such-item": {"option": "a"}}}, "no such item"),
        ({"scenarios": {"product-design": 5}}, "above the highest"),
        ({"requirements": {"a": "b"}}, "no such requirement"),
    ],
)
async def test_an_answer_that_does_not_fit_is_refused_with_its_place(
    client: httpx.AsyncClient, world: World, answers: dict[str, Any], told: str
) -> None:
    one = await started(client, world)
    answer = await saved(client, world, one, answers)
    assert answer.status_code == 422
    assert told in answer.json()["error"]["message"]


async def test_a_draft_tells_its_result_its_gaps_and_the_way_up(client: httpx.AsyncClient, world: World) -> None:
    one = await started(client, world)
    scenarios = dict.fromkeys(("product-design", "marketing", "production-control", "quality-management"), 1)
    answers = {"items": {"system-coverage": {"option": "all"}}, "scenarios": scenarios}
    await saved(client, world, one, answers)
    result = (await client.get(f"/api/assessments/{one['id']}/result", headers=of(world, Role.MANAGER))).json()
    assert (result["score"], result["level"]) == ("10", 0)
    first = result["checks"][0]
    assert (first["holds"], first["score_holds"], first["gates"][0]["count"]) == (False, False, 4)
    assert "10" in first["reason_en"]
    assert result["gaps"][0]["of"] == "10"
    lift = (await client.post(f"/api/assessments/{one['id']}/lift", json={}, headers=of(world, Role.MANAGER))).json()
    assert (lift["level_to"], lift["basis"], lift["points_missing"]) == (1, "steps", "10")
    assert sum(change["kind"] == "scenario" for change in lift["changes"]) == 2
    priced = {"estimates": [{"id": "planning", "to": "visits", "fen": 100}]}
    again = await client.post(f"/api/assessments/{one['id']}/lift", json=priced, headers=of(world, Role.MANAGER))
    # One price is not enough to reach the level, so plain steps are told instead, and said to be steps.
    assert again.json()["basis"] == "steps"


async def test_facts_fill_in_what_follows_from_them(client: httpx.AsyncClient, world: World) -> None:
    url = f"/api/enterprises/{world.north.enterprise.id}/facts"
    facts = [
        {"fact": "production_machines", "value": "10", "as_of": "2026-01-31"},
        {"fact": "connected_machines", "value": 5, "as_of": "2026-01-31"},
        {"fact": "connected_machines", "value": 8, "as_of": "2026-02-28"},
    ]
    told = await client.post(url, json={"facts": facts}, headers=of(world, Role.MANAGER))
    assert told.status_code == 201, told.text
    holds = {one["fact"]: one for one in (await client.get(url, headers=of(world, Role.MANAGER))).json()["facts"]}
    assert (holds["connected_machines"]["value"], holds["connected_machines"]["grade"]) == ("8", "self_reported")
    wrong = [{"fact": "connected_machines", "value": "-1", "as_of": "2026-02-28"}]
    assert (await client.post(url, json={"facts": wrong}, headers=of(world, Role.MANAGER))).status_code == 422
    one = await started(client, world)
    filled = await client.post(f"/api/assessments/{one['id']}/prefill", json={}, headers=of(world, Role.MANAGER))
    assert filled.status_code == 200, filled.text
    assert filled.json()["answers"]["items"]["equipment-connection"] == {"numerator": "8", "denominator": "10"}
    assert filled.json()["sources"]["equipment-connection"]["grade"] == "self_reported"


async def test_an_expert_stands_beside_the_enterprise_and_differences_are_flagged(
    client: httpx.AsyncClient, world: World
) -> None:
    own = await started(client, world)
    await saved(client, world, own, {"items": {"equipment-connection": {"numerator": "8", "denominator": "10"}}})
    seen = await started(client, world, Role.OFFICER, kind="expert")
    body = {"answers": {"items": {"equipment-connection": {"numerator": "41", "denominator": "100"}}}}
    kept = await client.put(f"/api/assessments/{seen['id']}/answers", json=body, headers=of(world, Role.OFFICER))
    assert kept.status_code == 200, kept.text
    # A draft is read by the side that fills it in, and by nobody else.
    hidden = await client.get(f"/api/assessments/{seen['id']}", headers=of(world, Role.MANAGER))
    private = await client.get(f"/api/assessments/{own['id']}", headers=of(world, Role.OFFICER))
    assert (hidden.status_code, private.status_code) == (404, 404)
    listed = (await client.get("/api/assessments", headers=of(world, Role.MANAGER))).json()["assessments"]
    assert seen["id"] not in {one["id"] for one in listed}
    await client.post(f"/api/assessments/{seen['id']}/submit", json={}, headers=of(world, Role.OFFICER))
    grades = (await client.get(f"/api/assessments/{own['id']}/grades", headers=of(world, Role.MANAGER))).json()
    row = next(one for one in grades["rows"] if one["id"] == "equipment-connection")
    assert [(entry["voice"], entry["grade"]) for entry in row["entries"]] == [
        ("self", "self_reported"),
        ("expert", "document_backed"),
    ]
    assert row["differs"]
    assert "80% (8/10)" in row["differences"][0]["text_en"]
    assert "41% (41/100)" in row["differences"][0]["text_en"]
    # An enterprise takes no step on an expert's finding, nor does an office start one in the enterprise's name.
    reason = {"reason": "we disagree"}
    mine = await client.post(f"/api/assessments/{seen['id']}/withdraw", json=reason, headers=of(world, Role.MANAGER))
    body = {**PACK, "enterprise_id": world.north.enterprise.id, "kind": "self"}
    theirs = await client.post("/api/assessments", json=body, headers=of(world, Role.OFFICER))
    assert (mine.status_code, theirs.status_code) == (403, 403)


async def test_one_enterprise_never_sees_anothers_assessment_or_facts(client: httpx.AsyncClient, world: World) -> None:
    actor = world.platform.services
    from millmark.programmes.assessment.kept import AssessedKind
    from millmark.programmes.life import Actor, Party

    south = actor.assessments.start(
        world.south.enterprise.id,
        "sme-digital-level",
        "2024",
        AssessedKind.SELF,
        Actor("somebody", "manager", frozenset({Party.ENTERPRISE})),
    )
    manager = of(world, Role.MANAGER)
    for path in (
        f"/api/assessments/{south.id}",
        f"/api/assessments/{south.id}/result",
        f"/api/assessments/{south.id}/grades",
        f"/api/assessments/{south.id}/versions",
        f"/api/assessments?enterprise_id={world.south.enterprise.id}",
        f"/api/enterprises/{world.south.enterprise.id}/facts",
    ):
        answer = await client.get(path, headers=manager)
        assert answer.status_code == 404, path
        assert "nothing here by this name" in answer.json()["error"]["message"]
    for path, body in (
        (f"/api/assessments/{south.id}/submit", {}),
        (f"/api/assessments/{south.id}/prefill", {}),
        (f"/api/assessments/{south.id}/withdraw", {"reason": "not mine"}),
        ("/api/assessments", {**PACK, "enterprise_id": world.south.enterprise.id}),
    ):
        answer = await client.post(path, json=body, headers=manager)
        assert answer.status_code == 404, path
    listed = (await client.get("/api/assessments", headers=manager)).json()["assessments"]
    assert south.id not in {one["id"] for one in listed}
    # What was tried is in the audit log.
    log = (await client.get("/api/audit", headers=of(world, Role.AUDITOR))).json()
    assert any("assessments" in str(entry) and "404" in str(entry) for entry in log["entries"])


async def test_a_reviewer_sees_no_enterprise_that_is_not_assigned(client: httpx.AsyncClient, world: World) -> None:
    one = await started(client, world)
    answer = await client.get(f"/api/assessments/{one['id']}", headers=of(world, Role.REVIEWER))
    assert answer.status_code == 404
    listed = await client.get("/api/assessments", headers=of(world, Role.REVIEWER))
    assert listed.json()["assessments"] == []
    told = await client.post(
        f"/api/enterprises/{world.north.enterprise.id}/facts", json={}, headers=of(world, Role.REVIEWER)
    )
    assert told.status_code == 403


async def test_a_claim_of_the_machines_answers_and_contradicts(client: httpx.AsyncClient, world: World) -> None:
    """From points through a sealed day and a signed claim to an answer that nobody typed in."""
    admin, manager = of(world, Role.ADMIN), of(world, Role.MANAGER)
    yesterday = datetime.now(ZoneInfo(world.north.site.time_zone)).date() - timedelta(days=1)
    sealing = {"date": yesterday.isoformat()}
    sealed = await client.post(f"/api/sites/{world.north.site.id}/seals", json=sealing, headers=admin)
    assert sealed.status_code == 201, sealed.text
    claim = {
        "measure": "equipment_connection_rate",
        "subject": "north-mill/works",
        "first_date": yesterday.isoformat(),
        "last_date": yesterday.isoformat(),
    }
    issued = await client.post("/api/claims", json=claim, headers=manager)
    assert issued.status_code == 201, issued.text
    one = await started(client, world)
    await saved(client, world, one, {"items": {"equipment-connection": {"numerator": "1", "denominator": "2"}}})
    grades = (await client.get(f"/api/assessments/{one['id']}/grades", headers=manager)).json()
    row = next(row for row in grades["rows"] if row["id"] == "equipment-connection")
    machine = next(entry for entry in row["entries"] if entry["voice"] == "machine")
    assert (machine["grade"], machine["claim_id"]) == ("machine_proven", issued.json()["id"])
    # The factory of the test is fictional, and whatever rests on it says so.
    assert machine["demonstration"]
    told = [one["text_en"] for one in row["differences"] if (one["first"], one["second"]) == ("self", "machine")]
    assert told == ["Equipment connection rate: the enterprise says 50% (1/2); the machines say 100% (1/1)."]
    filled = await client.post(f"/api/assessments/{one['id']}/prefill", json={"replace": True}, headers=manager)
    assert filled.json()["answers"]["items"]["equipment-connection"] == {"numerator": "1", "denominator": "1"}
    source = filled.json()["sources"]["equipment-connection"]
    assert (source["grade"], source["refs"]) == ("machine_proven", [issued.json()["id"]])
    # An office sees what the claim says once the enterprise consents, not before.
    await client.post(f"/api/assessments/{one['id']}/submit", json={}, headers=manager)
    seen = await client.get(f"/api/assessments/{one['id']}/grades", headers=of(world, Role.OFFICER))
    assert "machine" not in {entry["voice"] for row in seen.json()["rows"] for entry in row["entries"]}
