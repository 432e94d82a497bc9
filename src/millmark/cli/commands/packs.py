"""Policy packs: checking them, trying their vectors, telling two apart, reading one as a page."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from millmark.cli.errors import CommandError
from millmark.cli.options import AsJson, DataFolder

if TYPE_CHECKING:
    from millmark.programmes.packs import PackShelf, PolicyPack

app = typer.Typer(
    help="Policy packs: programmes and assessments as folders of files; a pack is named id/edition or by its folder.",
    no_args_is_help=True,
)

_NAMES = "Packs by id/edition or by folder; without any, all on the shelf."


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


@app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(metavar="[PACK]...", help=_NAMES)] = None,
    *,
    as_json: AsJson = False,
    data: DataFolder = None,
) -> None:
    """Check that packs make sense; ends with 1 when one has an error. Warnings tell what is left open."""
    from millmark.cli.printing import print_json
    from millmark.programmes.packs.checking import check as findings_of
    from millmark.programmes.packs.checking import is_sound

    shelf = _shelf(data)
    found = {str(pack.ref): findings_of(pack, shelf) for pack in _chosen(shelf, names or [])}
    if as_json:
        rows: list[dict[str, object]] = [
            {"pack": name, **asdict(one)} for name, findings in found.items() for one in findings
        ]
        print_json(rows)
    else:
        for name, findings in found.items():
            left_open = f", {len(findings)} left open" if findings else ""
            print(f"{name}: sound{left_open}" if is_sound(findings) else f"{name}: not sound")
            for finding in findings:
                print(f"  {finding}")
    if not all(is_sound(findings) for findings in found.values()):
        raise typer.Exit(1)


@app.command("test")
def try_packs(
    names: Annotated[list[str] | None, typer.Argument(metavar="[PACK]...", help=_NAMES)] = None,
    *,
    as_json: AsJson = False,
    data: DataFolder = None,
) -> None:
    """Try the test vectors of packs with the platform's own engines; ends with 1 when one does not hold."""
    from millmark.cli.printing import print_json
    from millmark.programmes.packs.trying import try_vectors

    tried = {str(pack.ref): try_vectors(pack) for pack in _chosen(_shelf(data), names or [])}
    if as_json:
        print_json(
            [
                {"pack": name, "vector": one.name, "holds": one.holds, "failures": list(one.failures)}
                for name, vectors in tried.items()
                for one in vectors
            ]
        )
    else:
        for name, vectors in tried.items():
            print(f"{name}: {sum(one.holds for one in vectors)} of {len(vectors)} vectors hold")
            for one in vectors:
                if not one.holds:
                    print(f"  {one.name}: {'; '.join(one.failures)}")
    if not all(one.holds for vectors in tried.values() for one in vectors):
        raise typer.Exit(1)


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="A pack by id/edition or by folder.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="The pack to compare with it.")],
    *,
    as_json: AsJson = False,
    data: DataFolder = None,
) -> None:
    """Show every number, text, label and rule that differs between two packs."""
    from millmark.cli.printing import print_json
    from millmark.programmes.packs.difference import differences

    shelf = _shelf(data)
    changes = differences(_one(shelf, before), _one(shelf, after))
    if as_json:
        print_json([asdict(change) for change in changes])
        return
    for change in changes:
        print(change)
    print(f"{len(changes)} differences")


@app.command()
def explain(
    name: Annotated[str, typer.Argument(metavar="PACK", help="A pack by id/edition or by folder.")],
    language: Annotated[Language, typer.Option(help="The language of the page.")] = Language.ZH,
    *,
    data: DataFolder = None,
) -> None:
    """Print a pack as a page in Markdown: what it asks and pays, how sure each number is, and where it comes from."""
    from millmark.programmes.packs.explaining import explain as page_of

    print(page_of(_one(_shelf(data), name), language.value), end="")


def _shelf(data: Path | None) -> PackShelf:
    """The shipped packs and those of the folder that the settings name."""
    from millmark.cli.door import said_plainly
    from millmark.programmes import shipped_packs
    from millmark.programmes.packs import read_shelf
    from millmark.settings import load_settings

    with said_plainly(data):
        own = load_settings(data).tables.region.policy_packs
    return read_shelf([shipped_packs(), *([own] if own is not None else [])])


def _chosen(shelf: PackShelf, names: list[str]) -> list[PolicyPack]:
    if names:
        return [_one(shelf, name) for name in names]
    if shelf.broken:
        raise CommandError("\n".join(str(error) for error in shelf.broken.values()))
    return list(shelf)


def _one(shelf: PackShelf, name: str) -> PolicyPack:
    from millmark.programmes import ProgrammeError
    from millmark.programmes.packs import read_policy_pack

    pack_id, _, edition = name.partition("/")
    folder = Path(name)
    try:
        if (folder / "pack.toml").is_file():
            return read_policy_pack(folder.absolute())
        return shelf.pack(pack_id, edition)
    except ProgrammeError as error:
        raise CommandError(str(error)) from error
