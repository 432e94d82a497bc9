"""Gateways and their keys."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from millmark.cli.options import AsJson, DataFolder

app = typer.Typer(help="Gateways: who may bring readings, and with which key.", no_args_is_help=True)


@app.command()
def add(
    gateway: Annotated[str, typer.Argument(help="The gateway's id, which is also its MQTT user name.")],
    root: Annotated[str, typer.Option(help="The asset below which everything it brings is placed, e.g. acme/north.")],
    *,
    may_register: Annotated[
        bool, typer.Option("--may-register", help="Metrics that are not known yet become series by themselves.")
    ] = False,
    data: DataFolder = None,
) -> None:
    """Add an MQTT gateway and print its key, which is shown this once."""
    asyncio.run(_add(data, gateway, root, may_register=may_register))


async def _add(data: Path | None, gateway: str, root: str, *, may_register: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.cli.forms import filled
    from millmark.web.shapes.intake import GatewayKey, GatewayView, NewGateway

    form = filled(NewGateway, id=gateway, root=root, may_register=may_register)
    async with open_api(data) as api:
        await api.post("/gateways", GatewayView, form)
        key = await api.post(f"/gateways/{gateway}/key", GatewayKey)
    print(f"gateway {key.id} stands at {root}")
    _show_key(key.key)


@app.command()
def key(gateway: Annotated[str, typer.Argument(help="The gateway's id.")], *, data: DataFolder = None) -> None:
    """Give a gateway a new key; the one before it stops working."""
    asyncio.run(_key(data, gateway))


async def _key(data: Path | None, gateway: str) -> None:
    from urllib.parse import quote

    from millmark.cli.door import open_api
    from millmark.web.shapes.intake import GatewayKey

    async with open_api(data) as api:
        _show_key((await api.post(f"/gateways/{quote(gateway, safe='')}/key", GatewayKey)).key)


@app.command("allow-writing")
def allow_writing(
    gateway: Annotated[str, typer.Argument(help="The gateway's id.")], *, data: DataFolder = None
) -> None:
    """Let values be written to a gateway's machines, by those with the permission commands.write."""
    asyncio.run(_allow_writing(data, gateway))


async def _allow_writing(data: Path | None, gateway: str) -> None:
    from urllib.parse import quote

    from millmark.cli.door import open_api
    from millmark.web.shapes.intake import GatewayView

    async with open_api(data) as api:
        granted = await api.put(f"/gateways/{quote(gateway, safe='')}/writing", GatewayView)
    print(f"machines of gateway {granted.id} may be written to")


@app.command("forbid-writing")
def forbid_writing(
    gateway: Annotated[str, typer.Argument(help="The gateway's id.")], *, data: DataFolder = None
) -> None:
    """From now on, write nothing to a gateway's machines."""
    asyncio.run(_forbid_writing(data, gateway))


async def _forbid_writing(data: Path | None, gateway: str) -> None:
    from urllib.parse import quote

    from millmark.cli.door import open_api

    async with open_api(data) as api:
        await api.delete(f"/gateways/{quote(gateway, safe='')}/writing")
    print(f"nothing is written to machines of gateway {gateway} from now on")


@app.command("list")
def list_gateways(*, as_json: AsJson = False, data: DataFolder = None) -> None:
    """List the gateways."""
    asyncio.run(_list(data, as_json=as_json))


async def _list(data: Path | None, *, as_json: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.cli.printing import print_json, print_table
    from millmark.web.shapes.intake import GatewayList

    async with open_api(data) as api:
        found = (await api.get("/gateways", GatewayList)).gateways
    if as_json:
        print_json(found)
        return
    print_table(
        ("id", "kind", "root", "may register", "key", "may be written"),
        [
            (one.id, one.kind, one.root, _yes(one.may_register), _yes(one.has_key), _yes(one.may_be_written))
            for one in found
        ],
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _show_key(value: str) -> None:
    print(f"key (shown this once): {value}")
