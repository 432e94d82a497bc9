"""Claims with which enterprises apply: worth little where a call does not accept them, and what they were worth
elsewhere; added to what was submitted; decided at once by a call that has no form."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from tests.web.conftest import World, cookie

from millmark.programmes import Grade, InvalidRecord, Outcome, shipped_packs
from millmark.programmes.life import OFFICES, Actor, Party
from millmark.programmes.life.content import Content
from millmark.programmes.life.office import OfficeStep
from millmark.settings import Settings, load_settings
from millmark.web.access import Role

OFFICE = Actor("bureau", "officer", OFFICES)
MANAGER = Actor("manager", "manager", frozenset({Party.ENTERPRISE}))
PACK = "month-of-connection"
CONNECTED = "equipment_connection_rate"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A city whose own pack asks for a month of data wherever the shipped one is content with a day."""
    folder: Path = tmp_path_factory.mktemp("platform")
    shelf: Path = tmp_path_factory.mktemp("packs")
    pack = Path(shutil.copytree(shipped_packs() / "five-g-factory" / "2022", shelf / PACK / "2022"))
    for file in pack.glob("*.toml"):
        text = file.read_text("utf-8").replace("period_days_min = 1", "period_days_min = 28")
        file.write_text(text.replace('id = "five-g-factory"', f'id = "{PACK}"'), "utf-8")
    (folder / "millmark.toml").write_text(f'[region]\npolicy_packs = "{shelf}"\n', "utf-8")
    return load_settings(folder, demonstration=True)


def test_a_call_that_asks_for_a_month_gives_a_day_no_proof_and_takes_none_from_it(world: World) -> None:
    platform, north = world.platform, world.north
    day = datetime.now(ZoneInfo(north.site.time_zone)).date() - timedelta(days=1)
    for tenant in (world.north, world.south):
        platform.seals.seal_day(tenant.site.id, day)
        platform.witness.see_own(platform.seals.seals(tenant.site.id))
    claim = platform.claims.issue("equipment_connection_rate", north.site.path, day)
    foreign = platform.claims.issue("equipment_connection_rate", world.south.site.path, day)
    application_id = _started(world)

    _lay(world, application_id, foreign.id)
    with pytest.raises(InvalidRecord, match="another enterprise"):
        platform.life.applications.submit(application_id, MANAGER)
    assert platform.arrivals.of_claim(foreign.id) == [], "who applies with it takes nothing from its owner"

    _lay(world, application_id, claim.id)
    submitted = platform.life.applications.submit(application_id, MANAGER)
    (arrival,) = platform.arrivals.of_application(application_id)
    assert [(one.name, one.en) for one in arrival.failures] == [
        ("period", "it covers 1 day, at least 28 are asked for")
    ]
    assert submitted.advice is not None
    assert submitted.advice.verdict.outcome is not Outcome.MET
    assert platform.verified_claims.one(claim.id, application_id).worth is Grade.SELF_REPORTED
    # What one call asks for binds no other, and no public figure.
    assert platform.standings.limit(claim.id) is Grade.MACHINE_PROVEN
    assert platform.verified_claims.one(claim.id).verified
    assert [one.claim_id for one in platform.consents.consents(north.enterprise.id)] == [claim.id]

    judgeable = next(one["id"] for one in submitted.advice.conditions)
    step = OfficeStep("judge", reason="现场核查", judgements={judgeable: True})
    assert platform.life.office.act(application_id, step, OFFICE).advice is not None


@pytest.fixture(scope="module")
def claims(world: World) -> dict[str, list[str]]:
    """Three claims of the mill in the north and one of that in the south, of the same day."""
    day = datetime.now(ZoneInfo(world.north.site.time_zone)).date() - timedelta(days=1)
    found = {}
    for tenant, count in ((world.north, 3), (world.south, 1)):
        world.platform.seals.seal_day(tenant.site.id, day)
        world.platform.witness.see_own(world.platform.seals.seals(tenant.site.id))
        issued = [world.platform.claims.issue(CONNECTED, tenant.site.path, day).id for _ in range(count)]
        found[tenant.enterprise.slug] = issued
    return found


@pytest.fixture
def others(world: World) -> dict[str, str]:
    """People who have nothing to do with the mill in the north: of the south, and an officer of another county."""
    platform = world.platform
    if not any(one.name == "south-manager" for one in platform.accounts.accounts()):
        platform.accounts.add("south-manager", Role.MANAGER, world.south.enterprise.id)
        platform.accounts.add("neighbour", Role.OFFICER, area_code="421221")
    ids = {one.name: one.id for one in platform.accounts.accounts()}
    return {name: platform.sessions.open(ids[name], "127.0.0.1") for name in ("south-manager", "neighbour")}


Said = Callable[..., Awaitable[Any]]


@pytest.fixture
def said(client: httpx.AsyncClient) -> Said:
    async def send(token: str, status: int, method: str, path: str, body: Any = None) -> Any:
        answer = await client.request(method, f"/api{path}", json=body, headers=cookie(token))
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if status < 300 else answer.json()["error"]["message"]

    return send


async def test_a_claim_is_added_to_what_was_submitted_until_an_office_has_it_in_hand(
    world: World, claims: dict[str, list[str]], others: dict[str, str], said: Said
) -> None:
    manager, officer = world.tokens[Role.MANAGER], world.tokens[Role.OFFICER]
    first, second, third = claims["north-mill"]
    path = f"/applications/{_started(world, 'added-later')}"
    add = f"{path}/supplement"
    content = {"claim_ids": [first], "level": 1, "pledge": True}
    await said(manager, 200, "PUT", f"{path}/content", content)
    early = await said(manager, 409, "POST", add, {"claim_ids": [second]})
    assert "takes no step 'supplement'" in early
    submitted = await said(manager, 200, "POST", f"{path}/submit", {})

    for who, status in ((others["south-manager"], 404), (officer, 403), (world.tokens[Role.ENGINEER], 403)):
        await said(who, status, "POST", add, {"claim_ids": [second]})
    assert "not with the application yet" in await said(manager, 422, "POST", add, {"claim_ids": [first]})
    assert "another enterprise" in await said(manager, 422, "POST", add, {"claim_ids": claims["south-mill"]})
    await said(manager, 404, "POST", add, {"claim_ids": ["00000000-0000-4000-8000-000000000000"]})
    await said(manager, 422, "POST", add, {"claim_ids": []})
    stale = {"claim_ids": [second], "version": submitted["version"] + 1}
    assert "is at version" in await said(manager, 409, "POST", add, stale)

    done = await said(manager, 200, "POST", add, {"claim_ids": [second], "version": submitted["version"]})
    assert (done["state"], done["version"]) == ("submitted", submitted["version"] + 1)
    assert done["current"]["content"]["claim_ids"] == [first, second]
    assert (done["current"]["signed_by"], done["current"]["digest"] != submitted["current"]["digest"]) == (
        "the-manager",
        True,
    )
    seen = await said(officer, 200, "GET", path)
    assert (seen["steps"][-1]["action"], seen["steps"][-1]["detail"]["claim_ids"]) == ("supplement", [second])
    versions = (await said(officer, 200, "GET", f"{path}/versions"))["versions"]
    assert [one["version"] for one in versions] == [submitted["version"], done["version"]]
    [entry] = [one for one in world.platform.audit.entries(limit=20) if one.what == f"POST /api{add}"][:1]
    assert (entry.action, entry.outcome) == ("applications.supplement", 200)
    assert done["current"]["digest"] in entry.result

    await said(officer, 200, "POST", f"{path}/steps", {"action": "accept"})
    assert "takes no step 'supplement'" in await said(manager, 409, "POST", add, {"claim_ids": [third]})


async def test_a_call_without_a_form_decides_on_a_claim_at_once(
    world: World, claims: dict[str, list[str]], others: dict[str, str], said: Said
) -> None:
    manager, officer, north = world.tokens[Role.MANAGER], world.tokens[Role.OFFICER], world.north.enterprise.id
    first, second, _ = claims["north-mill"]
    call_id = world.platform.programmes.publish("connected-factory-demo").id
    path = f"/programmes/calls/{call_id}/applications"
    form = {"enterprise_id": north, "claim_id": first}
    made = await said(manager, 201, "POST", path, form)
    assert (made["claim_ids"], made["decision"]["outcome"], made["decision"]["grade"]) == (
        [first],
        "met",
        "machine_proven",
    )
    assert made["decision"]["reasons_zh"]

    async def shown(token: str) -> list[dict[str, Any]]:
        listed = (await said(token, 200, "GET", "/programmes"))["programmes"]
        [call] = [one for programme in listed for one in programme["calls"] if one["id"] == call_id]
        return list(call["applications"])

    assert [one["id"] for one in await shown(manager)] == [made["id"]]
    assert [one["decision"]["outcome"] for one in await shown(officer)] == ["met"]
    assert [await shown(others[who]) for who in ("south-manager", "neighbour")] == [[], []]
    [entry] = [one for one in world.platform.audit.entries(limit=20) if one.what == f"POST /api{path}"]
    assert (entry.actor, entry.action, entry.outcome) == ("the-manager", "programmes.apply", 201)
    assert f"application:{made['id']} " in entry.result
    # Sent twice it is one; with another claim it is the same application, decided on both.
    assert (await said(manager, 201, "POST", path, form))["id"] == made["id"]
    both = await said(manager, 201, "POST", path, form | {"claim_id": second})
    assert (both["id"], both["claim_ids"]) == (made["id"], [first, second])

    foreign = {"claim_id": claims["south-mill"][0]}
    assert "of another enterprise" in await said(manager, 422, "POST", path, form | foreign)
    await said(manager, 404, "POST", path, form | {"enterprise_id": world.south.enterprise.id})
    await said(manager, 404, "POST", path, form | {"claim_id": "00000000-0000-4000-8000-000000000000"})
    await said(manager, 404, "POST", "/programmes/calls/999999/applications", form)
    await said(officer, 403, "POST", path, form)
    await said(others["south-manager"], 404, "POST", path, form)
    # A call with a form is applied for by its form; one that is still a draft is nobody's to know of.
    with_form, draft = _call(world, "with-a-form"), _call(world, "still-a-draft", is_published=False)
    told = await said(manager, 409, "POST", f"/programmes/calls/{with_form}/applications", form)
    assert "has a form" in told
    told = await said(manager, 404, "POST", f"/programmes/calls/{draft}/applications", form)
    assert "still-a-draft" not in told
    await said(world.tokens[Role.ADMIN], 200, "POST", f"/calls/{call_id}/steps", {"action": "cancel", "reason": "演示"})
    assert "takes no applications" in await said(manager, 409, "POST", path, form)


def _started(world: World, slug: str = "a-month") -> int:
    call_id = _call(world, slug)
    return world.platform.life.applications.start(call_id, world.north.enterprise.id, MANAGER).id


def _call(world: World, slug: str, *, is_published: bool = True) -> int:
    life = world.platform.life
    form = {
        "opens_on": life.calls.today(),
        "closes_on": life.calls.today() + timedelta(days=30),
        "offices": [],
        "reviewers_min": 0,
        "publicity_days": 0,
        "documents": [],
    }
    call = life.calls.draft(PACK, "2022", OFFICE, slug=slug, changes=form)
    if is_published:
        life.calls.publish(call.id, OFFICE)
    return call.id


def _lay(world: World, application_id: int, claim_id: str) -> None:
    content = Content(claim_ids=(claim_id,), level=1, pledge=True)
    world.platform.life.applications.save(application_id, MANAGER, content)
