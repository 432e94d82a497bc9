"""A factory's own node tells a city's platform of its seals and claims and answers its challenges, over real HTTP."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock
from zoneinfo import ZoneInfo

import httpx
import pytest
from tests.web.conftest import HOUR_US, World, cookie

from millmark.evidence import Claim, ClaimBook, NodeKey, SealBook
from millmark.evidence.nodes import RegionLink, RegionUnreachable, write_enrolment, write_request, write_succession
from millmark.programmes.life import Actor, Party
from millmark.registry import Database, Registry
from millmark.web.access import Role
from millmark.web.server import WebServer, bind

OFFICER = Actor("officer", "officer", frozenset({Party.CITY}))
Answer = TypeVar("Answer")


@dataclass
class Factory:
    """South mill's own node: its own key and books; it shares the region's history, for one process serves one."""

    key: NodeKey
    seals: SealBook
    claims: ClaimBook
    site_id: int
    day: date

    def claim(self, world: World) -> Claim:
        return self.claims.issue("equipment_connection_rate", world.south.site.path, self.day)


@pytest.fixture
def factory(world: World, migrated_sqlite: Path, tmp_path: Path) -> Factory:
    file = tmp_path / "factory.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    database = Database(f"sqlite:///{file}")
    platform, key = world.platform, NodeKey.generate()
    registry = Registry(database)
    for tenant in (world.north, world.south):
        who = tenant.enterprise
        added = registry.add_enterprise(
            slug=who.slug, name_zh=who.name_zh, name_en=who.name_en, area_code="421202", is_demonstration=True
        )
        registry.add_site(added.id, slug="works", name_zh="厂区", name_en="Works", area_code="421202")
    seals = SealBook(database, platform.history, platform.registry, key, now_us=platform.now_us)
    claims = ClaimBook(
        database, platform.history, platform.registry, seals, key, platform.units, now_us=platform.now_us
    )
    day = datetime.now(ZoneInfo(world.south.site.time_zone)).date() - timedelta(days=1)
    seals.seal_day(world.south.site.id, day)
    return Factory(key, seals, claims, world.south.site.id, day)


@pytest.fixture
async def region(world: World) -> AsyncIterator[str]:
    server = WebServer(world.platform.app, bind("127.0.0.1", 0))
    await server.start()
    yield server.url
    await server.stop()


def link(world: World, region: str, key: NodeKey, *, off_us: int = 0) -> RegionLink:
    return RegionLink(region, key, now_us=lambda: world.platform.now_us() + off_us)


async def apart(call: Callable[..., Answer], *given: object) -> Answer:
    return await asyncio.to_thread(call, *given)


async def test_a_node_is_heard_once_its_key_is_enrolled_and_answers_its_challenges(
    world: World, factory: Factory, region: str
) -> None:
    platform, node = world.platform, link(world, region, factory.key)
    chain = factory.seals.seals(factory.site_id)
    with pytest.raises(RegionUnreachable, match="401"):
        await apart(node.tell, chain)
    platform.nodes.enrol(write_enrolment("south-mill", factory.key, platform.now_us()), actor="officer")
    assert await apart(node.tell, chain) == 0
    claim = factory.claim(world)
    arrival = await apart(node.bring, claim.document)
    assert arrival["grade"] == "machine_proven", arrival
    assert {check["name"] for check in arrival["checks"] if not check["ok"]} <= {"chosen_days"}
    assert platform.claims.claim(claim.id).enterprise_id == world.south.enterprise.id

    challenge = platform.challenges.open(claim.id, OFFICER, reason="by chance")
    assert challenge.state == "open", "its rows are not here"
    waiting = await apart(node.waiting)
    assert [(one.id, one.claim_id) for one in waiting] == [(challenge.id, claim.id)]
    assert await apart(node.reveal, challenge.id, factory.claims.rows(claim.id)) == "upheld"
    assert await apart(node.waiting) == []
    steps = platform.challenges.steps(challenge.id)
    assert [(step.action, step.role) for step in steps] == [("challenge", "officer"), ("uphold", "node")]
    with pytest.raises(RegionUnreachable, match="409"):
        await apart(node.reveal, challenge.id, factory.claims.rows(claim.id))


async def test_who_answered_too_late_is_given_another_deadline_and_a_question_is_taken_back(
    world: World, factory: Factory, region: str, client: httpx.AsyncClient
) -> None:
    platform, node = world.platform, link(world, region, factory.key)
    platform.nodes.enrol(write_enrolment("south-mill", factory.key, platform.now_us()), actor="officer")
    await apart(node.tell, factory.seals.seals(factory.site_id))
    claim = factory.claim(world)
    await apart(node.bring, claim.document)
    officer, manager, auditor = (cookie(world.tokens[role]) for role in (Role.ADMIN, Role.MANAGER, Role.AUDITOR))

    async def said(headers: dict[str, str], path: str, status: int, **form: object) -> Any:
        answer = await client.post(f"/api/challenges{path}", json=form, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    opened = await said(officer, "", 201, claim_id=claim.id, reason="随机", answer_days=1)
    assert (opened["challenge"]["state"], opened["node_answers"]) == ("open", False)
    path = f"/{opened['challenge']['id']}"
    early = await said(officer, f"{path}/reopen", 409, reason="再给时间")
    assert "reopen" in early["error"]["message"]

    # The days go by without a word; then the office reopens, and the factory's node finds it and answers.
    past = platform.now_us() + 2 * 24 * HOUR_US
    with mock.patch.object(platform.challenges, "_now_us", return_value=past):
        lapsed = (await client.get(f"/api/challenges{path}", headers=officer)).json()
        assert lapsed["challenge"]["state"] == "not_answered"
        assert (await client.get(f"/api/claims/{claim.id}/standing", headers=officer)).json()["limit"] != (
            "machine_proven"
        )
    await said(officer, f"{path}/reopen", 422, reason="")
    await said(officer, f"{path}/reopen", 422, reason="停电", answer_days=0)
    await said(manager, f"{path}/reopen", 403, reason="停电")
    await said(auditor, f"{path}/reopen", 403, reason="停电")
    platform.accounts.add("elsewhere", Role.OFFICER, area_code="421221")
    account = next(one for one in platform.accounts.accounts() if one.name == "elsewhere")
    elsewhere = cookie(platform.sessions.open(account.id, "127.0.0.1"))
    await said(elsewhere, f"{path}/reopen", 404, reason="停电")
    await said(elsewhere, f"{path}/withdraw", 404, reason="停电")
    stale = await said(officer, f"{path}/reopen", 409, reason="停电", version=lapsed["challenge"]["version"] + 7)
    assert "is at version" in stale["error"]["message"]
    await said(officer, "/999999/reopen", 404, reason="停电")
    reopened = await said(officer, f"{path}/reopen", 200, reason="企业停电三天", answer_days=3)
    assert reopened["challenge"]["state"] == "open"
    assert await apart(node.reveal, opened["challenge"]["id"], factory.claims.rows(claim.id)) == "upheld"
    shown = (await client.get(f"/api/challenges{path}", headers=officer)).json()
    steps = [(step["action"], step["actor"][:5], step["reason"]) for step in shown["steps"]]
    assert [(action, actor) for action, actor, _ in steps] == [
        ("challenge", "the-a"),
        ("lapse", "deadl"),
        ("reopen", "the-a"),
        ("uphold", "node:"),
    ]
    assert steps[2][2] == "企业停电三天"

    # What is answered is not taken back; a question that nobody needs any more is.
    await said(officer, f"{path}/withdraw", 409, reason="不需要")
    second = await said(officer, "", 201, claim_id=claim.id, reason="重复提出")
    path = f"/{second['challenge']['id']}"
    twice = await said(officer, "", 409, claim_id=claim.id, reason="又一次")
    assert "challenged already" in twice["error"]["message"]
    await said(officer, f"{path}/withdraw", 422, reason="")
    await said(manager, f"{path}/withdraw", 403, reason="不需要")
    withdrawn = await said(officer, f"{path}/withdraw", 200, reason="重复了", version=1)
    assert (withdrawn["challenge"]["state"], withdrawn["challenge"]["deadline"]) == ("withdrawn", None)
    assert await apart(node.waiting) == []
    log = (await client.get("/api/audit?limit=50", headers=auditor)).json()["entries"]
    assert [one["result"] for one in log if one["outcome"] == 200 and "/api/challenges/" in one["what"]] == [
        f"challenge:{second['challenge']['id']} withdrawn",
        f"challenge:{opened['challenge']['id']} open",
    ]


async def test_the_platforms_own_node_answers_again_when_its_challenge_is_reopened(
    world: World, factory: Factory, client: httpx.AsyncClient
) -> None:
    """It could not show its rows the first time: its history was away."""
    platform = world.platform
    platform.seals.seal_day(world.north.site.id, factory.day)
    claim = platform.claims.issue("equipment_connection_rate", world.north.site.path, factory.day)
    with mock.patch.object(platform.claims, "reveal", lambda number: platform.claims.examine(number, None)):
        challenge = platform.challenges.open(claim.id, OFFICER, reason="by chance")
    assert challenge.state == "partly_revealed"
    path = f"/api/challenges/{challenge.id}/reopen"
    answer = await client.post(path, json={"reason": "已恢复"}, headers=cookie(world.tokens[Role.ADMIN]))
    assert (answer.status_code, answer.json()["challenge"]["state"]) == (200, "upheld"), answer.text
    assert [step["action"] for step in answer.json()["steps"]] == ["challenge", "reveal_partly", "reopen", "uphold"]


async def test_a_request_that_is_not_the_nodes_own_is_refused(world: World, factory: Factory, region: str) -> None:
    platform = world.platform
    platform.nodes.enrol(write_enrolment("south-mill", factory.key, platform.now_us()), actor="officer")
    with pytest.raises(RegionUnreachable, match="set the node's clock"):
        await apart(link(world, region, factory.key, off_us=3_600_000_000).waiting)
    body = b'{"key_id": "x", "seals": []}'
    letter = write_request("POST", "/api/node/seals", body, factory.key, platform.now_us())
    async with httpx.AsyncClient(base_url=region) as client:
        for content, path in ((body + b" ", "/api/node/seals"), (body, "/api/node/key")):
            headers = {"Authorization": f"Millmark-Node {letter}", "Content-Type": "application/json"}
            changed = await client.post(path, content=content, headers=headers)
            assert changed.status_code == 401, changed.text
            assert "another request" in changed.json()["error"]["message"]
        for broken in ("Millmark-Node", "Millmark-Node x.y.z", "Bearer x", "Millmark-Node " + "e30.e30.e30"):
            assert (await client.get("/api/node/challenges", headers={"Authorization": broken})).status_code == 401
        assert (await client.get("/api/node/challenges")).status_code == 401


async def test_another_factorys_challenge_is_not_there(world: World, factory: Factory, region: str) -> None:
    platform = world.platform
    platform.nodes.enrol(write_enrolment("south-mill", factory.key, platform.now_us()), actor="officer")
    day = factory.day
    platform.seals.seal_day(world.north.site.id, day)
    claim = platform.claims.issue("equipment_connection_rate", world.north.site.path, day)
    other = platform.challenges.open(claim.id, OFFICER, reason="by chance")
    node = link(world, region, factory.key)
    with pytest.raises(RegionUnreachable, match="404"):
        await apart(node.reveal, other.id, b"rows")
    with pytest.raises(RegionUnreachable, match="422"):
        await apart(node.bring, b"{}")


async def test_a_node_names_its_next_key_itself(world: World, factory: Factory, region: str) -> None:
    platform, follower = world.platform, NodeKey.generate()
    platform.nodes.enrol(write_enrolment("south-mill", factory.key, platform.now_us()), actor="officer")
    letter = write_succession("south-mill", factory.key, follower, platform.now_us())
    node = link(world, region, factory.key)
    await apart(node.succeed, letter)
    with pytest.raises(RegionUnreachable, match="401"):
        await apart(node.waiting)
    assert await apart(link(world, region, follower).waiting) == []
