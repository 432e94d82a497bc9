"""A factory's own node tells a city's platform of its seals and claims and answers its challenges, over real HTTP."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import httpx
import pytest
from tests.web.conftest import World

from millmark.evidence import Claim, ClaimBook, NodeKey, SealBook
from millmark.evidence.nodes import RegionLink, RegionUnreachable, write_enrolment, write_request, write_succession
from millmark.programmes.life import Actor, Party
from millmark.registry import Database, Registry
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
