"""Accounts of the console."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from millmark.cli.options import AsJson, DataFolder

if TYPE_CHECKING:
    from millmark.web.shapes.session import OneTimePassword

app = typer.Typer(help="Accounts of the console.", no_args_is_help=True)


@app.command()
def add(
    account: Annotated[str, typer.Argument(help="The account's name.")],
    role: Annotated[
        str,
        typer.Option(help="admin, officer, engineer, manager, reviewer, auditor, supplier, treasurer or department."),
    ],
    enterprise: Annotated[
        str | None, typer.Option(help="Slug of the enterprise, for engineer, manager and supplier.")
    ] = None,
    area: Annotated[
        str | None,
        typer.Option(help="Area of an officer: 421200 for the city, 421202 for a county; none sees the whole region."),
    ] = None,
    department: Annotated[str | None, typer.Option(help="Whose staff it is, for the role department.")] = None,
    *,
    data: DataFolder = None,
) -> None:
    """Create an account and print its one-time password, which is shown this once."""
    asyncio.run(_add(data, account, role, enterprise, area, department))


async def _add(
    data: Path | None, account: str, role: str, enterprise: str | None, area: str | None, department: str | None
) -> None:
    from millmark.cli.door import open_api
    from millmark.cli.errors import CommandError
    from millmark.cli.forms import filled
    from millmark.web.shapes.enterprises import EnterpriseList
    from millmark.web.shapes.session import NewAccount, OneTimePassword

    async with open_api(data) as api:
        enterprise_id = None
        if enterprise is not None:
            known = {one.slug: one.id for one in (await api.get("/enterprises", EnterpriseList)).enterprises}
            if enterprise not in known:
                raise CommandError(
                    f"there is no enterprise '{enterprise}'.",
                    where="--enterprise",
                    next_step="`millmark enterprise list` shows the slugs.",
                )
            enterprise_id = known[enterprise]
        form = filled(
            NewAccount,
            account=account,
            role=role,
            enterprise_id=enterprise_id,
            area_code=area,
            department=department,
        )
        _show(await api.post("/accounts", OneTimePassword, form))


@app.command()
def reset(account: Annotated[str, typer.Argument(help="The account's name.")], *, data: DataFolder = None) -> None:
    """Give an account a new one-time password; whoever was signed in to it no longer is."""
    asyncio.run(_reset(data, account))


async def _reset(data: Path | None, account: str) -> None:
    from urllib.parse import quote

    from millmark.cli.door import open_api
    from millmark.web.shapes.session import OneTimePassword

    async with open_api(data) as api:
        _show(await api.post(f"/accounts/{quote(account, safe='')}/reset", OneTimePassword))


@app.command("list")
def list_accounts(*, as_json: AsJson = False, data: DataFolder = None) -> None:
    """List the accounts."""
    asyncio.run(_list(data, as_json=as_json))


async def _list(data: Path | None, *, as_json: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.cli.printing import print_json, print_table
    from millmark.web.shapes.session import AccountList

    async with open_api(data) as api:
        found = (await api.get("/accounts", AccountList)).accounts
    if as_json:
        print_json(found)
        return
    print_table(
        ("account", "role", "enterprise", "area", "state"),
        [
            (
                one.account,
                one.role,
                "–" if one.enterprise_id is None else str(one.enterprise_id),
                one.area_code or "–",
                "disabled" if one.disabled else "one-time password" if one.must_change_password else "in use",
            )
            for one in found
        ],
    )


def _show(password: OneTimePassword) -> None:
    print(f"account {password.account}")
    print(f"one-time password (shown this once): {password.one_time_password}")
