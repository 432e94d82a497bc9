"""The page on the API says of every route what the route says of itself."""

from __future__ import annotations

import re
from pathlib import Path

from millmark.web.access import (
    PERMISSIONS,
    ForGateways,
    ForNodes,
    OpenToStrangers,
    Permission,
    Requires,
    Role,
    guard_of,
)
from millmark.web.app import describe_api
from millmark.web.rooms import api_routes

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "api.md").read_text()

SPECIAL = {OpenToStrangers: "none", ForGateways: "a gateway's key", ForNodes: "a node's key"}


def test_the_page_lists_exactly_the_routes_with_their_permissions() -> None:
    expected = set()
    for route in api_routes(describe_api()):
        guard = guard_of(route.dependant, str(route.path))
        permission = f"`{guard.permission}`" if isinstance(guard, Requires) else SPECIAL[type(guard)]
        expected |= {(f"{method} {route.path}", permission) for method in route.methods or ()}
    shown = set(re.findall(r"^\| `([A-Z]+ /[^`]*)` \| ([^|]+?) \|", PAGE, re.MULTILINE))
    assert shown == expected


def test_the_page_shows_the_table_of_roles_as_it_is() -> None:
    header = re.search(r"^\| permission \| (.+) \|$", PAGE, re.MULTILINE)
    assert header
    assert header[1].split(" | ") == [str(role) for role in Role]
    for permission in Permission:
        marks = " | ".join("✔" if permission in PERMISSIONS[role] else "" for role in Role)
        assert f"| `{permission}` | {marks} |" in PAGE
