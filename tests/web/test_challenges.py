"""Claims checked, challenged, drawn and consented to, over the API, as the people of a programme do it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from tests.web.conftest import World, cookie
from tests.web.onlooker import Onlooker

from millmark.evidence import NodeKey
from millmark.evidence.nodes import write_enrolment
from millmark.programmes.proof import Ticket, holds
from millmark.web.access import Role

Speaker = Callable[[str], httpx.AsyncClient]


@pytest.fixture
async def speak(world: World) -> AsyncIterator[Speaker]:
    """The API as somebody of a role uses it, or the manager of the enterprise in the south."""
    opened: list[httpx.AsyncClient] = []
    platform = world.platform
    if not any(one.name == "south-manager" for one in platform.accounts.accounts()):
        platform.accounts.add("south-manager", Role.MANAGER, world.south.enterprise.id)
        account = next(one for one in platform.accounts.accounts() if one.name == "south-manager")
        world.tokens["south-manager"] = platform.sessions.open(account.id, "127.0.0.1")

    def as_role(role: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(Onlooker(world.platform), raise_app_exceptions=False)
        opened.append(
            httpx.AsyncClient(transport=transport, base_url="http://millmark.test", headers=cookie(world.tokens[role]))
        )
        return opened[-1]

    yield as_role
    for client in opened:
        await client.aclose()


@pytest.fixture(scope="module")
def yesterday(world: World) -> date:
    return datetime.now(ZoneInfo(world.north.site.time_zone)).date() - timedelta(days=1)


@pytest.fixture(scope="module")
def claims(world: World, yesterday: date) -> dict[str, str]:
    """A claim of each tenant, by the tenant's slug."""
    found = {}
    for tenant in (world.north, world.south):
        world.platform.seals.seal_day(tenant.site.id, yesterday)
        world.platform.witness.see_own(world.platform.seals.seals(tenant.site.id))
        claim = world.platform.claims.issue("equipment_connection_rate", tenant.site.path, yesterday)
        found[tenant.enterprise.slug] = claim.id
    return found


def consent(world: World, **more: Any) -> dict[str, Any]:
    until = (datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=30)).isoformat()
    form = {"enterprise_id": world.north.enterprise.id, "recipient": "office", "purpose": "application"}
    return form | {"detail": "document", "until": until} | more


async def test_without_consent_an_officer_sees_nothing_and_a_withdrawn_one_hides_again(
    speak: Speaker, world: World, claims: dict[str, str]
) -> None:
    officer, manager, claim = speak(Role.OFFICER), speak(Role.MANAGER), claims["north-mill"]
    assert (await officer.get("/api/claims")).json()["claims"] == []
    refused = await officer.get(f"/api/claims/{claim}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "no_consent")

    given = await manager.post("/api/consents", json=consent(world))
    assert given.status_code == 201, given.text
    assert given.json()["state"] == "in_force"
    assert [one["id"] for one in (await officer.get("/api/claims")).json()["claims"]] == [claim]
    assert (await officer.get(f"/api/claims/{claim}/document")).status_code == 200
    rows = await speak(Role.AUDITOR).get(f"/api/claims/{claim}/rows")
    assert rows.status_code == 403, "a consent to the document is none to the rows"

    taken_back = await manager.post(f"/api/consents/{given.json()['id']}/withdraw", json={"reason": "over"})
    assert taken_back.json()["state"] == "withdrawn"
    assert (await officer.get(f"/api/claims/{claim}")).status_code == 403
    again = await manager.post(f"/api/consents/{given.json()['id']}/withdraw", json={})
    assert again.status_code == 409
    listed = (await manager.get("/api/consents")).json()["consents"]
    assert [(one["state"], one["withdrawal_reason"]) for one in listed] == [("withdrawn", "over")]
    assert (await manager.get("/api/claims")).json()["claims"], "the enterprise itself sees its own"


async def test_a_consent_must_make_sense_and_be_ones_own(speak: Speaker, world: World, claims: dict[str, str]) -> None:
    manager = speak(Role.MANAGER)
    over = await manager.post("/api/consents", json=consent(world, until="2020-01-01"))
    assert over.status_code == 422
    everything = await manager.post("/api/consents", json=consent(world, recipient="public", detail="rows"))
    assert everything.status_code == 422
    others = await manager.post("/api/consents", json=consent(world, enterprise_id=world.south.enterprise.id))
    assert others.status_code == 404
    others_claim = await manager.post("/api/consents", json=consent(world, claim_id=claims["south-mill"]))
    assert others_claim.status_code == 404
    assert (await speak(Role.OFFICER).post("/api/consents", json=consent(world))).status_code == 403


async def test_public_figures_count_a_claim_by_consent_alone(
    speak: Speaker, world: World, claims: dict[str, str], yesterday: date
) -> None:
    def counted() -> list[str]:
        found = world.platform.verified_claims.latest("equipment_connection_rate", yesterday)
        return [one.id for one in found]

    assert counted() == []
    form = consent(world, recipient="public", purpose="statistics", detail="value")
    given = await speak(Role.MANAGER).post("/api/consents", json=form)
    assert counted() == [claims["north-mill"]]
    await speak(Role.MANAGER).post(f"/api/consents/{given.json()['id']}/withdraw", json={})
    assert counted() == []


async def test_an_officer_challenges_a_claim_and_the_node_answers_by_itself(
    speak: Speaker, world: World, claims: dict[str, str]
) -> None:
    officer, manager, claim = speak(Role.OFFICER), speak(Role.MANAGER), claims["north-mill"]
    form = {"claim_id": claim, "reason": "looks too good"}
    assert (await officer.post("/api/challenges", json=form)).status_code == 403, "it was not shown to the office"
    await manager.post("/api/consents", json=consent(world))
    opened = await officer.post("/api/challenges", json=form)
    assert opened.status_code == 201, opened.text
    shown = opened.json()
    assert shown["node_answers"]
    assert shown["challenge"]["state"] == "upheld"
    assert [step["action"] for step in shown["steps"]] == ["challenge", "uphold"]
    assert [step["actor"][:5] for step in shown["steps"]] == ["the-o", "node:"]
    assert shown["answers"][0]["recomputed_value"] == 1.0
    assert (await manager.get(f"/api/challenges/{shown['challenge']['id']}")).status_code == 200
    standing = (await manager.get(f"/api/claims/{claim}/standing")).json()
    assert (standing["limit"], standing["challenges"]) == ("machine_proven", [shown["challenge"]["id"]])
    assert (await manager.post("/api/challenges", json=form)).status_code == 403


async def test_a_tenant_sees_no_challenge_of_another(speak: Speaker, world: World, claims: dict[str, str]) -> None:
    opened = await speak(Role.ADMIN).post("/api/challenges", json={"claim_id": claims["south-mill"], "reason": "x"})
    number = opened.json()["challenge"]["id"]
    manager = speak(Role.MANAGER)
    assert (await manager.get(f"/api/challenges/{number}")).status_code == 404
    assert number not in [one["id"] for one in (await manager.get("/api/challenges")).json()["challenges"]]
    assert (await manager.post(f"/api/challenges/answers?challenge_id={number}", content=b"x")).status_code == 404


async def test_an_audit_is_bound_before_the_claims_come_and_anybody_can_draw_again(
    speak: Speaker, world: World, claims: dict[str, str], yesterday: date
) -> None:
    officer = speak(Role.OFFICER)
    today = (yesterday + timedelta(days=1)).isoformat()
    announced = await officer.post(
        "/api/audits", json={"name": "Audit of the month", "share_permille": 400, "draw_on": today}
    )
    assert announced.status_code == 201, announced.text
    audit = announced.json()
    assert (audit["seed"], audit["pool"]) == (None, [])
    later = {
        world.platform.claims.issue("equipment_connection_rate", world.north.site.path, yesterday).id for _ in range(3)
    }
    drawn = (await officer.post(f"/api/audits/{audit['id']}/draw")).json()
    assert {one["claim_id"] for one in drawn["pool"]} == later, "claims from before the announcement take no part"
    assert sum(one["drawn"] for one in drawn["pool"]) == len(drawn["challenges"]) == 2
    tickets = [Ticket(**one) for one in drawn["pool"]]
    assert holds(audit["commitment"], drawn["seed"], tickets, 400)
    await _everybody_checks_it(speak, audit["id"], drawn)
    assert not holds(audit["commitment"], drawn["seed"] + "x", tickets, 400)
    spared = [replace(one, drawn=False) for one in tickets]
    assert not holds(audit["commitment"], drawn["seed"], spared, 400)
    assert (await officer.post(f"/api/audits/{audit['id']}/draw")).status_code == 409
    assert (await speak(Role.MANAGER).post("/api/audits", json={"name": "mine", "draw_on": today})).status_code == 403
    early = await officer.post(
        "/api/audits", json={"name": "Next year", "draw_on": (yesterday + timedelta(days=300)).isoformat()}
    )
    assert (await officer.post(f"/api/audits/{early.json()['id']}/draw")).status_code == 409


async def _everybody_checks_it(speak: Speaker, number: int, drawn: dict[str, Any]) -> None:
    """The claims' owner and the auditor read what the office read; whose claims they are not reads digests alone."""
    for role in (Role.AUDITOR, Role.MANAGER, Role.REVIEWER):
        seen = (await speak(role).get(f"/api/audits/{number}")).json()
        assert (seen["seed"], seen["drawn_by"], seen["pool"]) == (drawn["seed"], "the-officer", drawn["pool"]), role
    listed = (await speak(Role.AUDITOR).get("/api/audits")).json()["audits"]
    assert drawn["seed"] in {one["seed"] for one in listed}
    other = (await speak("south-manager").get(f"/api/audits/{number}")).json()
    assert [one["ticket"] for one in other["pool"]] == [one["ticket"] for one in drawn["pool"]]
    assert ({one["claim_id"] for one in other["pool"]}, other["challenges"]) == ({""}, [])
    assert (await speak(Role.AUDITOR).get("/api/audits/999999")).status_code == 404
    for role in (Role.ENGINEER, Role.SUPPLIER, Role.DEPARTMENT):
        assert (await speak(role).get(f"/api/audits/{number}")).status_code == 403


async def test_a_key_is_asked_for_by_the_enterprise_and_confirmed_by_the_office(speak: Speaker, world: World) -> None:
    key = NodeKey.generate()
    letter = write_enrolment("north-mill", key, world.platform.now_us())
    officer, manager = speak(Role.OFFICER), speak(Role.MANAGER)
    asked = await manager.post("/api/nodes", json={"letter": letter})
    assert (asked.status_code, asked.json()["state"], asked.json()["in_force"]) == (201, "requested", False)
    assert (await manager.post(f"/api/nodes/{key.id}/confirm", json={"reason": "me"})).status_code == 403
    confirmed = await officer.post(f"/api/nodes/{key.id}/confirm", json={"reason": "compared by telephone"})
    assert confirmed.json()["in_force"]
    assert (await officer.post("/api/nodes", json={"letter": letter})).status_code == 409
    revoked = await manager.post(f"/api/nodes/{key.id}/revoke", json={"reason": "the disk was stolen"})
    assert not revoked.json()["in_force"]
    assert [one["action"] for one in revoked.json()["events"]] == ["requested", "enrolled", "revoked"]
    others = write_enrolment("south-mill", NodeKey.generate(), world.platform.now_us())
    assert (await manager.post("/api/nodes", json={"letter": others})).status_code == 404
    assert (await officer.post("/api/nodes", json={"letter": "no.letter.at-all"})).status_code == 422


async def test_what_an_office_enrols_is_what_a_node_writes(speak: Speaker, world: World, yesterday: date) -> None:
    mine = f"enterprise_id={world.north.enterprise.id}"
    letter = (await speak(Role.MANAGER).get(f"/api/nodes/own/letter?{mine}")).json()
    assert letter["letter"].count(".") == 2
    seals = (await speak(Role.MANAGER).get(f"/api/nodes/own/seals?{mine}&first={yesterday}")).json()
    assert seals["key_id"] == world.platform.key.id
    assert not seals["more"]
    other = f"enterprise_id={world.south.enterprise.id}"
    assert (await speak(Role.MANAGER).get(f"/api/nodes/own/letter?{other}")).status_code == 404


async def test_the_witness_shows_how_far_it_saw(speak: Speaker, world: World, claims: dict[str, str]) -> None:
    state = (await speak(Role.MANAGER).get("/api/witness")).json()
    assert [one["site"] for one in state["chains"]] == ["north-mill/works"]
    assert state["alarms"] == []
    assert len((await speak(Role.OFFICER).get("/api/witness")).json()["chains"]) == 2
