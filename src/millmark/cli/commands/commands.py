"""Commands to machines: writing a value, asking an edge node to declare itself again."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from millmark.cli.options import AsJson, DataFolder

if TYPE_CHECKING:
    from millmark.web.shapes.commands import CommandResult

app = typer.Typer(help="Commands to machines; each is recorded with its reason.", no_args_is_help=True)

Gateway = Annotated[str, typer.Argument(help="The gateway's id.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept in the audit log.")]
Within = Annotated[float, typer.Option("--within", min=0.1, max=30.0, help="Seconds to wait for what becomes of it.")]


@app.command()
def write(
    gateway: Gateway,
    metric: Annotated[str, typer.Argument(help="The metric's name, as the machine declared it.")],
    value: Annotated[str, typer.Argument(help="The value as JSON: 25, true, [1, 2]; what is no JSON is a text.")],
    reason: Reason,
    asset: Annotated[str, typer.Option("--asset", help="The asset, relative to the gateway's root.")] = "",
    within: Within = 5.0,
    *,
    as_text: Annotated[bool, typer.Option("--text", help="Take the value as a text, whatever it looks like.")] = False,
    as_json: AsJson = False,
    data: DataFolder = None,
) -> None:
    """Write one value to a machine of a gateway for which writing was granted."""
    fields = {"asset": asset, "metric": metric, "value": value if as_text else _value(value), "reason": reason}
    asyncio.run(_write(data, gateway, {**fields, "within_s": within}, as_json=as_json))


async def _write(data: Path | None, gateway: str, fields: dict[str, object], *, as_json: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.cli.forms import filled
    from millmark.cli.printing import print_json
    from millmark.web.shapes.commands import CommandResult, NewCommand

    form = filled(NewCommand, **fields)
    async with open_api(data) as api:
        result = await api.post(f"/gateways/{_quoted(gateway)}/commands", CommandResult, form)
    if as_json:
        print_json(result)
        return
    print(_sentence(result))


@app.command()
def rebirth(
    gateway: Gateway, reason: Reason, within: Within = 5.0, *, as_json: AsJson = False, data: DataFolder = None
) -> None:
    """Ask the Sparkplug edge nodes of a gateway to declare themselves again; nothing is written."""
    asyncio.run(_rebirth(data, gateway, reason, within, as_json=as_json))


async def _rebirth(data: Path | None, gateway: str, reason: str, within: float, *, as_json: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.cli.forms import filled
    from millmark.cli.printing import print_json
    from millmark.web.shapes.commands import RebirthRequest, RebirthResult

    form = filled(RebirthRequest, reason=reason, within_s=within)
    async with open_api(data) as api:
        result = await api.post(f"/gateways/{_quoted(gateway)}/rebirth", RebirthResult, form)
    if as_json:
        print_json(result)
        return
    for command in result.commands:
        print(_sentence(command))


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _quoted(gateway: str) -> str:
    from urllib.parse import quote

    return quote(gateway, safe="")


def _sentence(result: CommandResult) -> str:
    back = {None: "", True: "; the machine reports it back", False: "; the machine has not reported it back"}
    return f"{result.topic}: {result.delivery.replace('_', ' ')}{back[result.reported_back]}"
