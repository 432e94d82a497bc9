"""Enterprises, their sites, and what stands there."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel

from millmark.cli.options import AsJson, DataFolder

enterprise_app = typer.Typer(help="Enterprises.", no_args_is_help=True)
site_app = typer.Typer(help="Sites of enterprises.", no_args_is_help=True)
asset_app = typer.Typer(help="What stands at a site.", no_args_is_help=True)

NameZh = Annotated[str, typer.Option(help="The name in Chinese.")]
NameEn = Annotated[str, typer.Option(help="The name in English.")]
Area = Annotated[str, typer.Option(help="Administrative code after GB/T 2260, e.g. 421200.")]


@enterprise_app.command("add")
def add_enterprise(
    slug: Annotated[str, typer.Argument(help="A short name, the first part of all its assets' paths.")],
    name_zh: NameZh,
    name_en: NameEn,
    area: Area,
    credit_code: Annotated[str | None, typer.Option(help="Unified social credit code (GB 32100).")] = None,
    *,
    placeholder: Annotated[bool, typer.Option("--placeholder", help="Who exactly it is, is not known yet.")] = False,
    data: DataFolder = None,
) -> None:
    """Register an enterprise."""
    from millmark.cli.forms import filled
    from millmark.web.shapes.enterprises import NewEnterprise

    form = filled(
        NewEnterprise,
        slug=slug,
        name_zh=name_zh,
        name_en=name_en,
        area_code=area,
        credit_code=credit_code,
        is_placeholder=placeholder,
    )
    asyncio.run(_add_enterprise(data, form))


async def _add_enterprise(data: Path | None, form: BaseModel) -> None:
    from millmark.cli.door import open_api
    from millmark.web.shapes.enterprises import EnterpriseView

    async with open_api(data) as api:
        added = await api.post("/enterprises", EnterpriseView, form)
    print(f"enterprise {added.slug} (id {added.id})")


@enterprise_app.command("list")
def list_enterprises(*, as_json: AsJson = False, data: DataFolder = None) -> None:
    """List the enterprises with their equipment."""
    asyncio.run(_list_enterprises(data, as_json=as_json))


async def _list_enterprises(data: Path | None, *, as_json: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.cli.printing import print_json, print_table
    from millmark.web.shapes.enterprises import EnterpriseList

    async with open_api(data) as api:
        found = (await api.get("/enterprises", EnterpriseList)).enterprises
    if as_json:
        print_json(found)
        return
    print_table(
        ("slug", "area", "equipment", "connected", "claims", "name"),
        [
            (
                one.slug,
                one.area_code,
                str(one.equipment),
                str(one.connected_now),
                str(one.claims),
                f"{one.name_zh} · {one.name_en}",
            )
            for one in found
        ],
    )


@site_app.command("add")
def add_site(
    site: Annotated[str, typer.Argument(help="ENTERPRISE/SITE, e.g. acme/north.")],
    name_zh: NameZh,
    name_en: NameEn,
    area: Area,
    time_zone: Annotated[str, typer.Option(help="IANA name; its days are the site's days.")] = "Asia/Shanghai",
    *,
    data: DataFolder = None,
) -> None:
    """Register a site of an enterprise."""
    from millmark.cli.errors import CommandError
    from millmark.cli.forms import filled
    from millmark.web.shapes.enterprises import NewSite

    enterprise, _, slug = site.partition("/")
    if not slug or "/" in slug:
        raise CommandError(
            f"'{site}' names no site.", where="SITE", next_step="Write ENTERPRISE/SITE, e.g. acme/north."
        )
    form = filled(NewSite, slug=slug, name_zh=name_zh, name_en=name_en, area_code=area, time_zone=time_zone)
    asyncio.run(_add_site(data, enterprise, form))


async def _add_site(data: Path | None, enterprise: str, form: BaseModel) -> None:
    from millmark.cli.door import open_api
    from millmark.cli.errors import CommandError
    from millmark.web.shapes.enterprises import EnterpriseList, SiteView

    async with open_api(data) as api:
        known = {one.slug: one.id for one in (await api.get("/enterprises", EnterpriseList)).enterprises}
        if enterprise not in known:
            raise CommandError(
                f"there is no enterprise '{enterprise}'.",
                where="SITE",
                next_step="`millmark enterprise list` shows those there are; `enterprise add` registers one.",
            )
        added = await api.post(f"/enterprises/{known[enterprise]}/sites", SiteView, form)
    print(f"site {added.path} (id {added.id}, {added.time_zone})")


@asset_app.command("set")
def set_asset(
    path: Annotated[str, typer.Argument(help="Where it stands, e.g. acme/north/line-1/press-1.")],
    level: Annotated[str, typer.Option(help="area, line, cell or equipment.")],
    name_zh: Annotated[str | None, typer.Option(help="The name in Chinese.")] = None,
    name_en: Annotated[str | None, typer.Option(help="The name in English.")] = None,
    attribute: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="May be given again; together they replace all attributes."),
    ] = None,
    *,
    counts: Annotated[
        bool | None,
        typer.Option("--counts-as-equipment/--does-not-count", help="Whether it is one machine of the equipment list."),
    ] = None,
    data: DataFolder = None,
) -> None:
    """Register an asset, or change what is given of one that is there."""
    from millmark.cli.forms import filled
    from millmark.web.shapes.enterprises import NewAsset

    form = filled(
        NewAsset,
        path=path,
        level=level,
        name_zh=name_zh,
        name_en=name_en,
        counts_as_equipment=counts,
        attributes=None if attribute is None else dict(_attribute(one) for one in attribute),
    )
    asyncio.run(_set_asset(data, form))


async def _set_asset(data: Path | None, form: BaseModel) -> None:
    from millmark.cli.door import open_api
    from millmark.web.shapes.enterprises import AssetView

    async with open_api(data) as api:
        asset = await api.put("/assets", AssetView, form)
    print(f"{asset.level} {asset.path}{' counts as equipment' if asset.counts_as_equipment else ''}")


def _attribute(text: str) -> tuple[str, str | float]:
    from millmark.cli.errors import CommandError

    name, equals, value = text.partition("=")
    if not name or not equals:
        raise CommandError(f"'{text}' is no attribute.", where="--attribute", next_step="Write NAME=VALUE.")
    try:
        return name, float(value)
    except ValueError:
        return name, value
