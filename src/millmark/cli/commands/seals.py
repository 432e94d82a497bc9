"""Sealing days by hand."""

from __future__ import annotations

import asyncio
from datetime import date as calendar_date
from pathlib import Path
from typing import Annotated

import typer

from millmark.cli.options import AsJson, DataFolder


def seal(
    site: Annotated[str, typer.Argument(help="The site, e.g. acme/north.")],
    date: Annotated[str, typer.Argument(metavar="YYYY-MM-DD", help="A day of the site's time zone that is over.")],
    *,
    as_json: AsJson = False,
    data: DataFolder = None,
) -> None:
    """Seal a site's day now; a running platform does so by itself soon after each midnight."""
    from millmark.cli.moments import day

    asyncio.run(_seal(data, site, day(date, "DATE"), as_json=as_json))


async def _seal(data: Path | None, site: str, day: calendar_date, *, as_json: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.cli.errors import CommandError
    from millmark.cli.printing import print_json
    from millmark.web.shapes.claims import SealDay, SealView
    from millmark.web.shapes.enterprises import SiteList

    async with open_api(data) as api:
        sites = (await api.get("/sites", SiteList)).sites
        known = {one.path: one.id for one in sites}
        if site not in known:
            raise CommandError(
                f"there is no site '{site}'.",
                where="SITE",
                next_step=f"Sites are: {', '.join(sorted(known)) or 'none yet'}.",
            )
        sealed = await api.post(f"/sites/{known[site]}/seals", SealView, SealDay(date=day))
    if as_json:
        print_json(sealed)
    else:
        print(f"{sealed.site} {sealed.date} sealed ({sealed.kind}, number {sealed.sequence}): {sealed.row_count} rows")
        print(f"root {sealed.root}")
        print(f"seal {sealed.seal_hash}")
