"""The demonstration: three fictional factories and a sample city in one process tree."""

from __future__ import annotations

from typing import Annotated

import typer

from millmark.cli.options import AsJson, DataFolder


def demo(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Run until figures, a sealed day and a verified claim exist, then end.")
    ] = False,
    as_json: AsJson = False,
    data: DataFolder = None,
) -> None:
    """Run three fictional factories with real protocols, the platform, and the sample city."""
    from millmark.demo.run import main

    raise typer.Exit(main(data=data, once=once, as_json=as_json))
