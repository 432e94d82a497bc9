"""Writes the tables of addresses and roles in docs/reference/api.md from the application's own routes."""

from __future__ import annotations

import re
from collections.abc import Iterator
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

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "api.md"
SPECIAL = {OpenToStrangers: "none", ForGateways: "a gateway's key", ForNodes: "a node's key"}


def addresses() -> Iterator[str]:
    yield "| address | permission | what it does |"
    yield "| --- | --- | --- |"
    for route in api_routes(describe_api()):
        guard = guard_of(route.dependant, str(route.path))
        permission = f"`{guard.permission}`" if isinstance(guard, Requires) else SPECIAL[type(guard)]
        told = " ".join((route.endpoint.__doc__ or "").strip().split("\n\n")[0].split()).replace("|", "\\|")
        for method in sorted(route.methods or ()):
            yield f"| `{method} {route.path}` | {permission} | {told} |"


def roles() -> Iterator[str]:
    yield f"| permission | {' | '.join(str(role) for role in Role)} |"
    yield "| --- |" + " --- |" * len(Role)
    for permission in Permission:
        marks = " | ".join("✔" if permission in PERMISSIONS[role] else "" for role in Role)
        yield f"| `{permission}` | {marks} |"


def replaced(page: str, heading: str, rows: Iterator[str]) -> str:
    """The page with the first table below a heading replaced."""
    pattern = re.compile(rf"(^## {heading}$.*?\n)(\|.*?\n)(?!\|)", re.MULTILINE | re.DOTALL)
    return pattern.sub(lambda found: found[1] + "\n".join(rows) + "\n", page, count=1)


page = PAGE.read_text("utf-8")
page = replaced(page, "Addresses", addresses())
PAGE.write_text(replaced(page, "Roles", roles()), "utf-8")
