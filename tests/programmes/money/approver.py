"""A process that approves awards as fast as it can, and says which: `python -m … URL FOLDER AWARD…`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.programmes.money.treasury import MAYOR, treasury_with

from millmark.programmes import shipped_packs
from millmark.programmes.errors import IllegalStep, Overspent
from millmark.programmes.packs import read_shelf
from millmark.registry import Database


def main() -> None:
    url, folder, *awards = sys.argv[1:]
    shelf = read_shelf([shipped_packs(), Path(folder) / "packs"])
    treasury = treasury_with(Database(url), Path(folder), shelf)
    for award in awards:
        try:
            treasury.awards.approve(int(award), document="咸经信〔2026〕1号", actor=MAYOR)
        except (Overspent, IllegalStep):
            continue
        sys.stdout.write(f"{award}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
