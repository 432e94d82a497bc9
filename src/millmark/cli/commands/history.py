"""The history's own tables."""

from __future__ import annotations

from typing import Annotated

import typer

from millmark.cli.options import DataFolder

app = typer.Typer(help="The history's own tables.", no_args_is_help=True)


@app.command("ddl")
def ddl(
    cluster: Annotated[
        str | None, typer.Option(help="The name of a ClickHouse cluster; by default the one in the settings, if any.")
    ] = None,
    *,
    data: DataFolder = None,
) -> None:
    """Print the SQL by which the history makes its tables, for who reviews or runs it by hand."""
    from millmark.cli.door import said_plainly
    from millmark.history import described_schema
    from millmark.settings import load_settings

    with said_plainly(data):
        named = cluster or load_settings(data).history.cluster
    print(described_schema(named), end="")
