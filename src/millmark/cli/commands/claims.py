"""Claims: issuing, listing, taking them away as files, and verifying them."""

from __future__ import annotations

import asyncio
from datetime import date as calendar_date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from millmark.cli.options import AsJson, DataFolder

if TYPE_CHECKING:
    from millmark.web.shapes.claims import ClaimView, NewClaim, Verification

app = typer.Typer(help="Signed claims.", no_args_is_help=True)

NOT_VERIFIED = 1


@app.command()
def issue(
    measure: Annotated[str, typer.Argument(help="equipment_connection_rate, oee or energy_consumption.")],
    subject: Annotated[str, typer.Argument(help="The asset it is about, e.g. acme/north.")],
    first: Annotated[str, typer.Argument(metavar="FIRST", help="First day, YYYY-MM-DD; it must be sealed.")],
    last: Annotated[str | None, typer.Argument(metavar="[LAST]", help="Last day; the first one, if not given.")] = None,
    *,
    as_json: AsJson = False,
    data: DataFolder = None,
) -> None:
    """Sign a statement of a measure over whole, sealed days."""
    from millmark.web.shapes.claims import NewClaim

    form = NewClaim(measure=measure, subject=subject, first_date=_day(first), last_date=_day(last or first))
    asyncio.run(_issue(data, form, as_json=as_json))


async def _issue(data: Path | None, form: NewClaim, *, as_json: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.web.shapes.claims import ClaimView

    async with open_api(data) as api:
        _show_claims([await api.post("/claims", ClaimView, form)], as_json=as_json)


@app.command("list")
def list_claims(*, as_json: AsJson = False, data: DataFolder = None) -> None:
    """List the claims, latest first."""
    asyncio.run(_list(data, as_json=as_json))


async def _list(data: Path | None, *, as_json: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.web.shapes.claims import ClaimList

    async with open_api(data) as api:
        _show_claims((await api.get("/claims", ClaimList)).claims, as_json=as_json)


@app.command()
def export(
    claim: Annotated[str, typer.Argument(help="The claim's id.")],
    folder: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder to write the files to.")] = Path(),
    *,
    data: DataFolder = None,
) -> None:
    """Write a claim's document and its rows to files, for anybody to verify with `millmark verify`."""
    asyncio.run(_export(data, str(_claim_id(claim)), folder))


async def _export(data: Path | None, claim: str, folder: Path) -> None:
    from millmark.cli.door import open_api

    document, rows = folder / f"claim-{claim}.json", folder / f"claim-{claim}.parquet"
    async with open_api(data) as api:
        await api.download(f"/claims/{claim}/document", document)
        await api.download(f"/claims/{claim}/rows", rows)
    print(document)
    print(rows)


def verify(
    claim: Annotated[str, typer.Argument(help="A claim's document (a file), or the id of a claim of this platform.")],
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="FILE",
            help="The claim's rows (Parquet), to compute its value again. For a claim's id: the platform's folder.",
        ),
    ] = None,
    trust: Annotated[
        list[str] | None,
        typer.Option("--trust", metavar="KEY", help="Accept only issuers with this key id; may be given again."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Check a claim's signature, chain and, with its rows, its value; ends with 0 only if all of it holds."""
    document = Path(claim)
    if document.is_file():
        report = _verify_file(document, data, trust)
    else:
        _demand_no_file(data)
        report = asyncio.run(_verify_here(str(_claim_id(claim)), data))
    _show_report(report, as_json=as_json)
    if not report.verified:
        raise typer.Exit(NOT_VERIFIED)


def _verify_file(document: Path, rows: Path | None, trust: list[str] | None) -> Verification:
    from millmark.evidence import verify_document
    from millmark.web.proof import verification_view

    return verification_view(verify_document(_content(document), _content(rows) if rows else None, trust or None))


async def _verify_here(claim: str, data: Path | None) -> Verification:
    from millmark.cli.door import open_api
    from millmark.web.shapes.claims import Verification

    async with open_api(data) as api:
        return await api.post(f"/claims/{claim}/verify", Verification)


def _demand_no_file(data: Path | None) -> None:
    from millmark.cli.errors import CommandError

    if data is not None and data.is_file():
        raise CommandError(
            "a claim's id is looked up in a platform's folder, but --data names a file.",
            where=f"--data {data}",
            next_step="Name the claim's document instead of its id, or the platform's folder instead of the file.",
        )


def _content(path: Path) -> bytes:
    from millmark.cli.errors import CommandError

    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(
            f"the file cannot be read: {error.strerror or error}", where=str(path), next_step="Check its name."
        ) from error


def _claim_id(text: str) -> UUID:
    from millmark.cli.errors import CommandError

    try:
        return UUID(text)
    except ValueError as error:
        raise CommandError(
            f"'{text}' is neither a file nor the id of a claim.",
            where="CLAIM",
            next_step="Give the path of a claim's document, or an id that `millmark claim list` shows.",
        ) from error


def _day(text: str) -> calendar_date:
    from millmark.cli.moments import day

    return day(text, "FIRST or LAST")


def _show_claims(claims: list[ClaimView], *, as_json: bool) -> None:
    from millmark.cli.printing import print_json, print_table

    if as_json:
        print_json(claims)
        return
    print_table(
        ("id", "measure", "subject", "days", "value", "unit", "coverage", "origins"),
        [
            (
                one.id,
                one.measure,
                one.subject,
                f"{one.first_date}..{one.last_date}",
                "–" if one.value is None else f"{one.value:.6g}",
                one.unit,
                f"{one.coverage_share:.1%}",
                ", ".join(one.origins),
            )
            for one in claims
        ],
    )


def _show_report(report: Verification, *, as_json: bool) -> None:
    from millmark.cli.printing import print_json

    if as_json:
        print_json(report)
        return
    for check in report.checks:
        print(f"{'ok    ' if check.ok else 'FAILED'}  {check.name}: {check.detail_en}")
    if report.recomputed_value is not None:
        print(f"        value computed again: {report.recomputed_value:.12g}")
    print("verified" if report.verified else "NOT verified")
