"""The policy simulator over the API: a changed copy against everybody's answers, and nothing kept."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.web.conftest import World, cookie

from millmark.programmes.assessment.answers import Answers
from millmark.programmes.assessment.kept import AssessedKind
from millmark.programmes.life import Actor, Party
from millmark.web.access import Role

ENTERPRISE = Actor("somebody", "manager", frozenset({Party.ENTERPRISE}))
SCENARIOS = (
    "product-design",
    "marketing",
    "production-control",
    "quality-management",
    "equipment-management",
    "safety",
)


ITEMS: dict[str, Any] = {
    "system-coverage": {"option": "all"},
    "network": {"options": ["control-network", "application-network", "five-g", "full-cover"]},
    "quality": {"option": "up"},
    "energy-intensity": {"option": "down"},
    "equipment-connection": {"option": "b4"},
}
"""38 points: two below level two."""


@pytest.fixture(scope="module")
def assessed(world: World) -> World:
    """Both enterprises have submitted: one stands below level two by its score alone."""
    book = world.platform.assessments
    for tenant, more in ((world.north, {}), (world.south, {"planning": {"option": "started"}})):
        one = book.start(tenant.enterprise.id, "sme-digital-level", "2024", AssessedKind.SELF, ENTERPRISE)
        given = Answers.from_json({"items": ITEMS | more, "scenarios": dict.fromkeys(SCENARIOS, 2)})
        book.save(one.id, given, ENTERPRISE)
        book.submit(one.id, ENTERPRISE)
    return world


async def simulated(client: httpx.AsyncClient, world: World, **form: Any) -> dict[str, Any]:
    answer = await client.post("/api/simulations", json=form, headers=cookie(world.tokens[Role.OFFICER]))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_lower_threshold_lifts_who_stood_just_below_it(client: httpx.AsyncClient, assessed: World) -> None:
    patch = {"path": "levels.2.score_min", "value": "36"}
    found = await simulated(client, assessed, pack="sme-digital-level", edition="2024", patches=[patch])
    assert (found["before"]["by_level"], found["after"]["by_level"]) == ([0, 1, 1, 0, 0], [0, 0, 2, 0, 0])
    assert (found["level_up"], found["level_down"], found["changed_total"]) == (1, 0, 1)
    assert found["patches"] == [{"path": "levels.2.score_min", "before": "40", "after": "36", "confidence": "B"}]
    assert found["changed"][0]["enterprise_id"] == assessed.north.enterprise.id
    # Nothing was published: the pack is as it was.
    again = await simulated(client, assessed, pack="sme-digital-level", edition="2024")
    assert again["after"]["by_level"] == [0, 1, 1, 0, 0]


async def test_a_changed_tier_costs_what_it_costs_against_the_budget(
    client: httpx.AsyncClient, assessed: World
) -> None:
    form = {"pack": "pilot-city-zhongshan", "edition": "2024", "budget_fen": 40_000_000, "ignore_eligibility": True}
    patch = {"path": "money.tiers.2.amount_yuan", "value": "500000"}
    found = await simulated(client, assessed, **form, patches=[patch])
    # The exclusion of the 2022 scheme is a fact nobody told: it cannot be decided, so nothing is paid.
    assert found["after"]["cost_fen"] == 0
    for tenant in (assessed.north, assessed.south):
        body = {"facts": [{"fact": "scheme_2022", "value": False, "as_of": "2026-01-01"}]}
        url = f"/api/enterprises/{tenant.enterprise.id}/facts"
        told = await client.post(url, json=body, headers=cookie(assessed.tokens[Role.OFFICER]))
        assert told.status_code == 201, told.text
    found = await simulated(client, assessed, **form, patches=[patch])
    assert (found["before"]["cost_fen"], found["before"]["within_budget"]) == (30_000_000, True)
    assert (found["after"]["cost_fen"], found["after"]["within_budget"]) == (50_000_000, False)
    assert found["gains"] == 1
    county = next(one for one in found["by_county"] if one["key"] == "421202")
    assert (county["gains"], county["cost_after_fen"]) == (1, 50_000_000)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("levels.9.score_min", "1", "there is no '9'"),
        ("items.network.name_zh", "x", "not for changing"),
        ("items.network.weight", "90", "holds no longer"),
        ("levels.2.score_min", "many", "levels.2.score_min"),
        ("header.name_zh", "x", "must begin with"),
        ("levels.2", "x", "whole table"),
    ],
)
async def test_a_change_that_a_pack_cannot_take_is_refused_with_its_path(
    client: httpx.AsyncClient, world: World, path: str, value: str, told: str
) -> None:
    form = {"pack": "sme-digital-level", "edition": "2024", "patches": [{"path": path, "value": value}]}
    answer = await client.post("/api/simulations", json=form, headers=cookie(world.tokens[Role.OFFICER]))
    assert answer.status_code == 422
    assert told in answer.json()["error"]["message"]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ENGINEER, Role.REVIEWER, Role.AUDITOR, Role.SUPPLIER])
async def test_only_an_office_simulates(client: httpx.AsyncClient, world: World, role: Role) -> None:
    form = {"pack": "sme-digital-level", "edition": "2024"}
    answer = await client.post("/api/simulations", json=form, headers=cookie(world.tokens[role]))
    assert answer.status_code == 403
