"""Every route of the application: strangers stay out, roles reach what they may, tenants see their own alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import httpx
import pytest
from _pytest.mark import ParameterSet
from tests.web.conftest import World, cookie

from millmark.web.access import PERMISSIONS, ForGateways, ForNodes, OpenToStrangers, Permission, Role, guard_of
from millmark.web.app import describe_api
from millmark.web.rooms import api_routes

SAMPLES = {
    "app_id": "999",
    "assessment_id": "999",
    "awd_id": "999",
    "edition": "2024",
    "form_id": "999",
    "list_id": "calls",
    "opp_id": "999",
    "pack_id": "sme-digital-level",
    "line_id": "999",
    "award_id": "999",
    "disbursement_id": "999",
    "clawback_id": "999",
    "project_id": "999",
    "acceptance_id": "999",
    "invoice_id": "999",
    "milestone": "design",
    "application_id": "999",
    "review_id": "999",
    "publicity_id": "999",
    "objection_id": "999",
    "recognition_id": "999",
    "file_id": "0000000000000000000000000000000000000000",
    "document_id": "999",
    "form": "999",
    "kind": "certificate",
    "language": "zh",
    "subscription_id": "999",
    "challenge_id": "999",
    "audit_id": "999",
    "consent_id": "999",
    "key_id": "x" * 43,
    "enterprise_id": "1",
    "series_id": "1",
    "site_id": "1",
    "entry_id": "999999",
    "claim_id": "00000000-0000-4000-8000-000000000000",
    "figure_id": "F02",
    "call_id": "999999",
    "publication_id": "999999",
    "import_id": "999999",
    "request_id": "999999",
    "investment_id": "999999",
    "report_id": "999999",
    "payment_id": "999999",
    "problem_id": "999999",
    "brief_id": "999999",
    "proposal_id": "999999",
    "consultation_id": "999999",
    "reply_id": "999999",
    "commitment_id": "999999",
    "plan_id": "999999",
    "place_id": "999999",
    "candidate_id": "999999",
    "record_id": "999999",
    "warning_id": "999999",
    "supplier_id": "999999",
    "solution_id": "999999",
    "demand_id": "999999",
    "answer_id": "999999",
    "case_id": "999999",
    "event_id": "999999",
    "registration_id": "999999",
    "attendance_id": "999999",
    "note_id": "999999",
    "file_number": "999999",
    "waiver_id": "999999",
    "department": "no-such-office",
    "slug": "no-such-table",
    "number": "1",
    "sheet": "profiles",
    "month": "2026-01",
    "year": "2026",
    "name": "figures",
    "gateway_id": "no-such-gateway",
    "account": "no-such-account",
}


class Call(NamedTuple):
    method: str
    path: str
    permission: Permission | None

    @property
    def url(self) -> str:
        return self.path.format(**SAMPLES)


def every_call() -> Iterator[Call]:
    for route in api_routes(describe_api()):
        guard = guard_of(route.dependant, str(route.path))
        if isinstance(guard, ForGateways | ForNodes):
            continue  # told apart in test_line_protocol.py and test_node_door.py
        permission = None if isinstance(guard, OpenToStrangers) else guard.permission
        for method in sorted(route.methods or ()):
            yield Call(method, str(route.path), permission)


CALLS = list(every_call())
GUARDED = [call for call in CALLS if call.permission is not None]


def test_health_sign_in_and_the_public_pages_alone_are_open() -> None:
    assert {(call.method, call.path) for call in CALLS if call.permission is None} == {
        ("GET", "/api/health"),
        ("POST", "/api/session"),
        # What InfluxDB's clients ask before they sign in.
        ("GET", "/health"),
        ("GET", "/ping"),
        ("HEAD", "/ping"),
        # What everybody may read; test_public.py sees to it that nothing unpublished is there.
        ("GET", "/public"),
        ("GET", "/public/openapi.json"),
        ("GET", "/public/data/catalog.jsonld"),
        ("GET", "/public/data/{name}.csv"),
        ("GET", "/public/data/{name}.json"),
        ("GET", "/public/{language}"),
        ("GET", "/public/{language}/figures/{figure_id}"),
        ("GET", "/public/{language}/calls"),
        ("GET", "/public/{language}/calls/{slug}"),
        ("GET", "/public/{language}/lists"),
        ("GET", "/public/{language}/suppliers"),
        ("GET", "/public/{language}/cases"),
        ("GET", "/public/{language}/events"),
        ("GET", "/public/{language}/replies"),
        ("GET", "/public/{language}/replies/{reply_id}"),
        ("GET", "/public/{language}/statistics"),
        ("GET", "/public/{language}/statistics/{slug}"),
        ("GET", "/public/{language}/data"),
    }


@pytest.mark.parametrize("call", GUARDED, ids=lambda call: f"{call.method} {call.path}")
async def test_a_stranger_is_refused(client: httpx.AsyncClient, call: Call) -> None:
    for headers in ({}, cookie("forged"), {"Authorization": "Bearer forged"}, {"Authorization": "Basic YTpi"}):
        response = await client.request(call.method, call.url, headers=headers)
        assert response.status_code == 401, response.text
        assert set(response.json()["error"]) == {"code", "message", "where", "next_step"}


@pytest.mark.parametrize("call", [call for call in GUARDED if call.method != "GET"], ids=lambda call: call.path)
async def test_a_stranger_learns_nothing_from_a_broken_body(client: httpx.AsyncClient, call: Call) -> None:
    response = await client.request(
        call.method, call.url, content=b"{broken", headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 401


def roles_in_turns() -> Iterator[ParameterSet]:
    """Each role with every second route, the next role with the others; with all of them where there is time."""
    for (number, role), half in product(enumerate(Role), (0, 1)):
        marks = [pytest.mark.long] if number % 2 != half else []
        yield pytest.param(role, half, id=f"{role}-{half}", marks=marks)


@pytest.mark.parametrize(("role", "half"), list(roles_in_turns()))
async def test_a_role_is_refused_what_it_has_no_permission_for_and_nothing_else(
    client: httpx.AsyncClient, world: World, role: Role, half: int
) -> None:
    headers = cookie(world.tokens[role])
    for call in GUARDED[half::2]:
        if call.permission in PERMISSIONS[role]:
            continue
        response = await client.request(call.method, call.url, headers=headers)
        assert response.status_code == 403, f"{call}: {response.text}"
        assert response.json()["error"]["code"] == "not_allowed"


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_reads_what_it_may(client: httpx.AsyncClient, world: World, role: Role) -> None:
    headers = cookie(world.tokens[role])
    ids = {"enterprise_id": world.north.enterprise.id, "series_id": world.north.temperature.id}
    ids |= {"site_id": world.north.site.id}
    for call in GUARDED:
        if call.method != "GET" or call.permission not in PERMISSIONS[role] or call.path.endswith("/live"):
            continue
        response = await client.get(call.path.format(**(SAMPLES | ids)), headers=headers)
        # Some need queries that are not given here, some name things that do not exist; none is refused or breaks.
        assert response.status_code in {200, 404, 422}, f"{call}: {response.text}"


@pytest.mark.parametrize("role", [Role.ENGINEER, Role.MANAGER])
async def test_one_tenant_never_sees_another(client: httpx.AsyncClient, world: World, role: Role) -> None:
    headers = cookie(world.tokens[role])
    other = world.south
    span = "start_us=0&end_us=4000000000000000"
    for path in (
        f"/api/enterprises/{other.enterprise.id}",
        f"/api/enterprises/{other.enterprise.id}/live",
        f"/api/enterprises/{other.enterprise.id}/measures?date=2026-01-01",
        f"/api/series/{other.temperature.id}",
        f"/api/series/{other.temperature.id}/extent",
        f"/api/series/{other.temperature.id}/points?{span}",
        f"/api/series/{other.temperature.id}/downsample?{span}",
        f"/api/sites/{other.site.id}/seals",
        f"/api/claims?enterprise_id={other.enterprise.id}",
        f"/api/export?asset={other.machine}&{span}",
    ):
        response = await client.get(path, headers=headers)
        assert response.status_code == 404, f"{path}: {response.text}"
        # In the words used for what does not exist.
        assert "nothing here by this name" in response.json()["error"]["message"]


async def test_lists_hold_ones_own_alone(client: httpx.AsyncClient, world: World) -> None:
    headers = cookie(world.tokens[Role.ENGINEER])
    enterprises = (await client.get("/api/enterprises", headers=headers)).json()["enterprises"]
    assert [one["slug"] for one in enterprises] == ["north-mill"]
    sites = (await client.get("/api/sites", headers=headers)).json()["sites"]
    assert [one["path"] for one in sites] == ["north-mill/works"]
    gateways = (await client.get("/api/gateways", headers=headers)).json()["gateways"]
    assert [one["id"] for one in gateways] == ["north-mill-gateway"]


async def test_everybodys_are_seen_by_who_belongs_to_nobody(client: httpx.AsyncClient, world: World) -> None:
    found = await client.get("/api/enterprises", headers=cookie(world.tokens[Role.OFFICER]))
    assert {"north-mill", "south-mill"} <= {one["slug"] for one in found.json()["enterprises"]}


async def test_a_manager_issues_no_claim_for_another_tenant(client: httpx.AsyncClient, world: World) -> None:
    body = {
        "measure": "equipment_connection_rate",
        "subject": "south-mill/works",
        "first_date": "2026-01-01",
        "last_date": "2026-01-01",
    }
    response = await client.post("/api/claims", json=body, headers=cookie(world.tokens[Role.MANAGER]))
    assert response.status_code == 404
