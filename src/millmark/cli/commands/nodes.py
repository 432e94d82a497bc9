"""This node and its region: its keys, its enrolment letter, what was witnessed, and challenges of its claims."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from millmark.cli.options import AsJson, DataFolder

if TYPE_CHECKING:
    from millmark.web.shapes.proof import NodeKeyList, OwnChallenges, WitnessState

app = typer.Typer(help="This node and its region.", no_args_is_help=True)

KEPT = 1


@app.command()
def status(*, as_json: AsJson = False, data: DataFolder = None) -> None:
    """Show this node's key, how far chains of seals were witnessed here, and every contradiction that was seen."""
    asyncio.run(_status(data, as_json=as_json))


async def _status(data: Path | None, *, as_json: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.cli.printing import print_json
    from millmark.web.shapes.proof import NodeKeyList, WitnessState

    async with open_api(data) as api:
        keys, witnessed = await api.get("/nodes", NodeKeyList), await api.get("/witness", WitnessState)
    if as_json:
        print_json(witnessed)
        return
    print(f"key  {keys.own_key_id}")
    _show_chains(witnessed)


@app.command()
def keys(*, as_json: AsJson = False, data: DataFolder = None) -> None:
    """List the keys that speak for enterprises here, and what became of each."""
    asyncio.run(_keys(data, as_json=as_json))


async def _keys(data: Path | None, *, as_json: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.cli.printing import print_json
    from millmark.web.shapes.proof import NodeKeyList

    async with open_api(data) as api:
        found = await api.get("/nodes", NodeKeyList)
    if as_json:
        print_json(found)
        return
    _show_keys(found)


@app.command()
def letter(
    enterprise: Annotated[int, typer.Argument(metavar="ENTERPRISE", help="The enterprise's number on this node.")],
    *,
    data: DataFolder = None,
) -> None:
    """Print the letter by which a region enrols this node's key for an enterprise."""
    asyncio.run(_letter(data, enterprise))


async def _letter(data: Path | None, enterprise: int) -> None:
    from millmark.cli.door import open_api
    from millmark.web.shapes.proof import NewNodeKey

    async with open_api(data) as api:
        print((await api.get(f"/nodes/own/letter?enterprise_id={enterprise}", NewNodeKey)).letter)


@app.command()
def challenges(*, as_json: AsJson = False, data: DataFolder = None) -> None:
    """List the challenges of this node's claims that wait at its region, the most urgent first."""
    asyncio.run(_challenges(data, as_json=as_json))


async def _challenges(data: Path | None, *, as_json: bool) -> None:
    from millmark.cli.door import open_api
    from millmark.cli.printing import print_json
    from millmark.web.shapes.proof import OwnChallenges

    async with open_api(data) as api:
        found = await api.get("/nodes/own/challenges", OwnChallenges)
    if as_json:
        print_json(found)
        return
    _show_challenges(found)


@app.command()
def answer(
    challenge: Annotated[int, typer.Argument(metavar="CHALLENGE", help="A number that `node challenges` shows.")],
    *,
    data: DataFolder = None,
) -> None:
    """Show the region the rows of a challenged claim, if its enterprise consents; ends with 1 if nothing was shown."""
    if not asyncio.run(_answer(data, challenge)):
        raise typer.Exit(KEPT)


async def _answer(data: Path | None, challenge: int) -> bool:
    from millmark.cli.door import open_api
    from millmark.web.shapes.proof import OwnAnswerView

    async with open_api(data) as api:
        done = await api.post(f"/nodes/own/challenges/{challenge}/answer", OwnAnswerView)
    print(done.outcome or f"nothing was shown: {done.kept}")
    return done.outcome is not None


def _show_chains(witnessed: WitnessState) -> None:
    from millmark.cli.printing import print_table

    print_table(
        ("site", "enterprise", "seals up to", "last day", "missing"),
        [
            (one.site, str(one.enterprise_id), str(one.sequence), str(one.last_date), str(one.missing))
            for one in witnessed.chains
        ],
    )
    for alarm in witnessed.alarms:
        print(f"ALARM {alarm.id}: {alarm.kind} at {alarm.site}, {alarm.date}")


def _show_keys(found: NodeKeyList) -> None:
    from millmark.cli.printing import print_table

    print_table(
        ("key", "enterprise", "state", "in force"),
        [(one.key_id, one.enterprise_en, str(one.state), "yes" if one.in_force else "no") for one in found.keys],
    )


def _show_challenges(found: OwnChallenges) -> None:
    from millmark.cli.printing import print_table
    from millmark.model.period import utc_datetime

    print_table(
        ("challenge", "claim", "measure", "subject", "until (UTC)", "reason"),
        [
            (
                str(one.id),
                one.claim_id,
                one.measure,
                one.subject,
                f"{utc_datetime(one.deadline_us):%Y-%m-%d %H:%M}",
                one.reason,
            )
            for one in found.challenges
        ],
    )
    print("answered by this node itself" if found.answers_by_itself else "answered with `millmark node answer`")
