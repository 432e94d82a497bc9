"""The city's ledger."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from millmark.cli.options import AsJson, DataFolder

if TYPE_CHECKING:
    from millmark.web.shapes.ledger import LedgerEntryView, NewLedgerEntry

app = typer.Typer(
    help="The city's ledger: append-only; a correction voids one entry and adds another.", no_args_is_help=True
)


@app.command()
def add(
    kind: Annotated[
        str, typer.Argument(help="What is counted, e.g. 5g-base-station; a wrong one is answered with the nearest.")
    ],
    area: Annotated[str, typer.Option(help="Administrative code or name of the area.")],
    source: Annotated[str, typer.Option(help="The document or person that says so.")],
    quantity: Annotated[str | None, typer.Option(help="An exact decimal number.")] = None,
    unit: Annotated[str | None, typer.Option(help="The unit of the quantity; the kind's own, if not given.")] = None,
    subject: Annotated[str | None, typer.Option(help="Who or what it is about, when it is one named thing.")] = None,
    date: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="The day it holds for.")] = None,
    start: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="First day of a span, instead of --date.")
    ] = None,
    end: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Last day of a span.")] = None,
    *,
    bulk: Annotated[bool, typer.Option("--bulk", help="Counts many unnamed ones at once.")] = False,
    at_least: Annotated[bool, typer.Option("--at-least", help="The quantity is a lower bound.")] = False,
    grade: Annotated[str, typer.Option(help="self_reported, document_backed or machine_proven.")] = "document_backed",
    as_json: AsJson = False,
    data: DataFolder = None,
) -> None:
    """Add an entry; every figure that counts its kind follows at once."""
    from millmark.cli.forms import filled
    from millmark.web.shapes.ledger import NewLedgerEntry

    entry = filled(
        NewLedgerEntry,
        kind=kind,
        area=area,
        quantity=quantity,
        unit=unit,
        subject=subject,
        date=date,
        period_start=start,
        period_end=end,
        counting="bulk" if bulk else "individual",
        qualifier="at_least" if at_least else "exact",
        source=source,
        grade=grade,
    )
    asyncio.run(_add(data, entry, as_json=as_json))


async def _add(data: Path | None, entry: NewLedgerEntry, *, as_json: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.web.shapes.ledger import LedgerEntryView

    async with open_api(data) as api:
        _show([await api.post("/ledger", LedgerEntryView, entry)], as_json=as_json)


@app.command("list")
def list_entries(
    kind: Annotated[str | None, typer.Option(help="Only entries of this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, latest first.")] = 100,
    *,
    as_json: AsJson = False,
    data: DataFolder = None,
) -> None:
    """List entries, latest first."""
    asyncio.run(_list(data, kind, limit, as_json=as_json))


async def _list(data: Path | None, kind: str | None, limit: int, *, as_json: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.web.shapes.ledger import LedgerList

    async with open_api(data) as api:
        _show((await api.get("/ledger", LedgerList, kind=kind, limit=limit)).entries, as_json=as_json)


@app.command()
def void(
    entry: Annotated[int, typer.Argument(help="The entry's id.")],
    source: Annotated[str, typer.Option(help="Why it is void: the document that says so.")],
    *,
    as_json: AsJson = False,
    data: DataFolder = None,
) -> None:
    """Void an entry; it stays in the ledger and counts no more."""
    asyncio.run(_void(data, entry, source, as_json=as_json))


async def _void(data: Path | None, entry: int, source: str, *, as_json: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.web.shapes.ledger import LedgerEntryView, VoidLedgerEntry

    async with open_api(data) as api:
        _show(
            [await api.post(f"/ledger/{entry}/void", LedgerEntryView, VoidLedgerEntry(source=source))], as_json=as_json
        )


def _show(entries: list[LedgerEntryView], *, as_json: bool) -> None:
    from millmark.cli.printing import print_json, print_table

    if as_json:
        print_json(entries)
        return
    print_table(
        ("id", "kind", "area", "when", "quantity", "unit", "counting", "grade", "subject", "note"),
        [
            (
                str(one.id),
                one.kind,
                one.area,
                one.as_of.isoformat() if one.as_of else f"{one.period_start}..{one.period_end}",
                ("≥ " if one.qualifier == "at_least" else "")
                + (format(one.quantity, "f") if one.quantity is not None else "–"),
                one.unit,
                one.counting,
                one.grade,
                one.subject or "–",
                _note(one),
            )
            for one in entries
        ],
    )


def _note(entry: LedgerEntryView) -> str:
    if entry.voids is not None:
        return f"voids {entry.voids}"
    return f"voided by {entry.voided_by}" if entry.voided_by is not None else ""
