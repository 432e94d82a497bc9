"""History as a Parquet file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from millmark.cli.options import DataFolder


def export(
    asset: Annotated[
        str, typer.Argument(help="The asset whose series are exported, with all below it, e.g. acme/north.")
    ],
    out: Annotated[Path, typer.Option(help="The file to write.", dir_okay=False)],
    start: Annotated[str, typer.Option(help="From this moment on, e.g. 2026-03-31 or 2026-03-31T08:00+08:00.")],
    end: Annotated[str, typer.Option(help="Up to, and without, this moment.")],
    *,
    data: DataFolder = None,
) -> None:
    """Write all points of an asset in a span of time to a Parquet file. A time without zone is UTC."""
    from millmark.cli.moments import moment_us

    start_us, end_us = moment_us(start, "--start"), moment_us(end, "--end")
    asyncio.run(_export(data, asset, out, start_us, end_us))


async def _export(data: Path | None, asset: str, out: Path, start_us: int, end_us: int) -> None:
    from millmark.cli.door import open_api

    async with open_api(data) as api:
        size = await api.download("/export", out, asset=asset, start_us=start_us, end_us=end_us)
    print(f"{out}: {size} bytes")
