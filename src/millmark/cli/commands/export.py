"""History as a file."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from millmark.cli.errors import CommandError
from millmark.cli.options import DataFolder


class ExportForm(StrEnum):
    """As the API's, written out here so that the command's help needs nothing of the platform."""

    PARQUET = "parquet"
    ARROW = "arrow"
    ARROWS = "arrows"
    CSV = "csv"


def export(
    asset: Annotated[
        str, typer.Argument(help="The asset whose series are exported, with all below it, e.g. acme/north.")
    ],
    out: Annotated[Path, typer.Option(help="The file to write.", dir_okay=False)],
    start: Annotated[str, typer.Option(help="From this moment on, e.g. 2026-03-31 or 2026-03-31T08:00+08:00.")],
    end: Annotated[str, typer.Option(help="Up to, and without, this moment.")],
    form: Annotated[
        ExportForm | None, typer.Option("--format", help="What to write; by default as the file's ending says.")
    ] = None,
    *,
    data: DataFolder = None,
) -> None:
    """Write all points of an asset in a span of time to a file, Parquet, Arrow or CSV. A time without zone is UTC."""
    from millmark.cli.moments import moment_us

    start_us, end_us = moment_us(start, "--start"), moment_us(end, "--end")
    asyncio.run(_export(data, asset, out, start_us, end_us, form or _form_of(out)))


async def _export(data: Path | None, asset: str, out: Path, start_us: int, end_us: int, form: ExportForm) -> None:
    from millmark.cli.door import open_api

    async with open_api(data) as api:
        size = await api.download("/export", out, asset=asset, start_us=start_us, end_us=end_us, format=form.value)
    print(f"{out}: {size} bytes")


def _form_of(out: Path) -> ExportForm:
    try:
        return ExportForm(out.suffix.removeprefix(".").lower())
    except ValueError:
        raise CommandError(
            f"the ending of {out.name!r} names no form of an export",
            where="--out",
            next_step="End it in .parquet, .arrow, .arrows or .csv, or say --format.",
        ) from None
