"""What was set aside at the door for machine data, and bringing it there again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from millmark.cli.options import AsJson, DataFolder

app = typer.Typer(help="Readings that were set aside, and bringing them again.", no_args_is_help=True)

OfReason = Annotated[str | None, typer.Option("--reason", help="Only those set aside for this reason.")]
OfGateway = Annotated[str | None, typer.Option("--gateway", help="Only those this gateway brought.")]
OfAsset = Annotated[str | None, typer.Option("--asset", help="Only those of this asset, relative to the gateway.")]
OfMetric = Annotated[str | None, typer.Option("--metric", help="Only those of this metric.")]


@app.command("list")
def list_quarantine(
    reason: OfReason = None,
    gateway: OfGateway = None,
    asset: OfAsset = None,
    metric: OfMetric = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, latest first.")] = 50,
    *,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those that were not replayed yet.")] = False,
    as_json: AsJson = False,
    data: DataFolder = None,
) -> None:
    """List the latest readings that were set aside, each with its reason."""
    query: dict[str, str | int | None] = {"reason": reason, "gateway": gateway, "asset": asset, "metric": metric}
    query |= {"limit": limit, "waiting": "true" if waiting else None}
    asyncio.run(_list(data, query, as_json=as_json))


async def _list(data: Path | None, query: dict[str, str | int | None], *, as_json: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.cli.printing import print_json, print_table
    from millmark.model.period import utc_datetime
    from millmark.web.shapes.intake import QuarantineList

    async with open_api(data) as api:
        rows = (await api.get("/intake/quarantine", QuarantineList, **query)).rows
    if as_json:
        print_json(rows)
        return
    print_table(
        ("received (UTC)", "reason", "gateway", "asset", "metric", "value", "replay", "detail"),
        [
            (
                utc_datetime(one.received_time_us).strftime("%Y-%m-%d %H:%M:%S"),
                one.reason,
                one.gateway,
                one.asset,
                one.metric,
                one.value,
                one.outcome or ("waits" if one.replayable else "cannot"),
                one.detail,
            )
            for one in rows
        ],
    )


@app.command()
def replay(
    reason: OfReason = None,
    gateway: OfGateway = None,
    asset: OfAsset = None,
    metric: OfMetric = None,
    limit: Annotated[int, typer.Option(min=1, max=50_000, help="At most so many, latest first.")] = 10_000,
    *,
    data: DataFolder = None,
) -> None:
    """Bring readings that were set aside to the door again, once what kept them out is mended."""
    asyncio.run(_replay(data, reason, gateway, asset, metric, limit))


async def _replay(
    data: Path | None, reason: str | None, gateway: str | None, asset: str | None, metric: str | None, limit: int
) -> None:
    from millmark.cli.door import open_api
    from millmark.cli.forms import filled
    from millmark.web.shapes.intake import QuarantineReplayOrder, QuarantineReplayResult

    order = filled(QuarantineReplayOrder, reason=reason, gateway=gateway, asset=asset, metric=metric, limit=limit)
    async with open_api(data) as api:
        done = await api.post("/intake/quarantine/replay", QuarantineReplayResult, order)
    print(f"stored       {done.stored}")
    for word, counts in (("still aside", done.refused), ("moved to", done.moved)):
        for why, count in sorted(counts.items()):
            print(f"{word:<12} {why}: {count}")
