"""Readings that were set aside."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from millmark.cli.options import AsJson, DataFolder


def quarantine(
    reason: Annotated[str | None, typer.Option(help="Only those set aside for this reason.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, latest first.")] = 50,
    *,
    as_json: AsJson = False,
    data: DataFolder = None,
) -> None:
    """List the latest readings that were set aside, each with its reason."""
    asyncio.run(_quarantine(data, reason, limit, as_json=as_json))


async def _quarantine(data: Path | None, reason: str | None, limit: int, *, as_json: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.cli.printing import print_json, print_table
    from millmark.model.period import utc_datetime
    from millmark.web.shapes.intake import QuarantineList

    async with open_api(data) as api:
        rows = (await api.get("/intake/quarantine", QuarantineList, reason=reason, limit=limit)).rows
    if as_json:
        print_json(rows)
        return
    print_table(
        ("received (UTC)", "reason", "gateway", "asset", "metric", "value", "detail"),
        [
            (
                utc_datetime(one.received_time_us).strftime("%Y-%m-%d %H:%M:%S"),
                one.reason,
                one.gateway,
                one.asset,
                one.metric,
                one.value,
                one.detail,
            )
            for one in rows
        ],
    )
