"""How much a gateway may bring."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from millmark.cli.options import DataFolder


def quota(
    gateway: Annotated[str, typer.Argument(help="The gateway's id.")],
    points_per_s: Annotated[float | None, typer.Option(help="Points a second.")] = None,
    bytes_per_s: Annotated[int | None, typer.Option(help="Bytes a second.")] = None,
    series: Annotated[int | None, typer.Option(help="Series that it may register by itself.")] = None,
    *,
    data: DataFolder = None,
) -> None:
    """Give a gateway limits of its own; what is left out is as the settings say for all."""
    asyncio.run(_quota(data, gateway, points_per_s, bytes_per_s, series))


async def _quota(
    data: Path | None, gateway: str, points_per_s: float | None, bytes_per_s: int | None, series: int | None
) -> None:
    from urllib.parse import quote

    from millmark.cli.door import open_api
    from millmark.cli.forms import filled
    from millmark.web.shapes.quotas import Quota, QuotaView

    form = filled(Quota, points_per_s=points_per_s, bytes_per_s=bytes_per_s, series=series)
    async with open_api(data) as api:
        holds = (await api.put(f"/gateways/{quote(gateway, safe='')}/quota", QuotaView, form)).holds
    for name, value in (("points/s", holds.points_per_s), ("bytes/s", holds.bytes_per_s), ("series", holds.series)):
        print(f"{name:<9} {'no limit' if value is None else f'{value:g}'}")
