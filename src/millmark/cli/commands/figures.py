"""The city's figures."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from millmark.cli.options import AsJson, DataFolder


def figures(
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="As they held on a day.")] = None,
    *,
    as_json: AsJson = False,
    data: DataFolder = None,
) -> None:
    """Print the city's figures, each computed now from the records behind it."""
    asyncio.run(_figures(data, as_of, as_json=as_json))


async def _figures(data: Path | None, as_of: str | None, *, as_json: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.cli.printing import print_json, print_table
    from millmark.web.shapes.figures import FigureList

    async with open_api(data) as api:
        found = await api.get("/figures", FigureList, as_of=as_of, with_ids=as_json)
    if as_json:
        print_json(found.figures)
        return
    rows = [
        (
            one.id,
            ("≥ " if one.qualifier == "at_least" else "") + (format(one.value, "f") if one.value is not None else "–"),
            one.unit_zh or one.unit,
            one.as_of.isoformat(),
            str(one.record_count),
            f"{one.subject_zh} · {one.subject_en}",
        )
        for one in found.figures
    ]
    print_table(("id", "value", "unit", "as of", "records", "subject"), rows)
